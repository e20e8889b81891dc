/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that a CD recorder has to know though they do little: what clients send while they
 * find out about a drive (reference 8.2). */
#include <string.h>

#include "virtual/drive.h"

#define TEST_BUFFER 65536u /* what READ BUFFER shows: room for one transfer */

uint32_t redbook_vdo_rezero(struct redbook_virtual *drive, struct redbook_vcall *call) {
  call->cost_us += redbook_vdelay(drive, REDBOOK_VCOST_SEEK_US);
  drive->head = 0;
  return 0;
}

uint32_t redbook_vdo_seek(struct redbook_virtual *drive, struct redbook_vcall *call) {
  int32_t lba = (int32_t)redbook_get32(call->cdb + 2);
  const struct redbook_vtrack *track =
      redbook_vdisc_unfinished_const(redbook_vdrive_disc(drive));
  if (track && track->state == REDBOOK_VTRACK_OPEN) return REDBOOK_VSEQUENCE;
  if (lba < 0 || !redbook_vdisc_readable(&drive->disc, lba)) return REDBOOK_VOUT_OF_RANGE;
  call->cost_us += redbook_vdelay(drive, REDBOOK_VCOST_SEEK_US);
  drive->head = lba;
  return 0;
}

/* Modes 0 (header and data), 2 (data), 3 (descriptor: no alignment, capacity). The data are
 * zeros: nothing can be put there by WRITE BUFFER. */
uint32_t redbook_vdo_read_buffer(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_command *command = call->command;
  unsigned mode = call->cdb[1] & 0x1Fu;
  uint32_t offset = redbook_get24(call->cdb + 3), room = redbook_get24(call->cdb + 6);
  (void)drive;
  if ((mode != 0 && mode != 2 && mode != 3) || call->cdb[2]) return REDBOOK_VBAD_CDB;
  if (offset && (mode != 2 || offset > TEST_BUFFER)) return REDBOOK_VBAD_CDB;
  uint8_t *p = redbook_vreply(call, 4, room);
  redbook_put24(p + 1, TEST_BUFFER);
  if (mode == 3 || command->direction != REDBOOK_FROM_DEVICE) return 0;
  uint32_t header = mode == 0 ? 4 : 0, length = header + TEST_BUFFER - offset;
  if (length > room) length = room;
  if (length > command->data_length) length = command->data_length;
  if (length) {
    memset(command->data_in, 0, length);
    memcpy(command->data_in, p, length < header ? length : header);
  }
  call->direct = true;
  call->reply_length = call->room = length;
  call->cost_us += redbook_vtime_read(length);
  return 0;
}

/* Bytes of the descriptor; speeds are size by time. */
enum {
  FLAGS,
  START = 4,
  END = 8,
  READ_SIZE = 12,
  READ_TIME = 16,
  WRITE_SIZE = 20,
  WRITE_TIME = 24
};
#define DESCRIPTOR 28u

/* 1000 bytes a millisecond; without a time there is no speed. */
static bool speed(const uint8_t *size, const uint8_t *time, uint64_t *kbps) {
  uint64_t milliseconds = redbook_get32(time);
  if (milliseconds) *kbps = (uint64_t)redbook_get32(size) * 1000 / milliseconds;
  return milliseconds != 0;
}

/* One performance descriptor; it does what SET CD SPEED does. */
uint32_t redbook_vdo_set_streaming(struct redbook_virtual *drive, struct redbook_vcall *call) {
  const uint8_t *p = call->command->data_out;
  uint32_t length = redbook_get16(call->cdb + 9);
  uint64_t read_kbps = 0, write_kbps = 0;
  if (length && length != call->command->data_length) return REDBOOK_VBAD_CDB;
  if (!length) return 0;
  if (length != DESCRIPTOR) return REDBOOK_VSENSE(5, 0x1A, 0x00);
  if (p[FLAGS] & 0xE0 || p[FLAGS] >> 3 > 1) return REDBOOK_VBAD_LIST;
  if (p[FLAGS] & 0x04) { /* RDD: the drive's defaults */
    drive->speed = 0;
    return 0;
  }
  if (!speed(p + READ_SIZE, p + READ_TIME, &read_kbps) ||
      !speed(p + WRITE_SIZE, p + WRITE_TIME, &write_kbps))
    return REDBOOK_VBAD_LIST;
  redbook_vset_speed(drive, write_kbps < 0xFFFF ? (unsigned)write_kbps : 0xFFFF);
  return 0;
}

/* There is no DVD structure on a CD, and no medium to ask without one: always key 5, or wodim
 * takes the drive for a DVD recorder (reference 8.2). */
uint32_t redbook_vdo_disc_structure(struct redbook_virtual *drive, struct redbook_vcall *call) {
  (void)call;
  return redbook_vdrive_ready(drive) ? REDBOOK_VSENSE(5, 0x30, 0x02) : REDBOOK_VBAD_CDB;
}
