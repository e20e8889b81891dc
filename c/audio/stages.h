/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages between a decoder's floats and 16-bit frames. Each owns nothing of another's. */
#ifndef REDBOOK_AUDIO_STAGES_H
#define REDBOOK_AUDIO_STAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/processing.h"
#include "base/error.h"

#define REDBOOK_DISC_RATE 44100

/* --- channels: any layout of 1..8 to one (mono) or two ------------------------------------ */

struct redbook_mix {
  int channels;
  int width; /* channels of the result: 1 for mono, which is doubled at the end, else 2 */
  float left[8], right[8]; /* weight of each channel */
};

/* Weights by ITU-R BS.775 from a libsndfile channel map; of one or two channels it is not
 * looked at. */
void redbook_mix_init(struct redbook_mix *mix, const int *map, int channels);
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
#define REDBOOK_SHAPED_TAPS 5

struct redbook_quantiser {
  enum redbook_dither dither;
  uint32_t lanes[REDBOOK_DITHER_LANES]; /* xorshift32 states: frame n has those of 2n, 2n + 1 */
  unsigned phase;                       /* frames of the lanes that have had their turn */
  float errors[2][REDBOOK_SHAPED_TAPS]; /* of the last samples, the last first */
  size_t zeros;                         /* zero frames just before that were left silent */
  uint64_t clipped;
};

void redbook_quantiser_init(struct redbook_quantiser *quantiser, enum redbook_dither dither);
/* Quantises stereo frames; returns how many of `count`: a run of zeros at their end whose
 * length is not yet known waits unless `last`. The result does not depend on how the frames are
 * cut into calls. */
size_t redbook_quantise(struct redbook_quantiser *quantiser, const float *in, int16_t *out,
                        size_t count, bool last);

/* The next noise of a lane in LSB, between -1 and 1: the sum of a random number's two halves is
 * triangular. */
static inline float redbook_dither_noise(uint32_t *lane) {
  uint32_t x = *lane;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  *lane = x;
  int32_t sum = (int32_t)(x >> 16) + (int32_t)(x & 0xFFFF) - 65535;
  return (float)sum * (1.0f / 65536.0f);
}

/* For redbook_quantise: frames that are no silence. */
void redbook_quantise_shaped(struct redbook_quantiser *quantiser, const float *in, int16_t *out,
                             size_t frames);

/* --- packing ------------------------------------------------------------------------------ */

/* 16-bit samples to little-endian bytes. */
void redbook_pack(uint8_t *bytes, const int16_t *samples, size_t count);

#endif
