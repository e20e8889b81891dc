/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resampler against soxr called directly, with frames as it takes them: the same bits,
 * whatever the rate, the channels and the pieces in which the sound comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <soxr.h>

#include "audio/stages.h"

#define FRAMES 50000

static float *noise(size_t count) {
  float *samples = malloc(count * sizeof *samples);
  uint32_t x = 1;
  assert_non_null(samples);
  for (size_t i = 0; i < count; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    samples[i] = (float)(x >> 16) / 32768 - 1;
  }
  return samples;
}

static size_t room_of(unsigned rate) {
  return ((size_t)FRAMES * 44100 + rate / 2) / rate;
}

/* All at once, by soxr alone; zeros where it ends a little early. */
static float *expected(const float *in, unsigned rate, unsigned width) {
  size_t total = room_of(rate), done = 0, got = 1, room = total + 64;
  float *out = calloc(room * width, sizeof *out);
  soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  soxr_quality_spec_t recipe = soxr_quality_spec(SOXR_HQ, 0);
  soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  soxr_t soxr = soxr_create(rate, 44100, width, NULL, &io, &recipe, &runtime);
  assert_non_null(out);
  assert_non_null(soxr);
  size_t taken = 0;
  assert_null(soxr_process(soxr, in, FRAMES, &taken, out, room, &done));
  assert_int_equal(taken, FRAMES);
  for (; got > 0 && done < room; done += got)
    assert_null(soxr_process(soxr, NULL, 0, NULL, out + done * width, room - done, &got));
  soxr_delete(soxr);
  return out;
}

/* In pieces, each with no more room than was promised to be enough; the end as it comes. */
static void compare(const float *in, const float *wanted, unsigned rate, int width,
                    size_t piece) {
  size_t total = room_of(rate), done = 0;
  struct redbook_resampler *resampler =
      redbook_resampler_new(rate, width, REDBOOK_QUALITY_HQ, NULL);
  assert_non_null(resampler);
  size_t room = redbook_resampler_room(resampler, piece);
  float *out = calloc(room * (size_t)width, sizeof *out);
  int64_t got = 1;
  assert_non_null(out);
  for (size_t used = 0; got > 0; used += piece) {
    size_t count = used + piece > FRAMES ? FRAMES - used : piece;
    bool end = used >= FRAMES;
    got = redbook_resampler_run(resampler, end ? NULL : in + used * (size_t)width,
                                end ? 0 : count, out,
                                end ? room : redbook_resampler_room(resampler, count), NULL);
    assert_true(got >= 0 && done + (size_t)got <= total);
    assert_memory_equal(out, wanted + done * (size_t)width,
                        (size_t)got * (size_t)width * sizeof *out);
    done += (size_t)got;
    if (!end && got == 0) got = 1;
    if (end) used -= piece;
  }
  assert_int_equal(done, total);
  redbook_resampler_free(resampler);
  free(out);
}

static void same_as_soxr_whatever_the_pieces(void **state) {
  static const unsigned rates[] = {4000,  8000,  11025, 22050,  32000,  44056,
                                   48000, 88200, 96000, 176400, 192000, 768000};
  static const size_t pieces[] = {FRAMES, 16384, 4097, 4096, 588, 7};
  (void)state;
  float *in = noise((size_t)2 * FRAMES);
  for (size_t r = 0; r < sizeof rates / sizeof *rates; r++)
    for (int width = 1; width <= 2; width++) {
      float *wanted = expected(in, rates[r], (unsigned)width);
      for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++)
        compare(in, wanted, rates[r], width, pieces[p]);
      free(wanted);
    }
  free(in);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_soxr_whatever_the_pieces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
