/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TrackAtOnce from the inside, shared by c/burn's files.
 *
 * Threads: every field is the host thread's. A job reads the settings (they cannot be set while
 * it runs), works on copies in its own context, and its `delivered` copies the outcome back on
 * the host's thread.
 */
#ifndef REDBOOK_BURN_TAO_INTERNAL_H
#define REDBOOK_BURN_TAO_INTERNAL_H

#include <sys/types.h>

#include "burn/fifo.h"
#include "burn/job.h"
#include "burn/tao.h"

#define REDBOOK_MAX_TRACKS 99u
#define REDBOOK_MIN_TRACK_SECTORS 300u /* 4 s: Red Book, MMC reference 2.5 */
#define REDBOOK_RUN_OUT 2u             /* sectors the drive adds after a TAO track (2.1) */
#define REDBOOK_LET_GO_SECONDS 120.0
#define REDBOOK_SYNC_SECONDS 1200.0
#define REDBOOK_CLOSE_SECONDS 1800.0
#define REDBOOK_SPEED_MAX REDBOOK_MAX_SPEEDS

/* A track of the disc as the TOC will list it. */
struct redbook_disc_track {
  unsigned number;
  int32_t start;
  uint32_t sectors;
  uint8_t control; /* Q control nibble */
};

/* What is known of the medium while prepared; refreshed after every track. */
struct redbook_session {
  struct redbook_media media;
  struct redbook_capabilities capabilities;
  struct redbook_speed speeds[REDBOOK_SPEED_MAX];
  unsigned speed_count;
  struct redbook_speed current_speed;
  unsigned track_count; /* of the whole disc, the open session's included */
  struct redbook_disc_track tracks[REDBOOK_MAX_TRACKS];
  unsigned in_session;   /* complete tracks of the session being written */
  bool track_open;       /* a WRITE was sent and no SYNCHRONIZE CACHE has ended the track */
  uint32_t open_sectors; /* sent of that track */
  int32_t open_start;
  int32_t first_writable; /* NWA at PrepareMedia */
  uint8_t first_status;   /* disc status then */
  unsigned first_tracks;  /* and complete tracks */
  bool calibrated;        /* SEND OPC was sent */
  bool wrote;             /* a WRITE was sent since PrepareMedia, the laser on */
  bool tested;            /* a WRITE was sent with the test bit */
  enum redbook_disc_state disc;
};

struct redbook_tao {
  atomic_uint references;
  pid_t pid;                     /* the process that may use it */
  struct redbook_tao *next_held; /* process-wide list, let_go.c */
  bool held;
  bool letting_go; /* the drive stays busy until it is let go */

  enum redbook_tao_state state;
  struct redbook_recorder *recorder;
  char client_name[REDBOOK_CLIENT_NAME_MAX + 1];
  bool flags[REDBOOK_TAO_PRESCAN + 1];
  uint64_t fifo_bytes;
  char catalog_number[14];
  int verification;
  int32_t requested_speed;
  bool requested_cav;

  struct redbook_operation *running; /* NULL, or one that has not been delivered */
  bool session_known;                /* `session` was filled by a PrepareMedia */
  struct redbook_session session;
  unsigned written_count;
  struct redbook_written_track written[REDBOOK_MAX_TRACKS];
};

/* The row of imapi2 0.3 that a call stands in. */
enum redbook_rule {
  REDBOOK_RULE_IDLE,     /* IDLE only: 0503, 0500 */
  REDBOOK_RULE_PREPARED, /* PREPARED only: 0502, 0500 */
  REDBOOK_RULE_SESSION,  /* inside a session, also while it is written to: 0502 */
};
/* False with the row's code when the state forbids the call. */
bool redbook_tao_allows(struct redbook_tao *tao, enum redbook_rule rule, const char *what,
                        struct redbook_error *err);
/* Delivers the end of an operation that nobody steps any more. */
void redbook_tao_settle(struct redbook_tao *tao);

/* Makes `context` the running operation in `state`; owns `context`. NULL and err on failure. */
struct redbook_operation *redbook_tao_run(struct redbook_tao *tao, enum redbook_tao_state state,
                                          const struct redbook_job *job, void *context,
                                          struct redbook_error *err);
/* Empties the list of written tracks. */
void redbook_tao_forget_written(struct redbook_tao *tao);
/* For a job's delivered: the operation is over, the state is `next`. */
void redbook_tao_ended(struct redbook_tao *tao, enum redbook_tao_state next);

/* let_go.c: the list of those that hold a drive. */
void redbook_tao_hold(struct redbook_tao *tao);
void redbook_tao_unhold(struct redbook_tao *tao);
/* False (0210, naming its client) while another TrackAtOnce has prepared this one's recorder.
 */
bool redbook_tao_alone(struct redbook_tao *tao, struct redbook_error *err);

/* What page 05h holds by the settings alone; the test bit is off. */
struct redbook_write_parameters redbook_tao_parameters(const struct redbook_tao *tao,
                                                       const struct redbook_session *session);

/* session.c: what the drive says of the disc. */
/* Track at once: feature 002Dh. */
bool redbook_session_can_write(struct redbook_drive *drive, bool *out,
                               struct redbook_error *err);
/* Whether to ask the drive again after `trouble`: while it says that it is busy or becoming
 * ready, for a minute from `since` (redbook_drive_now); waits half a second then, and sends
 * START UNIT to one that asks for it. Else false, with `err` (may be NULL) filled. */
bool redbook_session_ask_again(struct redbook_drive *drive, double since,
                               const struct redbook_error *trouble, struct redbook_error *err);
/* READ CD with the same patience: the drive may be busy with the disc, or have stopped. */
bool redbook_session_read_cd(struct redbook_drive *drive, int32_t lba, uint32_t sectors,
                             uint8_t *data, struct redbook_error *err);
/* READ TRACK INFORMATION with patience for a drive that is still busy. `err` not NULL. */
bool redbook_session_ask_track(struct redbook_drive *drive, uint32_t number,
                               struct redbook_track_information *out,
                               struct redbook_error *err);
bool redbook_session_read(struct redbook_drive *drive, struct redbook_session *session,
                          struct redbook_error *err);
/* Reads the medium's figures again. The list of tracks is ours: redbook_session_add. */
bool redbook_session_refresh(struct redbook_drive *drive, struct redbook_session *session,
                             struct redbook_error *err);
void redbook_session_add(struct redbook_session *session,
                         const struct redbook_disc_track *track);
/* Asks the drive what the disc is now; untouched: blank, unknown: the drive does not answer.
 * Waits for a drive that is busy. */
enum redbook_disc_state redbook_session_disc(struct redbook_drive *drive);
/* The same for the session's burn, noted in it: untouched while nothing was written. */
enum redbook_disc_state redbook_session_judge(struct redbook_drive *drive,
                                              struct redbook_session *session);
/* Ends the open track: zeros up to 300 sectors, SYNCHRONIZE CACHE. */
bool redbook_session_end_track(struct redbook_drive *drive, struct redbook_session *session,
                               double limit, redbook_progress_fn *on_progress, void *context,
                               struct redbook_error *err);
/* A track that was begun and cannot be gone on with is closed by the drive (MMC
 * reference 5.4.3), so that the next one can be written. `err` not NULL. */
bool redbook_session_mend(struct redbook_drive *drive, struct redbook_session *session,
                          struct redbook_error *err);
/* After a test write the drive pretends that the disc is written until the test bit is cleared
 * (1.8a). */
bool redbook_session_forget_test(struct redbook_drive *drive, struct redbook_session *session,
                                 struct redbook_error *err);

/* toc.c */
size_t redbook_toc_build(const struct redbook_session *session, uint8_t toc[REDBOOK_TOC_BYTES]);

/* speed.c: sends the requested speed, if it is not the drive's own choice. */
bool redbook_speed_apply(struct redbook_drive *drive, const struct redbook_session *session,
                         int32_t requested, bool pure_cav, struct redbook_error *err);

#endif
