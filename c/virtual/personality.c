/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The personalities' table (MMC reference 8.3; the behaviour's source stands at each row). */
#include "virtual/personality.h"

#include <stdio.h>
#include <string.h>

#define MIB 1048576u
#define KIB 1024u

/* A CD-R/RW drive of 2003: 52x to 32x CAV, 24x and below CLV. */
#define SPEEDS_52                                                        \
  .speeds = {{9173, true},  {8467, true},  {7056, true},  {5645, true},  \
             {4234, false}, {2822, false}, {1411, false}, {706, false}}, \
  .speed_count = 8
#define STRICT SPEEDS_52, .buffer = 2 * MIB, .delay_percent = 100, .page2a = 0x3E

static const struct redbook_vpersonality known[] = {
    {.name = "strict", STRICT},

    /* Vendor's command references of the R8 (2004) and R11 (2006): TEST UNIT READY GOOD while
     * the drive records or closes, READ DISC and READ TRACK INFORMATION 2/04/07, BLANK 2/04/07
     * for all three; 5/72/03 on an open track; SYNCHRONIZE CACHE and CLOSE TRACK pad to 300
     * sectors; a WRITE longer than the free buffer is 2/04/08; 1.25 MB of buffer for CD. */
    {.name = "pioneer",
     .speeds = {{5645, true}, {4234, false}, {2822, false}, {1411, false}, {706, false}},
     .speed_count = 5,
     .buffer = 0x131800,
     .delay_percent = 100,
     .page2a = 0x3E,
     .full_is_refused = true,
     .busy_in_silence = true,
     .pads = true},

    /* LG GH22LS30, after libburn 0.7.4, which stopped sending CLOSE TRACK for it. The sense is
     * our choice (unverified). */
    {.name = "lg", STRICT, .close_track_fails = true},

    /* Pioneer BDR-205, LITE-ON LTR-48125S, after libburn: NWA -150 on a blank disc, start 0. */
    {.name = "nwa-150", STRICT, .nwa_before_start = true},

    /* Old Mitsumi drives, after wodim, which waits on its own then. */
    {.name = "mitsumi", STRICT, .close_sense = 0x062E00},

    /* First WRITE of a track 5 to 20 s; HL-DT-ST GE24LU20 on USB held one WRITE for 42 s
     * (user's log). */
    {.name = "slow",
     STRICT,
     .first_write_us = 15000000,
     .long_write_at = 10,
     .long_write_us = 42000000},

    /* Flow control by 2/04/08 all the time, as wodim, cdrskin and cdrdao all expect it. */
    {.name = "tinybuf",
     .speeds = {{2822, false}, {1411, false}, {706, false}},
     .speed_count = 3,
     .buffer = 256 * KIB,
     .delay_percent = 100,
     .page2a = 0x3E,
     .full_is_refused = true},

    /* Write error of an earlier WRITE, F1/03/0C/00, as in users' logs; where it strikes is our
     * choice. */
    {.name = "deferred", STRICT, .defect = 600},

    /* Pioneer DVR-216D 1.09, after libburn: ready is said too early. */
    {.name = "early-ready", STRICT, .ready_early = true},

    /* Some drives and qemu send a block descriptor although DBD forbids it (libburn, wodim). */
    {.name = "bdesc", STRICT, .block_descriptor = true},

    /* Page 2Ah as MMC-1 (12h) and MMC-2 (14h) have it: no list of speeds. */
    {.name = "short-2a", SPEEDS_52, .buffer = 2 * MIB, .delay_percent = 100, .page2a = 0x14},
    {.name = "short-2a-12", SPEEDS_52, .buffer = 2 * MIB, .delay_percent = 100, .page2a = 0x12},

    /* MMC-1 drives and qemu (libburn's fallback): 5/20/00. */
    {.name = "no-getconfig", STRICT, .no_get_configuration = true},

    /* HP 7100 (wodim): no ATIP. */
    {.name = "no-atip", STRICT, .no_atip = true},

    /* No drive is like this: strict, but spin-up, calibration, track and session ends take a
     * twentieth, so that tests by the real clock are short. */
    {.name = "brisk", SPEEDS_52, .buffer = 2 * MIB, .delay_percent = 5, .page2a = 0x3E},
};

static void list(char *out, size_t room) {
  size_t used = 0;
  for (unsigned i = 0; i < sizeof known / sizeof *known && used < room; i++)
    used += (size_t)snprintf(out + used, room - used, "%s%s", i ? ", " : "", known[i].name);
}

const struct redbook_vpersonality *redbook_vpersonality_find(const char *name,
                                                             struct redbook_error *err) {
  if (!name) return &known[0];
  for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(name, known[i].name) == 0) return &known[i];
  char names[256];
  list(names, sizeof names);
  redbook_fail(err, REDBOOK_E_INVALIDARG, "unknown personality \"%s\"; known: %s", name, names);
  return NULL;
}
