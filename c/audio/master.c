/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gain, peak and quantising. */
#include "audio/master.h"

#include <math.h>

void redbook_master_start(struct redbook_master *master,
                          const struct redbook_processing *processing) {
  *master = (struct redbook_master){0};
  redbook_quantiser_init(&master->quantiser, processing->dither);
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

size_t redbook_master_run(struct redbook_master *master, float *wave, int16_t *out,
                          size_t count, bool last) {
  struct redbook_figures *figures = &master->figures;
  figures->peak = peak_of(wave + 2 * master->seen, 2 * (count - master->seen), figures->peak);
  size_t done = redbook_quantise(&master->quantiser, wave, out, count, last);
  figures->clipped = master->quantiser.clipped;
  master->seen = count - done;
  return done;
}

void redbook_master_measure(struct redbook_master *master, const int16_t *frames,
                            size_t count) {
  int high = 0, low = 0;
  for (size_t i = 0; i < 2 * count; i++) {
    high = frames[i] > high ? frames[i] : high;
    low = frames[i] < low ? frames[i] : low;
  }
  float peak = (float)(high > -low ? high : -low) / 32768;
  if (peak > master->figures.peak) master->figures.peak = peak;
}

float redbook_gain_factor(double gain) {
  return (float)pow(10, gain / 20);
}

void redbook_amplify(float *samples, size_t count, float factor) {
  for (size_t i = 0; i < count; i++)
    samples[i] *= factor;
}
