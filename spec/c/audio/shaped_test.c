/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise-shaped dither by its numbers, its stability and its silence; any dither in any blocks.
 */
#include <math.h>

#include "../../support/audio/fixtures.h"
#include "audio/stages.h"

#define FRAMES (1u << 20)

static float in[2 * FRAMES];
static int16_t out[2 * FRAMES];

/* `in` quantised into `out`, `block` frames at a time. */
static struct redbook_quantiser quantised(enum redbook_dither dither, size_t block) {
  struct redbook_quantiser quantiser;
  redbook_quantiser_init(&quantiser, dither);
  size_t done = 0, there = 0;
  while (done < FRAMES) {
    there = there + block < FRAMES ? there + block : FRAMES;
    done += redbook_quantise(&quantiser, in + 2 * done, out + 2 * done, there - done,
                             there == FRAMES);
  }
  return quantiser;
}

static void constant(float value) {
  for (size_t i = 0; i < 2 * FRAMES; i++)
    in[i] = value;
}

/* Power per sample of the left channel around `hertz` (Goertzel, Hann window, mean of many). */
static double band(double hertz) {
  enum { N = 1024 };
  double w = 2 * M_PI * hertz / 44100, sum = 0;
  for (size_t block = 0; block < 1000; block++) {
    double a = 0, b = 0;
    for (size_t i = 0; i < N; i++) {
      double window = 0.5 - 0.5 * cos(2 * M_PI * (double)i / N);
      double s = window * out[2 * (block * N + i)] + 2 * cos(w) * a - b;
      b = a;
      a = s;
    }
    sum += (a * a + b * b - 2 * cos(w) * a * b) / 1000;
  }
  return sum / (N * 0.375); /* the window's power */
}

/* The filter's own answer in dB. */
static double filter(double hertz) {
  static const double taps[] = {2.033, -2.165, 1.959, -1.590, 0.6149};
  double w = 2 * M_PI * hertz / 44100, re = 1, im = 0;
  for (int k = 0; k < 5; k++) {
    re -= taps[k] * cos(w * (k + 1));
    im += taps[k] * sin(w * (k + 1));
  }
  return 10 * log10(re * re + im * im);
}

static void noise_has_the_filters_shape(void **state) {
  (void)state;
  static const double places[] = {300,  1000,  2000,  3000,  3500,  5000,  7000,
                                  9000, 11000, 13000, 15000, 17000, 19000, 21000};
  constant(1e-9f);
  (void)quantised(REDBOOK_DITHER_SHAPED, 4096);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    double is = 10 * log10(band(places[i]) / 0.25), want = filter(places[i]);
    if (fabs(is - want) > 0.7) fail_msg("%g Hz: %.2f dB, not %.2f", places[i], is, want);
  }
  assert_true(filter(1000) < -15 && filter(4000) < -26 && filter(22050) < 20);
}

static void noise_in_all(void **state) {
  (void)state;
  constant(1e-9f);
  struct redbook_quantiser quantiser = quantised(REDBOOK_DITHER_SHAPED, 4096);
  double left = 0, right = 0, both = 0;
  for (size_t i = 0; i < FRAMES; i++) {
    left += (double)out[2 * i] * out[2 * i];
    right += (double)out[2 * i + 1] * out[2 * i + 1];
    both += (double)out[2 * i] * out[2 * i + 1];
    assert_true(abs(out[2 * i]) <= 15 && abs(out[2 * i + 1]) <= 15);
  }
  assert_true(fabs(10 * log10(left / FRAMES) - 20 * log10(32768) + 84.14) < 0.1);
  assert_true(fabs(10 * log10(right / FRAMES) - 20 * log10(32768) + 84.14) < 0.1);
  assert_true(fabs(both / sqrt(left * right)) < 0.005); /* noise of 2^20 coloured frames */
  assert_int_equal(quantiser.clipped, 0);
}

/* A tone of a third of an LSB is kept, and nothing at its harmonics. */
static void quiet_tone_is_kept(void **state) {
  (void)state;
  const double hertz = 44100 * 24 / 1024.0; /* as many whole periods as fit */
  for (size_t i = 0; i < FRAMES; i++)
    in[2 * i] = in[2 * i + 1] = (float)(1e-5 * sin(2 * M_PI * hertz * (double)i / 44100));
  (void)quantised(REDBOOK_DITHER_SHAPED, 4096);
  double a = 0, third = 0;
  for (size_t i = 0; i < FRAMES; i++) {
    a += out[2 * i] * sin(2 * M_PI * hertz * (double)i / 44100) * 2 / FRAMES;
    third += out[2 * i] * sin(6 * M_PI * hertz * (double)i / 44100) * 2 / FRAMES;
  }
  assert_true(fabs(20 * log10(a / 32768) + 100) < 0.2);
  assert_true(20 * log10(fabs(third) / 32768) < -125);
}

/* At and beyond the rails it neither wraps nor rings on. */
static void the_rails_hold_it(void **state) {
  (void)state;
  for (size_t i = 0; i < 2 * FRAMES; i++) {
    static const float levels[] = {1.5f, 0.25f, -1.5f, -1.0f, 1.0f, 1e30f, -0.25f, -1e30f};
    in[i] = levels[i / 2 / 512 % 8];
  }
  struct redbook_quantiser quantiser = quantised(REDBOOK_DITHER_SHAPED, 4096);
  for (size_t i = 0; i < 2 * FRAMES; i++) {
    double want = in[i] > 1 ? 32767 : in[i] < -1 ? -32768 : in[i] * 32768.0;
    assert_true(fabs(out[i] - want) <= 15);
  }
  assert_true(quantiser.clipped > FRAMES);
}

/* Below its ceiling no dither is ever clamped. */
static void nothing_is_clipped_at_the_ceiling(void **state) {
  (void)state;
  for (int dither = REDBOOK_DITHER_TPDF; dither <= REDBOOK_DITHER_NONE; dither++) {
    float ceiling = redbook_dither_ceiling((enum redbook_dither)dither);
    for (int sign = -1; sign <= 1; sign += 2) {
      constant((float)sign * ceiling);
      assert_int_equal(quantised((enum redbook_dither)dither, 4096).clipped, 0);
    }
  }
}

static void silence_ends_the_noise(void **state) {
  (void)state;
  constant(0);
  for (size_t i = 0; i < 3 * 44100; i++)
    if (i < 44100 || i >= 2 * 44100) in[2 * i] = in[2 * i + 1] = 0.25f;
  (void)quantised(REDBOOK_DITHER_SHAPED, 1000);
  for (size_t i = 0; i < FRAMES; i++) {
    bool silent = (i >= 44100 && i < 2 * 44100) || i >= 3 * 44100;
    int want = silent ? 0 : 8192, most = silent ? 0 : 15;
    assert_true(abs(out[2 * i] - want) <= most && abs(out[2 * i + 1] - want) <= most);
  }
}

static void blocks_make_no_difference(void **state) {
  (void)state;
  static int16_t whole[2 * FRAMES];
  static const size_t blocks[] = {3, 587, 588, 589, 4096, FRAMES};
  constant(0);
  for (size_t i = 0; i < FRAMES; i++) /* sound, and runs of zeros of every length near 588 */
    if (i % 1200 < i / 1200 % 1200) in[2 * i] = in[2 * i + 1] = (float)(i % 77) / 100;
  for (int dither = REDBOOK_DITHER_TPDF; dither <= REDBOOK_DITHER_NONE; dither++) {
    (void)quantised((enum redbook_dither)dither, 1000);
    memcpy(whole, out, sizeof whole);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
      (void)quantised((enum redbook_dither)dither, blocks[i]);
      assert_memory_equal(out, whole, sizeof whole);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(noise_has_the_filters_shape),
      cmocka_unit_test(noise_in_all),
      cmocka_unit_test(quiet_tone_is_kept),
      cmocka_unit_test(the_rails_hold_it),
      cmocka_unit_test(nothing_is_clipped_at_the_ceiling),
      cmocka_unit_test(silence_ends_the_noise),
      cmocka_unit_test(blocks_make_no_difference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
