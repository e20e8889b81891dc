/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Personalities: documented behaviours of real drives, each a table row that the command files
 * ask where behaviour branches. "strict" is the one that all others are measured against.
 */
#ifndef REDBOOK_VIRTUAL_PERSONALITY_H
#define REDBOOK_VIRTUAL_PERSONALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A write speed. CAV: `kbps` holds at the rim, 22/52 of it inside (audio reference 7). */
struct redbook_vspeed {
  uint16_t kbps;
  bool cav;
};
#define REDBOOK_VSPEEDS 8u /* the most that page 2Ah of 3Eh bytes has room for */

struct redbook_vpersonality {
  const char *name;
  struct redbook_vspeed speeds[REDBOOK_VSPEEDS]; /* fastest first */
  unsigned speed_count;
  uint32_t buffer;         /* bytes */
  unsigned delay_percent;  /* of the mechanical delays in timing.c */
  uint32_t first_write_us; /* first WRITE of a track, whatever else it would take; 0: not set */
  unsigned long_write_at; /* the so-manieth WRITE since power-on takes long_write_us; 0: none */
  uint32_t long_write_us;
  int32_t defect;       /* sector that cannot be recorded, told by a later command; 0 none */
  uint32_t close_sense; /* CLOSE SESSION returns at once with this, and goes on; 0: GOOD */
  uint8_t page2a;       /* page length byte of page 2Ah */
  bool full_is_refused; /* buffer full: 2/04/08 instead of waiting for room */
  bool busy_in_silence; /* TEST UNIT READY is GOOD while busy; RDI and RTI are 2/04/07 */
  bool pads;            /* SYNCHRONIZE CACHE pads a short track to 300 sectors */
  bool close_track_fails;
  bool nwa_before_start; /* NWA -150 on a blank disc */
  bool ready_early;      /* TEST UNIT READY is GOOD while the medium becomes ready */
  bool block_descriptor; /* in MODE SENSE, DBD or not */
  bool no_get_configuration;
  bool no_atip;
};

/* NULL means "strict". Unknown: E_INVALIDARG with the list of the known ones. */
const struct redbook_vpersonality *redbook_vpersonality_find(const char *name,
                                                             struct redbook_error *err);

#endif
