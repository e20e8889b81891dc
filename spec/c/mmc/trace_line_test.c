/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a trace, written and read, against literal text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmc/cdb.h"
#include "mmc/hex.h"
#include "mmc/trace_line.h"

static void expect_line(const struct redbook_command *c, const char *want) {
  size_t length = 0;
  char *line = redbook_trace_format(7, 1234567, c, &length);
  assert_string_equal(line, want);
  assert_int_equal(length, strlen(want));
  free(line);
}

static void test_no_data(void **state) {
  (void)state;
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  c.status = 2;
  c.driver_status = 8;
  memcpy(c.sense, "\x72\x02\x3a\x01", 4);
  c.sense_length = 4;
  c.duration_us = 1250;
  expect_line(
      &c,
      "{\"n\":7,\"t_us\":1234567,\"cdb\":\"00 00 00 00 00 00\",\"dir\":\"none\",\"len\":0,"
      "\"resid\":0,\"status\":2,\"host\":0,\"driver\":8,\"errno\":0,"
      "\"sense\":\"72 02 3a 01\",\"ms\":1.250}\n");
}

static void test_data_in_and_out(void **state) {
  (void)state;
  struct redbook_command c;
  uint8_t data[12] = {0, 10, 0, 0, 0, 2, 2, 0, 0, 2, 2, 0};
  redbook_cdb_read_buffer_capacity(&c, data);
  c.residual = 4;
  c.duration_us = 12000003;
  expect_line(
      &c,
      "{\"n\":7,\"t_us\":1234567,\"cdb\":\"5c 00 00 00 00 00 00 00 0c 00\",\"dir\":\"in\","
      "\"len\":12,\"resid\":4,\"status\":0,\"host\":0,\"driver\":0,\"errno\":0,"
      "\"sense\":\"\",\"ms\":12000.003,\"data\":\"00 0a 00 00 00 02 02 00\"}\n");
  redbook_cdb_mode_select(&c, data, 3);
  c.os_error = 5;
  expect_line(
      &c,
      "{\"n\":7,\"t_us\":1234567,\"cdb\":\"55 10 00 00 00 00 00 00 03 00\",\"dir\":\"out\","
      "\"len\":3,\"resid\":0,\"status\":0,\"host\":0,\"driver\":0,\"errno\":5,"
      "\"sense\":\"\",\"ms\":0.000,\"data\":\"00 0a 00\"}\n");
}

/* A buffer that was not filled may hold anything: it is not written down. */
static void test_failed_reads_have_no_data(void **state) {
  (void)state;
  uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  static const struct {
    int os_error;
    uint8_t status, host;
  } rows[] = {{EIO, 0, 0}, {0, 2, 0}, {0, 0, 3}, {0, 8, 0}};
  for (size_t i = 0; i < 4; i++) {
    struct redbook_command c;
    size_t length;
    redbook_cdb_read_capacity(&c, data);
    c.os_error = rows[i].os_error;
    c.status = rows[i].status;
    c.host_status = rows[i].host;
    char *line = redbook_trace_format(1, 0, &c, &length);
    assert_null(strstr(line, "data"));
    free(line);
  }
}

static void test_no_audio(void **state) {
  (void)state;
  static const uint8_t opcodes[] = {0x28, 0x2A, 0xA8, 0xAA, 0xB9, 0xBE};
  uint8_t data[2352];
  memset(data, 0x5A, sizeof data);
  for (size_t i = 0; i < sizeof opcodes; i++) {
    struct redbook_command c;
    size_t length;
    redbook_cdb_write(&c, 0, 1, data);
    c.cdb[0] = opcodes[i];
    char *line = redbook_trace_format(1, 0, &c, &length);
    assert_null(strstr(line, "5a"));
    assert_null(strstr(line, "data"));
    assert_non_null(strstr(line, "\"len\":2352"));
    free(line);
    redbook_cdb_read_cd(&c, 0, 1, data);
    c.cdb[0] = opcodes[i];
    line = redbook_trace_format(1, 0, &c, &length);
    assert_null(strstr(line, "5a"));
    free(line);
  }
}

static void test_header(void **state) {
  (void)state;
  size_t length = 0;
  char problem[96];
  char *line = redbook_trace_format_header("11:0", &length);
  assert_string_equal(line, "{\"redbook_trace\":1,\"node\":\"11:0\"}\n");
  assert_int_equal(length, 34);
  free(line);
  assert_true(
      redbook_trace_parse_header("{\"redbook_trace\":1,\"node\":\"11:0\"}", problem, 96));
  assert_false(redbook_trace_parse_header("{\"redbook_trace\":2,\"node\":\"x\"}", problem, 96));
  assert_string_equal(problem, "trace version 2, but only version 1 can be read");
  assert_false(redbook_trace_parse_header("{\"redbook_trace\":1}", problem, 96));
  assert_string_equal(problem, "\"node\" is missing");
}

#define CDB "\"cdb\":\"5a 00 2a 00 00 00 00 00 08 00\""
#define TAIL "\"host\":1,\"driver\":8,\"errno\":5,\"sense\":\"70 00 02\",\"ms\":1.250"
#define LINE(cdb, len, resid, status, tail)                                      \
  "{\"n\":3,\"t_us\":99," cdb ",\"dir\":\"in\",\"len\":" len ",\"resid\":" resid \
  ",\"status\":" status "," tail "}"

static void test_parse(void **state) {
  (void)state;
  struct redbook_trace_line line;
  char problem[96] = "";
  assert_true(redbook_trace_parse(LINE(CDB, "8", "5", "2", TAIL ",\"data\":\"0a ff 3c\""),
                                  &line, problem, sizeof problem));
  assert_int_equal(line.number, 3);
  assert_int_equal(line.time_us, 99);
  assert_int_equal(line.command.cdb_length, 10);
  assert_memory_equal(line.command.cdb, "\x5a\x00\x2a\x00\x00\x00\x00\x00\x08\x00", 10);
  assert_int_equal(line.command.direction, REDBOOK_FROM_DEVICE);
  assert_int_equal(line.command.data_length, 8);
  assert_int_equal(line.command.residual, 5);
  assert_int_equal(line.command.status, 2);
  assert_int_equal(line.command.host_status, 1);
  assert_int_equal(line.command.driver_status, 8);
  assert_int_equal(line.command.os_error, 5);
  assert_int_equal(line.command.sense_length, 3);
  assert_memory_equal(line.command.sense, "\x70\x00\x02", 3);
  assert_int_equal(line.command.duration_us, 1250);
  assert_true(line.has_data);
  assert_int_equal(line.data_length, 3);
  assert_memory_equal(line.data, "\x0a\xff\x3c", 3);
  redbook_trace_line_free(&line);
  assert_null(line.data);
}

static void test_malformed_lines(void **state) {
  (void)state;
  static const struct {
    const char *line, *problem;
  } rows[] = {
      {"", "'{' is missing at \"\""},
      {"{}", "'\"' is missing at \"}\""},
      {"{\"n\":1", "'}' is missing at \"\""},
      {"{\"n\":}", "a number is missing at \"}\""},
      {"{\"n\":-1}", "a number is missing at \"-1}\""},
      {"{\"n\":01}", "a number starts with 0 at \"01}\""},
      {"{\"n\":1234567890123456789}", "a number is too long at \"1234567890123456\""},
      {"{\"n\":1,\"n\":2}", "\"n\" is there twice"},
      {"{\"n\" :1}", "':' is missing at \" :1}\""},
      {"{\"m\":1}", "unknown member \"m\""},
      {"{\"cdb\":\"5a", "'\"' is missing at \"\""},
      {"{\"cdb\":\"5a\\u0020\"}", "'\"' is missing at \"\\u0020\"}\""},
      {"{\"n\":1}", "\"t_us\" is missing"},
      {"{\"status\":256}", "\"status\" is out of range"},
      {"{\"ms\":1.25}", "\"ms\" needs three digits after the point"},
      {"{\"ms\":1}", "'.' is missing at \"}\""},
      {LINE(CDB, "8", "5", "2", TAIL) " ", "there is more after the object: \" \""},
      {LINE("\"cdb\":\"5a 00 2a\"", "8", "5", "2", TAIL),
       "\"cdb\" is not 6 to 16 hexadecimal bytes"},
      {LINE("\"cdb\":\"5A 00 2A 00 00 00\"", "8", "5", "2", TAIL),
       "\"cdb\" is not 6 to 16 hexadecimal bytes"},
      {LINE("\"cdb\":\"5a 00 2a 00 00 00 \"", "8", "5", "2", TAIL),
       "\"cdb\" is not 6 to 16 hexadecimal bytes"},
      {LINE("\"cdb\":\"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\"", "8", "5", "2",
            TAIL),
       "\"cdb\" is not 6 to 16 hexadecimal bytes"},
      {LINE(CDB, "8", "9", "2", TAIL), "\"resid\" is greater than \"len\""},
      {LINE(CDB, "8", "5", "2", TAIL ",\"data\":\"0a ff\""),
       "\"data\" is not 3 hexadecimal bytes"},
      {LINE(CDB, "8", "5", "2", TAIL ",\"data\":\"0a ff 3c 00\""),
       "\"data\" is not 3 hexadecimal bytes"},
      {"{\"n\":3,\"t_us\":99," CDB ",\"dir\":\"up\",\"len\":8,\"resid\":5,\"status\":2," TAIL
       "}",
       "\"dir\" is neither \"in\" nor \"out\" nor \"none\""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_trace_line line;
    char problem[96] = "";
    assert_false(redbook_trace_parse(rows[i].line, &line, problem, sizeof problem));
    assert_string_equal(problem, rows[i].problem);
    assert_null(line.data);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_data),
      cmocka_unit_test(test_data_in_and_out),
      cmocka_unit_test(test_failed_reads_have_no_data),
      cmocka_unit_test(test_no_audio),
      cmocka_unit_test(test_header),
      cmocka_unit_test(test_parse),
      cmocka_unit_test(test_malformed_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
