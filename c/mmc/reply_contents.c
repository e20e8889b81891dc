/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mmc/reply_contents.h"

#include <string.h>

#include "base/bytes.h"
#include "mmc/reply.h"

#define HEADER 4u
#define ENTRY 11u
enum { POINT_FIRST = 0xA0, POINT_LAST = 0xA1, POINT_LEAD_OUT = 0xA2 };

static size_t reply_length(const uint8_t *p, size_t n) {
  size_t claimed = n < 2 ? 0 : 2u + redbook_get16(p);
  return claimed < n ? claimed : n;
}

static bool position(const uint8_t *msf, int32_t *lba) {
  if (msf[0] > 99 || msf[1] > 59 || msf[2] > 74) return false;
  *lba = (msf[0] * 60 + msf[1]) * 75 + msf[2] - 150;
  return true;
}

/* One entry of a lead-in: session, ADR and control, TNO, POINT, M, S, F, 0, PM, PS, PF. */
static bool take_entry(const uint8_t *d, struct redbook_session *out, unsigned room,
                       unsigned *count) {
  unsigned number = d[0];
  if (d[1] >> 4 != 1 || (d[3] != POINT_FIRST && d[3] != POINT_LAST && d[3] != POINT_LEAD_OUT))
    return true;
  if (number < 1 || number > room) return false;
  if (number > *count) *count = number;
  struct redbook_session *session = &out[number - 1];
  session->number = (uint8_t)number;
  if (d[3] == POINT_FIRST)
    session->first = d[8];
  else if (d[3] == POINT_LAST)
    session->last = d[8];
  else
    return position(d + 8, &session->lead_out);
  return true;
}

static bool follow_each_other(const struct redbook_session *sessions, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    const struct redbook_session *s = &sessions[i];
    if (s->number != i + 1 || s->first < 1 || s->last < s->first || s->last > 99 ||
        s->lead_out <= 0)
      return false;
    if (i && (s->first != s[-1].last + 1 || s->lead_out <= s[-1].lead_out)) return false;
  }
  return count > 0;
}

bool redbook_parse_sessions(const uint8_t *p, size_t n, struct redbook_session *out,
                            unsigned room, unsigned *count) {
  *count = 0;
  memset(out, 0, room * sizeof *out);
  n = reply_length(p, n);
  for (size_t at = HEADER; at + ENTRY <= n; at += ENTRY)
    if (!take_entry(p + at, out, room, count)) return false;
  return follow_each_other(out, *count);
}

static bool digits(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  return true;
}

static bool letters_or_digits(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!digits(text + i, 1) && (text[i] < 'A' || text[i] > 'Z')) return false;
  return true;
}

/* READ SUB-CHANNEL has the audio status before its length. */
static size_t sub_channel_length(const uint8_t *p, size_t n) {
  size_t claimed = n < HEADER ? 0 : HEADER + redbook_get16(p + 2);
  return claimed < n ? claimed : n;
}

/* Bytes 9 on, when byte 8 says that they are valid. */
static bool code(const uint8_t *p, size_t n, char *out, size_t length) {
  out[0] = '\0';
  if (sub_channel_length(p, n) < 9 + length) return false;
  if (!(p[8] & 0x80)) return true;
  memcpy(out, p + 9, length);
  out[length] = '\0';
  if (strspn(out, "0") == length) out[0] = '\0';
  return true;
}

bool redbook_parse_catalog(const uint8_t *p, size_t n, char out[REDBOOK_CATALOG_SIZE]) {
  if (!code(p, n, out, REDBOOK_CATALOG_SIZE - 1)) return false;
  if (!digits(out, REDBOOK_CATALOG_SIZE - 1)) out[0] = '\0';
  return true;
}

bool redbook_parse_isrc(const uint8_t *p, size_t n, char out[REDBOOK_ISRC_SIZE]) {
  if (!code(p, n, out, REDBOOK_ISRC_SIZE - 1)) return false;
  if (!letters_or_digits(out, 5) || !digits(out + 5, 7)) out[0] = '\0';
  return true;
}

size_t redbook_parse_cd_text(const uint8_t *p, size_t n, const uint8_t **packs) {
  n = reply_length(p, n);
  size_t count = n < HEADER ? 0 : (n - HEADER) / REDBOOK_CD_TEXT_PACK;
  *packs = count ? p + HEADER : NULL;
  return count < REDBOOK_CD_TEXT_PACKS ? count : REDBOOK_CD_TEXT_PACKS;
}
