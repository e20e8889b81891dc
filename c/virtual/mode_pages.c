/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MODE SENSE and MODE SELECT of 6 and 10 bytes: pages 01h, 05h, 08h and 2Ah. */
#include <string.h>

#include "virtual/record.h"

enum { CURRENT, CHANGEABLE, DEFAULT, SAVED };

/* Page 01h: error recovery, nothing changeable. */
static uint32_t put_page01(const struct redbook_virtual *drive, uint8_t *p, unsigned control) {
  (void)drive;
  p[0] = 0x01;
  p[1] = 0x0A;
  p[3] = control == CHANGEABLE ? 0 : 1; /* read retries */
  return 12;
}

/* Page 08h: the write cache is on for ever. */
static uint32_t put_page08(const struct redbook_virtual *drive, uint8_t *p, unsigned control) {
  (void)drive;
  p[0] = 0x08;
  p[1] = 0x0A;
  p[2] = control == CHANGEABLE ? 0 : 0x04; /* WCE */
  return 12;
}

static uint32_t put_page05(const struct redbook_virtual *drive, uint8_t *p, unsigned control) {
  if (control == CURRENT) {
    memcpy(p, drive->page05, REDBOOK_VPAGE05);
  } else if (control == DEFAULT) {
    redbook_vpage05_default(p);
  } else {
    static const uint8_t head[REDBOOK_VPAGE05] = {
        0x05, 0x32, 0x7F, 0xCF, 0x0F, 0xFF, 0, 0x3F, 0xFF, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    memcpy(p, head, REDBOOK_VPAGE05);
    memset(p + 16, 0xFF, 32); /* MCN and ISRC */
  }
  return REDBOOK_VPAGE05;
}

static uint32_t put_page2a(const struct redbook_virtual *drive, uint8_t *p, unsigned control) {
  p[0] = 0x2A;
  p[1] = drive->personality->page2a;
  uint32_t length = 2u + p[1];
  if (control == CHANGEABLE) return length;
  p[2] = 0x03; /* reads CD-R, CD-RW */
  p[3] = 0x07; /* writes CD-R, CD-RW, test write */
  p[4] = 0xC0; /* BUF, multi-session */
  p[5] = 0x7F; /* CD-DA, accurate stream, R-W corrected and de-interleaved, C2, ISRC, UPC */
  p[6] = (uint8_t)(0x29 | (drive->prevented ? 0x02 : 0)); /* tray, eject, lock */
  redbook_put16(p + 8, REDBOOK_VREAD_KBPS);
  redbook_put16(p + 12, drive->personality->buffer / 1024);
  redbook_put16(p + 14, REDBOOK_VREAD_KBPS);
  const struct redbook_vspeed *speeds = drive->personality->speeds;
  const struct redbook_vspeed *speed = &speeds[control == DEFAULT ? 0 : drive->speed];
  redbook_put16(p + 18, speeds[0].kbps);
  redbook_put16(p + 20, speed->kbps);
  p[27] = speed->cav; /* rotation: 0 CLV, 1 CAV */
  redbook_put16(p + 28, speed->kbps);
  redbook_put16(p + 30, (uint16_t)drive->personality->speed_count);
  for (size_t i = 0; i < drive->personality->speed_count; i++) {
    p[33 + 4 * i] = speeds[i].cav;
    redbook_put16(p + 34 + 4 * i, speeds[i].kbps);
  }
  return length;
}

static const struct {
  uint8_t code;
  uint32_t (*put)(const struct redbook_virtual *drive, uint8_t *p, unsigned control);
} pages[] = {{0x01, put_page01}, {0x05, put_page05}, {0x08, put_page08}, {0x2A, put_page2a}};

/* The pages that are asked for behind `p`; their length, 0 when there is no such page. */
static uint32_t put_pages(const struct redbook_virtual *drive, uint8_t *p, unsigned page,
                          unsigned control) {
  uint32_t n = 0;
  for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++)
    if (page == 0x3F || page == pages[i].code) n += pages[i].put(drive, p + n, control);
  return n;
}

static bool short_form(const struct redbook_vcall *call) {
  return call->cdb[0] == 0x1A || call->cdb[0] == 0x15;
}

uint32_t redbook_vdo_mode_sense(struct redbook_virtual *drive, struct redbook_vcall *call) {
  unsigned page = call->cdb[2] & 0x3Fu, control = call->cdb[2] >> 6;
  bool six = short_form(call);
  if (call->cdb[3]) return REDBOOK_VBAD_CDB; /* no subpages */
  uint8_t *p = redbook_vreply(call, 256, six ? call->cdb[4] : redbook_get16(call->cdb + 7));
  uint32_t n = six ? 4 : 8;
  if (drive->personality->block_descriptor) {
    p[six ? 3 : 7] = 8;
    redbook_put32(p + n + 4, 2048); /* density 0, all blocks, block length */
    n += 8;
  }
  uint32_t length = put_pages(drive, p + n, page, control == SAVED ? CURRENT : control);
  if (!length) return REDBOOK_VBAD_CDB;
  if (control == SAVED) return REDBOOK_VSENSE(5, 0x39, 0x00);
  n += length;
  if (six)
    p[0] = (uint8_t)(n - 1);
  else
    redbook_put16(p, n - 2);
  call->reply_length = n;
  return 0;
}

/* Track at once: 2352-byte audio blocks, or 2048-byte blocks of a data track, which can be
 * selected though no WRITE follows (feature 002Dh lists both). Session at once: the cue sheet
 * says what the tracks are. Raw and packet writing are not offered. */
static bool good_type(const uint8_t *p) {
  unsigned block = p[4] & 0x0Fu;
  bool data = p[3] & 0x04;
  if ((p[2] & 0x0F) == REDBOOK_VTYPE_TAO) return block == (data ? 8 : 0);
  return (p[2] & 0x0F) == REDBOOK_VTYPE_SAO && (block == 0 || block == 8);
}

/* The rest of the rules: 1.4. */
/* LS_V and link size are of packets alone: cdrdao and wodim leave them as they find them, LS_V
 * set and 10h (P11), when they select session or track at once. */
static bool good_page05(const uint8_t *p) {
  if (p[2] & 0x80 || !good_type(p)) return false;
  unsigned multi = p[3] >> 6;
  if (multi == 1 || multi == 2) return false;
  if (p[3] & 0x20) return false; /* fixed packet */
  if (p[4] & 0xF0 || p[7] & 0xC0) return false;
  if (p[8] != 0x00 && p[8] != 0x10 && p[8] != 0x20) return false;
  if (p[16] & 0x80 && !redbook_vcatalog_good(p + 17)) return false;
  return !(p[32] & 0x80) || redbook_visrc_good(p + 33);
}

static uint32_t select_page05(struct redbook_virtual *drive, const uint8_t *p) {
  if (p[1] != REDBOOK_VPAGE05 - 2 || !good_page05(p)) return REDBOOK_VBAD_LIST;
  if (drive->has_disc) {
    const struct redbook_vtrack *track =
        redbook_vdisc_unfinished_const(redbook_vdrive_disc(drive));
    if (track && track->state == REDBOOK_VTRACK_OPEN) return REDBOOK_VSEQUENCE;
  }
  memcpy(drive->page05, p, REDBOOK_VPAGE05);
  bool back = drive->testing && !(p[2] & 0x10); /* to the disc as it is: its NWA is another */
  if (back) drive->testing = false;
  if (back || redbook_vwrite_type(drive) != REDBOOK_VTYPE_SAO) redbook_vsao_forget(drive);
  return 0;
}

/* Pages of which nothing can be changed must come as they are. */
static uint32_t select_page(struct redbook_virtual *drive, const uint8_t *p) {
  uint8_t now[REDBOOK_VPAGE05];
  if (p[0] == 0x05) return select_page05(drive, p);
  if (p[0] != 0x01 && p[0] != 0x08) return REDBOOK_VBAD_LIST; /* PS set, or unknown */
  uint32_t length = put_pages(drive, memset(now, 0, sizeof now), p[0], CURRENT);
  return memcmp(p, now, length) == 0 ? 0 : REDBOOK_VBAD_LIST;
}

uint32_t redbook_vdo_mode_select(struct redbook_virtual *drive, struct redbook_vcall *call) {
  const uint8_t *list = call->command->data_out;
  bool six = short_form(call);
  uint32_t length = six ? call->cdb[4] : redbook_get16(call->cdb + 7), header = six ? 4 : 8;
  const uint32_t cut = REDBOOK_VSENSE(5, 0x1A, 0x00);
  if ((call->cdb[1] & 0x11) != 0x10) return REDBOOK_VBAD_CDB; /* PF, no saving */
  if (!length) return 0;
  if (length > call->command->data_length) return REDBOOK_VBAD_CDB;
  if (length < header) return cut;
  uint32_t descriptors = six ? list[3] : redbook_get16(list + 6);
  if (descriptors != 0 && descriptors != 8) return REDBOOK_VBAD_LIST;
  if (length < header + descriptors) return cut;
  list += header + descriptors;
  length -= header + descriptors;
  if (!length) return 0;
  if (length < 2 || length < 2u + list[1]) return cut;
  if (length > 2u + list[1]) return REDBOOK_VBAD_LIST;
  return select_page(drive, list);
}
