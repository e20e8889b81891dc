/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks of RIFF (WAV, RF64) and AIFF that hold tags: LIST-INFO, NAME, AUTH, ANNO, ID3v2. */
#include <string.h>

#include "audio/little.h"
#include "audio/tag.h"
#include "base/bytes.h"

struct chunks {
  const struct redbook_input *input;
  int64_t at, end;
  bool big;
  int64_t sound; /* RF64: the length of what says FFFFFFFFh; -1 unknown */
  uint8_t id[4];
  int64_t body, bytes; /* of the chunk that was found */
};

static bool next(struct chunks *chunks) {
  uint8_t head[8], ds64[16];
  if (chunks->end - chunks->at < 8 ||
      !redbook_input_get(chunks->input, head, sizeof head, chunks->at))
    return false;
  memcpy(chunks->id, head, 4);
  chunks->body = chunks->at + 8;
  chunks->bytes = chunks->big ? redbook_get32(head + 4) : redbook_le32(head + 4);
  if (memcmp(head, "ds64", 4) == 0 && redbook_input_get(chunks->input, ds64, 16, chunks->body))
    chunks->sound = redbook_le64(ds64 + 8);
  if (chunks->bytes == UINT32_MAX && memcmp(head, "data", 4) == 0 && chunks->sound >= 0)
    chunks->bytes = chunks->sound;
  if (chunks->bytes > chunks->end - chunks->body) chunks->bytes = chunks->end - chunks->body;
  chunks->at = chunks->body + chunks->bytes + (chunks->bytes & 1);
  return true;
}

static bool is(const struct chunks *chunks, const char *id) {
  return memcmp(chunks->id, id, 4) == 0;
}

static void give(struct redbook_tagger *tagger, const struct chunks *chunks, const char *name) {
  struct redbook_tag_stream stream =
      redbook_tag_stretch(chunks->input, chunks->body, chunks->body + chunks->bytes);
  redbook_tag_value(tagger, &stream, name, NULL, 0, (uint64_t)chunks->bytes);
}

/* INFO's ISRC is no ISRC: it means who has supplied the contents. */
static void info(struct redbook_tagger *tagger, const struct chunks *list) {
  static const struct {
    char id[5];
    const char *name;
  } fields[] = {
      {"INAM", "TITLE"},       {"IART", "ARTIST"}, {"IPRD", "ALBUM"},
      {"ICRD", "DATE"},        {"IGNR", "GENRE"},  {"ICMT", "COMMENT"},
      {"ITRK", "TRACKNUMBER"}, {"IPRT", "TRACK"},  {"IMUS", "COMPOSER"},
  };
  struct chunks inner = *list;
  inner.at = list->body + 4;
  inner.end = list->body + list->bytes;
  for (unsigned i = 0; i < REDBOOK_TAG_ITEMS && next(&inner); i++)
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
      if (is(&inner, fields[k].id)) give(tagger, &inner, fields[k].name);
}

static void id3(struct redbook_tagger *tagger, const struct chunks *chunks) {
  (void)redbook_tags_id3v2(tagger, chunks->input, chunks->body, chunks->body + chunks->bytes);
}

void redbook_tags_riff(struct redbook_tagger *tagger, const struct redbook_input *input) {
  struct chunks chunks = {.input = input, .at = 12, .end = input->size, .sound = -1};
  uint8_t mark[4] = {0};
  unsigned rank = tagger->rank;
  chunks.big = redbook_input_get(input, mark, 4, 0) && memcmp(mark, "RIFX", 4) == 0;
  for (unsigned i = 0; i < REDBOOK_TAG_ITEMS && next(&chunks); i++) {
    bool list = is(&chunks, "LIST") && redbook_input_get(input, mark, 4, chunks.body) &&
                memcmp(mark, "INFO", 4) == 0;
    tagger->rank = rank + (list ? 2 : 0); /* ID3v2 says more, and more exactly */
    if (list)
      info(tagger, &chunks);
    else if (is(&chunks, "id3 ") || is(&chunks, "ID3 "))
      id3(tagger, &chunks);
  }
  tagger->rank = rank;
}

void redbook_tags_aiff(struct redbook_tagger *tagger, const struct redbook_input *input) {
  static const struct {
    char id[5];
    const char *name;
  } fields[] = {{"NAME", "TITLE"}, {"AUTH", "ARTIST"}, {"ANNO", "COMMENT"}};
  struct chunks chunks = {
      .input = input, .at = 12, .end = input->size, .big = true, .sound = -1};
  unsigned rank = tagger->rank;
  for (unsigned i = 0; i < REDBOOK_TAG_ITEMS && next(&chunks); i++) {
    if (is(&chunks, "ID3 ") || is(&chunks, "id3 ")) id3(tagger, &chunks);
    tagger->rank = rank + 2;
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
      if (is(&chunks, fields[k].id)) give(tagger, &chunks, fields[k].name);
    tagger->rank = rank;
  }
}
