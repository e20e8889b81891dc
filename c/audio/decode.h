/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sound file decoded from its beginning to its end by libsndfile, plain Opus by libopus, with
 * its end checked. */
#ifndef REDBOOK_AUDIO_DECODE_H
#define REDBOOK_AUDIO_DECODE_H

#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>

#include "audio/container.h"
#include "audio/input.h"
#include "audio/opus.h"
#include "audio/source.h"
#include "base/error.h"

struct redbook_decoder {
  struct redbook_input input;
  struct redbook_container container;
  SNDFILE *file;
  struct redbook_opus *opus; /* decodes instead of `file`, which then only knows the file */
  SF_INFO info;
  int map[8];       /* libsndfile's names of the channels' speakers, when there are over two */
  int64_t promise;  /* frames, -1 unknown */
  int64_t position; /* the frame read next */
  int64_t offset;   /* libsndfile's place in the file */
  uint8_t *ahead;   /* the file from `ahead_at` on, as libsndfile sees it; may be NULL */
  int64_t ahead_at;
  size_t ahead_bytes;
  int read_errno; /* the disk failed under libsndfile */
};

/* Errors as redbook_source_open's. A file of REDBOOK_OUTSIDE is looked at only. */
bool redbook_decoder_open(struct redbook_decoder *decoder, const char *path,
                          struct redbook_error *err);
/* On an open file without a name, which it owns; `path` for messages. */
bool redbook_decoder_open_spool(struct redbook_decoder *decoder, int spool, const char *path,
                                struct redbook_error *err);
void redbook_decoder_close(struct redbook_decoder *decoder);

/* Back to the first frame by opening anew: libsndfile's seek is wrong for Vorbis (its issue
 * 885) and a fresh decoder is the same every time. */
bool redbook_decoder_rewind(struct redbook_decoder *decoder, struct redbook_error *err);

/* Until that, it may rest: the file stays open, nothing else. */
void redbook_decoder_rest(struct redbook_decoder *decoder);

/* Frames of `info.channels`, +-1 full scale. Fewer than `count` only at the end, which has been
 * checked then; -1 on damage, a cut, or samples that are no numbers. */
int64_t redbook_decoder_floats(struct redbook_decoder *decoder, float *frames, int64_t count,
                               struct redbook_error *err);
/* The same as 16-bit integers; only for integer sources of at most 16 bits. */
int64_t redbook_decoder_shorts(struct redbook_decoder *decoder, int16_t *frames, int64_t count,
                               struct redbook_error *err);

/* True for integer PCM of at most 16 bits, or FLAC of it, at 44.1 kHz in 1 or 2 channels. */
bool redbook_decoder_exact(const struct redbook_decoder *decoder);
/* True for PCM and FLAC, whose seeks are measured to be exact. */
bool redbook_decoder_seeks(const struct redbook_decoder *decoder);
/* To a frame; false when it cannot be reached: rewind then. */
bool redbook_decoder_seek(struct redbook_decoder *decoder, int64_t frame);

/* Fills `map` for three to eight channels: what the file says of their speakers, else its
 * kind's usual order. 050D when it says what cannot be followed. */
bool redbook_layout_read(const struct redbook_input *input,
                         const struct redbook_container *container, SNDFILE *file, int channels,
                         int map[8], struct redbook_error *err);
/* The same of FLAC in Ogg that ffmpeg, which does not look at its mask, has decoded: leaves
 * `map` alone when the file says nothing. */
bool redbook_layout_of_original(const char *path, int channels, int map[8],
                                struct redbook_error *err);

void redbook_decoder_format(const struct redbook_decoder *decoder,
                            struct redbook_source_format *format);
/* What the file says of itself (tag.h), and where that is nothing what libsndfile has found. */
void redbook_decoder_tags(const struct redbook_decoder *decoder,
                          struct redbook_source_tags *tags);

#endif
