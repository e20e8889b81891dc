/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring sound: tones through the product's resampler or through all of it, sines fitted by
 * least squares, spectra. Whatever fails ends the program with a line. */
#ifndef SPEC_SUPPORT_AUDIO_MEASURE_H
#define SPEC_SUPPORT_AUDIO_MEASURE_H

#include <math.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/source.h"
#include "audio/stages.h"

/* A sample of `channel` at `frame`. */
typedef double signal_fn(const void *context, size_t frame, int channel);

struct tone {
  double rate, hertz, amplitude;
};

static double tone_of(const void *context, size_t frame, int channel) {
  const struct tone *tone = context;
  (void)channel;
  return tone->amplitude * sin(2 * M_PI * fmod(tone->hertz / tone->rate * (double)frame, 1));
}

static _Noreturn __attribute__((format(printf, 1, 2))) void give_up(const char *format, ...) {
  va_list values;
  va_start(values, format);
  (void)vfprintf(stderr, format, values);
  va_end(values);
  (void)fputc('\n', stderr);
  exit(1);
}

static void *memory(size_t count, size_t size) {
  void *data = count > 0 ? calloc(count, size) : NULL;
  if (!data) give_up("no memory for %zu of %zu bytes", count, size);
  return data;
}

static double decibels(double ratio) {
  return 20 * log10(ratio + 1e-20);
}

/* --- Sines -------------------------------------------------------------------------------- */

struct fit {
  double amplitude;
  double rest; /* rms of what is neither the sine nor a constant */
  double rms;  /* of all */
};

/* The determinant of a, b, c as columns. */
static double determinant(const double *a, const double *b, const double *c) {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) +
         c[0] * (a[1] * b[2] - a[2] * b[1]);
}

/* The sine of `hertz` at 44.1 kHz in every `stride`th sample, by least squares. */
static struct fit fit_sine(const float *samples, size_t frames, size_t stride, double hertz) {
  double step = hertz / REDBOOK_DISC_RATE, sums[3][3] = {{0}}, right[3] = {0}, power = 0;
  for (size_t i = 0; i < frames; i++) {
    double x = samples[i * stride], angle = 2 * M_PI * fmod(step * (double)i, 1);
    double basis[3] = {sin(angle), cos(angle), 1};
    for (int r = 0; r < 3; r++) {
      right[r] += basis[r] * x;
      for (int c = 0; c < 3; c++)
        sums[c][r] += basis[r] * basis[c];
    }
    power += x * x;
  }
  double all = determinant(sums[0], sums[1], sums[2]);
  double s = determinant(right, sums[1], sums[2]) / all;
  double c = determinant(sums[0], right, sums[2]) / all;
  double offset = determinant(sums[0], sums[1], right) / all, rest = 0;
  for (size_t i = 0; i < frames; i++) {
    double angle = 2 * M_PI * fmod(step * (double)i, 1);
    double d = samples[i * stride] - s * sin(angle) - c * cos(angle) - offset;
    rest += d * d;
  }
  return (struct fit){hypot(s, c), sqrt(rest / (double)frames), sqrt(power / (double)frames)};
}

/* --- Through the resampler alone ---------------------------------------------------------- */

#define BLOCK 4096
#define EDGE \
  8192 /* frames at both ends that are not looked at: the filter's beginning and end */

struct floats {
  float *samples; /* mono */
  size_t frames;
};

/* A second of a tone, as float, before any dither. */
static struct floats resampled(struct tone tone, enum redbook_quality quality) {
  struct redbook_error err;
  unsigned rate = (unsigned)tone.rate;
  struct redbook_resampler *resampler = redbook_resampler_new(rate, 1, quality, &err);
  struct floats result = {memory(2 * REDBOOK_DISC_RATE, sizeof(float)), 0};
  if (!resampler) give_up("%s", err.message);
  for (size_t at = 0; at < rate; at += BLOCK) {
    float block[BLOCK];
    size_t here = rate - at < BLOCK ? rate - at : BLOCK;
    for (size_t i = 0; i < here; i++)
      block[i] = (float)tone_of(&tone, at + i, 0);
    result.frames += (size_t)redbook_resampler_run(
        resampler, block, here, result.samples + result.frames, REDBOOK_DISC_RATE, &err);
  }
  int64_t got;
  while ((got = redbook_resampler_run(resampler, NULL, 0, result.samples + result.frames,
                                      REDBOOK_DISC_RATE, &err)) > 0)
    result.frames += (size_t)got;
  redbook_resampler_free(resampler);
  if (result.frames != REDBOOK_DISC_RATE) give_up("a second has %zu frames", result.frames);
  return result;
}

/* The same, fitted where the filter is full. */
static struct fit fit_resampled(struct tone tone, enum redbook_quality quality) {
  struct floats sound = resampled(tone, quality);
  struct fit fit =
      fit_sine(sound.samples + EDGE, sound.frames - (size_t)2 * EDGE, 1, tone.hertz);
  free(sound.samples);
  return fit;
}

/* --- Through everything: a file in, 16-bit sectors out -------------------------------------
 */

static char measure_folder[] = "/tmp/redbook-measure-XXXXXX";

static const char *path_of(const char *name) {
  static char path[128];
  (void)snprintf(path, sizeof path, "%s/%s", measure_folder, name);
  return path;
}

static void write_sound(const char *name, int format, int rate, int channels, double seconds,
                        signal_fn *signal, const void *context) {
  SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
  SNDFILE *file = sf_open(path_of(name), SFM_WRITE, &info);
  if (!file) give_up("%s: %s", name, sf_strerror(NULL));
  size_t frames = (size_t)(seconds * rate + 0.5);
  float *block = memory((size_t)BLOCK * (size_t)channels, sizeof *block);
  for (size_t at = 0; at < frames; at += BLOCK) {
    size_t here = frames - at < BLOCK ? frames - at : BLOCK;
    for (size_t i = 0; i < here; i++)
      for (int c = 0; c < channels; c++)
        block[i * (size_t)channels + (size_t)c] = (float)signal(context, at + i, c);
    if (sf_writef_float(file, block, (sf_count_t)here) != (sf_count_t)here)
      give_up("%s: %s", name, sf_strerror(file));
  }
  free(block);
  if (sf_close(file) != 0) give_up("%s cannot be written", name);
}

struct burned {
  int16_t *samples; /* stereo */
  size_t frames;    /* with the last sector's padding */
  uint64_t clipped;
};

/* What a burn would write. */
static struct burned burned(const char *name, const struct redbook_processing *processing) {
  struct redbook_error err;
  struct redbook_source *source = redbook_source_open(path_of(name), NULL, processing, &err);
  if (!source || !redbook_source_scan(source, NULL, NULL, &err)) give_up("%s", err.message);
  const struct redbook_source_scan *scan = redbook_source_scanned(source);
  struct burned result = {memory(scan->sectors, REDBOOK_AUDIO_SECTOR_BYTES), 0,
                          scan->clipped_samples};
  uint8_t sector[REDBOOK_AUDIO_SECTOR_BYTES];
  int32_t got;
  while ((got = redbook_source_read(source, sector, 1, &err)) == 1) {
    for (size_t i = 0; i < sizeof sector / 2; i++)
      result.samples[2 * result.frames + i] =
          (int16_t)(uint16_t)(sector[2 * i] | sector[2 * i + 1] << 8);
    result.frames += REDBOOK_AUDIO_SECTOR_FRAMES;
  }
  if (got < 0) give_up("%s", err.message);
  redbook_source_unref(source);
  return result;
}

/* As floats, 1 = full scale. */
static float *as_floats(struct burned sound) {
  float *samples = memory(2 * sound.frames, sizeof *samples);
  for (size_t i = 0; i < 2 * sound.frames; i++)
    samples[i] = (float)sound.samples[i] / 32768;
  return samples;
}

#endif
