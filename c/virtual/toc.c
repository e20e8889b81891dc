/* SPDX-License-Identifier: GPL-3.0-or-later */
/* READ TOC/PMA/ATIP and READ CAPACITY (reference 1.3, 2.4, 2.7). */
#include <stdlib.h>
#include <string.h>

#include "virtual/drive.h"

#define HEADER 4u

void redbook_vput_msf(uint8_t *p, int32_t lba) {
  int32_t frames = lba + 150;
  if (frames < 0) frames += 450000;
  p[0] = (uint8_t)(frames / 4500);
  p[1] = (uint8_t)(frames / 75 % 60);
  p[2] = (uint8_t)(frames % 75);
}

static void put_address(uint8_t *p, int32_t lba, bool msf) {
  if (msf)
    redbook_vput_msf(p + 1, lba);
  else
    redbook_put32(p, (uint32_t)lba);
}

static uint8_t adr_control(const struct redbook_vtrack *track) {
  return (uint8_t)(0x10 | track->control);
}

static uint32_t finish(struct redbook_vcall *call, uint32_t length) {
  redbook_put16(call->reply, length - 2);
  call->reply_length = length;
  return 0;
}

/* Format 0: the tracks of closed sessions from the asked one on, then the lead-out. */
static uint32_t tracks(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  unsigned from = call->cdb[6], last = disc->session[disc->sessions - 1].last;
  bool msf = call->cdb[1] & 2;
  if (from > last && from != 0xAA) return REDBOOK_VBAD_CDB;
  uint8_t *p = call->reply, *d = p + HEADER;
  p[2] = 1;
  p[3] = (uint8_t)last;
  for (unsigned n = from ? from : 1; n <= last; n++, d += 8) {
    d[1] = adr_control(&disc->track[n - 1]);
    d[2] = (uint8_t)n;
    put_address(d + 4, disc->track[n - 1].start, msf);
  }
  d[1] = adr_control(&disc->track[last - 1]);
  d[2] = 0xAA;
  put_address(d + 4, disc->session[disc->sessions - 1].lead_out, msf);
  return finish(call, (uint32_t)(d + 8 - p));
}

/* Format 1: where the last closed session begins. */
static uint32_t sessions(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  const struct redbook_vsession *last = &disc->session[disc->sessions - 1];
  const struct redbook_vtrack *track = &disc->track[last->first - 1];
  uint8_t *p = call->reply;
  p[2] = 1;
  p[3] = (uint8_t)disc->sessions;
  p[5] = adr_control(track);
  p[6] = last->first;
  put_address(p + 8, track->start, call->cdb[1] & 2);
  return finish(call, 12);
}

struct entry {
  uint8_t session, adr_control, point;
};

static uint8_t *put_entry(uint8_t *d, struct entry entry) {
  d[0] = entry.session;
  d[1] = entry.adr_control;
  d[3] = entry.point;
  return d + 11;
}

/* Mode 5 pointers: where the next session may begin (B0) with the disc's last lead-out, and in
 * session 1 the start of the disc's first lead-in (C0). Only where another session may follow
 * or follows. */
static uint8_t *put_pointers(const struct redbook_vdisc *disc, unsigned number, uint8_t *d) {
  if (disc->finalised && number == disc->sessions) return d;
  int32_t next = redbook_vdisc_next_session(disc, number) - REDBOOK_VPREGAP;
  redbook_vput_msf(d + 4, next);
  d[7] = number == 1 ? 2 : 1; /* pointers in this session */
  redbook_vput_msf(d + 8, redbook_vdisc_last_lead_out(disc));
  d = put_entry(d, (struct entry){(uint8_t)number, 0x50, 0xB0});
  if (number > 1) return d;
  redbook_vput_msf(d + 8, REDBOOK_VATIP_LEAD_IN);
  return put_entry(d, (struct entry){1, 0x50, 0xC0});
}

static uint8_t *put_session(const struct redbook_vdisc *disc, unsigned number, uint8_t *d) {
  const struct redbook_vsession *s = &disc->session[number - 1];
  struct entry e = {(uint8_t)number, adr_control(&disc->track[s->first - 1]), 0xA0};
  d[8] = s->first;
  d = put_entry(d, e);
  e = (struct entry){(uint8_t)number, adr_control(&disc->track[s->last - 1]), 0xA1};
  d[8] = s->last;
  d = put_entry(d, e);
  e.point = 0xA2;
  redbook_vput_msf(d + 8, s->lead_out);
  d = put_entry(d, e);
  for (unsigned n = s->first; n <= s->last; n++) {
    redbook_vput_msf(d + 8, disc->track[n - 1].start);
    e = (struct entry){(uint8_t)number, adr_control(&disc->track[n - 1]), (uint8_t)n};
    d = put_entry(d, e);
  }
  return put_pointers(disc, number, d);
}

/* Format 2: the lead-ins' Q entries, MSF whatever the MSF bit says. */
static uint32_t full(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  unsigned from = call->cdb[6] ? call->cdb[6] : 1;
  if (from > disc->sessions) return REDBOOK_VBAD_CDB;
  uint8_t *p = call->reply, *d = p + HEADER;
  p[2] = 1;
  p[3] = (uint8_t)disc->sessions;
  for (unsigned n = from; n <= disc->sessions; n++)
    d = put_session(disc, n, d);
  return finish(call, (uint32_t)(d - p));
}

/* Format 3: the PMA lists every complete track, of open sessions too: stop and start time. */
static uint32_t pma(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  if (disc->medium == REDBOOK_MEDIUM_PRESSED) return REDBOOK_VBAD_CDB;
  uint8_t *p = call->reply, *d = p + HEADER;
  for (unsigned i = 0; i < disc->tracks; i++) {
    const struct redbook_vtrack *t = &disc->track[i];
    if (t->state != REDBOOK_VTRACK_COMPLETE) continue;
    redbook_vput_msf(d + 4, t->start + (int32_t)t->sectors);
    redbook_vput_msf(d + 8, t->start);
    d = put_entry(d, (struct entry){t->session, adr_control(t), (uint8_t)(i + 1)});
  }
  return finish(call, (uint32_t)(d - p));
}

/* Format 4. CD-R: medium type A-; CD-RW: ultra-speed (subtypes as Orange Book numbers them). */
static uint32_t atip(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  if (disc->medium == REDBOOK_MEDIUM_PRESSED) return REDBOOK_VBAD_CDB;
  uint8_t *p = call->reply;
  p[4] = 0xC0;
  p[6] = disc->medium == REDBOOK_MEDIUM_CD_RW ? 0xD0 : 0x90;
  redbook_vput_msf(p + 8, REDBOOK_VATIP_LEAD_IN);
  redbook_vput_msf(p + 12, redbook_vdisc_last_lead_out(disc));
  return finish(call, 28);
}

/* Format 5: the packs of the first lead-in, straight to the host, for they can be many. */
static uint32_t cd_text(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_command *command = call->command;
  uint8_t(*packs)[REDBOOK_VPACK] = malloc(HEADER + sizeof *packs * REDBOOK_VPACKS);
  if (!packs) return REDBOOK_VSENSE(4, 0x44, 0x00);
  uint8_t *p = packs[0];
  uint32_t count = redbook_vimage_get_cd_text(&drive->image, p + HEADER, REDBOOK_VPACKS);
  uint32_t length = HEADER + count * REDBOOK_VPACK;
  memset(p, 0, HEADER);
  redbook_put16(p, length - 2);
  uint32_t room = call->room < command->data_length ? call->room : command->data_length;
  if (command->direction == REDBOOK_FROM_DEVICE && room)
    memcpy(command->data_in, p, length < room ? length : room);
  free(packs);
  call->direct = true;
  call->reply_length = length;
  return 0;
}

uint32_t redbook_vdo_read_toc(struct redbook_virtual *drive, struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  unsigned format = call->cdb[2] & 0x0Fu, old = call->cdb[9] >> 6;
  if (!format) format = old; /* SFF-8020 drivers put the format there */
  redbook_vreply(call, REDBOOK_VREPLY, redbook_get16(call->cdb + 7));
  if (format == 3) return pma(disc, call);
  if (format == 4) return drive->personality->no_atip ? REDBOOK_VBAD_CDB : atip(disc, call);
  if (format > 5 || !disc->sessions) return REDBOOK_VBAD_CDB;
  if (format == 0) return tracks(disc, call);
  if (format == 1) return sessions(disc, call);
  if (format == 2) return full(disc, call);
  return cd_text(drive, call);
}

/* The last sector before the lead-out (with the run-out: two more than can be read well, P8).
 * Nothing closed yet: 0, as recorders answer on blank media. */
uint32_t redbook_vdo_read_capacity(struct redbook_virtual *drive, struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  uint8_t *p = redbook_vreply(call, 8, 8);
  if (disc->sessions)
    redbook_put32(p, (uint32_t)disc->session[disc->sessions - 1].lead_out - 1);
  redbook_put32(p + 4, 2048);
  return 0;
}
