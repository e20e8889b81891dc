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

/* What track-at-once recording never has. */
static void extras(FILE *out, const struct redbook_vtrack *t) {
  if (t->pregap != REDBOOK_VPREGAP) fprintf(out, " pregap %u", t->pregap);
  if (t->run_out != REDBOOK_VRUN_OUT) fprintf(out, " run-out %u", t->run_out);
  if (t->scms) fprintf(out, " scms yes");
  fprintf(out, "\n");
}

static void remarks(FILE *out, const struct redbook_vdisc *disc, bool erasing) {
  fprintf(out, "REM REDBOOK version 1\n");
  fprintf(out, "REM REDBOOK medium %s\n", medium_name(disc->medium));
  fprintf(out, "REM REDBOOK minutes %u\n", disc->minutes);
  fprintf(out, "REM REDBOOK finalised %s\n", disc->finalised ? "yes" : "no");
  if (erasing) fprintf(out, "REM REDBOOK erasing yes\n");
  for (unsigned i = 0; i < disc->sessions; i++)
    fprintf(out, "REM REDBOOK session %u lead-out %d\n", i + 1, disc->session[i].lead_out);
  for (unsigned i = 0; i < disc->tracks; i++) {
    const struct redbook_vtrack *t = &disc->track[i];
    if (t->state == REDBOOK_VTRACK_OPEN || t->state == REDBOOK_VTRACK_BROKEN) continue;
    fprintf(out,
            "REM REDBOOK track %u session %u start %d sectors %u control %u state %s isrc %s "
            "mcn %s",
            i + 1, t->session, t->start, t->sectors, t->control,
            t->state == REDBOOK_VTRACK_COMPLETE ? "complete" : "incomplete", or_dash(t->isrc),
            or_dash(t->catalog));
    extras(out, t);
    for (unsigned n = 0; n < t->marks; n++)
      fprintf(out, "REM REDBOOK index %u %u %d\n", i + 1, n + 2, t->mark[n]);
  }
}

static void position(FILE *out, unsigned index, int32_t lba) {
  fprintf(out, "    INDEX %02u %02d:%02d:%02d\n", index, lba / 4500, lba / 75 % 60, lba % 75);
}

static void flags(FILE *out, const struct redbook_vtrack *t) {
  uint8_t control = t->control;
  if (!(control & 0x0B) && !t->scms) return;
  fprintf(out, "    FLAGS%s%s%s%s\n", control & 2 ? " DCP" : "", control & 8 ? " 4CH" : "",
          control & 1 ? " PRE" : "", t->scms ? " SCMS" : "");
}

/* The .bin begins at LBA 0, so the first 150 sectors of track 1's pregap have no INDEX. */
static void indexes(FILE *out, const struct redbook_vtrack *t) {
  int32_t gap = t->start - (int32_t)t->pregap;
  if (gap < 0) gap = 0;
  if (gap < t->start) position(out, 0, gap);
  position(out, 1, t->start);
  for (unsigned n = 0; n < t->marks; n++)
    position(out, n + 2, t->mark[n]);
}

void redbook_vcue_write(FILE *out, const struct redbook_vdisc *disc, const char *bin,
                        const char *cd_text, bool erasing) {
  remarks(out, disc, erasing);
  unsigned closed = redbook_vdisc_first_open_track(disc) - 1;
  const char *catalog = closed ? redbook_vdisc_catalog(disc) : "";
  if (catalog[0]) fprintf(out, "CATALOG %s\n", catalog);
  if (cd_text[0]) fprintf(out, "CDTEXTFILE \"%s\"\n", cd_text);
  fprintf(out, "FILE \"%s\" BINARY\n", bin);
  for (unsigned i = 0; i < closed; i++) {
    const struct redbook_vtrack *t = &disc->track[i];
    fprintf(out, "  TRACK %02u AUDIO\n", i + 1);
    flags(out, t);
    if (t->isrc[0]) fprintf(out, "    ISRC %s\n", t->isrc);
    indexes(out, t);
  }
}
