/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holding a file: once, for this user alone, and under its name only. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hold_file.h"

static char folder[] = "/tmp/redbook-hold-XXXXXX";
static char file[64];

static int enter(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  (void)snprintf(file, sizeof file, "%s/file", folder);
  return 0;
}

static int leave(void **state) {
  (void)state;
  (void)unlink(file);
  return rmdir(folder);
}

static int held(void) {
  int fd = -2;
  assert_true(redbook_hold_file(file, &fd, NULL));
  return fd;
}

static void is_held_once(void **state) {
  struct stat st;
  (void)state;
  int fd = held();
  assert_true(fd >= 0);
  assert_int_equal(fstat(fd, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0600);
  assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  assert_int_equal(held(), -1);
  assert_int_equal(close(fd), 0);
  fd = held();
  assert_true(fd >= 0);
  assert_int_equal(close(fd), 0);
}

static void ends_with_the_process(void **state) {
  (void)state;
  pid_t pid = fork();
  if (pid == 0) _exit(held() >= 0 && held() == -1 ? 0 : 1);
  int status = -1;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
  int fd = held();
  assert_true(fd >= 0);
  assert_int_equal(close(fd), 0);
}

static void counts_for_its_name_only(void **state) {
  (void)state;
  int first = held();
  assert_true(first >= 0);
  assert_int_equal(unlink(file), 0);
  int second = held();
  assert_true(second >= 0);
  assert_int_equal(held(), -1);
  assert_int_equal(close(first), 0);
  assert_int_equal(close(second), 0);
}

static void says_why_not(void **state) {
  struct redbook_error err;
  char other[80];
  int fd = 0;
  (void)state;
  redbook_error_clear(&err);
  (void)snprintf(other, sizeof other, "%s/none/file", folder);
  assert_false(redbook_hold_file(other, &fd, &err));
  assert_int_equal(fd, -1);
  assert_int_equal(err.errno_value, ENOENT);
  assert_non_null(strstr(err.message, "none/file cannot be locked"));
  (void)snprintf(other, sizeof other, "%s/link", folder);
  assert_int_equal(symlink(file, other), 0);
  assert_false(redbook_hold_file(other, &fd, &err));
  assert_int_equal(err.errno_value, ELOOP);
  assert_int_equal(unlink(other), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_held_once),
      cmocka_unit_test(ends_with_the_process),
      cmocka_unit_test(counts_for_its_name_only),
      cmocka_unit_test(says_why_not),
  };
  return cmocka_run_group_tests(tests, enter, leave);
}
