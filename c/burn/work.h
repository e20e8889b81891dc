/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work: an operation on a recorder for those who need no TrackAtOnce (erasing, rescue,
 * reading back).
 *
 * Threads: redbook_recorder_begin and delivered belong to the host's thread, run to the worker;
 * `context` is the worker's until run returns, the host's afterwards.
 */
#ifndef REDBOOK_BURN_WORK_H
#define REDBOOK_BURN_WORK_H

#include "burn/operation.h"
#include "drive/recorder.h"

struct redbook_work {
  const char *thread_name; /* at most 15 characters */
  /* The whole work, with the drive held exclusively. `drive` carries the operation's cancel
   * flag: its commands and sleeps end with REQUEST_CANCELLED once that is set; what must not be
   * left half done goes on with a copy whose cancel is NULL. `err` is never NULL; its `disc` is
   * the work's to fill, also on success (the drive may still refuse to be unlocked). */
  bool (*run)(struct redbook_operation *operation, struct redbook_drive *drive, void *context,
              uint32_t *remark, struct redbook_error *err);
  void (*delivered)(void *context, bool ok); /* the host learns of the end; may be NULL */
  void (*destroy)(void *context);
};

/* Takes the drive exclusively under `client` on the worker, runs, gives it back, whatever came
 * of it. The recorder is busy until the host learns of the end. Exclusive access that the host
 * has already is nested into. An operation that its host drops unfinished is cancelled and ends
 * in the background; the recorder is free as soon as it has. Errors here: 0211 for the client's
 * name, 0500 while another operation runs, 0210 while a TrackAtOnce has prepared the recorder;
 * the result may be 0210 for others. Owns `context` from the call on, also when it fails. */
struct redbook_operation *redbook_recorder_begin(struct redbook_recorder *recorder,
                                                 const char *client,
                                                 const struct redbook_work *work, void *context,
                                                 struct redbook_error *err);

/* For redbook_let_go_all: asks all that run to stop; then waits for the end of each. */
void redbook_work_cancel_all(void);
void redbook_work_join_all(void);

#endif
