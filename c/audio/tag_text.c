/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of tags as UTF-8: files have Latin-1, CP1252, UTF-16 and UTF-8. */
#include <string.h>

#include "audio/little.h"
#include "audio/tag.h"
#include "base/bytes.h"

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

/* Writes a code point; returns its bytes. */
static size_t encode(char to[4], unsigned point) {
  if (point < 0x80) {
    to[0] = (char)point;
    return 1;
  }
  if (point < 0x800) {
    to[0] = (char)(0xC0 | point >> 6);
    to[1] = (char)(0x80 | (point & 0x3F));
    return 2;
  }
  size_t length = point < 0x10000 ? 3 : 4;
  to[0] = (char)(length == 3 ? 0xE0 | point >> 12 : 0xF0 | point >> 18);
  for (size_t i = 1; i < length; i++)
    to[i] = (char)(0x80 | (point >> (6 * (length - 1 - i)) & 0x3F));
  return length;
}

static void from_cp1252(char *to, size_t size, const char *from) {
  size_t used = 0;
  for (const unsigned char *p = (const unsigned char *)from; *p; p++) {
    char bytes[4];
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

size_t redbook_tag_whole(const char *text, size_t length) {
  size_t begin = length;
  for (size_t back = 1; back <= 4 && back <= length; back++)
    if (((unsigned char)text[length - back] & 0xC0) != 0x80) {
      begin = length - back;
      break;
    }
  if (begin == length) return length;
  unsigned char lead = (unsigned char)text[begin];
  size_t needs = lead < 0xC0 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return begin + needs > length ? begin : length;
}

/* The character at `from`, a lone half of a pair as U+FFFD; `*units` = how many it takes. */
static unsigned unit_at(const uint8_t *from, size_t length, bool big, size_t *units) {
  unsigned point = big ? redbook_get16(from) : redbook_le16(from);
  *units = 1;
  if (point < 0xD800 || point > 0xDFFF) return point;
  if (point > 0xDBFF || length < 4) return 0xFFFD;
  unsigned low = big ? redbook_get16(from + 2) : redbook_le16(from + 2);
  if (low < 0xDC00 || low > 0xDFFF) return 0xFFFD;
  *units = 2;
  return 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
}

size_t redbook_tag_utf16(char *to, size_t size, const uint8_t *from, size_t length, bool big) {
  size_t used = 0, units;
  for (size_t at = 0; at + 1 < length; at += 2 * units) {
    char bytes[4];
    unsigned point = unit_at(from + at, length - at, big, &units);
    if (point == 0xFFFE) big = !big;
    if (point == 0xFFFE || point == 0xFEFF) continue;
    size_t count = encode(bytes, point);
    if (used + count >= size) break;
    memcpy(to + used, bytes, count);
    used += count;
  }
  to[used] = '\0';
  return used;
}
