/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that a drive says of a disc, track by track: what a rescue goes by. */
#ifndef REDBOOK_DRIVE_EXAMINE_H
#define REDBOOK_DRIVE_EXAMINE_H

#include "drive/media.h"

#define REDBOOK_TRACKS_MOST 99u

struct redbook_examined_track {
  unsigned number, session;
  int32_t start; /* LBA */
  uint32_t sectors;
  uint8_t control; /* Q control nibble */
  bool complete;   /* it was ended: its entry is in the PMA or the TOC */
  bool damaged;    /* as READ TRACK INFORMATION says */
  bool listed;     /* the TOC has it, with this start: players find it */
};

struct redbook_examination {
  struct redbook_media media;
  /* The drive is set to test write. After a simulated burn some go on to show a disc that was
   * never written until this is cleared (mmc reference 1.8a). */
  bool test_write;
  unsigned count;
  struct redbook_examined_track tracks[REDBOOK_TRACKS_MOST];
};

/* Asks, writes nothing. Tracks of an open session are told by READ TRACK INFORMATION alone
 * (2.4). An empty drive gives media.present = false. Errors as redbook_media_summary. */
bool redbook_examine(struct redbook_drive *drive, struct redbook_examination *out,
                     struct redbook_error *err);

#endif
