/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a disc's .cue: REM lines for us, TRACK lines of closed sessions for everybody. */
#include "virtual/cue.h"

static const char *medium_name(enum redbook_virtual_medium medium) {
  if (medium == REDBOOK_MEDIUM_CD_RW) return "cd-rw";
  return medium == REDBOOK_MEDIUM_PRESSED ? "pressed" : "cd-r";
}

static const char *or_dash(const char *text) {
  return text[0] ? text : "-";
}

static void remarks(FILE *out, const struct redbook_vdisc *disc) {
  fprintf(out, "REM REDBOOK version 1\n");
  fprintf(out, "REM REDBOOK medium %s\n", medium_name(disc->medium));
  fprintf(out, "REM REDBOOK minutes %u\n", disc->minutes);
  fprintf(out, "REM REDBOOK finalised %s\n", disc->finalised ? "yes" : "no");
  for (unsigned i = 0; i < disc->sessions; i++)
    fprintf(out, "REM REDBOOK session %u lead-out %d\n", i + 1, disc->session[i].lead_out);
  for (unsigned i = 0; i < disc->tracks; i++) {
    const struct redbook_vtrack *t = &disc->track[i];
    if (t->state == REDBOOK_VTRACK_OPEN || t->state == REDBOOK_VTRACK_BROKEN) continue;
    fprintf(out,
            "REM REDBOOK track %u session %u start %d sectors %u control %u state %s isrc %s "
            "mcn %s\n",
            i + 1, t->session, t->start, t->sectors, t->control,
            t->state == REDBOOK_VTRACK_COMPLETE ? "complete" : "incomplete", or_dash(t->isrc),
            or_dash(t->catalog));
  }
}

static void position(FILE *out, unsigned index, int32_t lba) {
  fprintf(out, "    INDEX %02u %02d:%02d:%02d\n", index, lba / 4500, lba / 75 % 60, lba % 75);
}

static void flags(FILE *out, uint8_t control) {
  if (!(control & 0x0B)) return;
  fprintf(out, "    FLAGS%s%s%s\n", control & 2 ? " DCP" : "", control & 8 ? " 4CH" : "",
          control & 1 ? " PRE" : "");
}

void redbook_vcue_write(FILE *out, const struct redbook_vdisc *disc, const char *bin,
                        const char *cd_text) {
  remarks(out, disc);
  unsigned closed = redbook_vdisc_first_open_track(disc) - 1;
  for (unsigned i = 0; i < closed; i++)
    if (disc->track[i].catalog[0]) {
      fprintf(out, "CATALOG %s\n", disc->track[i].catalog);
      break;
    }
  if (cd_text[0]) fprintf(out, "CDTEXTFILE \"%s\"\n", cd_text);
  fprintf(out, "FILE \"%s\" BINARY\n", bin);
  for (unsigned i = 0; i < closed; i++) {
    const struct redbook_vtrack *t = &disc->track[i];
    fprintf(out, "  TRACK %02u AUDIO\n", i + 1);
    flags(out, t->control);
    if (t->isrc[0]) fprintf(out, "    ISRC %s\n", t->isrc);
    if (i) position(out, 0, t->start - REDBOOK_VPREGAP);
    position(out, 1, t->start);
  }
}
