/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one door: what it clears, counts and measures; nodes' reference counts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmc/cdb.h"
#include "mmc/scripted.h"

static void test_execute_clears_and_measures(void **state) {
  (void)state;
  static const struct scripted_outcome outcomes[] = {{.os_error = EIO,
                                                      .status = 2,
                                                      .host_status = 3,
                                                      .driver_status = 8,
                                                      .sense = "\x70\x00\x03",
                                                      .sense_length = 3,
                                                      .residual = 7,
                                                      .duration_us = 1234},
                                                     {.duration_us = 5}};
  struct scripted drive;
  scripted_init(&drive, outcomes);
  struct redbook_transport *t =
      drive.node.ops->open(&drive.node, REDBOOK_ACCESS_EXCLUSIVE, NULL);
  assert_int_equal(t->max_transfer, 131072);
  assert_int_equal(t->alignment, 4);
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  redbook_transport_execute(t, &c);
  assert_int_equal(c.os_error, EIO);
  assert_int_equal(c.status, 2);
  assert_int_equal(c.host_status, 3);
  assert_int_equal(c.driver_status, 8);
  assert_int_equal(c.sense_length, 3);
  assert_int_equal(c.residual, 7);
  assert_int_equal(c.duration_us, 1234);
  redbook_transport_execute(t, &c); /* nothing of the first one is left */
  assert_int_equal(c.os_error, 0);
  assert_int_equal(c.status, 0);
  assert_int_equal(c.host_status, 0);
  assert_int_equal(c.driver_status, 0);
  assert_int_equal(c.sense_length, 0);
  for (size_t i = 0; i < sizeof c.sense; i++) {
    assert_int_equal(c.sense[i], 0);
  }
  assert_int_equal(c.residual, 0);
  assert_int_equal(c.duration_us, 5);
  assert_int_equal(t->commands, 2);
  assert_int_equal(t->foreign, 0);
  redbook_transport_close(t);
  assert_int_equal(drive.closed, 1);
}

static void test_clock(void **state) {
  (void)state;
  struct scripted drive;
  scripted_init(&drive, NULL);
  struct redbook_transport *t = drive.node.ops->open(&drive.node, REDBOOK_ACCESS_LOOK, NULL);
  assert_int_equal(redbook_transport_now_us(t), 0);
  redbook_transport_sleep_us(t, 1500000);
  assert_int_equal(redbook_transport_now_us(t), 1500000);
}

static void *send_one(void *transport) {
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  redbook_transport_execute(transport, &c);
  return NULL;
}

static void send_from_another_thread(struct redbook_transport *t) {
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, send_one, t), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_foreign_commands_are_counted(void **state) {
  (void)state;
  static const struct scripted_outcome outcomes[6];
  struct scripted drive;
  scripted_init(&drive, outcomes);
  struct redbook_transport *t =
      drive.node.ops->open(&drive.node, REDBOOK_ACCESS_EXCLUSIVE, NULL);
  send_from_another_thread(t); /* not owned: anybody may */
  assert_int_equal(t->foreign, 0);
  redbook_transport_own(t);
  send_one(t);
  assert_int_equal(t->foreign, 0);
  send_from_another_thread(t);
  assert_int_equal(t->foreign, 1);
  redbook_transport_disown(t);
  send_from_another_thread(t);
  assert_int_equal(t->foreign, 1);
  assert_int_equal(t->commands, 4);
}

static void test_node_references(void **state) {
  (void)state;
  struct scripted drive;
  scripted_init(&drive, NULL);
  assert_string_equal(drive.node.key, "scripted:1");
  assert_ptr_equal(redbook_node_ref(&drive.node), &drive.node);
  redbook_node_unref(&drive.node);
  assert_int_equal(drive.destroyed, 0);
  redbook_node_unref(&drive.node);
  assert_int_equal(drive.destroyed, 1);
  redbook_node_unref(NULL);
  redbook_transport_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_execute_clears_and_measures),
      cmocka_unit_test(test_clock),
      cmocka_unit_test(test_foreign_commands_are_counted),
      cmocka_unit_test(test_node_references),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
