/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libcdio 2.1 reads cdrdao's .toc line by line and stops at what cdrdao itself writes over
 * several lines: language maps, size tables and other bytes of CD-TEXT; and at empty codes. It
 * takes the texts of every language for those of one. A copy leaves all that out, line by line,
 * so that numbers of lines stay right. */
#include <stdio.h>
#include <string.h>

#include "drive/image_private.h"

#define LINE 4096

/* What the braces of a line, outside of quotes and comments, add up to. */
static int braces(const char *line) {
  int depth = 0;
  bool quoted = false;
  for (const char *p = line; *p; p++) {
    if (*p == '"' && (p == line || p[-1] != '\\')) quoted = !quoted;
    if (quoted) continue;
    if (p[0] == '/' && p[1] == '/') break;
    depth += (*p == '{') - (*p == '}');
  }
  return depth;
}

/* A text that is empty; or a line that opens a block of bytes, or of a language but the first.
 */
static bool to_be_left_out(const char *line) {
  char word[32], number[32];
  int n = sscanf(line, " %31[A-Z_0-9] %31s", word, number);
  if (n == 2 && strcmp(number, "\"\"") == 0) return true;
  if (n < 2 || braces(line) <= 0 || strcmp(word, "CD_TEXT") == 0) return false;
  if (strcmp(word, "LANGUAGE") == 0) return strcmp(number, "0") != 0;
  return number[0] == '{';
}

bool redbook_image_copy_toc(FILE *in, FILE *out) {
  char line[LINE];
  int depth = 0;
  while (fgets(line, sizeof line, in)) {
    bool skip = depth > 0 || to_be_left_out(line);
    if (skip) depth += braces(line);
    if (depth < 0) depth = 0;
    if (fputs(skip ? "\n" : line, out) == EOF) return false;
  }
  return !ferror(in);
}
