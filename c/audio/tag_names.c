/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What programs call the fields of a tag, and what may stand in them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/tag.h"

#define NAME_ROOM 32
/* Enough for 255 bytes of UTF-8 from any encoding. */
#define TEXT_ROOM 1024
#define NUMBER_ROOM 64
/* Gains beyond it are mistakes (dB). */
#define LOUDEST 60.0
/* A peak of intersample overs and of float files may lie above 1, not so far. */
#define HIGHEST 64.0

/* Capitals without spaces, `_` and `-`. A weak name counts only where no strong one is. */
static const struct {
  const char *name;
  enum redbook_tag_field field;
  bool weak;
} names[] = {
    {"TITLE", REDBOOK_TAG_TITLE, false},
    {"ARTIST", REDBOOK_TAG_ARTIST, false},
    {"ALBUM", REDBOOK_TAG_ALBUM, false},
    {"ALBUMARTIST", REDBOOK_TAG_ALBUM_ARTIST, false},
    {"DATE", REDBOOK_TAG_DATE, false},
    {"YEAR", REDBOOK_TAG_DATE, true},
    {"GENRE", REDBOOK_TAG_GENRE, false},
    {"TRACKNUMBER", REDBOOK_TAG_TRACK_NUMBER, false},
    {"TRACK", REDBOOK_TAG_TRACK_NUMBER, true},
    {"DISCNUMBER", REDBOOK_TAG_DISC_NUMBER, false},
    {"DISC", REDBOOK_TAG_DISC_NUMBER, true},
    {"COMMENT", REDBOOK_TAG_COMMENT, false},
    {"DESCRIPTION", REDBOOK_TAG_COMMENT, true},
    {"COMPOSER", REDBOOK_TAG_COMPOSER, false},
    {"ISRC", REDBOOK_TAG_ISRC, false},
    {"REPLAYGAINTRACKGAIN", REDBOOK_TAG_TRACK_GAIN, false},
    {"REPLAYGAINALBUMGAIN", REDBOOK_TAG_ALBUM_GAIN, false},
    {"REPLAYGAINTRACKPEAK", REDBOOK_TAG_TRACK_PEAK, false},
    {"REPLAYGAINALBUMPEAK", REDBOOK_TAG_ALBUM_PEAK, false},
    {"R128TRACKGAIN", REDBOOK_TAG_R128_TRACK, false},
    {"R128ALBUMGAIN", REDBOOK_TAG_R128_ALBUM, false},
    {"ITUNPGAP", REDBOOK_TAG_GAPLESS, false},
    {"ITUNESGAPLESS", REDBOOK_TAG_GAPLESS, true},
    {"CUESHEET", REDBOOK_TAG_CUE_SHEET, false},
};

/* Where a field of text or a number goes. */
#define PLACE(member)                                     \
  {                                                       \
    offsetof(struct redbook_source_tags, member),         \
        sizeof(((struct redbook_source_tags *)0)->member) \
  }
static const struct {
  size_t at, size;
} places[REDBOOK_TAG_FIELDS] = {
    [REDBOOK_TAG_TITLE] = PLACE(title),
    [REDBOOK_TAG_ARTIST] = PLACE(artist),
    [REDBOOK_TAG_ALBUM] = PLACE(album),
    [REDBOOK_TAG_ALBUM_ARTIST] = PLACE(album_artist),
    [REDBOOK_TAG_DATE] = PLACE(date),
    [REDBOOK_TAG_GENRE] = PLACE(genre),
    [REDBOOK_TAG_TRACK_NUMBER] = PLACE(track_number),
    [REDBOOK_TAG_DISC_NUMBER] = PLACE(disc_number),
    [REDBOOK_TAG_COMMENT] = PLACE(comment),
    [REDBOOK_TAG_COMPOSER] = PLACE(composer),
    [REDBOOK_TAG_ISRC] = PLACE(isrc),
    [REDBOOK_TAG_TRACK_GAIN] = PLACE(replaygain_track_gain),
    [REDBOOK_TAG_ALBUM_GAIN] = PLACE(replaygain_album_gain),
    [REDBOOK_TAG_TRACK_PEAK] = PLACE(replaygain_track_peak),
    [REDBOOK_TAG_ALBUM_PEAK] = PLACE(replaygain_album_peak),
    [REDBOOK_TAG_R128_TRACK] = PLACE(r128_track_gain),
    [REDBOOK_TAG_R128_ALBUM] = PLACE(r128_album_gain),
};

static bool is_text(enum redbook_tag_field field) {
  return field >= REDBOOK_TAG_TITLE && field <= REDBOOK_TAG_ISRC;
}

static bool is_number(enum redbook_tag_field field) {
  return field >= REDBOOK_TAG_TRACK_GAIN && field <= REDBOOK_TAG_R128_ALBUM;
}

static void *place_of(struct redbook_source_tags *tags, enum redbook_tag_field field) {
  return (char *)tags + places[field].at;
}

static bool several(enum redbook_tag_field field) {
  return field == REDBOOK_TAG_ARTIST || field == REDBOOK_TAG_ALBUM_ARTIST ||
         field == REDBOOK_TAG_COMPOSER || field == REDBOOK_TAG_GENRE;
}

/* Of ASCII, whatever the locale. */
static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static char capital(char c) {
  return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

static const char *past_space(const char *text) {
  while (is_space(*text))
    text++;
  return text;
}

static enum redbook_tag_field find(const char *name, bool *weak) {
  char plain[NAME_ROOM];
  size_t used = 0;
  for (; *name && used < sizeof plain - 1; name++)
    if (!strchr(" _-", *name)) plain[used++] = capital(*name);
  plain[used] = '\0';
  for (size_t i = 0; *name == '\0' && i < sizeof names / sizeof *names; i++)
    if (strcmp(plain, names[i].name) == 0) {
      *weak = names[i].weak;
      return names[i].field;
    }
  return REDBOOK_TAG_NONE;
}

/* Takes a decimal number with a point or a comma, whatever the locale; NaN when it is none.
 * `*end` = behind it. */
static double decimal(const char *text, const char **end) {
  double value = 0;
  long exponent = 0;
  bool minus = *text == '-', digits = false;
  if (*text == '-' || *text == '+') text++;
  for (; is_digit(*text); text++, digits = true)
    value = value * 10 + (*text - '0');
  if (*text == '.' || *text == ',')
    for (text++; is_digit(*text); text++, exponent--, digits = true)
      value = value * 10 + (*text - '0');
  if (digits && (*text == 'e' || *text == 'E')) {
    char *behind;
    long more = strtol(text + 1, &behind, 10);
    if (behind > text + 1 && more > -100 && more < 100) exponent += more;
    text = behind > text + 1 ? behind : text;
  }
  *end = text;
  value = exponent < 0 ? value / pow(10, (double)-exponent) : value * pow(10, (double)exponent);
  return !digits ? NAN : minus ? -value : value;
}

static bool gain(const char *text, double *value) {
  const char *end;
  *value = decimal(past_space(text), &end);
  end = past_space(end);
  if (capital(end[0]) == 'D' && capital(end[1]) == 'B') end += 2;
  return *past_space(end) == '\0' && fabs(*value) <= LOUDEST; /* no NaN is */
}

static bool peak(const char *text, double *value) {
  const char *end;
  *value = decimal(past_space(text), &end);
  return *past_space(end) == '\0' && *value >= 0 && *value <= HIGHEST;
}

/* RFC 7845, 5.2.1: a signed integer of 16 bits, in 256ths of a dB. */
static bool r128(const char *text, double *value) {
  char *end;
  text = past_space(text);
  long number = strtol(text, &end, 10);
  *value = (double)number / 256;
  return end > text && *past_space(end) == '\0' && fabs(*value) <= LOUDEST;
}

static void take_number(struct redbook_tagger *tagger, enum redbook_tag_field field,
                        const char *text, uint8_t rank) {
  double value;
  bool good =
      field == REDBOOK_TAG_R128_TRACK || field == REDBOOK_TAG_R128_ALBUM   ? r128(text, &value)
      : field == REDBOOK_TAG_TRACK_PEAK || field == REDBOOK_TAG_ALBUM_PEAK ? peak(text, &value)
                                                                           : gain(text, &value);
  if (!good || tagger->taken[field] == rank) return;
  *(struct redbook_tag_number *)place_of(tagger->tags, field) =
      (struct redbook_tag_number){true, value};
  tagger->taken[field] = rank;
}

/* ISO 3901: two letters, three letters or digits, seven digits; people write hyphens. */
static bool isrc(const char *text, char code[13]) {
  size_t used = 0;
  for (; *text; text++) {
    if (*text == '-' || is_space(*text)) continue;
    if (used == 12) return false;
    char c = capital(*text);
    bool digit = c >= '0' && c <= '9', letter = c >= 'A' && c <= 'Z';
    if (!(used < 2 ? letter : used < 5 ? letter || digit : digit)) return false;
    code[used++] = c;
  }
  code[used] = '\0';
  return used == 12;
}

/* Behind what is there already, when both fit. */
static void join(char *to, size_t size, const char *more) {
  size_t used = strlen(to), length = strlen(more);
  if (used + 2 + length >= size || strcmp(to, more) == 0) return;
  memcpy(to + used, ", ", 2);
  memcpy(to + used + 2, more, length + 1);
}

static void trim(char *text) {
  const char *from = past_space(text);
  size_t length = strlen(from);
  while (length > 0 && is_space(from[length - 1]))
    length--;
  memmove(text, from, length);
  text[length] = '\0';
}

static void take_text(struct redbook_tagger *tagger, enum redbook_tag_field field,
                      const char *value, uint8_t rank) {
  char text[TEXT_ROOM + 1];
  char *to = place_of(tagger->tags, field);
  size_t size = places[field].size;
  redbook_tag_text(text, sizeof text, value);
  trim(text);
  if (!*text) return;
  if (field == REDBOOK_TAG_ISRC) {
    char code[13];
    if (!isrc(text, code)) return;
    memcpy(text, code, sizeof code);
  }
  if (tagger->taken[field] == rank) {
    if (several(field)) join(to, size, text);
    return;
  }
  redbook_tag_text(to, size, text);
  tagger->taken[field] = rank;
}

void redbook_tag_give_cue_sheet(struct redbook_tagger *tagger, char *text) {
  uint8_t rank = (uint8_t)(1 + 2 * tagger->rank), there = tagger->taken[REDBOOK_TAG_CUE_SHEET];
  if (!tagger->cue_sheet || !text || !*text || (there && there <= rank)) {
    free(text);
    return;
  }
  free(*tagger->cue_sheet);
  *tagger->cue_sheet = text;
  tagger->taken[REDBOOK_TAG_CUE_SHEET] = rank;
}

size_t redbook_tag_room(const struct redbook_tagger *tagger, const char *name) {
  bool weak;
  enum redbook_tag_field field = find(name, &weak);
  if (field == REDBOOK_TAG_NONE) return 0;
  if (field == REDBOOK_TAG_CUE_SHEET) return tagger->cue_sheet ? REDBOOK_CUE_SHEET_MOST : 0;
  return is_text(field) ? TEXT_ROOM : NUMBER_ROOM;
}

static void take(struct redbook_tagger *tagger, enum redbook_tag_field field, bool weak,
                 const char *value) {
  uint8_t rank = (uint8_t)(1 + 2 * tagger->rank + (weak ? 1 : 0));
  uint8_t there = tagger->taken[field];
  if (there && there < rank) return;
  if (is_number(field)) {
    take_number(tagger, field, value, rank);
  } else if (is_text(field)) {
    take_text(tagger, field, value, rank);
  } else if (field == REDBOOK_TAG_GAPLESS && there != rank) {
    tagger->tags->gapless = strcmp(past_space(value), "1") == 0;
    tagger->taken[field] = rank;
  }
}

void redbook_tag_give(struct redbook_tagger *tagger, const char *name, const char *value,
                      size_t length) {
  bool weak;
  enum redbook_tag_field field = find(name, &weak);
  if (field == REDBOOK_TAG_NONE) return;
  if (field == REDBOOK_TAG_CUE_SHEET) {
    if (length < REDBOOK_CUE_SHEET_MOST)
      redbook_tag_give_cue_sheet(tagger, strndup(value, length));
    return;
  }
  char one[TEXT_ROOM + 1];
  while (length > 0) {
    size_t all = strnlen(value, length), kept = all;
    if (kept > TEXT_ROOM) kept = redbook_tag_whole(value, TEXT_ROOM);
    memcpy(one, value, kept);
    one[kept] = '\0';
    take(tagger, field, weak, one);
    if (all == length) return;
    value += all + 1;
    length -= all + 1;
  }
}
