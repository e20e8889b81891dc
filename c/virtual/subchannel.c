/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Q channel as it lies on the disc, and READ SUB-CHANNEL.
 *
 * Q of a sector (IEC 60908): position (ADR 1), but in one sector of a hundred the catalogue
 * number (ADR 2) and in another the track's ISRC (ADR 3), where the disc has them.
 */
#include <string.h>

#include "virtual/drive.h"

enum { POSITION = 1, CATALOG, ISRC };

static uint8_t bcd(int32_t value) {
  return (uint8_t)(value / 10 << 4 | value % 10);
}

static void put_bcd_msf(uint8_t *p, int32_t frames) {
  p[0] = bcd(frames / 4500);
  p[1] = bcd(frames / 75 % 60);
  p[2] = bcd(frames % 75);
}

/* CRC-16 of CCITT, polynomial 1021h, sent inverted. */
static void put_crc(uint8_t q[12]) {
  uint16_t crc = 0;
  for (unsigned i = 0; i < 10; i++) {
    crc ^= (uint16_t)(q[i] << 8);
    for (unsigned bit = 0; bit < 8; bit++)
      crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
  }
  redbook_put16(q + 10, (uint16_t)~crc);
}

/* A pause counts down to 0, which its last sector has. */
static int32_t relative(const struct redbook_vtrack *track, int32_t lba) {
  return lba < track->start ? track->start - 1 - lba : lba - track->start;
}

/* Thirteen digits in BCD, then zeros. */
static void put_catalog(uint8_t *q, const char *catalog) {
  for (unsigned i = 0; i < 13; i++)
    q[1 + i / 2] |= (uint8_t)((catalog[i] & 0x0F) << (i % 2 ? 0 : 4));
}

/* Five characters of 6 bits, two zero bits, seven digits in BCD. */
static void put_isrc(uint8_t *q, const char *isrc) {
  for (unsigned i = 0; i < 5; i++) {
    unsigned code = (unsigned)(isrc[i] - '0');
    for (unsigned bit = 0; bit < 6; bit++)
      if (code & 0x20u >> bit)
        q[1 + (6 * i + bit) / 8] |= (uint8_t)(0x80u >> (6 * i + bit) % 8);
  }
  for (unsigned i = 0; i < 7; i++)
    q[5 + i / 2] |= (uint8_t)((isrc[5 + i] & 0x0F) << (i % 2 ? 0 : 4));
}

void redbook_vq_channel(const struct redbook_vdisc *disc, int32_t lba, uint8_t q[12]) {
  int number = redbook_vdisc_track_of(disc, lba);
  memset(q, 0, 12);
  if (number < 0) return;
  const struct redbook_vtrack *track = &disc->track[number];
  const char *catalog = redbook_vdisc_catalog(disc);
  unsigned turn = (unsigned)(lba + REDBOOK_VPREGAP) % 100;
  unsigned mode = POSITION;
  if (turn == 50 && catalog[0]) mode = CATALOG;
  if (turn == 99 && track->isrc[0]) mode = ISRC;
  q[0] = (uint8_t)((unsigned)track->control << 4 | mode);
  if (mode == CATALOG) put_catalog(q, catalog);
  if (mode == ISRC) put_isrc(q, track->isrc);
  if (mode == POSITION) {
    q[1] = bcd(number + 1);
    q[2] = bcd((int32_t)redbook_vdisc_index_of(track, lba));
    put_bcd_msf(q + 3, relative(track, lba));
    put_bcd_msf(q + 7, lba + REDBOOK_VPREGAP);
  } else {
    q[9] = bcd((lba + REDBOOK_VPREGAP) % 75);
  }
  put_crc(q);
}

/* Addresses of READ SUB-CHANNEL: four bytes, 0 M S F with the MSF bit. */
static void put_address(uint8_t *p, int32_t lba, bool msf, int32_t zero) {
  if (msf)
    redbook_vput_msf(p + 1, lba + zero);
  else
    redbook_put32(p, (uint32_t)lba);
}

/* Where the pickup is: the sector that was read last. */
static uint32_t position(const struct redbook_virtual *drive, struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = &drive->disc;
  int32_t lba = drive->head > 0 ? drive->head - 1 : 0;
  int number = redbook_vdisc_track_of(disc, lba);
  bool msf = call->cdb[1] & 2;
  uint8_t *p = call->reply;
  redbook_put16(p + 2, 12);
  p[4] = 0x01;
  if (number >= 0) {
    const struct redbook_vtrack *track = &disc->track[number];
    p[5] = (uint8_t)(POSITION << 4 | track->control);
    p[6] = (uint8_t)(number + 1);
    p[7] = (uint8_t)redbook_vdisc_index_of(track, lba);
    put_address(p + 12, lba - track->start, msf, -REDBOOK_VPREGAP);
  }
  put_address(p + 8, lba, msf, 0);
  call->reply_length = 16;
  return 0;
}

static uint32_t catalog_number(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  const char *catalog = redbook_vdisc_catalog(disc);
  uint8_t *p = call->reply;
  redbook_put16(p + 2, 20);
  p[4] = 0x02;
  if (catalog[0]) {
    p[8] = 0x80; /* MCVAL */
    memcpy(p + 9, catalog, 13);
  }
  call->reply_length = 24;
  return 0;
}

static uint32_t recording_code(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  unsigned number = call->cdb[6];
  if (!number || number > disc->tracks) return REDBOOK_VBAD_CDB;
  const struct redbook_vtrack *track = &disc->track[number - 1];
  uint8_t *p = call->reply;
  redbook_put16(p + 2, 20);
  p[4] = 0x03;
  p[5] = (uint8_t)(ISRC << 4 | track->control);
  p[6] = (uint8_t)number;
  if (track->isrc[0]) {
    p[8] = 0x80; /* TCVAL */
    memcpy(p + 9, track->isrc, 12);
  }
  call->reply_length = 24;
  return 0;
}

uint32_t redbook_vdo_read_sub_channel(struct redbook_virtual *drive,
                                      struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = &drive->disc;
  uint8_t *p = redbook_vreply(call, 24, redbook_get16(call->cdb + 7));
  p[1] = 0x15; /* no audio play to report */
  call->reply_length = 4;
  if (!(call->cdb[2] & 0x40)) return 0;                                  /* header only */
  if (redbook_vdisc_first_open_track(disc) < 2) return REDBOOK_VBAD_CDB; /* nothing to play */
  switch (call->cdb[3]) {
    case 1:
      return position(drive, call);
    case 2:
      return catalog_number(disc, call);
    case 3:
      return recording_code(disc, call);
    default:
      return REDBOOK_VBAD_CDB;
  }
}
