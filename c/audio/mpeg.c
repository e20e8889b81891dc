/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MPEG audio (ISO 11172-3, 13818-3): every frame header from the first to the last, and the
 * counts of a Xing, LAME or VBRI tag.
 *
 * libmpg123 stops at damage and at the end of the first of several joined files, and libsndfile
 * says nothing of it; a file without a tag has no length but the sum of its frames.
 */
#include <string.h>

#include "audio/container.h"
#include "audio/mpeg_side.h"
#include "audio/mpeg_tag.h"
#include "base/bytes.h"

#define JUNK 65536     /* bytes before the first frame that are stepped over */
#define REACH 16777216 /* how far more frames are looked for: no tag is longer */

struct frame {
  unsigned rate, samples, layer; /* layer 1..3 */
  int64_t bytes;                 /* 0 when the bit rate is free */
  unsigned side;                 /* bytes of header and side information (layer III) */
};

/* A file seen through a buffer: headers are read one by one. */
struct reader {
  const struct redbook_input *input;
  int64_t start;
  size_t length;
  uint8_t data[16384];
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

/* `count` bytes at `at`, NULL when they are not all there. */
static const uint8_t *look(struct reader *reader, int64_t at, size_t count) {
  if (at < reader->start || at + (int64_t)count > reader->start + (int64_t)reader->length) {
    ssize_t got = redbook_read_at(reader->input->fd, reader->data, sizeof reader->data, at);
    reader->start = at;
    reader->length = got < 0 ? 0 : (size_t)got;
    if (reader->length < count) return NULL;
  }
  return reader->data + (at - reader->start);
}

static bool frame_at(struct reader *reader, int64_t at, struct frame *frame) {
  const uint8_t *bytes = look(reader, at, 4);
  return bytes && parse(bytes, frame);
}

/* True when `count` frames of one kind follow each other from `at`, or fewer up to the end. */
static bool row_of(struct reader *reader, int64_t at, int count, struct frame *first) {
  struct frame frame;
  if (!frame_at(reader, at, first)) return false;
  for (int i = 1; i < count && first->bytes > 0; i++) {
    if (i == 1) frame = *first;
    at += frame.bytes;
    if (at == reader->input->size) return true;
    if (!frame_at(reader, at, &frame) || frame.bytes == 0 || frame.rate != first->rate ||
        frame.layer != first->layer)
      return false;
  }
  return true;
}

/* The next place before `end` where four frames follow each other, or -1. */
static int64_t find_frames(struct reader *reader, int64_t at, int64_t end,
                           struct frame *frame) {
  for (; at + 4 <= end; at++)
    if (row_of(reader, at, 4, frame) && frame->bytes > 0) return at;
  return -1;
}

struct walk {
  int64_t frames, end; /* where the last whole one ends */
  int64_t gap;     /* byte where the chain of frames breaks though it goes on later, or -1 */
  double gap_time; /* seconds */
  bool partial;    /* the last frame is not all there */
  int64_t summed, bad_sums; /* frames with a right check sum and with a wrong one */
  int64_t wrong, bad_sum; /* byte of the first frame that contradicts itself; of a wrong sum */
  double wrong_time, bad_sum_time;
};

/* What a frame says of itself. An encoder may leave all check sums wrong: they are counted. */
static void judge_frame(struct reader *reader, int64_t at, const struct frame *frame,
                        struct walk *walk) {
  const uint8_t *head = look(reader, at, REDBOOK_MPEG_SIDE_BYTES);
  if (frame->layer != 3 || !head) return;
  enum redbook_mpeg_side side = redbook_mpeg_side(head, frame->bytes);
  double time = (double)walk->frames * frame->samples / frame->rate;
  if (side == REDBOOK_MPEG_SIDE_SUMMED) walk->summed++;
  if (side == REDBOOK_MPEG_SIDE_BAD_SUM && walk->bad_sums++ == 0)
    walk->bad_sum = at, walk->bad_sum_time = time;
  if (side == REDBOOK_MPEG_SIDE_WRONG && walk->wrong < 0)
    walk->wrong = at, walk->wrong_time = time;
}

/* Steps from frame to frame; what follows the last one is a tag of some kind. */
static struct walk walk_frames(struct reader *reader, int64_t at, const struct frame *first,
                               bool tagged) {
  struct walk walk = {.gap = -1, .wrong = -1};
  struct frame frame;
  while (at + 4 <= reader->input->size) {
    if (frame_at(reader, at, &frame) && frame.bytes > 0 && frame.rate == first->rate &&
        frame.layer == first->layer) {
      walk.partial = at + frame.bytes > reader->input->size;
      if (walk.partial) break;
      if (walk.frames > 0 || !tagged) judge_frame(reader, at, &frame, &walk);
      at += frame.bytes;
      walk.end = at;
      walk.frames++;
      continue;
    }
    /* One gap is enough to refuse the file; what it goes on with may be of another rate. */
    int64_t far = at + REACH < reader->input->size ? at + REACH : reader->input->size;
    if (find_frames(reader, at, far, &frame) >= 0 || far < reader->input->size) {
      walk.gap = at;
      walk.gap_time = (double)walk.frames * first->samples / first->rate;
    }
    break;
  }
  return walk;
}

static bool damaged(const struct redbook_input *input, const struct walk *walk,
                    struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "%s is damaged at %.2f s (byte %lld), or several files joined", input->label,
               walk->gap_time, (long long)walk->gap);
  redbook_advise(err, "Get a whole copy of the file, or its parts one by one.");
  return false;
}

static bool broken(const struct redbook_input *input, double time, int64_t at,
                   struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "%s is damaged at %.2f s (byte %lld): that frame contradicts itself",
               input->label, time, (long long)at);
  return redbook_want_whole(err);
}

static bool changed(const struct redbook_input *input, struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "%s is damaged: its frames are not those that LAME has summed up", input->label);
  redbook_advise(err,
                 "Get a whole copy of the file. If a program has changed it on purpose: "
                 "ffmpeg -i IN.mp3 -c copy OUT.mp3 sums it up anew.");
  return false;
}

/* A tag behind the frames, by its first letters: libmpg123 looks a kilobyte far for more
 * frames, and fails. */
static bool tag_follows(const struct redbook_input *input, int64_t at) {
  static const char *const marks[] = {"APETAGEX", "TAG", "LYRICSBEGIN", "ID3"};
  uint8_t head[11] = {0};
  (void)redbook_read_at(input->fd, head, sizeof head, at);
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (memcmp(head, marks[i], strlen(marks[i])) == 0) return true;
  return false;
}

/* A tag's own frame holds no sound. Encoders differ by a frame in what they count, and decoders
 * in what they trim: two frames fewer are no proof. */
static bool judge(const struct redbook_input *input, const struct frame *frame,
                  const struct walk *walk, bool tagged, const struct redbook_mpeg_tag *tag,
                  struct redbook_container *container, struct redbook_error *err) {
  int64_t there = walk->frames - (tagged ? 1 : 0);
  int64_t says = tag->frames > 0 ? (int64_t)tag->frames : there + (walk->partial ? 1 : 0);
  double length = (double)frame->samples / frame->rate;
  if (tag->delay > 3 * frame->samples || tag->padding > 3 * frame->samples)
    return redbook_fail(
        err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
        "%s is damaged: its LAME tag leaves out %u samples before and %u behind", input->label,
        tag->delay, tag->padding);
  if (walk->gap >= 0) return damaged(input, walk, err);
  if (walk->wrong >= 0) return broken(input, walk->wrong_time, walk->wrong, err);
  if (walk->bad_sums > 0 && walk->bad_sums < walk->summed)
    return broken(input, walk->bad_sum_time, walk->bad_sum, err);
  if (there + (walk->partial ? 0 : 1) < says)
    return redbook_cut_off(err, input->label, (double)there * length, (double)says * length);
  container->frames = there * frame->samples - tag->delay - tag->padding;
  if (container->frames < 0) container->frames = 0;
  container->slack = 2 * (int64_t)frame->samples;
  return true;
}

bool redbook_mpeg_ends_before(const struct redbook_input *input, int64_t end) {
  struct reader reader = {.input = input};
  struct frame frame;
  return end > 0 && find_frames(&reader, end < 4096 ? 0 : end - 4096, end, &frame) >= 0;
}

int64_t redbook_mpeg_find(const struct redbook_input *input, int64_t at) {
  struct reader reader = {.input = input};
  struct frame frame;
  if (row_of(&reader, at, 3, &frame)) return at;
  return find_frames(&reader, at, at + JUNK < input->size ? at + JUNK : input->size, &frame);
}

bool redbook_mpeg_check(const struct redbook_input *input, int64_t at,
                        struct redbook_container *container, struct redbook_error *err) {
  struct reader reader = {.input = input};
  struct frame frame;
  struct redbook_mpeg_tag tag = {0};
  container->kind = REDBOOK_MPEG;
  if (!frame_at(&reader, at, &frame) || frame.bytes == 0)
    return true; /* free bit rate: its frames cannot be stepped through */
  bool tagged = frame.layer == 3 && redbook_mpeg_tag_read(input, at, frame.side, &tag);
  struct walk walk = walk_frames(&reader, at, &frame, tagged);
  if (!judge(input, &frame, &walk, tagged, &tag, container, err)) return false;
  if (tag_follows(input, walk.end)) container->tail_bytes = input->size - walk.end;
  return redbook_mpeg_tag_fits(input, at, at + frame.bytes, walk.end, &tag) ||
         changed(input, err);
}
