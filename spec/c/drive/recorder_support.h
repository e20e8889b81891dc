/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the specs of recorders share: a folder with a disc, short calls, child processes. */
#ifndef SPEC_DRIVE_RECORDER_SUPPORT_H
#define SPEC_DRIVE_RECORDER_SUPPORT_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drive/hold.h"
#include "drive/recorder.h"
#include "drive/scripted.h"

static char folder[64];
static char name[128]; /* of a virtual recorder in it */

static inline int enter_folder(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/redbook-drive-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(name, sizeof name, "virtual:%s/disc.cue", folder);
  return 0;
}

static inline int leave_folder(void **state) {
  (void)state;
  char path[128];
  static const char *const files[] = {"disc.cue", "disc.bin", "disc.pre", "disc.cdt", "trace"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    unlink(path);
  }
  return rmdir(folder);
}

/* What the test's stack holds is lost for a child that ends by _exit; here it stays reachable,
 * so that a leak that valgrind finds in a child is one. */
static struct redbook_recorder *volatile made[64];

static inline struct redbook_recorder *make(const char *id) {
  static unsigned count;
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_recorder *recorder = redbook_recorder_create(id, NULL, &err);
  if (!recorder) fail_msg("%s: %s", id, err.message);
  made[count++ % 64] = recorder;
  return recorder;
}

static inline uint32_t acquire(struct redbook_recorder *recorder, const char *client) {
  struct redbook_error err;
  redbook_error_clear(&err);
  bool ok = redbook_recorder_acquire(recorder, false, client, &err);
  return ok ? REDBOOK_S_OK : err.code;
}

static inline uint32_t release(struct redbook_recorder *recorder) {
  struct redbook_error err;
  redbook_error_clear(&err);
  bool ok = redbook_recorder_release(recorder, &err);
  return ok ? REDBOOK_S_OK : err.code;
}

/* 0 when a look is possible. */
static inline uint32_t look(struct redbook_recorder *recorder) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_drive *drive = redbook_recorder_enter(recorder, &err);
  redbook_recorder_leave(recorder, drive);
  return drive ? REDBOOK_S_OK : err.code;
}

static inline const char *owner(struct redbook_recorder *recorder) {
  static char buffer[REDBOOK_CLIENT_NAME_MAX + 1];
  assert_true(redbook_recorder_owner(recorder, buffer, sizeof buffer, NULL));
  return buffer;
}

/* A child that ends in any case: a spec that fails must not hang. */
static inline pid_t fork_child(void) {
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) alarm(120);
  return pid;
}

/* What a child process does; returns its exit status: 0 when `work` returned true. */
static inline int in_child(bool (*work)(void *), void *context) {
  pid_t pid = fork_child();
  if (pid == 0) _exit(work(context) ? 0 : 1);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline bool child_is_refused(void *context) {
  (void)context;
  struct redbook_recorder *r = redbook_recorder_create(name, NULL, NULL);
  struct redbook_error err;
  char who[64];
  redbook_error_clear(&err);
  bool ok = r && !redbook_recorder_acquire(r, false, "child", &err) && err.code == 0xC0AA0210 &&
            strcmp(err.message, "the drive is held by \"parent\"") == 0 &&
            redbook_recorder_owner(r, who, sizeof who, NULL) && strcmp(who, "parent") == 0 &&
            look(r) == 0xC0AA0210;
  redbook_recorder_unref(r);
  return ok;
}

static inline bool child_acquires(void *context) {
  (void)context;
  struct redbook_recorder *r = redbook_recorder_create(name, NULL, NULL);
  bool ok = r && acquire(r, "child") == REDBOOK_S_OK;
  redbook_recorder_unref(r);
  return ok;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter_folder, leave_folder)

#endif
