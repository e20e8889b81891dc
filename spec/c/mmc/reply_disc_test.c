/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsers of what a drive says about the disc, against literal replies; each at every length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmc/hex.h"
#include "mmc/reply.h"

static void sweep(const char *reply, size_t least, bool (*parses)(const uint8_t *, size_t)) {
  size_t full;
  uint8_t *bytes = hex_bytes(reply, &full);
  assert_in_range(least, 1, full);
  for (size_t n = 0; n <= full; n++) {
    uint8_t *part = first_bytes(bytes, n);
    assert_int_equal(parses(part, n), n >= least);
    free(part);
  }
  free(bytes);
}

/* CDEmu's blank CD-R (linux-sg-io reference 2). */
#define BLANK_DISC                                                                    \
  "00 20 00 01 01 01 01 00 ff 00 00 00 00 00 00 00 00 61 22 17 00 4f 3b 49 00 00 00 " \
  "00 00 00 00 00 00 00"

static bool blank_disc(const uint8_t *p, size_t n) {
  struct redbook_disc_information d;
  if (!redbook_parse_disc_information(p, n, &d)) return false;
  assert_false(d.erasable);
  assert_int_equal(d.disc_status, REDBOOK_STATUS_BLANK);
  assert_int_equal(d.session_status, REDBOOK_SESSION_EMPTY);
  assert_int_equal(d.first_track, 1);
  assert_int_equal(d.sessions, 1);
  assert_int_equal(d.first_track_in_last, 1);
  assert_int_equal(d.last_track_in_last, 1);
  assert_int_equal(d.disc_type, 0xFF);
  assert_int_equal(d.has_lead_out_limit, n >= 24);
  assert_int_equal(d.lead_out_limit, n >= 24 ? 359848 : 0); /* 79:59:73 */
  return true;
}

static void test_blank_disc(void **state) {
  (void)state;
  sweep(BLANK_DISC, 12, blank_disc);
}

static void parse_disc(const char *text, struct redbook_disc_information *d) {
  size_t n;
  uint8_t *p = hex_bytes(text, &n);
  assert_true(redbook_parse_disc_information(p, n, d));
  free(p);
}

/* Finalised CD-RW with 300 tracks and 258 sessions: the high bytes at 9-11. */
static void test_finalised_disc(void **state) {
  (void)state;
  struct redbook_disc_information d;
  parse_disc(
      "00 20 1e 01 02 2b 2c 20 00 01 01 01 00 00 00 00 ff ff ff ff ff ff ff ff"
      "00 00 00 00 00 00 00 00 00 00",
      &d);
  assert_true(d.erasable);
  assert_int_equal(d.disc_status, REDBOOK_STATUS_COMPLETE);
  assert_int_equal(d.session_status, REDBOOK_SESSION_COMPLETE);
  assert_int_equal(d.first_track, 1);
  assert_int_equal(d.sessions, 258);
  assert_int_equal(d.first_track_in_last, 299);
  assert_int_equal(d.last_track_in_last, 300);
  assert_int_equal(d.disc_type, 0);
  assert_false(d.has_lead_out_limit);
}

static void test_appendable_disc(void **state) {
  (void)state;
  struct redbook_disc_information d;
  parse_disc(
      "00 20 05 01 01 01 03 00 00 00 00 00 00 00 00 00 00 61 1a 41 00 63 3b 4a"
      "00 00 00 00 00 00 00 00 00 00",
      &d);
  assert_int_equal(d.disc_status, REDBOOK_STATUS_APPENDABLE);
  assert_int_equal(d.session_status, REDBOOK_SESSION_INCOMPLETE);
  assert_int_equal(d.last_track_in_last, 3);
  assert_true(d.has_lead_out_limit);
  assert_int_equal(d.lead_out_limit, 449849); /* 99:59:74: a 99-minute disc, not a lead-in */
}

static void test_nonsense_lead_outs(void **state) {
  (void)state;
  static const char *const positions[] = {"00 00 00 00", "00 4f 3c 00", "00 4f 3b 4b",
                                          "00 64 00 00", "01 4f 3b 4a", "00 00 02 00"};
  for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
    char reply[128] = "00 20 00 01 01 01 01 00 00 00 00 00 00 00 00 00 00 61 1a 41 ";
    strcat(reply, positions[i]);
    struct redbook_disc_information d;
    parse_disc(reply, &d);
    assert_false(d.has_lead_out_limit);
    assert_int_equal(d.lead_out_limit, 0);
  }
}

static void test_short_claims_are_refused(void **state) {
  (void)state;
  uint8_t zeros[64] = {0};
  struct redbook_disc_information d;
  struct redbook_track_information t;
  struct redbook_toc toc;
  struct redbook_atip a;
  assert_false(redbook_parse_disc_information(zeros, sizeof zeros, &d));
  assert_false(redbook_parse_track_information(zeros, sizeof zeros, &t));
  assert_false(redbook_parse_toc(zeros, sizeof zeros, false, &toc));
  assert_false(redbook_parse_atip(zeros, sizeof zeros, &a));
}

/* The invisible track of CDEmu's disc after one track of 375 sectors (client traces). */
#define NEXT_TRACK                                                                    \
  "00 22 02 02 00 07 41 01 00 00 02 0d 00 00 02 0d 00 05 7d aa 00 00 00 00 ff ff ff " \
  "ff 00 00 00 00 00 00 00 00"

static bool next_track(const uint8_t *p, size_t n) {
  struct redbook_track_information t;
  if (!redbook_parse_track_information(p, n, &t)) return false;
  assert_int_equal(t.track, 2);
  assert_int_equal(t.session, 2);
  assert_false(t.damaged || t.copy || t.reserved || t.packet || t.fixed_packet);
  assert_true(t.blank);
  assert_true(t.next_writable_valid);
  assert_int_equal(t.control, 7);
  assert_int_equal(t.data_mode, 1);
  assert_int_equal(t.start, 525);
  assert_int_equal(t.next_writable, 525);
  assert_int_equal(t.free_blocks, 359850);
  assert_int_equal(t.size, 0xFFFFFFFF);
  return true;
}

static void test_next_track(void **state) {
  (void)state;
  sweep(NEXT_TRACK, 28, next_track);
}

/* Length 1Ah, the shortest that drives send: what lies behind byte 27 is not the reply's. */
static void test_short_track_information(void **state) {
  (void)state;
  size_t n;
  uint8_t *p = hex_bytes(
      "00 1a 05 01 00 20 bf 02 ff ff ff 6a 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 2c"
      "ff ff ff ff ff ff ff ff",
      &n);
  struct redbook_track_information t;
  assert_true(redbook_parse_track_information(p, n, &t));
  assert_int_equal(t.track, 5);
  assert_int_equal(t.session, 1);
  assert_true(t.damaged && t.reserved && t.packet && t.fixed_packet);
  assert_false(t.copy || t.blank || t.next_writable_valid);
  assert_int_equal(t.control, 0);
  assert_int_equal(t.data_mode, 0x0F);
  assert_int_equal(t.start, -150);
  assert_int_equal(t.size, 300);
  free(p);
}

static void test_wide_track_numbers(void **state) {
  (void)state;
  size_t n;
  uint8_t *p = hex_bytes(
      "00 22 05 01 00 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
      "00 00 00 00 01 02 00 00",
      &n);
  struct redbook_track_information t;
  assert_true(redbook_parse_track_information(p, n, &t));
  assert_int_equal(t.track, 0x105);
  assert_int_equal(t.session, 0x201);
  assert_true(t.copy);
  free(p);
}

/* The disc of the mmc reference 2.7: 300 and 500 sectors, lead-out 954. */
#define TOC_LBA                                                       \
  "00 1a 01 02 | 00 10 01 00 00 00 00 00 | 00 12 02 00 00 00 01 c4 |" \
  "00 10 aa 00 00 00 03 ba"
#define TOC_MSF                                                       \
  "00 1a 01 02 | 00 10 01 00 00 00 02 00 | 00 12 02 00 00 00 08 02 |" \
  "00 10 aa 00 00 00 0e 36"

static void check_toc(const struct redbook_toc *toc) {
  static const struct redbook_toc_entry entries[] = {
      {1, 0, 1, 0}, {1, 2, 2, 452}, {1, 0, 0xAA, 954}};
  assert_int_equal(toc->first, 1);
  assert_int_equal(toc->last, 2);
  assert_int_equal(toc->count, 3);
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(toc->entries[i].adr, entries[i].adr);
    assert_int_equal(toc->entries[i].control, entries[i].control);
    assert_int_equal(toc->entries[i].track, entries[i].track);
    assert_int_equal(toc->entries[i].start, entries[i].start);
  }
}

static bool toc_lba(const uint8_t *p, size_t n) {
  struct redbook_toc toc;
  if (!redbook_parse_toc(p, n, false, &toc)) return false;
  check_toc(&toc);
  return true;
}

static bool toc_msf(const uint8_t *p, size_t n) {
  struct redbook_toc toc;
  if (!redbook_parse_toc(p, n, true, &toc)) return false;
  check_toc(&toc);
  return true;
}

static void test_toc(void **state) {
  (void)state;
  sweep(TOC_LBA, 28, toc_lba);
  sweep(TOC_MSF, 28, toc_msf);
}

static void test_full_toc(void **state) {
  (void)state;
  uint8_t p[4 + 8 * 101] = {0x03, 0x2A, 1, 99};
  for (unsigned i = 0; i < 101; i++) {
    p[4 + 8 * i + 2] = (uint8_t)(i < 99 ? i + 1 : 0xAA);
  }
  struct redbook_toc toc;
  assert_true(redbook_parse_toc(p, sizeof p, false, &toc));
  assert_int_equal(toc.count, 100);
  p[4 + 8 * 99 + 2] = 100; /* the lead-out as entry 101: more than fit */
  assert_false(redbook_parse_toc(p, sizeof p, false, &toc));
}

static void test_toc_with_wrong_msf(void **state) {
  (void)state;
  size_t n;
  uint8_t *p = hex_bytes("00 12 01 01 00 10 01 00 00 00 02 00 00 10 aa 00 00 00 3c 00", &n);
  struct redbook_toc toc;
  assert_false(redbook_parse_toc(p, n, true, &toc));
  assert_true(redbook_parse_toc(p, n, false, &toc));
  free(p);
}

/* As wodim and cdrdao read it from CDEmu (client traces): 97:34:23, 79:59:73. */
#define ATIP \
  "00 1a 00 00 c0 00 98 00 61 22 17 00 4f 3b 49 00 00 00 00 00 00 00 00 00 00 00 00 00"

static bool atip(const uint8_t *p, size_t n) {
  struct redbook_atip a;
  if (!redbook_parse_atip(p, n, &a)) return false;
  assert_false(a.rewritable);
  assert_int_equal(a.lead_in, -11077);
  assert_int_equal(a.lead_out_limit, 359848);
  return true;
}

static void test_atip(void **state) {
  (void)state;
  sweep(ATIP, 15, atip);
}

static bool parse_atip(const char *text, struct redbook_atip *a) {
  size_t n;
  uint8_t *p = hex_bytes(text, &n);
  bool ok = redbook_parse_atip(p, n, a);
  free(p);
  return ok;
}

static void test_atip_variants(void **state) {
  (void)state;
  struct redbook_atip a;
  assert_true(parse_atip("00 1a 00 00 d0 00 d8 00 61 1a 41 00 4a 2b 18 00", &a));
  assert_true(a.rewritable);
  assert_int_equal(a.lead_in, -11635);                                            /* 97:26:65 */
  assert_int_equal(a.lead_out_limit, 336099);                                     /* 74:43:24 */
  assert_true(parse_atip("00 1a 00 00 d0 00 98 00 97 26 65 00 79 59 74 00", &a)); /* BCD */
  assert_false(a.rewritable);
  assert_int_equal(a.lead_in, -11635);
  assert_int_equal(a.lead_out_limit, 359849);
  assert_true(parse_atip("00 1a 00 00 d0 00 98 00 61 1a 41 00 63 3b 4a 00", &a));
  assert_int_equal(a.lead_out_limit, 449849); /* 99 minutes */
}

static void test_garbage_atip(void **state) {
  (void)state;
  static const char *const replies[] = {
      "00 1a 00 00 00 00 00 00 00 00 00 00 00 00 00 00", /* Yamaha: zeros */
      "00 1a 00 00 c0 00 98 00 4f 3b 4a 00 00 02 00 00", /* start after end */
      "00 1a 00 00 c0 00 98 00 00 02 00 00 4f 3b 4a 00", /* start is no lead-in */
      "00 1a 00 00 c0 00 98 00 61 3c 17 00 4f 3b 4a 00", /* 60 seconds */
      "00 1a 00 00 c0 00 98 00 61 22 17 00 4f 3b 4b 00", /* 75 frames */
      "00 1a 00 00 c0 00 98 00 97 2a 65 00 79 59 74 00", /* neither binary nor BCD */
      "00 1a 00 00 c0 00 98 00 97 26 65 00 4f 3b 4a 00", /* half BCD */
      "00 1a 00 00 c0 00 98 00 ff ff ff 00 ff ff ff 00",
      "00 0c 00 00 c0 00 98 00 61 22 17 00 4f 3b 4a 00", /* says it is 14 bytes long */
  };
  for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
    struct redbook_atip a;
    assert_false(parse_atip(replies[i], &a));
  }
}

static void test_positions(void **state) {
  (void)state;
  static const struct {
    int32_t lba;
    uint8_t msf[3];
  } rows[] = {{0, {0, 2, 0}},       {-150, {0, 0, 0}},      {-1, {0, 1, 74}},
              {452, {0, 8, 2}},     {359849, {79, 59, 74}}, {404849, {89, 59, 74}},
              {-151, {99, 59, 74}}, {-11635, {97, 26, 65}}, {-11077, {97, 34, 23}},
              {-45150, {90, 0, 0}}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const uint8_t *want = rows[i].msf;
    uint8_t msf[3];
    redbook_lba_to_msf(rows[i].lba, msf);
    assert_memory_equal(msf, want, 3);
    assert_int_equal(redbook_msf_to_lba(want[0], want[1], want[2]), rows[i].lba);
  }
}

/* Positions past 90:00:00 can be written, though not read back as what they were; beyond both
 * ends the nearest one stands. */
static void test_positions_at_the_ends(void **state) {
  (void)state;
  uint8_t msf[3];
  redbook_lba_to_msf(449849, msf);
  assert_memory_equal(msf, "\x63\x3b\x4a", 3);
  redbook_lba_to_msf(449850, msf);
  assert_memory_equal(msf, "\x63\x3b\x4a", 3);
  redbook_lba_to_msf(INT32_MAX, msf);
  assert_memory_equal(msf, "\x63\x3b\x4a", 3);
  redbook_lba_to_msf(-45151, msf);
  assert_memory_equal(msf, "\x5a\x00\x00", 3);
  redbook_lba_to_msf(INT32_MIN, msf);
  assert_memory_equal(msf, "\x5a\x00\x00", 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_blank_disc),
      cmocka_unit_test(test_finalised_disc),
      cmocka_unit_test(test_appendable_disc),
      cmocka_unit_test(test_nonsense_lead_outs),
      cmocka_unit_test(test_short_claims_are_refused),
      cmocka_unit_test(test_next_track),
      cmocka_unit_test(test_short_track_information),
      cmocka_unit_test(test_wide_track_numbers),
      cmocka_unit_test(test_toc),
      cmocka_unit_test(test_full_toc),
      cmocka_unit_test(test_toc_with_wrong_msf),
      cmocka_unit_test(test_atip),
      cmocka_unit_test(test_atip_variants),
      cmocka_unit_test(test_garbage_atip),
      cmocka_unit_test(test_positions),
      cmocka_unit_test(test_positions_at_the_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
