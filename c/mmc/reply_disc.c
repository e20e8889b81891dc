/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsers of what a drive says about the disc: state, tracks, table of contents, ATIP; and the
 * two ways to write a position.
 */
#include <cdio/cdio.h>
#include <cdio/util.h>

#include "base/bytes.h"
#include "mmc/reply.h"

enum {
  FRAMES_PER_MINUTE = CDIO_CD_FRAMES_PER_MIN,
  LEAD_IN_WRAP = 100 * CDIO_CD_FRAMES_PER_MIN, /* 450000: where M:S:F starts again */
  FIRST_LEAD_IN_MINUTE = 90,
  LOWEST_LBA = FIRST_LEAD_IN_MINUTE * FRAMES_PER_MINUTE - CDIO_PREGAP_SECTORS - LEAD_IN_WRAP,
  HIGHEST_LBA = LEAD_IN_WRAP - CDIO_PREGAP_SECTORS - 1,
};

static size_t reply_length(const uint8_t *p, size_t n) {
  size_t claimed = 2u + redbook_get16(p);
  return claimed < n ? claimed : n;
}

/* A position in the program area or its end: 99-minute discs have lead-outs past 90:00:00, so
 * these never wrap to the lead-in. */
static int32_t program_lba(unsigned m, unsigned s, unsigned f) {
  return (int32_t)((m * CDIO_CD_SECS_PER_MIN + s) * CDIO_CD_FRAMES_PER_SEC + f) -
         CDIO_PREGAP_SECTORS;
}

static bool is_msf(const uint8_t *msf) {
  return msf[0] <= 99 && msf[1] < CDIO_CD_SECS_PER_MIN && msf[2] < CDIO_CD_FRAMES_PER_SEC;
}

int32_t redbook_msf_to_lba(uint8_t m, uint8_t s, uint8_t f) {
  int32_t lba = program_lba(m, s, f);
  return m >= FIRST_LEAD_IN_MINUTE ? lba - LEAD_IN_WRAP : lba;
}

/* libcdio prints to stderr about positions that cannot be written as M:S:F, hence the limits.
 */
void redbook_lba_to_msf(int32_t lba, uint8_t msf[3]) {
  if (lba < LOWEST_LBA) lba = LOWEST_LBA;
  if (lba > HIGHEST_LBA) lba = HIGHEST_LBA;
  msf_t bcd;
  cdio_lsn_to_msf(lba, &bcd);
  msf[0] = cdio_from_bcd8(bcd.m);
  msf[1] = cdio_from_bcd8(bcd.s);
  msf[2] = cdio_from_bcd8(bcd.f);
}

/* Bytes 20-23 are FFh on a finalised disc and may be zero on a pressed one. */
static void lead_out_limit(const uint8_t *p, size_t n, struct redbook_disc_information *out) {
  if (n < 24 || p[20] != 0 || !is_msf(p + 21)) return;
  int32_t lba = program_lba(p[21], p[22], p[23]);
  out->has_lead_out_limit = lba > 0;
  out->lead_out_limit = lba > 0 ? lba : 0;
}

bool redbook_parse_disc_information(const uint8_t *p, size_t n,
                                    struct redbook_disc_information *out) {
  if (n < 12) return false;
  n = reply_length(p, n);
  if (n < 12) return false;
  *out = (struct redbook_disc_information){
      .erasable = (p[2] & 0x10) != 0,
      .disc_status = p[2] & 3,
      .session_status = p[2] >> 2 & 3,
      .first_track = p[3],
      .sessions = (uint16_t)(p[9] << 8 | p[4]),
      .first_track_in_last = (uint16_t)(p[10] << 8 | p[5]),
      .last_track_in_last = (uint16_t)(p[11] << 8 | p[6]),
      .disc_type = p[8],
  };
  lead_out_limit(p, n, out);
  return true;
}

bool redbook_parse_track_information(const uint8_t *p, size_t n,
                                     struct redbook_track_information *out) {
  if (n < 28) return false;
  n = reply_length(p, n);
  if (n < 28) return false;
  bool wide = n >= 34; /* bytes 32 and 33 came with MMC-2 */
  *out = (struct redbook_track_information){
      .track = (uint16_t)((wide ? p[32] << 8 : 0) | p[2]),
      .session = (uint16_t)((wide ? p[33] << 8 : 0) | p[3]),
      .damaged = (p[5] & 0x20) != 0,
      .copy = (p[5] & 0x10) != 0,
      .reserved = (p[6] & 0x80) != 0,
      .blank = (p[6] & 0x40) != 0,
      .packet = (p[6] & 0x20) != 0,
      .fixed_packet = (p[6] & 0x10) != 0,
      .next_writable_valid = (p[7] & 0x01) != 0,
      .control = p[5] & 0x0F,
      .data_mode = p[6] & 0x0F,
      .start = (int32_t)redbook_get32(p + 8),
      .next_writable = (int32_t)redbook_get32(p + 12),
      .free_blocks = redbook_get32(p + 16),
      .size = redbook_get32(p + 24),
  };
  return true;
}

static int32_t toc_address(const uint8_t *p, bool msf) {
  return msf ? program_lba(p[1], p[2], p[3]) : (int32_t)redbook_get32(p);
}

bool redbook_parse_toc(const uint8_t *p, size_t n, bool msf, struct redbook_toc *out) {
  if (n < 4) return false;
  n = reply_length(p, n);
  if (n < 4) return false;
  *out = (struct redbook_toc){.first = p[2], .last = p[3]};
  const unsigned room = sizeof out->entries / sizeof *out->entries;
  for (size_t at = 4; n - at >= 8 && out->count < room; at += 8) {
    const uint8_t *d = p + at;
    if (msf && !is_msf(d + 5)) return false;
    out->entries[out->count++] =
        (struct redbook_toc_entry){d[1] >> 4, d[1] & 0x0F, d[2], toc_address(d + 4, msf)};
    if (d[2] == REDBOOK_LEAD_OUT) return true;
  }
  return false; /* without its lead-out a TOC was cut off */
}

/* Old Ricoh drives write ATIP in BCD: their lead-in minute is 90h or more, which no binary
 * minute is. */
static bool atip_msf(const uint8_t *p, bool bcd, uint8_t msf[3]) {
  for (unsigned i = 0; i < 3; i++) {
    if (bcd && ((p[i] & 0x0F) > 9 || p[i] >> 4 > 9)) return false;
    msf[i] = bcd ? cdio_from_bcd8(p[i]) : p[i];
  }
  return is_msf(msf);
}

bool redbook_parse_atip(const uint8_t *p, size_t n, struct redbook_atip *out) {
  if (n < 15 || reply_length(p, n) < 15) return false;
  uint8_t in[3], end[3];
  bool bcd = p[8] >= 0x90;
  if (!atip_msf(p + 8, bcd, in) || !atip_msf(p + 12, bcd, end)) return false;
  out->rewritable = (p[6] & 0x40) != 0;
  out->power = p[4] >> 4 & 7;
  out->reference_speed = p[4] & 7;
  out->lead_in = redbook_msf_to_lba(in[0], in[1], in[2]);
  out->lead_out_limit = program_lba(end[0], end[1], end[2]);
  return in[0] >= FIRST_LEAD_IN_MINUTE && out->lead_out_limit > 0;
}
