/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording a scripted drive, and a drive that answers from the recording. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mmc/cdb.h"
#include "mmc/scripted.h"
#include "mmc/trace.h"

static char path[] = "/tmp/redbook-trace-XXXXXX";

static int make_file(void **state) {
  (void)state;
  int fd = mkstemp(path);
  return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
  (void)state;
  return unlink(path);
}

static void put_file(const char *text, size_t length) {
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  assert_int_equal(fwrite(text, 1, length, out), length);
  assert_int_equal(fclose(out), 0);
}

static void expect_file(const char *want) {
  char text[8192];
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  (void)fclose(file);
  assert_string_equal(text, want);
}

/* One command of each kind, and an outcome of each kind. */
static const struct scripted_outcome outcomes[] = {
    {.status = 2,
     .driver_status = 8,
     .sense = "\x70\x00\x06\x00\x00\x00\x00\x0a\x00\x00\x00\x00\x28\x00\x00\x00\x00\x00",
     .sense_length = 18,
     .duration_us = 1},
    {.data = "\x00\x0a\x00\x00\x00\x02\x02\x00",
     .data_length = 8,
     .residual = 4,
     .duration_us = 250},
    {.duration_us = 1000000},
    {.data = "abc", .data_length = 3, .duration_us = 1500},
    {.status = 2,
     .driver_status = 8,
     .sense = "\x72\x01\x17\x01",
     .sense_length = 4,
     .data = "\x00\x20",
     .data_length = 2,
     .duration_us = 3},
    {.host_status = 3, .duration_us = 30000000},
    {.os_error = ENODEV},
    {.status = 0x18, .duration_us = 7},
};
enum { COMMANDS = sizeof outcomes / sizeof *outcomes };

static uint8_t in[COMMANDS][2352];
static const uint8_t list[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static void build(struct redbook_command c[COMMANDS]) {
  memset(in, 0xEE, sizeof in);
  redbook_cdb_test_unit_ready(&c[0]);
  redbook_cdb_read_buffer_capacity(&c[1], in[1]);
  redbook_cdb_mode_select(&c[2], list, sizeof list);
  redbook_cdb_read_cd(&c[3], -5, 1, in[3]);
  redbook_cdb_read_disc_information(&c[4], in[4], 2);
  redbook_cdb_write(&c[5], 300, 1, in[5]);
  redbook_cdb_get_performance(&c[6], 1, in[6], 24);
  redbook_cdb_synchronize_cache(&c[7], true);
}

static void run(struct redbook_transport *t, struct redbook_command c[COMMANDS]) {
  for (unsigned i = 0; i < COMMANDS; i++) {
    if (i == 4) redbook_transport_sleep_us(t, 500000);
    redbook_transport_execute(t, &c[i]);
  }
}

static void record(struct redbook_command c[COMMANDS], uint64_t *end_us) {
  struct scripted drive;
  struct redbook_error err;
  scripted_init(&drive, outcomes);
  struct redbook_node *trace = redbook_trace_node(&drive.node, path, &err);
  assert_non_null(trace);
  assert_string_equal(trace->key, "scripted:1");
  struct redbook_transport *t = trace->ops->open(trace, REDBOOK_ACCESS_EXCLUSIVE, &err);
  assert_non_null(t);
  assert_int_equal(drive.access, REDBOOK_ACCESS_EXCLUSIVE);
  run(t, c);
  *end_us = redbook_transport_now_us(t);
  redbook_transport_close(t);
  assert_int_equal(redbook_trace_errno(trace), 0);
  assert_int_equal(drive.closed, 1);
  assert_int_equal(drive.transport.commands, COMMANDS);
  redbook_node_unref(trace);
  assert_int_equal(drive.destroyed, 0);
  redbook_node_unref(&drive.node);
  assert_int_equal(drive.destroyed, 1);
}

static void test_recorded_file(void **state) {
  (void)state;
  struct redbook_command c[COMMANDS];
  uint64_t end;
  build(c);
  record(c, &end);
  assert_int_equal(end, 31501761);
  expect_file(
      "{\"redbook_trace\":1,\"node\":\"scripted:1\"}\n"
      "{\"n\":1,\"t_us\":0,\"cdb\":\"00 00 00 00 00 "
      "00\",\"dir\":\"none\",\"len\":0,\"resid\":0,"
      "\"status\":2,\"host\":0,\"driver\":8,\"errno\":0,\"sense\":\"70 00 06 00 00 00 00 0a 00 "
      "00 00 00 28 00 00 00 00 00\",\"ms\":0.001}\n"
      "{\"n\":2,\"t_us\":1,\"cdb\":\"5c 00 00 00 00 00 00 00 0c 00\",\"dir\":\"in\",\"len\":12,"
      "\"resid\":4,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\",\"ms\":0."
      "250,"
      "\"data\":\"00 0a 00 00 00 02 02 00\"}\n"
      "{\"n\":3,\"t_us\":251,\"cdb\":\"55 10 00 00 00 00 00 00 08 "
      "00\",\"dir\":\"out\",\"len\":8,"
      "\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\",\"ms\":1000."
      "000,"
      "\"data\":\"01 02 03 04 05 06 07 08\"}\n"
      "{\"n\":4,\"t_us\":1000251,\"cdb\":\"be 04 ff ff ff fb 00 00 01 10 00 "
      "00\",\"dir\":\"in\","
      "\"len\":2352,\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":"
      "\"\","
      "\"ms\":1.500}\n"
      "{\"n\":5,\"t_us\":1501751,\"cdb\":\"51 00 00 00 00 00 00 00 02 00\",\"dir\":\"in\","
      "\"len\":2,\"resid\":0,\"status\":2,\"host\":0,\"driver\":8,\"errno\":0,"
      "\"sense\":\"72 01 17 01\",\"ms\":0.003,\"data\":\"00 20\"}\n"
      "{\"n\":6,\"t_us\":1501754,\"cdb\":\"2a 00 00 00 01 2c 00 00 01 00\",\"dir\":\"out\","
      "\"len\":2352,\"resid\":0,\"status\":0,\"host\":3,\"driver\":0,\"errno\":0,\"sense\":"
      "\"\","
      "\"ms\":30000.000}\n"
      "{\"n\":7,\"t_us\":31501754,\"cdb\":\"ac 00 00 00 00 00 00 00 00 01 03 "
      "00\",\"dir\":\"in\","
      "\"len\":24,\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":19,\"sense\":\"\","
      "\"ms\":0.000}\n"
      "{\"n\":8,\"t_us\":31501754,\"cdb\":\"35 02 00 00 00 00 00 00 00 00\",\"dir\":\"none\","
      "\"len\":0,\"resid\":0,\"status\":24,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\","
      "\"ms\":0.007}\n");
}

static void same_outcome(const struct redbook_command *a, const struct redbook_command *b) {
  assert_int_equal(a->os_error, b->os_error);
  assert_int_equal(a->status, b->status);
  assert_int_equal(a->host_status, b->host_status);
  assert_int_equal(a->driver_status, b->driver_status);
  assert_memory_equal(a->sense, b->sense, sizeof a->sense);
  assert_int_equal(a->sense_length, b->sense_length);
  assert_int_equal(a->residual, b->residual);
  assert_int_equal(a->duration_us, b->duration_us);
}

/* Data come back as they were; READ CD's as zeros; buffers that no answer filled stay. */
static void test_round_trip(void **state) {
  (void)state;
  struct redbook_command recorded[COMMANDS], replayed[COMMANDS];
  struct redbook_error err;
  uint64_t end;
  build(recorded);
  record(recorded, &end);
  struct redbook_node *replay = redbook_replay_node(path, &err);
  assert_non_null(replay);
  struct redbook_transport *t = replay->ops->open(replay, REDBOOK_ACCESS_EXCLUSIVE, &err);
  assert_non_null(t);
  assert_false(t->ops->is_real_time(t));
  build(replayed);
  run(t, replayed);
  for (unsigned i = 0; i < COMMANDS; i++) {
    same_outcome(&replayed[i], &recorded[i]);
  }
  assert_int_equal(redbook_transport_now_us(t), end);
  assert_memory_equal(in[1], "\x00\x0a\x00\x00\x00\x02\x02\x00\xee\xee\xee\xee", 12);
  for (unsigned i = 0; i < 2352; i++) {
    assert_int_equal(in[3][i], 0);
  }
  assert_memory_equal(in[4], "\x00\x20\xee", 3);
  assert_int_equal(in[6][0], 0xEE);
  assert_null(redbook_replay_problem(replay));
  redbook_transport_close(t);
  redbook_node_unref(replay);
}

static void test_a_second_open_appends(void **state) {
  (void)state;
  static const struct scripted_outcome two[2] = {{.duration_us = 5}, {.duration_us = 6}};
  struct scripted drive;
  struct redbook_error err;
  scripted_init(&drive, two);
  struct redbook_node *trace = redbook_trace_node(&drive.node, path, &err);
  for (int i = 0; i < 2; i++) {
    struct redbook_transport *t = trace->ops->open(trace, REDBOOK_ACCESS_LOOK, &err);
    struct redbook_command c;
    redbook_cdb_prevent(&c, i == 0);
    redbook_transport_execute(t, &c);
    redbook_transport_close(t);
  }
  redbook_node_unref(trace);
  expect_file(
      "{\"redbook_trace\":1,\"node\":\"scripted:1\"}\n"
      "{\"n\":1,\"t_us\":0,\"cdb\":\"1e 00 00 00 01 00\",\"dir\":\"none\",\"len\":0,"
      "\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\","
      "\"ms\":0.005}\n"
      "{\"n\":2,\"t_us\":5,\"cdb\":\"1e 00 00 00 00 00\",\"dir\":\"none\",\"len\":0,"
      "\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\","
      "\"ms\":0.006}\n");
}

/* A drive that is locked leaves the file of an earlier job alone. */
static void test_locked_drive_keeps_the_file(void **state) {
  (void)state;
  struct scripted drive;
  struct redbook_error err;
  put_file("{\"redbook_trace\":1}\n", 20);
  scripted_init(&drive, NULL);
  drive.refuse_open = true;
  struct redbook_node *trace = redbook_trace_node(&drive.node, path, &err);
  assert_null(trace->ops->open(trace, REDBOOK_ACCESS_EXCLUSIVE, &err));
  assert_int_equal(err.code, 0xC0AA0210);
  redbook_node_unref(trace);
  expect_file("{\"redbook_trace\":1}\n");
}

static void expect_refusal(const struct redbook_error *err) {
  char message[128];
  (void)snprintf(message, sizeof message,
                 "writing the trace to %s would destroy a file that is no trace", path);
  assert_string_equal(err->message, message);
  assert_string_equal(err->advice, "Remove it, or name another file for the trace.");
  assert_int_equal(err->code, 0x80070057);
}

/* Whatever somebody keeps there, and whenever it got there, stays. */
static void test_file_of_somebody_else_is_kept(void **state) {
  (void)state;
  static const char *const others[] = {"RIFF....WAVE", "\n{\"redbook_trace\":1}\n",
                                       "{\"redbook_trac", "{\"redbook\":1,\"manifest\":1}\n"};
  struct scripted drive;
  struct redbook_error err;
  scripted_init(&drive, NULL);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    put_file(others[i], strlen(others[i]));
    assert_null(redbook_trace_node(&drive.node, path, &err));
    expect_refusal(&err);
    expect_file(others[i]);
    put_file("", 0);
    struct redbook_node *trace = redbook_trace_node(&drive.node, path, &err);
    assert_non_null(trace);
    put_file(others[i], strlen(others[i]));
    assert_null(trace->ops->open(trace, REDBOOK_ACCESS_LOOK, &err));
    expect_refusal(&err);
    expect_file(others[i]);
    redbook_node_unref(trace);
  }
  assert_int_equal(drive.opened, 4);
  assert_int_equal(drive.closed, 4);
}

/* A trace of an earlier job, longer than the new one, leaves nothing behind the new one. */
static void test_older_trace_is_replaced(void **state) {
  (void)state;
  struct scripted drive;
  struct redbook_error err;
  const char *old = "{\"redbook_trace\":1,\"node\":\"of a drive with a long name\"}\n{}\n{}\n";
  put_file(old, strlen(old));
  scripted_init(&drive, NULL);
  struct redbook_node *trace = redbook_trace_node(&drive.node, path, &err);
  struct redbook_transport *t = trace->ops->open(trace, REDBOOK_ACCESS_LOOK, &err);
  redbook_transport_close(t);
  redbook_node_unref(trace);
  expect_file("{\"redbook_trace\":1,\"node\":\"scripted:1\"}\n");
}

static void test_file_that_cannot_be_made(void **state) {
  (void)state;
  struct scripted drive;
  struct redbook_error err;
  redbook_error_clear(&err);
  scripted_init(&drive, NULL);
  struct redbook_node *trace = redbook_trace_node(&drive.node, "/nonexistent/x.ndjson", &err);
  assert_null(trace->ops->open(trace, REDBOOK_ACCESS_LOOK, &err));
  assert_int_equal(err.errno_value, ENOENT);
  assert_int_equal(err.code, 0x80070037);
  assert_string_equal(err.advice,
                      "Name a trace that can be written, in a folder that is there.");
  assert_string_equal(err.message,
                      "cannot write the trace to /nonexistent/x.ndjson: No such file "
                      "or directory");
  assert_int_equal(drive.opened, 1);
  assert_int_equal(drive.closed, 1);
  redbook_node_unref(trace);
}

/* The disk is full: the drive's work goes on, and the node says what became of the trace. */
static void test_full_disk_ends_the_recording(void **state) {
  (void)state;
  static const struct scripted_outcome one[1] = {{.duration_us = 5}};
  struct scripted drive;
  struct redbook_error err;
  scripted_init(&drive, one);
  struct redbook_node *trace = redbook_trace_node(&drive.node, "/dev/full", &err);
  struct redbook_transport *t = trace->ops->open(trace, REDBOOK_ACCESS_LOOK, &err);
  assert_non_null(t);
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  redbook_transport_execute(t, &c);
  assert_int_equal(c.duration_us, 5);
  assert_int_equal(c.os_error, 0);
  assert_int_equal(redbook_trace_errno(trace), ENOSPC);
  redbook_transport_close(t);
  redbook_node_unref(trace);
}

static void test_trace_hands_everything_on(void **state) {
  (void)state;
  struct scripted drive;
  struct redbook_error err;
  scripted_init(&drive, NULL);
  drive.max_transfer = 65536;
  drive.alignment = 512;
  struct redbook_node *trace = redbook_trace_node(&drive.node, path, &err);
  struct redbook_transport *t = trace->ops->open(trace, REDBOOK_ACCESS_LOOK, &err);
  assert_int_equal(t->max_transfer, 65536);
  assert_int_equal(t->alignment, 512);
  redbook_transport_sleep_us(t, 42);
  assert_int_equal(drive.clock_us, 42);
  assert_int_equal(redbook_transport_now_us(t), 42);
  assert_false(t->ops->is_real_time(t));
  drive.real_time = true;
  assert_true(t->ops->is_real_time(t));
  t->ops->abandon(t);
  assert_int_equal(drive.abandoned, 1);
  redbook_transport_close(t);
  redbook_node_unref(trace);
  assert_int_equal(redbook_trace_errno(&drive.node), 0); /* no trace at all */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_recorded_file),
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_a_second_open_appends),
      cmocka_unit_test(test_locked_drive_keeps_the_file),
      cmocka_unit_test(test_file_of_somebody_else_is_kept),
      cmocka_unit_test(test_older_trace_is_replaced),
      cmocka_unit_test(test_file_that_cannot_be_made),
      cmocka_unit_test(test_full_disk_ends_the_recording),
      cmocka_unit_test(test_trace_hands_everything_on),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
