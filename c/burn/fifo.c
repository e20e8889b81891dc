/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ring of whole sectors with one lock. */
#include "burn/fifo.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

struct redbook_fifo {
  uint8_t *ring;
  uint32_t size; /* sectors */
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  uint32_t head, used; /* sectors */
  bool finished, failed, stopped;
  struct redbook_error error;
};

struct redbook_fifo *redbook_fifo_create(uint64_t bytes, struct redbook_error *err) {
  struct redbook_fifo *fifo = calloc(1, sizeof *fifo);
  uint32_t size = (uint32_t)(bytes / REDBOOK_AUDIO_SECTOR_BYTES);
  uint8_t *ring = MAP_FAILED;
  if (fifo)
    ring = mmap(NULL, (size_t)size * REDBOOK_AUDIO_SECTOR_BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (ring == MAP_FAILED) {
    free(fifo);
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a FIFO of %llu bytes",
                 (unsigned long long)bytes);
    return NULL;
  }
#ifdef MLOCK_ONFAULT
  (void)!mlock2(ring, (size_t)size * REDBOOK_AUDIO_SECTOR_BYTES, MLOCK_ONFAULT);
#endif
  fifo->ring = ring;
  fifo->size = size;
  pthread_mutex_init(&fifo->mutex, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&fifo->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  return fifo;
}

void redbook_fifo_destroy(struct redbook_fifo *fifo) {
  if (!fifo) return;
  munmap(fifo->ring, (size_t)fifo->size * REDBOOK_AUDIO_SECTOR_BYTES);
  pthread_cond_destroy(&fifo->changed);
  pthread_mutex_destroy(&fifo->mutex);
  free(fifo);
}

static uint8_t *at(const struct redbook_fifo *fifo, uint32_t sector) {
  return fifo->ring + (size_t)(sector % fifo->size) * REDBOOK_AUDIO_SECTOR_BYTES;
}

static uint32_t contiguous(const struct redbook_fifo *fifo, uint32_t from, uint32_t count) {
  uint32_t to_edge = fifo->size - from % fifo->size;
  return count < to_edge ? count : to_edge;
}

uint32_t redbook_fifo_reserve(struct redbook_fifo *fifo, uint32_t most, uint8_t **data) {
  uint32_t room = 0;
  pthread_mutex_lock(&fifo->mutex);
  while (!fifo->stopped && fifo->used == fifo->size)
    pthread_cond_wait(&fifo->changed, &fifo->mutex);
  if (!fifo->stopped) {
    uint32_t tail = fifo->head + fifo->used;
    room = contiguous(fifo, tail, fifo->size - fifo->used);
    *data = at(fifo, tail);
  }
  pthread_mutex_unlock(&fifo->mutex);
  return room < most ? room : most;
}

static void wake(struct redbook_fifo *fifo) {
  pthread_cond_broadcast(&fifo->changed);
  pthread_mutex_unlock(&fifo->mutex);
}

void redbook_fifo_commit(struct redbook_fifo *fifo, uint32_t sectors) {
  pthread_mutex_lock(&fifo->mutex);
  fifo->used += sectors;
  wake(fifo);
}

void redbook_fifo_finish(struct redbook_fifo *fifo) {
  pthread_mutex_lock(&fifo->mutex);
  fifo->finished = true;
  wake(fifo);
}

void redbook_fifo_fail(struct redbook_fifo *fifo, const struct redbook_error *err) {
  pthread_mutex_lock(&fifo->mutex);
  fifo->failed = true;
  fifo->error = *err;
  wake(fifo);
}

void redbook_fifo_stop(struct redbook_fifo *fifo) {
  pthread_mutex_lock(&fifo->mutex);
  fifo->stopped = true;
  wake(fifo);
}

/* No more will come than is there. */
static bool ending(const struct redbook_fifo *fifo) {
  return fifo->finished || fifo->failed || fifo->stopped;
}

uint32_t redbook_fifo_peek(struct redbook_fifo *fifo, uint32_t most, const uint8_t **data) {
  uint32_t count = 0;
  if (most > fifo->size) most = fifo->size;
  pthread_mutex_lock(&fifo->mutex);
  while (!ending(fifo) && fifo->used < most)
    pthread_cond_wait(&fifo->changed, &fifo->mutex);
  if (!fifo->stopped) {
    count = contiguous(fifo, fifo->head, fifo->used < most ? fifo->used : most);
    *data = at(fifo, fifo->head);
  }
  pthread_mutex_unlock(&fifo->mutex);
  return count;
}

void redbook_fifo_consume(struct redbook_fifo *fifo, uint32_t sectors) {
  pthread_mutex_lock(&fifo->mutex);
  fifo->head = (fifo->head + sectors) % fifo->size;
  fifo->used -= sectors;
  wake(fifo);
}

static struct timespec in_milliseconds(unsigned milliseconds) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_sec += milliseconds / 1000;
  t.tv_nsec += (long)(milliseconds % 1000) * 1000000;
  if (t.tv_nsec >= 1000000000) {
    t.tv_sec++;
    t.tv_nsec -= 1000000000;
  }
  return t;
}

bool redbook_fifo_prefill(struct redbook_fifo *fifo, unsigned milliseconds) {
  struct timespec until = in_milliseconds(milliseconds);
  int late = 0;
  pthread_mutex_lock(&fifo->mutex);
  while (!ending(fifo) && fifo->used < fifo->size && !late)
    late = pthread_cond_timedwait(&fifo->changed, &fifo->mutex, &until);
  bool done = ending(fifo) || fifo->used == fifo->size;
  pthread_mutex_unlock(&fifo->mutex);
  return done;
}

bool redbook_fifo_good(struct redbook_fifo *fifo, struct redbook_error *err) {
  pthread_mutex_lock(&fifo->mutex);
  bool bad = fifo->failed && fifo->used == 0;
  if (bad) *err = fifo->error;
  pthread_mutex_unlock(&fifo->mutex);
  return !bad;
}

uint64_t redbook_fifo_total_bytes(const struct redbook_fifo *fifo) {
  return (uint64_t)fifo->size * REDBOOK_AUDIO_SECTOR_BYTES;
}

uint64_t redbook_fifo_used_bytes(struct redbook_fifo *fifo) {
  pthread_mutex_lock(&fifo->mutex);
  uint64_t used = (uint64_t)fifo->used * REDBOOK_AUDIO_SECTOR_BYTES;
  pthread_mutex_unlock(&fifo->mutex);
  return used;
}

uint32_t redbook_fifo_room(struct redbook_fifo *fifo) {
  pthread_mutex_lock(&fifo->mutex);
  uint32_t room = fifo->stopped ? 0 : fifo->size - fifo->used;
  pthread_mutex_unlock(&fifo->mutex);
  return room;
}
