/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One command to the drive with the retries of everyday life, and sleeping by its clock. */
#include "drive/send.h"

#define RESOURCE_PAUSE_US 1000000u
#define SLICE_US 50000u /* how late a cancel is noticed on a real clock */

double redbook_drive_now(struct redbook_drive *drive) {
  return (double)redbook_transport_now_us(drive->transport) / 1e6;
}

static bool cancelled(const struct redbook_drive *drive) {
  return drive->cancel && atomic_load(drive->cancel);
}

static bool fail_cancelled(struct redbook_error *err) {
  return redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "the job was cancelled");
}

bool redbook_drive_sleep(struct redbook_drive *drive, double seconds,
                         struct redbook_error *err) {
  struct redbook_transport *transport = drive->transport;
  bool real = transport->ops->is_real_time(transport);
  uint64_t left = seconds > 0 ? (uint64_t)(seconds * 1e6) : 0;

  while (left > 0) {
    if (cancelled(drive)) return fail_cancelled(err);
    uint64_t slice = real && drive->cancel && left > SLICE_US ? SLICE_US : left;
    redbook_transport_sleep_us(transport, slice);
    left -= slice;
  }
  return cancelled(drive) ? fail_cancelled(err) : true;
}

uint32_t redbook_received(const struct redbook_command *c) {
  return c->residual < c->data_length ? c->data_length - c->residual : 0;
}

enum redbook_outcome redbook_drive_once(struct redbook_drive *drive, struct redbook_command *c,
                                        struct redbook_sense *sense) {
  redbook_transport_execute(drive->transport, c);
  return redbook_outcome_of(c, sense);
}

/* 5/55/xx: the drive is short of something, perhaps for a moment only. */
static bool resource_failure(enum redbook_outcome outcome, const struct redbook_sense *sense) {
  return outcome == REDBOOK_OUTCOME_FAILED && sense->valid && !sense->deferred &&
         sense->key == 5 && sense->asc == 0x55;
}

bool redbook_drive_again(struct redbook_drive *drive, enum redbook_outcome outcome,
                         const struct redbook_sense *sense, unsigned *again) {
  bool busy = resource_failure(outcome, sense);
  unsigned most = outcome == REDBOOK_OUTCOME_ABORTED && sense->key == 4 ? REDBOOK_LINK_CRC_TRIES
                                                                        : REDBOOK_OTHER_TRIES;

  if ((outcome != REDBOOK_OUTCOME_ABORTED && !busy) || *again >= most) return false;
  (*again)++;
  if (busy) redbook_transport_sleep_us(drive->transport, RESOURCE_PAUSE_US);
  return true;
}

enum redbook_outcome redbook_drive_send(struct redbook_drive *drive, struct redbook_command *c,
                                        struct redbook_sense *sense) {
  unsigned attentions = 0;
  unsigned again = 0;

  for (;;) {
    enum redbook_outcome outcome = redbook_drive_once(drive, c, sense);
    if (outcome == REDBOOK_OUTCOME_ATTENTION && attentions < REDBOOK_ATTENTIONS_SWALLOWED)
      attentions++;
    else if (!redbook_drive_again(drive, outcome, sense, &again))
      return outcome;
  }
}

bool redbook_drive_run(struct redbook_drive *drive, struct redbook_command *c,
                       enum redbook_context context, struct redbook_error *err) {
  struct redbook_sense sense;

  if (redbook_drive_send(drive, c, &sense) == REDBOOK_OUTCOME_GOOD) return true;
  return redbook_fail_command(err, c, context);
}

bool redbook_fail_burn(struct redbook_error *err, const struct redbook_command *c,
                       const struct redbook_sense *sense, enum redbook_context context) {
  redbook_fail_command(err, c, context);
  if (!sense->valid || sense->key != 6) return false;
  if (sense->asc == 0x28)
    redbook_fail(err, REDBOOK_E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
                 "the disc was changed while it was being written");
  if (sense->asc == 0x29)
    redbook_fail(err, REDBOOK_E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
                 "the drive was reset while it was writing");
  return false;
}
