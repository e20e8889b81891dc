/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work: operations on a recorder, and the list of those whose end nobody has learned of. */
#include "burn/work.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "burn/job.h"

struct running {
  struct redbook_job job; /* ours, under the work's name */
  struct redbook_recorder *recorder;
  char client[REDBOOK_CLIENT_NAME_MAX + 1];
  const struct redbook_work *work;
  void *context;                       /* the work's */
  struct redbook_operation *operation; /* a reference, while listed */
  struct running *next;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
static struct running *first;
static struct running *inherited; /* in a forked child: its parent's, which it must not end */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before_fork(void) {
  pthread_mutex_lock(&mutex);
}

static void in_parent(void) {
  pthread_mutex_unlock(&mutex);
}

/* The workers are the parent's. What they have not opened yet, the child may use. */
static void in_child(void) {
  while (first) {
    struct running *running = first;
    redbook_recorder_set_busy(running->recorder, false);
    first = running->next;
    running->next = inherited;
    inherited = running;
  }
  pthread_mutex_init(&mutex, NULL);
}

static void watch_forks(void) {
  pthread_atfork(before_fork, in_parent, in_child);
}

static void list(struct running *running) {
  pthread_once(&once, watch_forks);
  pthread_mutex_lock(&mutex);
  running->next = first;
  first = running;
  pthread_mutex_unlock(&mutex);
}

static void unlist(const struct running *running) {
  pthread_mutex_lock(&mutex);
  for (struct running **p = &first; *p; p = &(*p)->next) {
    if (*p != running) continue;
    *p = running->next;
    break;
  }
  pthread_mutex_unlock(&mutex);
}

static bool run_held(struct redbook_operation *op, struct running *running, uint32_t *remark,
                     struct redbook_error *err) {
  struct redbook_drive drive = *redbook_recorder_held_drive(running->recorder);
  drive.cancel = redbook_operation_cancel_flag(op);
  if (redbook_operation_cancelled(op)) {
    redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "cancelled before it began");
    err->disc = REDBOOK_DISC_UNTOUCHED;
    return false;
  }
  redbook_transport_own(drive.transport);
  bool ok = running->work->run(op, &drive, running->context, remark, err);
  redbook_transport_disown(drive.transport);
  return ok;
}

static bool run(struct redbook_operation *op, void *context, uint32_t *remark,
                struct redbook_error *err) {
  struct running *running = context;
  if (!redbook_recorder_job_acquire(running->recorder, running->client, err)) {
    err->disc = REDBOOK_DISC_UNTOUCHED;
    return false;
  }
  bool ok = run_held(op, running, remark, err);
  enum redbook_disc_state disc = err->disc;
  bool released = redbook_recorder_job_release(running->recorder, ok ? err : NULL);
  err->disc = disc;
  return ok && released;
}

static void delivered(void *context, bool ok) {
  struct running *running = context;
  struct redbook_operation *op = running->operation;
  running->operation = NULL;
  unlist(running);
  redbook_recorder_on_busy(running->recorder, NULL);
  redbook_recorder_set_busy(running->recorder, false);
  if (running->work->delivered) running->work->delivered(running->context, ok);
  redbook_operation_unref(op);
}

static void destroy(void *context) {
  struct running *running = context;
  running->work->destroy(running->context);
  redbook_recorder_unref(running->recorder);
  free(running);
}

typedef bool chosen(const struct running *running, const struct redbook_recorder *recorder);

static bool any(const struct running *running, const struct redbook_recorder *recorder) {
  (void)running;
  (void)recorder;
  return true;
}

static bool abandoned(const struct running *running, const struct redbook_recorder *recorder) {
  return running->recorder == recorder && redbook_operation_abandoned(running->operation);
}

/* The first that is chosen, with a reference of the caller's. */
static struct redbook_operation *take(chosen *choose, const struct redbook_recorder *recorder) {
  pthread_mutex_lock(&mutex);
  struct running *running = first;
  while (running && !choose(running, recorder))
    running = running->next;
  struct redbook_operation *op = running ? redbook_operation_ref(running->operation) : NULL;
  pthread_mutex_unlock(&mutex);
  return op;
}

/* Somebody wants the recorder: nobody steps the operation, and its worker has ended. */
static void settle_abandoned(struct redbook_recorder *recorder) {
  struct redbook_operation *op = take(abandoned, recorder);
  if (!op) return;
  redbook_operation_settle(op);
  redbook_operation_unref(op);
}

void redbook_work_cancel_all(void) {
  pthread_mutex_lock(&mutex);
  for (const struct running *running = first; running; running = running->next)
    redbook_operation_cancel(running->operation);
  pthread_mutex_unlock(&mutex);
}

void redbook_work_join_all(void) {
  for (struct redbook_operation *op; (op = take(any, NULL));) {
    redbook_operation_cancel(op);
    redbook_operation_settle(op);
    redbook_operation_unref(op);
  }
}

static struct running *allocate(struct redbook_recorder *recorder, const char *client,
                                const struct redbook_work *work, void *context,
                                struct redbook_error *err) {
  struct running *running = calloc(1, sizeof *running);
  if (!running) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for an operation");
    return NULL;
  }
  running->job = (struct redbook_job){
      .thread_name = work->thread_name, .run = run, .delivered = delivered, .destroy = destroy};
  running->recorder = redbook_recorder_ref(recorder);
  (void)snprintf(running->client, sizeof running->client, "%s", client);
  running->work = work;
  running->context = context;
  return running;
}

struct redbook_operation *redbook_recorder_begin(struct redbook_recorder *recorder,
                                                 const char *client,
                                                 const struct redbook_work *work, void *context,
                                                 struct redbook_error *err) {
  struct running *running = NULL;
  if (redbook_recorder_may_begin(recorder, client, err))
    running = allocate(recorder, client, work, context, err);
  if (!running) {
    work->destroy(context);
    return NULL;
  }
  struct redbook_operation *op = redbook_operation_create(&running->job, running, err);
  if (!op) return NULL;
  running->operation = redbook_operation_ref(op);
  redbook_recorder_set_busy(recorder, true);
  redbook_recorder_on_busy(recorder, settle_abandoned);
  list(running);
  redbook_operation_start(op);
  return op;
}
