/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ending a track and closing a session: long operations that are sent with Immed, polled, and
 * never cancelled (mmc reference 1.7). */
#include "drive/send.h"

#define BUSY_PAUSE 1.0
#define SYNCHRONOUS_TIMEOUT_MS (1200u * 1000u) /* 1.1 */

static const uint32_t INCOMPLETE_TRACK = REDBOOK_TRIPLE(5, 0x72, 0x03);

/* 6/28 says that another disc may lie there, 6/29 that the drive was reset: neither may be
 * swallowed between a track's data and its end. */
static bool harmless_attention(const struct redbook_sense *sense) {
  return sense->asc != 0x28 && sense->asc != 0x29;
}

static bool wants_no_immed(enum redbook_outcome outcome, const struct redbook_sense *sense) {
  return outcome == REDBOOK_OUTCOME_UNSUPPORTED && sense->valid && sense->asc == 0x24;
}

static enum redbook_outcome send_synchronize(struct redbook_drive *drive, double limit,
                                             struct redbook_command *c,
                                             struct redbook_sense *sense) {
  double start = redbook_drive_now(drive);
  unsigned attentions = 0;
  unsigned again = 0;
  bool immed = true;

  for (;;) {
    redbook_cdb_synchronize_cache(c, immed);
    if (!immed) c->timeout_ms = SYNCHRONOUS_TIMEOUT_MS;
    enum redbook_outcome outcome = redbook_drive_once(drive, c, sense);
    if (immed && wants_no_immed(outcome, sense)) {
      immed = false;
    } else if (outcome == REDBOOK_OUTCOME_IN_PROGRESS ||
               outcome == REDBOOK_OUTCOME_BUFFER_FULL ||
               outcome == REDBOOK_OUTCOME_BECOMING_READY) {
      /* The drive still writes and did not take the command. */
      if (redbook_drive_now(drive) - start >= limit) return outcome;
      redbook_drive_sleep(drive, BUSY_PAUSE, NULL);
    } else if (outcome == REDBOOK_OUTCOME_ATTENTION && harmless_attention(sense)) {
      if (attentions++ == REDBOOK_ATTENTIONS_SWALLOWED) return outcome;
    } else if (!redbook_drive_again(drive, outcome, sense, &again)) {
      return outcome; /* sending it twice ends one track (1.7) */
    }
  }
}

bool redbook_drive_synchronize(struct redbook_drive *drive, double limit,
                               redbook_progress_fn *on_progress, void *context,
                               struct redbook_error *err) {
  struct redbook_drive patient = {.transport = drive->transport, .cancel = NULL};
  struct redbook_command c;
  struct redbook_sense sense;

  double start = redbook_drive_now(&patient);
  if (send_synchronize(&patient, limit, &c, &sense) != REDBOOK_OUTCOME_GOOD)
    return redbook_fail_burn(err, &c, &sense, REDBOOK_CONTEXT_WRITE);
  double left = limit - (redbook_drive_now(&patient) - start);
  return redbook_drive_wait(&patient, left, REDBOOK_CONTEXT_WRITE, on_progress, context, err);
}

struct closing {
  struct redbook_drive drive;
  double deadline; /* by the transport's clock */
  redbook_progress_fn *on_progress;
  void *context;
  bool early; /* "busy" before it was done (Mitsumi, Sony), or no answer at all */
  unsigned again;
  struct redbook_error unanswered; /* what made it early */
};

static bool wait_closed(struct closing *closing, struct redbook_error *err) {
  double left = closing->deadline - redbook_drive_now(&closing->drive);

  return redbook_drive_wait(&closing->drive, left, REDBOOK_CONTEXT_CLOSE, closing->on_progress,
                            closing->context, err);
}

/* Not carried out, or not yet told to be: whether it was, the disc says after a wait. */
static bool is_early(struct closing *closing, const struct redbook_command *c,
                     enum redbook_outcome outcome, const struct redbook_sense *sense) {
  bool busy = outcome == REDBOOK_OUTCOME_IN_PROGRESS ||
              outcome == REDBOOK_OUTCOME_BUFFER_FULL ||
              outcome == REDBOOK_OUTCOME_BECOMING_READY;

  closing->early =
      busy || redbook_drive_again(&closing->drive, outcome, sense, &closing->again);
  redbook_error_clear(&closing->unanswered);
  if (closing->early) redbook_fail_burn(&closing->unanswered, c, sense, REDBOOK_CONTEXT_CLOSE);
  return closing->early;
}

/* A disc that may be another is not closed; with a reset (6/29) or other mode parameters (6/2A)
 * page 05h is gone, without which the session would be closed in the wrong way. */
static bool attention_passes(enum redbook_close function, const struct redbook_sense *sense) {
  if (sense->asc == 0x28) return false;
  return function == REDBOOK_CLOSE_TRACK || (sense->asc != 0x29 && sense->asc != 0x2A);
}

/* One CLOSE TRACK/SESSION with its wait. */
static bool close_once(struct closing *closing, enum redbook_close function, uint16_t number,
                       struct redbook_error *err) {
  struct redbook_command c;
  struct redbook_sense sense;
  unsigned attentions = 0;
  bool immed = true;

  for (;;) {
    redbook_cdb_close(&c, function, number, immed);
    if (!immed) c.timeout_ms = SYNCHRONOUS_TIMEOUT_MS;
    enum redbook_outcome outcome = redbook_drive_once(&closing->drive, &c, &sense);
    if (is_early(closing, &c, outcome, &sense) || outcome == REDBOOK_OUTCOME_GOOD)
      return wait_closed(closing, err);
    if (immed && wants_no_immed(outcome, &sense)) {
      immed = false;
    } else if (outcome == REDBOOK_OUTCOME_ATTENTION && attention_passes(function, &sense) &&
               attentions < REDBOOK_ATTENTIONS_SWALLOWED) {
      attentions++;
    } else {
      return redbook_fail_burn(err, &c, &sense, REDBOOK_CONTEXT_CLOSE);
    }
  }
}

/* The track that keeps the session from closing: the one behind number FFh if it has begun,
 * else the last of the session that is not merely the place for the next one. 0: none found. */
static uint16_t incomplete_track(struct redbook_drive *drive) {
  struct redbook_track_information track;
  struct redbook_disc_information disc;

  if (redbook_drive_track_information(drive, REDBOOK_BY_TRACK, REDBOOK_INVISIBLE_TRACK, &track,
                                      NULL) &&
      !track.blank)
    return track.track;
  if (!redbook_drive_disc_information(drive, &disc, NULL)) return 0;
  uint16_t number = disc.last_track_in_last;
  if (redbook_drive_track_information(drive, REDBOOK_BY_TRACK, number, &track, NULL) &&
      track.blank)
    number = number > disc.first_track_in_last ? (uint16_t)(number - 1) : 0;
  return number;
}

/* After an early return: was the command taken, or is the session still open? */
static bool still_open(struct redbook_drive *drive) {
  struct redbook_disc_information disc;

  return redbook_drive_disc_information(drive, &disc, NULL) &&
         disc.disc_status == REDBOOK_STATUS_APPENDABLE &&
         disc.session_status == REDBOOK_SESSION_INCOMPLETE;
}

static bool complains_of_track(const struct redbook_error *err) {
  return err->sense.valid && redbook_sense_triple(&err->sense) == INCOMPLETE_TRACK;
}

/* Again as long as nothing comes of it but "busy"; closing what is closed already is GOOD. */
static bool close_until_closed(struct closing *closing, enum redbook_close function,
                               uint16_t number, struct redbook_error *err) {
  for (;;) {
    if (!close_once(closing, function, number, err)) return false;
    if (!closing->early) return true;
    if (function == REDBOOK_CLOSE_SESSION && !still_open(&closing->drive)) return true;
    if (redbook_drive_now(&closing->drive) < closing->deadline) continue;
    if (err) *err = closing->unanswered;
    return false;
  }
}

/* CLOSE TRACK is tried for what it is worth (LG drives refuse it, mmc reference 6): whether
 * something came of it, the second CLOSE SESSION tells. */
static bool close_session(struct closing *closing, struct redbook_error *err) {
  if (close_until_closed(closing, REDBOOK_CLOSE_SESSION, 0, err)) return true;
  uint16_t number = complains_of_track(err) ? incomplete_track(&closing->drive) : 0;
  if (number == 0) return false;
  close_until_closed(closing, REDBOOK_CLOSE_TRACK, number, NULL);
  redbook_error_clear(err);
  return close_until_closed(closing, REDBOOK_CLOSE_SESSION, 0, err);
}

bool redbook_drive_close_track(struct redbook_drive *drive, uint16_t number, double limit,
                               struct redbook_error *err) {
  struct closing closing = {.drive = {.transport = drive->transport, .cancel = NULL},
                            .deadline = redbook_drive_now(drive) + limit};

  return close_until_closed(&closing, REDBOOK_CLOSE_TRACK, number, err);
}

bool redbook_drive_close_session(struct redbook_drive *drive, double limit,
                                 redbook_progress_fn *on_progress, void *context,
                                 struct redbook_error *err) {
  struct closing closing = {.drive = {.transport = drive->transport, .cancel = NULL},
                            .deadline = redbook_drive_now(drive) + limit,
                            .on_progress = on_progress,
                            .context = context};
  struct redbook_error trouble;

  redbook_error_clear(&trouble);
  if (close_session(&closing, &trouble)) return true;
  if (err) *err = trouble;
  return false;
}
