/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cue sheet of SEND CUE SHEET (reference 1.8): entries of 8 bytes, {CTL|ADR, TNO, INDEX,
 * DATA FORM, SCMS, M, S, F}, and what a session recorded by it will be.
 */
#ifndef REDBOOK_VIRTUAL_SHEET_H
#define REDBOOK_VIRTUAL_SHEET_H

#include "virtual/disc.h"

#define REDBOOK_VSHEET_MOST 0x0CB8u /* bytes, as feature 002Eh says */

struct redbook_vsheet {
  bool text;      /* the host sends the lead-in's sub-channel: CD-TEXT */
  int32_t base;   /* where the session's first pregap begins: -150 on a blank disc */
  unsigned first; /* number of the first track */
  unsigned tracks;
  int32_t lead_out;
  struct redbook_vtrack track[REDBOOK_VTRACKS];
};

/* `out->base` and `out->first` say where the session lies. False for anything that is not a
 * sheet of audio tracks from there to `last_lead_out` at the latest. */
bool redbook_vsheet_parse(const uint8_t *bytes, uint32_t length, int32_t last_lead_out,
                          struct redbook_vsheet *out);

/* ISO 3901: country 2 letters, owner 3 letters or digits, year and serial 7 digits. */
bool redbook_visrc_good(const uint8_t code[12]);
bool redbook_vcatalog_good(const uint8_t digits[13]);

#endif
