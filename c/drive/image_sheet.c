/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets line by line, as libcdio cuts them: one word, then what belongs to it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "drive/image_private.h"

#define LINE 4096 /* libcdio's; what is longer it takes for a second line */
#define BLANKS " \t\r\n"

bool redbook_image_refuse(struct redbook_error *err, const char *path, const char *format,
                          ...) {
  char what[REDBOOK_MESSAGE_SIZE];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(what, sizeof what, format, args);
  va_end(args);
  redbook_fail(err, REDBOOK_E_INVALIDARG, "%s: %s", path, what);
  redbook_advise(err,
                 "libcdio reads .cue with one .bin file, .toc of cdrdao with one data "
                 "file, and .nrg; a disc of redbook's is read whole as virtual:FILE.cue.");
  return false;
}

struct reading {
  const char *path;
  unsigned line;
  struct redbook_image_sheet *sheet;
  struct redbook_error *err;
};

/* The next word, with or without quotes; "" at the end of the line. */
static const char *next_word(char **rest) {
  char *at = *rest + strspn(*rest, BLANKS);
  bool quoted = *at == '"';
  if (quoted) at++;
  char *end = at + strcspn(at, quoted ? "\"\r\n" : BLANKS);
  *rest = *end ? end + 1 : end;
  *end = '\0';
  return at;
}

static void copy(char out[PATH_MAX], const char *text) {
  (void)snprintf(out, PATH_MAX, "%s", text);
}

static bool refuse(const struct reading *r, const char *what, const char *word) {
  return redbook_image_refuse(r->err, r->path, "line %u: %s%s", r->line, what, word);
}

static bool count_track(const struct reading *r) {
  return ++r->sheet->tracks <= REDBOOK_TRACKS_MOST || refuse(r, "more than 99 tracks", "");
}

static bool cue_file(const struct reading *r, char *rest) {
  const char *name = next_word(&rest);
  if (r->sheet->files++)
    return refuse(r, "a second FILE; libcdio reads images in one file only", "");
  copy(r->sheet->file, name);
  const char *type = next_word(&rest);
  return strcmp(type, "BINARY") == 0 || strcmp(type, "MOTOROLA") == 0 ||
         refuse(r, "the sound must be in a BINARY file, not ", *type ? type : "in none");
}

/* "REM REDBOOK session N lead-out LBA": one line for each closed session. */
static void cue_remark(const struct reading *r, char *rest) {
  if (strcmp(next_word(&rest), "REDBOOK") != 0) return;
  r->sheet->own = true;
  if (strcmp(next_word(&rest), "session") == 0) r->sheet->sessions++;
}

/* The two seconds before track 1 are on every disc; other silence that is not in the file moves
 * all that follows, and libcdio does not count it. */
static bool cue_pregap(const struct reading *r, char *rest) {
  const char *length = next_word(&rest);
  if (r->sheet->tracks <= 1 && strcmp(length, "00:02:00") == 0) return true;
  return refuse(r, "libcdio does not count a PREGAP, which is not in the file: ", length);
}

static bool cue_line(const struct reading *r, const char *word, char *rest) {
  if (strcmp(word, "REM") == 0) cue_remark(r, rest);
  if (strcmp(word, "CDTEXTFILE") == 0) copy(r->sheet->cd_text, next_word(&rest));
  if (strcmp(word, "FILE") == 0) return cue_file(r, rest);
  if (strcmp(word, "PREGAP") == 0) return cue_pregap(r, rest);
  return strcmp(word, "TRACK") != 0 || count_track(r);
}

static bool one_of(const char *word, const char *const *list) {
  for (; *list; list++)
    if (strcmp(word, *list) == 0) return true;
  return false;
}

/* libcdio notes what belongs to a track in the table of tracks, whether there is a track or
 * not; and it divides by the length of a sector that it sets for some modes only. */
static bool toc_line(const struct reading *r, const char *word, char *rest) {
  static const char *const of_tracks[] = {"ISRC", "NO", "SILENCE", NULL};
  static const char *const unmeasured[] = {"MODE2", "MODE2_FORM1", "MODE2_FORM2", NULL};
  static const char *const files[] = {"FILE", "AUDIOFILE", "DATAFILE", NULL};
  static const char *const silent[] = {"SILENCE", "ZERO", "FIFO", "PREGAP", NULL};
  if (!r->sheet->tracks && one_of(word, of_tracks))
    return refuse(r, "this belongs behind a TRACK line: ", word);
  if (one_of(word, silent)) return refuse(r, "libcdio does not count ", word);
  if (one_of(word, files) && !r->sheet->file[0]) copy(r->sheet->file, next_word(&rest));
  if (strcmp(word, "TRACK") != 0) return true;
  const char *mode = next_word(&rest);
  if (one_of(mode, unmeasured)) return refuse(r, "libcdio cannot measure tracks of ", mode);
  return count_track(r);
}

typedef bool line_fn(const struct reading *r, const char *word, char *rest);

static bool check(const char *file_name, const char *path, line_fn *each,
                  struct redbook_image_sheet *out, struct redbook_error *err) {
  char line[LINE];
  struct reading r = {.path = path, .sheet = out, .err = err};
  FILE *file = fopen(file_name, "re");

  *out = (struct redbook_image_sheet){.tracks = 0};
  if (!file) return redbook_fail_file(err, errno, "cannot read %s", path);
  bool ok = true;
  while (ok && fgets(line, sizeof line, file)) {
    char *rest = line;
    r.line++;
    const char *word = next_word(&rest);
    ok = each(&r, word, rest);
  }
  if (ok && ferror(file)) ok = redbook_fail_file(err, errno, "cannot read %s", path);
  (void)fclose(file);
  if (!ok || out->tracks) return ok;
  if (!out->own) return redbook_image_refuse(err, path, "it has no TRACK line");
  return redbook_image_refuse(err, path, "no session of this disc is closed");
}

bool redbook_image_check_cue(const char *file, const char *path,
                             struct redbook_image_sheet *out, struct redbook_error *err) {
  if (!check(file, path, cue_line, out, err)) return false;
  if (!out->files) return redbook_image_refuse(err, path, "it has no FILE line");
  return out->sessions <= 1 ||
         redbook_image_refuse(err, path, "this disc has %u sessions, which libcdio cannot tell",
                              out->sessions);
}

bool redbook_image_check_toc(const char *file, const char *path,
                             struct redbook_image_sheet *out, struct redbook_error *err) {
  return check(file, path, toc_line, out, err);
}
