/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RIFF/RIFX WAVE, RF64 (EBU Tech 3306) and Sony W64: the data chunk against the file. */
#include <string.h>

#include "audio/container.h"
#include "audio/little.h"
#include "base/bytes.h"

/* A writer to a pipe cannot go back to set the lengths: it leaves 0, FFFFFFFFh (ffmpeg) or
 * about 7FFFF000h (sox). A CD holds less than 40000000h bytes. */
#define PIPED 0x7FFF0000u

struct walk {
  const struct redbook_input *input;
  struct redbook_pcm_layout layout;
  bool big;           /* RIFX */
  int64_t long_bytes; /* RF64: the data size of its ds64 chunk */
  bool format, data;
};

static uint32_t u32(const struct walk *walk, const uint8_t *p) {
  return walk->big ? redbook_get32(p) : redbook_le32(p);
}

static uint16_t u16(const struct walk *walk, const uint8_t *p) {
  return walk->big ? redbook_get16(p) : redbook_le16(p);
}

/* Formats whose block align is one frame: 1 PCM, 3 float, 6 A-law, 7 u-law. */
static bool linear(uint16_t tag) {
  return tag == 1 || tag == 3 || tag == 6 || tag == 7;
}

static void read_format(struct walk *walk, int64_t at, int64_t size) {
  uint8_t fmt[40] = {0};
  size_t length = size > 40 ? 40 : (size_t)size;
  if (length < 16 || !redbook_input_get(walk->input, fmt, length, at)) return;
  uint16_t tag = u16(walk, fmt);
  if (tag == 0xFFFE && length >= 26) tag = u16(walk, fmt + 24);
  walk->layout.rate = u32(walk, fmt + 4);
  walk->layout.second = u32(walk, fmt + 8);
  walk->layout.block = linear(tag) ? u16(walk, fmt + 12) : 0;
  walk->format = true;
}

static void read_data(struct walk *walk, int64_t at, uint32_t size) {
  walk->layout.data = at;
  walk->data = true;
  bool beyond = at + (int64_t)size > walk->input->size;
  if (walk->long_bytes > 0 && size == UINT32_MAX)
    walk->layout.bytes = walk->long_bytes;
  else if ((size == 0 && walk->input->size > at) || (size >= PIPED && beyond))
    walk->layout.bytes = -1;
  else
    walk->layout.bytes = size;
}

static void read_chunks(struct walk *walk) {
  uint8_t head[8], wide[16];
  int64_t at = 12;
  while (!walk->data && redbook_input_get(walk->input, head, 8, at)) {
    uint32_t size = u32(walk, head + 4);
    at += 8;
    if (memcmp(head, "fmt ", 4) == 0) read_format(walk, at, size);
    if (memcmp(head, "ds64", 4) == 0 && redbook_input_get(walk->input, wide, 16, at))
      walk->long_bytes = redbook_le64(wide + 8);
    if (memcmp(head, "data", 4) == 0) read_data(walk, at, size);
    at += (int64_t)size + (size & 1);
  }
}

static bool judge(const struct walk *walk, struct redbook_container *container,
                  struct redbook_error *err) {
  if (!walk->data || !walk->format)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s is cut off or damaged: it has no %s chunk", walk->input->label,
                        walk->format ? "data" : "format");
  return redbook_pcm_judge(walk->input, &walk->layout, container, err);
}

bool redbook_riff_check(const struct redbook_input *input, struct redbook_container *container,
                        struct redbook_error *err) {
  struct walk walk = {.input = input};
  uint8_t mark[4] = {0};
  (void)redbook_input_get(input, mark, 4, 0);
  walk.big = memcmp(mark, "RIFX", 4) == 0;
  container->kind = memcmp(mark, "RF64", 4) == 0 ? REDBOOK_RF64 : REDBOOK_WAV;
  read_chunks(&walk);
  return judge(&walk, container, err);
}

/* W64: 16-byte GUIDs, sizes that include the 24-byte chunk head, chunks on 8-byte borders. */
bool redbook_w64_check(const struct redbook_input *input, struct redbook_container *container,
                       struct redbook_error *err) {
  struct walk walk = {.input = input};
  uint8_t head[24];
  int64_t at = 40;
  container->kind = REDBOOK_W64;
  while (!walk.data && redbook_input_get(input, head, sizeof head, at)) {
    int64_t size = redbook_le64(head + 16);
    if (size < 24 || size > INT64_MAX - at - 8) break;
    if (memcmp(head, "fmt ", 4) == 0) read_format(&walk, at + 24, size - 24);
    if (memcmp(head, "data", 4) == 0) {
      walk.layout.data = at + 24;
      walk.layout.bytes = size - 24;
      walk.data = true;
    }
    at += (size + 7) & ~(int64_t)7;
  }
  return judge(&walk, container, err);
}
