/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The .cue file of a disc: what other programs read, and our REM lines.
 *
 * Grammar of the REM lines (version 1); one a line, any order after the first, key and values
 * separated by one space:
 *
 *   REM REDBOOK version 1
 *   REM REDBOOK medium cd-r | cd-rw | pressed
 *   REM REDBOOK minutes 74 | 80 | 90 | 99
 *   REM REDBOOK finalised yes | no
 *   REM REDBOOK erasing yes                        only while a cd-rw loses something: .bin may
 *                                                  still hold what the sheet has lost
 *   REM REDBOOK session N lead-out LBA             a closed session, in order from 1
 *   REM REDBOOK track N session S start LBA sectors COUNT control NIBBLE state STATE
 *               isrc CODE|- mcn DIGITS|- EXTRAS    (one line) a track, in order from 1;
 *                                                  STATE = complete | incomplete
 *   REM REDBOOK index N NN LBA                     INDEX 02 and so on of the track before
 *
 * EXTRAS are pairs that may be left out: "pregap COUNT" (150), "run-out 0..2" (2), "scms yes".
 * A track of a session without a session line belongs to the open session: it is in the PMA
 * (state complete) or waits for CLOSE TRACK, and has no TRACK line. The REM lines are the
 * truth; every TRACK line must agree with its track's start. A sheet without them is a foreign
 * disc: one FILE ... BINARY, AUDIO tracks only, taken as pressed.
 */
#ifndef REDBOOK_VIRTUAL_CUE_H
#define REDBOOK_VIRTUAL_CUE_H

#include <stdio.h>

#include "virtual/disc.h"

struct redbook_vcue {
  bool ours; /* has REM REDBOOK lines */
  bool erasing;
  struct redbook_vdisc disc;
  char file[1024];       /* as FILE names it, "" when there is none */
  char cd_text[1024];    /* as CDTEXTFILE names it */
  unsigned sheet_tracks; /* TRACK lines */
  int32_t sheet_start[REDBOOK_VTRACKS];
};

/* `name` and a line number begin every error. Foreign sheets: the last track's length is left
 * 0 for the caller, who knows the size of the file. */
bool redbook_vcue_parse(const char *name, char *text, struct redbook_vcue *out,
                        struct redbook_error *err);

/* `bin` and `cd_text` are file names without a folder; cd_text may be "". */
void redbook_vcue_write(FILE *out, const struct redbook_vdisc *disc, const char *bin,
                        const char *cd_text, bool erasing);

#endif
