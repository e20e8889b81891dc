/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disc as a model: medium, tracks, sessions, and the arithmetic of recording. Pure data and
 * pure functions: no files, no drive, no time.
 *
 * Rules: mmc reference 2 (gaps, capacity) and 8.1 (state model). All positions are LBAs.
 */
#ifndef REDBOOK_VIRTUAL_DISC_H
#define REDBOOK_VIRTUAL_DISC_H

#include <stdbool.h>
#include <stdint.h>

#include "virtual/virtual.h"

#define REDBOOK_VTRACKS 99u
#define REDBOOK_VMARKS 98u      /* INDEX 02 to 99 */
#define REDBOOK_VMIN_TRACK 300u /* 4 s: Red Book's shortest track */
#define REDBOOK_VRUN_OUT 2
#define REDBOOK_VPREGAP 150
#define REDBOOK_VLEAD_OUT_FIRST 6750 /* 90 s; later sessions 30 s (2.3) */
#define REDBOOK_VLEAD_OUT_NEXT 2250
#define REDBOOK_VLEAD_IN 4500 /* 60 s */

enum redbook_vtrack_state {
  REDBOOK_VTRACK_COMPLETE,   /* has its PMA entry */
  REDBOOK_VTRACK_OPEN,       /* being written: between first WRITE and SYNCHRONIZE CACHE */
  REDBOOK_VTRACK_INCOMPLETE, /* under 300 sectors at SYNCHRONIZE CACHE: can be gone on with */
  REDBOOK_VTRACK_BROKEN,     /* writing was cut off: only CLOSE TRACK helps */
};

struct redbook_vtrack {
  enum redbook_vtrack_state state;
  uint8_t session;  /* from 1 */
  uint8_t control;  /* Q control nibble */
  int32_t start;    /* INDEX 01 */
  uint32_t pregap;  /* sectors of INDEX 00 before it */
  uint32_t sectors; /* from INDEX 01 to the run-out, or to what follows without one */
  uint8_t run_out;  /* 2 behind a track recorded at once, 0 inside a session at once */
  bool scms;        /* alternating copy bit: "copied once" */
  uint8_t marks;
  int32_t mark[REDBOOK_VMARKS]; /* where INDEX 02 and so on begin */
  char isrc[13];
  char catalog[14];
};

struct redbook_vsession {
  uint8_t first, last; /* track numbers */
  int32_t lead_out;
};

struct redbook_vdisc {
  enum redbook_virtual_medium medium;
  unsigned minutes;
  bool finalised;
  unsigned tracks;   /* all, the open one included */
  unsigned sessions; /* closed ones */
  struct redbook_vtrack track[REDBOOK_VTRACKS];
  struct redbook_vsession session[REDBOOK_VTRACKS];
};

/* RDI byte 2, bits 1-0 and 3-2. */
enum { REDBOOK_VDISC_BLANK, REDBOOK_VDISC_APPENDABLE, REDBOOK_VDISC_COMPLETE };
enum { REDBOOK_VSESSION_EMPTY, REDBOOK_VSESSION_INCOMPLETE, REDBOOK_VSESSION_COMPLETE = 3 };

void redbook_vdisc_init(struct redbook_vdisc *disc, enum redbook_virtual_medium medium,
                        unsigned minutes);
bool redbook_vdisc_minutes_known(unsigned minutes);

/* ATIP: last possible start of the lead-out, MM-1:59:74 for a disc of MM minutes; 80 minutes
 * give LBA 359849 (reference 8.3), the others are chosen alike. */
int32_t redbook_vdisc_last_lead_out(const struct redbook_vdisc *disc);
/* ATIP: start of the lead-in, 97:26:65 on all media here (LBA -11635). */
#define REDBOOK_VATIP_LEAD_IN (-11635)

int redbook_vdisc_status(const struct redbook_vdisc *disc);
int redbook_vdisc_session_status(const struct redbook_vdisc *disc);

/* The last track when it is not complete, else NULL. */
struct redbook_vtrack *redbook_vdisc_unfinished(struct redbook_vdisc *disc);
const struct redbook_vtrack *redbook_vdisc_unfinished_const(const struct redbook_vdisc *disc);
/* First track number of the session that is open (or would be). */
unsigned redbook_vdisc_first_open_track(const struct redbook_vdisc *disc);
/* A new track can be begun: recordable, not finalised, no unfinished track, under 99 tracks. */
bool redbook_vdisc_has_invisible_track(const struct redbook_vdisc *disc);

/* Where the next WRITE has to begin. False when there is no such place. */
bool redbook_vdisc_nwa(const struct redbook_vdisc *disc, int32_t *nwa);
/* Sectors that can be written from `nwa` on: last lead-out - nwa - 2 run-out sectors. */
uint32_t redbook_vdisc_free(const struct redbook_vdisc *disc, int32_t nwa);

/* Start of the lead-in of session `number` (from 1; the open one is the last possible). */
int32_t redbook_vdisc_lead_in(const struct redbook_vdisc *disc, unsigned number);
/* Where the first track of the session after closed session `number` begins (2.3). */
int32_t redbook_vdisc_next_session(const struct redbook_vdisc *disc, unsigned number);

struct redbook_vtrack *redbook_vdisc_begin_track(struct redbook_vdisc *disc, uint8_t control,
                                                 const char *isrc, const char *catalog);
/* SYNCHRONIZE CACHE on the open track (8.1): complete, or incomplete when too short. */
void redbook_vdisc_sync(struct redbook_vdisc *disc);
/* CLOSE TRACK: pads to 300 sectors, or as far as there is room before the last lead-out
 * (unverified); complete. */
void redbook_vdisc_close_track(struct redbook_vdisc *disc);
/* CLOSE SESSION on a session that holds complete tracks only. */
void redbook_vdisc_close_session(struct redbook_vdisc *disc, bool next_session_allowed);

/* CD-RW: takes the track with that number and all behind it away, and closed sessions that
 * lose a track. */
void redbook_vdisc_cut(struct redbook_vdisc *disc, unsigned number);

/* Sectors of the .bin file that are laid down for good: to the end of the last complete track
 * with its run-out, and without it. */
int32_t redbook_vdisc_recorded_end(const struct redbook_vdisc *disc);
int32_t redbook_vdisc_payload_end(const struct redbook_vdisc *disc);

/* A sector can be read: payload, run-out or gap inside one session (complete tracks only). */
bool redbook_vdisc_readable(const struct redbook_vdisc *disc, int32_t lba);
/* The track that holds `lba`, its pregap included; -1 when none. */
int redbook_vdisc_track_of(const struct redbook_vdisc *disc, int32_t lba);
/* The index of that track in which `lba` lies, 0 to 99. */
unsigned redbook_vdisc_index_of(const struct redbook_vtrack *track, int32_t lba);
/* Media catalogue number, "" when there is none. */
const char *redbook_vdisc_catalog(const struct redbook_vdisc *disc);

#endif
