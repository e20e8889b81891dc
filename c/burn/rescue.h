/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rescue: the steps that bring a disc whose burn was cut off into a good state (mmc
 * reference 5.4). Each is an operation of its own that holds the drive exclusively; what to do
 * when is decided by who calls them (lua/redbook/recipe/rescue.lua).
 */
#ifndef REDBOOK_BURN_RESCUE_H
#define REDBOOK_BURN_RESCUE_H

#include "burn/operation.h"
#include "drive/recorder.h"

#define REDBOOK_RESCUE_PATIENCE 600.0 /* s that a drive may stay busy (5.4) */

enum redbook_rescue_step {
  /* Waits until the drive answers (at most `patience`), SYNCHRONIZE CACHE whose failure does
   * not count, waits again: what a killed burner left in the drive's buffer is recorded. */
  REDBOOK_RESCUE_SETTLE,
  /* MODE SELECT with the test bit off: a drive forgets the disc that it only simulated. */
  REDBOOK_RESCUE_FORGET_TEST,
  /* CLOSE TRACK of the one that was begun and not ended; where the drive refuses it and still
   * takes sectors of that track, silence and SYNCHRONIZE CACHE. */
  REDBOOK_RESCUE_CLOSE_TRACK,
  /* CLOSE SESSION; 5/72/03: closes the track, and again. */
  REDBOOK_RESCUE_CLOSE_SESSION
};

struct redbook_rescue_options {
  const char *client;        /* who holds the drive */
  bool next_session_allowed; /* CLOSE_SESSION: leaves the disc appendable */
  double patience;           /* s */
};

/* The operation's error has the state of the disc as the drive tells it then. A drive that
 * stays busy, or does not answer, gives 0207 or 020D with the advice to switch it off and on.
 * SETTLE can be cancelled; the others run to their end once they have begun. */
struct redbook_operation *redbook_recorder_begin_rescue(
    struct redbook_recorder *recorder, enum redbook_rescue_step step,
    const struct redbook_rescue_options *options, struct redbook_error *err);

#endif
