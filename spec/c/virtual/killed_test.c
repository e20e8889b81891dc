/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process that is killed before any one of the calls that change a disc's files, and one that
 * changes them while another reads: the disc is what it was or what it was to become, never a
 * third thing. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

/* The functions here take the place of the C library's. */
static int calls_left = -1; /* -1: nobody counts */

static void die_in_time(void) {
  if (calls_left > 0 && --calls_left == 0) {
    raise(SIGKILL);
    _exit(1);
  }
}

int ftruncate(int fd, off_t length) {
  die_in_time();
  return (int)syscall(SYS_ftruncate, fd, length);
}

int rename(const char *from_path, const char *to_path) {
  die_in_time();
  return (int)syscall(SYS_renameat, AT_FDCWD, from_path, AT_FDCWD, to_path);
}

int unlink(const char *path) {
  die_in_time();
  return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int fsync(int fd) {
  die_in_time();
  return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
  die_in_time();
  return (int)syscall(SYS_fdatasync, fd);
}

static const char *next_sheet, *this_sheet; /* what the next close puts where */

int close(int fd) {
  if (next_sheet) {
    const char *from_path = next_sheet;
    next_sheet = NULL;
    assert_int_equal(rename(from_path, this_sheet), 0);
  }
  return (int)syscall(SYS_close, fd);
}

struct disc_files {
  char sheet[4096];
  long long bin;
  uint8_t information[34]; /* READ DISC INFORMATION */
};

static void look_at_information(struct rig *r, struct disc_files *out) {
  assert_int_equal(from(r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  memcpy(out->information, r->data, sizeof out->information);
}

static void look_at_files(struct rig *r, struct disc_files *out) {
  read_text(r->cue, out->sheet, sizeof out->sheet);
  out->bin = file_size(r->bin);
}

/* Without the lock, as discinfo does. */
static void look_from_outside(struct rig *r, struct disc_files *out) {
  struct redbook_error err = {0};
  char name[256];
  snprintf(name, sizeof name, "virtual:%s", r->cue);
  r->drive = redbook_virtual_parse(name, &err);
  assert_non_null(r->drive);
  r->node = redbook_virtual_node(r->drive);
  r->t = r->node->ops->open(r->node, REDBOOK_ACCESS_LOOK, &err);
  assert_non_null(r->t);
  look_at_information(r, out);
  rig_close(r);
}

/* Blanks in a process that dies before its n-th change; whether it was killed. */
static bool killed_blanking(struct rig *r, uint8_t type, unsigned address, int n) {
  pid_t child = fork();
  if (child == 0) {
    rig_open(r, "");
    calls_left = n;
    _exit(blank(r, type, address) == GOOD ? 0 : 2);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (WIFSIGNALED(status)) return true;
  assert_int_equal(status, 0);
  return false;
}

static bool one_of(const void *now, const void *before, const void *after, size_t size) {
  return memcmp(now, before, size) == 0 || memcmp(now, after, size) == 0;
}

/* Who only looks sees one of the two; who takes the drive leaves the files of one of the two.
 */
static bool kill_before(int n, uint8_t type, unsigned address, const struct disc_files *after) {
  struct rig r;
  struct disc_files before = {0}, now = {0};
  burn_three_sessions(&r);
  look_at_information(&r, &before);
  rig_close(&r);
  look_at_files(&r, &before);
  bool killed = killed_blanking(&r, type, address, n);
  look_from_outside(&r, &now);
  assert_true(one_of(now.information, before.information, after->information, 34));
  rig_open(&r, "");
  look_at_files(&r, &now);
  const struct disc_files *like = strcmp(now.sheet, before.sheet) ? after : &before;
  assert_string_equal(now.sheet, like->sheet);
  assert_int_equal(now.bin, like->bin);
  assert_memory_equal(now.information, like->information, 34);
  rig_remove(&r);
  return killed;
}

static void kill_everywhere(uint8_t type, unsigned address) {
  struct rig r;
  struct disc_files after = {0};
  burn_three_sessions(&r);
  assert_int_equal(blank(&r, type, address), GOOD);
  look_at_information(&r, &after);
  look_at_files(&r, &after);
  assert_null(strstr(after.sheet, "erasing"));
  rig_remove(&r);
  int n = 1;
  while (kill_before(n, type, address, &after))
    n++;
  assert_true(n > 6); /* two sheets and the end of .bin, each made sure */
}

static void all(void **state) {
  (void)state;
  kill_everywhere(1, 0);
  kill_everywhere(0, 0);
}

static void last_track(void **state) {
  (void)state;
  kill_everywhere(2, 3);
}

static void tail(void **state) {
  (void)state;
  kill_everywhere(4, 19004);
}

static void session(void **state) {
  (void)state;
  kill_everywhere(6, 0);
}

static void copy(const char *from_path, const char *to_path) {
  char command[600];
  (void)snprintf(command, sizeof command, "cp '%s' '%s'", from_path, to_path);
  assert_int_equal(system(command), 0);
}

/* The older sheet with the newer one's time would be believed for ever, and the track that the
 * newer one names be taken for one that was cut off. */
static void sheet_replaced_while_it_is_read(void **state) {
  (void)state;
  struct rig r;
  struct disc_files now = {0}, seen = {0};
  char older[200], newer[200];
  rig_make(&r, "");
  (void)snprintf(older, sizeof older, "%s.older", r.cue);
  (void)snprintf(newer, sizeof newer, "%s.newer", r.cue);
  burn_track(&r, 0x41, 0xC0, 0, 300);
  copy(r.cue, older);
  burn_track(&r, 0x41, 0xC0, 452, 300);
  look_at_information(&r, &now);
  rig_close(&r);
  copy(r.cue, newer);
  assert_int_equal(rename(older, r.cue), 0);
  this_sheet = r.cue;
  next_sheet = newer;
  look_from_outside(&r, &seen);
  assert_null(next_sheet);
  assert_memory_equal(seen.information, now.information, sizeof now.information);
  rig_open(&r, "");
  assert_int_equal(nwa(&r), 904);
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all),
      cmocka_unit_test(last_track),
      cmocka_unit_test(tail),
      cmocka_unit_test(session),
      cmocka_unit_test(sheet_replaced_while_it_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
