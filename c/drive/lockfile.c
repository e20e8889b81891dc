/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock file of a drive. */
#include "drive/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drive/recorder.h"

#define SAFE_FLAGS (O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

size_t redbook_lock_folders(const char *folders[2]) {
  const char *chosen = getenv(REDBOOK_LOCK_FOLDER);
  const char *runtime = getenv("XDG_RUNTIME_DIR");
  size_t count = 0;

  if (chosen && chosen[0] == '/') {
    folders[0] = chosen;
    return 1;
  }
  folders[count++] = "/run/lock";
  if (runtime && runtime[0] == '/') folders[count++] = runtime;
  return count;
}

/* Opens the file, making it if `create`. O_CREAT comes second: with it the kernel refuses
 * another user's file in a sticky folder (fs.protected_regular). A file of another user that
 * cannot be written can still be locked. -1 and errno. */
static int open_file(const char *path, bool create) {
  for (int attempt = 0; attempt < 3; attempt++) {
    int fd = open(path, O_RDWR | SAFE_FLAGS);
    if (fd < 0 && errno == EACCES) fd = open(path, O_RDONLY | SAFE_FLAGS);
    if (fd >= 0 || errno != ENOENT || !create) return fd;
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | SAFE_FLAGS, 0644);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

static int open_regular(const char *path, bool create) {
  struct stat st;
  int fd = open_file(path, create);

  if (fd < 0) return -1;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return fd;
  close(fd);
  return -1;
}

/* The file in the first folder where it exists or can be made; -1 when there is none. */
static int open_lock(const char *const *folders, size_t count, const char *key, bool create) {
  char path[4096];

  for (size_t i = 0; i < count; i++) {
    int n = snprintf(path, sizeof path, "%s/redbook-%s", folders[i], key);
    if (n < 0 || (size_t)n >= sizeof path) continue;
    int fd = open_regular(path, create);
    if (fd >= 0) return fd;
  }
  return -1;
}

static bool lock_now(int fd, int how) {
  int rc;

  do {
    rc = flock(fd, how | LOCK_NB);
  } while (rc < 0 && errno == EINTR);
  return rc == 0;
}

/* A shared lock that can be had beside the present holders means that they only look. */
static enum redbook_lock_result lock_exclusively(int fd) {
  if (lock_now(fd, LOCK_EX)) return REDBOOK_LOCK_TAKEN;
  return lock_now(fd, LOCK_SH) ? REDBOOK_LOCK_LOOKED_AT : REDBOOK_LOCK_HELD;
}

static enum redbook_lock_result lock_for_a_look(int fd) {
  return lock_now(fd, LOCK_SH) ? REDBOOK_LOCK_TAKEN : REDBOOK_LOCK_HELD;
}

/* "name\npid\n" with a name that could be one and a process that still runs. What is left of a
 * process that was killed names nobody. */
static bool read_owner(int fd, char *buffer, size_t size) {
  char text[REDBOOK_CLIENT_NAME_MAX + 32];
  ssize_t n = pread(fd, text, sizeof text - 1, 0);

  if (n <= 0) return false;
  text[n] = '\0';
  char *end = strchr(text, '\n');
  if (!end) return false;
  *end = '\0';
  long pid = strtol(end + 1, NULL, 10);
  if (pid <= 0 || !redbook_client_name_valid(text)) return false;
  if (kill((pid_t)pid, 0) != 0 && errno == ESRCH) return false;
  (void)snprintf(buffer, size, "%s", text);
  return true;
}

static void name_owner(int fd, char *buffer, size_t size) {
  if (!read_owner(fd, buffer, size)) (void)snprintf(buffer, size, "unknown");
}

static void fail_held(int fd, struct redbook_error *err) {
  char owner[REDBOOK_CLIENT_NAME_MAX + 1];

  name_owner(fd, owner, sizeof owner);
  redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED, "the drive is held by \"%s\"", owner);
}

enum redbook_lock_result redbook_lock_take(const char *const *folders, size_t count,
                                           const char *key, enum redbook_lock kind, int *fd,
                                           struct redbook_error *err) {
  int file = open_lock(folders, count, key, true);

  *fd = file;
  if (file < 0) return REDBOOK_LOCK_TAKEN;
  enum redbook_lock_result result =
      kind == REDBOOK_LOCK_EXCLUSIVE ? lock_exclusively(file) : lock_for_a_look(file);
  if (result == REDBOOK_LOCK_TAKEN) return result;
  *fd = REDBOOK_NO_LOCK_FILE;
  if (result == REDBOOK_LOCK_HELD) fail_held(file, err);
  close(file);
  return result;
}

/* Written before it is cut to length: a reader never finds it empty. */
void redbook_lock_sign(int fd, const char *client) {
  char text[REDBOOK_CLIENT_NAME_MAX + 32];
  int n = snprintf(text, sizeof text, "%s\n%ld\n", client, (long)getpid());

  if (fd < 0 || n < 0 || (size_t)n >= sizeof text) return;
  if (pwrite(fd, text, (size_t)n, 0) == n && ftruncate(fd, n) != 0) return;
}

void redbook_lock_drop(int fd, enum redbook_lock kind) {
  if (fd < 0) return;
  /* A file that is not ours to write keeps the name that it had. */
  if (kind == REDBOOK_LOCK_EXCLUSIVE && ftruncate(fd, 0) != 0) errno = 0;
  flock(fd, LOCK_UN);
  close(fd);
}

void redbook_lock_abandon(int fd) {
  if (fd >= 0) close(fd);
}

void redbook_lock_owner(const char *const *folders, size_t count, const char *key, char *buffer,
                        size_t size) {
  int fd = open_lock(folders, count, key, false);

  if (size > 0) buffer[0] = '\0';
  if (fd < 0) return;
  if (!lock_now(fd, LOCK_SH)) name_owner(fd, buffer, size);
  close(fd);
}
