/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CD-TEXT as libcdio reads it: up to 8 blocks, each in a language, with texts of the album
 * (track 0) and of the tracks, in UTF-8.
 *
 * A list of entries in one run of bytes, so that it passes through a pipe as it is. */
#ifndef REDBOOK_DRIVE_CD_TEXT_H
#define REDBOOK_DRIVE_CD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Kinds of texts: those of libcdio's cdtext_field_t, and two that each block has once. */
enum { REDBOOK_CD_TEXT_LANGUAGE = 0x40, REDBOOK_CD_TEXT_GENRE_NAME = 0x41 };

struct redbook_cd_text {
  char *data; /* malloc'ed; NULL when there is none */
  size_t length;
};

struct redbook_cd_text_entry {
  uint8_t block, track, kind;
  const char *text;
};

/* From packs of 18 bytes. What could not be understood is left out and told in `problem`, and
 * so are wrong checksums; "" when all is well. False only when memory is short. */
bool redbook_cd_text_parse(const uint8_t *packs, size_t count, struct redbook_cd_text *out,
                           char *problem, size_t size, struct redbook_error *err);

/* From libcdio's object (`cdtext_t`, which may be NULL). False when memory is short. */
struct cdtext_s;
bool redbook_cd_text_collect(struct cdtext_s *from, struct redbook_cd_text *out);

/* The entry at *at, which is then that of the next one; false at the end. Begin with 0. */
bool redbook_cd_text_next(const struct redbook_cd_text *text, size_t *at,
                          struct redbook_cd_text_entry *out);

/* "Title", "Performer", ...; NULL for a kind that is none. */
const char *redbook_cd_text_kind(uint8_t kind);

void redbook_cd_text_free(struct redbook_cd_text *text);

#endif
