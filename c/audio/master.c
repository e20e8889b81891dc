/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gain, measures, limiter and quantiser. */
#include "audio/master.h"

#include <math.h>
#include <string.h>

bool redbook_master_start(struct redbook_master *master,
                          const struct redbook_processing *processing,
                          struct redbook_loudness *loudness, struct redbook_error *err) {
  redbook_master_stop(master);
  master->loudness = loudness;
  master->undo = redbook_gain_factor(-processing->gain);
  redbook_quantiser_init(&master->quantiser, processing->dither);
  if (!processing->limit) return true;
  master->limiter = redbook_limiter_new(redbook_dither_ceiling(processing->dither), err);
  return master->limiter != NULL;
}

void redbook_master_stop(struct redbook_master *master) {
  redbook_limiter_free(master->limiter);
  *master = (struct redbook_master){0};
}

void redbook_master_mark(struct redbook_master *master) {
  master->figures = (struct redbook_figures){0};
  master->quantiser.clipped = 0;
  if (master->limiter) master->limited_before = redbook_limiter_limited(master->limiter);
}

/* Eight at a time and without a branch, which compilers turn into vector instructions. */
static float peak_of(const float *samples, size_t count, float peak) {
  float peaks[8] = {0};
  size_t done = 0;
  for (; done + 8 <= count; done += 8)
    for (size_t i = 0; i < 8; i++) {
      float level = fabsf(samples[done + i]);
      peaks[i] = level > peaks[i] ? level : peaks[i];
    }
  for (; done < count; done++)
    if (fabsf(samples[done]) > peak) peak = fabsf(samples[done]);
  for (size_t i = 0; i < 8; i++)
    if (peaks[i] > peak) peak = peaks[i];
  return peak;
}

static bool measure(struct redbook_master *master, const float *frames, size_t count,
                    struct redbook_error *err) {
  master->figures.peak = peak_of(frames, 2 * count, master->figures.peak);
  return !master->loudness ||
         redbook_loudness_add(master->loudness, frames, count, master->undo, err);
}

int64_t redbook_master_run(struct redbook_master *master, float *wave, int16_t *out,
                           size_t count, bool last, struct redbook_error *err) {
  struct redbook_figures *figures = &master->figures;
  size_t ready = count;
  if (!measure(master, wave + 2 * master->seen, count - master->seen, err)) return -1;
  if (master->limiter) {
    size_t from = master->limited;
    ready = from + redbook_limiter_run(master->limiter, wave + 2 * from, count - from, last);
    figures->limited = redbook_limiter_limited(master->limiter) - master->limited_before;
  }
  size_t done = redbook_quantise(&master->quantiser, wave, out, ready, last);
  figures->clipped = master->quantiser.clipped;
  master->seen = count - done;
  master->limited = ready - done;
  return (int64_t)done;
}

/* Eight at a time, as vector instructions of any processor have them. A comparison that holds
 * is all ones. */
static float peak_of_shorts(const int16_t *samples, size_t count) {
  typedef int16_t eight __attribute__((vector_size(16)));
  eight here, highs = {0}, lows = {0};
  int high = 0, low = 0;
  for (; count >= 8; count -= 8, samples += 8) {
    memcpy(&here, samples, sizeof here);
    eight above = here > highs, below = here < lows;
    highs = (here & above) | (highs & ~above);
    lows = (here & below) | (lows & ~below);
  }
  for (size_t i = 0; i < 8; i++) {
    high = highs[i] > high ? highs[i] : high;
    low = lows[i] < low ? lows[i] : low;
  }
  for (size_t i = 0; i < count; i++) {
    high = samples[i] > high ? samples[i] : high;
    low = samples[i] < low ? samples[i] : low;
  }
  return (float)(high > -low ? high : -low) / 32768;
}

bool redbook_master_measure(struct redbook_master *master, const int16_t *frames, size_t count,
                            struct redbook_error *err) {
  float peak = peak_of_shorts(frames, 2 * count);
  if (peak > master->figures.peak) master->figures.peak = peak;
  return !master->loudness || redbook_loudness_add_shorts(master->loudness, frames, count, err);
}

float redbook_gain_factor(double gain) {
  return (float)pow(10, gain / 20);
}

void redbook_amplify(float *samples, size_t count, float factor) {
  for (size_t i = 0; i < count; i++)
    samples[i] *= factor;
}
