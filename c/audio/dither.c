/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Float to 16 bits: TPDF dither of 2 LSB peak to peak, independent for each sample, from a
 * fixed seed, white or shaped, or none; clamped, never wrapped; digital silence left alone. */
#include <string.h>

#include "audio/stages.h"

#define LANES REDBOOK_DITHER_LANES
#define GROUP (LANES / 2) /* frames */

float redbook_dither_ceiling(enum redbook_dither dither) {
  static const float most[] = {[REDBOOK_DITHER_TPDF] = 32766.0f,
                               [REDBOOK_DITHER_SHAPED] = 32753.0f,
                               [REDBOOK_DITHER_NONE] = 32767.0f};
  return most[dither] / 32768.0f;
}

/* Adding and taking away 1.5 * 2^23 rounds a float to the nearest integer. */
#define ROUNDER 12582912.0f

void redbook_quantiser_init(struct redbook_quantiser *quantiser, enum redbook_dither dither) {
  uint32_t seed = 0x52656421u;
  *quantiser = (struct redbook_quantiser){.dither = dither};
  for (int i = 0; i < LANES; i++) { /* splitmix-like, so that lanes start far apart */
    seed += 0x9E3779B9u;
    uint32_t z = (seed ^ seed >> 16) * 0x85EBCA6Bu;
    z = (z ^ z >> 13) * 0xC2B2AE35u;
    quantiser->lanes[i] = (z ^ z >> 16) | 1u;
  }
}

#define WIDTH 4
#define NAME(name) name##_of_4
#define TARGET
#include "audio/dither_vector.h"

#ifdef __x86_64__
#define WIDTH 8
#define NAME(name) name##_of_8
#define TARGET __attribute__((target("avx2")))
#include "audio/dither_vector.h"
#endif

/* Groups of LANES samples; `noise` false: rounded only. */
static void quantise(bool noise, uint32_t *lanes, const float *in, int16_t *out, size_t groups,
                     uint32_t *clipped) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) {
    quantise_of_8(noise, lanes, in, out, groups, clipped);
    return;
  }
#endif
  quantise_of_4(noise, lanes, in, out, groups, clipped);
}

/* A frame alone, with its own two lanes, as it would have come out in its group. */
static void quantise_frame(struct redbook_quantiser *quantiser, const float *in, int16_t *out) {
  uint32_t lanes[LANES] = {0}, clipped[LANES] = {0};
  uint32_t *own = quantiser->lanes + (size_t)2 * quantiser->phase;
  float two[LANES] = {in[0], in[1]};
  int16_t result[LANES];
  lanes[0] = own[0];
  lanes[1] = own[1];
  quantise(quantiser->dither != REDBOOK_DITHER_NONE, lanes, two, result, 1, clipped);
  own[0] = lanes[0];
  own[1] = lanes[1];
  out[0] = result[0];
  out[1] = result[1];
  quantiser->clipped += clipped[0] + clipped[1];
  quantiser->phase = (quantiser->phase + 1) % GROUP;
}

static void quantise_groups(struct redbook_quantiser *quantiser, const float *in, int16_t *out,
                            size_t groups) {
  uint32_t clipped[LANES] = {0};
  bool noise = quantiser->dither != REDBOOK_DITHER_NONE;
  quantise(noise, quantiser->lanes, in, out, groups, clipped);
  for (int i = 0; i < LANES; i++)
    quantiser->clipped += clipped[i];
}

static void quantise_sound(struct redbook_quantiser *quantiser, const float *in, int16_t *out,
                           size_t frames) {
  size_t done = 0;
  if (quantiser->dither == REDBOOK_DITHER_SHAPED) {
    redbook_quantise_shaped(quantiser, in, out, frames);
    return;
  }
  for (; done < frames && quantiser->phase > 0; done++)
    quantise_frame(quantiser, in + 2 * done, out + 2 * done);
  size_t groups = (frames - done) / GROUP;
  quantise_groups(quantiser, in + 2 * done, out + 2 * done, groups);
  for (done += groups * GROUP; done < frames; done++)
    quantise_frame(quantiser, in + 2 * done, out + 2 * done);
}

static bool zero(const float *in, size_t frame) {
  return in[2 * frame] == 0 && in[2 * frame + 1] == 0;
}

static size_t zeros_from(const float *in, size_t frame, size_t count) {
  size_t end = frame;
  while (end < count && zero(in, end))
    end++;
  return end - frame;
}

/* First frame from `from` on that begins a run of zeros as long as silence, or a shorter one
 * that reaches `count`. Looks at every 588th frame: a run cannot hide between two of them. */
static size_t find_zeros(const float *in, size_t from, size_t count) {
  size_t start = from;
  while (start < count) {
    size_t probe = start + REDBOOK_SILENCE_FRAMES - 1;
    if (probe >= count) probe = count - 1;
    if (!zero(in, probe)) {
      start = probe + 1;
      continue;
    }
    size_t begin = probe;
    while (begin > start && zero(in, begin - 1))
      begin--;
    size_t length = zeros_from(in, begin, count);
    if (length >= REDBOOK_SILENCE_FRAMES || begin + length == count) return begin;
    start = begin + length;
  }
  return count;
}

/* Takes the zeros at `in` that are silence for certain; 0 when there are none. */
static size_t silent(struct redbook_quantiser *quantiser, const float *in, int16_t *out,
                     size_t count) {
  size_t run = zeros_from(in, 0, count);
  bool silence = run + quantiser->zeros >= REDBOOK_SILENCE_FRAMES;
  if (!silence || run == 0) return 0;
  memset(out, 0, run * 2 * sizeof *out);
  memset(quantiser->errors, 0, sizeof quantiser->errors);
  quantiser->zeros = REDBOOK_SILENCE_FRAMES;
  return run;
}

size_t redbook_quantise(struct redbook_quantiser *quantiser, const float *in, int16_t *out,
                        size_t count, bool last) {
  size_t done = 0;
  if (quantiser->dither == REDBOOK_DITHER_NONE) {
    quantise_sound(quantiser, in, out, count);
    return count;
  }
  while (done < count) {
    done += silent(quantiser, in + 2 * done, out + 2 * done, count - done);
    if (done == count) break;
    size_t next = find_zeros(in, done, count);
    bool waits = next < count && count - next < REDBOOK_SILENCE_FRAMES;
    if (waits && last) next = count;
    if (next > done) {
      quantise_sound(quantiser, in + 2 * done, out + 2 * done, next - done);
      quantiser->zeros = 0;
      done = next;
    }
    if (waits && !last) break;
  }
  return done;
}
