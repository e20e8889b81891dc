/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses the cue sheet of a session at once. */
#include "virtual/sheet.h"

#include <ctype.h>
#include <string.h>

#define ENTRY 8u
#define LEAD_OUT_TNO 0xAA

enum { CTL_ADR, TNO, INDEX, FORM, SCMS, MSF };
enum { POSITION = 1, CATALOG, ISRC };                        /* ADR */
enum { FORM_AUDIO, FORM_BY_DRIVE, FORM_BY_HOST_SUB = 0x41 }; /* 2352 bytes; 0; 0 with 96 */

struct reader {
  const uint8_t *at, *end;
  struct redbook_vsheet *out;
  int32_t last; /* the last address that was given */
};

static bool is_code(int c) {
  return isdigit(c) || (c >= 'A' && c <= 'Z');
}

bool redbook_visrc_good(const uint8_t code[12]) {
  for (unsigned i = 0; i < 12; i++)
    if (i < 5 ? !is_code(code[i]) : !isdigit(code[i])) return false;
  return !isdigit(code[0]) && !isdigit(code[1]);
}

bool redbook_vcatalog_good(const uint8_t digits[13]) {
  for (unsigned i = 0; i < 13; i++)
    if (!isdigit(digits[i])) return false;
  return true;
}

static unsigned adr(const uint8_t *entry) {
  return entry[CTL_ADR] & 0x0Fu;
}

/* Control bits of the Q channel; 4 is data, which is not recorded here. */
static bool control_good(const uint8_t *entry) {
  return !(entry[CTL_ADR] & 0x40);
}

static const uint8_t *next(struct reader *r) {
  if (r->end - r->at < (ptrdiff_t)ENTRY) return NULL;
  r->at += ENTRY;
  return r->at - ENTRY;
}

/* The entry that comes is of that ADR and track. */
static bool comes(const struct reader *r, unsigned mode, unsigned tno) {
  return r->end - r->at >= (ptrdiff_t)ENTRY && adr(r->at) == mode && r->at[TNO] == tno;
}

static bool address(const uint8_t *entry, int32_t *lba) {
  const uint8_t *p = entry + MSF;
  *lba = (p[0] * 60 + p[1]) * 75 + p[2] - REDBOOK_VPREGAP;
  return p[0] < 100 && p[1] < 60 && p[2] < 75;
}

/* Two entries of 7 and 6 digits, which stand first. */
static bool read_catalog(struct reader *r) {
  uint8_t digits[14];
  if (r->end - r->at < (ptrdiff_t)ENTRY || adr(r->at) != CATALOG) return true;
  for (unsigned i = 0; i < 2; i++) {
    const uint8_t *entry = next(r);
    if (!entry || adr(entry) != CATALOG || !control_good(entry)) return false;
    memcpy(digits + (size_t)i * 7, entry + 1, 7);
  }
  if (!redbook_vcatalog_good(digits) || digits[13]) return false;
  for (unsigned i = 0; i < REDBOOK_VTRACKS; i++)
    memcpy(r->out->track[i].catalog, digits, 14);
  return true;
}

/* The lead-in. CD-TEXT lies in the first one only; its address may be given then. */
static bool read_lead_in(struct reader *r) {
  const uint8_t *entry = next(r);
  int32_t lba = 0;
  if (!entry || adr(entry) != POSITION || !control_good(entry) || entry[TNO] || entry[INDEX] ||
      entry[SCMS] || !address(entry, &lba))
    return false;
  r->out->text = entry[FORM] == FORM_BY_HOST_SUB;
  if (!r->out->text && entry[FORM] != FORM_BY_DRIVE) return false;
  if (r->out->text && r->out->base != -REDBOOK_VPREGAP) return false;
  if (lba == -REDBOOK_VPREGAP) return true;
  return r->out->text && lba - 450000 == REDBOOK_VATIP_LEAD_IN;
}

static bool read_isrc(struct reader *r, unsigned number, struct redbook_vtrack *track) {
  uint8_t code[12];
  if (!comes(r, ISRC, number)) return true;
  for (unsigned i = 0; i < 2; i++) {
    if (!comes(r, ISRC, number) || !control_good(r->at)) return false;
    memcpy(code + (size_t)i * 6, next(r) + 2, 6);
  }
  if (!redbook_visrc_good(code)) return false;
  memcpy(track->isrc, code, 12);
  return true;
}

/* An index of a track: 0 may have no length (wodim sends it so), any other begins behind what
 * was before it. The first pregap of a session is 2 s at least. */
static bool place(struct reader *r, struct redbook_vtrack *track, unsigned index, int32_t lba,
                  bool has_gap) {
  bool first = track == r->out->track;
  if (first && index == 0 && lba != r->out->base) return false;
  if (first && index == 1 && (!has_gap || lba < r->out->base + REDBOOK_VPREGAP)) return false;
  bool joins = (first && index == 0) || (index == 1 && has_gap);
  if (lba < r->last || (lba == r->last && !joins)) return false;
  if (index == 1) {
    track->start = lba;
    track->pregap = has_gap ? (uint32_t)(lba - r->last) : 0;
  }
  if (index > 1) track->mark[track->marks++] = lba;
  r->last = lba;
  return true;
}

static bool read_track(struct reader *r, unsigned number) {
  struct redbook_vtrack *track = &r->out->track[r->out->tracks];
  if (!read_isrc(r, number, track) || !comes(r, POSITION, number)) return false;
  uint8_t ctl = r->at[CTL_ADR], scms = r->at[SCMS];
  unsigned index = r->at[INDEX];
  bool has_gap = index == 0;
  if (index > 1 || !control_good(r->at) || scms & 0x7F) return false;
  for (; comes(r, POSITION, number); index++) {
    const uint8_t *entry = next(r);
    int32_t lba = 0;
    if (entry[INDEX] != index || index > 99 || entry[CTL_ADR] != ctl || entry[SCMS] != scms ||
        entry[FORM] != FORM_AUDIO || !address(entry, &lba) ||
        !place(r, track, index, lba, has_gap))
      return false;
  }
  track->control = ctl >> 4;
  track->scms = scms != 0;
  r->out->tracks++;
  return index >= 2;
}

static bool read_lead_out(struct reader *r, int32_t last_lead_out) {
  const uint8_t *entry = next(r);
  struct redbook_vsheet *out = r->out;
  if (!entry || adr(entry) != POSITION || !control_good(entry) || entry[INDEX] != 1 ||
      entry[FORM] != FORM_BY_DRIVE || entry[SCMS] || !address(entry, &out->lead_out))
    return false;
  return out->lead_out > r->last && out->lead_out <= last_lead_out && r->at == r->end;
}

static void finish(struct redbook_vsheet *out) {
  for (unsigned i = 0; i < out->tracks; i++) {
    struct redbook_vtrack *track = &out->track[i];
    bool last = i + 1 == out->tracks;
    int32_t end = last ? out->lead_out : track[1].start - (int32_t)track[1].pregap;
    track->state = REDBOOK_VTRACK_COMPLETE;
    track->sectors = (uint32_t)(end - track->start);
  }
}

bool redbook_vsheet_parse(const uint8_t *bytes, uint32_t length, int32_t last_lead_out,
                          struct redbook_vsheet *out) {
  struct redbook_vsheet fresh = {.base = out->base, .first = out->first};
  struct reader r = {.at = bytes, .end = bytes + length, .out = out, .last = out->base};
  *out = fresh;
  if (!read_catalog(&r) || !read_lead_in(&r)) return false;
  while (r.end - r.at >= (ptrdiff_t)ENTRY && r.at[TNO] != LEAD_OUT_TNO) {
    if (out->first + out->tracks > REDBOOK_VTRACKS) return false;
    if (!read_track(&r, out->first + out->tracks)) return false;
  }
  if (!out->tracks || !read_lead_out(&r, last_lead_out)) return false;
  finish(out);
  return true;
}
