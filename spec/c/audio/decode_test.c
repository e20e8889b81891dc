/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Integers that are made floats here are the very floats that libsndfile makes of them, however
 * many are asked for at once. */
#include "../../support/audio/fixtures.h"

#include "audio/decode.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 48000 -c 2 -b 16 two.wav synth 0.3 whitenoise gain -n");
  run("sox two.wav one.aiff remix 1 && sox two.wav -B big.wav && sox two.wav two.au");
  run("sox two.wav two.w64 && sox two.wav two.caf && flac -s -o two.flac two.wav");
  run("sox two.wav six.wav remix 1 2 1v.3 2v.5 1v.2 2v.1 && sox two.wav -b 24 deep.wav vol .7");
  return 0;
}

static float *by_libsndfile(const char *name, sf_count_t *frames, int *channels) {
  SF_INFO info = {0};
  SNDFILE *file = sf_open(in_folder(name), SFM_READ, &info);
  assert_non_null(file);
  float *samples = calloc((size_t)info.frames * (size_t)info.channels, sizeof *samples);
  assert_non_null(samples);
  assert_int_equal(sf_readf_float(file, samples, info.frames), info.frames);
  (void)sf_close(file);
  *frames = info.frames;
  *channels = info.channels;
  return samples;
}

static void compare(const char *name, int64_t step) {
  struct redbook_decoder decoder;
  sf_count_t frames = 0;
  int channels = 0;
  float *wanted = by_libsndfile(name, &frames, &channels);
  size_t width = (size_t)channels;
  float *got = calloc((size_t)step * width, sizeof *got);
  int64_t done = 0, count = step;
  assert_non_null(got);
  assert_true(redbook_decoder_open(&decoder, in_folder(name), NULL));
  for (; count == step; done += count) {
    count = redbook_decoder_floats(&decoder, got, step, NULL);
    assert_in_range(count, 0, step);
    assert_true(done + count <= frames);
    assert_memory_equal(got, wanted + (size_t)done * width,
                        (size_t)count * width * sizeof *got);
  }
  assert_int_equal(done, frames);
  redbook_decoder_close(&decoder);
  free(got);
  free(wanted);
}

static void the_floats_of_libsndfile(void **state) {
  static const char *const names[] = {"two.wav", "one.aiff", "big.wav", "two.au",  "two.w64",
                                      "two.caf", "two.flac", "six.wav", "deep.wav"};
  static const int64_t steps[] = {16384, 4800, 683, 7, 1};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
      compare(names[i], steps[k]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_floats_of_libsndfile)};
  return cmocka_run_group_tests_name("audio/decode", tests, make_files, remove_folder);
}
