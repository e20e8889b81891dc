/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session at once: SEND CUE SHEET, and WRITE by the sheet (reference 1.8).
 *
 * The host sends everything from the first pregap to the lead-out, and with CD-TEXT the
 * lead-in's sub-channel before it, in blocks of 96 bytes. With the last sector the session is
 * complete and closed; SYNCHRONIZE CACHE waits for lead-in and lead-out. Sent earlier it ends
 * the recording: what there is becomes one broken track, as after a power cut (unverified).
 */
#include "virtual/record.h"

#include <string.h>

#define BLOCK 96u /* R-W sub-channel of one sector: 4 packs of 24 six-bit symbols */

static bool session_empty(const struct redbook_vdisc *disc) {
  return redbook_vdisc_has_invisible_track(disc) &&
         redbook_vdisc_session_status(disc) == REDBOOK_VSESSION_EMPTY;
}

void redbook_vsao_forget(struct redbook_virtual *drive) {
  drive->sao.ready = drive->sao.begun = false;
}

uint32_t redbook_vdo_send_cue_sheet(struct redbook_virtual *drive, struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  struct redbook_vsao *sao = &drive->sao;
  uint32_t length = redbook_get24(call->cdb + 6);
  if (length && length != call->command->data_length) return REDBOOK_VBAD_CDB;
  if (!redbook_vrecord_possible(disc)) return REDBOOK_VCANNOT_WRITE;
  if (redbook_vwrite_type(drive) != REDBOOK_VTYPE_SAO || !session_empty(disc))
    return REDBOOK_VSEQUENCE;
  if (!length) return 0;
  redbook_vsao_forget(drive);
  if (length % 8 || length > REDBOOK_VSHEET_MOST) return REDBOOK_VSENSE(5, 0x1A, 0x00);
  int32_t nwa = 0;
  redbook_vdisc_nwa(disc, &nwa);
  sao->sheet.base = nwa - REDBOOK_VPREGAP;
  sao->sheet.first = disc->tracks + 1;
  if (!redbook_vsheet_parse(call->command->data_out, length, redbook_vdisc_last_lead_out(disc),
                            &sao->sheet))
    return REDBOOK_VBAD_LIST;
  sao->ready = true;
  sao->packs = 0;
  sao->looped = false;
  sao->position = sao->sheet.text ? REDBOOK_VATIP_LEAD_IN : sao->sheet.base;
  return 0;
}

/* Four six-bit symbols are three bytes; a pack that comes again ends the loop. Packs of zeros
 * are the lead-in's silence. */
static void keep_packs(struct redbook_vsao *sao, const uint8_t *block) {
  for (unsigned n = 0; n < 4 && !sao->looped; n++) {
    uint8_t pack[REDBOOK_VPACK] = {0}, *p = pack;
    static const uint8_t none[REDBOOK_VPACK];
    for (const uint8_t *s = block + (size_t)n * 24; p < pack + REDBOOK_VPACK; s += 4) {
      *p++ = (uint8_t)(s[0] << 2 | (s[1] & 0x3F) >> 4);
      *p++ = (uint8_t)(s[1] << 4 | (s[2] & 0x3F) >> 2);
      *p++ = (uint8_t)(s[2] << 6 | (s[3] & 0x3F));
    }
    if (memcmp(pack, none, sizeof pack) == 0) continue;
    sao->looped = (sao->packs && memcmp(pack, sao->pack[0], sizeof pack) == 0) ||
                  sao->packs == REDBOOK_VPACKS;
    if (!sao->looped) memcpy(sao->pack[sao->packs++], pack, sizeof pack);
  }
}

static uint32_t check(struct redbook_virtual *drive, struct redbook_vcall *call, int32_t lba,
                      uint32_t blocks) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  const struct redbook_vtrack *track = redbook_vdisc_unfinished_const(disc);
  const struct redbook_vsao *sao = &drive->sao;
  if (!redbook_vrecord_possible(disc)) return REDBOOK_VCANNOT_WRITE;
  if (!sao->ready || (track && track->state != REDBOOK_VTRACK_OPEN)) return REDBOOK_VSEQUENCE;
  bool lead_in = sao->position < sao->sheet.base;
  int32_t end = lead_in ? sao->sheet.base : sao->sheet.lead_out;
  uint32_t size = lead_in ? BLOCK : REDBOOK_SECTOR_BYTES;
  if ((uint64_t)blocks * size != call->command->data_length) return REDBOOK_VBAD_CDB;
  call->has_information = true;
  call->information = lba;
  if (lba != sao->position) return REDBOOK_VSENSE(5, 0x21, 0x02);
  if (blocks > (uint32_t)(end - lba)) return REDBOOK_VSENSE(5, 0x63, 0x00);
  call->has_information = false;
  return redbook_vbuffer_admit(drive, blocks);
}

/* The first block touches the disc: from now on it holds a track, if only a broken one. */
static uint32_t begin(struct redbook_virtual *drive, struct redbook_vcall *call,
                      struct redbook_vdisc *disc) {
  uint32_t code = redbook_vrecord_prepare(drive, call);
  if (code) return code;
  const struct redbook_vtrack *first = drive->sao.sheet.track;
  struct redbook_vtrack *track =
      redbook_vdisc_begin_track(disc, first->control, first->isrc, first->catalog);
  drive->sao.begun = true;
  int error = drive->testing ? 0 : redbook_vimage_reach(&drive->image, track->start + 1);
  if (!redbook_vfile_error(call, drive->image.bin, error)) return 0;
  track->state = REDBOOK_VTRACK_BROKEN;
  return REDBOOK_VWRITE_ERROR;
}

/* The tracks of the sheet take the place of the one that stood for them. */
static uint32_t complete(struct redbook_virtual *drive, struct redbook_vcall *call,
                         struct redbook_vdisc *disc) {
  struct redbook_vsao *sao = &drive->sao;
  struct redbook_vdisc before = *disc;
  uint64_t time = redbook_vrecord_close_time(drive, disc);
  redbook_vbuffer_flush(drive); /* the drive knows that nothing more comes */
  redbook_vsao_forget(drive);
  disc->tracks = sao->sheet.first - 1;
  for (unsigned i = 0; i < sao->sheet.tracks; i++) {
    sao->sheet.track[i].session = (uint8_t)(disc->sessions + 1);
    disc->track[disc->tracks++] = sao->sheet.track[i];
  }
  redbook_vdisc_close_session(disc, drive->page05[3] >> 6 == 3);
  sao->owed_us = time;
  if (drive->testing) return 0;
  int failed = sao->sheet.text && sao->packs
                   ? redbook_vimage_put_cd_text(&drive->image, sao->pack[0], sao->packs)
                   : 0;
  if (!failed) failed = redbook_vimage_commit(&drive->image, disc);
  if (!redbook_vfile_error(call, drive->image.cue, failed)) return 0;
  *disc = before;
  redbook_vdisc_unfinished(disc)->state = REDBOOK_VTRACK_BROKEN;
  sao->owed_us = 0;
  return REDBOOK_VLEAD_IN_ERROR;
}

static uint32_t record(struct redbook_virtual *drive, struct redbook_vcall *call,
                       struct redbook_vtrack *track, uint32_t blocks) {
  struct redbook_vsao *sao = &drive->sao;
  uint32_t code = 0;
  if (sao->position >= sao->sheet.base)
    code = redbook_vrecord_store(drive, call, sao->position, blocks);
  else
    for (uint32_t i = 0; i < blocks; i++)
      keep_packs(sao, call->command->data_out + (size_t)i * BLOCK);
  if (code) {
    track->state = REDBOOK_VTRACK_BROKEN;
    redbook_vsao_forget(drive);
    return code;
  }
  sao->position += (int32_t)blocks;
  if (sao->position > track->start) track->sectors = (uint32_t)(sao->position - track->start);
  return 0;
}

uint32_t redbook_vsao_write(struct redbook_virtual *drive, struct redbook_vcall *call,
                            int32_t lba, uint32_t blocks) {
  uint32_t code = redbook_vbuffer_verdict(drive, call);
  if (code) {
    redbook_vsao_forget(drive);
    return code;
  }
  code = check(drive, call, lba, blocks);
  if (code || !blocks) return code;
  struct redbook_vdisc *disc = redbook_vrecord_target(drive);
  bool first = !drive->sao.begun;
  if (first) code = begin(drive, call, disc);
  if (!code) code = record(drive, call, redbook_vdisc_unfinished(disc), blocks);
  if (code) return code;
  redbook_vbuffer_take(drive, call, first, !first);
  if (drive->sao.position < drive->sao.sheet.lead_out) return 0;
  return complete(drive, call, disc);
}

bool redbook_vsao_synchronize(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_vsao *sao = &drive->sao;
  if (!sao->begun && !sao->owed_us) return false;
  uint64_t time = redbook_vbuffer_flush(drive) + sao->owed_us;
  if (sao->begun) {
    struct redbook_vtrack *track = redbook_vdisc_unfinished(redbook_vdrive_disc(drive));
    if (track && !track->sectors) track->sectors = 1;
    if (track) track->state = REDBOOK_VTRACK_BROKEN;
    redbook_vsao_forget(drive);
  }
  /* No table of contents was recorded: a tested disc is what it was before, and a sheet for
   * what would have come next is void. */
  if (sao->owed_us && drive->testing) {
    drive->testing = false;
    redbook_vsao_forget(drive);
  }
  sao->owed_us = 0;
  redbook_vtime_take(drive, call, time, call->cdb[1] & 2);
  return true;
}
