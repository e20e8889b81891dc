/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of `make bench BENCH=quality`, with fewer tones and less noise: every figure holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../bench/quality.h"

static int rows, missed;

static void count_row(bool holds, const char *what, const char *hold, const char *format, ...) {
  va_list values;
  rows++;
  if (holds) return;
  missed++;
  print_error("%s (%s): ", what, hold);
  va_start(values, format);
  vprint_error(format, values);
  va_end(values);
  print_error("\n");
}

static void every_figure_holds(void **state) {
  (void)state;
  measure_quality(count_row, false);
  assert_int_equal(missed, 0);
  assert_int_equal(rows, 22);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_figure_holds)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
