/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quality of the sound that reaches the disc, row by row: measured, what it has to keep to,
 * whether it does. `full` measures more tones and longer. */
#ifndef SPEC_BENCH_QUALITY_H
#define SPEC_BENCH_QUALITY_H

#include "../support/audio/measure.h"

#define LEVEL 0.8 /* of full scale: where distortion and aliases are measured */

typedef void row_fn(bool holds, const char *what, const char *hold, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static const char *name_of(enum redbook_quality quality) {
  return quality == REDBOOK_QUALITY_VHQ ? "vhq" : "hq";
}

/* The `i`th of `count` + 1 frequencies, each the same interval above the one before. */
static double hertz_of(double first, double last, int i, int count) {
  return first * pow(last / first, (double)i / count);
}

/* --- The resampler, in float before dither --------------------------------------------------
 */

/* Everything that comes out of a tone beyond the disc's band is an alias. */
static void measure_aliases(row_fn *row, bool full, enum redbook_quality quality) {
  static const int rates[] = {48000, 96000, 192000};
  double limit = quality == REDBOOK_QUALITY_VHQ ? 150 : 130;
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    double worst = INFINITY, where = 0;
    for (int k = 0; k <= (full ? 30 : 3); k++) {
      double hertz = hertz_of(22100, rates[i] / 2.0 - 50, k, full ? 30 : 3);
      struct tone tone = {rates[i], hertz, LEVEL};
      double rejected = decibels(LEVEL / sqrt(2)) - decibels(fit_resampled(tone, quality).rms);
      if (rejected < worst) worst = rejected, where = hertz;
    }
    char what[64], hold[32];
    (void)snprintf(what, sizeof what, "alias rejection from %d kHz, %s", rates[i] / 1000,
                   name_of(quality));
    (void)snprintf(hold, sizeof hold, ">= %.0f dB", limit);
    row(worst >= limit, what, hold, "%.1f dB (%.1f kHz)", worst, where / 1000);
  }
}

static void measure_passband(row_fn *row, bool full, enum redbook_quality quality) {
  static const int rates[] = {48000, 96000, 192000};
  double worst = 0, where = 0;
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
    for (int k = 0; k <= (full ? 30 : 6); k++) {
      double hertz = hertz_of(20, 20000, k, full ? 30 : 6);
      struct tone tone = {rates[i], hertz, LEVEL};
      double change = decibels(fit_resampled(tone, quality).amplitude / LEVEL);
      if (fabs(change) > fabs(worst)) worst = change, where = hertz;
    }
  char what[64];
  (void)snprintf(what, sizeof what, "passband 20 Hz to 20 kHz, %s", name_of(quality));
  row(fabs(worst) <= 0.01, what, "within 0.01 dB", "%+.4f dB (%.0f Hz)", worst, where);
}

static void measure_distortion(row_fn *row, bool full, enum redbook_quality quality) {
  static const int rates[] = {48000, 96000, 192000};
  double worst = -INFINITY, where = 0;
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
    for (int k = 0; k <= (full ? 24 : 4); k++) {
      double hertz = hertz_of(100, 19000, k, full ? 24 : 4);
      struct tone tone = {rates[i], hertz, LEVEL};
      double rest = decibels(fit_resampled(tone, quality).rest) - decibels(LEVEL / sqrt(2));
      if (rest > worst) worst = rest, where = hertz;
    }
  char what[64];
  (void)snprintf(what, sizeof what, "THD+N 0.1 to 19 kHz, float, %s", name_of(quality));
  row(worst <= -130, what, "<= -130 dB", "%.1f dB (%.0f Hz)", worst, where);
}

/* --- To 16 bits -----------------------------------------------------------------------------
 */

static void measure_16_bit(row_fn *row, bool full) {
  double worst = -INFINITY, where = 0;
  for (int k = 0; k <= (full ? 12 : 2); k++) {
    double hertz = hertz_of(100, 19000, k, full ? 12 : 2);
    struct tone tone = {48000, hertz, LEVEL};
    write_sound("tone.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 2, 3, tone_of, &tone);
    struct burned sound = burned("tone.wav", NULL);
    float *samples = as_floats(sound);
    struct fit fit = fit_sine(samples + (size_t)2 * EDGE, 110000, 2, hertz);
    double rest = decibels(fit.rest) - decibels(LEVEL / sqrt(2));
    if (rest > worst) worst = rest, where = hertz;
    free(samples);
    free(sound.samples);
  }
  row(worst <= -91.2, "THD+N 0.1 to 19 kHz, 16 bit, from 48 kHz", "<= -91.2 dB",
      "%.2f dB (%.0f Hz)", worst, where);
}

static double whisper(const void *context, size_t frame, int channel) {
  (void)context, (void)frame, (void)channel;
  return 1e-12; /* far below a step, but no silence */
}

#define POINTS 1024

/* A power spectrum by the fast Fourier transform of Cooley and Tukey, in place. */
static void transform(double *re, double *im) {
  for (size_t i = 1, j = 0; i < POINTS; i++) {
    size_t bit = POINTS / 2;
    for (; j & bit; bit >>= 1)
      j ^= bit;
    j ^= bit;
    if (i < j) {
      double keep = re[i];
      re[i] = re[j];
      re[j] = keep;
    }
  }
  for (size_t half = 1; half < POINTS; half *= 2)
    for (size_t k = 0; k < half; k++) {
      double c = cos(M_PI * (double)k / (double)half),
             s = -sin(M_PI * (double)k / (double)half);
      for (size_t i = k; i < POINTS; i += 2 * half) {
        double x = re[i + half] * c - im[i + half] * s, y = re[i + half] * s + im[i + half] * c;
        re[i + half] = re[i] - x;
        im[i + half] = im[i] - y;
        re[i] += x;
        im[i] += y;
      }
    }
}

/* The greatest difference between a band of 2 kHz, up to 22 kHz, and their mean. */
static double unevenness(const float *samples, size_t frames) {
  enum { BANDS = 11 };
  double bands[BANDS] = {0}, mean = 0, worst = 0, width = 2000.0 * POINTS / REDBOOK_DISC_RATE;
  int bins[BANDS] = {0};
  for (size_t at = 0; at + POINTS <= frames; at += POINTS) {
    double re[POINTS], im[POINTS] = {0};
    for (size_t i = 0; i < POINTS; i++)
      re[i] = samples[2 * (at + i)];
    transform(re, im);
    for (size_t i = 2; i < POINTS / 2 && i < (size_t)(BANDS * width); i++) {
      bands[(size_t)((double)i / width)] += re[i] * re[i] + im[i] * im[i];
      bins[(size_t)((double)i / width)]++;
    }
  }
  for (int i = 0; i < BANDS; i++)
    mean += bands[i] / bins[i] / BANDS;
  for (int i = 0; i < BANDS; i++)
    worst = fmax(worst, fabs(10 * log10(bands[i] / bins[i] / mean)));
  return worst;
}

static void measure_dither(row_fn *row, bool full) {
  write_sound("whisper.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 2, full ? 120 : 40,
              whisper, NULL);
  struct burned sound = burned("whisper.wav", NULL);
  float *samples = as_floats(sound);
  double left = 0, right = 0, both = 0;
  for (size_t i = 0; i < sound.frames; i++) {
    left += (double)samples[2 * i] * samples[2 * i];
    right += (double)samples[2 * i + 1] * samples[2 * i + 1];
    both += (double)samples[2 * i] * samples[2 * i + 1];
  }
  double level = 10 * log10((left + right) / 2 / (double)sound.frames);
  double correlation = fabs(both) / sqrt(left * right),
         flat = unevenness(samples, sound.frames);
  row(fabs(level + 96.3) <= 0.2, "dither: noise", "-96.3 +-0.2 dBFS", "%.2f dBFS", level);
  row(flat < 0.3, "dither: bands of 2 kHz against their mean", "< 0.3 dB", "%.2f dB", flat);
  row(correlation < (full ? 0.001 : 0.003), "dither: correlation of left and right",
      full ? "< 0.001" : "< 0.003", "%.5f", correlation);
  free(samples);
  free(sound.samples);
}

/* -100 dBFS is a third of a step. */
static void measure_quiet_tone(row_fn *row, bool full) {
  struct tone tone = {44100, 1000, 1e-5};
  double seconds = full ? 120 : 40, loudest = -INFINITY;
  write_sound("quiet.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 2, seconds, tone_of, &tone);
  struct burned sound = burned("quiet.wav", NULL);
  float *samples = as_floats(sound);
  double level = decibels(fit_sine(samples, sound.frames, 2, 1000).amplitude);
  for (int harmonic = 2; harmonic <= 7; harmonic++)
    loudest =
        fmax(loudest, decibels(fit_sine(samples, sound.frames, 2, 1000 * harmonic).amplitude));
  row(fabs(level + 100) < 0.1, "a tone of -100 dBFS", "-100 +-0.1 dBFS", "%.3f dBFS", level);
  row(loudest <= -125, "its harmonics, the loudest", "<= -125 dBFS", "%.1f dBFS", loudest);
  free(samples);
  free(sound.samples);
}

/* --- Exactness ------------------------------------------------------------------------------
 */

/* Two seconds of a tone, two of nothing, two of a tone. */
static double interrupted(const void *context, size_t frame, int channel) {
  const struct tone *tone = context;
  bool sounds = (size_t)((double)frame / tone->rate) / 2 != 1;
  return sounds ? tone_of(context, frame, channel) : 0;
}

static size_t not_zero(struct burned sound, size_t from, size_t to) {
  size_t count = 0;
  for (size_t i = 2 * from; i < 2 * to; i++)
    count += sound.samples[i] != 0;
  return count;
}

/* The filter rings for some milliseconds into the pause. */
static void measure_silence(row_fn *row) {
  static const int rates[] = {22050, 44100, 48000, 96000};
  size_t wrong = 0, ring = REDBOOK_DISC_RATE / 50;
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    struct tone tone = {rates[i], 997, LEVEL}, nothing = {rates[i], 997, 0};
    write_sound("nothing.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, rates[i], 2, 5, tone_of,
                &nothing);
    write_sound("pause.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, rates[i], 2, 6, interrupted,
                &tone);
    struct burned all = burned("nothing.wav", NULL), pause = burned("pause.wav", NULL);
    wrong += not_zero(all, 0, all.frames);
    wrong += not_zero(pause, 2 * REDBOOK_DISC_RATE + ring, 4 * REDBOOK_DISC_RATE - ring);
    wrong += not_zero(pause, 0, REDBOOK_DISC_RATE) < REDBOOK_DISC_RATE; /* it does sound */
    free(all.samples);
    free(pause.samples);
  }
  row(wrong == 0, "digital silence, whole and between tones", "zeros", "%zu samples differ",
      wrong);
}

static double noise_of(const void *context, size_t frame, int channel) {
  (void)context;
  uint32_t x = ((uint32_t)frame * 2 + (uint32_t)channel + 1) * 2654435761u;
  x = (x ^ x >> 15) * 2246822519u;
  return (double)(int16_t)(uint16_t)((x ^ x >> 13) & 0xFFFF) / 32768;
}

/* A stranger's decoding, of what a command of sh prints. */
static size_t differing(const char *command, struct burned sound) {
  char line[512];
  (void)snprintf(line, sizeof line, "cd '%s' && %s", measure_folder, command);
  FILE *pipe = popen(line, "r");
  if (!pipe) give_up("%s cannot be run", command);
  size_t count = 0, differ = 0;
  uint8_t bytes[2];
  while (fread(bytes, 1, 2, pipe) == 2 && count < 2 * sound.frames)
    differ += sound.samples[count++] != (int16_t)(uint16_t)(bytes[0] | bytes[1] << 8);
  if (pclose(pipe) != 0 || count < 2 * REDBOOK_DISC_RATE) give_up("failed: %s", command);
  return differ;
}

static void measure_exact(row_fn *row) {
  write_sound("noise.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2, 5.0137, noise_of, NULL);
  write_sound("noise.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 2, 5.0137, noise_of,
              NULL);
  struct burned wav = burned("noise.wav", NULL), flac = burned("noise.flac", NULL);
  size_t wrong = differing("sox noise.wav -t raw -", wav);
  wrong += differing(
      "flac -s -d -c --force-raw-format --endian=little --sign=signed noise.flac", flac);
  row(wrong == 0, "44.1 kHz, 16 bit: WAV as sox, FLAC as flac -d", "bit-exact",
      "%zu samples differ", wrong);
  free(wav.samples);
  free(flac.samples);
}

/* --- Channels and levels --------------------------------------------------------------------
 */

static void measure_mono(row_fn *row) {
  struct tone tone = {48000, 997, LEVEL};
  write_sound("mono.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 1, 5, tone_of, &tone);
  struct burned sound = burned("mono.wav", NULL);
  float *samples = as_floats(sound);
  size_t from = (size_t)2 * EDGE, frames = 200000;
  double left = decibels(fit_sine(samples + from, frames, 2, 997).amplitude / LEVEL);
  double right = decibels(fit_sine(samples + from + 1, frames, 2, 997).amplitude / LEVEL);
  double worst = fabs(left) > fabs(right) ? left : right;
  row(fabs(worst) <= 0.01, "mono to both channels", "0.00 +-0.01 dB", "%+.4f dB", worst);
  free(samples);
  free(sound.samples);
}

/* Channel n of 5.1 has a tone of (n + 1) kHz; with `hertz` all have the same. */
static double surround(const void *context, size_t frame, int channel) {
  struct tone tone = *(const struct tone *)context;
  if (tone.hertz == 0) tone.hertz = 1000.0 * (channel + 1);
  return tone_of(&tone, frame, channel);
}

/* BS.775: left = 0.4142 L + 0.2929 C + 0.2929 Ls, no LFE; in WAVE's order of channels. */
static void measure_surround(row_fn *row) {
  static const double weights[2][6] = {{1, 0, M_SQRT1_2, 0, M_SQRT1_2, 0},
                                       {0, 1, M_SQRT1_2, 0, 0, M_SQRT1_2}};
  struct tone tone = {48000, 0, 0.5}, loudest = {48000, 997, 0.9999};
  write_sound("six.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 6, 5, surround, &tone);
  write_sound("loud.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 6, 5, surround, &loudest);
  struct burned six = burned("six.wav", NULL), loud = burned("loud.wav", NULL);
  float *samples = as_floats(six);
  double worst = 0;
  for (size_t side = 0; side < 2; side++)
    for (size_t c = 0; c < 6; c++) {
      double want = 0.5 * weights[side][c] / (1 + 2 * M_SQRT1_2);
      double got =
          fit_sine(samples + (size_t)2 * EDGE + side, 200000, 2, 1000.0 * (double)(c + 1))
              .amplitude;
      worst = fmax(worst, want > 0 ? fabs(decibels(got / want)) : got > 1e-5);
    }
  row(worst <= 0.01, "5.1: weights of BS.775, without LFE", "+-0.01 dB", "%.4f dB", worst);
  row(loud.clipped == 0, "5.1: full scale in all six", "never clips", "%llu clipped",
      (unsigned long long)loud.clipped);
  free(samples);
  free(six.samples);
  free(loud.samples);
}

/* 3.5 dB over: where the tone is over, every sample is at its rail and none on the other side.
 */
static void measure_overs(row_fn *row) {
  struct tone tone = {44100, 997, 1.5};
  write_sound("over.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 2, 5, tone_of, &tone);
  struct burned sound = burned("over.wav", NULL);
  size_t wrapped = 0, over = 0;
  for (size_t i = 0; i < 5 * REDBOOK_DISC_RATE; i++) {
    double want = tone_of(&tone, i, 0);
    if (fabs(want) < 1.001) continue;
    for (size_t side = 0; side < 2; side++, over++)
      wrapped += sound.samples[2 * i + side] != (want > 0 ? 32767 : -32768);
  }
  row(wrapped == 0 && sound.clipped >= over && over > 100000, "overs",
      "never wrap, are counted", "%zu wrapped, %llu of %zu counted", wrapped,
      (unsigned long long)sound.clipped, over);
  free(sound.samples);
}

/* All rows. */
static void measure_quality(row_fn *row, bool full) {
  if (!mkdtemp(measure_folder)) give_up("%s cannot be made", measure_folder);
  for (int quality = REDBOOK_QUALITY_HQ; quality <= REDBOOK_QUALITY_VHQ; quality++) {
    measure_aliases(row, full, (enum redbook_quality)quality);
    measure_passband(row, full, (enum redbook_quality)quality);
    measure_distortion(row, full, (enum redbook_quality)quality);
  }
  measure_16_bit(row, full);
  measure_dither(row, full);
  measure_quiet_tone(row, full);
  measure_silence(row);
  measure_exact(row);
  measure_mono(row);
  measure_surround(row);
  measure_overs(row);
  char command[64];
  (void)snprintf(command, sizeof command, "rm -r '%s'", measure_folder);
  if (system(command) != 0) give_up("%s cannot be removed", measure_folder);
}

#endif
