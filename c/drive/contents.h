/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is on a disc: sessions, tracks, codes, CD-TEXT; of a disc in a drive (by our own
 * transport) or of an image file (image.h), in one shape. */
#ifndef REDBOOK_DRIVE_CONTENTS_H
#define REDBOOK_DRIVE_CONTENTS_H

#include "drive/cd_text.h"
#include "drive/operations.h"
#include "mmc/reply_contents.h"

#define REDBOOK_TRACKS_MOST 99u
#define REDBOOK_CONTROL_DATA \
  0x04 /* Q control nibble; 1 pre-emphasis, 2 copy, 8 four channels */

struct redbook_contents_track {
  uint8_t number, session; /* session: the open one has a number too */
  uint8_t control;
  bool open;        /* in the session that is not closed: players do not see it */
  int32_t start;    /* LBA of INDEX 01 */
  uint32_t sectors; /* to the next track's start, or to its session's lead-out */
  int32_t pregap;   /* sectors of INDEX 00 before it; -1: not known */
  char isrc[REDBOOK_ISRC_SIZE];
};

/* Plain data but for `text`, which redbook_contents_free gives back. */
struct redbook_contents {
  unsigned tracks, sessions; /* sessions: closed ones */
  int32_t lead_out;          /* of the last closed session; 0 when there is none */
  struct redbook_contents_track track[REDBOOK_TRACKS_MOST];
  struct redbook_session session[REDBOOK_SESSIONS_MOST];
  char catalog[REDBOOK_CATALOG_SIZE];
  bool has_atip;
  struct redbook_atip atip;
  char problem[REDBOOK_MESSAGE_SIZE]; /* what could not be understood; "" when all could */
  struct redbook_cd_text text;
};

/* The disc in the drive. A blank one has no tracks. Sends nothing that changes anything; every
 * track's ISRC is asked for, which takes a drive up to a second each (unverified). What a drive
 * does not support is left out. Errors: those of redbook_drive_ready, 02FF for nonsense. */
bool redbook_contents_read(struct redbook_drive *drive, struct redbook_contents *out,
                           struct redbook_error *err);
void redbook_contents_free(struct redbook_contents *contents);

#endif
