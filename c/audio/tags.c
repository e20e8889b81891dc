/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tags as UTF-8: libsndfile hands out ID3v1 and RIFF INFO bytes as they are in the file. */
#include <string.h>

#include "audio/decode.h"

/* Windows code page 1252, 80h..9Fh; the five holes become U+FFFD. */
static const uint16_t cp1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

/* Bytes of the well-formed character at `p` (Unicode table 3-7), 0 when it is not one. */
static size_t character(const unsigned char *p) {
  if (p[0] < 0x80) return 1;
  size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
  if (p[0] < 0xC2 || p[0] > 0xF4) return 0;
  for (size_t i = 1; i < length; i++)
    if ((p[i] & 0xC0) != 0x80) return 0;
  bool wrong = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
               (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F);
  return wrong ? 0 : length;
}

static bool utf8(const char *text) {
  const unsigned char *p = (const unsigned char *)text;
  while (*p) {
    size_t length = character(p);
    if (length == 0) return false;
    p += length;
  }
  return true;
}

/* Writes a code point below 10000h; returns its bytes. */
static size_t encode(char *to, unsigned point) {
  if (point < 0x80) {
    to[0] = (char)point;
    return 1;
  }
  if (point < 0x800) {
    to[0] = (char)(0xC0 | point >> 6);
    to[1] = (char)(0x80 | (point & 0x3F));
    return 2;
  }
  to[0] = (char)(0xE0 | point >> 12);
  to[1] = (char)(0x80 | (point >> 6 & 0x3F));
  to[2] = (char)(0x80 | (point & 0x3F));
  return 3;
}

static void from_cp1252(char *to, size_t size, const char *from) {
  size_t used = 0;
  for (const unsigned char *p = (const unsigned char *)from; *p; p++) {
    char bytes[3];
    size_t length = encode(bytes, *p >= 0x80 && *p < 0xA0 ? cp1252[*p - 0x80] : *p);
    if (used + length >= size) break;
    memcpy(to + used, bytes, length);
    used += length;
  }
  to[used] = '\0';
}

void redbook_tag_text(char *to, size_t size, const char *from) {
  to[0] = '\0';
  if (!from) return;
  if (!utf8(from)) {
    from_cp1252(to, size, from);
    return;
  }
  size_t used = 0;
  while (from[used] && used + character((const unsigned char *)from + used) < size)
    used += character((const unsigned char *)from + used);
  memcpy(to, from, used);
  to[used] = '\0';
}

void redbook_decoder_tags(SNDFILE *file, struct redbook_source_tags *tags) {
  const struct {
    int which;
    char *to;
    size_t size;
  } fields[] = {
      {SF_STR_TITLE, tags->title, sizeof tags->title},
      {SF_STR_ARTIST, tags->artist, sizeof tags->artist},
      {SF_STR_ALBUM, tags->album, sizeof tags->album},
      {SF_STR_DATE, tags->date, sizeof tags->date},
      {SF_STR_GENRE, tags->genre, sizeof tags->genre},
      {SF_STR_TRACKNUMBER, tags->track_number, sizeof tags->track_number},
      {SF_STR_COMMENT, tags->comment, sizeof tags->comment},
  };
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    redbook_tag_text(fields[i].to, fields[i].size, sf_get_string(file, fields[i].which));
}
