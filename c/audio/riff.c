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
  bool big;              /* RIFX */
  int64_t long_bytes;    /* RF64: the data size of its ds64 chunk */
  int64_t fact, wide_at; /* frames of the fact chunk, -1 none; where the ds64 data size is */
  uint32_t form;         /* the size in the RIFF head */
  uint16_t tag, block_frames;
  bool format, data, odd; /* odd: a frame of another size than its samples have */
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
  walk->tag = tag;
  /* Microsoft's "New Multimedia Data Types": of formats in blocks the first word behind cbSize.
   */
  walk->block_frames = linear(tag) || length < 20 ? 0 : u16(walk, fmt + 18);
  walk->layout.rate = u32(walk, fmt + 4);
  walk->layout.second = u32(walk, fmt + 8);
  walk->layout.block = linear(tag) ? u16(walk, fmt + 12) : 0;
  walk->format = true;
  /* Samples of 24 bits may lie in 32. */
  uint32_t channels = u16(walk, fmt + 2), width = (u16(walk, fmt + 14) + 7u) / 8u;
  uint32_t least = channels * width, block = walk->layout.block;
  walk->odd = block > 0 && least > 0 && channels <= 8 && width <= 8 &&
              (block % channels != 0 || block < least || block > channels * 8);
}

static void read_data(struct walk *walk, int64_t at, uint32_t size) {
  walk->layout.data = at;
  walk->data = true;
  int64_t bytes = walk->long_bytes > 0 && size == UINT32_MAX ? walk->long_bytes : size;
  bool beyond = at + bytes > walk->input->size;
  /* A file that is empty in earnest has a RIFF size that fits it. */
  bool unset = bytes == 0 && (int64_t)walk->form + 8 != walk->input->size;
  walk->layout.bytes = unset || (size >= PIPED && beyond && walk->long_bytes == 0) ? -1 : bytes;
}

static void read_chunks(struct walk *walk) {
  uint8_t head[8], wide[16];
  int64_t at = 12;
  for (int i = 0;
       i < REDBOOK_MOST_CHUNKS && !walk->data && redbook_input_get(walk->input, head, 8, at);
       i++) {
    uint32_t size = u32(walk, head + 4);
    at += 8;
    if (memcmp(head, "fmt ", 4) == 0) read_format(walk, at, size);
    if (memcmp(head, "ds64", 4) == 0 && redbook_input_get(walk->input, wide, 16, at)) {
      walk->long_bytes = redbook_le64(wide + 8);
      walk->wide_at = at + 8;
    }
    if (memcmp(head, "fact", 4) == 0 && redbook_input_get(walk->input, wide, 4, at))
      walk->fact = u32(walk, wide);
    if (memcmp(head, "data", 4) == 0) read_data(walk, at, size);
    at += (int64_t)size + (size & 1);
  }
}

/* libsndfile takes a length of 0 for no sound: it shall see the true one. */
static void patch_length(const struct walk *walk, struct redbook_container *container) {
  uint64_t bytes = (uint64_t)(walk->input->size - walk->layout.data);
  container->patch_at = walk->wide_at ? walk->wide_at : walk->layout.data - 4;
  container->patch_bytes = walk->wide_at ? 8 : 4;
  for (size_t i = 0; i < 8; i++)
    container->patch[i] = (uint8_t)(bytes >> 8 * i);
  if (walk->big) redbook_put32(container->patch, (uint32_t)bytes);
}

static bool judge(const struct walk *walk, struct redbook_container *container,
                  struct redbook_error *err) {
  if (!walk->data || !walk->format)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s is cut off or damaged: it has no %s chunk", walk->input->label,
                        walk->format ? "data" : "format");
  if (walk->odd)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s is damaged: its format chunk has frames of %u bytes, which its "
                        "samples do not make",
                        walk->input->label, walk->layout.block);
  if (!redbook_pcm_judge(walk->input, &walk->layout, container, err)) return false;
  if (container->open_ended) patch_length(walk, container);
  if (walk->fact > 0 && !walk->layout.block) {
    container->frames = walk->fact;
    container->certain = container->limited = true;
    container->block_frames = walk->block_frames;
  }
  return true;
}

/* MPEG audio in a WAV (tags 50h, 55h), which libsndfile reads only bare. */
static bool mpeg_inside(const struct walk *walk, struct redbook_container *container,
                        struct redbook_error *err) {
  int64_t first = redbook_mpeg_find(walk->input, walk->layout.data);
  if (first < 0)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s is a WAV without the MPEG audio it promises", walk->input->label);
  container->hidden_bytes = first;
  return redbook_mpeg_check(walk->input, first, container, err);
}

bool redbook_riff_check(const struct redbook_input *input, struct redbook_container *container,
                        struct redbook_error *err) {
  struct walk walk = {.input = input};
  uint8_t mark[4] = {0};
  (void)redbook_input_get(input, mark, 4, 0);
  walk.big = memcmp(mark, "RIFX", 4) == 0;
  container->kind = memcmp(mark, "RF64", 4) == 0 ? REDBOOK_RF64 : REDBOOK_WAV;
  uint8_t size[4] = {0};
  (void)redbook_input_get(input, size, 4, 4);
  walk.form = u32(&walk, size);
  read_chunks(&walk);
  if (walk.data && (walk.tag == 0x50 || walk.tag == 0x55) && walk.layout.bytes > 0 &&
      walk.layout.data + walk.layout.bytes <= input->size)
    return mpeg_inside(&walk, container, err);
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
