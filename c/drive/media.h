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
  bool erasable, session_open, damaged;
  unsigned tracks, sessions;  /* complete tracks; sessions that hold any */
  unsigned next_track;        /* number the next track would get, 0 when none can be added */
  int32_t next_writable;      /* LBA; -1 when none */
  uint32_t total, free, used; /* sectors; imapi2 1.8 */
};

/* Type and state of the medium that is ready; an empty drive gives present = false, no error.
 */
bool redbook_media_summary(struct redbook_drive *drive, struct redbook_media *out,
                           struct redbook_error *err);
/* From the profile alone (CurrentPhysicalMediaType). */
bool redbook_media_type(struct redbook_drive *drive, enum redbook_media_type *out,
                        struct redbook_error *err);

#endif
