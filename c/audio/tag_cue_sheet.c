/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FLAC's CUESHEET block (RFC 9639, 8.7) as the text of a cue sheet. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/tag.h"
#include "base/bytes.h"

#define HEAD 396 /* catalogue number 128, lead-in 8, flags and reserved 259, tracks 1 */
#define TRACK 36 /* offset 8, number 1, ISRC 12, flags and reserved 14, indexes 1 */
#define INDEX 12 /* offset 8, number 1, reserved 3 */

#define NO_AUDIO 0x80
#define PRE_EMPHASIS 0x40

struct sheet {
  FILE *out;
  uint32_t rate;
};

static uint64_t get64(const uint8_t *p) {
  return (uint64_t)redbook_get32(p) << 32 | redbook_get32(p + 4);
}

/* Letters and digits up to the first NUL, as a line of their own. */
static void code(FILE *out, const char *line, const uint8_t *bytes, size_t length) {
  char text[129];
  size_t used = 0;
  while (used < length && used < sizeof text - 1 && bytes[used]) {
    char c = (char)bytes[used];
    if ((c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')) return;
    text[used++] = c;
  }
  text[used] = '\0';
  if (used > 0) fprintf(out, "%s%s\n", line, text);
}

/* A sample that no frame begins with is told: `offset` is in the file's rate. */
static bool place(const struct sheet *sheet, unsigned track, unsigned number, uint64_t offset) {
  if (offset > (uint64_t)INT32_MAX * 75) return false;
  uint64_t frame = offset * 75 / sheet->rate;
  if (frame / 4500 > 999) return false;
  if (offset * 75 % sheet->rate != 0)
    fprintf(sheet->out, "    REM ROUNDED TRACK %02u INDEX %02u SAMPLE %" PRIu64 "\n", track,
            number, offset);
  fprintf(sheet->out, "    INDEX %02u %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 "\n", number,
          frame / 4500, frame / 75 % 60, frame % 75);
  return true;
}

static bool indexes(const struct sheet *sheet, struct redbook_tag_stream *stream,
                    const uint8_t *track) {
  uint8_t index[INDEX];
  for (unsigned i = 0; i < track[35]; i++)
    if (!redbook_tag_get(stream, index, sizeof index) || index[8] > 99 ||
        get64(index) > INT64_MAX - get64(track) ||
        !place(sheet, track[8], index[8], get64(track) + get64(index)))
      return false;
  return true;
}

/* The lead-out (170, or 255 where it is no CD) is no track. */
static bool one_track(const struct sheet *sheet, struct redbook_tag_stream *stream) {
  uint8_t track[TRACK];
  if (!redbook_tag_get(stream, track, sizeof track)) return false;
  if (track[8] >= 170) return true;
  if (track[8] < 1 || track[8] > 99 || get64(track) > INT64_MAX) return false;
  bool audio = !(track[21] & NO_AUDIO);
  fprintf(sheet->out, "  TRACK %02u %s\n", track[8], audio ? "AUDIO" : "MODE1/2352");
  if (track[21] & PRE_EMPHASIS) fputs("    FLAGS PRE\n", sheet->out);
  code(sheet->out, "    ISRC ", track + 9, 12);
  return indexes(sheet, stream, track);
}

void redbook_tags_flac_cue_sheet(struct redbook_tagger *tagger,
                                 struct redbook_tag_stream *stream, uint32_t rate) {
  uint8_t head[HEAD];
  char *text = NULL;
  size_t length = 0;
  if (!tagger->cue_sheet || rate == 0 || !redbook_tag_get(stream, head, sizeof head)) return;
  struct sheet sheet = {open_memstream(&text, &length), rate};
  if (!sheet.out) return;
  code(sheet.out, "CATALOG ", head, 128);
  fputs("FILE \"embedded\" WAVE\n", sheet.out);
  bool whole = true;
  for (unsigned i = 0; i < head[HEAD - 1] && whole; i++)
    whole = one_track(&sheet, stream);
  bool kept = fclose(sheet.out) == 0 && whole && head[HEAD - 1] > 1;
  if (kept)
    redbook_tag_give_cue_sheet(tagger, text);
  else
    free(text);
}
