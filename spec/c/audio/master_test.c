/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The peak of 16-bit sound, wherever it lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audio/master.h"

static int peak_with(int16_t *samples, size_t frames, size_t at, int16_t value) {
  struct redbook_master master = {0};
  int16_t before = samples[at];
  samples[at] = value;
  assert_true(redbook_master_measure(&master, samples, frames, NULL));
  samples[at] = before;
  return (int)(master.figures.peak * 32768);
}

static void the_peak_may_lie_anywhere(void **state) {
  (void)state;
  int16_t samples[2 * 21] = {0};
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
    samples[i] = (int16_t)(i % 2 ? 1000 : -1000);
  for (size_t frames = 1; frames <= 21; frames++)
    for (size_t at = 0; at < 2 * frames; at++) {
      assert_int_equal(peak_with(samples, frames, at, 1001), 1001);
      assert_int_equal(peak_with(samples, frames, at, -1002), 1002);
      assert_int_equal(peak_with(samples, frames, at, 32767), 32767);
      assert_int_equal(peak_with(samples, frames, at, -32768), 32768);
    }
}

static void the_peak_stays(void **state) {
  (void)state;
  struct redbook_master master = {0};
  const int16_t loud[] = {5, -6}, soft[] = {3, 4};
  assert_true(redbook_master_measure(&master, loud, 1, NULL));
  assert_true(redbook_master_measure(&master, soft, 1, NULL));
  assert_true(redbook_master_measure(&master, soft, 0, NULL));
  assert_int_equal((int)(master.figures.peak * 32768), 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_peak_may_lie_anywhere),
      cmocka_unit_test(the_peak_stays),
  };
  return cmocka_run_group_tests_name("audio/master", tests, NULL, NULL);
}
