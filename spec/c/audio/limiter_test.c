/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limiter: nothing over the ceiling, nothing changed far from an over, smooth in between.
 */
#include <math.h>

#include "../../support/audio/fixtures.h"
#include "audio/limiter.h"

#define FRAMES 132300u /* 3 s */
#define CEILING 0.999f
#define AHEAD REDBOOK_LIMITER_AHEAD
#define BEHIND (44100u + 3 * AHEAD)

static float sound[2 * FRAMES], limited[2 * FRAMES];
static uint64_t counted;

/* `limited` becomes what is left of `sound`, `block` frames at a time. */
static void limit(size_t block) {
  struct redbook_error err;
  struct redbook_limiter *limiter = redbook_limiter_new(CEILING, &err);
  assert_non_null(limiter);
  memcpy(limited, sound, sizeof sound);
  size_t done = 0, there = 0;
  while (done < FRAMES) {
    there = there + block < FRAMES ? there + block : FRAMES;
    size_t got =
        redbook_limiter_run(limiter, limited + 2 * done, there - done, there == FRAMES);
    assert_true(there - done - got <= AHEAD);
    done += got;
  }
  counted = redbook_limiter_limited(limiter);
  redbook_limiter_free(limiter);
}

static void tone(float level) {
  for (size_t i = 0; i < FRAMES; i++) {
    sound[2 * i] = level * (float)sin(2 * M_PI * 440 * (double)i / 44100);
    sound[2 * i + 1] = level * (float)cos(2 * M_PI * 331 * (double)i / 44100);
  }
}

/* Bursts of any height, the first and the last frame among them; deterministic. */
static void bursts(void) {
  uint32_t x = 1;
  tone(0.9f);
  for (size_t i = 0; i < FRAMES; i++) {
    x = x * 1664525u + 1013904223u;
    if (i % 7001 < 40) sound[2 * i + (x >> 31)] *= 1 + (float)(x >> 24) / 20;
  }
  sound[0] = 3;
  sound[2 * FRAMES - 1] = -5;
}

static void below_full_scale_every_bit_is_kept(void **state) {
  (void)state;
  tone(CEILING);
  limit(4096);
  assert_memory_equal(limited, sound, sizeof sound);
  assert_int_equal(counted, 0);
}

static void nothing_overshoots(void **state) {
  (void)state;
  bursts();
  limit(4096);
  for (size_t i = 0; i < 2 * FRAMES; i++)
    assert_true(fabsf(limited[i]) <= CEILING);
  tone(31.6f); /* +30 dB all along */
  limit(4096);
  float most = 0;
  for (size_t i = 0; i < 2 * FRAMES; i++) {
    assert_true(fabsf(limited[i]) <= CEILING);
    most = fabsf(limited[i]) > most ? fabsf(limited[i]) : most;
  }
  assert_true(most > 0.99f * CEILING); /* it is not turned down for nothing */
  assert_int_equal(counted, FRAMES);
}

static void the_surroundings_keep_every_bit(void **state) {
  (void)state;
  const size_t over = 30000;
  tone(0.9f);
  sound[2 * over + 1] = -1.5f;
  limit(512);
  size_t first = over - AHEAD, end = over + BEHIND, changed = 0;
  for (size_t i = 0; i < FRAMES; i++) {
    bool same = limited[2 * i] == sound[2 * i] && limited[2 * i + 1] == sound[2 * i + 1];
    if (i < first || i > end) assert_true(same);
    changed += !same;
  }
  assert_true(changed > 10000 && changed <= counted);
  assert_true(counted <= end - first);
  assert_true(fabsf(limited[2 * over + 1] + CEILING) < 0.001f);
}

/* Both channels get the same gain, and from one frame to the next it moves by little: at 3.5 dB
 * of reduction at most a sixty-fourth of that on the way down, a 44100th of 1 on the way up. */
static void gain_is_smooth_and_common(void **state) {
  (void)state;
  const size_t over = 30000;
  for (size_t i = 0; i < 2 * FRAMES; i++)
    sound[i] = i % 2 ? 0.5f : -0.25f;
  sound[2 * over] = 1.5f;
  limit(1000);
  double before = 1;
  for (size_t i = 0; i < FRAMES; i++) {
    double left = i == over ? limited[2 * i] / 1.5 : limited[2 * i] / -0.25;
    double right = limited[2 * i + 1] / 0.5;
    assert_true(fabs(left - right) < 1e-6);
    assert_true(before - right < 0.334 / 32 && right - before < 1.01 / 44100 + 1e-6);
    if (i > over + AHEAD) assert_true(right >= before - 1e-6); /* no second dip */
    before = right;
  }
  assert_true(before == 1);
}

static void blocks_make_no_difference(void **state) {
  (void)state;
  static float want[2 * FRAMES];
  static const size_t blocks[] = {1, 7, AHEAD - 1, AHEAD, AHEAD + 1, 588, 4096, FRAMES};
  bursts();
  limit(1000);
  memcpy(want, limited, sizeof want);
  uint64_t count = counted;
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
    limit(blocks[i]);
    assert_memory_equal(limited, want, sizeof want);
    assert_int_equal(counted, count);
  }
}

static void a_short_sound_comes_out_whole(void **state) {
  (void)state;
  struct redbook_error err;
  struct redbook_limiter *limiter = redbook_limiter_new(CEILING, &err);
  for (size_t frames = 0; frames < 2 * AHEAD; frames += 13) {
    float some[4 * AHEAD];
    for (size_t i = 0; i < 4 * AHEAD; i++)
      some[i] = 2;
    redbook_limiter_reset(limiter);
    assert_int_equal(redbook_limiter_run(limiter, some, frames, true), frames);
    for (size_t i = 0; i < 4 * AHEAD; i++)
      assert_true(i < 2 * frames ? some[i] <= CEILING && some[i] > 0.99f * CEILING
                                 : some[i] == 2);
    assert_int_equal(redbook_limiter_limited(limiter), frames);
  }
  redbook_limiter_free(limiter);
}

static void the_endless_is_held(void **state) {
  (void)state;
  tone(0.5f);
  sound[2000] = INFINITY;
  limit(4096);
  for (size_t i = 0; i < 2 * FRAMES; i++)
    assert_true(fabsf(limited[i]) <= CEILING);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(below_full_scale_every_bit_is_kept),
      cmocka_unit_test(nothing_overshoots),
      cmocka_unit_test(the_surroundings_keep_every_bit),
      cmocka_unit_test(gain_is_smooth_and_common),
      cmocka_unit_test(blocks_make_no_difference),
      cmocka_unit_test(a_short_sound_comes_out_whole),
      cmocka_unit_test(the_endless_is_held),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
