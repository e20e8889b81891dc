/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting a program, reading what it writes, ending it. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

atomic_uint_fast64_t redbook_signals_waiting;

#define SLICE_MS 50     /* how late a cancel may be seen */
#define END_SECONDS 5.0 /* what a program that has closed its output gets to end */

static void close_end(int *fd) {
  if (*fd >= 0) (void)close(*fd);
  *fd = -1;
}

static int prepare(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions,
                   const int out[2], const int err[2]) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  sigdelset(&all, SIGKILL);
  sigdelset(&all, SIGSTOP);
  int failed = posix_spawnattr_setflags(
      attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  if (!failed) failed = posix_spawnattr_setsigmask(attributes, &none);
  if (!failed) failed = posix_spawnattr_setsigdefault(attributes, &all);
  if (!failed) failed = posix_spawnattr_setpgroup(attributes, 0);
  if (!failed) failed = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  if (!failed) failed = posix_spawn_file_actions_adddup2(actions, out[1], 1);
  if (!failed) failed = posix_spawn_file_actions_adddup2(actions, err[1], 2);
  return failed;
}

static int spawn(pid_t *pid, const char *const *arguments, const int out[2], const int err[2]) {
  extern char **environ;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int failed = posix_spawnattr_init(&attributes);
  if (failed) return failed;
  failed = posix_spawn_file_actions_init(&actions);
  if (!failed) {
    failed = prepare(&attributes, &actions, out, err);
    if (!failed)
      failed = posix_spawnp(pid, arguments[0], &actions, &attributes,
                            (char *const *)(uintptr_t)arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
  }
  (void)posix_spawnattr_destroy(&attributes);
  return failed;
}

/* A runaway must not use the machine up: it may neither run for ever nor write a file. */
static void limit(pid_t pid, unsigned cpu_seconds) {
  const struct rlimit processor = {cpu_seconds, cpu_seconds}, nothing = {0, 0};
  (void)prlimit(pid, RLIMIT_CPU, &processor, NULL);
  (void)prlimit(pid, RLIMIT_FSIZE, &nothing, NULL);
  (void)prlimit(pid, RLIMIT_CORE, &nothing, NULL);
}

/* Above the standard descriptors: in a host that has closed those, a pipe's end could be one of
 * them, and dup2 onto itself would leave it to be closed by exec. */
static bool open_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  for (int i = 0; i < 2; i++) {
    if (ends[i] > 2) continue;
    int higher = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
    close_end(&ends[i]);
    if (higher < 0) {
      close_end(&ends[1 - i]);
      return false;
    }
    ends[i] = higher;
  }
  return true;
}

/* posix_spawnp's own word for a missing program is lost where vfork is only fork (under
 * valgrind, in user-mode emulators): there a child starts and ends with 127. */
static bool is_there(const char *program) {
  char file[4096];
  const char *path = getenv("PATH");
  if (strchr(program, '/')) return access(program, X_OK) == 0;
  for (const char *from = path ? path : "/usr/bin:/bin"; from; from = strchr(from, ':')) {
    if (*from == ':') from++;
    int length = snprintf(file, sizeof file, "%.*s/%s", (int)strcspn(from, ":"), from, program);
    if (length > 0 && (size_t)length < sizeof file && access(file, X_OK) == 0) return true;
  }
  return false;
}

bool redbook_child_start(struct redbook_child *child, const char *const *arguments,
                         unsigned cpu_seconds, struct redbook_error *err) {
  int out[2], said[2];
  *child = (struct redbook_child){.out = -1, .err = -1};
  if (!is_there(arguments[0]))
    return redbook_fail_file(err, ENOENT, "cannot start %s", arguments[0]);
  if (!open_pipe(out)) return redbook_fail_file(err, errno, "cannot start %s", arguments[0]);
  if (!open_pipe(said)) {
    int reason = errno;
    (void)close(out[0]);
    (void)close(out[1]);
    return redbook_fail_file(err, reason, "cannot start %s", arguments[0]);
  }
  int failed = spawn(&child->pid, arguments, out, said);
  (void)close(out[1]);
  (void)close(said[1]);
  child->out = out[0];
  child->err = said[0];
  if (!failed) {
    limit(child->pid, cpu_seconds);
    return true;
  }
  child->pid = 0;
  (void)redbook_child_end(child, true);
  return redbook_fail_file(err, failed, "cannot start %s", arguments[0]);
}

/* Keeps the first line, drops the rest, so that the program never waits for a reader. */
static void hear(struct redbook_child *child) {
  char data[512];
  ssize_t got = read(child->err, data, sizeof data);
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) close_end(&child->err);
  for (ssize_t i = 0; i < got && !child->said_all; i++) {
    bool over = data[i] == '\n' || child->said_bytes + 1 == sizeof child->said;
    if (over && child->said_bytes > 0)
      child->said_all = true;
    else if (!over)
      child->said[child->said_bytes++] = (char)(data[i] < 32 && data[i] >= 0 ? ' ' : data[i]);
  }
}

/* Something of it is still in the pipe. */
static bool said_more(const struct redbook_child *child) {
  struct pollfd wait = {.fd = child->err, .events = POLLIN};
  return poll(&wait, 1, 0) > 0;
}

static bool given_up(const struct redbook_child *child, const atomic_bool *cancel) {
  return (cancel && atomic_load(cancel)) ||
         (child->heeds && atomic_load(&redbook_signals_waiting) != 0);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

ssize_t redbook_child_read(struct redbook_child *child, void *data, size_t length,
                           const atomic_bool *cancel, double seconds,
                           struct redbook_error *err) {
  double deadline = now() + seconds;
  while (child->out >= 0) {
    struct pollfd wait[2] = {{.fd = child->out, .events = POLLIN},
                             {.fd = child->err, .events = POLLIN}};
    if (given_up(child, cancel)) {
      (void)redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "cancelled");
      return -1;
    }
    if (now() >= deadline) {
      (void)redbook_fail(err, REDBOOK_E_FAIL, "it has said nothing for %.0f seconds", seconds);
      return -1;
    }
    if (poll(wait, 2, SLICE_MS) <= 0) continue;
    if (wait[1].revents) hear(child);
    if (!wait[0].revents) continue;
    ssize_t got = read(child->out, data, length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) (void)redbook_fail_file(err, errno, "its output cannot be read");
    return got;
  }
  return 0;
}

/* To its end, or until it has taken too long for a program that has nothing more to write. */
static bool reap_in_time(struct redbook_child *child, pid_t pid, int *status) {
  double deadline = now() + END_SECONDS;
  while (now() < deadline) {
    struct pollfd wait = {.fd = child->err, .events = POLLIN};
    if (poll(&wait, 1, child->err < 0 ? 1 : SLICE_MS) > 0) hear(child);
    pid_t got = waitpid(pid, status, WNOHANG);
    if (got != 0 && !(got < 0 && errno == EINTR)) return true;
  }
  return false;
}

int redbook_child_end(struct redbook_child *child, bool kill_it) {
  int status = -1;
  pid_t pid = child->pid;
  child->pid = 0;
  close_end(&child->out);
  if (pid > 0 && (kill_it || !reap_in_time(child, pid, &status))) {
    (void)kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  while (child->err >= 0 && pid > 0 && !kill_it && said_more(child))
    hear(child);
  close_end(&child->err);
  if (pid <= 0 || status == -1) return -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
