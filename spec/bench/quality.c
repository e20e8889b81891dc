/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quality: prints a line for each figure: what, measured, hold, "held" or "missed", with tabs
 * between. */
#include "quality.h"

static void print_row(bool holds, const char *what, const char *hold, const char *format, ...) {
  va_list values;
  (void)printf("%s\t", what);
  va_start(values, format);
  (void)vprintf(format, values);
  va_end(values);
  (void)printf("\t%s\t%s\n", hold, holds ? "held" : "missed");
}

int main(void) {
  measure_quality(print_row, true);
  return 0;
}
