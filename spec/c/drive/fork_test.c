/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorders and other processes: strangers, killed holders, forked children. */
#include "drive/recorder_support.h"

static void other_process(void **state) {
  (void)state;
  struct redbook_recorder *r = make(name);
  assert_int_equal(acquire(r, "parent"), 0);
  assert_int_equal(in_child(child_is_refused, NULL), 0);
  assert_int_equal(release(r), 0);
  assert_int_equal(in_child(child_acquires, NULL), 0);
  assert_int_equal(acquire(r, "parent"), 0);
  redbook_recorder_unref(r);
}

static void killed_holder(void **state) {
  (void)state;
  int ready[2];
  char byte;
  assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
  pid_t pid = fork_child();
  if (pid == 0) {
    struct redbook_recorder *r = redbook_recorder_create(name, NULL, NULL);
    bool ok = r && acquire(r, "victim") == REDBOOK_S_OK && write(ready[1], "x", 1) == 1;
    if (ok) pause();
    _exit(1);
  }
  close(ready[1]);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  struct redbook_recorder *r = make(name);
  assert_string_equal(owner(r), "victim");
  assert_int_equal(acquire(r, "heir"), 0xC0AA0210);
  assert_int_equal(kill(pid, SIGKILL), 0);
  assert_int_equal(waitpid(pid, NULL, 0), pid);
  assert_string_equal(owner(r), "");
  assert_int_equal(acquire(r, "heir"), 0);
  assert_string_equal(owner(r), "heir");
  redbook_recorder_unref(r);
  close(ready[0]);
}

static bool fails_as_abandoned(struct redbook_recorder *r) {
  struct redbook_error err;
  char who[64];
  redbook_error_clear(&err);
  bool ok = !redbook_recorder_acquire(r, false, "child", &err) && err.code == 0x80004005 &&
            strcmp(err.message, "this recorder belongs to the process that opened it") == 0;
  return ok && !redbook_recorder_release(r, NULL) && !redbook_recorder_enter(r, NULL) &&
         !redbook_recorder_owner(r, who, sizeof who, NULL) &&
         !redbook_recorder_disable_mcn(r, NULL) && !redbook_recorder_held_drive(r);
}

static bool child_has_nothing(void *context) {
  struct redbook_recorder *r = context;
  bool ok = redbook_recorder_abandoned(r) && redbook_recorder_lock_count(r) == 0 &&
            fails_as_abandoned(r);
  redbook_hold_let_go_all();
  redbook_recorder_let_go(r);
  redbook_recorder_unref(r);
  return ok && child_is_refused(NULL);
}

static void fork_leaves_all_to_the_parent(void **state) {
  (void)state;
  struct redbook_recorder *r = make(name);
  struct redbook_error err;
  assert_int_equal(acquire(r, "parent"), 0);
  assert_int_equal(in_child(child_has_nothing, r), 0);
  assert_false(redbook_recorder_abandoned(r));
  assert_int_equal(redbook_recorder_lock_count(r), 1);
  redbook_error_clear(&err);
  assert_true(redbook_drive_ready(redbook_recorder_held_drive(r), &err));
  assert_int_equal(in_child(child_is_refused, NULL), 0);
  assert_int_equal(release(r), 0);
  redbook_recorder_unref(r);
}

/* While a forked child sleeps, the parent's release must be enough for others. */
static void sleeping_child_keeps_nothing(void **state) {
  (void)state;
  int ready[2], wake[2];
  char byte;
  struct redbook_recorder *held = make(name);
  struct redbook_recorder *other = make(name);
  assert_int_equal(acquire(held, "parent"), 0);
  assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
  assert_int_equal(pipe2(wake, O_CLOEXEC), 0);
  pid_t pid = fork_child();
  if (pid == 0) {
    close(wake[1]);
    if (write(ready[1], "x", 1) != 1) _exit(2);
    _exit(read(wake[0], &byte, 1) == 0 ? 0 : 1);
  }
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(ready[1]);
  assert_int_equal(release(held), 0);
  assert_int_equal(acquire(other, "other"), 0);
  redbook_recorder_let_go(other);
  assert_int_equal(in_child(child_acquires, NULL), 0);
  close(wake[0]);
  close(wake[1]);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
  redbook_recorder_unref(held);
  redbook_recorder_unref(other);
}

/* The child makes a Recorder of its own after the parent has let go. */
static void child_goes_on_by_itself(void **state) {
  (void)state;
  int wake[2];
  char byte;
  struct redbook_recorder *r = make(name);
  assert_int_equal(acquire(r, "parent"), 0);
  assert_int_equal(pipe2(wake, O_CLOEXEC), 0);
  pid_t pid = fork_child();
  if (pid == 0) {
    bool ok = fails_as_abandoned(r) && read(wake[0], &byte, 1) == 1 && child_acquires(NULL);
    _exit(ok ? 0 : 1);
  }
  assert_int_equal(release(r), 0);
  assert_int_equal(write(wake[1], "x", 1), 1);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
  close(wake[0]);
  close(wake[1]);
  redbook_recorder_unref(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(other_process),
      TEST(killed_holder),
      TEST(fork_leaves_all_to_the_parent),
      TEST(sleeping_child_keeps_nothing),
      TEST(child_goes_on_by_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
