/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Erasing: sent with Immed, polled, never cancelled (mmc reference 1.9, 5.4). */
#include "drive/send.h"

#define BUSY_PAUSE 1.0
#define FLUSH_SECONDS 120.0

static const uint32_t SEQUENCE_ERROR = REDBOOK_TRIPLE(5, 0x2C, 0x00);
static const uint32_t SPEED_MISMATCH = REDBOOK_TRIPLE(5, 0x30, 0x05);

struct blanking {
  struct redbook_drive drive;
  bool all, immed;
  double deadline; /* by the transport's clock */
  bool flushed, slowed;
  unsigned again;
};

enum verdict { TAKEN, RESEND, REFUSED };

/* What a program that died has left in the drive's buffer is written out: until then the drive
 * takes the disc for one that is being recorded. */
static enum verdict flush(struct blanking *b) {
  if (b->flushed) return REFUSED;
  b->flushed = true;
  redbook_drive_synchronize(&b->drive, FLUSH_SECONDS, NULL, NULL, NULL);
  return RESEND;
}

/* A medium of 4x in a drive that would go at 10x. */
static enum verdict slow_down(struct blanking *b) {
  struct redbook_speed speeds[REDBOOK_MAX_SPEEDS];
  unsigned count = 0;

  if (b->slowed) return REFUSED;
  b->slowed = true;
  bool ok = redbook_drive_speeds(&b->drive, speeds, REDBOOK_MAX_SPEEDS, &count, NULL) &&
            redbook_drive_set_speed(&b->drive, speeds[count - 1].kbps, false, NULL);
  return ok ? RESEND : REFUSED;
}

/* Not carried out; 6/28 says that another disc may lie there, which nobody wants erased. */
static enum verdict after_attention(struct blanking *b, const struct redbook_sense *sense) {
  return sense->asc != 0x28 && b->again++ < REDBOOK_ATTENTIONS_SWALLOWED ? RESEND : REFUSED;
}

static enum verdict after_busy(struct blanking *b) {
  if (redbook_drive_now(&b->drive) >= b->deadline) return REFUSED;
  redbook_drive_sleep(&b->drive, BUSY_PAUSE, NULL);
  return RESEND;
}

static enum verdict without_immed(struct blanking *b) {
  if (!b->immed) return REFUSED;
  b->immed = false;
  return RESEND;
}

static enum verdict judge(struct blanking *b, enum redbook_outcome outcome,
                          const struct redbook_sense *sense) {
  switch (outcome) {
    case REDBOOK_OUTCOME_GOOD:
      return TAKEN;
    case REDBOOK_OUTCOME_IN_PROGRESS:
    case REDBOOK_OUTCOME_BECOMING_READY:
      return after_busy(b);
    case REDBOOK_OUTCOME_ATTENTION:
      return after_attention(b, sense);
    case REDBOOK_OUTCOME_ABORTED: /* erasing twice does no harm */
      return b->again++ < REDBOOK_ATTENTIONS_SWALLOWED ? RESEND : REFUSED;
    case REDBOOK_OUTCOME_UNSUPPORTED:
      return sense->valid && sense->asc == 0x24 ? without_immed(b) : REFUSED;
    case REDBOOK_OUTCOME_FAILED:
      if (!sense->valid || sense->deferred) return REFUSED;
      if (redbook_sense_triple(sense) == SEQUENCE_ERROR) return flush(b);
      return redbook_sense_triple(sense) == SPEED_MISMATCH ? slow_down(b) : REFUSED;
    default:
      return REFUSED;
  }
}

/* A medium error, and a command that ended on its way, leave open what was done. */
static bool may_have_begun(const struct redbook_command *c, const struct redbook_sense *sense) {
  return c->host_status != REDBOOK_HOST_OK ||
         (sense->valid && (sense->key == 3 || sense->key == 4 || sense->key == 0xB));
}

bool redbook_drive_blank(struct redbook_drive *drive, bool all, double limit,
                         redbook_progress_fn *on_progress, void *context, bool *begun,
                         struct redbook_error *err) {
  struct blanking b = {.drive = {.transport = drive->transport, .cancel = NULL},
                       .all = all,
                       .immed = true,
                       .deadline = redbook_drive_now(drive) + limit};
  enum verdict verdict = RESEND;
  struct redbook_command c;
  struct redbook_sense sense;

  *begun = false;
  while (verdict == RESEND) {
    redbook_cdb_blank(&c, b.all, b.immed);
    verdict = judge(&b, redbook_drive_once(&b.drive, &c, &sense), &sense);
  }
  *begun = verdict == TAKEN || may_have_begun(&c, &sense);
  if (verdict != TAKEN) return redbook_fail_command(err, &c, REDBOOK_CONTEXT_GENERAL);
  double left = b.deadline - redbook_drive_now(&b.drive);
  return redbook_drive_wait(&b.drive, left, REDBOOK_CONTEXT_GENERAL, on_progress, context, err);
}
