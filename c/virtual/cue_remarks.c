/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses the REM REDBOOK lines of a .cue (grammar: cue.h). */
#include "virtual/cue_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool word_is(const char *a, const char *b) {
  return a && strcmp(a, b) == 0;
}

static bool number(const char *word, long low, long high, long *out) {
  if (!word || !word[0]) return false;
  char *end = NULL;
  long value = strtol(word, &end, 10);
  if (*end || value < low || value > high) return false;
  *out = value;
  return true;
}

static bool medium(struct redbook_vcue_parser *p, char **w) {
  struct redbook_vdisc *disc = &p->out->disc;
  if (word_is(w[1], "cd-r"))
    disc->medium = REDBOOK_MEDIUM_CD_R;
  else if (word_is(w[1], "cd-rw"))
    disc->medium = REDBOOK_MEDIUM_CD_RW;
  else if (word_is(w[1], "pressed"))
    disc->medium = REDBOOK_MEDIUM_PRESSED;
  else
    return redbook_vcue_bad(p, "medium must be cd-r, cd-rw or pressed");
  return true;
}

static bool session(struct redbook_vcue_parser *p, char **w) {
  struct redbook_vdisc *disc = &p->out->disc;
  long n = 0, lead_out = 0;
  if (!number(w[1], disc->sessions + 1L, disc->sessions + 1L, &n) || n > 99 ||
      !word_is(w[2], "lead-out") || !number(w[3], 1, 449849, &lead_out))
    return redbook_vcue_bad(p, "expected: session N lead-out LBA, sessions in order from 1");
  disc->session[disc->sessions++].lead_out = (int32_t)lead_out;
  return true;
}

static bool code(const char *word, char *out, size_t length) {
  if (word_is(word, "-")) return true;
  if (!word || strlen(word) != length) return false;
  memcpy(out, word, length + 1);
  return true;
}

/* Pairs behind the MCN; a track recorded at once has none. */
static bool extras(struct redbook_vtrack *t, char **w) {
  long value = 0;
  for (; w[0]; w += 2) {
    if (word_is(w[0], "pregap") && number(w[1], 0, 449999, &value))
      t->pregap = (uint32_t)value;
    else if (word_is(w[0], "run-out") && number(w[1], 0, 2, &value))
      t->run_out = (uint8_t)value;
    else if (word_is(w[0], "scms") && word_is(w[1], "yes"))
      t->scms = true;
    else
      return false;
  }
  return t->start - (int32_t)t->pregap >= -REDBOOK_VPREGAP;
}

static bool mark(struct redbook_vcue_parser *p, char **w) {
  struct redbook_vdisc *disc = &p->out->disc;
  struct redbook_vtrack *t = disc->tracks ? &disc->track[disc->tracks - 1] : NULL;
  long n = 0, index = 0, lba = 0;
  if (!t || !number(w[1], disc->tracks, disc->tracks, &n) ||
      !number(w[2], t->marks + 2L, t->marks + 2L, &index) || index > 99 ||
      !number(w[3], (t->marks ? t->mark[t->marks - 1] : t->start) + 1L,
              t->start + (long)t->sectors - 1, &lba))
    return redbook_vcue_bad(p,
                            "expected: index N NN LBA, inside of the track before it, the "
                            "indexes from 2 on and rising");
  t->mark[t->marks++] = (int32_t)lba;
  return true;
}

static bool track(struct redbook_vcue_parser *p, char **w) {
  static const char *const keys[] = {"session", "start", "sectors", "control",
                                     "state",   "isrc",  "mcn"};
  struct redbook_vdisc *disc = &p->out->disc;
  long n = 0, value[4] = {0};
  static const long low[] = {1, 0, 0, 0}, high[] = {99, 449849, 449849, 15};
  bool good = number(w[1], disc->tracks + 1L, disc->tracks + 1L, &n) && n <= 99;
  for (unsigned i = 0; good && i < 7; i++)
    good = word_is(w[2 + 2 * i], keys[i]);
  for (unsigned i = 0; good && i < 4; i++)
    good = number(w[3 + 2 * i], low[i], high[i], &value[i]);
  struct redbook_vtrack t = {.session = (uint8_t)value[0],
                             .start = (int32_t)value[1],
                             .sectors = (uint32_t)value[2],
                             .control = (uint8_t)value[3],
                             .pregap = REDBOOK_VPREGAP,
                             .run_out = REDBOOK_VRUN_OUT,
                             .state = REDBOOK_VTRACK_COMPLETE};
  good = good && code(w[13], t.isrc, 12) && code(w[15], t.catalog, 13) && extras(&t, w + 16);
  if (good && word_is(w[11], "incomplete"))
    t.state = REDBOOK_VTRACK_INCOMPLETE;
  else if (good)
    good = word_is(w[11], "complete");
  if (!good)
    return redbook_vcue_bad(p,
                            "expected: track N session S start LBA sectors COUNT control "
                            "0..15 state complete|incomplete isrc CODE|- mcn DIGITS|- "
                            "[pregap COUNT] [run-out 0..2] [scms yes]");
  if (disc->tracks && (t.session < disc->track[disc->tracks - 1].session ||
                       t.start - (int32_t)t.pregap < redbook_vdisc_recorded_end(disc)))
    return redbook_vcue_bad(p, "the track overlaps the one before it");
  disc->track[disc->tracks++] = t;
  return true;
}

static bool minutes(struct redbook_vcue_parser *p, char **w) {
  long value = 0;
  if (!number(w[1], 74, 99, &value) || !redbook_vdisc_minutes_known((unsigned)value))
    return redbook_vcue_bad(p, "minutes must be 74, 80, 90 or 99");
  p->out->disc.minutes = (unsigned)value;
  return true;
}

static bool yes_or_no(struct redbook_vcue_parser *p, char **w, bool *out) {
  *out = word_is(w[1], "yes");
  if (*out || word_is(w[1], "no")) return true;
  char what[64];
  snprintf(what, sizeof what, "%s must be yes or no", w[0]);
  return redbook_vcue_bad(p, what);
}

bool redbook_vcue_remark(struct redbook_vcue_parser *p, char **w) {
  if (word_is(w[0], "version")) {
    if (!word_is(w[1], "1"))
      return redbook_vcue_bad(p, "this redbook understands version 1 only");
    p->out->ours = true;
    return true;
  }
  if (!p->out->ours) return redbook_vcue_bad(p, "the version must come first");
  if (word_is(w[0], "medium")) return medium(p, w);
  if (word_is(w[0], "minutes")) return minutes(p, w);
  if (word_is(w[0], "finalised")) return yes_or_no(p, w, &p->out->disc.finalised);
  if (word_is(w[0], "erasing")) return yes_or_no(p, w, &p->out->erasing);
  if (word_is(w[0], "session")) return session(p, w);
  if (word_is(w[0], "track")) return track(p, w);
  if (word_is(w[0], "index")) return mark(p, w);
  return redbook_vcue_bad(p, "unknown REM REDBOOK key");
}

static bool sessions_agree(struct redbook_vcue_parser *p) {
  struct redbook_vdisc *disc = &p->out->disc;
  for (unsigned i = 0; i < disc->tracks; i++) {
    const struct redbook_vtrack *t = &disc->track[i];
    bool last = i + 1 == disc->tracks;
    if (t->session > disc->sessions + 1 || (i && t->session > t[-1].session + 1) ||
        (!i && t->session != 1))
      return redbook_vcue_bad(p, "a track's session has no session line");
    if (t->state != REDBOOK_VTRACK_COMPLETE && (!last || t->session <= disc->sessions))
      return redbook_vcue_bad(p, "only the last track of an open session can be incomplete");
    if (t->session > disc->sessions) continue;
    struct redbook_vsession *s = &disc->session[t->session - 1];
    if (!s->first) s->first = (uint8_t)(i + 1);
    s->last = (uint8_t)(i + 1);
    if (t->start + (int32_t)t->sectors > s->lead_out)
      return redbook_vcue_bad(p, "a track passes its session's lead-out");
  }
  for (unsigned i = 0; i < disc->sessions; i++)
    if (!disc->session[i].first) return redbook_vcue_bad(p, "a session has no track");
  return true;
}

bool redbook_vcue_remarks_finish(struct redbook_vcue_parser *p) {
  struct redbook_vdisc *disc = &p->out->disc;
  p->line = 0;
  if (!disc->medium || !disc->minutes)
    return redbook_vcue_bad(p, "the REM REDBOOK lines name no medium or no minutes");
  if (p->out->erasing && disc->medium != REDBOOK_MEDIUM_CD_RW)
    return redbook_vcue_bad(p, "only a cd-rw can be erasing");
  if (!sessions_agree(p)) return false;
  if (disc->finalised &&
      (!disc->sessions || disc->session[disc->sessions - 1].last != disc->tracks))
    return redbook_vcue_bad(p, "a finalised disc cannot have an open session");
  if (p->out->sheet_tracks != redbook_vdisc_first_open_track(disc) - 1)
    return redbook_vcue_bad(p, "the TRACK lines are not the tracks of the closed sessions");
  for (unsigned i = 0; i < p->out->sheet_tracks; i++)
    if (p->out->sheet_start[i] != disc->track[i].start)
      return redbook_vcue_bad(p, "an INDEX 01 and its REM REDBOOK track line differ");
  return true;
}
