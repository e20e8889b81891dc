/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The code table is complete, ordered and free of doubles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/codes.h"

/* Numbers and names as IMAPI2 has them (imapi2 reference 5.1-5.7), written out once more. */
static const struct {
  uint32_t code;
  const char *name;
} expected[] = {
    {0x00000000, "S_OK"},
    {0x00000001, "S_FALSE"},
    {0x80004003, "E_POINTER"},
    {0x80004005, "E_FAIL"},
    {0x80070002, "E_FILE_NOT_FOUND"},
    {0x80070005, "E_ACCESSDENIED"},
    {0x80070006, "E_INVALID_HANDLE"},
    {0x8007000E, "E_OUTOFMEMORY"},
    {0x80070037, "E_DEVICE_GONE"},
    {0x80070057, "E_INVALIDARG"},
    {0xC0AA0002, "E_IMAPI_REQUEST_CANCELLED"},
    {0xC0AA0003, "E_IMAPI_RECORDER_REQUIRED"},
    {0x00AA0004, "S_IMAPI_SPEEDADJUSTED"},
    {0x00AA0005, "S_IMAPI_ROTATIONADJUSTED"},
    {0x00AA0006, "S_IMAPI_BOTHADJUSTED"},
    {0xC0AA0007, "E_IMAPI_BURN_VERIFICATION_FAILED"},
    {0x00AA0200, "S_IMAPI_COMMAND_HAS_SENSE_DATA"},
    {0xC0AA0201, "E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE"},
    {0xC0AA0202, "E_IMAPI_RECORDER_MEDIA_NO_MEDIA"},
    {0xC0AA0203, "E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE"},
    {0xC0AA0204, "E_IMAPI_RECORDER_MEDIA_UPSIDE_DOWN"},
    {0xC0AA0205, "E_IMAPI_RECORDER_MEDIA_BECOMING_READY"},
    {0xC0AA0206, "E_IMAPI_RECORDER_MEDIA_FORMAT_IN_PROGRESS"},
    {0xC0AA0207, "E_IMAPI_RECORDER_MEDIA_BUSY"},
    {0xC0AA0208, "E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS"},
    {0xC0AA0209, "E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED"},
    {0xC0AA020A, "E_IMAPI_RECORDER_NO_SUCH_FEATURE"},
    {0xC0AA020B, "E_IMAPI_RECORDER_FEATURE_IS_NOT_CURRENT"},
    {0xC0AA020C, "E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED"},
    {0xC0AA020D, "E_IMAPI_RECORDER_COMMAND_TIMEOUT"},
    {0xC0AA020E, "E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT"},
    {0xC0AA020F, "E_IMAPI_RECORDER_MEDIA_SPEED_MISMATCH"},
    {0xC0AA0210, "E_IMAPI_RECORDER_LOCKED"},
    {0xC0AA0211, "E_IMAPI_RECORDER_CLIENT_NAME_IS_NOT_VALID"},
    {0xC0AA0212, "E_IMAPI_RECORDER_MEDIA_NOT_FORMATTED"},
    {0xC0AA02FF, "E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE"},
    {0xC0AA0300, "E_IMAPI_LOSS_OF_STREAMING"},
    {0xC0AA0301, "E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE"},
    {0x00AA0302, "S_IMAPI_WRITE_NOT_IN_PROGRESS"},
    {0xC0AA0400, "E_IMAPI_DF2DATA_WRITE_IN_PROGRESS"},
    {0xC0AA0401, "E_IMAPI_DF2DATA_WRITE_NOT_IN_PROGRESS"},
    {0xC0AA0402, "E_IMAPI_DF2DATA_INVALID_MEDIA_STATE"},
    {0xC0AA0403, "E_IMAPI_DF2DATA_STREAM_NOT_SUPPORTED"},
    {0xC0AA0404, "E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA"},
    {0xC0AA0405, "E_IMAPI_DF2DATA_MEDIA_NOT_BLANK"},
    {0xC0AA0406, "E_IMAPI_DF2DATA_MEDIA_IS_NOT_SUPPORTED"},
    {0xC0AA0407, "E_IMAPI_DF2DATA_RECORDER_NOT_SUPPORTED"},
    {0xC0AA0408, "E_IMAPI_DF2DATA_CLIENT_NAME_IS_NOT_VALID"},
    {0xC0AA0500, "E_IMAPI_DF2TAO_WRITE_IN_PROGRESS"},
    {0xC0AA0501, "E_IMAPI_DF2TAO_WRITE_NOT_IN_PROGRESS"},
    {0xC0AA0502, "E_IMAPI_DF2TAO_MEDIA_IS_NOT_PREPARED"},
    {0xC0AA0503, "E_IMAPI_DF2TAO_MEDIA_IS_PREPARED"},
    {0xC0AA0504, "E_IMAPI_DF2TAO_PROPERTY_FOR_BLANK_MEDIA_ONLY"},
    {0xC0AA0505, "E_IMAPI_DF2TAO_TABLE_OF_CONTENTS_EMPTY_DISC"},
    {0xC0AA0506, "E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK"},
    {0xC0AA0507, "E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED"},
    {0xC0AA0508, "E_IMAPI_DF2TAO_TRACK_LIMIT_REACHED"},
    {0xC0AA0509, "E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE"},
    {0xC0AA050A, "E_IMAPI_DF2TAO_NO_RECORDER_SPECIFIED"},
    {0xC0AA050B, "E_IMAPI_DF2TAO_INVALID_ISRC"},
    {0xC0AA050C, "E_IMAPI_DF2TAO_INVALID_MCN"},
    {0xC0AA050D, "E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED"},
    {0xC0AA050E, "E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED"},
    {0xC0AA050F, "E_IMAPI_DF2TAO_CLIENT_NAME_IS_NOT_VALID"},
    {0xC0AA0600, "E_IMAPI_DF2RAW_WRITE_IN_PROGRESS"},
    {0xC0AA0601, "E_IMAPI_DF2RAW_WRITE_NOT_IN_PROGRESS"},
    {0xC0AA0602, "E_IMAPI_DF2RAW_MEDIA_IS_NOT_PREPARED"},
    {0xC0AA0603, "E_IMAPI_DF2RAW_MEDIA_IS_PREPARED"},
    {0xC0AA0604, "E_IMAPI_DF2RAW_CLIENT_NAME_IS_NOT_VALID"},
    {0xC0AA0606, "E_IMAPI_DF2RAW_MEDIA_IS_NOT_BLANK"},
    {0xC0AA0607, "E_IMAPI_DF2RAW_MEDIA_IS_NOT_SUPPORTED"},
    {0xC0AA0609, "E_IMAPI_DF2RAW_NOT_ENOUGH_SPACE"},
    {0xC0AA060A, "E_IMAPI_DF2RAW_NO_RECORDER_SPECIFIED"},
    {0xC0AA060D, "E_IMAPI_DF2RAW_STREAM_NOT_SUPPORTED"},
    {0xC0AA060E, "E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED"},
    {0xC0AA060F, "E_IMAPI_DF2RAW_STREAM_LEADIN_TOO_SHORT"},
    {0xC0AA0610, "E_IMAPI_DF2RAW_RECORDER_NOT_SUPPORTED"},
    {0x80AA0900, "E_IMAPI_ERASE_RECORDER_IN_USE"},
    {0x80AA0901, "E_IMAPI_ERASE_ONLY_ONE_RECORDER_SUPPORTED"},
    {0x80AA0902, "E_IMAPI_ERASE_DISC_INFORMATION_TOO_SMALL"},
    {0x80AA0903, "E_IMAPI_ERASE_MODE_PAGE_2A_TOO_SMALL"},
    {0x80AA0904, "E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE"},
    {0x80AA0905, "E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND"},
    {0x80AA0906, "E_IMAPI_ERASE_TOOK_LONGER_THAN_ONE_HOUR"},
    {0x80AA0907, "E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE"},
    {0x80AA0908, "E_IMAPI_ERASE_DRIVE_FAILED_SPINUP_COMMAND"},
    {0xC0AA0909, "E_IMAPI_ERASE_MEDIA_IS_NOT_SUPPORTED"},
    {0xC0AA090A, "E_IMAPI_ERASE_RECORDER_NOT_SUPPORTED"},
    {0xC0AA090B, "E_IMAPI_ERASE_CLIENT_NAME_IS_NOT_VALID"},
    {0x80AA0A00, "E_IMAPI_RAW_IMAGE_IS_READ_ONLY"},
    {0x80AA0A01, "E_IMAPI_RAW_IMAGE_TOO_MANY_TRACKS"},
    {0x80AA0A02, "E_IMAPI_RAW_IMAGE_SECTOR_TYPE_NOT_SUPPORTED"},
    {0x80AA0A03, "E_IMAPI_RAW_IMAGE_NO_TRACKS"},
    {0x80AA0A04, "E_IMAPI_RAW_IMAGE_TRACKS_ALREADY_ADDED"},
    {0x80AA0A05, "E_IMAPI_RAW_IMAGE_INSUFFICIENT_SPACE"},
    {0x80AA0A06, "E_IMAPI_RAW_IMAGE_TOO_MANY_TRACK_INDEXES"},
    {0x80AA0A07, "E_IMAPI_RAW_IMAGE_TRACK_INDEX_NOT_FOUND"},
    {0x00AA0A08, "S_IMAPI_RAW_IMAGE_TRACK_INDEX_ALREADY_EXISTS"},
    {0x80AA0A09, "E_IMAPI_RAW_IMAGE_TRACK_INDEX_OFFSET_ZERO_CANNOT_BE_CLEARED"},
    {0x80AA0A0A, "E_IMAPI_RAW_IMAGE_TRACK_INDEX_TOO_CLOSE_TO_OTHER_INDEX"},
};

/* The expected list is in the table's order: groups rise, numbers rise within them. */
static void test_every_code_in_order(void **state) {
  (void)state;
  size_t count = 0;
  const struct redbook_code *rows = redbook_codes(&count);
  assert_int_equal(count, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(rows[i].code, expected[i].code);
    assert_string_equal(rows[i].name, expected[i].name);
  }
}

static void test_no_doubles(void **state) {
  (void)state;
  size_t count = 0;
  const struct redbook_code *rows = redbook_codes(&count);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < i; j++) {
      assert_int_not_equal(rows[i].code, rows[j].code);
      assert_string_not_equal(rows[i].name, rows[j].name);
    }
  }
}

static void test_names_and_sentences(void **state) {
  (void)state;
  size_t count = 0;
  const struct redbook_code *rows = redbook_codes(&count);
  for (size_t i = 0; i < count; i++) {
    bool failure = rows[i].code >> 31 != 0;
    assert_memory_equal(rows[i].name, failure ? "E_" : "S_", 2);
    size_t length = strlen(rows[i].message);
    assert_in_range(length, 16, 160);
    assert_in_range(rows[i].message[0], 'A', 'Z');
    assert_int_equal(rows[i].message[length - 1], '.');
    assert_in_range(strlen(rows[i].advice), 0, 200);
  }
}

static void test_transient(void **state) {
  (void)state;
  static const uint32_t passing[] = {0xC0AA0205, 0xC0AA0206, 0xC0AA0207,
                                     0xC0AA020D, 0xC0AA0210, 0x80AA0900};
  size_t count = 0, found = 0;
  const struct redbook_code *rows = redbook_codes(&count);
  for (size_t i = 0; i < count; i++) {
    if (!rows[i].transient) continue;
    assert_in_range(found, 0, 5);
    assert_int_equal(rows[i].code, passing[found++]);
  }
  assert_int_equal(found, 6);
}

static void test_find(void **state) {
  (void)state;
  assert_string_equal(redbook_code_find(0xC0AA0202)->name, "E_IMAPI_RECORDER_MEDIA_NO_MEDIA");
  assert_string_equal(redbook_code_find(0x00AA0302)->name, "S_IMAPI_WRITE_NOT_IN_PROGRESS");
  assert_null(redbook_code_find(0xC0AA0605));
  assert_null(redbook_code_find(0xFFFFFFFF));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_code_in_order),
      cmocka_unit_test(test_no_doubles),
      cmocka_unit_test(test_names_and_sentences),
      cmocka_unit_test(test_transient),
      cmocka_unit_test(test_find),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
