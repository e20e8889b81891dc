/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock file: where it lies, what stands in it, what is not trusted. */
#include "drive/lockfile.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
#include <cmocka.h>
/* clang-format on */

static char folder[64];
static const char *folders[2];

static const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int set_up(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/redbook-lock-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  folders[0] = "/nonexistent";
  folders[1] = folder;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  unlink(path_of("redbook-11:0"));
  unlink(path_of("other"));
  return rmdir(folder);
}

static enum redbook_lock_result take(enum redbook_lock kind, int *fd, uint32_t *code) {
  struct redbook_error err;
  redbook_error_clear(&err);
  enum redbook_lock_result result = redbook_lock_take(folders, 2, "11:0", kind, fd, &err);
  if (code) *code = err.code;
  return result;
}

static void content_is(const char *expected) {
  char text[256];
  int fd = open(path_of("redbook-11:0"), O_RDONLY | O_CLOEXEC);
  assert_true(fd >= 0);
  ssize_t n = read(fd, text, sizeof text);
  close(fd);
  assert_int_equal(n, strlen(expected));
  assert_memory_equal(text, expected, strlen(expected));
}

static void owner_is(const char *expected) {
  char who[64] = "?";
  redbook_lock_owner(folders, 2, "11:0", who, sizeof who);
  assert_string_equal(who, expected);
}

static void signed_and_emptied(void **state) {
  (void)state;
  char expected[64];
  int fd, second;
  uint32_t code;
  owner_is("");
  assert_int_equal(take(REDBOOK_LOCK_EXCLUSIVE, &fd, &code), REDBOOK_LOCK_TAKEN);
  owner_is("unknown");
  redbook_lock_sign(fd, "a much longer name than the next");
  redbook_lock_sign(fd, "mix tape");
  snprintf(expected, sizeof expected, "mix tape\n%ld\n", (long)getpid());
  content_is(expected);
  owner_is("mix tape");
  assert_int_equal(take(REDBOOK_LOCK_EXCLUSIVE, &second, &code), REDBOOK_LOCK_HELD);
  assert_int_equal(code, 0xC0AA0210);
  assert_int_equal(second, -1);
  assert_int_equal(take(REDBOOK_LOCK_SHARED, &second, &code), REDBOOK_LOCK_HELD);
  assert_int_equal(code, 0xC0AA0210);
  redbook_lock_drop(fd, REDBOOK_LOCK_EXCLUSIVE);
  content_is("");
  owner_is("");
  struct stat st;
  assert_int_equal(stat(path_of("redbook-11:0"), &st), 0);
  assert_int_equal(st.st_mode & 07777 & ~0644u, 0);
}

static void shared(void **state) {
  (void)state;
  int a, b, c;
  assert_int_equal(take(REDBOOK_LOCK_SHARED, &a, NULL), REDBOOK_LOCK_TAKEN);
  assert_int_equal(take(REDBOOK_LOCK_SHARED, &b, NULL), REDBOOK_LOCK_TAKEN);
  assert_int_equal(take(REDBOOK_LOCK_EXCLUSIVE, &c, NULL), REDBOOK_LOCK_LOOKED_AT);
  owner_is("");
  redbook_lock_drop(a, REDBOOK_LOCK_SHARED);
  assert_int_equal(take(REDBOOK_LOCK_EXCLUSIVE, &c, NULL), REDBOOK_LOCK_LOOKED_AT);
  redbook_lock_drop(b, REDBOOK_LOCK_SHARED);
  assert_int_equal(take(REDBOOK_LOCK_EXCLUSIVE, &c, NULL), REDBOOK_LOCK_TAKEN);
  redbook_lock_drop(c, REDBOOK_LOCK_EXCLUSIVE);
}

static void descriptor_is_not_inherited(void **state) {
  (void)state;
  int fd;
  assert_int_equal(take(REDBOOK_LOCK_EXCLUSIVE, &fd, NULL), REDBOOK_LOCK_TAKEN);
  assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  redbook_lock_drop(fd, REDBOOK_LOCK_EXCLUSIVE);
}

static void no_folder(void **state) {
  (void)state;
  char who[64];
  int fd = 7;
  const char *nowhere[] = {"/nonexistent"};
  assert_int_equal(redbook_lock_take(nowhere, 1, "11:0", REDBOOK_LOCK_EXCLUSIVE, &fd, NULL),
                   REDBOOK_LOCK_TAKEN);
  assert_int_equal(fd, REDBOOK_NO_LOCK_FILE);
  redbook_lock_sign(fd, "me");
  redbook_lock_drop(fd, REDBOOK_LOCK_EXCLUSIVE);
  redbook_lock_abandon(fd);
  redbook_lock_owner(nowhere, 1, "11:0", who, sizeof who);
  assert_string_equal(who, "");
}

static void symbolic_link_is_not_followed(void **state) {
  (void)state;
  int fd;
  char target[128];
  snprintf(target, sizeof target, "%s", path_of("other"));
  FILE *file = fopen(target, "we");
  assert_non_null(file);
  fputs("precious", file);
  fclose(file);
  assert_int_equal(symlink(target, path_of("redbook-11:0")), 0);
  assert_int_equal(take(REDBOOK_LOCK_EXCLUSIVE, &fd, NULL), REDBOOK_LOCK_TAKEN);
  assert_int_equal(fd, REDBOOK_NO_LOCK_FILE);
  struct stat st;
  assert_int_equal(stat(target, &st), 0);
  assert_int_equal(st.st_size, 8);
}

static void pipe_in_its_place(void **state) {
  (void)state;
  int fd;
  assert_int_equal(mkfifo(path_of("redbook-11:0"), 0600), 0);
  assert_int_equal(take(REDBOOK_LOCK_EXCLUSIVE, &fd, NULL), REDBOOK_LOCK_TAKEN);
  assert_int_equal(fd, REDBOOK_NO_LOCK_FILE);
}

/* Held by somebody; what stands in the file comes from anybody. */
static void content_is_not_trusted(void **state) {
  (void)state;
  static const struct {
    const char *text, *owner;
  } rows[] = {{"", "unknown"},
              {"name", "unknown"},
              {"name\n", "unknown"},
              {"name\n0\n", "unknown"},
              {"name\n-1\n", "unknown"},
              {"name\n999999999\n", "unknown"},
              {"\x1b[31mred\n1\n", "unknown"},
              {"\n1\n", "unknown"},
              {"name of a living process\n1\n", "name of a living process"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int fd = open(path_of("redbook-11:0"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(write(fd, rows[i].text, strlen(rows[i].text)), strlen(rows[i].text));
    owner_is(rows[i].owner);
    close(fd);
    owner_is("");
  }
}

static void where_it_lies(void **state) {
  (void)state;
  const char *found[2] = {NULL, NULL};
  assert_int_equal(setenv("XDG_RUNTIME_DIR", "/run/user/1000", 1), 0);
  assert_int_equal(redbook_lock_folders(found), 2);
  assert_string_equal(found[0], "/run/lock");
  assert_string_equal(found[1], "/run/user/1000");
  assert_int_equal(setenv("XDG_RUNTIME_DIR", "relative", 1), 0);
  assert_int_equal(redbook_lock_folders(found), 1);
  assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
  assert_int_equal(redbook_lock_folders(found), 1);
  assert_int_equal(setenv("REDBOOK_LOCK_FOLDER", "/srv/locks", 1), 0);
  assert_int_equal(redbook_lock_folders(found), 1);
  assert_string_equal(found[0], "/srv/locks");
  assert_int_equal(setenv("REDBOOK_LOCK_FOLDER", "relative", 1), 0);
  assert_int_equal(redbook_lock_folders(found), 1);
  assert_string_equal(found[0], "/run/lock");
  assert_int_equal(unsetenv("REDBOOK_LOCK_FOLDER"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(signed_and_emptied),
      TEST(shared),
      TEST(descriptor_is_not_inherited),
      TEST(no_folder),
      TEST(symbolic_link_is_not_followed),
      TEST(pipe_in_its_place),
      TEST(content_is_not_trusted),
      TEST(where_it_lies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
