/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of recorders with open descriptors, and what a fork does to it (design 5). */
#include "drive/hold.h"

#include <pthread.h>

#include "drive/nodes.h"
#include "drive/recorder_private.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct redbook_recorder *first;
static pthread_once_t handlers_once = PTHREAD_ONCE_INIT;

void redbook_hold_lock(void) {
  pthread_mutex_lock(&mutex);
}

void redbook_hold_unlock(void) {
  pthread_mutex_unlock(&mutex);
}

static void before_fork(void) {
  redbook_hold_lock();
  redbook_nodes_lock();
}

static void after_fork_in_parent(void) {
  redbook_nodes_unlock();
  redbook_hold_unlock();
}

static void unlink_recorder(struct redbook_recorder *recorder) {
  if (recorder->previous)
    recorder->previous->next = recorder->next;
  else
    first = recorder->next;
  if (recorder->next) recorder->next->previous = recorder->previous;
  recorder->next = recorder->previous = NULL;
  recorder->listed = false;
}

/* A mutex that was locked before the fork is made anew rather than unlocked: POSIX leaves its
 * state in the child to the implementation. */
static void after_fork_in_child(void) {
  while (first) {
    struct redbook_recorder *recorder = first;
    redbook_recorder_abandon(recorder);
    unlink_recorder(recorder);
  }
  redbook_nodes_after_fork();
  pthread_mutex_init(&mutex, NULL);
}

static void install_handlers(void) {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

void redbook_hold_add(struct redbook_recorder *recorder) {
  pthread_once(&handlers_once, install_handlers);
  redbook_hold_lock();
  if (!recorder->listed) {
    recorder->listed = true;
    recorder->previous = NULL;
    recorder->next = first;
    if (first) first->previous = recorder;
    first = recorder;
  }
  redbook_hold_unlock();
}

void redbook_hold_remove(struct redbook_recorder *recorder) {
  redbook_hold_lock();
  if (recorder->listed) unlink_recorder(recorder);
  redbook_hold_unlock();
}

/* The next one that is held, with a reference; those that another thread is just freeing and
 * those that are only looked at are left alone. */
static struct redbook_recorder *take_held(void) {
  struct redbook_recorder *recorder;

  redbook_hold_lock();
  for (recorder = first; recorder; recorder = recorder->next)
    if (recorder->locks > 0 && redbook_recorder_ref_living(recorder)) break;
  redbook_hold_unlock();
  return recorder;
}

void redbook_hold_let_go_all(void) {
  struct redbook_recorder *recorder;

  while ((recorder = take_held())) {
    redbook_recorder_let_go(recorder);
    redbook_recorder_unref(recorder);
  }
}
