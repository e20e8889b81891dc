/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker's side of an operation: what a job is, and how it reports.
 *
 * Threads: run belongs to the worker; delivered and feed to the host's thread; a job's context
 * is the worker's until run returns, the host's afterwards.
 */
#ifndef REDBOOK_BURN_JOB_H
#define REDBOOK_BURN_JOB_H

#include "burn/operation.h"

struct redbook_job {
  const char *thread_name; /* at most 15 characters */
  /* The whole work. Returns success; fills `remark` or `err`. */
  bool (*run)(struct redbook_operation *operation, void *context, uint32_t *remark,
              struct redbook_error *err);
  /* The host learns of the end (or it is settled without a host): the owner changes its state.
   */
  void (*delivered)(void *context, bool ok);
  /* Before delivered, when it succeeded and no host was told: takes it back. May be NULL. */
  void (*revoke)(void *context);
  /* Data that the host feeds; NULL when the job wants none. */
  bool (*feed)(struct redbook_operation *operation, void *context, const uint8_t *data,
               uint32_t length, bool end, struct redbook_error *err);
  /* Cancel was asked for: wakes what may be waiting inside run. Any thread, but never after the
   * end; must not report. May be NULL. */
  void (*interrupt)(void *context);
  void (*destroy)(void *context);
};

/* Owns `context` from the call on, also when it fails. The worker is not started yet. */
struct redbook_operation *redbook_operation_create(const struct redbook_job *job, void *context,
                                                   struct redbook_error *err);
/* Starts the worker, with all signals blocked. When that fails the operation ends with the
 * error. */
void redbook_operation_start(struct redbook_operation *operation);
/* Ends an operation whose worker was never started. */
void redbook_operation_abort(struct redbook_operation *operation,
                             const struct redbook_error *err);

/* Worker: queue a progress report. One with another action than the last is never dropped. */
void redbook_operation_report(struct redbook_operation *operation,
                              const struct redbook_progress *progress);
/* The host is asked for at most `bytes` (0: no more). */
void redbook_operation_want(struct redbook_operation *operation, uint32_t bytes);
const atomic_bool *redbook_operation_cancel_flag(const struct redbook_operation *operation);

/* Owner: waits for the worker and calls delivered if step has not; idempotent. */
void redbook_operation_settle(struct redbook_operation *operation);
/* Whether the worker has ended; step may not have told the host yet. */
bool redbook_operation_ended(struct redbook_operation *operation);
/* Only the owner refers to it, and nothing runs: nobody will ever step it. */
bool redbook_operation_abandoned(struct redbook_operation *operation);

#endif
