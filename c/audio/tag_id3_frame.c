/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of ID3v2: text in four encodings, fields with a name of their own, comments, volume.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/tag.h"
#include "base/bytes.h"

static const struct {
  char frame[5];
  const char *name;
} fields[] = {
    {"TIT2", "TITLE"}, {"TPE1", "ARTIST"},      {"TPE2", "ALBUMARTIST"}, {"TALB", "ALBUM"},
    {"TDRC", "DATE"},  {"TYER", "YEAR"},        {"TCON", "GENRE"},       {"TCOM", "COMPOSER"},
    {"TSRC", "ISRC"},  {"TRCK", "TRACKNUMBER"}, {"TPOS", "DISCNUMBER"},
};

/* Bytes of a string with its end, in an encoding: 0 Latin-1, 1 UTF-16 with a mark, 2 UTF-16BE,
 * 3 UTF-8. */
static size_t string_bytes(unsigned encoding, const uint8_t *p, size_t length, size_t *behind) {
  size_t width = encoding == 1 || encoding == 2 ? 2 : 1;
  for (size_t at = 0; at + width <= length; at += width)
    if (p[at] == 0 && (width == 1 || p[at + 1] == 0)) {
      *behind = at + width;
      return at;
    }
  return *behind = length;
}

/* As UTF-8 (Latin-1 as it is, which is found out later) with NULs between values. */
static char *decode(unsigned encoding, const uint8_t *p, size_t length, size_t *used) {
  size_t room = encoding == 1 || encoding == 2 ? length / 2 * 3 + 1 : length + 1;
  char *text = malloc(room);
  if (!text) return NULL;
  if (encoding == 1 || encoding == 2) {
    *used = redbook_tag_utf16(text, room, p, length, encoding == 2);
  } else {
    memcpy(text, p, length);
    text[ *used = length] = '\0';
  }
  return text;
}

static const struct {
  char code[3];
  const char *name;
} letters[] = {{"RX", "Remix"}, {"CR", "Cover"}};

/* A number or two letters as the name that they mean, else the text itself. */
static const char *genre(const char *text) {
  char *end;
  unsigned long number = strtoul(text, &end, 10);
  const char *known = NULL;
  if (*text >= '0' && *text <= '9' && !*end && number < 256)
    known = redbook_tag_genre((unsigned)number);
  for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
    if (strcmp(text, letters[i].code) == 0) known = letters[i].name;
  return known ? known : text;
}

static void give_genre(struct redbook_tagger *tagger, const char *text) {
  const char *name = genre(text);
  redbook_tag_give(tagger, "GENRE", name, strlen(name));
}

/* "17", "(17)", "(51)(39)", "(4)Eurodisco" (what is written out is more exact), "((text". */
static void genres_of(struct redbook_tagger *tagger, char *text) {
  char *end;
  while (text[0] == '(' && text[1] != '(' && (end = strchr(text, ')')) != NULL) {
    *end = '\0';
    if (!end[1] || end[1] == '(') give_genre(tagger, text + 1);
    text = end + 1;
  }
  give_genre(tagger, text[0] == '(' ? text + 1 : text);
}

static void give_genres(struct redbook_tagger *tagger, const char *text, size_t length) {
  char one[128];
  while (length > 0) {
    size_t all = strnlen(text, length), kept = all;
    if (kept >= sizeof one) kept = redbook_tag_whole(text, sizeof one - 1);
    memcpy(one, text, kept);
    one[kept] = '\0';
    genres_of(tagger, one);
    if (all == length) return;
    text += all + 1;
    length -= all + 1;
  }
}

static void text_frame(struct redbook_tagger *tagger, const char *name, unsigned encoding,
                       const uint8_t *data, size_t length) {
  size_t used = 0;
  char *text = decode(encoding, data, length, &used);
  if (text && strcmp(name, "GENRE") == 0)
    give_genres(tagger, text, used);
  else if (text)
    redbook_tag_give(tagger, name, text, used);
  free(text);
}

/* A description, then a value. */
static void free_field(struct redbook_tagger *tagger, unsigned encoding, const uint8_t *data,
                       size_t length) {
  size_t behind, used = 0, own = string_bytes(encoding, data, length, &behind);
  char *name = own <= 256 ? decode(encoding, data, own, &used) : NULL;
  if (name && redbook_tag_room(tagger, name) > 0)
    text_frame(tagger, name, encoding, data + behind, length - behind);
  free(name);
}

/* Language (3), description, text. Programs keep other things in comments with descriptions. */
static void comment(struct redbook_tagger *tagger, unsigned encoding, const uint8_t *data,
                    size_t length) {
  if (length < 3) return;
  data += 3;
  length -= 3;
  size_t behind, used = 0, own = string_bytes(encoding, data, length, &behind);
  char *description = own <= 256 ? decode(encoding, data, own, &used) : NULL;
  if (description && !*description)
    text_frame(tagger, "COMMENT", encoding, data + behind, length - behind);
  else if (description && strcmp(description, "iTunPGAP") == 0)
    text_frame(tagger, description, encoding, data + behind, length - behind);
  free(description);
}

/* Identification and NUL, then for each channel: type, volume in 512ths of a dB, bits of the
 * peak, the peak. Type 1 is all of them. */
static void volume(struct redbook_tagger *tagger, const uint8_t *data, size_t length) {
  const uint8_t *end = memchr(data, 0, length);
  if (!end) return;
  bool album = strcmp((const char *)data, "album") == 0;
  length -= (size_t)(end + 1 - data);
  data = end + 1;
  while (length >= 4) {
    size_t all = 4 + (data[3] + 7u) / 8;
    if (all > length) return;
    if (data[0] == 1) {
      char text[32];
      int value = (int16_t)redbook_get16(data + 1), size = abs(value);
      (void)snprintf(text, sizeof text, "%s%d.%04d", value < 0 ? "-" : "", size / 512,
                     size % 512 * 10000 / 512);
      redbook_tag_give(tagger, album ? "REPLAYGAIN_ALBUM_GAIN" : "REPLAYGAIN_TRACK_GAIN", text,
                       strlen(text));
    }
    data += all;
    length -= all;
  }
}

void redbook_tags_id3_frame(struct redbook_tagger *tagger, const char *name,
                            const uint8_t *data, size_t length) {
  if (strcmp(name, "RVA2") == 0) {
    /* What is written in plain numbers is more exact. */
    struct redbook_tagger weaker = *tagger;
    weaker.rank++;
    volume(&weaker, data, length);
    memcpy(tagger->taken, weaker.taken, sizeof tagger->taken);
    return;
  }
  if (length < 1 || data[0] > 3) return;
  unsigned encoding = *data++;
  length--;
  if (strcmp(name, "TXXX") == 0) {
    free_field(tagger, encoding, data, length);
  } else if (strcmp(name, "COMM") == 0) {
    comment(tagger, encoding, data, length);
  } else {
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
      if (strcmp(name, fields[i].frame) == 0)
        text_frame(tagger, fields[i].name, encoding, data, length);
  }
}
