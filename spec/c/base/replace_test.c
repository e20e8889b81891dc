/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replacing a file: whole or not at all, links and special files, what cannot be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/replace.h"

static char folder[] = "/tmp/redbook-replace-XXXXXX";
static char file[64], link_name[64];

static int enter(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  (void)snprintf(file, sizeof file, "%s/file", folder);
  (void)snprintf(link_name, sizeof link_name, "%s/link", folder);
  return 0;
}

static int leave(void **state) {
  (void)state;
  (void)unlink(file);
  (void)unlink(link_name);
  return rmdir(folder); /* fails when anything was left behind */
}

static void holds(const char *path, const char *text) {
  char found[64] = "";
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  size_t n = fread(found, 1, sizeof found - 1, f);
  (void)fclose(f);
  assert_int_equal(n, strlen(text));
  assert_string_equal(found, text);
}

static void makes_and_replaces(void **state) {
  struct stat st;
  (void)state;
  assert_true(redbook_replace_check(file, NULL));
  assert_int_equal(access(file, F_OK), -1);
  assert_true(redbook_replace_file(file, "one", 3, NULL));
  holds(file, "one");
  assert_int_equal(chmod(file, 0640), 0);
  assert_true(redbook_replace_check(file, NULL));
  holds(file, "one");
  assert_true(redbook_replace_file(file, "second", 6, NULL));
  holds(file, "second");
  assert_int_equal(stat(file, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0640);
  assert_true(redbook_replace_file(file, "", 0, NULL));
  holds(file, "");
}

static void follows_a_link(void **state) {
  struct stat st;
  (void)state;
  assert_true(redbook_replace_file(file, "old", 3, NULL));
  assert_int_equal(symlink("file", link_name), 0);
  assert_true(redbook_replace_file(link_name, "new", 3, NULL));
  holds(file, "new");
  assert_int_equal(lstat(link_name, &st), 0);
  assert_true(S_ISLNK(st.st_mode));
}

static void writes_to_what_is_no_file(void **state) {
  (void)state;
  assert_true(redbook_replace_check("/dev/null", NULL));
  assert_true(redbook_replace_file("/dev/null", "x", 1, NULL));
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_false(redbook_replace_file("/dev/full", "x", 1, &err));
  assert_string_equal(err.message, "/dev/full cannot be written: No space left on device");
}

static void names_what_it_cannot_write(void **state) {
  char inside[96];
  struct redbook_error err;
  (void)state;
  (void)snprintf(inside, sizeof inside, "%s/none/file", folder);
  redbook_error_clear(&err);
  assert_false(redbook_replace_check(inside, &err));
  assert_int_equal(err.code, REDBOOK_E_FILE_NOT_FOUND);
  assert_non_null(strstr(err.message, inside));
  redbook_error_clear(&err);
  assert_false(redbook_replace_file(inside, "x", 1, &err));
  redbook_error_clear(&err);
  assert_false(redbook_replace_check(folder, &err));
  assert_non_null(strstr(err.message, "Is a directory"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(makes_and_replaces),
                                     cmocka_unit_test(follows_a_link),
                                     cmocka_unit_test(writes_to_what_is_no_file),
                                     cmocka_unit_test(names_what_it_cannot_write)};
  return cmocka_run_group_tests_name("base/replace", tests, enter, leave);
}
