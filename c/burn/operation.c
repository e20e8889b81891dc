/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operation: worker thread, event queue, eventfd. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "burn/job.h"

/* Changes of action are few (at most one per enum value and phase) and each leaves at most one
 * coalesced report behind it, so the ring cannot fill. */
#define RING 64u

struct queued {
  struct redbook_event event;
  bool change; /* first report of an action: never overwritten */
};

struct redbook_operation {
  atomic_uint references;
  const struct redbook_job *job;
  void *context;
  pid_t pid; /* the process that may step it */
  pthread_t thread;
  bool started, joined;
  atomic_bool cancelled;

  pthread_mutex_t mutex; /* guards all below */
  int event_fd;
  bool signalled; /* event_fd is readable */
  struct queued ring[RING];
  unsigned head, count;
  enum redbook_action last_action;
  uint32_t want;
  bool ended;     /* result is there, done queued */
  bool delivered; /* owner has been told */
  bool finished;  /* host has been told */
  bool ok;
  uint32_t remark;
  struct redbook_error error;
};

/* The descriptor shows what step would find. Called with the mutex held. */
static void show(struct redbook_operation *op) {
  bool pending = op->count > 0 || op->want > 0;
  uint64_t value = 1;
  if (pending && !op->signalled)
    op->signalled = write(op->event_fd, &value, sizeof value) == (ssize_t)sizeof value;
  else if (!pending && op->signalled)
    op->signalled = read(op->event_fd, &value, sizeof value) != (ssize_t)sizeof value;
}

static void push(struct redbook_operation *op, const struct redbook_event *event, bool change) {
  struct queued *last = op->count ? &op->ring[(op->head + op->count - 1) % RING] : NULL;
  bool coalesce = last && !last->change && !change &&
                  last->event.type == REDBOOK_EVENT_UPDATE &&
                  event->type == REDBOOK_EVENT_UPDATE;
  if (coalesce) {
    last->event = *event;
  } else if (op->count < RING) {
    op->ring[(op->head + op->count++) % RING] = (struct queued){*event, change};
  }
  show(op);
}

static bool in_child(const struct redbook_operation *op) {
  return op->pid != getpid();
}

struct redbook_operation *redbook_operation_create(const struct redbook_job *job, void *context,
                                                   struct redbook_error *err) {
  struct redbook_operation *op = calloc(1, sizeof *op);
  if (!op) {
    job->destroy(context);
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for an operation");
    return NULL;
  }
  op->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (op->event_fd < 0) {
    redbook_fail_errno(err, errno, "cannot create the event descriptor of an operation");
    job->destroy(context);
    free(op);
    return NULL;
  }
  atomic_init(&op->references, 1);
  atomic_init(&op->cancelled, false);
  op->job = job;
  op->context = context;
  op->pid = getpid();
  op->last_action = REDBOOK_ACTION_UNKNOWN;
  pthread_mutex_init(&op->mutex, NULL);
  redbook_error_clear(&op->error);
  return op;
}

static void end(struct redbook_operation *op, bool ok, uint32_t remark,
                const struct redbook_error *err) {
  pthread_mutex_lock(&op->mutex);
  op->ok = ok;
  op->remark = remark;
  if (!ok && err) op->error = *err;
  op->ended = true;
  op->want = 0;
  push(op, &(struct redbook_event){.type = REDBOOK_EVENT_DONE}, true);
  pthread_mutex_unlock(&op->mutex);
}

static void *work(void *argument) {
  struct redbook_operation *op = argument;
  struct redbook_error err;
  uint32_t remark = 0;
  redbook_error_clear(&err);
  bool ok = op->job->run(op, op->context, &remark, &err);
  end(op, ok, remark, &err);
  return NULL;
}

void redbook_operation_start(struct redbook_operation *op) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failure = pthread_create(&op->thread, NULL, work, op);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failure) {
    struct redbook_error err;
    redbook_error_clear(&err);
    redbook_fail_errno(&err, failure, "cannot start the thread of an operation");
    redbook_operation_abort(op, &err);
    return;
  }
  op->started = true;
  pthread_setname_np(op->thread, op->job->thread_name);
}

void redbook_operation_abort(struct redbook_operation *op, const struct redbook_error *err) {
  end(op, false, 0, err);
}

void redbook_operation_report(struct redbook_operation *op,
                              const struct redbook_progress *progress) {
  struct redbook_event event = {.type = REDBOOK_EVENT_UPDATE, .progress = *progress};
  pthread_mutex_lock(&op->mutex);
  bool change = progress->action != op->last_action;
  op->last_action = progress->action;
  push(op, &event, change);
  pthread_mutex_unlock(&op->mutex);
}

void redbook_operation_want(struct redbook_operation *op, uint32_t bytes) {
  pthread_mutex_lock(&op->mutex);
  if (!op->ended) op->want = bytes;
  show(op);
  pthread_mutex_unlock(&op->mutex);
}

const atomic_bool *redbook_operation_cancel_flag(const struct redbook_operation *op) {
  return &op->cancelled;
}

void redbook_operation_cancel(struct redbook_operation *op) {
  if (in_child(op)) return;
  atomic_store(&op->cancelled, true);
  pthread_mutex_lock(&op->mutex);
  if (op->job->interrupt && !op->ended) op->job->interrupt(op->context);
  pthread_mutex_unlock(&op->mutex);
}

bool redbook_operation_cancelled(const struct redbook_operation *op) {
  return atomic_load(&op->cancelled);
}

int redbook_operation_fd(const struct redbook_operation *op) {
  return in_child(op) ? -1 : op->event_fd;
}

bool redbook_operation_finished(const struct redbook_operation *op) {
  return op->finished || in_child(op);
}

bool redbook_operation_ended(struct redbook_operation *op) {
  pthread_mutex_lock(&op->mutex);
  bool ended = op->ended;
  pthread_mutex_unlock(&op->mutex);
  return ended;
}

/* Nobody waits for the outcome any more: what can be undone is undone. With the result in
 * place. */
static void take_back(struct redbook_operation *op) {
  if (!op->ok || !op->job->revoke) return;
  op->job->revoke(op->context);
  op->ok = false;
  redbook_fail(&op->error, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "the operation was cancelled");
}

/* Waits for the worker and tells the owner, once; `seen`: on behalf of a host that has stepped.
 */
static void settle(struct redbook_operation *op, bool seen) {
  if (in_child(op)) return;
  if (!op->started && !redbook_operation_ended(op)) {
    struct redbook_error err;
    redbook_error_clear(&err);
    redbook_fail(&err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "the operation was dropped");
    redbook_operation_abort(op, &err);
  }
  if (op->started && !op->joined) {
    pthread_join(op->thread, NULL);
    op->joined = true;
  }
  pthread_mutex_lock(&op->mutex);
  bool tell = !op->delivered && op->ended;
  op->delivered = op->delivered || tell;
  pthread_mutex_unlock(&op->mutex);
  if (tell && !seen) take_back(op);
  if (tell) op->job->delivered(op->context, op->ok);
}

void redbook_operation_settle(struct redbook_operation *op) {
  settle(op, false);
}

void redbook_operation_close(struct redbook_operation *op) {
  if (in_child(op) || op->finished) return;
  if (!redbook_operation_ended(op)) redbook_operation_cancel(op);
  settle(op, false);
  op->finished = true;
}

bool redbook_operation_abandoned(struct redbook_operation *op) {
  return atomic_load(&op->references) <= 1 && (!op->started || redbook_operation_ended(op));
}

/* Takes the next event out, if any. */
static bool take(struct redbook_operation *op, struct redbook_event *out) {
  pthread_mutex_lock(&op->mutex);
  bool found = true;
  if (op->count) {
    *out = op->ring[op->head].event;
    op->head = (op->head + 1) % RING;
    op->count--;
  } else if (op->want) {
    *out = (struct redbook_event){.type = REDBOOK_EVENT_WANT, .bytes = op->want};
  } else {
    found = false;
  }
  show(op);
  pthread_mutex_unlock(&op->mutex);
  return found;
}

static double monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Waits for the event descriptor or the trap; false when the time is over or a handler ran. */
static bool wait_readable(const struct redbook_operation *op, double until) {
  struct pollfd fds[2] = {{op->event_fd, POLLIN, 0}, {redbook_trap_fd(), POLLIN, 0}};
  int timeout = -1;
  if (until >= 0) {
    double left = until - monotonic();
    timeout = left <= 0 ? 0 : left > 1e6 ? 1000000000 : (int)(left * 1000) + 1;
  }
  return poll(fds, 2, timeout) > 0;
}

enum redbook_step redbook_operation_step(struct redbook_operation *op, double seconds,
                                         struct redbook_event *out) {
  if (op->finished || in_child(op)) return REDBOOK_STEP_FINISHED;
  double until = seconds < 0 ? -1 : monotonic() + seconds;
  for (;;) {
    int caught = redbook_trap_take();
    if (caught) {
      *out = (struct redbook_event){.type = REDBOOK_EVENT_SIGNAL, .signal = caught};
      return REDBOOK_STEP_EVENT;
    }
    if (take(op, out)) {
      if (out->type == REDBOOK_EVENT_DONE) {
        settle(op, true);
        op->finished = true;
      }
      return REDBOOK_STEP_EVENT;
    }
    if (!wait_readable(op, until)) return REDBOOK_STEP_AGAIN;
  }
}

bool redbook_operation_result(struct redbook_operation *op, uint32_t *remark,
                              struct redbook_error *err) {
  if (!op->finished)
    return redbook_fail(err, REDBOOK_E_FAIL, "the operation has not ended yet");
  if (remark) *remark = op->remark;
  if (!op->ok && err) *err = op->error;
  return op->ok;
}

bool redbook_operation_feed(struct redbook_operation *op, const uint8_t *data, uint32_t length,
                            bool finish, struct redbook_error *err) {
  if (in_child(op) || op->finished || !op->job->feed)
    return redbook_fail(err, REDBOOK_E_FAIL, "this operation asks for no data");
  return op->job->feed(op, op->context, data, length, finish, err);
}

struct redbook_operation *redbook_operation_ref(struct redbook_operation *op) {
  atomic_fetch_add(&op->references, 1);
  return op;
}

void redbook_operation_unref(struct redbook_operation *op) {
  if (!op) return;
  if (!in_child(op) && !redbook_operation_ended(op)) redbook_operation_cancel(op);
  if (atomic_fetch_sub(&op->references, 1) != 1) return;
  redbook_operation_settle(op);
  op->job->destroy(op->context);
  close(op->event_fd);
  if (!in_child(op)) pthread_mutex_destroy(&op->mutex);
  free(op);
}
