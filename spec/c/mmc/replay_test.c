/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays that do not fit, and files that are no traces. */
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
#include "mmc/sense.h"
#include "mmc/trace.h"

static char path[] = "/tmp/redbook-replay-XXXXXX";

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

#define HEADER "{\"redbook_trace\":1,\"node\":\"11:0\"}\n"
#define TUR(n)                                                                                \
  "{\"n\":" n                                                                                 \
  ",\"t_us\":0,\"cdb\":\"00 00 00 00 00 00\",\"dir\":\"none\",\"len\":0,"                     \
  "\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\",\"ms\":2.000}" \
  "\n"
#define RDI(n)                                                                                \
  "{\"n\":" n                                                                                 \
  ",\"t_us\":0,\"cdb\":\"51 00 00 00 00 00 00 00 02 00\",\"dir\":\"in\",\"len\":2,"           \
  "\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\",\"ms\":3.000," \
  "\"data\":\"00 20\"}\n"

static struct redbook_node *open_replay(const char *text) {
  struct redbook_error err;
  put_file(text, strlen(text));
  struct redbook_node *replay = redbook_replay_node(path, &err);
  assert_non_null(replay);
  return replay;
}

static int send_command(struct redbook_node *replay, struct redbook_command *c) {
  struct redbook_error err;
  struct redbook_transport *t = replay->ops->open(replay, REDBOOK_ACCESS_EXCLUSIVE, &err);
  assert_non_null(t);
  redbook_transport_execute(t, c);
  redbook_transport_close(t);
  return c->os_error;
}

static int send_ready(struct redbook_node *replay) {
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  return send_command(replay, &c);
}

static void test_another_command(void **state) {
  (void)state;
  struct redbook_node *replay = open_replay(HEADER TUR("1") RDI("2"));
  assert_int_equal(send_ready(replay), 0);
  assert_null(redbook_replay_problem(replay));
  assert_int_equal(send_ready(replay), EPROTO);
  char problem[256];
  (void)snprintf(
      problem, sizeof problem,
      "%s, line 3, has READ DISC INFORMATION (51 00 00 00 00 00 00 00 02 00, 2 bytes), "
      "but TEST UNIT READY (00 00 00 00 00 00, 0 bytes) was sent",
      path + 5);
  assert_string_equal(redbook_replay_problem(replay), problem);
  struct redbook_command c;
  uint8_t data[2] = {9, 9};
  redbook_cdb_read_disc_information(&c, data, 2);
  assert_int_equal(send_command(replay, &c), EPROTO); /* after a problem nothing fits */
  assert_int_equal(data[0], 9);
  assert_string_equal(redbook_replay_problem(replay), problem);
  struct redbook_error err;
  char message[320];
  redbook_error_clear(&err);
  assert_false(redbook_fail_command(&err, &c, REDBOOK_CONTEXT_GENERAL));
  (void)snprintf(message, sizeof message, "READ DISC INFORMATION failed: %s", problem);
  assert_string_equal(err.message, message);
  assert_string_equal(
      err.advice, "Give a replay the same tracks and options as when its trace was recorded.");
  assert_int_equal(err.code, 0x80004005);
  assert_int_equal(err.errno_value, EPROTO);
  assert_int_equal(err.opcode, 0x51);
  redbook_node_unref(replay);
}

/* `text` follows the name of the trace. */
static void assert_problem(const struct redbook_node *replay, const char *text) {
  char wanted[256];
  (void)snprintf(wanted, sizeof wanted, "%s%s", path + 5, text);
  assert_string_equal(redbook_replay_problem(replay), wanted);
}

static void test_another_length(void **state) {
  (void)state;
  struct redbook_node *replay = open_replay(HEADER RDI("1"));
  struct redbook_command c;
  uint8_t data[4];
  redbook_cdb_read_disc_information(&c, data, 4);
  c.cdb[8] = 2;
  assert_int_equal(send_command(replay, &c), EPROTO);
  assert_problem(
      replay,
      ", line 2, has READ DISC INFORMATION (51 00 00 00 00 00 00 00 02 00, 2 bytes), "
      "but READ DISC INFORMATION (51 00 00 00 00 00 00 00 02 00, 4 bytes) was sent");
  redbook_node_unref(replay);
}

static void test_past_the_end(void **state) {
  (void)state;
  struct redbook_node *replay = open_replay(HEADER TUR("1"));
  assert_int_equal(send_ready(replay), 0);
  assert_int_equal(send_ready(replay), EPROTO);
  assert_problem(replay,
                 " ends at line 2, but TEST UNIT READY (00 00 00 00 00 00, 0 bytes) "
                 "was sent");
  redbook_node_unref(replay);
}

static void test_exclusive_access(void **state) {
  (void)state;
  struct redbook_node *replay = open_replay(HEADER TUR("1"));
  struct redbook_error err;
  struct redbook_transport *first = replay->ops->open(replay, REDBOOK_ACCESS_EXCLUSIVE, &err);
  assert_null(replay->ops->open(replay, REDBOOK_ACCESS_EXCLUSIVE, &err));
  assert_int_equal(err.code, 0xC0AA0210);
  struct redbook_transport *look = replay->ops->open(replay, REDBOOK_ACCESS_LOOK, &err);
  assert_non_null(look);
  redbook_transport_close(look);
  assert_null(replay->ops->open(replay, REDBOOK_ACCESS_EXCLUSIVE, &err));
  redbook_transport_close(first);
  first = replay->ops->open(replay, REDBOOK_ACCESS_EXCLUSIVE, &err);
  assert_non_null(first);
  first->ops->abandon(first);
  redbook_node_unref(replay); /* the transport keeps its node */
  assert_int_equal(redbook_transport_now_us(first), 0);
  redbook_transport_close(first);
}

#define MOVE(n, cdb, dir, len, resid)                                            \
  "{\"n\":" n ",\"t_us\":0,\"cdb\":\"" cdb "\",\"dir\":\"" dir "\",\"len\":" len \
  ",\"resid\":" resid                                                            \
  ",\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\","            \
  "\"ms\":1.000}\n"

/* Three sectors to LBA 100, of which two are read again, with one that was never written and a
 * drive that stops short; then the first once more with other data. */
static void test_sectors_come_back(void **state) {
  (void)state;
  struct redbook_node *replay = open_replay(
      HEADER MOVE("1", "2a 00 00 00 00 64 00 00 03 00", "out", "7056", "0")
          MOVE("2", "be 04 00 00 00 65 00 00 03 10 00 00", "in", "7056", "0")
              MOVE("3", "be 04 00 00 00 65 00 00 02 10 00 00", "in", "4704", "2352")
                  MOVE("4", "2a 00 00 00 00 65 00 00 01 00", "out", "2352", "0")
                      MOVE("5", "be 04 00 00 00 65 00 00 01 10 00 00", "in", "2352", "0"));
  static uint8_t out[3 * 2352], in[3 * 2352], wanted[3 * 2352];
  struct redbook_command c;
  for (size_t i = 0; i < sizeof out; i++)
    out[i] = (uint8_t)(i / 2352 * 50 + i % 47 + 1);
  redbook_cdb_write(&c, 100, 3, out);
  assert_int_equal(send_command(replay, &c), 0);
  memset(in, 0xEE, sizeof in);
  memcpy(wanted, out + 2352, 2 * 2352);
  redbook_cdb_read_cd(&c, 101, 3, in);
  assert_int_equal(send_command(replay, &c), 0);
  assert_memory_equal(in, wanted, sizeof in);
  memset(in, 0xEE, sizeof in);
  memset(wanted + 2352, 0xEE, 2 * 2352);
  redbook_cdb_read_cd(&c, 101, 2, in);
  assert_int_equal(send_command(replay, &c), 0);
  assert_memory_equal(in, wanted, sizeof in);
  redbook_cdb_write(&c, 101, 1, out);
  assert_int_equal(send_command(replay, &c), 0);
  redbook_cdb_read_cd(&c, 101, 1, in);
  assert_int_equal(send_command(replay, &c), 0);
  assert_memory_equal(in, out, 2352);
  assert_null(redbook_replay_problem(replay));
  redbook_node_unref(replay);
}

/* More lines than the first allocation has room for. */
static void test_long_trace(void **state) {
  (void)state;
  FILE *out = fopen(path, "w");
  (void)fputs(HEADER, out);
  for (int i = 1; i <= 200; i++) {
    (void)fprintf(
        out,
        "{\"n\":%d,\"t_us\":0,\"cdb\":\"1e 00 00 00 %02x 00\",\"dir\":\"none\",\"len\":0,"
        "\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,\"sense\":\"\","
        "\"ms\":1.000}\n",
        i, i);
  }
  (void)fclose(out);
  struct redbook_error err;
  struct redbook_node *replay = redbook_replay_node(path, &err);
  assert_non_null(replay);
  struct redbook_transport *t = replay->ops->open(replay, REDBOOK_ACCESS_LOOK, &err);
  for (int i = 1; i <= 200; i++) {
    struct redbook_command c;
    redbook_cdb_prevent(&c, true);
    c.cdb[4] = (uint8_t)i;
    redbook_transport_execute(t, &c);
    assert_int_equal(c.os_error, 0);
  }
  assert_int_equal(redbook_transport_now_us(t), 200000);
  redbook_transport_close(t);
  redbook_node_unref(replay);
}

static void test_key(void **state) {
  (void)state;
  struct redbook_node *a = open_replay(HEADER);
  struct redbook_node *b = open_replay(HEADER);
  assert_string_equal(a->key, b->key);
  assert_memory_equal(a->key, "replay-", 7);
  assert_int_equal(strlen(a->key), 23);
  assert_int_equal(strspn(a->key + 7, "0123456789abcdef"), 16);
  redbook_node_unref(a);
  redbook_node_unref(b);
}

static void expect_refusal(const char *text, size_t length, const char *why) {
  struct redbook_error err;
  char message[REDBOOK_MESSAGE_SIZE];
  redbook_error_clear(&err);
  put_file(text, length);
  assert_null(redbook_replay_node(path, &err));
  assert_int_equal(err.code, 0x80070057);
  (void)snprintf(message, sizeof message, "%s%s", path, why);
  assert_string_equal(err.message, message);
}

#define REFUSE(text, why) expect_refusal(text, sizeof(text) - 1, why)

static void test_files_that_are_no_traces(void **state) {
  (void)state;
  REFUSE("", " is empty, not a trace");
  REFUSE("hello\n", ", line 1: '{' is missing at \"hello\"");
  REFUSE(TUR("1"), ", line 1: unknown member \"n\"");
  REFUSE(HEADER HEADER, ", line 2: unknown member \"redbook_trace\"");
  REFUSE(HEADER TUR("1") "\n" TUR("2"), ", line 3: '{' is missing at \"\"");
  REFUSE(HEADER TUR("1") TUR("3"), ", line 3: command 3 stands where 2 should be");
  REFUSE(HEADER TUR("0"), ", line 2: command 0 stands where 1 should be");
  REFUSE(HEADER TUR("1") "{\"n\":2,", ", line 3: '\"' is missing at \"\"");
  REFUSE(HEADER "{\"n\":1\0}\n", ", line 2: there is a zero byte in it");
}

static void test_files_that_cannot_be_read(void **state) {
  (void)state;
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_null(redbook_replay_node("/nonexistent.ndjson", &err));
  assert_int_equal(err.code, 0x80070002);
  assert_string_equal(err.message, "the trace /nonexistent.ndjson does not exist");
  assert_null(redbook_replay_node("/tmp", &err));
  assert_int_equal(err.errno_value, EISDIR);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_another_command),
      cmocka_unit_test(test_another_length),
      cmocka_unit_test(test_past_the_end),
      cmocka_unit_test(test_exclusive_access),
      cmocka_unit_test(test_sectors_come_back),
      cmocka_unit_test(test_long_trace),
      cmocka_unit_test(test_key),
      cmocka_unit_test(test_files_that_are_no_traces),
      cmocka_unit_test(test_files_that_cannot_be_read),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
