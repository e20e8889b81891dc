/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of quirks. Behind each row: the function that meets it, and its test. How INQUIRY
 * spells the names is taken from the sources (unverified). */
#include "drive/quirks.h"

#include <string.h>

#define AVOIDED REDBOOK_QUIRK_AVOIDED
#define BY_REPLY REDBOOK_QUIRK_BY_REPLY
#define TOLD REDBOOK_QUIRK_TOLD
#define IGNORED REDBOOK_QUIRK_IGNORED

static const struct redbook_quirk known[] = {
    /* redbook_drive_start_stop: status_test; redbook_cdb_read_cd: cdb_test */
    {"HL-DT-ST", "GSA-4082B", "LOAD with Immed confuses it; READ CD with C2 bits is 5/24/00",
     AVOIDED, "LOAD waits for its end, and C2 bits are never asked for", "libburn"},
    /* redbook_write_parameters_list: write_parameters_test */
    {"HL-DT-ST", "", "its default audio pause is one that it refuses itself", AVOIDED,
     "page 05h always says 150 sectors", "wodim"},
    /* c/burn/track.c sends none; rescue.c does: personality lg, rescue_spec */
    {"HL-DT-ST", "GH22LS30", "CLOSE TRACK is an error", AVOIDED,
     "it is sent only to close a track that was cut off", "libburn"},
    /* LONG_MS: cdb_test; personality slow: personalities_spec */
    {"HL-DT-ST", "GE24LU20", "one WRITE may take 42 seconds", AVOIDED,
     "the time-out of a WRITE is 200 seconds", "user's log"},
    {"HL-DT-ST", "BU20N", "block type 2 (raw with P-Q) is 5/64/00", IGNORED,
     "track at once uses type 0", "DiscImageStudio"},
    /* open_media, place: media_test; personality nwa-150: personalities_spec */
    {"PIONEER", "BDR-205", "the next writable address of a blank disc is -150", BY_REPLY,
     "the first track begins at 0", "libburn"},
    {"LITE-ON", "LTR-48125S", "the next writable address of a blank disc is -150", BY_REPLY,
     "the first track begins at 0", "libburn"},
    /* redbook_parse_atip: reply_disc_test */
    {"LITE-ON", "LTR-48125S", "the ATIP of a pressed disc is garbage", BY_REPLY,
     "one that makes no sense is not believed", "libburn"},
    /* start_unit: status_test; guess_type: media_test; personality early-ready */
    {"PIONEER", "DVR-216D", "is ready too early after START, which then keeps the tray closed",
     AVOIDED, "a second START waits for its end", "libburn"},
    /* look_at_buffer: quirks_spec */
    {"PIONEER", "DVR-216D", "READ BUFFER CAPACITY stalls it while its buffer fills", AVOIDED,
     "asked every 64 sectors, and not before the first MiB", "libburn"},
    /* poll_finished: status_test, session_test; personality pioneer: personalities_spec */
    {"PIONEER", "DVR-108", "TEST UNIT READY is GOOD while it writes, closes a session", AVOIDED,
     "READ DISC INFORMATION is asked too", "its manual"},
    {"PIONEER", "DVR-111", "TEST UNIT READY is GOOD while it writes, closes a session", AVOIDED,
     "READ DISC INFORMATION is asked too", "its manual"},
    {"PIONEER", "BDR-203", "protects against underruns whatever page 05h says", IGNORED,
     "it is as good", "its manual"},
    /* redbook_drive_close_session, judge: session_test */
    {"_NEC", "ND-3500", "CLOSE SESSION is 5/72/04 after a write error", TOLD,
     "the disc is asked for its state", "user's log"},
    /* redbook_write_parameters_list: write_parameters_test */
    {"MATSHITA", "", "its default session format is one that it refuses itself", AVOIDED,
     "page 05h always says 00h", "wodim"},
    /* close_once, still_open: session_test; personality mitsumi: personalities_spec */
    {"MITSUMI", "", "CLOSE SESSION returns early, with 6/2E/00 or 2/04/07", BY_REPLY,
     "its end is waited for, and an open session closed again", "wodim"},
    {"SONY", "", "CLOSE SESSION returns early, with 2/04/08", BY_REPLY,
     "its end is waited for, and an open session closed again", "wodim"},
    {"SONY", "CDU928E", "writes with WRITE(12) only", TOLD, "it cannot be used", "wodim"},
    /* redbook_parse_atip: reply_disc_test */
    {"YAMAHA", "", "the ATIP may be zeros", BY_REPLY, "one that makes no sense is not believed",
     "wodim"},
    /* redbook_drive_write_parameters: speed_test */
    {"YAMAHA", "", "refuses underrun protection together with a simulation", BY_REPLY,
     "page 05h is sent again without it", "its manual"},
    /* atip_msf: reply_disc_test */
    {"RICOH", "", "old ones give the ATIP in BCD", BY_REPLY, "it is read so", "wodim"},
    /* lead_out_limit: media_test, least_figure_counts */
    {"PLEXTOR", "", "what GigaRec was left at changes the capacity", BY_REPLY,
     "the least of all figures counts; vendor's commands are not sent", "wodim"},
    /* lead_out_limit; personality no-atip: personalities_spec */
    {"HP", "CD-Writer+ 7100", "has no ATIP", BY_REPLY, "the disc information tells the size",
     "wodim"},
    /* redbook_check_untouched: quirks_spec */
    {"ACER", "", "8x4x32 models stay in a simulation until the tray was opened", TOLD,
     "the error of ReleaseMedia says so", "wodim"},
    /* place, redbook_check_track: quirks_spec */
    {"TEAC", "CD-W", "the next writable address is wrong (CW-7502)", BY_REPLY,
     "one inside a written track is not believed", "cdrdao"},

    /* ask_performance: speed_test */
    {"", "", "some announce one speed until they are asked again", BY_REPLY,
     "up to three questions", "libburn"},
    /* redbook_parse_mode_page: reply_test; personality bdesc */
    {"", "", "some send block descriptors though DBD is set", BY_REPLY, "they are skipped",
     "libburn"},
    /* redbook_drive_mode_page: query_test */
    {"IOMEGA", "", "a MODE SENSE of 2 bytes overruns (y2k ATAPI models)", AVOIDED,
     "always asked for a whole page", "wodim"},
    /* guess_type, writes_by_page: media_test, query_test; personality no-getconfig */
    {"", "", "old ones and emulators have no GET CONFIGURATION", BY_REPLY,
     "page 2Ah and the disc tell", "libburn"},
    /* redbook_parse_capabilities: reply_test; personalities short-2a, short-2a-12 */
    {"", "", "page 2Ah may end before its speeds", BY_REPLY, "the fastest it names counts",
     "libburn"},
    /* redbook_drive_send: status_test, query_test */
    {"", "", "USB and SATA bridges repeat unit attentions", BY_REPLY,
     "four are swallowed outside a burn", "libburn"},
    /* close_once, send_synchronize, redbook_drive_blank: session_test, blank_test */
    {"", "", "some know no Immed", BY_REPLY, "sent again without it, with a long time-out",
     "libburn"},
    /* slow_down: blank_test */
    {"", "", "a slow CD-RW in a fast drive is 5/30/05", BY_REPLY,
     "erased at the slowest speed; for writing the error says so", "user's log"},
};

const struct redbook_quirk *redbook_quirks(size_t *count) {
  *count = sizeof known / sizeof *known;
  return known;
}

bool redbook_quirk_is_of(const struct redbook_quirk *quirk,
                         const struct redbook_inquiry *inquiry) {
  size_t length = strlen(quirk->vendor);
  return length > 0 && strncmp(inquiry->vendor, quirk->vendor, length) == 0 &&
         strstr(inquiry->product, quirk->product) != NULL;
}

const char *redbook_quirk_handling_name(enum redbook_quirk_handling handling) {
  static const char *const names[] = {[REDBOOK_QUIRK_AVOIDED] = "avoided",
                                      [REDBOOK_QUIRK_BY_REPLY] = "by reply",
                                      [REDBOOK_QUIRK_TOLD] = "told",
                                      [REDBOOK_QUIRK_IGNORED] = "ignored"};
  return names[handling];
}
