/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work on a recorder: the lock is taken and given back in every case, and only one thread at a
 * time sends commands. Run under TSan, too. */
#include "burn/work.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "burn/rig.h"
#include "burn/tao.h"

#define PREVENT 0x1E
#define LOCKED 0xC0AA0210
#define IN_PROGRESS 0xC0AA0500

struct toy {
  bool fail, until_cancelled, until_open; /* what run does */
  atomic_bool entered, gate;
  atomic_int delivered, destroyed;
  bool was_ok;
  pthread_t worker;
};

static bool run(struct redbook_operation *op, struct redbook_drive *drive, void *context,
                uint32_t *remark, struct redbook_error *err) {
  struct toy *toy = context;
  toy->worker = pthread_self();
  bool ok = redbook_drive_ready(drive, err);
  atomic_store(&toy->entered, true);
  while (toy->until_open && !atomic_load(&toy->gate))
    usleep(1000);
  while (toy->until_cancelled && !redbook_operation_cancelled(op))
    usleep(1000);
  struct redbook_drive patient = {.transport = drive->transport};
  ok = ok && redbook_drive_ready(&patient, err);
  err->disc = REDBOOK_DISC_OPEN;
  if (ok && redbook_operation_cancelled(op))
    return redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "stop");
  if (toy->fail) return redbook_fail(err, REDBOOK_E_FAIL, "toy broke");
  *remark = REDBOOK_S_IMAPI_SPEEDADJUSTED;
  return ok;
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

static const struct redbook_work work = {"toy", run, delivered, destroy};

static struct redbook_operation *begin(struct rig *rig, struct toy *toy) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_operation *op =
      redbook_recorder_begin(rig->recorder, "work_test", &work, toy, &err);
  if (!op) fail_msg("%s", err.message);
  return op;
}

static void wait_for(const atomic_bool *flag) {
  while (!atomic_load(flag))
    usleep(1000);
}

static bool end_of(struct redbook_operation *op, uint32_t *remark, struct redbook_error *err) {
  struct redbook_event event;
  redbook_error_clear(err);
  while (redbook_operation_step(op, -1, &event) != REDBOOK_STEP_FINISHED)
    continue;
  bool ok = redbook_operation_result(op, remark, err);
  redbook_operation_unref(op);
  return ok;
}

/* What asking `recorder` for the drive gives. */
static uint32_t acquire(struct redbook_recorder *recorder) {
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_recorder_acquire(recorder, false, "stranger", &err)) return err.code;
  assert_true(redbook_recorder_release(recorder, NULL));
  return REDBOOK_S_OK;
}

static uint32_t look(struct redbook_recorder *recorder) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_drive *drive = redbook_recorder_enter(recorder, &err);
  if (!drive) return err.code;
  redbook_recorder_leave(recorder, drive);
  return REDBOOK_S_OK;
}

static void others_wait_until_the_host_knows(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {.until_open = true};
  struct redbook_error err;
  char owner[64];
  uint32_t remark = 0;
  rig_open(&rig);
  struct redbook_operation *op = begin(&rig, &toy);
  wait_for(&toy.entered);
  check_drive(&rig, true);
  assert_int_equal(acquire(rig.recorder), IN_PROGRESS);
  assert_int_equal(look(rig.recorder), IN_PROGRESS);
  assert_int_equal(acquire(rig.other), LOCKED);
  assert_true(redbook_recorder_owner(rig.other, owner, sizeof owner, &err));
  assert_string_equal(owner, "work_test");
  atomic_store(&toy.gate, true);
  for (int i = 0; i < 60000 && acquire(rig.other) != REDBOOK_S_OK; i++)
    usleep(1000); /* the worker gives the drive back by itself */
  check_drive(&rig, false);
  assert_int_equal(acquire(rig.recorder), IN_PROGRESS); /* but here nobody knows of it */
  assert_int_equal(toy.delivered, 0);
  assert_true(end_of(op, &remark, &err));
  assert_int_equal(remark, REDBOOK_S_IMAPI_SPEEDADJUSTED);
  assert_int_equal(toy.delivered, 1);
  assert_true(toy.was_ok);
  assert_int_equal(toy.destroyed, 1);
  assert_false(pthread_equal(toy.worker, pthread_self()));
  assert_int_equal(acquire(rig.recorder), REDBOOK_S_OK);
  rig_close(&rig);
}

static void a_failure_gives_the_drive_back(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {.fail = true};
  struct redbook_error err;
  rig_open(&rig);
  assert_false(end_of(begin(&rig, &toy), NULL, &err));
  assert_string_equal(err.message, "toy broke");
  assert_int_equal(err.disc, REDBOOK_DISC_OPEN);
  assert_false(toy.was_ok);
  assert_int_equal(toy.delivered, 1);
  check_drive(&rig, false);
  assert_int_equal(acquire(rig.recorder), REDBOOK_S_OK);
  rig_close(&rig);
}

static void a_drive_that_stays_locked_is_an_error(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {0};
  struct redbook_error err;
  struct redbook_virtual_fault fault = {
      .kind = REDBOOK_FAULT_SENSE, .opcode = PREVENT, .after = 1, .key = 4, .asc = 0x44};
  rig_open(&rig);
  assert_true(redbook_virtual_add_fault(rig.drive, &fault, NULL));
  assert_false(end_of(begin(&rig, &toy), NULL, &err));
  assert_int_equal(err.opcode, PREVENT);
  assert_int_equal(err.disc, REDBOOK_DISC_OPEN); /* what the work left */
  redbook_virtual_clear_faults(rig.drive);
  assert_int_equal(acquire(rig.other), REDBOOK_S_OK);
  rig_close(&rig);
}

static void a_drive_that_somebody_holds_is_not_touched(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {0};
  struct redbook_error err;
  rig_open(&rig);
  assert_true(redbook_recorder_acquire(rig.other, false, "holder", NULL));
  assert_false(end_of(begin(&rig, &toy), NULL, &err));
  assert_int_equal(err.code, LOCKED);
  assert_int_equal(err.disc, REDBOOK_DISC_UNTOUCHED);
  assert_false(atomic_load(&toy.entered));
  assert_true(redbook_recorder_release(rig.other, NULL));
  check_drive(&rig, false);
  rig_close(&rig);
}

static void the_hosts_own_lock_is_nested_into(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {0};
  struct redbook_error err;
  rig_open(&rig);
  assert_true(redbook_recorder_acquire(rig.recorder, false, "host", NULL));
  assert_true(end_of(begin(&rig, &toy), NULL, &err));
  assert_int_equal(redbook_recorder_lock_count(rig.recorder), 1);
  check_drive(&rig, true);
  assert_true(redbook_recorder_release(rig.recorder, NULL));
  check_drive(&rig, false);
  rig_close(&rig);
}

static void refused(struct rig *rig, const char *client, struct toy *toy, uint32_t code) {
  struct redbook_error err;
  int before = toy->destroyed;
  redbook_error_clear(&err);
  assert_null(redbook_recorder_begin(rig->recorder, client, &work, toy, &err));
  assert_int_equal(err.code, code);
  assert_int_equal(toy->destroyed, before + 1);
}

static void one_thing_at_a_time(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {.until_open = true};
  struct toy second = {0};
  struct redbook_error err;
  rig_open(&rig);
  refused(&rig, "no/such/name", &second, 0xC0AA0211);
  struct redbook_tao *tao = redbook_tao_create(NULL);
  assert_true(redbook_tao_set_recorder(tao, rig.recorder, NULL));
  assert_true(redbook_tao_set_client_name(tao, "tao", NULL));
  struct redbook_operation *op = begin(&rig, &toy);
  refused(&rig, "second", &second, IN_PROGRESS);
  redbook_error_clear(&err);
  assert_null(redbook_tao_begin_prepare(tao, &err));
  assert_int_equal(err.code, IN_PROGRESS);
  atomic_store(&toy.gate, true);
  assert_true(end_of(op, NULL, &err));
  assert_true(end_of(redbook_tao_begin_prepare(tao, NULL), NULL, &err));
  refused(&rig, "second", &second, LOCKED);
  check_drive(&rig, true);
  redbook_tao_let_go(tao);
  redbook_tao_unref(tao);
  check_drive(&rig, false);
  rig_close(&rig);
}

static void cancel_reaches_the_work(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {.until_cancelled = true};
  struct redbook_error err;
  rig_open(&rig);
  struct redbook_operation *op = begin(&rig, &toy);
  wait_for(&toy.entered);
  redbook_operation_cancel(op);
  assert_false(end_of(op, NULL, &err));
  assert_int_equal(err.code, REDBOOK_E_IMAPI_REQUEST_CANCELLED);
  check_drive(&rig, false);
  rig_close(&rig);
}

/* The host is not kept waiting, and nobody can use the drive until the worker has ended. */
static void a_dropped_operation_ends_by_itself(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {.until_open = true};
  rig_open(&rig);
  struct redbook_operation *op = begin(&rig, &toy);
  wait_for(&toy.entered);
  redbook_operation_unref(op);
  assert_int_equal(acquire(rig.recorder), IN_PROGRESS);
  check_drive(&rig, true);
  atomic_store(&toy.gate, true);
  for (int i = 0; i < 60000 && redbook_recorder_busy(rig.recorder); i++)
    usleep(1000);
  assert_int_equal(acquire(rig.recorder), REDBOOK_S_OK);
  assert_int_equal(toy.delivered, 1);
  assert_int_equal(toy.destroyed, 1);
  check_drive(&rig, false);
  rig_close(&rig);
}

static void closing_waits_for_the_end(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {.until_cancelled = true};
  rig_open(&rig);
  struct redbook_operation *op = begin(&rig, &toy);
  redbook_operation_close(op);
  assert_int_equal(toy.delivered, 1);
  check_drive(&rig, false);
  assert_int_equal(acquire(rig.recorder), REDBOOK_S_OK);
  redbook_operation_unref(op);
  assert_int_equal(toy.destroyed, 1);
  rig_close(&rig);
}

/* lua_close and atexit: whether somebody still refers to it or not, and though the recorder is
 * not referred to any more. */
static void all_is_joined_at_the_end(void **state) {
  (void)state;
  struct rig rigs[3];
  struct toy toys[3] = {
      {.until_cancelled = true}, {.until_cancelled = true}, {.until_cancelled = true}};
  struct redbook_operation *ops[3];
  struct redbook_error err;
  for (int i = 0; i < 3; i++) {
    rig_open(&rigs[i]);
    ops[i] = begin(&rigs[i], &toys[i]);
  }
  wait_for(&toys[1].entered);
  redbook_recorder_unref(rigs[1].recorder);
  rigs[1].recorder = NULL;
  redbook_operation_unref(ops[2]);
  redbook_let_go_all();
  redbook_let_go_all();
  for (int i = 0; i < 3; i++) {
    assert_int_equal(toys[i].delivered, 1);
    check_drive(&rigs[i], false);
    if (i < 2) assert_false(end_of(ops[i], NULL, &err));
    assert_int_equal(toys[i].destroyed, 1);
    rig_close(&rigs[i]);
  }
}

static bool child_has_nothing(struct rig *rig, struct redbook_operation *op) {
  struct redbook_event event;
  struct redbook_error err;
  redbook_error_clear(&err);
  bool ok = redbook_operation_step(op, 0, &event) == REDBOOK_STEP_FINISHED &&
            !redbook_recorder_busy(rig->recorder) &&
            !redbook_recorder_acquire(rig->recorder, false, "child", &err) &&
            err.code == REDBOOK_E_FAIL;
  redbook_let_go_all();
  redbook_operation_cancel(op);
  redbook_operation_unref(op);
  return ok;
}

static void a_forked_child_touches_nothing(void **state) {
  (void)state;
  struct rig rig;
  struct toy toy = {.until_open = true};
  struct redbook_error err;
  rig_open(&rig);
  struct redbook_operation *op = begin(&rig, &toy);
  wait_for(&toy.entered);
  pid_t child = fork();
  if (child == 0) _exit(child_has_nothing(&rig, op) ? 0 : 1);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  check_drive(&rig, true);
  atomic_store(&toy.gate, true);
  assert_true(end_of(op, NULL, &err));
  check_drive(&rig, false);
  rig_close(&rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(others_wait_until_the_host_knows),
      cmocka_unit_test(a_failure_gives_the_drive_back),
      cmocka_unit_test(a_drive_that_stays_locked_is_an_error),
      cmocka_unit_test(a_drive_that_somebody_holds_is_not_touched),
      cmocka_unit_test(the_hosts_own_lock_is_nested_into),
      cmocka_unit_test(one_thing_at_a_time),
      cmocka_unit_test(cancel_reaches_the_work),
      cmocka_unit_test(a_dropped_operation_ends_by_itself),
      cmocka_unit_test(closing_waits_for_the_end),
      cmocka_unit_test(all_is_joined_at_the_end),
      cmocka_unit_test(a_forked_child_touches_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
