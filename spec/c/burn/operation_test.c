/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operation: protocol of step, descriptor, cancel from any thread, orphans, fork, the trap. */
#include "burn/operation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "burn/job.h"

struct toy {
  unsigned reports; /* of each action */
  bool until_cancelled;
  bool fail;
  atomic_int delivered, destroyed;
  bool was_ok;
};

static bool run(struct redbook_operation *op, void *context, uint32_t *remark,
                struct redbook_error *err) {
  struct toy *toy = context;
  for (int action = REDBOOK_ACTION_PREPARING; action <= REDBOOK_ACTION_FINISHING; action++)
    for (unsigned i = 0; i < toy->reports; i++) {
      struct redbook_progress progress = {.action = (enum redbook_action)action,
                                          .elapsed = (int32_t)i};
      redbook_operation_report(op, &progress);
    }
  while (toy->until_cancelled && !redbook_operation_cancelled(op))
    usleep(1000);
  if (toy->until_cancelled) return redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "stop");
  if (toy->fail) return redbook_fail(err, REDBOOK_E_FAIL, "toy broke");
  *remark = REDBOOK_S_IMAPI_SPEEDADJUSTED;
  return true;
}

static void delivered(void *context, bool ok) {
  struct toy *toy = context;
  toy->was_ok = ok;
  atomic_fetch_add(&toy->delivered, 1);
}

static void destroy(void *context) {
  struct toy *toy = context;
  atomic_fetch_add(&toy->destroyed, 1);
}

static const struct redbook_job job = {
    .thread_name = "toy", .run = run, .delivered = delivered, .destroy = destroy};

static struct redbook_operation *begin(struct toy *toy) {
  struct redbook_operation *op = redbook_operation_create(&job, toy, NULL);
  assert_non_null(op);
  redbook_operation_start(op);
  return op;
}

static bool readable(const struct redbook_operation *op) {
  struct pollfd fd = {redbook_operation_fd(op), POLLIN, 0};
  return poll(&fd, 1, 0) == 1;
}

static void every_change_of_action_is_delivered(void **state) {
  (void)state;
  struct toy toy = {.reports = 1000};
  struct redbook_operation *op = begin(&toy);
  struct redbook_event event;
  enum redbook_action last = REDBOOK_ACTION_UNKNOWN;
  unsigned changes = 0;
  unsigned done = 0;
  usleep(50000); /* all reports are there before the first step */
  assert_int_equal(toy.delivered, 0);
  while (redbook_operation_step(op, -1, &event) == REDBOOK_STEP_EVENT) {
    if (event.type == REDBOOK_EVENT_DONE) done++;
    if (event.type != REDBOOK_EVENT_UPDATE || event.progress.action == last) continue;
    assert_int_equal(event.progress.action, last + 1);
    assert_int_equal(event.progress.elapsed, 0);
    last = event.progress.action;
    changes++;
  }
  assert_int_equal(changes, 3);
  assert_int_equal(done, 1);
  assert_int_equal(toy.delivered, 1);
  assert_false(readable(op));
  uint32_t remark = 0;
  struct redbook_error err;
  assert_true(redbook_operation_result(op, &remark, &err));
  assert_int_equal(remark, REDBOOK_S_IMAPI_SPEEDADJUSTED);
  assert_int_equal(redbook_operation_step(op, -1, &event), REDBOOK_STEP_FINISHED);
  redbook_operation_unref(op);
  assert_int_equal(toy.destroyed, 1);
}

static void the_descriptor_shows_pending_events(void **state) {
  (void)state;
  struct toy toy = {.until_cancelled = true};
  struct redbook_operation *op = begin(&toy);
  struct redbook_event event;
  assert_false(readable(op));
  assert_int_equal(redbook_operation_step(op, 0, &event), REDBOOK_STEP_AGAIN);
  struct redbook_error err;
  assert_false(redbook_operation_result(op, NULL, &err));
  redbook_operation_cancel(op);
  struct pollfd fd = {redbook_operation_fd(op), POLLIN, 0};
  assert_int_equal(poll(&fd, 1, 60000), 1);
  assert_int_equal(redbook_operation_step(op, 0, &event), REDBOOK_STEP_EVENT);
  assert_int_equal(event.type, REDBOOK_EVENT_DONE);
  assert_false(redbook_operation_result(op, NULL, &err));
  assert_int_equal(err.code, REDBOOK_E_IMAPI_REQUEST_CANCELLED);
  assert_false(toy.was_ok);
  redbook_operation_unref(op);
}

static void *cancel_from_here(void *argument) {
  redbook_operation_cancel(argument);
  return NULL;
}

static void any_thread_may_cancel(void **state) {
  (void)state;
  struct toy toy = {.until_cancelled = true};
  struct redbook_operation *op = begin(&toy);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    pthread_create(&threads[i], NULL, cancel_from_here, op);
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  struct redbook_event event;
  assert_int_equal(redbook_operation_step(op, 60, &event), REDBOOK_STEP_EVENT);
  assert_int_equal(event.type, REDBOOK_EVENT_DONE);
  redbook_operation_unref(op);
}

static void a_dropped_operation_cancels_and_delivers(void **state) {
  (void)state;
  struct toy toy = {.until_cancelled = true};
  struct redbook_operation *op = begin(&toy);
  redbook_operation_unref(op);
  assert_int_equal(toy.delivered, 1);
  assert_int_equal(toy.destroyed, 1);
}

static void one_that_never_started_can_be_settled(void **state) {
  (void)state;
  struct toy toy = {0};
  struct redbook_operation *op = redbook_operation_create(&job, &toy, NULL);
  redbook_operation_unref(op);
  assert_int_equal(toy.delivered, 1);
  assert_false(toy.was_ok);
}

static void a_forked_child_touches_nothing(void **state) {
  (void)state;
  struct toy toy = {.until_cancelled = true};
  struct redbook_operation *op = begin(&toy);
  pid_t child = fork();
  if (child == 0) {
    struct redbook_event event;
    int ok = redbook_operation_fd(op) == -1 &&
             redbook_operation_step(op, 0, &event) == REDBOOK_STEP_FINISHED;
    redbook_operation_cancel(op);
    redbook_operation_unref(op);
    _exit(ok ? 0 : 1);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_false(redbook_operation_cancelled(op));
  redbook_operation_unref(op);
}

static void a_trapped_signal_is_an_event(void **state) {
  (void)state;
  struct toy toy = {.until_cancelled = true};
  struct redbook_error err;
  const int signals[] = {SIGINT, SIGTERM};
  assert_true(redbook_trap_arm(signals, 2, &err));
  assert_false(redbook_trap_arm(signals, 2, &err));
  struct redbook_operation *op = begin(&toy);
  struct redbook_event event;
  raise(SIGTERM);
  raise(SIGINT);
  assert_int_equal(redbook_operation_step(op, -1, &event), REDBOOK_STEP_EVENT);
  assert_int_equal(event.type, REDBOOK_EVENT_SIGNAL);
  assert_int_equal(event.signal, SIGINT);
  assert_int_equal(redbook_operation_step(op, -1, &event), REDBOOK_STEP_EVENT);
  assert_int_equal(event.signal, SIGTERM);
  assert_int_equal(redbook_operation_step(op, 0, &event), REDBOOK_STEP_AGAIN);
  redbook_operation_unref(op);
  redbook_trap_disarm();
  assert_int_equal(redbook_trap_fd(), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_change_of_action_is_delivered),
      cmocka_unit_test(the_descriptor_shows_pending_events),
      cmocka_unit_test(any_thread_may_cancel),
      cmocka_unit_test(a_dropped_operation_cancels_and_delivers),
      cmocka_unit_test(one_that_never_started_can_be_settled),
      cmocka_unit_test(a_forked_child_touches_nothing),
      cmocka_unit_test(a_trapped_signal_is_an_event),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
