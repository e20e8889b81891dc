/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's clock, in the test's hands: this program's own clock_gettime and
 * clock_nanosleep take the place of the C library's for all that is linked into it. Once it is
 * taken over the clock stands still but for who sleeps, so that no test of the drive's real
 * clock depends on how busy the machine is. */
#ifndef SPEC_VIRTUAL_WALL_H
#define SPEC_VIRTUAL_WALL_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STUCK_SECONDS 120 /* real ones: far longer than anything takes */

static struct {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  bool ours;
  uint64_t us;
  unsigned sleepers; /* that wait for others */
  bool stuck;        /* one of them has waited in vain */
} wall = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* This thread's sleep makes no time pass: it lasts until others have let it pass. */
static _Thread_local bool waits_for_others;

static inline void wall_take_over(void) {
  wall.ours = true;
  wall.us = 1000000000;
  wall.stuck = false;
}

static inline void wall_pass(uint64_t microseconds) {
  pthread_mutex_lock(&wall.mutex);
  wall.us += microseconds;
  pthread_cond_broadcast(&wall.changed);
  pthread_mutex_unlock(&wall.mutex);
}

/* With the mutex held; false when nothing has happened for too long. */
static inline bool wall_wait(void) {
  const struct timespec until = {.tv_sec = time(NULL) + STUCK_SECONDS};
  if (!wall.stuck && pthread_cond_timedwait(&wall.changed, &wall.mutex, &until) != 0)
    wall.stuck = true;
  return !wall.stuck;
}

/* Until a thread sleeps that waits for others. */
static inline bool wall_somebody_sleeps(void) {
  pthread_mutex_lock(&wall.mutex);
  while (!wall.sleepers && wall_wait())
    continue;
  bool there = wall.sleepers > 0;
  pthread_mutex_unlock(&wall.mutex);
  return there;
}

int clock_gettime(clockid_t id, struct timespec *out) {
  if (!wall.ours) return (int)syscall(SYS_clock_gettime, id, out);
  pthread_mutex_lock(&wall.mutex);
  *out = (struct timespec){(time_t)(wall.us / 1000000), (long)(wall.us % 1000000) * 1000};
  pthread_mutex_unlock(&wall.mutex);
  return 0;
}

int clock_nanosleep(clockid_t id, int flags, const struct timespec *when,
                    struct timespec *left) {
  if (!wall.ours) return syscall(SYS_clock_nanosleep, id, flags, when, left) ? errno : 0;
  if (flags != TIMER_ABSTIME) return ENOTSUP;
  uint64_t end = (uint64_t)when->tv_sec * 1000000 + (uint64_t)when->tv_nsec / 1000;
  pthread_mutex_lock(&wall.mutex);
  if (waits_for_others) {
    wall.sleepers++;
    pthread_cond_broadcast(&wall.changed);
    while (wall.us < end && wall_wait())
      continue;
    wall.sleepers--;
  }
  if (wall.us < end) {
    wall.us = end;
    pthread_cond_broadcast(&wall.changed);
  }
  pthread_mutex_unlock(&wall.mutex);
  return 0;
}

#endif
