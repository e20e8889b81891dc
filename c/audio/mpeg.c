/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MPEG audio (ISO 11172-3, 13818-3): frame headers, and the Xing/LAME count of frames. */
#include <string.h>

#include "audio/container.h"
#include "base/bytes.h"

struct frame {
  unsigned rate, samples, layer; /* layer 1..3 */
  int64_t bytes;                 /* 0 when the bit rate is free */
  unsigned side;                 /* bytes of header, CRC and side information (layer III) */
};

/* Kbit/s by [table][index]; tables: V1 L1, V1 L2, V1 L3, V2 L1, V2 L2 and L3. */
static const uint16_t rates[5][15] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
};

static bool parse(const uint8_t *h, struct frame *frame) {
  static const unsigned hertz[3] = {44100, 48000, 32000};
  unsigned version = h[1] >> 3 & 3, layer = 4u - (h[1] >> 1 & 3u);
  unsigned bits = h[2] >> 4, rate = h[2] >> 2 & 3, padding = h[2] >> 1 & 1;
  if (h[0] != 0xFF || (h[1] & 0xE0) != 0xE0) return false;
  if (version == 1 || layer == 4 || bits == 15 || rate == 3) return false;
  bool first = version == 3; /* MPEG 1; 2 is MPEG 2, 0 is 2.5 */
  unsigned table = first ? layer - 1 : layer == 1 ? 3 : 4;
  unsigned kbits = rates[table][bits];
  bool mono = h[3] >> 6 == 3;
  frame->layer = layer;
  frame->rate = hertz[rate] >> (first ? 0 : version == 2 ? 1 : 2);
  frame->samples = layer == 1 ? 384 : layer == 3 && !first ? 576 : 1152;
  frame->side = 4 + (first ? (mono ? 17 : 32) : (mono ? 9 : 17));
  if (layer == 1)
    frame->bytes = (12LL * kbits * 1000 / frame->rate + padding) * 4;
  else
    frame->bytes = (int64_t)frame->samples / 8 * kbits * 1000 / frame->rate + padding;
  if (kbits == 0) frame->bytes = 0;
  return true;
}

static bool frame_at(const struct redbook_input *input, int64_t at, struct frame *frame) {
  uint8_t head[4];
  return redbook_input_get(input, head, sizeof head, at) && parse(head, frame);
}

/* A second frame of the same kind must follow, or the end of the file. */
static bool begins_here(const struct redbook_input *input, int64_t at, struct frame *frame) {
  struct frame next;
  if (!frame_at(input, at, frame)) return false;
  if (frame->bytes == 0) return true;
  if (at + frame->bytes + 4 > input->size) return at + frame->bytes == input->size;
  return frame_at(input, at + frame->bytes, &next) && next.rate == frame->rate &&
         next.layer == frame->layer;
}

struct xing {
  uint32_t frames, bytes;         /* 0 = not told */
  unsigned delay, padding, count; /* count: 1 when the tag was found */
};

/* The tag sits in the first frame where layer III data would begin: "Xing"/"Info", flags,
 * [frames], [bytes], [100 of TOC], [quality]; LAME adds delay and padding at +21 (24 bits). */
static struct xing read_xing(const struct redbook_input *input, int64_t at,
                             const struct frame *frame) {
  struct xing xing = {0};
  uint8_t tag[160] = {0};
  ssize_t got = redbook_read_at(input->fd, tag, sizeof tag, at + frame->side);
  if (frame->layer != 3 || got < 16) return xing;
  if (memcmp(tag, "Xing", 4) != 0 && memcmp(tag, "Info", 4) != 0) return xing;
  uint32_t flags = redbook_get32(tag + 4);
  const uint8_t *p = tag + 8;
  xing.count = 1;
  if (flags & 1) xing.frames = redbook_get32(p);
  p += flags & 1 ? 4 : 0;
  if (flags & 2) xing.bytes = redbook_get32(p);
  p += flags & 2 ? 4 : 0;
  p += flags & 4 ? 100 : 0;
  p += flags & 8 ? 4 : 0;
  if (*p == 0) return xing;
  xing.delay = redbook_get24(p + 21) >> 12;
  xing.padding = redbook_get24(p + 21) & 0xFFF;
  return xing;
}

/* Counts whole frames from the first one on, the one with the tag not counted. */
static uint32_t count_frames(const struct redbook_input *input, int64_t at) {
  struct frame frame;
  uint32_t count = 0;
  while (frame_at(input, at, &frame) && frame.bytes > 0 && at + frame.bytes <= input->size) {
    at += frame.bytes;
    count++;
  }
  return count > 0 ? count - 1 : 0;
}

/* Some encoders count the tag's own frame and some do not trim the decoder's delay: two frames
 * fewer are no proof of a cut. */
static void promise(const struct frame *frame, const struct xing *xing,
                    struct redbook_container *container) {
  int64_t samples = (int64_t)xing->frames * frame->samples;
  int64_t trimmed = samples - xing->delay - xing->padding;
  if (xing->frames == 0) return;
  container->frames = trimmed > 0 ? trimmed : samples;
  container->slack = 2 * (int64_t)frame->samples;
}

bool redbook_mpeg_check(const struct redbook_input *input, int64_t at,
                        struct redbook_container *container, struct redbook_error *err) {
  struct frame frame;
  if (!begins_here(input, at, &frame)) return false;
  container->kind = REDBOOK_MPEG;
  container->first_byte = at;
  struct xing xing = read_xing(input, at, &frame);
  promise(&frame, &xing, container);
  if (xing.frames == 0 || at + (int64_t)xing.bytes <= input->size) return true;
  uint32_t there = count_frames(input, at);
  if (there >= xing.frames) return true;
  double length = (double)frame.samples / frame.rate;
  return redbook_cut_off(err, input->label, there * length, xing.frames * length);
}
