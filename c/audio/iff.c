/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Big-endian PCM containers: AIFF and AIFF-C, AU, CAF. */
#include <math.h>
#include <string.h>

#include "audio/container.h"
#include "audio/little.h"
#include "base/bytes.h"

static bool damaged(const struct redbook_input *input, const char *chunk,
                    struct redbook_error *err) {
  return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                      "%s is cut off or damaged: it has no %s chunk", input->label, chunk);
}

/* 80-bit IEEE 754 extended: 15-bit exponent biased by 16383, 64-bit mantissa with its 1. */
static unsigned extended(const uint8_t *p) {
  int exponent = (redbook_get16(p) & 0x7FFF) - 16383 - 31;
  double value = ldexp((double)redbook_get32(p + 2), exponent);
  return value > 0 && value < 4e9 ? (unsigned)(value + 0.5) : 0;
}

static uint32_t aiff_block(const uint8_t *comm, uint32_t size) {
  static const char *const linear[] = {"NONE", "twos", "sowt", "raw ", "in24",
                                       "in32", "fl32", "FL32", "fl64", "FL64"};
  uint32_t width = (redbook_get16(comm + 6) + 7u) / 8u, channels = redbook_get16(comm);
  if (size < 22) return channels * width;
  for (size_t i = 0; i < sizeof linear / sizeof *linear; i++)
    if (memcmp(comm + 18, linear[i], 4) == 0) return channels * width;
  return 0;
}

/* COMM says how many frames, SSND where they are. The frame count is the truth: sox writes
 * 7F000000h and the like when it writes to a pipe. */
bool redbook_aiff_check(const struct redbook_input *input, struct redbook_container *container,
                        struct redbook_error *err) {
  struct redbook_pcm_layout layout = {0};
  uint8_t head[8], comm[22] = {0};
  uint32_t comm_size = 0, ssnd_size = 0;
  int64_t at = 12;
  container->kind = REDBOOK_AIFF;
  for (int i = 0; i < REDBOOK_MOST_CHUNKS && redbook_input_get(input, head, 8, at); i++) {
    uint32_t size = redbook_get32(head + 4);
    size_t kept = size < 22 ? size : 22;
    at += 8;
    if (memcmp(head, "COMM", 4) == 0 && size >= 18 && redbook_input_get(input, comm, kept, at))
      comm_size = size;
    if (memcmp(head, "SSND", 4) == 0) {
      layout.data = at + 8;
      ssnd_size = size < 8 ? 0 : size - 8;
    }
    at += (int64_t)size + (size & 1);
  }
  if (!comm_size) return damaged(input, "COMM", err);
  if (!layout.data) return damaged(input, "SSND", err);
  layout.rate = extended(comm + 8);
  layout.block = aiff_block(comm, comm_size);
  layout.second = layout.rate * layout.block;
  uint32_t frames = redbook_get32(comm + 2);
  layout.bytes = layout.block ? (int64_t)frames * layout.block : (int64_t)ssnd_size;
  if (ssnd_size >= 0x7F000000u || layout.bytes >= 0x7F000000) layout.bytes = -1;
  return redbook_pcm_judge(input, &layout, container, err);
}

/* Bytes of a sample by AU encoding number; 0 for the ADPCM ones. */
static uint32_t au_width(uint32_t encoding) {
  static const uint8_t width[28] = {
      [1] = 1, [2] = 1, [3] = 2, [4] = 3, [5] = 4, [6] = 4, [7] = 8, [27] = 1};
  return encoding < 28 ? width[encoding] : 0;
}

bool redbook_au_check(const struct redbook_input *input, struct redbook_container *container,
                      struct redbook_error *err) {
  uint8_t head[24];
  container->kind = REDBOOK_AU;
  if (!redbook_input_get(input, head, sizeof head, 0))
    return damaged(input, "complete .snd", err);
  uint32_t (*u32)(const uint8_t *) = head[0] == 'd' ? redbook_le32 : redbook_get32;
  uint32_t size = u32(head + 8);
  struct redbook_pcm_layout layout = {.data = u32(head + 4), .rate = u32(head + 16)};
  layout.bytes = size >= 0x7F000000u ? -1 : (int64_t)size;
  layout.block = au_width(u32(head + 12)) * u32(head + 20);
  layout.second = layout.rate * layout.block;
  return redbook_pcm_judge(input, &layout, container, err);
}

static double caf_rate(const uint8_t *p) {
  uint64_t bits = (uint64_t)redbook_get32(p) << 32 | redbook_get32(p + 4);
  double rate = 0;
  memcpy(&rate, &bits, sizeof rate);
  return rate;
}

/* Core Audio Format 1.0: `desc`, then `data` with a 4-byte edit count; size -1 = to the end. */
/* Apple's Core Audio Format 1.0, "Audio Data Chunk": a size of -1 means up to the end of the
 * file, as of a file written to a pipe. libsndfile takes it for damage. */
static void tell_length(const struct redbook_input *input, struct redbook_container *container,
                        int64_t at) {
  container->patch_at = at - 8;
  container->patch_bytes = 8;
  for (unsigned i = 0; i < 8; i++)
    container->patch[i] = (uint8_t)((uint64_t)(input->size - at) >> (56 - 8 * i));
}

bool redbook_caf_check(const struct redbook_input *input, struct redbook_container *container,
                       struct redbook_error *err) {
  struct redbook_pcm_layout layout = {0};
  uint8_t head[12], desc[32];
  bool described = false;
  int64_t at = 8;
  container->kind = REDBOOK_CAF;
  for (int i = 0; i < REDBOOK_MOST_CHUNKS && !layout.data &&
                  redbook_input_get(input, head, sizeof head, at);
       i++) {
    int64_t size = (int64_t)((uint64_t)redbook_get32(head + 4) << 32 | redbook_get32(head + 8));
    at += 12;
    if (memcmp(head, "desc", 4) == 0 && redbook_input_get(input, desc, sizeof desc, at)) {
      double rate = caf_rate(desc);
      described = rate > 0 && rate < 4e9;
      layout.rate = described ? (unsigned)rate : 0;
      layout.block = redbook_get32(desc + 20) == 1 ? redbook_get32(desc + 16) : 0;
      layout.second = layout.rate * layout.block;
    }
    if (memcmp(head, "data", 4) == 0) {
      layout.data = at + 4;
      layout.bytes = size < 4 ? -1 : size - 4;
      if (size == -1) tell_length(input, container, at);
    }
    if (size < 0 || size > INT64_MAX - at) break;
    at += size;
  }
  if (!described) return damaged(input, "desc", err);
  if (!layout.data) return damaged(input, "data", err);
  return redbook_pcm_judge(input, &layout, container, err);
}
