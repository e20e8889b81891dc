/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WRITE(10) inside a burn: what may be sent again, and what ends the track (mmc reference 3,
 * 3.1). */
#include "drive/send.h"

#define FULL_LIMIT 120.0 /* seconds without progress */
#define FULL_FIRST_PAUSE 0.005
#define FULL_LAST_PAUSE 0.05
#define POSITION_LIMIT 5.0 /* seconds that a busy drive may keep its position to itself */
#define POSITION_PAUSE 0.25
#define RESOURCE_PAUSE 1.0

struct writing {
  int32_t lba;
  uint16_t sectors;
  double start;
  double pause;   /* the next one while the drive's buffer is full */
  unsigned tries; /* of resends that were not flow control */
};

enum verdict { WRITTEN, RESEND, BROKEN };

/* The drive's next writable address. False when it would not say within five seconds. */
static bool position(struct redbook_drive *drive, int32_t lba, int32_t *next) {
  struct redbook_drive patient = {.transport = drive->transport, .cancel = NULL};
  struct redbook_track_information track;
  struct redbook_error trouble;
  double start = redbook_drive_now(drive);

  for (;;) {
    redbook_error_clear(&trouble);
    bool ok = redbook_drive_track_information(&patient, REDBOOK_BY_TRACK,
                                              REDBOOK_INVISIBLE_TRACK, &track, &trouble);
    if ((!ok || !track.next_writable_valid) &&
        trouble.code != REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY)
      ok = redbook_drive_track_information(&patient, REDBOOK_BY_LBA, (uint32_t)lba, &track,
                                           &trouble);
    if (ok) {
      /* -150 on a blank disc means 0, as where the track began (1.6). */
      *next = track.next_writable > track.start ? track.next_writable : track.start;
      return track.next_writable_valid;
    }
    if (trouble.code != REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY) return false;
    if (redbook_drive_now(drive) - start >= POSITION_LIMIT) return false;
    redbook_drive_sleep(&patient, POSITION_PAUSE, NULL);
  }
}

/* After a failure that leaves open whether the data were taken: the position says it. */
static enum verdict by_position(struct redbook_drive *drive, struct writing *w,
                                unsigned tries) {
  int32_t next;

  if (!position(drive, w->lba, &next)) return BROKEN;
  if (next == w->lba + w->sectors) return WRITTEN;
  if (next != w->lba || w->tries >= tries) return BROKEN;
  w->tries++;
  return RESEND;
}

/* Attentions that do not say that the disc or our settings are gone: 5Ah is somebody at the
 * eject button. The command was not carried out. */
static enum verdict after_attention(struct writing *w, const struct redbook_sense *sense) {
  if (sense->asc != 0x5A || w->tries >= REDBOOK_ATTENTIONS_SWALLOWED) return BROKEN;
  w->tries++;
  return RESEND;
}

/* Linux gives a command up by aborting it, or by a reset: then the track is over (6/29). */
static bool was_reset(struct redbook_drive *drive) {
  struct redbook_command c;
  struct redbook_sense sense;

  redbook_cdb_test_unit_ready(&c);
  return redbook_drive_once(drive, &c, &sense) == REDBOOK_OUTCOME_ATTENTION &&
         (sense.asc == 0x28 || sense.asc == 0x29);
}

/* GOOD, but with a residual: some USB bridges count wrongly, others lost data. Only a drive
 * that waits for these very sectors, or for some of them, is believed more than its GOOD; what
 * it then still hides, the checks after the track find. */
static enum verdict after_residual(struct redbook_drive *drive, struct writing *w) {
  int32_t next;

  if (!position(drive, w->lba, &next)) return WRITTEN;
  if (next < w->lba || next >= w->lba + w->sectors) return WRITTEN;
  if (next != w->lba || w->tries >= REDBOOK_OTHER_TRIES) return BROKEN;
  w->tries++;
  return RESEND;
}

/* A time-out leaves open what the drive did meanwhile; a wrong address (5/21) may be ours or a
 * drive's that took the data already; 5/55 passes, perhaps. */
static enum verdict after_failure(struct redbook_drive *drive, struct writing *w,
                                  const struct redbook_command *c,
                                  const struct redbook_sense *sense) {
  if (c->host_status == REDBOOK_HOST_TIMEOUT)
    return was_reset(drive) ? BROKEN : by_position(drive, w, REDBOOK_OTHER_TRIES);
  if (!sense->valid || sense->deferred || sense->key != 5) return BROKEN;
  if (sense->asc == 0x55) redbook_drive_sleep(drive, RESOURCE_PAUSE, NULL);
  bool unsure = sense->asc == 0x21 || sense->asc == 0x55;
  return unsure ? by_position(drive, w, REDBOOK_OTHER_TRIES) : BROKEN;
}

static enum verdict judge(struct redbook_drive *drive, struct writing *w,
                          const struct redbook_command *c, enum redbook_outcome outcome,
                          const struct redbook_sense *sense) {
  switch (outcome) {
    case REDBOOK_OUTCOME_GOOD:
      return c->residual == 0 ? WRITTEN : after_residual(drive, w);
    case REDBOOK_OUTCOME_ATTENTION:
      return after_attention(w, sense);
    case REDBOOK_OUTCOME_ABORTED:
      return by_position(drive, w,
                         sense->key == 4 ? REDBOOK_LINK_CRC_TRIES : REDBOOK_OTHER_TRIES);
    case REDBOOK_OUTCOME_FAILED:
      return after_failure(drive, w, c, sense);
    default:
      return BROKEN;
  }
}

/* "Not ready" on WRITE means that nothing was taken, whatever the drive is busy with. */
static bool not_now(enum redbook_outcome outcome) {
  return outcome == REDBOOK_OUTCOME_BUFFER_FULL || outcome == REDBOOK_OUTCOME_IN_PROGRESS ||
         outcome == REDBOOK_OUTCOME_BECOMING_READY;
}

/* A quarter of the time that 26 sectors take is 5 ms at 16x and more than 50 ms at 1x (3.1);
 * the speed is not known here, so the pause grows from the one to the other. */
static bool pause_full(struct redbook_drive *drive, const struct redbook_command *c,
                       struct writing *w, struct redbook_error *err) {
  if (redbook_drive_now(drive) - w->start >= FULL_LIMIT) {
    redbook_fail_command(err, c, REDBOOK_CONTEXT_WRITE);
    return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY,
                        "the drive took no data for %.0f seconds", FULL_LIMIT);
  }
  double pause = w->pause;
  w->pause = pause * 2 < FULL_LAST_PAUSE ? pause * 2 : FULL_LAST_PAUSE;
  return redbook_drive_sleep(drive, pause, err);
}

static bool fail_write(struct redbook_error *err, const struct redbook_command *c,
                       enum redbook_outcome outcome, const struct redbook_sense *sense) {
  if (outcome == REDBOOK_OUTCOME_GOOD)
    return redbook_fail_reply(err, c, "not all of the data arrived at the drive");
  return redbook_fail_burn(err, c, sense, REDBOOK_CONTEXT_WRITE);
}

static bool write_some(struct redbook_drive *drive, int32_t lba, uint16_t sectors,
                       const uint8_t *data, struct redbook_error *err) {
  struct writing w = {.lba = lba,
                      .sectors = sectors,
                      .start = redbook_drive_now(drive),
                      .pause = FULL_FIRST_PAUSE};
  struct redbook_command c;
  struct redbook_sense sense;

  if (!redbook_drive_sleep(drive, 0, err)) return false;
  redbook_cdb_write(&c, lba, sectors, data);
  for (;;) {
    enum redbook_outcome outcome = redbook_drive_once(drive, &c, &sense);
    if (not_now(outcome)) {
      if (!pause_full(drive, &c, &w, err)) return false;
      continue;
    }
    enum verdict verdict = judge(drive, &w, &c, outcome, &sense);
    if (verdict == WRITTEN) return true;
    if (verdict == BROKEN) return fail_write(err, &c, outcome, &sense);
    if (!redbook_drive_sleep(drive, 0, err)) return false;
  }
}

uint16_t redbook_drive_sectors_at_once(const struct redbook_drive *drive) {
  uint32_t fit = drive->transport->max_transfer / REDBOOK_SECTOR_BYTES;

  if (fit == 0) return 1; /* the transport will say what is wrong */
  return (uint16_t)(fit < REDBOOK_SECTORS_AT_ONCE ? fit : REDBOOK_SECTORS_AT_ONCE);
}

bool redbook_drive_write(struct redbook_drive *drive, int32_t lba, uint16_t sectors,
                         const uint8_t *data, struct redbook_error *err) {
  uint16_t most = redbook_drive_sectors_at_once(drive);

  while (sectors > most) {
    if (!write_some(drive, lba, most, data, err)) return false;
    lba += most;
    data += (size_t)most * REDBOOK_SECTOR_BYTES;
    sectors = (uint16_t)(sectors - most);
  }
  return write_some(drive, lba, sectors, data, err);
}
