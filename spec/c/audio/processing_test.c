/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gain, quality and dither of whole files: exact factors, peaks, silence, the same bytes again.
 */
#include <fcntl.h>
#include <math.h>

#include "../../support/audio/fixtures.h"

#define TONE "synth 4 sine 997 sine 3001 vol 0.4 dither -s"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 exact.wav " TONE);
  run("sox -R -n -r 48000 -c 2 -b 24 rate.wav " TONE);
  run("sox -R -n -r 44100 -c 1 -b 24 mono.wav " TONE " remix 1");
  run("sox exact.wav -t raw -L little.bin && sox exact.wav -t raw -B big.bin");
  run("ffmpeg -v error -i exact.wav -c:a alac exact.m4a");
  run("sox -R -n -r 96000 -c 2 -b 24 burst.wav synth 0.1 sine 1000 vol 0.9 pad 1 1");
  return 0;
}

static struct redbook_source *opened(const char *name,
                                     const struct redbook_processing *processing) {
  struct redbook_error err;
  redbook_error_clear(&err);
  bool little = strcmp(name, "little.bin") == 0, big = strcmp(name, "big.bin") == 0;
  struct redbook_source *source =
      little || big ? redbook_source_open_samples(in_folder(name), NULL, big, processing, &err)
                    : redbook_source_open(in_folder(name), NULL, processing, &err);
  if (!source) fail_msg("%s: %08X %s", name, err.code, err.message);
  return source;
}

static struct bytes processed(const char *name, struct redbook_processing processing,
                              struct redbook_source_scan *scan) {
  struct redbook_source *source = opened(name, &processing);
  struct bytes bytes = drain(source, 17);
  if (scan) *scan = *redbook_source_scanned(source);
  redbook_source_unref(source);
  return bytes;
}

/* By how many dB `louder` is louder than `bytes` (least squares). */
static double decibels(struct bytes bytes, struct bytes louder) {
  double both = 0, own = 0;
  assert_int_equal(bytes.size, louder.size);
  for (size_t i = 0; i < bytes.size / 2; i++) {
    both += (double)sample(bytes, i) * sample(louder, i);
    own += (double)sample(bytes, i) * sample(bytes, i);
  }
  return 20 * log10(both / own);
}

static void gain_is_exact_on_every_path(void **state) {
  (void)state;
  static const char *const names[] = {"exact.wav",  "rate.wav", "mono.wav",
                                      "little.bin", "big.bin",  "exact.m4a"};
  static const double gains[] = {-6.5, 3.25, -0.1};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct redbook_source_scan plain;
    struct bytes before = processed(names[i], (struct redbook_processing){0}, &plain);
    for (size_t k = 0; k < sizeof gains / sizeof *gains; k++) {
      struct redbook_source_scan scan;
      struct bytes after =
          processed(names[i], (struct redbook_processing){.gain = gains[k]}, &scan);
      double by = decibels(before, after), peak = 20 * log10(scan.peak / plain.peak);
      if (fabs(by - gains[k]) > 0.001) fail_msg("%s: %f, not %f dB", names[i], by, gains[k]);
      assert_true(fabs(peak - gains[k]) < 0.001);
      assert_int_equal(scan.frames, plain.frames);
      assert_int_equal(scan.clipped_samples, 0);
      free(after.data);
    }
    free(before.data);
  }
}

static void no_gain_keeps_every_bit(void **state) {
  (void)state;
  static const char *const names[] = {"exact.wav", "little.bin", "big.bin", "exact.m4a"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (int dither = REDBOOK_DITHER_TPDF; dither <= REDBOOK_DITHER_NONE; dither++) {
      struct bytes ours = processed(
          names[i],
          (struct redbook_processing){.dither = (enum redbook_dither)dither, .limit = true},
          NULL);
      struct bytes theirs = output("sox exact.wav -t raw -L -");
      ours.size = theirs.size; /* without the padding */
      assert_same(ours, theirs);
    }
}

/* What was set afterwards is what was asked for at first, there and back. */
static void gain_may_be_set_later(void **state) {
  (void)state;
  static const char *const names[] = {"exact.wav", "rate.wav", "big.bin", "exact.m4a"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct redbook_error err;
    struct redbook_source *source = opened(names[i], NULL);
    struct bytes plain = drain(source, 5);
    bool exact = redbook_source_format(source)->exact;
    assert_true(redbook_source_set_gain(source, -3, &err));
    assert_null(redbook_source_scanned(source));
    assert_same(drain(source, 5),
                processed(names[i], (struct redbook_processing){.gain = -3}, NULL));
    assert_false(redbook_source_format(source)->exact);
    assert_true(redbook_source_set_gain(source, 0, &err));
    assert_same(drain(source, 5), plain);
    assert_int_equal(redbook_source_format(source)->exact, exact);
    assert_false(redbook_source_set_gain(source, 60.1, &err));
    assert_int_equal(err.code, REDBOOK_E_INVALIDARG);
    assert_non_null(strstr(err.message, names[i]));
    assert_false(redbook_source_set_gain(source, NAN, &err));
    redbook_source_unref(source);
  }
}

/* Rounded, to the nearest. */
static void without_dither_it_is_rounded(void **state) {
  (void)state;
  struct bytes plain = processed("exact.wav", (struct redbook_processing){0}, NULL);
  struct bytes half = processed(
      "exact.wav",
      (struct redbook_processing){.dither = REDBOOK_DITHER_NONE, .gain = -20 * log10(2)}, NULL);
  for (size_t i = 0; i < plain.size / 2; i++)
    assert_true(abs(2 * sample(half, i) - sample(plain, i)) <= 1);
  free(plain.data);
  free(half.data);
}

/* A gain that lifts over full scale is counted and clamped, never wrapped. */
static void overs_are_clamped(void **state) {
  (void)state;
  struct bytes plain = processed("exact.wav", (struct redbook_processing){0}, NULL);
  struct redbook_source_scan scan;
  struct bytes loud = processed("exact.wav", (struct redbook_processing){.gain = 20}, &scan);
  assert_true(scan.clipped_samples > 1000);
  assert_true(scan.peak > 3.9 && scan.peak < 4.1);
  for (size_t i = 0; i < plain.size / 2; i++) {
    int want = 10 * sample(plain, i);
    want = want > 32767 ? 32767 : want < -32768 ? -32768 : want;
    assert_true(abs(sample(loud, i) - want) <= 3);
  }
  free(plain.data);
  free(loud.data);
}

static void a_pipe_may_have_a_gain(void **state) {
  (void)state;
  struct redbook_error err;
  FILE *pipe = popen("cat /dev/zero | head -c 4704 | tr '\\0' '\\40'", "r");
  assert_non_null(pipe);
  struct redbook_source *source = redbook_source_open_raw(fileno(pipe), -1, "a pipe", &err);
  assert_non_null(source);
  assert_true(redbook_source_set_gain(source, -20 * log10(2), &err));
  struct bytes bytes = drain(source, 1);
  for (size_t i = 0; i < bytes.size / 2; i++)
    assert_true(abs(sample(bytes, i) - 0x1010) <= 1);
  assert_int_equal(bytes.size, 4704);
  free(bytes.data);
  redbook_source_unref(source);
  (void)pclose(pipe);
}

/* Around a burst everything that no filter reaches is zero, at either quality and with any
 * dither. */
static void silence_stays_silence(void **state) {
  (void)state;
  for (int quality = 0; quality < 2; quality++)
    for (int dither = 0; dither < 3; dither++) {
      struct bytes bytes =
          processed("burst.wav",
                    (struct redbook_processing){.quality = (enum redbook_quality)quality,
                                                .dither = (enum redbook_dither)dither,
                                                .gain = 1},
                    NULL);
      size_t frames = bytes.size / 4, before = 44100 - 512, after = 44100 + 4410 + 512;
      for (size_t i = 0; i < frames; i++)
        if (i < before || i > after) {
          assert_int_equal(sample(bytes, 2 * i), 0);
          assert_int_equal(sample(bytes, 2 * i + 1), 0);
        }
      free(bytes.data);
    }
}

/* VHQ is another filter: no sample is far from HQ's, and not all are the same. */
static void quality_reaches_the_resampler(void **state) {
  (void)state;
  struct bytes high =
      processed("rate.wav", (struct redbook_processing){.dither = REDBOOK_DITHER_NONE}, NULL);
  struct bytes best = processed("rate.wav",
                                (struct redbook_processing){.quality = REDBOOK_QUALITY_VHQ,
                                                            .dither = REDBOOK_DITHER_NONE},
                                NULL);
  size_t different = 0;
  assert_int_equal(high.size, best.size);
  for (size_t i = 1000; i < high.size / 2 - 2000; i++) { /* the ends are edges of the tone */
    assert_true(abs(sample(high, i) - sample(best, i)) <= 1);
    different += sample(high, i) != sample(best, i);
  }
  assert_true(different > 0);
  free(high.data);
  free(best.data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gain_is_exact_on_every_path),
      cmocka_unit_test(no_gain_keeps_every_bit),
      cmocka_unit_test(gain_may_be_set_later),
      cmocka_unit_test(without_dither_it_is_rounded),
      cmocka_unit_test(overs_are_clamped),
      cmocka_unit_test(a_pipe_may_have_a_gain),
      cmocka_unit_test(silence_stays_silence),
      cmocka_unit_test(quality_reaches_the_resampler),
  };
  return cmocka_run_group_tests(tests, make_files, remove_folder);
}
