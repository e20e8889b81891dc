/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libebur128 behind a few names. */
#include "audio/loudness.h"

#include <ebur128.h>
#include <math.h>
#include <stdlib.h>

#define RATE 44100
#define BLOCK 1024u /* frames */

struct redbook_loudness {
  ebur128_state *state;
};

static bool good(int status, struct redbook_error *err) {
  if (status == EBUR128_SUCCESS) return true;
  if (status == EBUR128_ERROR_NOMEM)
    return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
  return redbook_fail(err, REDBOOK_E_FAIL, "the loudness cannot be measured: libebur128's %d",
                      status);
}

struct redbook_loudness *redbook_loudness_new(struct redbook_error *err) {
  struct redbook_loudness *loudness = calloc(1, sizeof *loudness);
  if (loudness) loudness->state = ebur128_init(2, RATE, EBUR128_MODE_I);
  if (loudness && loudness->state) return loudness;
  free(loudness);
  (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
  return NULL;
}

void redbook_loudness_free(struct redbook_loudness *loudness) {
  if (!loudness) return;
  ebur128_destroy(&loudness->state);
  free(loudness);
}

bool redbook_loudness_add(struct redbook_loudness *loudness, const float *frames, size_t count,
                          float factor, struct redbook_error *err) {
  float block[2 * BLOCK];
  if (factor == 1) return good(ebur128_add_frames_float(loudness->state, frames, count), err);
  for (size_t done = 0; done < count;) {
    size_t here = count - done < BLOCK ? count - done : BLOCK;
    for (size_t i = 0; i < 2 * here; i++)
      block[i] = frames[2 * done + i] * factor;
    if (!good(ebur128_add_frames_float(loudness->state, block, here), err)) return false;
    done += here;
  }
  return true;
}

bool redbook_loudness_add_shorts(struct redbook_loudness *loudness, const int16_t *frames,
                                 size_t count, struct redbook_error *err) {
  return good(ebur128_add_frames_short(loudness->state, frames, count), err);
}

double redbook_loudness_of(struct redbook_loudness *const *parts, size_t count) {
  ebur128_state *states[REDBOOK_LOUDNESS_PARTS];
  double lufs = -INFINITY;
  if (count > REDBOOK_LOUDNESS_PARTS) return NAN;
  for (size_t i = 0; i < count; i++)
    states[i] = parts[i]->state;
  int status = ebur128_loudness_global_multiple(states, count, &lufs);
  return status == EBUR128_SUCCESS ? lufs : -INFINITY;
}
