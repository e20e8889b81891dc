/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drive/cd_text.h"

#include <cdio/cdtext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "drive/cdio_notes.h"
#include "mmc/reply_contents.h"

#define BLOCKS 8
#define TRACKS_MOST 99
#define HEAD 3u /* block, track, kind */

static bool add(struct redbook_cd_text *out, unsigned block, unsigned track, unsigned kind,
                const char *text) {
  size_t length = strlen(text) + 1;
  char *data = realloc(out->data, out->length + HEAD + length);
  if (!data) return false;
  out->data = data;
  char *at = data + out->length;
  at[0] = (char)block;
  at[1] = (char)track;
  at[2] = (char)kind;
  memcpy(at + HEAD, text, length);
  out->length += HEAD + length;
  return true;
}

/* The block that libcdio has been told to look at. */
static bool collect_block(cdtext_t *from, unsigned block, struct redbook_cd_text *out) {
  cdtext_genre_t genre = cdtext_get_genre(from);
  if (genre > CDTEXT_GENRE_UNDEFINED && genre <= CDTEXT_GENRE_WORLD_MUSIC &&
      !add(out, block, 0, REDBOOK_CD_TEXT_GENRE_NAME, cdtext_genre2str(genre)))
    return false;
  for (unsigned track = 0; track <= TRACKS_MOST; track++)
    for (unsigned kind = MIN_CDTEXT_FIELD; kind < MAX_CDTEXT_FIELDS; kind++) {
      const char *text = cdtext_get_const(from, (cdtext_field_t)kind, (track_t)track);
      if (text && *text && !add(out, block, track, kind, text)) return false;
    }
  return true;
}

/* Behind what `out` holds already. */
static bool collect(cdtext_t *from, struct redbook_cd_text *out) {
  const cdtext_lang_t *languages = from ? cdtext_list_languages_v2(from) : NULL;
  bool ok = true;
  for (int block = 0; languages && ok && block < BLOCKS; block++) {
    if (languages[block] == CDTEXT_LANGUAGE_BLOCK_UNUSED ||
        !cdtext_set_language_index(from, block))
      continue;
    const char *name =
        languages[block] == CDTEXT_LANGUAGE_INVALID ? "" : cdtext_lang2str(languages[block]);
    ok = add(out, (unsigned)block, 0, REDBOOK_CD_TEXT_LANGUAGE, name ? name : "") &&
         collect_block(from, (unsigned)block, out);
  }
  return ok;
}

bool redbook_cd_text_collect(struct cdtext_s *from, struct redbook_cd_text *out) {
  *out = (struct redbook_cd_text){.data = NULL};
  if (collect(from, out)) return true;
  redbook_cd_text_free(out);
  return false;
}

static size_t packs_of(unsigned block, const uint8_t *packs, size_t count, uint8_t *out) {
  size_t n = 0;
  for (const uint8_t *p = packs; count--; p += REDBOOK_CD_TEXT_PACK)
    if ((p[3] >> 4 & 7u) == block)
      memcpy(out + REDBOOK_CD_TEXT_PACK * n++, p, REDBOOK_CD_TEXT_PACK);
  return n;
}

/* CRC-16 of CCITT, polynomial 1021h, stored inverted. Drives that leave it out send zeros. */
static bool is_whole(const uint8_t *pack) {
  uint16_t crc = 0, stored = redbook_get16(pack + 16);
  for (unsigned i = 0; i < 16; i++) {
    crc ^= (uint16_t)(pack[i] << 8);
    for (unsigned bit = 0; bit < 8; bit++)
      crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
  }
  return stored == 0 || (stored ^ crc) == 0xFFFF;
}

/* libcdio does not look at checksums. */
static size_t damaged(const uint8_t *packs, size_t count) {
  size_t n = 0;
  for (size_t i = 0; i < count; i++)
    n += !is_whole(packs + i * REDBOOK_CD_TEXT_PACK);
  return n;
}

/* libcdio 2.1 reads all blocks in the character set of the last one, and gives up at the first
 * that is damaged: it gets one at a time. False when memory is short. */
static bool parse_blocks(const uint8_t *packs, size_t count, uint8_t *some, bool *understood,
                         struct redbook_cd_text *out) {
  bool ok = true;
  for (unsigned block = 0; ok && block < BLOCKS; block++) {
    size_t n = packs_of(block, packs, count, some);
    cdtext_t *parsed = n ? cdtext_init() : NULL;
    if (!parsed) continue;
    if (cdtext_data_init(parsed, some, n * REDBOOK_CD_TEXT_PACK) != 0) *understood = false;
    ok = collect(parsed, out);
    cdtext_destroy(parsed);
  }
  return ok;
}

bool redbook_cd_text_parse(const uint8_t *packs, size_t count, struct redbook_cd_text *out,
                           char *problem, size_t size, struct redbook_error *err) {
  struct redbook_cdio_notes notes;
  bool understood = true;

  *out = (struct redbook_cd_text){.data = NULL};
  problem[0] = '\0';
  if (!count) return true;
  uint8_t *some = malloc(count * REDBOOK_CD_TEXT_PACK);
  redbook_cdio_begin(&notes);
  bool ok = some && parse_blocks(packs, count, some, &understood, out);
  redbook_cdio_end();
  free(some);
  size_t bad = damaged(packs, count);
  if (!understood || notes.count)
    (void)snprintf(problem, size, "%s", notes.count ? notes.first : "packs are damaged");
  else if (bad)
    (void)snprintf(problem, size, "%zu of %zu packs have a wrong checksum", bad, count);
  if (ok) return true;
  redbook_cd_text_free(out);
  return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the disc's CD-TEXT");
}

bool redbook_cd_text_next(const struct redbook_cd_text *text, size_t *at,
                          struct redbook_cd_text_entry *out) {
  size_t left = *at < text->length ? text->length - *at : 0;
  if (left <= HEAD) return false;
  const char *data = text->data + *at;
  size_t length = strnlen(data + HEAD, left - HEAD);
  if (length == left - HEAD) return false; /* came cut off through a pipe */
  *out = (struct redbook_cd_text_entry){(uint8_t)data[0], (uint8_t)data[1], (uint8_t)data[2],
                                        data + HEAD};
  *at += HEAD + length + 1;
  return true;
}

const char *redbook_cd_text_kind(uint8_t kind) {
  static const char *const names[] = {
      [CDTEXT_FIELD_TITLE] = "Title",
      [CDTEXT_FIELD_PERFORMER] = "Performer",
      [CDTEXT_FIELD_SONGWRITER] = "Songwriter",
      [CDTEXT_FIELD_COMPOSER] = "Composer",
      [CDTEXT_FIELD_MESSAGE] = "Message",
      [CDTEXT_FIELD_ARRANGER] = "Arranger",
      [CDTEXT_FIELD_ISRC] = "ISRC",
      [CDTEXT_FIELD_UPC_EAN] = "MediaCatalogNumber",
      [CDTEXT_FIELD_GENRE] = "Genre",
      [CDTEXT_FIELD_DISCID] = "DiscId",
  };
  if (kind == REDBOOK_CD_TEXT_LANGUAGE) return "Language";
  if (kind == REDBOOK_CD_TEXT_GENRE_NAME) return "GenreName";
  return kind < sizeof names / sizeof *names ? names[kind] : NULL;
}

void redbook_cd_text_free(struct redbook_cd_text *text) {
  free(text->data);
  *text = (struct redbook_cd_text){.data = NULL};
}
