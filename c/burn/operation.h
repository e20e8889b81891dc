/* Operation: a worker thread that does one long thing to a drive (or a source), and a queue of
 * events with a pollable descriptor between it and the host's thread.
 *
 * Changes of CurrentAction are queued one by one, never dropped; progress in between is
 * coalesced. The descriptor is readable while an event is pending and cleared only when the
 * queue is empty. The state that the host sees changes when redbook_operation_step delivers
 * `done`.
 *
 * Threads: step, result and unref belong to the host's thread; cancel may come from any.
 */
#ifndef REDBOOK_BURN_OPERATION_H
#define REDBOOK_BURN_OPERATION_H

#include <stdatomic.h>

#include "base/error.h"

/* IMAPI_FORMAT2_TAO_WRITE_ACTION */
enum redbook_action {
  REDBOOK_ACTION_UNKNOWN,
  REDBOOK_ACTION_PREPARING,
  REDBOOK_ACTION_WRITING,
  REDBOOK_ACTION_FINISHING,
  REDBOOK_ACTION_VERIFYING
};

/* IDiscFormat2TrackAtOnceEventArgs + IWriteEngine2EventArgs (imapi2 2.2, 2.3) + the drive's
 * buffer. */
struct redbook_progress {
  unsigned track; /* CurrentTrackNumber */
  enum redbook_action action;
  int32_t elapsed, remaining; /* s; remaining 0 while it is not known */
  double elapsed_seconds;     /* the same as elapsed, not rounded */
  int32_t start_lba, last_read_lba, last_written_lba;
  uint32_t sector_count;
  uint32_t system_buffer_total, system_buffer_used; /* bytes */
  uint32_t drive_buffer_total, drive_buffer_free;   /* bytes, 0 = not known */
};

enum redbook_event_type {
  REDBOOK_EVENT_UPDATE, /* `progress` */
  REDBOOK_EVENT_WANT,   /* the host must call redbook_operation_feed with up to `bytes` */
  REDBOOK_EVENT_SIGNAL, /* redbook_trap caught `signal`; the operation goes on */
  REDBOOK_EVENT_DONE,   /* last, exactly once */
};
struct redbook_event {
  enum redbook_event_type type;
  struct redbook_progress progress;
  uint32_t bytes;
  int signal;
};

enum redbook_step {
  REDBOOK_STEP_EVENT,
  REDBOOK_STEP_AGAIN /* time over or EINTR */,
  REDBOOK_STEP_FINISHED /* done was delivered before */
};

struct redbook_operation;

/* Waits at most `seconds` (< 0: for ever, 0: never blocks) for the next event. */
enum redbook_step redbook_operation_step(struct redbook_operation *operation, double seconds,
                                         struct redbook_event *out);
/* Asks to stop; returns at once; safe from any thread and after the end. */
void redbook_operation_cancel(struct redbook_operation *operation);
bool redbook_operation_cancelled(const struct redbook_operation *operation);
/* Readable while step would deliver something. -1 in a forked child. */
int redbook_operation_fd(const struct redbook_operation *operation);
/* `done` has been delivered by step. */
bool redbook_operation_finished(const struct redbook_operation *operation);
/* After done: true and *remark (0 or a success code), or false and err. */
bool redbook_operation_result(struct redbook_operation *operation, uint32_t *remark,
                              struct redbook_error *err);

/* Answers REDBOOK_EVENT_WANT: raw PCM, at most the bytes asked for; `end` after the last.
 * Returns false (050D) when data come that were not announced. */
bool redbook_operation_feed(struct redbook_operation *operation, const uint8_t *data,
                            uint32_t length, bool end, struct redbook_error *err);

/* Cancels it if it still runs and waits for its end, on behalf of a host that no longer wants
 * to know: a prepared medium that nobody has learned of is let go. step gives FINISHED
 * afterwards. */
void redbook_operation_close(struct redbook_operation *operation);
struct redbook_operation *redbook_operation_ref(struct redbook_operation *operation);
/* Dropping the last reference of a running operation cancels it and lets it end by itself
 * (its owner, the tao, stays alive until then). */
void redbook_operation_unref(struct redbook_operation *operation);

/* Signals as events (scripts only). Arms handlers for the given signals, restores the old ones
 * at disarm; nested arming is refused (E_FAIL). While armed, every step returns at once when
 * one has come, redbook_trap_take fetches it (0: none), and SIGPIPE is ignored: a reader that
 * has gone must not end a burn. */
bool redbook_trap_arm(const int *signals, unsigned count, struct redbook_error *err);
void redbook_trap_disarm(void);
/* Disarms, and leaves the signals and SIGPIPE ignored: of use to a process that is ending. */
void redbook_trap_ignore(void);
int redbook_trap_fd(void); /* -1 when not armed */
int redbook_trap_take(void);
int redbook_trap_waiting(void); /* the one that take would fetch; 0: none */

#endif
