/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a drive says of sessions, codes and CD-TEXT, and as a .toc of cdrdao. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/cd_text.h"
#include "drive/image_private.h"
#include "mmc/reply_contents.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds) {
  if (!holds) abort();
}

static void try_sessions(const uint8_t *p, size_t n) {
  struct redbook_session s[REDBOOK_SESSIONS_MOST];
  unsigned count;
  if (!redbook_parse_sessions(p, n, s, REDBOOK_SESSIONS_MOST, &count)) return;
  require(count >= 1 && count <= REDBOOK_SESSIONS_MOST && s[0].first >= 1);
  for (unsigned i = 0; i < count; i++) {
    require(s[i].number == i + 1 && s[i].first <= s[i].last && s[i].last <= 99);
    require(i == 0 || (s[i].first == s[i - 1].last + 1 && s[i].lead_out > s[i - 1].lead_out));
  }
}

static void try_codes(const uint8_t *p, size_t n) {
  char catalog[REDBOOK_CATALOG_SIZE], isrc[REDBOOK_ISRC_SIZE];
  if (redbook_parse_catalog(p, n, catalog))
    require(strlen(catalog) == 0 || strlen(catalog) == REDBOOK_CATALOG_SIZE - 1);
  if (redbook_parse_isrc(p, n, isrc))
    require(strlen(isrc) == 0 || strlen(isrc) == REDBOOK_ISRC_SIZE - 1);
}

static void try_cd_text(const uint8_t *p, size_t n) {
  const uint8_t *packs;
  struct redbook_cd_text text;
  struct redbook_cd_text_entry e;
  char problem[64];
  size_t at = 0;
  size_t count = redbook_parse_cd_text(p, n, &packs);
  require(count <= REDBOOK_CD_TEXT_PACKS);
  require(redbook_cd_text_parse(packs, count, &text, problem, sizeof problem, NULL));
  while (redbook_cd_text_next(&text, &at, &e))
    require(e.block < 8 && e.track <= 99 && redbook_cd_text_kind(e.kind) != NULL);
  require(at == text.length);
  redbook_cd_text_free(&text);
}

static unsigned lines_of(const char *text, size_t length) {
  unsigned lines = 0;
  for (size_t i = 0; i < length; i++)
    lines += text[i] == '\n';
  return lines;
}

/* No line is lost: messages name their numbers. (Lines that end and bytes that are text only.)
 */
static void try_toc(const uint8_t *p, size_t n) {
  if (n == 0 || n > 4000 || memchr(p, '\0', n) || p[n - 1] != '\n') return;
  char *copy = NULL;
  size_t length = 0;
  char *text = malloc(n);
  if (!text) return;
  memcpy(text, p, n);
  FILE *in = fmemopen(text, n, "r"), *out = open_memstream(&copy, &length);
  require(in && out && redbook_image_copy_toc(in, out));
  fclose(in);
  fclose(out);
  require(lines_of(copy, length) == lines_of(text, n) && length <= n);
  free(copy);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t *exact = malloc(size > 0 ? size : 1);
  if (exact == NULL) return 0;
  if (size > 0) memcpy(exact, data, size);
  try_sessions(exact, size);
  try_codes(exact, size);
  try_cd_text(exact, size);
  try_toc(exact, size);
  free(exact);
  return 0;
}
