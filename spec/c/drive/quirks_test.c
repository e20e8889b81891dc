/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of quirks: whole sentences, and whose they are. What meets each of them is tested
 * where it is done (see the comments in quirks.c). */
#include "drive/quirks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static unsigned known_of(const char *vendor, const char *product, const char **last) {
  struct redbook_inquiry inquiry = {0};
  size_t count;
  const struct redbook_quirk *quirks = redbook_quirks(&count);
  unsigned found = 0;
  (void)snprintf(inquiry.vendor, sizeof inquiry.vendor, "%s", vendor);
  (void)snprintf(inquiry.product, sizeof inquiry.product, "%s", product);
  for (size_t i = 0; i < count; i++) {
    if (!redbook_quirk_is_of(&quirks[i], &inquiry)) continue;
    *last = quirks[i].behaviour;
    found++;
  }
  return found;
}

static void drives_are_known_by_their_names(void **state) {
  (void)state;
  const char *last = "";
  assert_int_equal(known_of("PIONEER", "DVD-RW  DVR-216D", &last), 2);
  assert_string_equal(last, "READ BUFFER CAPACITY stalls it while its buffer fills");
  assert_int_equal(known_of("PIONEER", "DVD-RW  DVR-219L", &last), 0);
  assert_int_equal(known_of("HL-DT-ST", "DVDRAM GH22LS30", &last), 2);
  assert_string_equal(last, "CLOSE TRACK is an error");
  assert_int_equal(known_of("HL-DT-ST", "BD-RE  BU40N", &last), 1);
  assert_string_equal(last, "its default audio pause is one that it refuses itself");
  assert_int_equal(known_of("SONY", "CD-R   CDU928E", &last), 2);
  assert_string_equal(last, "writes with WRITE(12) only");
  assert_int_equal(known_of("LITE-ON", "LTR-48125S", &last), 2);
}

static void strangers_have_none(void **state) {
  (void)state;
  const char *last = "";
  assert_int_equal(known_of("VIRTUAL", "CD-R/RW RECORDER", &last), 0);
  assert_int_equal(known_of("", "", &last), 0);
  assert_int_equal(known_of("XPIONEER", "DVD-RW  DVR-216D", &last), 0);
}

static void every_row_is_whole(void **state) {
  (void)state;
  static const char *const names[] = {"avoided", "by reply", "told", "ignored"};
  size_t count;
  const struct redbook_quirk *quirks = redbook_quirks(&count);
  assert_true(count >= 30);
  for (size_t i = 0; i < count; i++) {
    const struct redbook_quirk *q = &quirks[i];
    assert_true(*q->behaviour && *q->how && *q->source);
    assert_true(*q->vendor || !*q->product);
    assert_string_equal(redbook_quirk_handling_name(q->handling), names[q->handling]);
    for (size_t j = 0; j < i; j++) {
      bool same = strcmp(q->vendor, quirks[j].vendor) == 0 &&
                  strcmp(q->product, quirks[j].product) == 0 &&
                  strcmp(q->behaviour, quirks[j].behaviour) == 0;
      assert_false(same);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drives_are_known_by_their_names),
      cmocka_unit_test(strangers_have_none),
      cmocka_unit_test(every_row_is_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
