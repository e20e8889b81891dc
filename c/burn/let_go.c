/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letting go (design 5): never closes a session, never hangs on a cancelled thread, is safe to
 * do twice, and works at exit, when no Lua state lives any more. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "burn/tao_internal.h"
#include "burn/work.h"

/* One background letting-go. */
struct reaper {
  pthread_t thread;
  atomic_bool done; /* the thread can be joined without waiting */
  struct redbook_tao *tao;
  struct reaper *next;
};

static pthread_mutex_t lists = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static struct redbook_tao *held;
static struct reaper *reapers;
static bool failed;
static struct redbook_error failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before_fork(void) {
  pthread_mutex_lock(&lists);
}
static void in_parent(void) {
  pthread_mutex_unlock(&lists);
}

/* The drives belong to the parent: forget them, send nothing. */
static void in_child(void) {
  held = NULL;
  reapers = NULL;
  pthread_mutex_init(&lists, NULL);
}

static void watch_forks(void) {
  pthread_atfork(before_fork, in_parent, in_child);
}

void redbook_tao_hold(struct redbook_tao *tao) {
  pthread_once(&once, watch_forks);
  pthread_mutex_lock(&lists);
  if (!tao->held) {
    tao->held = true;
    tao->next_held = held;
    held = tao;
  }
  pthread_mutex_unlock(&lists);
}

void redbook_tao_unhold(struct redbook_tao *tao) {
  pthread_mutex_lock(&lists);
  for (struct redbook_tao **p = &held; *p; p = &(*p)->next_held) {
    if (*p != tao) continue;
    *p = tao->next_held;
    break;
  }
  tao->held = false;
  pthread_mutex_unlock(&lists);
}

bool redbook_tao_alone(struct redbook_tao *tao, struct redbook_error *err) {
  char owner[REDBOOK_CLIENT_NAME_MAX + 1] = "";
  pthread_mutex_lock(&lists);
  for (struct redbook_tao *other = held; other; other = other->next_held)
    if (other != tao && other->recorder == tao->recorder)
      (void)snprintf(owner, sizeof owner, "%s", other->client_name);
  pthread_mutex_unlock(&lists);
  return !owner[0] || redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED,
                                   "the recorder is held by \"%s\"", owner);
}

static void keep_failure(const struct redbook_error *err) {
  pthread_mutex_lock(&lists);
  failed = true;
  failure = *err;
  pthread_mutex_unlock(&lists);
}

bool redbook_last_release_error(struct redbook_error *out) {
  pthread_mutex_lock(&lists);
  bool was = failed;
  if (was) *out = failure;
  failed = false;
  pthread_mutex_unlock(&lists);
  return was;
}

/* The drive's time while a track is written: only then its worker neither takes nor drops the
 * drive meanwhile. */
static double time_of_writing(const struct redbook_tao *tao) {
  struct redbook_drive *drive = tao->state == REDBOOK_TAO_WRITING && tao->recorder
                                    ? redbook_recorder_held_drive(tao->recorder)
                                    : NULL;
  return drive ? redbook_drive_now(drive) : -1;
}

/* An open track is ended so that the disc can be gone on with. Its worker, cancelled at
 * `since`, has tried that already; the time it took counts. */
static void end_open_track(struct redbook_tao *tao, double since) {
  struct redbook_drive *drive = redbook_recorder_held_drive(tao->recorder);
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!drive || !tao->session.track_open) return;
  double spent = since < 0 ? 0 : redbook_drive_now(drive) - since;
  double left = spent < REDBOOK_LET_GO_SECONDS ? REDBOOK_LET_GO_SECONDS - spent : 0;
  if (!redbook_session_end_track(drive, &tao->session, left, NULL, NULL, &err)) {
    err.disc = redbook_session_judge(drive, &tao->session);
    keep_failure(&err);
  }
}

static void release(struct redbook_tao *tao, double since) {
  struct redbook_error err;
  redbook_error_clear(&err);
  end_open_track(tao, since);
  struct redbook_drive *drive = redbook_recorder_held_drive(tao->recorder);
  if (drive && !redbook_session_forget_test(drive, &tao->session, &err)) keep_failure(&err);
  if (!redbook_recorder_job_release(tao->recorder, &err)) keep_failure(&err);
  tao->state = REDBOOK_TAO_IDLE;
  redbook_tao_unhold(tao);
}

void redbook_tao_let_go(struct redbook_tao *tao) {
  if (tao->pid != getpid()) return;
  struct redbook_operation *op = tao->running;
  if (!op && tao->state == REDBOOK_TAO_IDLE) return;
  tao->letting_go = true;
  double since = time_of_writing(tao);
  if (op) {
    redbook_operation_ref(op);
    redbook_operation_cancel(op);
    redbook_operation_settle(op);
    redbook_operation_unref(op);
  }
  if (tao->state != REDBOOK_TAO_IDLE) release(tao, since);
  tao->letting_go = false;
  if (tao->recorder) redbook_recorder_set_busy(tao->recorder, false);
}

static void *reap(void *argument) {
  struct reaper *reaper = argument;
  redbook_tao_let_go(reaper->tao);
  atomic_store(&reaper->done, true);
  return NULL;
}

/* Takes one out of the list: any, or one that is done. */
static struct reaper *take_reaper(bool only_done) {
  pthread_mutex_lock(&lists);
  struct reaper **p = &reapers;
  while (*p && only_done && !atomic_load(&(*p)->done))
    p = &(*p)->next;
  struct reaper *found = *p;
  if (found) *p = found->next;
  pthread_mutex_unlock(&lists);
  return found;
}

static void join_reapers(bool only_done) {
  for (struct reaper *reaper; (reaper = take_reaper(only_done));) {
    pthread_join(reaper->thread, NULL);
    redbook_tao_unref(reaper->tao);
    free(reaper);
  }
}

static bool start(struct reaper *reaper) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool ok = pthread_create(&reaper->thread, NULL, reap, reaper) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (ok) pthread_setname_np(reaper->thread, "redbook-let-go");
  return ok;
}

void redbook_tao_let_go_later(struct redbook_tao *tao) {
  if (tao->pid != getpid() || (tao->state == REDBOOK_TAO_IDLE && !tao->running)) return;
  join_reapers(true);
  struct reaper *reaper = calloc(1, sizeof *reaper);
  if (!reaper) {
    redbook_tao_let_go(tao);
    return;
  }
  reaper->tao = redbook_tao_ref(tao);
  tao->letting_go = true;
  if (tao->recorder) redbook_recorder_set_busy(tao->recorder, true);
  pthread_mutex_lock(&lists);
  bool ok = start(reaper);
  if (ok) {
    reaper->next = reapers;
    reapers = reaper;
  }
  pthread_mutex_unlock(&lists);
  if (ok) return;
  redbook_tao_let_go(tao);
  redbook_tao_unref(tao);
  free(reaper);
}

static struct redbook_tao *next_held(void) {
  pthread_mutex_lock(&lists);
  struct redbook_tao *tao = held ? redbook_tao_ref(held) : NULL;
  pthread_mutex_unlock(&lists);
  return tao;
}

void redbook_let_go_all(void) {
  redbook_work_cancel_all();
  join_reapers(false);
  for (struct redbook_tao *tao; (tao = next_held());) {
    redbook_tao_let_go(tao);
    redbook_tao_unref(tao);
  }
  redbook_work_join_all();
}
