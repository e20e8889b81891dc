/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All tags of a file: by its content to the parsers, then what others have found. */
#include "audio/tag.h"

#include <string.h>

#include "audio/container.h"
#include "audio/decode.h"

/* The kinds whose tags stand at their end; behind an ID3v2 any of them may be. */
static bool ends_with_tags(const uint8_t *head) {
  static const char *const marks[] = {"wvpk", "MAC ", "MPCK", "MP+", "TTA1", "APET", "OFR "};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (memcmp(head, marks[i], strlen(marks[i])) == 0) return true;
  return head[0] == 0xFF && (head[1] & 0xE0) == 0xE0; /* MPEG, ADTS */
}

/* A file without a container of its own, or with one that leaves tags outside. */
static void read_bare(struct redbook_tagger *tagger, const struct redbook_input *input) {
  uint8_t head[4] = {0};
  int64_t begin = redbook_id3v2_end(input);
  bool flac = redbook_input_get(input, head, 4, begin) && memcmp(head, "fLaC", 4) == 0;
  if (flac) redbook_tags_flac(tagger, input, begin);
  tagger->rank += 4;
  bool front = redbook_tags_id3v2(tagger, input, 0, input->size);
  tagger->rank += 4;
  if (flac || front || ends_with_tags(head)) redbook_tags_end(tagger, input, begin);
}

void redbook_tags_read(const struct redbook_input *input, struct redbook_source_tags *tags,
                       char **cue_sheet) {
  struct redbook_source_tags found = {0};
  struct redbook_tagger tagger = {.tags = &found, .cue_sheet = cue_sheet};
  uint8_t head[12] = {0};
  if (cue_sheet) *cue_sheet = NULL;
  if (redbook_read_at(input->fd, head, sizeof head, 0) < (ssize_t)sizeof head) return;
  bool riff = memcmp(head, "RIFF", 4) == 0 || memcmp(head, "RIFX", 4) == 0 ||
              memcmp(head, "RF64", 4) == 0;
  if (riff && memcmp(head + 8, "WAVE", 4) == 0)
    redbook_tags_riff(&tagger, input);
  else if (memcmp(head, "FORM", 4) == 0 && memcmp(head + 8, "AIF", 3) == 0)
    redbook_tags_aiff(&tagger, input);
  else if (memcmp(head, "OggS", 4) == 0)
    redbook_tags_ogg(&tagger, input);
  else if (memcmp(head + 4, "ftyp", 4) == 0)
    redbook_tags_mp4(&tagger, input);
  else if (memcmp(head, "\x1A\x45\xDF\xA3", 4) == 0)
    redbook_tags_matroska(&tagger, input);
  else
    read_bare(&tagger, input);
  redbook_tags_fill(tags, &found);
}

bool redbook_tags_of_file(const char *path, struct redbook_source_tags *tags, char **cue_sheet,
                          struct redbook_error *err) {
  struct redbook_input input;
  *tags = (struct redbook_source_tags){0};
  if (!redbook_input_open(&input, path, err)) return false;
  redbook_tags_read(&input, tags, cue_sheet);
  redbook_input_close(&input);
  return true;
}

static void fill_text(char *to, const char *from, size_t size) {
  if (!*to) memcpy(to, from, size);
}

static void fill_number(struct redbook_tag_number *to, const struct redbook_tag_number *from) {
  if (!to->known) *to = *from;
}

void redbook_tags_fill(struct redbook_source_tags *tags,
                       const struct redbook_source_tags *from) {
  fill_text(tags->title, from->title, sizeof tags->title);
  fill_text(tags->artist, from->artist, sizeof tags->artist);
  fill_text(tags->album, from->album, sizeof tags->album);
  fill_text(tags->album_artist, from->album_artist, sizeof tags->album_artist);
  fill_text(tags->composer, from->composer, sizeof tags->composer);
  fill_text(tags->comment, from->comment, sizeof tags->comment);
  fill_text(tags->date, from->date, sizeof tags->date);
  fill_text(tags->genre, from->genre, sizeof tags->genre);
  fill_text(tags->track_number, from->track_number, sizeof tags->track_number);
  fill_text(tags->disc_number, from->disc_number, sizeof tags->disc_number);
  fill_text(tags->isrc, from->isrc, sizeof tags->isrc);
  tags->gapless = tags->gapless || from->gapless;
  fill_number(&tags->replaygain_track_gain, &from->replaygain_track_gain);
  fill_number(&tags->replaygain_album_gain, &from->replaygain_album_gain);
  fill_number(&tags->replaygain_track_peak, &from->replaygain_track_peak);
  fill_number(&tags->replaygain_album_peak, &from->replaygain_album_peak);
  fill_number(&tags->r128_track_gain, &from->r128_track_gain);
  fill_number(&tags->r128_album_gain, &from->r128_album_gain);
}

/* libsndfile's words for what nobody else has found; it reads kinds that have no parser here.
 */
void redbook_decoder_tags(const struct redbook_decoder *decoder,
                          struct redbook_source_tags *tags) {
  struct redbook_source_tags found = {0};
  const struct {
    int which;
    char *to;
    size_t size;
  } fields[] = {
      {SF_STR_TITLE, found.title, sizeof found.title},
      {SF_STR_ARTIST, found.artist, sizeof found.artist},
      {SF_STR_ALBUM, found.album, sizeof found.album},
      {SF_STR_DATE, found.date, sizeof found.date},
      {SF_STR_GENRE, found.genre, sizeof found.genre},
      {SF_STR_TRACKNUMBER, found.track_number, sizeof found.track_number},
      {SF_STR_COMMENT, found.comment, sizeof found.comment},
  };
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    redbook_tag_text(fields[i].to, fields[i].size,
                     sf_get_string(decoder->file, fields[i].which));
  redbook_tags_read(&decoder->input, tags, NULL);
  redbook_tags_fill(tags, &found);
}
