/* SPDX-License-Identifier: GPL-3.0-or-later */
/* READ CD of audio sectors. */
#include "virtual/drive.h"

/* CD-DA has one form on the wire: 2352 bytes. Any selection that holds the user data gives
 * them; C2 pointers and sub-channels are not offered (feature 001Eh). */
static bool selection_known(const uint8_t *cdb) {
  unsigned type = cdb[1] >> 2 & 7u;
  if (cdb[1] & 2 || type > 1) return false;
  return !(cdb[9] & 0x06) && !cdb[10] && (cdb[9] == 0 || cdb[9] & 0x10);
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

uint32_t redbook_vdo_read_cd(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_command *command = call->command;
  const struct redbook_vtrack *track =
      redbook_vdisc_unfinished_const(redbook_vdrive_disc(drive));
  int32_t lba = (int32_t)redbook_get32(call->cdb + 2);
  uint32_t sectors = redbook_get24(call->cdb + 6);
  if (!selection_known(call->cdb)) return REDBOOK_VBAD_CDB;
  if (track && track->state == REDBOOK_VTRACK_OPEN) return REDBOOK_VSEQUENCE;
  if (lba > 449849 || lba < -REDBOOK_VPREGAP || sectors > 449849) return REDBOOK_VOUT_OF_RANGE;
  uint32_t code = check_range(&drive->disc, call, lba, sectors);
  if (code || !sectors || !call->cdb[9]) return code;
  uint64_t bytes = (uint64_t)sectors * REDBOOK_SECTOR_BYTES;
  if (command->direction != REDBOOK_FROM_DEVICE || bytes > command->data_length)
    return REDBOOK_VBAD_CDB;
  if (redbook_vimage_read(&drive->image, lba, command->data_in, sectors) != 0)
    return REDBOOK_VSENSE(3, 0x11, 0x00);
  call->direct = true;
  call->reply_length = call->room = (uint32_t)bytes;
  if (lba != drive->head) call->cost_us += REDBOOK_VCOST_SEEK_US;
  call->cost_us += redbook_vtime_read(bytes);
  drive->head = lba + (int32_t)sectors;
  return 0;
}
