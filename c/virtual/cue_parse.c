/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses a .cue: the lines that every program knows (CDRWIN's), REM lines handed on. */
#include "virtual/cue_parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define WORDS 32

bool redbook_vcue_bad(struct redbook_vcue_parser *p, const char *what) {
  if (p->line)
    return redbook_fail(p->err, REDBOOK_E_INVALIDARG, "%s, line %u: %s", p->name, p->line,
                        what);
  return redbook_fail(p->err, REDBOOK_E_INVALIDARG, "%s: %s", p->name, what);
}

/* Cuts a line into words; "quoted text" is one word. */
static unsigned split(char *line, char **words) {
  unsigned count = 0;
  memset(words, 0, WORDS * sizeof *words);
  while (count < WORDS - 1) {
    while (isspace((unsigned char)*line))
      line++;
    if (!*line) break;
    bool quoted = *line == '"';
    if (quoted) line++;
    words[count++] = line;
    while (*line && (quoted ? *line != '"' : !isspace((unsigned char)*line)))
      line++;
    if (*line) *line++ = 0;
  }
  return count;
}

static bool two_digits(const char *text, int limit, int *out) {
  if (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1])) return false;
  *out = (text[0] - '0') * 10 + text[1] - '0';
  return *out < limit;
}

static bool parse_msf(const char *text, int32_t *lba) {
  int m = 0, s = 0, f = 0;
  if (!text || strlen(text) != 8 || text[2] != ':' || text[5] != ':') return false;
  if (!two_digits(text, 100, &m) || !two_digits(text + 3, 60, &s) ||
      !two_digits(text + 6, 75, &f))
    return false;
  *lba = (m * 60 + s) * 75 + f;
  return true;
}

static bool file_line(struct redbook_vcue_parser *p, char **w) {
  if (p->out->file[0]) return redbook_vcue_bad(p, "only one FILE is understood");
  if (!w[1] || !w[2] || strcasecmp(w[2], "BINARY") != 0)
    return redbook_vcue_bad(p, "the FILE must be BINARY (16-bit little-endian samples)");
  if (strlen(w[1]) >= sizeof p->out->file)
    return redbook_vcue_bad(p, "the FILE's name is too long");
  snprintf(p->out->file, sizeof p->out->file, "%s", w[1]);
  return true;
}

static bool track_line(struct redbook_vcue_parser *p, char **w) {
  struct redbook_vcue *out = p->out;
  int n = 0;
  if (!out->file[0]) return redbook_vcue_bad(p, "TRACK before FILE");
  if (out->sheet_tracks && !p->indexed)
    return redbook_vcue_bad(p, "the track before this one has no INDEX 01");
  if (!w[1] || strlen(w[1]) != 2 || !two_digits(w[1], 100, &n) ||
      n != (int)out->sheet_tracks + 1)
    return redbook_vcue_bad(p, "tracks must be numbered in order from 01 to 99");
  if (!w[2] || strcasecmp(w[2], "AUDIO") != 0)
    return redbook_vcue_bad(p, "only AUDIO tracks are understood");
  out->sheet_tracks++;
  p->indexed = p->has_gap = false;
  if (!out->ours) {
    out->disc.track[out->disc.tracks++] =
        (struct redbook_vtrack){.state = REDBOOK_VTRACK_COMPLETE, .session = 1};
  }
  return true;
}

static bool flags_line(struct redbook_vcue_parser *p, char **w) {
  if (p->out->ours) return true;
  struct redbook_vtrack *t = &p->out->disc.track[p->out->disc.tracks - 1];
  for (unsigned i = 1; w[i]; i++) {
    if (strcasecmp(w[i], "PRE") == 0)
      t->control |= 1;
    else if (strcasecmp(w[i], "DCP") == 0)
      t->control |= 2;
    else if (strcasecmp(w[i], "4CH") == 0)
      t->control |= 8;
    else if (strcasecmp(w[i], "SCMS") == 0)
      t->scms = true;
    else
      return redbook_vcue_bad(p, "FLAGS are DCP, 4CH, PRE and SCMS");
  }
  return true;
}

static bool isrc_line(struct redbook_vcue_parser *p, char **w) {
  if (!w[1] || strlen(w[1]) != 12) return redbook_vcue_bad(p, "an ISRC has 12 characters");
  if (!p->out->ours) memcpy(p->out->disc.track[p->out->disc.tracks - 1].isrc, w[1], 13);
  return true;
}

/* INDEX 02 and so on of a foreign sheet. */
static bool mark(struct redbook_vcue_parser *p, int n, int32_t lba) {
  if (p->out->ours) return true;
  struct redbook_vtrack *t = &p->out->disc.track[p->out->disc.tracks - 1];
  int32_t before = t->marks ? t->mark[t->marks - 1] : t->start;
  if (!p->indexed || n != t->marks + 2 || lba <= before)
    return redbook_vcue_bad(p, "indexes must rise, from 00 or 01 on");
  t->mark[t->marks++] = lba;
  return true;
}

static bool index_line(struct redbook_vcue_parser *p, char **w) {
  struct redbook_vcue *out = p->out;
  int32_t lba = 0;
  int n = 0;
  if (!w[1] || strlen(w[1]) != 2 || !two_digits(w[1], 100, &n) || !parse_msf(w[2], &lba))
    return redbook_vcue_bad(p, "expected: INDEX NN MM:SS:FF");
  if (n > 1) return mark(p, n, lba);
  unsigned i = out->sheet_tracks - 1;
  if (p->indexed || (i && lba <= out->sheet_start[i - 1]))
    return redbook_vcue_bad(p, "INDEX 01 must come once and after the one before");
  if (n == 0) {
    p->gap = lba;
    p->has_gap = true;
    return true;
  }
  if (p->has_gap && p->gap > lba) return redbook_vcue_bad(p, "INDEX 00 is behind INDEX 01");
  p->indexed = true;
  out->sheet_start[i] = lba;
  if (out->ours) return true;
  struct redbook_vtrack *t = &out->disc.track[i];
  t->start = lba;
  t->pregap = (uint32_t)(i ? p->has_gap ? lba - p->gap : 0 : lba + REDBOOK_VPREGAP);
  return true;
}

static bool catalog_line(struct redbook_vcue_parser *p, char **w) {
  if (!w[1] || strlen(w[1]) != 13) return redbook_vcue_bad(p, "a CATALOG has 13 digits");
  memcpy(p->catalog, w[1], 14);
  return true;
}

static bool cd_text_line(struct redbook_vcue_parser *p, char **w) {
  if (!w[1] || strlen(w[1]) >= sizeof p->out->cd_text)
    return redbook_vcue_bad(p, "CDTEXTFILE needs a file's name");
  snprintf(p->out->cd_text, sizeof p->out->cd_text, "%s", w[1]);
  return true;
}

static bool text_line(struct redbook_vcue_parser *p, char **w) {
  (void)p;
  (void)w;
  return true;
}

static const struct {
  const char *word;
  bool in_track;
  bool (*parse)(struct redbook_vcue_parser *p, char **w);
} lines[] = {
    {"FILE", false, file_line},       {"TRACK", false, track_line},
    {"FLAGS", true, flags_line},      {"ISRC", true, isrc_line},
    {"INDEX", true, index_line},      {"CATALOG", false, catalog_line},
    {"TITLE", false, text_line},      {"PERFORMER", false, text_line},
    {"SONGWRITER", false, text_line}, {"CDTEXTFILE", false, cd_text_line},
    {"REM", false, text_line},
};

static bool parse_line(struct redbook_vcue_parser *p, char *line) {
  char *w[WORDS];
  if (!split(line, w)) return true;
  if (strcasecmp(w[0], "REM") == 0 && w[1] && strcmp(w[1], "REDBOOK") == 0) {
    if (p->out->sheet_tracks) return redbook_vcue_bad(p, "REM REDBOOK after a TRACK");
    return w[2] ? redbook_vcue_remark(p, w + 2) : redbook_vcue_bad(p, "REM REDBOOK alone");
  }
  for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
    if (strcasecmp(w[0], lines[i].word) != 0) continue;
    if (lines[i].in_track && !p->out->sheet_tracks)
      return redbook_vcue_bad(p, "this line belongs behind a TRACK");
    return lines[i].parse(p, w);
  }
  return redbook_vcue_bad(p,
                          "this line is not understood (a disc that other programs made "
                          "must be one BINARY file of AUDIO tracks)");
}

static bool foreign_finish(struct redbook_vcue_parser *p) {
  struct redbook_vdisc *disc = &p->out->disc;
  if (!disc->tracks) return redbook_vcue_bad(p, "there is no TRACK");
  for (unsigned i = 0; i + 1 < disc->tracks; i++)
    disc->track[i].sectors =
        (uint32_t)(disc->track[i + 1].start - disc->track[i].start) - disc->track[i + 1].pregap;
  memcpy(disc->track[0].catalog, p->catalog, sizeof p->catalog);
  disc->medium = REDBOOK_MEDIUM_PRESSED;
  disc->minutes = 99;
  disc->finalised = true;
  disc->sessions = 1;
  disc->session[0] = (struct redbook_vsession){.first = 1, .last = (uint8_t)disc->tracks};
  return true;
}

bool redbook_vcue_parse(const char *name, char *text, struct redbook_vcue *out,
                        struct redbook_error *err) {
  struct redbook_vcue_parser p = {.name = name, .out = out, .err = err};
  memset(out, 0, sizeof *out);
  if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
  while (text && *text) {
    char *end = strpbrk(text, "\r\n");
    char *next = end ? end + 1 + (end[0] == '\r' && end[1] == '\n') : NULL;
    if (end) *end = 0;
    p.line++;
    if (!parse_line(&p, text)) return false;
    text = next;
  }
  p.line = 0;
  if (out->sheet_tracks && !p.indexed)
    return redbook_vcue_bad(&p, "the last track has no INDEX 01");
  return out->ours ? redbook_vcue_remarks_finish(&p) : foreign_finish(&p);
}
