/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MODE SENSE(10) and MODE SELECT(10): pages 01h, 05h and 2Ah. */
#include <ctype.h>
#include <string.h>

#include "virtual/drive.h"

enum { CURRENT, CHANGEABLE, DEFAULT, SAVED };
#define HEADER 8u

/* Page 01h: error recovery, nothing changeable. */
static uint32_t put_page01(uint8_t *p, unsigned control) {
  p[0] = 0x01;
  p[1] = 0x0A;
  p[3] = control == CHANGEABLE ? 0 : 1; /* read retries */
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
  p[2] = 0x03;                                            /* reads CD-R, CD-RW */
  p[3] = 0x07;                                            /* writes CD-R, CD-RW, test write */
  p[4] = 0xC0;                                            /* BUF, multi-session */
  p[5] = 0x03;                                            /* CD-DA read, accurate stream */
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

uint32_t redbook_vdo_mode_sense(struct redbook_virtual *drive, struct redbook_vcall *call) {
  unsigned page = call->cdb[2] & 0x3Fu, control = call->cdb[2] >> 6;
  if (call->cdb[3]) return REDBOOK_VBAD_CDB; /* no subpages */
  bool all = page == 0x3F;
  if (!all && page != 0x01 && page != 0x05 && page != 0x2A) return REDBOOK_VBAD_CDB;
  if (control == SAVED) return REDBOOK_VSENSE(5, 0x39, 0x00);
  uint8_t *p = redbook_vreply(call, 256, redbook_get16(call->cdb + 7));
  uint32_t n = HEADER;
  if (drive->personality->block_descriptor) {
    redbook_put16(p + 6, 8);
    redbook_put32(p + n + 4, 2048); /* density 0, all blocks, block length */
    n += 8;
  }
  if (all || page == 0x01) n += put_page01(p + n, control);
  if (all || page == 0x05) n += put_page05(drive, p + n, control);
  if (all || page == 0x2A) n += put_page2a(drive, p + n, control);
  redbook_put16(p, n - 2);
  call->reply_length = n;
  return 0;
}

static bool all_match(const uint8_t *p, unsigned count, int (*test)(int)) {
  for (unsigned i = 0; i < count; i++)
    if (!test(p[i])) return false;
  return true;
}

static int is_code(int c) {
  return isdigit(c) || (c >= 'A' && c <= 'Z');
}

/* ISO 3901: country 2 letters, owner 3 letters or digits, year and serial 7 digits. */
static bool good_isrc(const uint8_t *p) {
  return all_match(p, 5, is_code) && !isdigit(p[0]) && !isdigit(p[1]) &&
         all_match(p + 5, 7, isdigit);
}

/* What feature 002Dh offers: TAO, 2352-byte audio blocks. The rest of the rules: 1.4. */
static bool good_page05(const uint8_t *p) {
  if (p[2] & 0x80 || (p[2] & 0x0F) != 1) return false;
  if (p[2] & 0x20 && p[5] != 7) return false; /* P11: LS_V on CD wants link size 7 */
  unsigned multi = p[3] >> 6;
  if (multi == 1 || multi == 2) return false;
  if (p[3] & 0x24) return false; /* fixed packet, data track */
  if (p[4] != 0 || p[7] & 0xC0) return false;
  if (p[8] != 0x00 && p[8] != 0x10 && p[8] != 0x20) return false;
  if (p[16] & 0x80 && !all_match(p + 17, 13, isdigit)) return false;
  return !(p[32] & 0x80) || good_isrc(p + 33);
}

static uint32_t select_page05(struct redbook_virtual *drive, const uint8_t *p) {
  if (p[1] != REDBOOK_VPAGE05 - 2 || !good_page05(p)) return REDBOOK_VBAD_LIST;
  if (drive->has_disc) {
    const struct redbook_vtrack *track =
        redbook_vdisc_unfinished_const(redbook_vdrive_disc(drive));
    if (track && track->state == REDBOOK_VTRACK_OPEN) return REDBOOK_VSEQUENCE;
  }
  memcpy(drive->page05, p, REDBOOK_VPAGE05);
  if (!(p[2] & 0x10)) drive->testing = false;
  return 0;
}

uint32_t redbook_vdo_mode_select(struct redbook_virtual *drive, struct redbook_vcall *call) {
  const uint8_t *list = call->command->data_out;
  uint32_t length = redbook_get16(call->cdb + 7);
  const uint32_t cut = REDBOOK_VSENSE(5, 0x1A, 0x00);
  if ((call->cdb[1] & 0x11) != 0x10) return REDBOOK_VBAD_CDB; /* PF, no saving */
  if (!length) return 0;
  if (length > call->command->data_length) return REDBOOK_VBAD_CDB;
  if (length < HEADER) return cut;
  uint32_t descriptors = redbook_get16(list + 6);
  if (descriptors != 0 && descriptors != 8) return REDBOOK_VBAD_LIST;
  if (length < HEADER + descriptors) return cut;
  list += HEADER + descriptors;
  length -= HEADER + descriptors;
  if (!length) return 0;
  if (length < 2) return cut;
  if (list[0] != 0x05) return REDBOOK_VBAD_LIST; /* PS set or not a page that can be set */
  if (length < 2u + list[1]) return cut;
  if (length > 2u + list[1]) return REDBOOK_VBAD_LIST;
  return select_page05(drive, list);
}
