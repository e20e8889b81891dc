/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job of AddAudioTrack: its parts and what they share.
 *
 *   source --feeder thread--> FIFO --worker: track writer--> drive        (track.c, feeder.c,
 * writer.c) host's function --step--> FIFO or spool file                          (fed.c)
 */
#ifndef REDBOOK_BURN_TRACK_H
#define REDBOOK_BURN_TRACK_H

#include <pthread.h>

#include "audio/fingerprint.h"
#include "burn/check.h"
#include "burn/fifo.h"
#include "burn/tao_internal.h"

/* What the host feeds through redbook_operation_feed. */
struct redbook_fed {
  pthread_mutex_t mutex; /* guards all below and what is wanted */
  int spool;             /* temporary file while everything is fed first; -1 otherwise */
  uint64_t received;     /* bytes so far */
  uint64_t announced;    /* bytes; 0 while spooling */
  uint8_t partial[REDBOOK_SECTOR_BYTES];
  uint32_t partial_length;
  bool ended;
};

struct redbook_track_job {
  struct redbook_tao *tao;
  struct redbook_operation *op;
  struct redbook_source *source; /* NULL while the host feeds */
  struct redbook_track_options options;
  struct redbook_fed fed;
  struct redbook_fifo *fifo;
  pthread_t feeder;
  bool feeding;

  /* the worker's */
  struct redbook_drive drive; /* the job's drive with this operation's cancel flag */
  struct redbook_session session;
  unsigned number;                   /* of the track */
  int32_t start;                     /* its NWA */
  uint32_t length;                   /* sectors that come from the source */
  uint32_t total;                    /* on the disc: at least 300 */
  uint32_t sent;                     /* of total */
  struct redbook_fingerprint *print; /* of what was sent */
  struct redbook_sample sample;
  struct redbook_progress progress;
  double reported_host;           /* s, the host's */
  uint32_t sent_first;            /* sectors of the first WRITE */
  double first_done;              /* its end */
  double began, reported;         /* s, the transport's clock */
  double first_write, last_write; /* before the first, after the last WRITE */
  struct redbook_written_track result;
  bool has_result;
};

/* feeder.c */
bool redbook_feeder_start(struct redbook_track_job *job, struct redbook_error *err);
void redbook_feeder_join(struct redbook_track_job *job);

/* fed.c */
bool redbook_fed_init(struct redbook_track_job *job, struct redbook_error *err);
void redbook_fed_destroy(struct redbook_track_job *job);
bool redbook_fed_receive(struct redbook_operation *op, void *context, const uint8_t *data,
                         uint32_t length, bool end, struct redbook_error *err);
/* Asks the host for what the FIFO has room for. */
void redbook_fed_ask(struct redbook_track_job *job);

/* writer.c: the laser's part. Ends an open track also when it fails or is cancelled. */
/* Page 05h as this track needs it, to the drive. */
bool redbook_track_parameters(struct redbook_track_job *job, struct redbook_error *err);
bool redbook_track_write(struct redbook_track_job *job, struct redbook_error *err);

/* progress.c */
void redbook_track_report(struct redbook_track_job *job, enum redbook_action action);
/* The same as callbacks of a scan and of a wait for the drive; `context` is the job. */
void redbook_track_scanning(void *context, uint32_t sectors);
void redbook_track_finishing(void *context, double elapsed, double fraction);

#endif
