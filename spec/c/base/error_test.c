/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling errors: text, advice, system errors, truncation; and the byte order helpers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/error.h"

static void test_clear(void **state) {
  (void)state;
  struct redbook_error err;
  memset(&err, 0xA5, sizeof err);
  redbook_error_clear(&err);
  assert_int_equal(err.code, 0);
  assert_int_equal(err.disc, REDBOOK_DISC_UNKNOWN);
  assert_false(err.transient);
  assert_int_equal(err.errno_value, 0);
  assert_int_equal(err.opcode, -1);
  assert_false(err.has_lba);
  assert_false(err.sense.valid);
  assert_string_equal(err.message, "");
  assert_string_equal(err.advice, "");
}

static void test_fail(void **state) {
  (void)state;
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_false(redbook_fail(&err, 0xC0AA0202, "drive %d has %s", 2, "nothing in it"));
  assert_int_equal(err.code, 0xC0AA0202);
  assert_string_equal(err.message, "drive 2 has nothing in it");
  assert_string_equal(err.advice, "Insert a disc and close the tray.");
  assert_false(err.transient);
  assert_false(redbook_fail(&err, 0xC0AA0205, "wait"));
  assert_true(err.transient);
}

static void test_fail_keeps_what_the_caller_set(void **state) {
  (void)state;
  struct redbook_error err;
  redbook_error_clear(&err);
  err.disc = REDBOOK_DISC_OPEN;
  err.opcode = 0x2A;
  err.has_lba = true;
  err.lba = -150;
  err.errno_value = EIO;
  err.sense.valid = true;
  err.sense.key = 3;
  redbook_fail(&err, 0x80004005, "x");
  assert_int_equal(err.disc, REDBOOK_DISC_OPEN);
  assert_int_equal(err.opcode, 0x2A);
  assert_true(err.has_lba);
  assert_int_equal(err.lba, -150);
  assert_int_equal(err.errno_value, EIO);
  assert_true(err.sense.valid);
  assert_int_equal(err.sense.key, 3);
}

static void test_fail_may_quote_its_own_message(void **state) {
  (void)state;
  struct redbook_error err;
  redbook_error_clear(&err);
  redbook_fail(&err, 0x80004005, "inner");
  redbook_fail(&err, 0x80004005, "outer: %s", err.message);
  assert_string_equal(err.message, "outer: inner");
}

static void test_null_error_is_ignored(void **state) {
  (void)state;
  assert_false(redbook_fail(NULL, 0x80004005, "x"));
  assert_false(redbook_fail_errno(NULL, ENOMEM, "x"));
  redbook_advise(NULL, "x");
}

static void test_long_message_is_cut(void **state) {
  (void)state;
  char name[400];
  memset(name, 'a', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  struct redbook_error err;
  redbook_fail(&err, 0x80004005, "%s", name);
  assert_int_equal(strlen(err.message), REDBOOK_MESSAGE_SIZE - 1);
}

/* Characters of 2, 3 and 4 bytes, each cut at each of its bytes. */
static void test_cut_leaves_no_half_character(void **state) {
  (void)state;
  static const char *const characters[] = {"\xC3\xA9", "\xE3\x81\x82", "\xF0\x9F\x8E\xB5"};
  for (size_t c = 0; c < 3; c++) {
    size_t width = strlen(characters[c]);
    for (size_t kept = 0; kept <= width; kept++) {
      char name[400];
      size_t fill = REDBOOK_MESSAGE_SIZE - 1 - kept;
      memset(name, 'a', fill);
      strcpy(name + fill, characters[c]);
      strcat(name, "bbb");
      struct redbook_error err;
      redbook_fail(&err, 0x80004005, "%s", name);
      assert_int_equal(strlen(err.message), kept == width ? fill + width : fill);
    }
  }
}

static void test_errno_codes(void **state) {
  (void)state;
  static const struct {
    int errno_value;
    uint32_t code;
  } rows[] = {
      {EINVAL, 0x80070057}, {EFAULT, 0x80004003}, {ENOMEM, 0x8007000E},    {EACCES, 0x80070005},
      {EPERM, 0x80070005},  {EBADF, 0x80070006},  {ENODEV, 0x80070037},    {ENXIO, 0x80070037},
      {ENOENT, 0x80070037}, {EBUSY, 0xC0AA0210},  {ETIMEDOUT, 0xC0AA020D}, {EIO, 0x80004005},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_error err;
    redbook_error_clear(&err);
    assert_false(redbook_fail_errno(&err, rows[i].errno_value, "cannot open %s", "/dev/sr0"));
    assert_int_equal(err.code, rows[i].code);
    assert_int_equal(err.errno_value, rows[i].errno_value);
    assert_memory_equal(err.message, "cannot open /dev/sr0: ", 22);
    assert_true(strlen(err.message) > 22);
  }
}

/* Both kinds of failure say what helps when nothing more can be opened. */
static void test_too_many_files(void **state) {
  (void)state;
  static const struct {
    int errno_value;
    const char *advice;
  } rows[] = {
      {EMFILE, "Let the process open more files (ulimit -n), or let it have fewer at once."},
      {ENFILE, "Close programs: the system has no more files to open (fs.file-max)."},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_error err;
    redbook_error_clear(&err);
    assert_false(redbook_fail_errno(&err, rows[i].errno_value, "no descriptor"));
    assert_string_equal(err.advice, rows[i].advice);
    redbook_error_clear(&err);
    assert_false(redbook_fail_file(&err, rows[i].errno_value, "a.wav cannot be read"));
    assert_string_equal(err.advice, rows[i].advice);
  }
}

static void test_errno_of_files(void **state) {
  (void)state;
  static const struct {
    int errno_value;
    uint32_t code;
    const char *advice;
  } rows[] = {
      {ENOENT, 0x80070002, "Check the file's name and folder."},
      {ENOTDIR, 0x80070002, "Check the file's name and folder."},
      {EACCES, 0x80070005, "Check the rights of the file and of its folder."},
      {EPERM, 0x80070005, "Check the rights of the file and of its folder."},
      {EROFS, 0x80004005, "Check the rights of the file and of its folder."},
      {ENOSPC, 0x80004005, "Free space on the disk that holds the file."},
      {EDQUOT, 0x80004005, "Free space on the disk that holds the file."},
      {EISDIR, 0x80004005, "Name a file, not a folder."},
      {EBADF, 0x80070006, "Open the file again."},
      {EINVAL, 0x80070057, "Correct the argument."},
      {ENXIO, 0x80004005, "Look at the sense data or the system error that came with it."},
      {ENODEV, 0x80004005, "Look at the sense data or the system error that came with it."},
      {EBUSY, 0x80004005, "Look at the sense data or the system error that came with it."},
      {ETIMEDOUT, 0x80004005, "Look at the sense data or the system error that came with it."},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_error err;
    redbook_error_clear(&err);
    assert_false(redbook_fail_file(&err, rows[i].errno_value, "%s cannot be read", "a.wav"));
    assert_int_equal(err.code, rows[i].code);
    assert_int_equal(err.errno_value, rows[i].errno_value);
    assert_string_equal(err.advice, rows[i].advice);
    assert_memory_equal(err.message, "a.wav cannot be read: ", 22);
    assert_true(strlen(err.message) > 22);
  }
  assert_false(redbook_fail_file(NULL, ENOENT, "x"));
}

static void test_errno_text(void **state) {
  (void)state;
  struct redbook_error err;
  redbook_fail_errno(&err, EBUSY, "cannot open %s", "x");
  assert_string_equal(err.message, "cannot open x: Device or resource busy");
  assert_true(err.transient);
}

static void test_advise(void **state) {
  (void)state;
  struct redbook_error err;
  redbook_fail(&err, 0xC0AA0210, "locked");
  redbook_advise(&err, "Close %s (process %d).", "mixtape", 12);
  assert_string_equal(err.advice, "Close mixtape (process 12).");
  assert_string_equal(err.message, "locked");
  assert_int_equal(err.code, 0xC0AA0210);
}

static void test_disc_state_names(void **state) {
  (void)state;
  assert_string_equal(redbook_disc_state_name(REDBOOK_DISC_UNKNOWN), "unknown");
  assert_string_equal(redbook_disc_state_name(REDBOOK_DISC_UNTOUCHED), "untouched");
  assert_string_equal(redbook_disc_state_name(REDBOOK_DISC_OPEN), "open");
  assert_string_equal(redbook_disc_state_name(REDBOOK_DISC_APPENDABLE), "appendable");
  assert_string_equal(redbook_disc_state_name(REDBOOK_DISC_FINALISED), "finalised");
  assert_string_equal(redbook_disc_state_name(REDBOOK_DISC_SPOILED), "spoiled");
  assert_string_equal(redbook_disc_state_name(REDBOOK_DISC_BLANK), "blank");
}

static void test_big_endian(void **state) {
  (void)state;
  const uint8_t p[] = {0xFE, 0xDC, 0xBA, 0x98};
  assert_int_equal(redbook_get16(p), 0xFEDC);
  assert_int_equal(redbook_get24(p), 0xFEDCBA);
  assert_int_equal(redbook_get32(p), 0xFEDCBA98);
  uint8_t out[9];
  redbook_put16(out, 0x1234);
  redbook_put24(out + 2, 0x56789A);
  redbook_put32(out + 5, 0xBCDEF012);
  assert_memory_equal(out, "\x12\x34\x56\x78\x9A\xBC\xDE\xF0\x12", 9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_clear),
      cmocka_unit_test(test_fail),
      cmocka_unit_test(test_fail_keeps_what_the_caller_set),
      cmocka_unit_test(test_fail_may_quote_its_own_message),
      cmocka_unit_test(test_null_error_is_ignored),
      cmocka_unit_test(test_long_message_is_cut),
      cmocka_unit_test(test_cut_leaves_no_half_character),
      cmocka_unit_test(test_errno_codes),
      cmocka_unit_test(test_too_many_files),
      cmocka_unit_test(test_errno_of_files),
      cmocka_unit_test(test_errno_text),
      cmocka_unit_test(test_advise),
      cmocka_unit_test(test_disc_state_names),
      cmocka_unit_test(test_big_endian),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
