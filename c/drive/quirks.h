/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known quirks of drives, as far as they meet what redbook sends (mmc reference 6).
 *
 * redbook goes by what a drive says of itself and what it answers; where that is not enough,
 * everything is done so that the quirk does not show, on all drives. Nothing is done by a name
 * alone: names are spelled in many ways, and sold under others. The table says what is known of
 * a drive, and where it is met. */
#ifndef REDBOOK_DRIVE_QUIRKS_H
#define REDBOOK_DRIVE_QUIRKS_H

#include "mmc/reply.h"

enum redbook_quirk_handling {
  REDBOOK_QUIRK_AVOIDED,  /* what is sent to any drive never meets it */
  REDBOOK_QUIRK_BY_REPLY, /* seen in an answer, and dealt with there */
  REDBOOK_QUIRK_TOLD,     /* cannot be mended: the error says so */
  REDBOOK_QUIRK_IGNORED   /* does not matter for audio track at once */
};

struct redbook_quirk {
  const char *vendor;  /* beginning of INQUIRY's vendor; "" drives of several makers */
  const char *product; /* part of its product; "" several models */
  const char *behaviour;
  enum redbook_quirk_handling handling;
  const char *how; /* what redbook does */
  const char *source;
};

const struct redbook_quirk *redbook_quirks(size_t *count);
/* Whether it is one of this very drive; rows without a vendor are nobody's. */
bool redbook_quirk_is_of(const struct redbook_quirk *quirk,
                         const struct redbook_inquiry *inquiry);
/* "avoided", "by reply", "told", "ignored" */
const char *redbook_quirk_handling_name(enum redbook_quirk_handling handling);

#endif
