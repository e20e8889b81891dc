/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DTS (ETSI TS 102 114) without a container: a chain of frames that each say how long they are,
 * and have no check sum. ffmpeg goes on behind a hole and says nothing.
 */
#include "audio/container.h"
#include "base/bytes.h"

#define CORE 0x7FFE8001u
#define EXTENSION 0x64582025u
#define HEAD 16
#define SHORTEST 96u      /* a core frame's least length (5.3.1) */
#define MOST_ZEROS 65536u /* between two frames, where a writer pads them */

static const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;

/* The chain up to where it has been followed. */
struct chain {
  const struct redbook_input *input;
  int64_t at, end;
  double seconds;
  uint32_t frame; /* bytes of the first core frame */
  int64_t gap;    /* of zeros behind it, -1 before it is known: all have the same */
};

static uint32_t bits(const uint8_t *data, unsigned first, unsigned count) {
  uint32_t value = 0;
  for (unsigned i = first; i < first + count; i++)
    value = value << 1 | ((uint32_t)data[i / 8] >> (7 - i % 8) & 1u);
  return value;
}

/* 5.3.1: NBLKS, FSIZE and SFREQ of a core frame. */
static uint32_t core_frame(struct chain *chain, const uint8_t *head) {
  static const uint32_t rates[16] = {0,     8000, 16000, 32000, 0,     0,     11025, 22050,
                                     44100, 0,    0,     12000, 24000, 48000, 96000, 192000};
  uint32_t size = bits(head, 46, 14) + 1, rate = rates[bits(head, 66, 4)];
  if (size < SHORTEST || rate == 0) return 0;
  chain->seconds += (bits(head, 39, 7) + 1) * 32.0 / rate;
  if (chain->frame == 0) chain->frame = size;
  return size;
}

/* The length of what begins with `head`; 0: nothing that is known. 7.4.1: an extension's header
 * says whether its lengths are the wide ones. */
static uint32_t frame_size(struct chain *chain, const uint8_t *head) {
  if (redbook_get32(head) == CORE) return core_frame(chain, head);
  if (redbook_get32(head) != EXTENSION) return 0;
  return bits(head, 42, 1) ? bits(head, 55, 20) + 1 : bits(head, 51, 16) + 1;
}

/* Zeros from here on, up to `most`. */
static int64_t zeros(const struct chain *chain, int64_t most) {
  uint8_t block[4096];
  int64_t count = 0;
  while (count < most && count < chain->end - chain->at) {
    ssize_t got = redbook_read_at(chain->input->fd, block, sizeof block, chain->at + count);
    for (ssize_t i = 0; i < got; i++, count++)
      if (block[i] != 0) return count;
    if (got <= 0) break;
  }
  return count < chain->end - chain->at ? count : chain->end - chain->at;
}

static bool broken(const struct chain *chain, struct redbook_error *err) {
  redbook_fail(err, refused,
               "%s is damaged at %.2f s: its DTS frame there (byte %lld) is none, a stretch is "
               "missing or overwritten",
               chain->input->label, chain->seconds, (long long)chain->at);
  return redbook_want_whole(err);
}

/* 7.4: an extension begins on a border of four bytes; zeros before it are no padding. */
static bool extension_follows(const struct chain *chain, int64_t gap) {
  uint8_t sync[4];
  return gap < 4 && redbook_input_get(chain->input, sync, sizeof sync, chain->at + gap) &&
         redbook_get32(sync) == EXTENSION;
}

/* Over the padding, to the next frame or to the end. */
static bool skip_padding(struct chain *chain, struct redbook_error *err) {
  int64_t gap = zeros(chain, MOST_ZEROS);
  if (chain->at + gap == chain->end &&
      gap <= (int64_t)chain->frame + (chain->gap > 0 ? chain->gap : 0)) {
    chain->at = chain->end;
    return true;
  }
  if (!extension_follows(chain, gap)) {
    if (chain->gap < 0) chain->gap = gap;
    if (gap != chain->gap) return broken(chain, err);
  }
  chain->at += gap;
  return true;
}

bool redbook_dts_check(const struct redbook_input *input, struct redbook_error *err) {
  struct chain chain = {.input = input, .end = redbook_tags_begin(input), .gap = -1};
  while (chain.at < chain.end) {
    uint8_t head[HEAD] = {0};
    (void)redbook_read_at(input->fd, head, sizeof head, chain.at);
    double before = chain.seconds;
    uint32_t size = frame_size(&chain, head);
    if (size == 0) return broken(&chain, err);
    if (size > chain.end - chain.at) {
      redbook_fail(err, refused, "%s is cut off: it ends within a frame, at %.2f s",
                   input->label, before);
      return redbook_want_whole(err);
    }
    chain.at += size;
    if (!skip_padding(&chain, err)) return false;
  }
  return true;
}
