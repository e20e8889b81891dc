/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CD-TEXT packs through libcdio, good and damaged ones; nothing of it reaches the screen. */
#include "drive/cd_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PACK 18
#define GOOD_CRC 0x3A7B /* of test_checksum's first pack, by Python's binascii */

/* Pack type, track, number, position, block, then 12 bytes; no checksum: libcdio wants none. */
static void put(uint8_t *p, uint8_t type, uint8_t track, uint8_t number, uint8_t block,
                const char *text) {
  memset(p, 0, PACK);
  p[0] = type;
  p[1] = track;
  p[2] = number;
  p[3] = (uint8_t)(block << 4);
  memcpy(p + 4, text, strnlen(text, 12));
}

/* Titles of an album and one track, and the three packs that describe the block. */
static size_t block_of(uint8_t *p, uint8_t block, uint8_t charset, uint8_t language,
                       const char *titles) {
  put(p, 0x80, 0, 0, block, "");
  memcpy(p + 4, titles, 12);
  for (uint8_t i = 0; i < 3; i++)
    put(p + PACK * (i + 1), 0x8F, i, (uint8_t)(i + 1), block, "");
  p[PACK + 4] = charset;
  p[PACK + 5] = p[PACK + 6] = 1; /* first and last track */
  p[2 * PACK + 4 + 7] = 3;       /* packs of type 8Fh */
  p[3 * PACK + 4 + 4 + block] = language;
  return 4;
}

static void check(const struct redbook_cd_text *text, const char *expected) {
  char found[512] = "";
  struct redbook_cd_text_entry e;
  size_t at = 0, used = 0;
  while (redbook_cd_text_next(text, &at, &e))
    used += (size_t)snprintf(found + used, sizeof found - used, "%u.%u %s=%s\n", e.block,
                             e.track, redbook_cd_text_kind(e.kind), e.text);
  assert_string_equal(found, expected);
}

static void test_languages(void **state) {
  (void)state;
  uint8_t packs[8 * PACK];
  struct redbook_cd_text text;
  char problem[100];
  size_t n = block_of(packs, 0, 0x00, 0x09, "Caf\xe9\0Un\0\0\0\0");
  n += block_of(packs + n * PACK, 1, 0x01, 0x08, "Kaffee\0Ein\0");
  assert_true(redbook_cd_text_parse(packs, n, &text, problem, sizeof problem, NULL));
  assert_string_equal(problem, "");
  check(&text,
        "0.0 Language=English\n0.0 Title=Caf\xc3\xa9\n0.1 Title=Un\n"
        "1.0 Language=German\n1.0 Title=Kaffee\n1.1 Title=Ein\n");
  redbook_cd_text_free(&text);
}

static void test_none(void **state) {
  (void)state;
  struct redbook_cd_text text;
  char problem[100];
  assert_true(redbook_cd_text_parse(NULL, 0, &text, problem, sizeof problem, NULL));
  assert_null(text.data);
  assert_string_equal(problem, "");
}

/* The second block is not described: the first one stays. */
static void test_half(void **state) {
  (void)state;
  uint8_t packs[8 * PACK];
  struct redbook_cd_text text;
  char problem[100];
  size_t n = block_of(packs, 0, 0x00, 0x09, "Album\0One\0\0\0");
  put(packs + n * PACK, 0x80, 0, 0, 1, "Lost");
  assert_true(redbook_cd_text_parse(packs, n + 1, &text, problem, sizeof problem, NULL));
  assert_non_null(strstr(problem, "No blocksize information available for block 1"));
  assert_null(strchr(problem, '\n'));
  check(&text, "0.0 Language=English\n0.0 Title=Album\n0.1 Title=One\n");
  redbook_cd_text_free(&text);
}

/* A right checksum; then one bit of the text is another. */
static void test_checksum(void **state) {
  (void)state;
  uint8_t packs[5 * PACK];
  struct redbook_cd_text text;
  char problem[100];
  size_t n = block_of(packs, 0, 0x00, 0x09, "Album\0One\0\0\0");
  packs[16] = GOOD_CRC >> 8;
  packs[17] = GOOD_CRC & 0xFF;
  assert_true(redbook_cd_text_parse(packs, n, &text, problem, sizeof problem, NULL));
  assert_string_equal(problem, "");
  redbook_cd_text_free(&text);
  packs[5] ^= 1;
  assert_true(redbook_cd_text_parse(packs, n, &text, problem, sizeof problem, NULL));
  assert_string_equal(problem, "1 of 4 packs have a wrong checksum");
  check(&text, "0.0 Language=English\n0.0 Title=Ambum\n0.1 Title=One\n");
  redbook_cd_text_free(&text);
}

/* Any bytes: no crash, no output, and what comes out is a list that ends. */
static void test_noise(void **state) {
  (void)state;
  uint8_t packs[40 * PACK];
  uint32_t random = 1;
  FILE *out = tmpfile();
  int saved = dup(1);
  assert_non_null(out);
  fflush(stdout);
  dup2(fileno(out), 1);
  for (unsigned round = 0; round < 2000; round++) {
    struct redbook_cd_text text;
    char problem[100];
    size_t n = round % 40;
    for (size_t i = 0; i < n * PACK; i++) {
      random = random * 1664525u + 1013904223u;
      packs[i] = (uint8_t)(random >> 24);
      if (i % PACK == 0) packs[i] = (uint8_t)(0x80 + packs[i] % 16);
    }
    if (round % 2 && n >= 4) block_of(packs, 0, 0x00, 0x09, "Album\0One\0\0\0");
    assert_true(redbook_cd_text_parse(packs, n, &text, problem, sizeof problem, NULL));
    struct redbook_cd_text_entry e;
    size_t at = 0, count = 0;
    while (redbook_cd_text_next(&text, &at, &e))
      count++;
    assert_true(at == text.length && count < 8000);
    redbook_cd_text_free(&text);
  }
  fflush(stdout);
  dup2(saved, 1);
  close(saved);
  assert_int_equal(lseek(fileno(out), 0, SEEK_END), 0);
  fclose(out);
}

static void test_cut_list(void **state) {
  (void)state;
  char bytes[] = {0, 1, 0, 'A', 0, 0, 2, 0, 'B'};
  struct redbook_cd_text text = {.data = bytes, .length = sizeof bytes};
  check(&text, "0.1 Title=A\n");
  text.length = 3;
  check(&text, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_languages), cmocka_unit_test(test_none),
      cmocka_unit_test(test_half),      cmocka_unit_test(test_noise),
      cmocka_unit_test(test_cut_list),  cmocka_unit_test(test_checksum),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
