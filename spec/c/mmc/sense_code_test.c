/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From sense, status, host status and errno to codes: the imapi2 reference 5.1-5.3 row by row.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mmc/cdb.h"
#include "mmc/sense.h"

#define GENERAL REDBOOK_CONTEXT_GENERAL
#define WRITE REDBOOK_CONTEXT_WRITE
#define CLOSE REDBOOK_CONTEXT_CLOSE
#define MODE REDBOOK_CONTEXT_MODE

struct row {
  uint8_t opcode;
  enum redbook_context context;
  uint32_t triple;
  uint32_t code;
};

static struct redbook_command check_condition(uint8_t opcode, uint32_t triple) {
  struct redbook_command c = {
      .cdb = {opcode}, .cdb_length = 10, .status = 2, .sense_length = 8};
  c.sense[0] = 0x72;
  c.sense[1] = (uint8_t)(triple >> 16);
  c.sense[2] = (uint8_t)(triple >> 8);
  c.sense[3] = (uint8_t)triple;
  return c;
}

static uint32_t code_of(uint8_t opcode, enum redbook_context context, uint32_t triple) {
  struct redbook_command c = check_condition(opcode, triple);
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_false(redbook_fail_command(&err, &c, context));
  assert_int_equal(err.opcode, opcode);
  assert_true(err.sense.valid);
  assert_int_equal(redbook_sense_triple(&err.sense), triple);
  assert_int_equal(err.errno_value, 0);
  return err.code;
}

static void expect_rows(const struct row *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t code = code_of(rows[i].opcode, rows[i].context, rows[i].triple);
    if (code != rows[i].code) {
      print_error("opcode %02X context %d sense %06X\n", rows[i].opcode, (int)rows[i].context,
                  rows[i].triple);
    }
    assert_int_equal(code, rows[i].code);
  }
}

static void test_recorder_codes(void **state) {
  (void)state;
  static const struct row rows[] = {
      {0x5A, MODE, 0x052400, 0xC0AA0201},    {0x5A, MODE, 0x052600, 0xC0AA0201},
      {0x5A, MODE, 0x053900, 0xC0AA0201},    {0x00, GENERAL, 0x023A00, 0xC0AA0202},
      {0x00, GENERAL, 0x023A01, 0xC0AA0202}, {0x51, GENERAL, 0x023A02, 0xC0AA0202},
      {0x51, GENERAL, 0x023A03, 0xC0AA0202}, {0x2A, WRITE, 0x023A04, 0xC0AA0202},
      {0x00, GENERAL, 0x063A00, 0xC0AA0202}, {0x00, GENERAL, 0x023000, 0xC0AA0203},
      {0x00, GENERAL, 0x033001, 0xC0AA0203}, {0xBE, GENERAL, 0x053002, 0xC0AA0203},
      {0x2A, WRITE, 0x053004, 0xC0AA0203},   {0x00, GENERAL, 0x053006, 0xC0AA0203},
      {0x2A, WRITE, 0x053008, 0xC0AA0203},   {0x2A, WRITE, 0x053009, 0xC0AA0203},
      {0x2A, WRITE, 0x056400, 0xC0AA0203},   {0x00, GENERAL, 0x020600, 0xC0AA0204},
      {0x00, GENERAL, 0x030600, 0xC0AA0204}, {0x00, GENERAL, 0x020400, 0xC0AA0205},
      {0x00, GENERAL, 0x020401, 0xC0AA0205}, {0x00, GENERAL, 0x020402, 0xC0AA0205},
      {0x00, GENERAL, 0x023E00, 0xC0AA0205}, {0x00, GENERAL, 0x062800, 0xC0AA0205},
      {0x00, GENERAL, 0x062900, 0xC0AA0205}, {0x00, GENERAL, 0x062904, 0xC0AA0205},
      {0x00, GENERAL, 0x020404, 0xC0AA0206}, {0x51, GENERAL, 0x020407, 0xC0AA0207},
      {0x2A, WRITE, 0x020408, 0xC0AA0207},   {0x55, MODE, 0x052600, 0xC0AA0208},
      {0x55, MODE, 0x052601, 0xC0AA0208},    {0x55, MODE, 0x052602, 0xC0AA0208},
      {0x55, MODE, 0x051A00, 0xC0AA0208},    {0x55, MODE, 0x052400, 0xC0AA0208},
      {0x2A, WRITE, 0x072700, 0xC0AA0209},   {0x2A, WRITE, 0x072706, 0xC0AA0209},
      {0x46, GENERAL, 0x052000, 0xC0AA020C}, {0x00, GENERAL, 0x043E02, 0xC0AA020D},
      {0x2A, WRITE, 0x043E02, 0xC0AA020D},   {0x5B, CLOSE, 0x062E00, 0xC0AA020D},
      {0x00, GENERAL, 0x022E00, 0xC0AA020D}, {0xAD, GENERAL, 0x052400, 0xC0AA020E},
      {0xAD, GENERAL, 0x053002, 0xC0AA020E}, {0xAD, GENERAL, 0x056F04, 0xC0AA020E},
      {0x2A, WRITE, 0x053005, 0xC0AA020F},   {0x00, GENERAL, 0x023005, 0xC0AA020F},
      {0xBB, GENERAL, 0x052400, 0xC0AA020F}, {0x1B, GENERAL, 0x055302, 0xC0AA0210},
      {0x1B, GENERAL, 0x025302, 0xC0AA0210}, {0x00, GENERAL, 0x053010, 0xC0AA0212},
      {0x00, GENERAL, 0x033100, 0xC0AA0212},
  };
  expect_rows(rows, sizeof rows / sizeof *rows);
}

static void test_write_engine_codes(void **state) {
  (void)state;
  static const struct row rows[] = {
      {0x2A, WRITE, 0x030C09, 0xC0AA0300}, {0x2A, WRITE, 0x030C0A, 0xC0AA0300},
      {0x2A, WRITE, 0x030C07, 0xC0AA0300}, {0x2A, WRITE, 0x030C00, 0xC0AA0301},
      {0x2A, WRITE, 0x030C08, 0xC0AA0301}, {0x2A, WRITE, 0x030200, 0xC0AA0301},
      {0x2A, WRITE, 0x030900, 0xC0AA0301}, {0x2A, WRITE, 0x040902, 0xC0AA0301},
      {0x2A, WRITE, 0x031500, 0xC0AA0301}, {0x2A, WRITE, 0x041501, 0xC0AA0301},
      {0x5B, CLOSE, 0x037200, 0xC0AA0301}, {0x5B, CLOSE, 0x037201, 0xC0AA0301},
      {0x5B, CLOSE, 0x037202, 0xC0AA0301}, {0x5B, CLOSE, 0x057203, 0xC0AA0301},
      {0x5B, CLOSE, 0x057204, 0xC0AA0301}, {0x2A, WRITE, 0x037300, 0xC0AA0301},
      {0x2A, WRITE, 0x037302, 0xC0AA0301}, {0x2A, WRITE, 0x037303, 0xC0AA0301},
      {0x35, WRITE, 0x037304, 0xC0AA0301}, {0x35, WRITE, 0x037305, 0xC0AA0301},
      {0x2A, WRITE, 0x040803, 0xC0AA0301}, {0x2A, WRITE, 0x044400, 0xC0AA0301},
      {0x2A, WRITE, 0x052102, 0xC0AA0301}, {0x2A, WRITE, 0x052C00, 0xC0AA0301},
      {0x2A, WRITE, 0x0B0000, 0xC0AA0301}, {0x2A, WRITE, 0x0B4E00, 0xC0AA0301},
  };
  expect_rows(rows, sizeof rows / sizeof *rows);
}

static void test_track_at_once_codes(void **state) {
  (void)state;
  static const struct row rows[] = {
      {0x43, GENERAL, 0x052400, 0xC0AA0505}, {0x43, GENERAL, 0x035700, 0xC0AA0505},
      {0x2A, WRITE, 0x057205, 0xC0AA0508},   {0x5B, CLOSE, 0x057205, 0xC0AA0508},
      {0x2A, WRITE, 0x056300, 0xC0AA0509},   {0x2A, WRITE, 0x056301, 0xC0AA0509},
      {0x2A, WRITE, 0x052100, 0xC0AA0509},   {0x2A, WRITE, 0x0D0000, 0xC0AA0509},
      {0x2A, WRITE, 0x0D2100, 0xC0AA0509},   {0xA1, GENERAL, 0x035100, 0x80AA0905},
      {0xA1, GENERAL, 0x035101, 0x80AA0905},
  };
  expect_rows(rows, sizeof rows / sizeof *rows);
}

/* The same senses where no write is going on, commands without a rule, and unknown senses. */
static void test_what_is_not_mapped(void **state) {
  (void)state;
  static const struct row rows[] = {
      {0x52, GENERAL, 0x030C00, 0x80004005}, {0xBE, GENERAL, 0x030200, 0x80004005},
      {0xBE, GENERAL, 0x040900, 0x80004005}, {0xBE, GENERAL, 0x052100, 0x80004005},
      {0xBE, GENERAL, 0x056300, 0x80004005}, {0xBE, GENERAL, 0x0B0000, 0x80004005},
      {0x54, GENERAL, 0x037303, 0x80004005}, {0x52, GENERAL, 0x052C00, 0x80004005},
      {0xBE, GENERAL, 0x031105, 0x80004005}, {0x00, GENERAL, 0x020403, 0x80004005},
      {0x54, GENERAL, 0x052000, 0x80004005}, {0x51, GENERAL, 0x052400, 0x80004005},
      {0x52, GENERAL, 0x052600, 0x80004005}, {0x5A, MODE, 0x051A00, 0x80004005},
      {0x00, GENERAL, 0x023003, 0x80004005}, {0x00, GENERAL, 0x062A01, 0x80004005},
      {0x2A, WRITE, 0x030C01, 0x80004005},   {0x2A, WRITE, 0x037301, 0x80004005},
      {0x2A, WRITE, 0x059F00, 0x80004005},   {0x00, GENERAL, 0x000000, 0x80004005},
  };
  expect_rows(rows, sizeof rows / sizeof *rows);
}

/* WRITE, SYNCHRONIZE CACHE and CLOSE are writing whatever the caller says. */
static void test_context_from_the_command(void **state) {
  (void)state;
  static const struct row rows[] = {
      {0x2A, GENERAL, 0x030C00, 0xC0AA0301}, {0xAA, GENERAL, 0x030C00, 0xC0AA0301},
      {0x35, GENERAL, 0x030C00, 0xC0AA0301}, {0x5B, GENERAL, 0x057203, 0xC0AA0301},
      {0x52, WRITE, 0x030C00, 0xC0AA0301},   {0x51, CLOSE, 0x037202, 0xC0AA0301},
  };
  expect_rows(rows, sizeof rows / sizeof *rows);
}

/* ATIP and CD-TEXT are missing on discs that do have a table of contents. */
static void test_read_toc_formats(void **state) {
  (void)state;
  static const uint32_t codes[] = {0xC0AA0505, 0xC0AA0505, 0xC0AA0505,
                                   0xC0AA0505, 0x80004005, 0x80004005};
  for (uint8_t format = 0; format < 6; format++) {
    struct redbook_command c = check_condition(0x43, 0x052400);
    c.cdb[2] = format;
    struct redbook_error err;
    redbook_fail_command(&err, &c, GENERAL);
    assert_int_equal(err.code, codes[format]);
  }
}

static void test_everything_in_the_error(void **state) {
  (void)state;
  struct redbook_command c;
  uint8_t data[2352] = {0};
  redbook_cdb_write(&c, 1000, 26, data);
  static const uint8_t raw[18] = {0xF0, 0, 3, 0, 0, 3, 0xF2, 10, 0, 0, 0, 0, 0x0C, 0x00};
  c.status = 2;
  memcpy(c.sense, raw, sizeof raw);
  c.sense_length = sizeof raw;
  struct redbook_error err;
  redbook_error_clear(&err);
  err.disc = REDBOOK_DISC_OPEN;
  assert_false(redbook_fail_command(&err, &c, WRITE));
  assert_int_equal(err.code, 0xC0AA0301);
  assert_int_equal(err.disc, REDBOOK_DISC_OPEN);
  assert_false(err.transient);
  assert_int_equal(err.errno_value, 0);
  assert_int_equal(err.opcode, 0x2A);
  assert_true(err.has_lba);
  assert_int_equal(err.lba, 1010); /* the drive's figure lies within the command's sectors */
  assert_int_equal(redbook_sense_triple(&err.sense), 0x030C00);
  assert_int_equal(err.sense.raw_length, 18);
  assert_memory_equal(err.sense.raw, raw, 18);
  assert_string_equal(err.message,
                      "WRITE(10) at sector 1000 failed: medium error, write error (3/0C/00)");
  assert_string_equal(err.advice, "Try another disc, a lower speed or another brand.");
}

static int32_t lba_of(struct redbook_command *c, uint8_t format, uint32_t information,
                      bool *has) {
  c->status = 2;
  memset(c->sense, 0, sizeof c->sense);
  c->sense[0] = (uint8_t)(0x80 | format);
  c->sense[2] = 3;
  for (int i = 0; i < 4; i++) {
    c->sense[3 + i] = (uint8_t)(information >> (24 - 8 * i));
  }
  c->sense[7] = 10;
  c->sense[12] = 0x0C;
  c->sense_length = 18;
  struct redbook_error err;
  redbook_error_clear(&err);
  redbook_fail_command(&err, c, GENERAL);
  *has = err.has_lba;
  return err.lba;
}

static void test_lba(void **state) {
  (void)state;
  struct redbook_command c;
  uint8_t data[2352] = {0};
  bool has;
  redbook_cdb_write(&c, 1000, 26, data);
  assert_int_equal(lba_of(&c, 0x70, 1025, &has), 1025);
  assert_int_equal(lba_of(&c, 0x70, 1026, &has), 1000); /* outside: not believed */
  assert_int_equal(lba_of(&c, 0x70, 999, &has), 1000);
  assert_int_equal(lba_of(&c, 0x71, 900, &has), 900); /* deferred: an earlier write's */
  redbook_cdb_read_cd(&c, -100, 10, data);
  assert_int_equal(lba_of(&c, 0x70, 0xFFFFFFA0, &has), -96);
  assert_true(has);
  redbook_cdb_synchronize_cache(&c, true);
  assert_int_equal(lba_of(&c, 0x70, 77, &has), 0);
  assert_false(has);
  assert_int_equal(lba_of(&c, 0x71, 77, &has), 77);
  assert_true(has);
}

static void test_deferred_write_error_found_by_another_command(void **state) {
  (void)state;
  struct redbook_command c = check_condition(0x52, 0x030C00);
  c.sense[0] = 0x73;
  struct redbook_error err;
  redbook_error_clear(&err);
  redbook_fail_command(&err, &c, GENERAL);
  assert_int_equal(err.code, 0xC0AA0301);
  assert_true(err.sense.deferred);
  assert_string_equal(err.message,
                      "READ TRACK INFORMATION failed: deferred error of an earlier command: "
                      "medium error, write error (3/0C/00)");
}

static void test_transience(void **state) {
  (void)state;
  static const struct {
    uint8_t opcode;
    uint32_t triple;
    bool transient;
  } rows[] = {{0x00, 0x020401, true},  {0x00, 0x062800, true},  {0x51, 0x020407, true},
              {0x00, 0x043E02, true},  {0x00, 0x023A00, false}, {0x2A, 0x020408, true},
              {0x2A, 0x062800, false}, {0x2A, 0x043E02, false}, {0x5B, 0x062900, false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_command c = check_condition(rows[i].opcode, rows[i].triple);
    struct redbook_error err;
    redbook_fail_command(&err, &c, GENERAL);
    assert_int_equal(err.transient, rows[i].transient);
  }
}

/* What never reached the drive, or came back without sense (imapi2 reference, "Provoking
 * PrepareMedia's codes"; linux-sg-io reference 2). */
static void test_without_sense(void **state) {
  (void)state;
  static const struct {
    int os_error;
    uint8_t status, host;
    uint32_t code;
    const char *message;
  } rows[] = {
      {EINVAL, 0, 0, 0x80070057,
       "TEST UNIT READY could not be sent to the recorder: Invalid argument"},
      {EFAULT, 0, 0, 0x80004003,
       "TEST UNIT READY could not be sent to the recorder: Bad address"},
      {ENOMEM, 0, 0, 0x8007000E,
       "TEST UNIT READY could not be sent to the recorder: Cannot allocate memory"},
      {EBADF, 0, 0, 0x80070006,
       "TEST UNIT READY could not be sent to the recorder: Bad file descriptor"},
      {EPERM, 0, 0, 0x80070005,
       "TEST UNIT READY could not be sent to the recorder: Operation not permitted"},
      {ENODEV, 0, 0, 0x80070037,
       "TEST UNIT READY could not be sent to the recorder: No such device"},
      {EIO, 0, 0, 0x80004005,
       "TEST UNIT READY could not be sent to the recorder: Input/output error"},
      {0, 0, 1, 0x80070037,
       "TEST UNIT READY did not reach the recorder: it is not there any more"},
      {0, 0, 4, 0x80070037,
       "TEST UNIT READY did not reach the recorder: it is not there any more"},
      {0, 0, 0x0E, 0x80070037,
       "TEST UNIT READY did not reach the recorder: it is not there any more"},
      {0, 0, 3, 0xC0AA020D, "TEST UNIT READY got no answer within 30 seconds"},
      {0, 0, 7, 0x80004005,
       "TEST UNIT READY failed on its way to the recorder (host status 07h)"},
      {0, 0x18, 0, 0xC0AA0210,
       "TEST UNIT READY was refused: another host has reserved the recorder"},
      {0, 0x08, 0, 0xC0AA0207, "TEST UNIT READY was refused: the drive is busy"},
      {0, 0x28, 0, 0xC0AA0207, "TEST UNIT READY was refused: the drive is busy"},
      {0, 0x40, 0, 0x80004005, "TEST UNIT READY failed (status 40h)"},
      {0, 0x02, 0, 0x80004005, "TEST UNIT READY failed: no sense data"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_command c;
    redbook_cdb_test_unit_ready(&c);
    c.os_error = rows[i].os_error;
    c.status = rows[i].status;
    c.host_status = rows[i].host;
    struct redbook_error err;
    redbook_error_clear(&err);
    assert_false(redbook_fail_command(&err, &c, GENERAL));
    assert_int_equal(err.code, rows[i].code);
    assert_string_equal(err.message, rows[i].message);
    assert_int_equal(err.errno_value, rows[i].os_error);
    assert_int_equal(err.opcode, 0);
    assert_false(err.sense.valid);
    assert_false(err.has_lba);
  }
}

static void test_unusable_reply(void **state) {
  (void)state;
  struct redbook_command c;
  uint8_t data[34];
  redbook_cdb_read_disc_information(&c, data, sizeof data);
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_false(redbook_fail_reply(&err, &c, "it has 4 bytes"));
  assert_int_equal(err.code, 0xC0AA02FF);
  assert_int_equal(err.opcode, 0x51);
  assert_false(err.sense.valid);
  assert_false(err.has_lba);
  assert_string_equal(err.message,
                      "the recorder's answer to READ DISC INFORMATION cannot be "
                      "used: it has 4 bytes");
  assert_false(redbook_fail_reply(NULL, &c, "x"));
  assert_false(redbook_fail_command(NULL, &c, GENERAL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_recorder_codes),
      cmocka_unit_test(test_write_engine_codes),
      cmocka_unit_test(test_track_at_once_codes),
      cmocka_unit_test(test_what_is_not_mapped),
      cmocka_unit_test(test_context_from_the_command),
      cmocka_unit_test(test_read_toc_formats),
      cmocka_unit_test(test_everything_in_the_error),
      cmocka_unit_test(test_lba),
      cmocka_unit_test(test_deferred_write_error_found_by_another_command),
      cmocka_unit_test(test_transience),
      cmocka_unit_test(test_without_sense),
      cmocka_unit_test(test_unusable_reply),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
