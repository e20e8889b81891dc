/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the recording commands share: the disc that they change, its files, their time. */
#ifndef REDBOOK_VIRTUAL_RECORD_H
#define REDBOOK_VIRTUAL_RECORD_H

#include "virtual/drive.h"

#define REDBOOK_VWRITE_ERROR REDBOOK_VSENSE(3, 0x0C, 0x00)
#define REDBOOK_VPMA_ERROR REDBOOK_VSENSE(3, 0x73, 0x04)
#define REDBOOK_VLEAD_IN_ERROR REDBOOK_VSENSE(3, 0x72, 0x01)
#define REDBOOK_VERASE_ERROR REDBOOK_VSENSE(3, 0x51, 0x00)

/* Page 05h, byte 2. */
enum { REDBOOK_VTYPE_PACKET, REDBOOK_VTYPE_TAO, REDBOOK_VTYPE_SAO, REDBOOK_VTYPE_RAW };
static inline unsigned redbook_vwrite_type(const struct redbook_virtual *drive) {
  return drive->page05[2] & 0x0Fu;
}

/* A medium that can be written and is not finalised. */
bool redbook_vrecord_possible(const struct redbook_vdisc *disc);

/* The disc that a recording command changes: with the test bit a shadow, made when first
 * needed. */
struct redbook_vdisc *redbook_vrecord_target(struct redbook_virtual *drive);

/* Before a track's first sector: a new disc's sheet is written, so that medium and length
 * survive whatever happens to the first track, and leftovers of an older recording vanish. */
uint32_t redbook_vrecord_prepare(struct redbook_virtual *drive, struct redbook_vcall *call);

/* Sectors into the files; nothing when only testing. */
uint32_t redbook_vrecord_store(struct redbook_virtual *drive, struct redbook_vcall *call,
                               int32_t lba, uint32_t sectors);

/* How long lead-in and lead-out of one more session take. */
uint64_t redbook_vrecord_close_time(const struct redbook_virtual *drive,
                                    const struct redbook_vdisc *disc);

/* sao.c: session at once. */
uint32_t redbook_vsao_write(struct redbook_virtual *drive, struct redbook_vcall *call,
                            int32_t lba, uint32_t blocks);
/* SYNCHRONIZE CACHE: false when it is not the sheet's business. */
bool redbook_vsao_synchronize(struct redbook_virtual *drive, struct redbook_vcall *call);

#endif
