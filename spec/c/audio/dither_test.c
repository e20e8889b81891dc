/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quantiser's numbers (TPDF theory: 0.5 LSB rms = -96.33 dBFS, white) and silence. */
#include <math.h>

#include "../../support/audio/fixtures.h"
#include "audio/stages.h"

#define LANES REDBOOK_DITHER_LANES
#define ROUNDER 12582912.0f
#define WIDTH 2
#define NAME(name) name##_of_2
#define TARGET
#include "audio/dither_vector.h"
#define WIDTH 4
#define NAME(name) name##_of_4
#define TARGET
#include "audio/dither_vector.h"

#define MANY 4194304u /* frames: the standard error of a correlation is 0.0005 */

static int16_t *quantised(double (*signal)(size_t frame), struct redbook_quantiser *quantiser) {
  enum { BLOCK = 4096 };
  static float in[2 * BLOCK];
  int16_t *out = malloc(MANY * 2 * sizeof *out);
  assert_non_null(out);
  redbook_quantiser_init(quantiser, REDBOOK_DITHER_TPDF);
  for (size_t at = 0; at < MANY; at += BLOCK) {
    for (size_t i = 0; i < BLOCK; i++)
      in[2 * i] = in[2 * i + 1] = (float)signal(at + i);
    assert_int_equal(redbook_quantise(quantiser, in, out + 2 * at, BLOCK, false), BLOCK);
  }
  return out;
}

static double almost_nothing(size_t frame) {
  (void)frame;
  return 1e-12;
}

static double quiet_tone(size_t frame) { /* -100 dBFS at 1 kHz */
  return 1e-5 * sin(2 * M_PI * 1000 * (double)frame / 44100);
}

static void noise_level_and_independence(void **state) {
  (void)state;
  struct redbook_quantiser quantiser;
  int16_t *out = quantised(almost_nothing, &quantiser);
  double left = 0, right = 0, both = 0, next = 0, mean = 0;
  for (size_t i = 0; i < MANY; i++) {
    double l = out[2 * i], r = out[2 * i + 1];
    left += l * l;
    right += r * r;
    both += l * r;
    mean += l + r;
    if (i + 1 < MANY) next += l * out[2 * i + 2];
    assert_true(abs(out[2 * i]) <= 1 && abs(out[2 * i + 1]) <= 1);
  }
  assert_true(fabs(10 * log10(left / MANY) - 20 * log10(32768) + 96.33) < 0.2);
  assert_true(fabs(10 * log10(right / MANY) - 20 * log10(32768) + 96.33) < 0.2);
  assert_true(fabs(both / sqrt(left * right)) < 0.001);
  assert_true(fabs(next / left) < 0.002);
  assert_true(fabs(mean / MANY / 2) < 0.001);
  assert_int_equal(quantiser.clipped, 0);
  free(out);
}

/* Energy of one frequency, as a power per sample (Goertzel). */
static double power_at(const int16_t *out, double hertz, size_t frames) {
  double w = 2 * M_PI * hertz / 44100, c = 2 * cos(w), a = 0, b = 0;
  for (size_t i = 0; i < frames; i++) {
    double s = out[2 * i] + c * a - b;
    b = a;
    a = s;
  }
  return (a * a + b * b - c * a * b) / (double)frames / (double)frames * 2;
}

static void noise_is_white(void **state) {
  (void)state;
  struct redbook_quantiser quantiser;
  int16_t *out = quantised(almost_nothing, &quantiser);
  double bands[11] = {0};
  for (int band = 0; band < 11; band++)
    for (size_t block = 0; block < 400; block++)
      bands[band] += power_at(out + 2 * block * 1024, 1000 + 2000 * band, 1024) / 400;
  for (int band = 0; band < 11; band++) /* 0.25 LSB^2 over 512 bins; 5 % standard error */
    assert_true(fabs(10 * log10(bands[band] / (2 * 0.25 / 512 / 2))) < 0.9);
  free(out);
}

static void quiet_tone_is_kept(void **state) {
  (void)state;
  struct redbook_quantiser quantiser;
  int16_t *out = quantised(quiet_tone, &quantiser);
  double rms = sqrt(power_at(out, 1000, MANY - MANY % 441));
  double third = sqrt(power_at(out, 3000, MANY - MANY % 441));
  assert_true(fabs(20 * log10(rms / 32768) + 103.01) < 0.2);
  assert_true(20 * log10(third / 32768) < -125);
  free(out);
}

static void rails_and_count(void **state) {
  (void)state;
  struct redbook_quantiser quantiser;
  const float in[] = {2.0f,  -2.0f,   1.0f,  -1.0f, 1e30f, -1e30f,
                      0.99f, -0.999f, 100.f, -3e9f, 0.5f,  -0.5f};
  int16_t out[12];
  redbook_quantiser_init(&quantiser, REDBOOK_DITHER_TPDF);
  assert_int_equal(redbook_quantise(&quantiser, in, out, 6, true), 6);
  const int16_t want[] = {32767, -32768, 32767, -32768, 32767, -32768,
                          32440, -32735, 32767, -32768, 16384, -16384};
  for (int i = 0; i < 12; i++)
    assert_true(abs(out[i] - want[i]) <= 2);
  for (int i = 0; i < 12; i++)
    if (fabsf(in[i]) > 1.5f) assert_int_equal(out[i], want[i]);
  assert_true(quantiser.clipped >= 6 && quantiser.clipped <= 8);
}

static void same_seed_same_noise(void **state) {
  (void)state;
  struct redbook_quantiser one, two;
  float in[2 * 1000];
  int16_t a[2 * 1000], b[2 * 1000];
  for (int i = 0; i < 2000; i++)
    in[i] = 0.25f;
  redbook_quantiser_init(&one, REDBOOK_DITHER_TPDF);
  redbook_quantiser_init(&two, REDBOOK_DITHER_TPDF);
  redbook_quantise(&one, in, a, 1000, true);
  redbook_quantise(&two, in, b, 1000, true);
  assert_memory_equal(a, b, sizeof a);
}

/* Zeros in runs of 587 and 588 frames between sound: the one gets dither, the other none. */
static void run_of_588_zeros_is_silence(void **state) {
  (void)state;
  enum { N = 10 + 587 + 10 + 588 + 10 };
  struct redbook_quantiser quantiser;
  float in[2 * N] = {0};
  int16_t out[2 * N];
  for (int i = 0; i < N; i++)
    if (i < 10 || (i >= 597 && i < 607) || i >= 1195) in[2 * i] = in[2 * i + 1] = 0.1f;
  redbook_quantiser_init(&quantiser, REDBOOK_DITHER_TPDF);
  assert_int_equal(redbook_quantise(&quantiser, in, out, N, true), N);
  int noisy = 0;
  for (int i = 2 * 10; i < 2 * 597; i++)
    noisy += out[i] != 0;
  assert_in_range(noisy, 200, 500); /* 1 in 4 is +-1 */
  for (int i = 2 * 607; i < 2 * 1195; i++)
    assert_int_equal(out[i], 0);
  for (int i = 2 * 1195; i < 2 * N; i++)
    assert_true(abs(out[i] - 3277) <= 2);
}

/* However the zeros are cut into calls, a run whose length is not known waits. */
static void zeros_wait_for_their_end(void **state) {
  (void)state;
  enum { N = 1000 };
  struct redbook_quantiser quantiser;
  float in[2 * N] = {0};
  int16_t out[2 * N];
  in[0] = in[1] = 0.5f;
  redbook_quantiser_init(&quantiser, REDBOOK_DITHER_TPDF);
  assert_int_equal(redbook_quantise(&quantiser, in, out, 300, false), 1);
  assert_int_equal(redbook_quantise(&quantiser, in + 2, out, 587, false), 0);
  assert_int_equal(redbook_quantise(&quantiser, in + 2, out, 588, false), 588);
  assert_int_equal(redbook_quantise(&quantiser, in + 2, out + 1176, 100, false), 100);
  for (int i = 0; i < 2 * 688; i++)
    assert_int_equal(out[i], 0);
}

/* 1 s of sound, 1 s of digital silence, 1 s of sound: beyond the filter's reach all is zero. */
static void silence_in_silence_out(void **state) {
  (void)state;
  static const unsigned rates[] = {8000, 22050, 44100, 48000, 96000, 192000};
  if (make_folder(state) != 0) fail();
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    run("sox -D -n -r %u -c 2 -b 24 s.wav synth 1 sine 500 vol 0.9 trim 0 1 && "
        "sox -D -n -r %u -c 2 -b 24 z.wav trim 0 1 && sox -D s.wav z.wav s.wav z.wav t.wav",
        rates[i], rates[i]);
    struct bytes bytes = render("t.wav");
    assert_int_equal(bytes.size, 4 * 44100 * 4);
    double scale = rates[i] < 44100 ? 44100.0 / rates[i] : 1;
    size_t reach = rates[i] == 44100 ? 0 : (size_t)(160 * scale) + 64;
    for (size_t k = 2 * (44100 + reach); k < 2 * (88200 - reach); k++)
      assert_int_equal(sample(bytes, k), 0);
    int loud = 0;
    for (size_t k = 0; k < 88200; k++)
      loud += abs(sample(bytes, k)) > 10000;
    assert_true(loud > 50000);
    free(bytes.data);
  }
  run("sox -n -r 48000 -c 1 -b 24 zero.wav trim 0 2");
  struct bytes bytes = render("zero.wav");
  for (size_t k = 0; k < bytes.size; k++)
    assert_int_equal(bytes.data[k], 0);
  free(bytes.data);
  remove_folder(state);
}

/* What this processor takes, what others take, and a line of arithmetic for each sample. */
static void every_width_gives_the_same_bytes(void **state) {
  (void)state;
  enum { GROUPS = 4096, COUNT = GROUPS * LANES };
  static float in[COUNT];
  static int16_t out[COUNT], of_2[COUNT], of_4[COUNT];
  uint32_t lanes[3][LANES], clipped[3][LANES] = {0}, all = 0, number = 1;
  struct redbook_quantiser quantiser;
  redbook_quantiser_init(&quantiser, REDBOOK_DITHER_TPDF);
  for (int i = 0; i < 3; i++)
    memcpy(lanes[i], quantiser.lanes, sizeof lanes[i]);
  for (size_t i = 0; i < COUNT; i++) {
    number = number * 1664525u + 1013904223u;
    in[i] = (float)(int32_t)number / 2e9f; /* to 7 % over full scale */
  }
  quantise_of_2(true, lanes[0], in, of_2, GROUPS, clipped[0]);
  quantise_of_4(true, lanes[1], in, of_4, GROUPS, clipped[1]);
  assert_int_equal(redbook_quantise(&quantiser, in, out, COUNT / 2, true), COUNT / 2);
  assert_memory_equal(of_2, out, sizeof out);
  assert_memory_equal(of_4, out, sizeof out);
  for (size_t i = 0; i < COUNT; i++) {
    float sum = in[i] * 32768.0f + redbook_dither_noise(&lanes[2][i % LANES]);
    float want = rintf(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    assert_int_equal(out[i], (int16_t)want);
    clipped[2][i % LANES] += sum >= 32767.5f || sum < -32768.5f;
  }
  for (int i = 0; i < LANES; i++)
    all += clipped[2][i];
  assert_memory_equal(clipped[0], clipped[2], sizeof clipped[2]);
  assert_memory_equal(clipped[1], clipped[2], sizeof clipped[2]);
  assert_true(all > 1000);
  assert_int_equal(quantiser.clipped, all);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_width_gives_the_same_bytes),
      cmocka_unit_test(noise_level_and_independence),
      cmocka_unit_test(noise_is_white),
      cmocka_unit_test(quiet_tone_is_kept),
      cmocka_unit_test(rails_and_count),
      cmocka_unit_test(same_seed_same_noise),
      cmocka_unit_test(run_of_588_zeros_is_silence),
      cmocka_unit_test(zeros_wait_for_their_end),
      cmocka_unit_test(silence_in_silence_out),
  };
  return cmocka_run_group_tests_name("audio/dither", tests, NULL, NULL);
}
