/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building the Write Parameters page, and the syntax of the two numbers that it carries. */
#include "mmc/write_parameters.h"

#include <string.h>

#include "base/bytes.h"

enum {
  HEADER = 8, /* mode parameter header of MODE SELECT(10), all zero */
  PAGE_CODE = 0x05,
  PAGE_LENGTH = 0x32, /* what follows byte 1 */
  TRACK_AT_ONCE = 0x01,
  TEST_WRITE = 0x10,
  BUFE = 0x40,
  NEXT_SESSION_ALLOWED = 0xC0,
  CONTROL_PRE_EMPHASIS = 0x01,
  CONTROL_COPY_PERMITTED = 0x02,
  PAUSE_SECTORS =
      150, /* drives take no other; LG drives' own default is refused by themselves */
  FIELD_VALID = 0x80, /* MCVAL and TCVAL */
};

/* The text of a Media Catalogue Number or an ISRC behind its valid bit. */
static void put_text(uint8_t *field, const char *text, size_t length) {
  memset(field, 0, 16);
  if (text[0] == '\0') return;
  field[0] = FIELD_VALID;
  memcpy(field + 1, text, length);
}

/* A page whose own length cannot hold the fields is taken for garbage. */
static size_t start_page(const uint8_t *sensed, size_t sensed_length, uint8_t *page) {
  bool usable = sensed != NULL && sensed_length >= 2 && (sensed[0] & 0x3F) == PAGE_CODE &&
                sensed[1] >= PAGE_LENGTH;
  size_t size = 2 + (usable ? sensed[1] : (size_t)PAGE_LENGTH);
  memset(page, 0, size);
  if (usable) memcpy(page, sensed, sensed_length < size ? sensed_length : size);
  page[0] = PAGE_CODE; /* PS is 0 on SELECT */
  page[1] = (uint8_t)(size - 2);
  return size;
}

/* Every field is set, because what an earlier program left behind survives in the drive; only
 * the vendor's bytes after the page's standard part stay as they were. */
static void put_fields(const struct redbook_write_parameters *parameters, uint8_t *page) {
  memset(page + 2, 0, PAGE_LENGTH);
  page[2] = (uint8_t)(TRACK_AT_ONCE | (parameters->buffer_underrun_free ? BUFE : 0) |
                      (parameters->test_write ? TEST_WRITE : 0));
  page[3] = (uint8_t)((parameters->next_session_allowed ? NEXT_SESSION_ALLOWED : 0) |
                      (parameters->pre_emphasis ? CONTROL_PRE_EMPHASIS : 0) |
                      (parameters->copy_permitted ? CONTROL_COPY_PERMITTED : 0));
  redbook_put16(page + 14, PAUSE_SECTORS);
  put_text(page + 16, parameters->catalog_number, 13);
  put_text(page + 32, parameters->isrc, 12);
}

size_t redbook_write_parameters_list(const struct redbook_write_parameters *parameters,
                                     const uint8_t *sensed, size_t sensed_length, uint8_t *list,
                                     size_t room) {
  uint8_t page[2 + 255];
  size_t size = start_page(sensed, sensed_length, page);
  if (room < HEADER + size) return 0;
  put_fields(parameters, page);
  memset(list, 0, HEADER);
  memcpy(list + HEADER, page, size);
  return HEADER + size;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

static bool isrc_character(unsigned position, char c) {
  if (position < 2) return is_upper(c);
  if (position < 5) return is_upper(c) || is_digit(c);
  return is_digit(c);
}

bool redbook_isrc_compact(const char *text, char out[13]) {
  unsigned length = 0;
  for (; text != NULL && *text != '\0'; text++) {
    if (*text == '-') continue;
    if (length == 12 || !isrc_character(length, *text)) return false;
    out[length++] = *text;
  }
  out[length] = '\0';
  return length == 12;
}

bool redbook_catalog_number_valid(const char *text) {
  unsigned sum = 0;
  for (unsigned i = 0; i < 13; i++) {
    if (text == NULL || !is_digit(text[i])) return false;
    sum += (unsigned)(text[i] - '0') * (i % 2 == 0 ? 1 : 3);
  }
  return text[13] == '\0' && sum % 10 == 0;
}
