/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages between a decoder's floats and 16-bit frames. Each owns nothing of another's. */
#ifndef REDBOOK_AUDIO_STAGES_H
#define REDBOOK_AUDIO_STAGES_H

#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/container.h"
#include "audio/processing.h"
#include "base/error.h"

#define REDBOOK_DISC_RATE 44100

/* --- channels: any layout of 1..8 to one (mono) or two ------------------------------------ */

struct redbook_mix {
  int channels;
  int width; /* channels of the result: 1 for mono, which is doubled at the end, else 2 */
  float left[8], right[8]; /* weight of each channel */
};

/* Weights by ITU-R BS.775 from the file's channel map, or from its container's usual order. */
void redbook_mix_init(struct redbook_mix *mix, SNDFILE *file, int channels,
                      enum redbook_container_kind kind);
/* The same from a libsndfile channel map of `channels` entries. */
void redbook_mix_from_map(struct redbook_mix *mix, const int *map, int channels);
void redbook_mix_run(const struct redbook_mix *mix, const float *in, float *out, size_t frames);

/* --- rate: soxr to 44.1 kHz --------------------------------------------------------------- */

struct redbook_resampler;

struct redbook_resampler *redbook_resampler_new(unsigned rate, int width,
                                                enum redbook_quality quality,
                                                struct redbook_error *err);
void redbook_resampler_free(struct redbook_resampler *resampler);
/* Frames that `in` frames may bring out at most. */
size_t redbook_resampler_room(const struct redbook_resampler *resampler, size_t in);
/* Takes all of `in`, `frames` NULL = end: what is left comes out over several calls, until 0.
 * Returns the frames written; their sum is round(frames in * 44100 / rate). -1 on failure. A
 * frame is exactly zero where everything within the filter's reach was. */
int64_t redbook_resampler_run(struct redbook_resampler *resampler, const float *in,
                              size_t frames, float *out, size_t room,
                              struct redbook_error *err);

/* --- quantising: dither, clamp ------------------------------------------------------------ */

#define REDBOOK_SILENCE_FRAMES 588u /* a run this long of zero frames gets no dither */
#define REDBOOK_DITHER_LANES 8

struct redbook_quantiser {
  enum redbook_dither dither;
  uint32_t lanes[REDBOOK_DITHER_LANES]; /* xorshift32 states */
  size_t zeros;                         /* zero frames just before that were left silent */
  uint64_t clipped;
};

void redbook_quantiser_init(struct redbook_quantiser *quantiser, enum redbook_dither dither);
/* Quantises stereo frames; returns how many of `count`: a run of zeros at their end whose
 * length is not yet known waits unless `last`. */
size_t redbook_quantise(struct redbook_quantiser *quantiser, const float *in, int16_t *out,
                        size_t count, bool last);

/* --- packing ------------------------------------------------------------------------------ */

/* 16-bit samples to little-endian bytes. */
void redbook_pack(uint8_t *bytes, const int16_t *samples, size_t count);

#endif
