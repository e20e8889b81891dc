/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the drive ready, is it finished; the tray and its lock (mmc reference 1.7, 3.2). */
#include <string.h>

#include "drive/send.h"

#define NO_MEDIUM_POLLS 3
#define NO_MEDIUM_PAUSE 0.5
#define FINISHED_POLL 1.0
/* A drive that says 2/04/00 for so long has nothing more to tell (1.7, LB). */
#define CLUELESS_SECONDS 5.5

/* With Immed, so that the bus is free while the disc spins up, then once more to its end: a
 * Pioneer DVR-216D says "ready" too early after the first, and keeps the tray shut (quirks.c).
 * Some know only the second. */
static bool start_unit(struct redbook_drive *drive, struct redbook_error *err) {
  struct redbook_command c;
  struct redbook_sense sense;

  redbook_cdb_start_stop(&c, REDBOOK_START, true);
  enum redbook_outcome outcome = redbook_drive_send(drive, &c, &sense);
  if (outcome == REDBOOK_OUTCOME_GOOD || outcome == REDBOOK_OUTCOME_UNSUPPORTED) {
    redbook_cdb_start_stop(&c, REDBOOK_START, false);
    outcome = redbook_drive_send(drive, &c, &sense);
  }
  if (outcome == REDBOOK_OUTCOME_GOOD || outcome == REDBOOK_OUTCOME_BECOMING_READY) return true;
  return redbook_fail_command(err, &c, REDBOOK_CONTEXT_GENERAL);
}

bool redbook_drive_ready(struct redbook_drive *drive, struct redbook_error *err) {
  unsigned attentions = 0;
  unsigned empty = 0;
  unsigned again = 0;
  bool started = false;
  struct redbook_command c;
  struct redbook_sense sense;

  for (;;) {
    redbook_cdb_test_unit_ready(&c);
    enum redbook_outcome outcome = redbook_drive_once(drive, &c, &sense);
    if (outcome == REDBOOK_OUTCOME_GOOD) return true;
    if (outcome == REDBOOK_OUTCOME_ATTENTION && attentions < REDBOOK_ATTENTIONS_SWALLOWED) {
      attentions++;
    } else if (outcome == REDBOOK_OUTCOME_NO_MEDIUM && ++empty < NO_MEDIUM_POLLS) {
      if (!redbook_drive_sleep(drive, NO_MEDIUM_PAUSE, err)) return false;
    } else if (outcome == REDBOOK_OUTCOME_NEEDS_START && !started) {
      started = true;
      if (!start_unit(drive, err)) return false;
    } else if (!redbook_drive_again(drive, outcome, &sense, &again)) {
      return redbook_fail_command(err, &c, REDBOOK_CONTEXT_GENERAL);
    }
  }
}

struct waiting {
  double clueless_since;      /* < 0: not in 2/04/00 (TEST UNIT READY) */
  double disc_clueless_since; /* the same of READ DISC INFORMATION */
  double fraction;            /* of the last sense that had one, < 0 unknown */
};

enum poll { POLL_GOOD, POLL_BUSY, POLL_FAILED };

/* UNIT ATTENTION is part of life after a close, but for 6/29: the reset ended the operation. */
static bool attention_tolerated(const struct redbook_sense *sense) {
  return sense->asc != 0x29;
}

static enum poll judge(struct redbook_drive *drive, struct waiting *w, double *clueless_since,
                       enum redbook_outcome outcome, const struct redbook_sense *sense) {
  if (outcome != REDBOOK_OUTCOME_GOOD && sense->valid && sense->has_progress)
    w->fraction = sense->progress / 65536.0;

  if (outcome == REDBOOK_OUTCOME_BECOMING_READY &&
      redbook_sense_triple(sense) == REDBOOK_TRIPLE(2, 0x04, 0x00)) {
    double now = redbook_drive_now(drive);
    if (*clueless_since < 0) *clueless_since = now;
    return now - *clueless_since > CLUELESS_SECONDS ? POLL_GOOD : POLL_BUSY;
  }
  *clueless_since = -1;
  switch (outcome) {
    case REDBOOK_OUTCOME_GOOD:
      return POLL_GOOD;
    case REDBOOK_OUTCOME_BECOMING_READY:
    case REDBOOK_OUTCOME_IN_PROGRESS:
    case REDBOOK_OUTCOME_BUFFER_FULL:
      return POLL_BUSY;
    case REDBOOK_OUTCOME_ATTENTION:
      return attention_tolerated(sense) ? POLL_BUSY : POLL_FAILED;
    default:
      return POLL_FAILED;
  }
}

/* A question that the bus lost is asked again; attentions are for judge(). */
static enum redbook_outcome ask(struct redbook_drive *drive, struct redbook_command *c,
                                struct redbook_sense *sense) {
  unsigned again = 0;
  enum redbook_outcome outcome;
  do
    outcome = redbook_drive_once(drive, c, sense);
  while (redbook_drive_again(drive, outcome, sense, &again));
  return outcome;
}

/* TEST UNIT READY, and when that is content READ DISC INFORMATION: the first alone says GOOD
 * while Pioneers still close (1.7). A drive without the second is believed the first. */
static enum poll poll_finished(struct redbook_drive *drive, struct waiting *w,
                               struct redbook_command *c, struct redbook_sense *sense) {
  uint8_t data[34];

  redbook_cdb_test_unit_ready(c);
  enum poll verdict = judge(drive, w, &w->clueless_since, ask(drive, c, sense), sense);
  if (verdict != POLL_GOOD) return verdict;
  redbook_cdb_read_disc_information(c, data, sizeof data);
  enum redbook_outcome outcome = ask(drive, c, sense);
  if (outcome == REDBOOK_OUTCOME_UNSUPPORTED) return POLL_GOOD;
  return judge(drive, w, &w->disc_clueless_since, outcome, sense);
}

static bool fail_wait(struct redbook_error *err, const struct redbook_command *c,
                      const struct redbook_sense *sense, enum redbook_context context) {
  if (context == REDBOOK_CONTEXT_GENERAL) return redbook_fail_command(err, c, context);
  return redbook_fail_burn(err, c, sense, context);
}

bool redbook_drive_wait(struct redbook_drive *drive, double limit, enum redbook_context context,
                        redbook_progress_fn *on_progress, void *progress_context,
                        struct redbook_error *err) {
  struct redbook_drive patient = {.transport = drive->transport, .cancel = NULL};
  struct waiting w = {.clueless_since = -1, .disc_clueless_since = -1, .fraction = -1};
  double start = redbook_drive_now(&patient);
  struct redbook_command c;
  struct redbook_sense sense;
  unsigned good = 0;

  for (;;) {
    enum poll verdict = poll_finished(&patient, &w, &c, &sense);
    if (verdict == POLL_FAILED) return fail_wait(err, &c, &sense, context);
    good = verdict == POLL_GOOD ? good + 1 : 0;
    if (good == 2) return true;
    double elapsed = redbook_drive_now(&patient) - start;
    if (on_progress) on_progress(progress_context, elapsed, w.fraction);
    if (good == 0 && elapsed >= limit)
      return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY,
                          "the drive is still busy after %.0f seconds", elapsed);
    if (!redbook_drive_sleep(&patient, FINISHED_POLL, err)) return false;
  }
}

bool redbook_drive_wait_finished(struct redbook_drive *drive, double limit,
                                 redbook_progress_fn *on_progress, void *context,
                                 struct redbook_error *err) {
  return redbook_drive_wait(drive, limit, REDBOOK_CONTEXT_GENERAL, on_progress, context, err);
}

bool redbook_drive_prevent(struct redbook_drive *drive, bool prevent,
                           struct redbook_error *err) {
  struct redbook_command c;
  struct redbook_sense sense;

  redbook_cdb_prevent(&c, prevent);
  switch (redbook_drive_send(drive, &c, &sense)) {
    case REDBOOK_OUTCOME_GOOD:
    case REDBOOK_OUTCOME_UNSUPPORTED:
      return true;
    default:
      return redbook_fail_command(err, &c, REDBOOK_CONTEXT_GENERAL);
  }
}

/* Never with Immed: a LOAD with it confuses LG drives (mmc reference 6), and the reply is then
 * the end that the caller waits for. */
bool redbook_drive_start_stop(struct redbook_drive *drive, enum redbook_start_stop what,
                              struct redbook_error *err) {
  struct redbook_command c;

  redbook_cdb_start_stop(&c, what, false);
  return redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err);
}
