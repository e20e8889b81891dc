/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SendCommand*: the rules of a CDB, who may send what, and what comes of it. */
#include "drive/command.h"

#include <errno.h>

#include "drive/recorder_script.h"

static struct redbook_error err;
static const uint8_t tur[6];
static const uint8_t inquiry[6] = {0x12, 0, 0, 0, 36, 0};
static const uint8_t start[6] = {0x1B, 0, 0, 0, 2, 0};

static uint32_t checked(uint8_t opcode, size_t length) {
  uint8_t cdb[32] = {opcode};
  redbook_error_clear(&err);
  return redbook_cdb_check(cdb, length, &err) ? 0 : err.code;
}

/* Written down from the rules, not computed as the code does: opcode -> the only length, 0 any
 * of 6 to 16. */
static size_t only_length(unsigned opcode) {
  switch (opcode) {
    case 0x02:
    case 0x05:
    case 0x06:
    case 0x09:
    case 0x0C:
    case 0x0D:
    case 0x0E:
    case 0x0F:
    case 0x10:
    case 0x13:
    case 0x14:
    case 0x19:
    case 0x20:
    case 0x21:
    case 0x22:
    case 0x23:
    case 0x24:
    case 0x26:
    case 0x27:
    case 0x29:
    case 0x2C:
    case 0x2D:
      return 0;
    default:
      break;
  }
  if (opcode <= 0x1F) return 6;
  if (opcode <= 0x5F) return 10;
  if (opcode <= 0x7F) return 0;
  if (opcode <= 0x9F) return 16;
  return opcode <= 0xBF ? 12 : 0;
}

static void every_opcode_and_length(void **state) {
  (void)state;
  for (unsigned opcode = 0; opcode <= 0xFF; opcode++)
    for (size_t length = 0; length <= 20; length++) {
      size_t only = only_length(opcode);
      bool fine = length >= 6 && length <= 16 && (!only || length == only);
      if (checked((uint8_t)opcode, length) != (fine ? 0 : 0x80070057))
        fail_msg("opcode %02x, %zu bytes", opcode, length);
    }
}

static void the_broken_rule_is_named(void **state) {
  (void)state;
  checked(0x12, 5);
  assert_string_equal(err.message, "a CDB has 6 to 16 bytes, this one has 5");
  checked(0x12, 10);
  assert_string_equal(err.message, "the CDB of 12h has 10 bytes: opcodes 00h to 1Fh have 6");
  checked(0x51, 12);
  assert_string_equal(err.message, "the CDB of 51h has 12 bytes: opcodes 20h to 5Fh have 10");
  checked(0x88, 10);
  assert_string_equal(err.message, "the CDB of 88h has 10 bytes: opcodes 80h to 9Fh have 16");
  checked(0xBE, 16);
  assert_string_equal(err.message, "the CDB of BEh has 16 bytes: opcodes A0h to BFh have 12");
}

/* What a user without CAP_SYS_RAWIO may send on a descriptor opened to read (Linux 6.1), from
 * the Linux reference, less what moves or plays; and MECHANISM STATUS. */
static void reading_commands(void **state) {
  (void)state;
  static const uint8_t linux_lets[] = {
      0x00, 0x03, 0x08, 0x12, 0x1A, 0x1B, 0x1C, 0x23, 0x25, 0x28, 0x2B, 0x2F, 0x37, 0x3C, 0x3E,
      0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4A, 0x4B, 0x4D, 0x4E, 0x51, 0x52, 0x5A, 0x5C,
      0x88, 0x8F, 0x95, 0x9E, 0xA0, 0xA3, 0xA4, 0xA8, 0xAC, 0xAD, 0xB9, 0xBA, 0xBC, 0xBE};
  static const uint8_t moves[] = {0x1B, 0x2B, 0x45, 0x47, 0x48, 0x4B, 0x4E, 0xA3, 0xBA, 0xBC};
  for (unsigned opcode = 0; opcode <= 0xFF; opcode++) {
    bool expected = opcode == 0xBD || (memchr(linux_lets, (int)opcode, sizeof linux_lets) &&
                                       !memchr(moves, (int)opcode, sizeof moves));
    if (redbook_cdb_only_reads((uint8_t)opcode) != expected) fail_msg("opcode %02x", opcode);
  }
}

static uint32_t sent(struct redbook_recorder *r, const uint8_t *cdb, size_t length,
                     struct redbook_answer *answer) {
  const struct redbook_packet packet = {.cdb = cdb, .cdb_length = length, .seconds = 10};
  redbook_error_clear(&err);
  return redbook_recorder_send_command(r, &packet, answer, &err) ? 0 : err.code;
}

static void data_comes_back(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = "12 00 00 00 24 00", .reply = "05 80 00 32 1f"},
                               {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  struct redbook_answer answer;
  uint8_t data[36] = {0};
  const struct redbook_packet packet = {.cdb = inquiry,
                                        .cdb_length = 6,
                                        .direction = REDBOOK_FROM_DEVICE,
                                        .data_in = data,
                                        .data_length = sizeof data,
                                        .seconds = 10};
  assert_true(redbook_recorder_send_command(r, &packet, &answer, &err));
  assert_int_equal(answer.received, 5);
  assert_memory_equal(data, "\x05\x80\x00\x32\x1f\x00", 6);
  assert_false(answer.sense.valid);
  script_end(r);
}

/* A unit attention too is the caller's: one command, no retry. */
static void sense_is_a_success(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR, .sense = SENSE(6, 0x28, 0)},
                               {.cdb = TUR, .sense = SENSE(1, 0x73, 1)},
                               {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  struct redbook_answer answer;
  assert_int_equal(sent(r, tur, 6, &answer), 0);
  assert_true(answer.sense.valid);
  assert_int_equal(redbook_sense_triple(&answer.sense), SENSE(6, 0x28, 0));
  assert_int_equal(answer.sense.raw_length, 18);
  assert_int_equal(sent(r, tur, 6, &answer), 0);
  assert_int_equal(redbook_sense_triple(&answer.sense), SENSE(1, 0x73, 1));
  script_end(r);
}

/* A vanished drive and a time-out show status 0: no success; nor is a CHECK CONDITION about
 * which nothing is known. */
static void no_answer_is_an_error(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR, .host = 1},         {.cdb = TUR, .host = 3},
                               {.cdb = TUR, .status = 0x08},    {.cdb = TUR, .status = 0x18},
                               {.cdb = TUR, .status = 0x02},    {.cdb = TUR, .os_error = EIO},
                               {.cdb = TUR, .os_error = EPERM}, {.cdb = NULL}};
  static const uint32_t codes[] = {0x80070037, 0xC0AA020D, 0xC0AA0207, 0xC0AA0210,
                                   0x80004005, 0x80004005, 0x80070005};
  struct redbook_recorder *r = script_recorder(steps);
  struct redbook_answer answer;
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    assert_int_equal(sent(r, tur, 6, &answer), codes[i]);
  assert_string_equal(err.message,
                      "the kernel does not let TEST UNIT READY through to the drive");
  assert_string_equal(err.advice,
                      "It takes CAP_SYS_RAWIO (root); other commands may do without.");
  assert_int_equal(err.errno_value, EPERM);
  script_end(r);
}

static void wrong_arguments_reach_no_drive(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = NULL}};
  static uint8_t data[8];
  struct redbook_recorder *r = script_recorder(steps);
  struct redbook_answer answer;
  assert_int_equal(sent(r, tur, 10, &answer), 0x80070057);
  struct redbook_packet packet = {.cdb = inquiry,
                                  .cdb_length = 6,
                                  .direction = REDBOOK_FROM_DEVICE,
                                  .data_in = data,
                                  .seconds = 10};
  assert_false(redbook_recorder_send_command(r, &packet, &answer, &err));
  assert_int_equal(err.code, 0x80070057);
  packet.data_length = 128 * 1024 + 1;
  assert_false(redbook_recorder_send_command(r, &packet, &answer, &err));
  assert_int_equal(err.code, 0x80070057);
  assert_string_equal(err.message,
                      "131073 bytes of data are more than the 131072 that one command carries");
  script.base.max_transfer = 7;
  packet.data_length = 8;
  assert_false(redbook_recorder_send_command(r, &packet, &answer, &err));
  assert_string_equal(err.message,
                      "8 bytes of data are more than the 7 that one command carries");
  script_end(r);
}

static void changing_takes_exclusive_access(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = PREVENT}, {.cdb = "1b 00 00 00 02 00"},
                               {.cdb = ALLOW},   {.cdb = PREVENT},
                               {.cdb = TUR},     {.cdb = ALLOW},
                               {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  struct redbook_answer answer;
  assert_int_equal(sent(r, start, 6, &answer), 0x80070005);
  assert_string_equal(err.message,
                      "START STOP UNIT is sent to a drive only under exclusive access: it is "
                      "none of the commands that only read");
  assert_string_equal(err.advice,
                      "Call AcquireExclusiveAccess first, ReleaseExclusiveAccess after.");
  assert_true(redbook_recorder_acquire(r, false, "spec", &err));
  assert_int_equal(sent(r, start, 6, &answer), 0);
  assert_true(redbook_recorder_release(r, &err));
  assert_true(redbook_recorder_job_acquire(r, "burner", &err));
  assert_int_equal(sent(r, start, 6, &answer), 0xC0AA0210);
  assert_string_equal(err.message, "the recorder is held by the burn of \"burner\"");
  assert_int_equal(sent(r, tur, 6, &answer), 0);
  redbook_recorder_set_busy(r, true);
  assert_int_equal(sent(r, start, 6, &answer), 0xC0AA0500);
  assert_int_equal(sent(r, tur, 6, &answer), 0xC0AA0500);
  redbook_recorder_set_busy(r, false);
  assert_true(redbook_recorder_job_release(r, &err));
  script_end(r);
}

static void limits_are_the_transports(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  struct redbook_limits limits;
  assert_true(redbook_recorder_limits(r, &limits, &err));
  assert_int_equal(limits.max_transfer, 131072);
  assert_int_equal(limits.alignment, 4);
  script.base.max_transfer = 65536;
  script.base.alignment = 512;
  assert_true(redbook_recorder_limits(r, &limits, &err));
  assert_int_equal(limits.max_transfer, 65536);
  assert_int_equal(limits.alignment, 512);
  redbook_recorder_set_busy(r, true);
  assert_false(redbook_recorder_limits(r, &limits, &err));
  assert_int_equal(err.code, 0xC0AA0500);
  redbook_recorder_set_busy(r, false);
  script_end(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_opcode_and_length),
      cmocka_unit_test(the_broken_rule_is_named),
      cmocka_unit_test(reading_commands),
      cmocka_unit_test(data_comes_back),
      cmocka_unit_test(sense_is_a_success),
      cmocka_unit_test(no_answer_is_an_error),
      cmocka_unit_test(wrong_arguments_reach_no_drive),
      cmocka_unit_test(changing_takes_exclusive_access),
      cmocka_unit_test(limits_are_the_transports),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
