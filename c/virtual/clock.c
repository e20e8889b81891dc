/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two clocks, one set of costs. */
#include "virtual/clock.h"

#include <errno.h>
#include <time.h>

#include "virtual/drive.h"

static uint64_t monotonic_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

void redbook_vclock_start(struct redbook_virtual *drive, enum redbook_virtual_clock kind) {
  drive->real_time = kind == REDBOOK_CLOCK_REAL;
  drive->epoch_us = drive->real_time ? monotonic_us() : 0;
}

bool redbook_vclock_is_real(const struct redbook_virtual *drive) {
  return drive->real_time;
}

void redbook_vclock_update(struct redbook_virtual *drive) {
  if (drive->real_time) drive->clock_us = monotonic_us() - drive->epoch_us;
}

uint64_t redbook_vclock_now(struct redbook_virtual *drive) {
  if (drive->real_time) return monotonic_us() - drive->epoch_us;
  pthread_mutex_lock(&drive->mutex);
  uint64_t now = drive->clock_us;
  pthread_mutex_unlock(&drive->mutex);
  return now;
}

void redbook_vclock_sleep(struct redbook_virtual *drive, uint64_t microseconds) {
  if (drive->real_time) {
    redbook_vclock_wait_until(drive, monotonic_us() - drive->epoch_us + microseconds);
    return;
  }
  pthread_mutex_lock(&drive->mutex);
  drive->clock_us += microseconds;
  pthread_mutex_unlock(&drive->mutex);
}

void redbook_vclock_wait_until(const struct redbook_virtual *drive, uint64_t moment) {
  if (!drive->real_time) return;
  uint64_t end = drive->epoch_us + moment;
  const struct timespec when = {.tv_sec = (time_t)(end / 1000000u),
                                .tv_nsec = (long)(end % 1000000u) * 1000};
  int status = EINTR;
  while (status == EINTR)
    status = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}
