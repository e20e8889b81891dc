/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes for tests, written as people read them: "00 1a 01 02". */
#ifndef REDBOOK_SPEC_MMC_HEX_H
#define REDBOOK_SPEC_MMC_HEX_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The bytes in a block of exactly their size, so that a sanitizer sees one byte read too far.
 * '|' and blanks separate. The caller frees. */
static inline uint8_t *hex_bytes(const char *text, size_t *length) {
  uint8_t *bytes = malloc(strlen(text) / 2 + 1);
  *length = 0;
  for (const char *s = text; *s != '\0'; s++) {
    if (*s == ' ' || *s == '|') continue;
    char pair[3] = {s[0], s[1], '\0'};
    bytes[(*length)++] = (uint8_t)strtoul(pair, NULL, 16);
    s++;
  }
  return realloc(bytes, *length > 0 ? *length : 1);
}

/* The first n bytes in a block of their own. */
static inline uint8_t *first_bytes(const uint8_t *bytes, size_t n) {
  if (n == 0) return NULL;
  uint8_t *copy = malloc(n);
  memcpy(copy, bytes, n);
  return copy;
}

#endif
