/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A temporary file that has no room names its folder. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/spool.h"

static void test_full_disk_names_what_is_full(void **state) {
  (void)state;
  struct redbook_error err;
  int full = open("/dev/full", O_RDWR | O_CLOEXEC);
  assert_true(full >= 0);
  assert_false(redbook_spool_write(full, "x", 1, &err));
  assert_string_equal(err.message,
                      "the temporary file in /dev cannot be written: "
                      "No space left on device");
  assert_string_equal(err.advice, "Free space there, or set TMPDIR to a folder with room.");
  assert_int_equal(err.errno_value, ENOSPC);
  assert_int_equal(close(full), 0);
}

/* The file itself is unlinked: its folder is still known. */
static void test_unlinked_file_names_its_folder(void **state) {
  (void)state;
  struct redbook_error err;
  struct rlimit old, none;
  assert_int_equal(setenv("TMPDIR", "/tmp", 1), 0);
  int spool = redbook_spool_file(&err);
  assert_true(spool >= 0);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  none = old;
  none.rlim_cur = 0;
  assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
  bool written = redbook_spool_write(spool, "x", 1, &err);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  assert_false(written);
  assert_string_equal(err.message,
                      "the temporary file in /tmp cannot be written: "
                      "File too large");
  assert_int_equal(close(spool), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_full_disk_names_what_is_full),
      cmocka_unit_test(test_unlinked_file_names_its_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
