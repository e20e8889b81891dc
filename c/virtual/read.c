/* SPDX-License-Identifier: GPL-3.0-or-later */
/* READ CD and READ CD MSF of audio sectors; READ(10) and READ(12), which audio refuses. */
#include <string.h>

#include "virtual/drive.h"

#define LAST_LBA 449849
#define C2_BYTES 294u       /* a bit for each of 2352 bytes */
#define C2_BLOCK_BYTES 296u /* the same behind two bytes for the whole block */

/* What one sector is on the wire, in this order. */
struct form {
  uint32_t main, c2, sub;
  unsigned channel; /* sub-channel selection */
};

/* CD-DA has one form of main channel: any of its flags gives 2352 bytes (MMC, table of READ CD
 * lengths). Sub-channel 1: raw P-W; 2: Q; 4: R-W. */
static bool select_form(const uint8_t *cdb, struct form *form) {
  static const uint32_t c2[] = {0, C2_BYTES, C2_BLOCK_BYTES};
  static const uint32_t sub[] = {0, 96, 16, 0, 96};
  unsigned errors = cdb[9] >> 1 & 3u, channel = cdb[10];
  if (errors == 3 || channel > 4 || channel == 3) return false;
  *form = (struct form){.main = cdb[9] & 0xF8 ? REDBOOK_SECTOR_BYTES : 0,
                        .c2 = c2[errors],
                        .sub = sub[channel],
                        .channel = channel};
  return true;
}

/* The first sector of the range that cannot be read, and why. Sectors of a track without PMA
 * entry give an unrecovered read error (our choice, unverified). */
static uint32_t check_range(const struct redbook_vdisc *disc, struct redbook_vcall *call,
                            int32_t lba, uint32_t sectors) {
  for (uint32_t i = 0; i < sectors; i++) {
    int32_t at = lba + (int32_t)i;
    if (redbook_vdisc_readable(disc, at)) continue;
    call->has_information = true;
    call->information = at;
    bool in_track = redbook_vdisc_track_of(disc, at) >= 0;
    return in_track ? REDBOOK_VSENSE(3, 0x11, 0x00) : REDBOOK_VOUT_OF_RANGE;
  }
  return 0;
}

/* P is high in a pause; one byte has the bits P to W of one symbol. */
static void put_raw(uint8_t *p, const struct redbook_vtrack *track, int32_t lba,
                    const uint8_t q[12]) {
  uint8_t pause = lba < track->start ? 0x80 : 0;
  for (unsigned i = 0; i < 96; i++)
    p[i] = (uint8_t)(pause | ((q[i / 8] & 0x80u >> i % 8) ? 0x40 : 0));
}

static void put_sub_channel(const struct redbook_vdisc *disc, unsigned channel, int32_t lba,
                            uint8_t *p) {
  uint8_t q[12];
  redbook_vq_channel(disc, lba, q);
  const struct redbook_vtrack *track = &disc->track[redbook_vdisc_track_of(disc, lba)];
  if (channel == 1) put_raw(p, track, lba, q);
  if (channel == 2) memcpy(p, q, 12);
  if (channel == 2 && lba < track->start) p[15] = 0x80;
}

static uint32_t put_sectors(struct redbook_virtual *drive, struct redbook_vcall *call,
                            int32_t lba, uint32_t sectors, const struct form *form) {
  uint8_t *p = call->command->data_in;
  uint32_t size = form->main + form->c2 + form->sub;
  const char *file = drive->image.bin;
  if (size == form->main) {
    int error = redbook_vimage_read(&drive->image, lba, p, sectors);
    return redbook_vfile_error(call, file, error) ? REDBOOK_VREAD_ERROR : 0;
  }
  memset(p, 0, (size_t)sectors * size); /* no C2 error; R-W is empty */
  for (uint32_t i = 0; i < sectors; i++, p += size) {
    int32_t at = lba + (int32_t)i;
    int error = form->main ? redbook_vimage_read(&drive->image, at, p, 1) : 0;
    if (redbook_vfile_error(call, file, error)) return REDBOOK_VREAD_ERROR;
    put_sub_channel(&drive->disc, form->channel, at, p + form->main + form->c2);
  }
  return 0;
}

static uint32_t check_drive(struct redbook_virtual *drive) {
  const struct redbook_vtrack *track =
      redbook_vdisc_unfinished_const(redbook_vdrive_disc(drive));
  return track && track->state == REDBOOK_VTRACK_OPEN ? REDBOOK_VSEQUENCE : 0;
}

static uint32_t read_cd(struct redbook_virtual *drive, struct redbook_vcall *call, int32_t lba,
                        uint32_t sectors) {
  struct redbook_command *command = call->command;
  struct form form;
  unsigned type = call->cdb[1] >> 2 & 7u;
  if (type > 5 || !select_form(call->cdb, &form)) return REDBOOK_VBAD_CDB;
  uint32_t code = check_drive(drive);
  if (code) return code;
  if (lba > LAST_LBA || lba < -REDBOOK_VPREGAP || sectors > LAST_LBA)
    return REDBOOK_VOUT_OF_RANGE;
  code = check_range(&drive->disc, call, lba, sectors);
  uint64_t bytes = (uint64_t)sectors * (form.main + form.c2 + form.sub);
  if (code || !sectors) return code;
  if (type > 1) return REDBOOK_VSENSE(5, 0x64, 0x00); /* a data mode of an audio track */
  if (!bytes) return 0;
  if (command->direction != REDBOOK_FROM_DEVICE || bytes > command->data_length)
    return REDBOOK_VBAD_CDB;
  code = put_sectors(drive, call, lba, sectors, &form);
  if (code) return code;
  call->direct = true;
  call->reply_length = call->room = (uint32_t)bytes;
  if (lba != drive->head) call->cost_us += redbook_vdelay(drive, REDBOOK_VCOST_SEEK_US);
  call->cost_us += redbook_vtime_read(bytes);
  drive->head = lba + (int32_t)sectors;
  return 0;
}

uint32_t redbook_vdo_read_cd(struct redbook_virtual *drive, struct redbook_vcall *call) {
  return read_cd(drive, call, (int32_t)redbook_get32(call->cdb + 2),
                 redbook_get24(call->cdb + 6));
}

/* From 90 minutes on it is the lead-in, which is not read. */
static bool address(const uint8_t *p, int32_t *lba) {
  *lba = (p[0] * 60 + p[1]) * 75 + p[2] - REDBOOK_VPREGAP;
  return p[0] < 100 && p[1] < 60 && p[2] < 75;
}

uint32_t redbook_vdo_read_cd_msf(struct redbook_virtual *drive, struct redbook_vcall *call) {
  int32_t from = 0, to = 0;
  if (!address(call->cdb + 3, &from) || !address(call->cdb + 6, &to) || to < from)
    return REDBOOK_VBAD_CDB;
  return read_cd(drive, call, from, (uint32_t)(to - from));
}

/* READ(10), READ(12): logical blocks of 2048 bytes, which no audio track has. */
uint32_t redbook_vdo_read(struct redbook_virtual *drive, struct redbook_vcall *call) {
  int32_t lba = (int32_t)redbook_get32(call->cdb + 2);
  uint32_t blocks =
      call->cdb[0] == 0x28 ? redbook_get16(call->cdb + 7) : redbook_get32(call->cdb + 6);
  uint32_t code = check_drive(drive);
  if (code) return code;
  if (lba < 0 || lba > LAST_LBA || blocks > LAST_LBA) return REDBOOK_VOUT_OF_RANGE;
  if (!blocks) return 0;
  code = check_range(&drive->disc, call, lba, 1);
  return code ? code : REDBOOK_VSENSE(5, 0x64, 0x00);
}
