/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SG_IO: a command on its way to the kernel, and all that can come back. */
#include "mmc/sgio_kernel.h"

/* Sends one command to a drive that answers so. */
static enum redbook_outcome outcome(const struct answer *answers, struct redbook_command *c,
                                    struct redbook_sense *sense) {
  begin(NULL);
  kernel.answers = answers;
  struct redbook_transport *t = open_as(&sr, REDBOOK_SGIO_EXCLUSIVE);
  redbook_transport_execute(t, c);
  assert_true(kernel.signals_blocked);
  redbook_transport_close(t);
  return redbook_outcome_of(c, sense);
}

static void good(void **state) {
  (void)state;
  uint8_t data[36] = {0};
  struct redbook_command c;
  redbook_cdb_inquiry(&c, data, sizeof data);
  const struct answer answers[] = {{.data = "\x05\x80\x05\x32\x1f", .resid = 31}};
  assert_int_equal(outcome(answers, &c, NULL), REDBOOK_OUTCOME_GOOD);
  assert_int_equal(kernel.header.interface_id, 'S');
  assert_int_equal(kernel.header.cmd_len, 6);
  assert_memory_equal(kernel.cdb, "\x12\0\0\0\x24\0", 6);
  assert_int_equal(kernel.header.dxfer_direction, SG_DXFER_FROM_DEV);
  assert_int_equal(kernel.header.dxfer_len, 36);
  assert_int_equal(kernel.header.timeout, 30000);
  assert_int_equal(kernel.header.mx_sb_len, 64);
  assert_int_equal(kernel.header.iovec_count, 0);
  assert_int_equal(c.residual, 31); /* a short transfer */
  assert_memory_equal(data, "\x05\x80\x05\x32\x1f\0", 6);
}

static void data_to_the_drive(void **state) {
  (void)state;
  static const uint8_t sectors[2 * 2352] = {1, 2, 3, 4};
  struct redbook_command c;
  redbook_cdb_write(&c, 1000, 2, sectors);
  assert_int_equal(outcome((const struct answer[]){{.resid = -4}}, &c, NULL),
                   REDBOOK_OUTCOME_GOOD);
  assert_int_equal(kernel.header.cmd_len, 10);
  assert_int_equal(kernel.header.dxfer_direction, SG_DXFER_TO_DEV);
  assert_int_equal(kernel.header.dxfer_len, 4704);
  assert_int_equal(kernel.header.timeout, 200000);
  assert_memory_equal(kernel.out, sectors, 32);
  assert_int_equal(c.residual, 0);
  redbook_cdb_test_unit_ready(&c);
  assert_int_equal(outcome((const struct answer[]){{0}}, &c, NULL), REDBOOK_OUTCOME_GOOD);
  assert_int_equal(kernel.header.dxfer_direction, SG_DXFER_NONE);
  assert_int_equal(kernel.header.dxfer_len, 0);
  assert_null(kernel.header.dxferp);
}

#define FIXED "\x70\0\x05\0\0\0\0\x0a\0\0\0\0\x24\0\0\0\0"
#define DESCRIPTORS "\x72\x05\x24\0\0\0\0"

static void both_formats_of_sense(void **state) {
  (void)state;
  static const struct {
    const char *sense;
    uint8_t length;
  } rows[] = {{FIXED, 18}, {DESCRIPTORS, 8}};
  for (size_t i = 0; i < 2; i++) {
    struct redbook_command c;
    struct redbook_sense sense;
    uint8_t data[4];
    redbook_cdb_read_toc(&c, REDBOOK_TOC, false, 0, data, sizeof data);
    const struct answer answers[] = {{.status = 2,
                                      .driver = 8,
                                      .resid = 4,
                                      .sense = rows[i].sense,
                                      .sense_length = rows[i].length}};
    assert_int_equal(outcome(answers, &c, &sense), REDBOOK_OUTCOME_UNSUPPORTED);
    assert_int_equal(redbook_sense_triple(&sense), REDBOOK_TRIPLE(5, 0x24, 0));
    assert_int_equal(c.sense_length, rows[i].length);
    assert_int_equal(c.status, 2);
    assert_int_equal(c.driver_status, 8);
    assert_int_equal(c.residual, 4);
  }
}

/* Status 0, no sense, the buffer as it was: what looks like success is none. */
static void status_0_that_is_no_success(void **state) {
  (void)state;
  static const struct {
    struct answer answer;
    uint32_t code;
  } rows[] = {{{.host = 1}, 0x80070037},    {{.host = 3}, 0xC0AA020D},
              {{.host = 0x0E}, 0x80070037}, {{.host = 7}, 0x80004005},
              {{.driver = 6}, 0x80004005},  {{.driver = 0x16}, 0x80004005}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_command c;
    struct redbook_error err;
    uint8_t data[34] = {0};
    redbook_cdb_read_disc_information(&c, data, sizeof data);
    assert_int_equal(outcome(&rows[i].answer, &c, NULL), REDBOOK_OUTCOME_FAILED);
    assert_int_equal(c.status, 0);
    assert_int_equal(c.host_status, rows[i].answer.host);
    if (c.host_status) assert_int_equal(c.residual, 34);
    redbook_error_clear(&err);
    redbook_fail_command(&err, &c, REDBOOK_CONTEXT_GENERAL);
    assert_int_equal(err.code, rows[i].code);
    redbook_cdb_write(&c, 0, 1, (const uint8_t[2352]){0});
    assert_int_equal(outcome(&rows[i].answer, &c, NULL), REDBOOK_OUTCOME_FAILED);
  }
}

/* Bits that old kernels add as suggestions. */
static void suggestions_are_no_failure(void **state) {
  (void)state;
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  assert_int_equal(outcome((const struct answer[]){{.driver = 0x80}}, &c, NULL),
                   REDBOOK_OUTCOME_GOOD);
}

static void system_errors(void **state) {
  (void)state;
  static const struct {
    int error;
    enum redbook_outcome outcome;
    uint32_t code;
  } rows[] = {{EPERM, REDBOOK_OUTCOME_UNSUPPORTED, 0x80070005},
              {ENODEV, REDBOOK_OUTCOME_FAILED, 0x80070037},
              {ENXIO, REDBOOK_OUTCOME_FAILED, 0x80070037},
              {ENOMEM, REDBOOK_OUTCOME_FAILED, 0x8007000E},
              {EIO, REDBOOK_OUTCOME_FAILED, 0x80004005}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_command c;
    struct redbook_error err;
    uint8_t data[8];
    redbook_cdb_mechanism_status(&c, data);
    const struct answer answers[] = {{.error = rows[i].error}};
    assert_int_equal(outcome(answers, &c, NULL), rows[i].outcome);
    assert_int_equal(c.os_error, rows[i].error);
    assert_int_equal(c.residual, 8);
    assert_int_equal(kernel.sent, 1);
    redbook_error_clear(&err);
    redbook_fail_command(&err, &c, REDBOOK_CONTEXT_GENERAL);
    assert_int_equal(err.code, rows[i].code);
  }
}

/* A question is asked again; what may have been carried out is not sent twice. */
static void interrupted_commands(void **state) {
  (void)state;
  const struct answer twice[] = {{.error = EINTR}, {.error = EINTR}, {0}};
  const struct answer ever[] = {
      {.error = EINTR}, {.error = EINTR}, {.error = EINTR}, {.error = EINTR}, {0}};
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  assert_int_equal(outcome(twice, &c, NULL), REDBOOK_OUTCOME_GOOD);
  assert_int_equal(kernel.sent, 3);
  assert_int_equal(outcome(ever, &c, NULL), REDBOOK_OUTCOME_FAILED);
  assert_int_equal(kernel.sent, 4);
  assert_int_equal(c.os_error, EINTR);
  redbook_cdb_write(&c, 0, 1, (const uint8_t[2352]){0});
  assert_int_equal(outcome(twice, &c, NULL), REDBOOK_OUTCOME_FAILED);
  assert_int_equal(kernel.sent, 1);
  redbook_cdb_close(&c, REDBOOK_CLOSE_SESSION, 0, true);
  assert_int_equal(outcome(twice, &c, NULL), REDBOOK_OUTCOME_FAILED);
  assert_int_equal(kernel.sent, 1);
}

static void too_long_a_transfer(void **state) {
  (void)state;
  static const uint8_t sectors[26 * 2352];
  struct redbook_command c;
  struct redbook_error err;
  const struct answer answers[] = {{0}};
  kernel.answers = answers;
  kernel.max_sectors = 64;
  struct redbook_transport *t = open_as(&sr, REDBOOK_SGIO_EXCLUSIVE);
  redbook_cdb_write(&c, 0, 26, sectors);
  redbook_transport_execute(t, &c);
  assert_int_equal(kernel.sent, 0);
  assert_int_equal(redbook_outcome_of(&c, NULL), REDBOOK_OUTCOME_FAILED);
  redbook_error_clear(&err);
  redbook_fail_command(&err, &c, REDBOOK_CONTEXT_GENERAL);
  assert_string_equal(err.message,
                      "WRITE(10) at sector 0 failed: 61152 bytes are more than the "
                      "kernel passes to this drive at once (32768)");
  redbook_cdb_write(&c, 0, 13, sectors);
  redbook_transport_execute(t, &c);
  assert_int_equal(kernel.sent, 1);
  assert_int_equal(redbook_outcome_of(&c, NULL), REDBOOK_OUTCOME_GOOD);
  redbook_transport_close(t);
}

static void the_kernel_itself(void **state) {
  (void)state;
  struct redbook_transport *t;
  const char *refused;
  const struct redbook_sgio_target nowhere = {"/nonexistent/sr0", false, NULL};
  assert_int_equal(
      redbook_sgio_open(&redbook_sgio_kernel, &nowhere, REDBOOK_SGIO_LOOK, &t, &refused),
      ENOENT);
  const struct redbook_sgio_target no_drive = {"/dev/null", false, NULL};
  assert_int_equal(
      redbook_sgio_open(&redbook_sgio_kernel, &no_drive, REDBOOK_SGIO_LOOK, &t, &refused), 0);
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  redbook_transport_execute(t, &c);
  assert_int_equal(c.os_error, ENOTTY);
  assert_int_equal(redbook_outcome_of(&c, NULL), REDBOOK_OUTCOME_FAILED);
  redbook_transport_close(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(good),
      TEST(data_to_the_drive),
      TEST(both_formats_of_sense),
      TEST(status_0_that_is_no_success),
      TEST(suggestions_are_no_failure),
      TEST(system_errors),
      TEST(interrupted_commands),
      TEST(too_long_a_transfer),
      TEST(the_kernel_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
