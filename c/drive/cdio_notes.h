/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libcdio writes its remarks to the standard streams, and ends the process on what it calls an
 * error, unless it is told where to send them. Around every call of it that may have something
 * to say, they are kept here instead. Private to c/drive.
 *
 * Threads: one at a time is between begin and end; libcdio has one handler for the process. */
#ifndef REDBOOK_DRIVE_CDIO_NOTES_H
#define REDBOOK_DRIVE_CDIO_NOTES_H

#include <stdbool.h>
#include <stddef.h>

#define REDBOOK_CDIO_NOTE 240

struct redbook_cdio_notes {
  unsigned count;
  char first[REDBOOK_CDIO_NOTE]; /* "" when count is 0 */
};

void redbook_cdio_begin(struct redbook_cdio_notes *notes);
void redbook_cdio_end(void);

#endif
