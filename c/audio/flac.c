/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FLAC (RFC 9639): the length that STREAMINFO promises, held against the file's last frame.
 *
 * libsndfile stops where STREAMINFO says, however much sound follows. Frames have check sums of
 * their own, which libFLAC looks at.
 */
#include <stdlib.h>

#include "audio/container.h"
#include "base/bytes.h"

#define TAIL 131072 /* more than any frame of common settings takes */

struct stream_info {
  unsigned rate;
  int64_t total; /* samples, 0 unknown */
};

struct last_frame {
  unsigned rate; /* 0: as STREAMINFO says */
  int64_t end;   /* the sample after its last one */
};

/* 9.1.8: x^8 + x^2 + x + 1; 9.3: x^16 + x^15 + x^2 + 1; both from 0. */
static uint8_t sum8(const uint8_t *data, size_t size) {
  unsigned crc = 0;
  for (size_t i = 0; i < size; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc & 0x80 ? (crc << 1 ^ 0x07) & 0xFF : crc << 1;
  }
  return (uint8_t)crc;
}

static uint16_t sum16(const uint8_t *data, size_t size) {
  unsigned crc = 0;
  for (size_t i = 0; i < size; i++) {
    crc ^= (unsigned)data[i] << 8;
    for (int bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? (crc << 1 ^ 0x8005) & 0xFFFF : crc << 1;
  }
  return (uint16_t)crc;
}

/* 9.1.5: a number in up to seven bytes, written as UTF-8 would be; its bytes, 0 for none. */
static size_t coded_number(const uint8_t *p, int64_t *number) {
  size_t length = 0;
  while (length < 8 && (p[0] << length & 0x80) != 0)
    length++;
  if (length == 1 || length == 8) return 0;
  if (length == 0) length = 1;
  *number = length == 1 ? p[0] : p[0] & (0x7F >> length);
  for (size_t i = 1; i < length; i++) {
    if ((p[i] & 0xC0) != 0x80) return 0;
    *number = *number << 6 | (p[i] & 0x3F);
  }
  return length;
}

/* A frame header at `p`, 9.1: sync, block size and rate by codes, the number of the frame or of
 * its first sample, what the codes leave open, a check sum. `fixed` = the block size of all. */
static bool frame_header(const uint8_t *p, int64_t fixed, struct last_frame *frame) {
  static const unsigned rates[16] = {0,     88200, 176400, 192000, 8000,  16000,
                                     22050, 24000, 32000,  44100,  48000, 96000};
  unsigned size_code = p[2] >> 4, rate_code = p[2] & 15;
  if (p[0] != 0xFF || (p[1] & 0xFE) != 0xF8 || size_code == 0 || rate_code == 15) return false;
  int64_t number = 0, size = size_code == 1 ? 192 : 144 << size_code;
  if (size_code >= 8) size = 256 << (size_code - 8);
  size_t length = coded_number(p + 4, &number);
  if (length == 0) return false;
  length += 4;
  if (size_code == 6) size = p[length] + 1, length += 1;
  if (size_code == 7) size = redbook_get16(p + length) + 1, length += 2;
  frame->rate = rate_code < 12 ? rates[rate_code] : 0;
  if (rate_code == 12) frame->rate = p[length] * 1000u, length += 1;
  if (rate_code == 13) frame->rate = redbook_get16(p + length), length += 2;
  if (rate_code == 14) frame->rate = redbook_get16(p + length) * 10u, length += 2;
  if (sum8(p, length) != p[length]) return false;
  frame->end = (p[1] & 1 ? number : number * fixed) + size;
  return true;
}

/* The frame that ends at `end`: both its check sums are right. */
static bool find_last(const struct redbook_input *input, int64_t from, int64_t end,
                      int64_t fixed, struct last_frame *frame) {
  enum { LONGEST_HEADER = 16 };
  int64_t start = end - TAIL > from ? end - TAIL : from;
  if (end < start) return false;
  size_t size = (size_t)(end - start);
  uint8_t *tail = calloc(1, size + LONGEST_HEADER);
  bool found = false;
  if (tail && redbook_input_get(input, tail, size, start))
    for (size_t at = size; !found && at-- > 0;)
      found = tail[at] == 0xFF && size - at > 2 && frame_header(tail + at, fixed, frame) &&
              sum16(tail + at, size - at) == 0;
  free(tail);
  return found;
}

static bool judge_last(const struct redbook_input *input, const struct stream_info *info,
                       const struct last_frame *last, struct redbook_error *err) {
  double rate = info->rate ? info->rate : 44100;
  if (info->total > 0 && last->end != info->total)
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                 "%s is damaged: its last frame ends at %.2f s, its header says %.2f s",
                 input->label, (double)last->end / rate, (double)info->total / rate);
  else if (last->rate && last->rate != info->rate)
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                 "%s is damaged: its last frame is of %u Hz, its header says %u Hz",
                 input->label, last->rate, info->rate);
  else
    return true;
  return redbook_want_whole(err);
}

bool redbook_flac_check(const struct redbook_input *input, int64_t at,
                        struct redbook_container *container, struct redbook_error *err) {
  uint8_t block[4 + 34];
  const uint8_t *info = block + 4;
  container->kind = REDBOOK_FLAC;
  if (!redbook_input_get(input, block, sizeof block, at + 4) || (block[0] & 0x7F) != 0 ||
      redbook_get24(block + 1) != 34)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s is cut off or damaged: FLAC without STREAMINFO", input->label);
  /* 8.2: 20 bits rate, 3 channels - 1, 5 bits - 1, 36 bits of total samples, 0 = unknown */
  struct stream_info stream = {
      .rate = redbook_get24(info + 10) >> 4,
      .total = (int64_t)(info[13] & 0x0F) << 32 | redbook_get32(info + 14)};
  if (stream.total > 0) {
    container->frames = stream.total;
    container->certain = true;
  }
  struct last_frame last;
  int64_t end = redbook_tags_begin(input);
  container->tail_bytes = input->size - end; /* libFLAC takes them for damage */
  return !find_last(input, at + 42, end, redbook_get16(info + 2), &last) ||
         judge_last(input, &stream, &last, err);
}
