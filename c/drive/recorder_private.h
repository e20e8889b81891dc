/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What recorder.c and hold.c know together. Private to c/drive. */
#ifndef REDBOOK_DRIVE_RECORDER_PRIVATE_H
#define REDBOOK_DRIVE_RECORDER_PRIVATE_H

#include "drive/recorder.h"

struct redbook_drive_registration;

struct redbook_recorder {
  atomic_uint references;
  char *id;
  struct redbook_node *node;                       /* what is opened; the trace around it */
  struct redbook_drive_registration *registration; /* of a virtual name, else NULL */

  /* Changed only under redbook_hold_lock, so that a fork finds them whole. */
  struct redbook_drive drive; /* transport NULL: neither held nor looked at */
  int lock_fd;
  bool abandoned;
  struct redbook_recorder *next, *previous; /* the list of hold.c */
  bool listed;

  atomic_uint locks; /* nesting of exclusive access; who takes it to 0 lets go */
  atomic_uint jobs;  /* those of them that a prepared TrackAtOnce has */
  unsigned looks;    /* nesting of enter without it */
  unsigned mcn_disabled;
  atomic_bool busy;
  void (*on_busy)(struct redbook_recorder *recorder); /* the host's thread only */
  char client[REDBOOK_CLIENT_NAME_MAX + 1];           /* of the holder, while locks > 0 */
  char job_client[REDBOOK_CLIENT_NAME_MAX + 1];       /* of the job, while jobs > 0 */
};

/* While it is taken no fork of another thread comes between a descriptor and the note of it. */
void redbook_hold_lock(void);
void redbook_hold_unlock(void);

/* One more reference unless the last one has gone already. */
bool redbook_recorder_ref_living(struct redbook_recorder *recorder);

/* In a forked child, the list locked: descriptors closed, nothing sent. */
void redbook_recorder_abandon(struct redbook_recorder *recorder);

#endif
