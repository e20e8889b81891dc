/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies in the drive: MediaSummary, without preparing anything (design 4). */
#ifndef REDBOOK_DRIVE_MEDIA_H
#define REDBOOK_DRIVE_MEDIA_H

#include "drive/operations.h"

/* IMAPI_MEDIA_PHYSICAL_TYPE, as far as CDs go. */
enum redbook_media_type {
  REDBOOK_MEDIA_UNKNOWN = 0,
  REDBOOK_MEDIA_CDROM = 1,
  REDBOOK_MEDIA_CDR = 2,
  REDBOOK_MEDIA_CDRW = 3
};

struct redbook_media {
  enum redbook_media_type type;
  bool present;
  uint8_t disc_status, session_status; /* REDBOOK_STATUS_..., REDBOOK_SESSION_... */
  bool erasable;
  bool session_open;         /* appendable, tracks in the session that is not closed */
  bool damaged;              /* last session or its last track, as the drive says */
  bool incomplete_track;     /* begun and not ended: CLOSE TRACK before anything else */
  unsigned tracks, sessions; /* complete tracks; sessions that hold any */
  unsigned next_track;       /* number the next track would get, 0 when none can be added */
  int32_t next_writable;     /* LBA; -1 when none */
  /* Sectors (imapi2 1.8; the formulas are our choice):
   * used = address of the next track when there are tracks, so the 152 sectors that the drive
   * needs between two are in it; of a complete disc its lead-out. 0 on a blank disc.
   * free = the least of what the drive announces for the next track and, where a last possible
   * lead-out is known (READ DISC INFORMATION, ATIP), that - next writable address - 2.
   * total = one track from 0 to 2 sectors before the least known last possible lead-out; on a
   * blank disc = free; where no limit is known = used + free. */
  uint32_t total, free, used;
};

/* Type and state of the medium that is ready; an empty drive gives present = false, no error.
 * A medium that is not ready: the codes of redbook_drive_ready. */
bool redbook_media_summary(struct redbook_drive *drive, struct redbook_media *out,
                           struct redbook_error *err);
/* From the profile alone (CurrentPhysicalMediaType); from disc information and ATIP on a drive
 * without GET CONFIGURATION. Anything but a CD is UNKNOWN, so is an empty drive. */
bool redbook_media_type(struct redbook_drive *drive, enum redbook_media_type *out,
                        struct redbook_error *err);

#endif
