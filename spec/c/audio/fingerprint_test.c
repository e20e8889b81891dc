/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fingerprint of a track against numbers of other programs. The track: 312 sectors whose
 * frames are the generator x' = 1664525 x + 1013904223 from 2026 on. Its AccurateRip sums are
 * those of accuraterip-checksum (Debian's whipper 0.10.0) for a WAV file of it, as it is and
 * with 2 and 152 silent sectors behind; its CRC-32 that of Python's zlib; its block sums were
 * added up in Python. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/fingerprint.h"
#include "audio/source.h"

#define SECTORS 312u
#define BYTES ((size_t)SECTORS * REDBOOK_AUDIO_SECTOR_BYTES)

static uint8_t *track;

static int make_track(void **state) {
  uint32_t x = 2026;
  (void)state;
  track = malloc(BYTES);
  if (!track) return -1;
  for (size_t i = 0; i < BYTES; i += 4) {
    x = x * 1664525u + 1013904223u;
    for (unsigned k = 0; k < 4; k++)
      track[i + k] = (uint8_t)(x >> 8 * k);
  }
  return 0;
}

static int free_track(void **state) {
  (void)state;
  free(track);
  return 0;
}

static struct redbook_fingerprint *print_of(uint32_t at_once) {
  struct redbook_fingerprint *print = redbook_fingerprint_create(SECTORS, NULL);
  assert_non_null(print);
  for (uint32_t n = 0; n < SECTORS; n += at_once) {
    uint32_t count = SECTORS - n < at_once ? SECTORS - n : at_once;
    redbook_fingerprint_add(print, track + (size_t)n * REDBOOK_AUDIO_SECTOR_BYTES, count);
  }
  return print;
}

static void is_what_others_compute(void **state) {
  static const struct redbook_block blocks[] = {
      {UINT64_C(0x5690E2AC83A6), UINT64_C(0x1D2DDC7C94CD7D02)},
      {UINT64_C(0x55B1F7CEDFD6), UINT64_C(0x1CE557889EFE152A)},
      {UINT64_C(0x563C88D19706), UINT64_C(0x1D074E1707B403D2)},
      {UINT64_C(0x562CFEEFD936), UINT64_C(0x1D0024BF5ECBF0FA)},
      {UINT64_C(0xDEBD2656F78), UINT64_C(0xBF266B69E61FC8)}};
  static const uint32_t chunks[] = {1, 26, 75, 311, 312};
  (void)state;
  for (unsigned i = 0; i < sizeof chunks / sizeof *chunks; i++) {
    struct redbook_fingerprint *print = print_of(chunks[i]);
    assert_int_equal(redbook_fingerprint_sectors(print), SECTORS);
    assert_int_equal(redbook_fingerprint_crc32(print), 0x72158E4Du);
    assert_int_equal(redbook_fingerprint_block_count(SECTORS), 5);
    assert_memory_equal(redbook_fingerprint_blocks(print), blocks, sizeof blocks);
    assert_memory_equal(redbook_fingerprint_head(print), track, REDBOOK_AUDIO_SECTOR_BYTES);
    assert_memory_equal(redbook_fingerprint_tail(print),
                        track + BYTES - REDBOOK_AUDIO_SECTOR_BYTES, REDBOOK_AUDIO_SECTOR_BYTES);
    redbook_fingerprint_unref(print);
  }
}

static void has_accuraterip_sums(void **state) {
  static const struct {
    bool first, last;
    uint32_t silent, version1, version2;
  } rows[] = {
      {true, false, 0, 0x91DD191A, 0x87BE4A5A},   {false, false, 0, 0xE81C0D50, 0xDE1DDFDF},
      {false, true, 0, 0x86CE3C72, 0x6CC506EA},   {true, true, 0, 0x308F483C, 0x16657165},
      {true, false, 152, 0x91DD191A, 0x87BE4A5A}, {false, false, 152, 0xE81C0D50, 0xDE1DDFDF},
      {false, true, 2, 0x4D2784FE, 0x39A13FF2},   {true, true, 2, 0xF6E890C8, 0xE341AA6D},
      {false, true, 152, 0xE81C0D50, 0xDE1DDFDF}, {true, true, 152, 0x91DD191A, 0x87BE4A5A},
  };
  struct redbook_fingerprint *print = print_of(26);
  (void)state;
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint32_t v1, v2;
    assert_true(redbook_fingerprint_accuraterip(print, rows[i].first, rows[i].last,
                                                rows[i].silent, &v1, &v2));
    assert_int_equal(v1, rows[i].version1);
    assert_int_equal(v2, rows[i].version2);
  }
  redbook_fingerprint_unref(print);
}

static void is_the_same_after_being_kept(void **state) {
  struct redbook_fingerprint *print = print_of(26);
  struct redbook_fingerprint *kept = redbook_fingerprint_restore(
      SECTORS, redbook_fingerprint_crc32(print), redbook_fingerprint_blocks(print),
      redbook_fingerprint_head(print), redbook_fingerprint_tail(print), NULL);
  uint32_t v1, v2;
  (void)state;
  assert_non_null(kept);
  assert_int_equal(redbook_fingerprint_sectors(kept), SECTORS);
  assert_int_equal(redbook_fingerprint_crc32(kept), 0x72158E4Du);
  assert_memory_equal(redbook_fingerprint_blocks(kept), redbook_fingerprint_blocks(print),
                      5 * sizeof(struct redbook_block));
  assert_memory_equal(redbook_fingerprint_tail(kept), redbook_fingerprint_tail(print),
                      REDBOOK_AUDIO_SECTOR_BYTES);
  assert_false(redbook_fingerprint_accuraterip(kept, true, true, 2, &v1, &v2));
  redbook_fingerprint_unref(print);
  redbook_fingerprint_unref(kept);
}

static void notices_any_bit(void **state) {
  (void)state;
  struct redbook_block whole = {0, 0};
  redbook_block_add(&whole, 1, track, 588);
  for (unsigned bit = 0; bit < 588 * 32; bit += 7) {
    struct redbook_block other = {0, 0};
    track[bit / 8] ^= (uint8_t)(1u << bit % 8);
    redbook_block_add(&other, 1, track, 588);
    track[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_not_equal(other.s0, whole.s0);
  }
}

static void does_not_care_where_it_is_cut(void **state) {
  struct redbook_block whole = {0, 0}, parts = {0, 0};
  (void)state;
  redbook_block_add(&whole, 1, track, 1000);
  redbook_block_add(&parts, 1, track, 333);
  redbook_block_add(&parts, 334, track + 333 * (size_t)4, 667);
  assert_memory_equal(&parts, &whole, sizeof whole);
}

static void is_not_defined_for_a_jingle(void **state) {
  struct redbook_fingerprint *print = redbook_fingerprint_create(9, NULL);
  uint32_t v1, v2;
  (void)state;
  redbook_fingerprint_add(print, track, 9);
  assert_false(redbook_fingerprint_accuraterip(print, true, true, 0, &v1, &v2));
  redbook_fingerprint_add(print, track, 3); /* no room: nothing is overwritten */
  assert_int_equal(redbook_fingerprint_sectors(print), 9);
  redbook_fingerprint_unref(print);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(is_what_others_compute),
                                     cmocka_unit_test(has_accuraterip_sums),
                                     cmocka_unit_test(is_the_same_after_being_kept),
                                     cmocka_unit_test(notices_any_bit),
                                     cmocka_unit_test(does_not_care_where_it_is_cut),
                                     cmocka_unit_test(is_not_defined_for_a_jingle)};
  return cmocka_run_group_tests_name("fingerprint", tests, make_track, free_track);
}
