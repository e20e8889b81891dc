/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsers of what lies on a disc besides its table of contents: sessions, codes, CD-TEXT.
 * Bounds-checked as those of reply.h; layouts: mmc reference 1.3, MMC-3 6.25 and 6.26. */
#ifndef REDBOOK_MMC_REPLY_CONTENTS_H
#define REDBOOK_MMC_REPLY_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDBOOK_SESSIONS_MOST 99u
#define REDBOOK_CATALOG_SIZE 14 /* 13 digits and NUL */
#define REDBOOK_ISRC_SIZE 13    /* 12 characters and NUL */

struct redbook_session {
  uint8_t number, first, last; /* tracks */
  int32_t lead_out;            /* LBA */
};

/* READ TOC format 2, binary: sessions in order from 1. False when one is not whole, or its
 * tracks do not follow those of the one before: then format 0 has to do. */
bool redbook_parse_sessions(const uint8_t *p, size_t n, struct redbook_session *out,
                            unsigned room, unsigned *count);

/* READ SUB-CHANNEL formats 2 and 3. False when the reply is cut off; "" when the disc has no
 * such code: not marked valid, all zeros, or characters that no code has. */
bool redbook_parse_catalog(const uint8_t *p, size_t n, char out[REDBOOK_CATALOG_SIZE]);
bool redbook_parse_isrc(const uint8_t *p, size_t n, char out[REDBOOK_ISRC_SIZE]);

/* READ TOC format 5: where the packs of 18 bytes lie in what was received. 0: none. */
#define REDBOOK_CD_TEXT_PACK 18u
#define REDBOOK_CD_TEXT_PACKS 2048u
size_t redbook_parse_cd_text(const uint8_t *p, size_t n, const uint8_t **packs);

#endif
