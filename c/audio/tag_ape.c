/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands at the end of a file: APEv1 and APEv2 (Musepack's and Monkey's Audio's tags, also
 * of WavPack and, by mp3gain, of MP3), ID3v1, Lyrics3v2, an appended ID3v2. */
#include <string.h>

#include "audio/container.h"
#include "audio/little.h"
#include "audio/tag.h"

#define FRAME 32 /* header and footer: "APETAGEX", version, size, items, flags, reserved */
#define IS_HEADER 0x20000000u
#define HAS_HEADER 0x80000000u
#define NO_TEXT 0x06u /* an item's kind: 0 is text */
#define ID3V1 128
#define LONGEST ((int64_t)1 << 30)

/* A name of up to 255 characters and NUL. */
static bool name_of(struct redbook_tag_stream *stream, char name[256]) {
  for (size_t used = 0; used < 256; used++) {
    if (!redbook_tag_get(stream, name + used, 1)) return false;
    if (!name[used]) return true;
  }
  return false;
}

/* Length and flags, name, value. */
static bool item(struct redbook_tagger *tagger, struct redbook_tag_stream *stream) {
  uint8_t head[8];
  char name[256];
  if (!redbook_tag_get(stream, head, sizeof head) || !name_of(stream, name)) return false;
  uint32_t length = redbook_le32(head);
  if (redbook_le32(head + 4) & NO_TEXT) return redbook_tag_skip(stream, length);
  redbook_tag_value(tagger, stream, name, NULL, 0, length);
  return true;
}

static void items(struct redbook_tagger *tagger, const struct redbook_input *input, int64_t at,
                  int64_t end, uint32_t count) {
  struct redbook_tag_stream stream = redbook_tag_stretch(input, at, end);
  for (uint32_t i = 0; i < count && i < REDBOOK_TAG_ITEMS; i++)
    if (!item(tagger, &stream)) return;
}

static bool read_frame(const struct redbook_input *input, int64_t at, uint8_t frame[FRAME]) {
  return redbook_input_get(input, frame, FRAME, at) && memcmp(frame, "APETAGEX", 8) == 0;
}

bool redbook_tags_ape(struct redbook_tagger *tagger, const struct redbook_input *input,
                      int64_t begin, int64_t *end) {
  uint8_t frame[FRAME];
  if (!read_frame(input, *end - FRAME, frame)) return false;
  int64_t size = redbook_le32(frame + 12); /* with the footer, without the header */
  uint32_t flags = redbook_le32(frame + 20);
  if (flags & IS_HEADER || size < FRAME || size > LONGEST || size > *end - begin) return false;
  items(tagger, input, *end - size, *end - FRAME, redbook_le32(frame + 16));
  *end -= size + (flags & HAS_HEADER && redbook_le32(frame + 8) >= 2000 ? FRAME : 0);
  return true;
}

/* At the front, which Musepack's and other players accept. */
static void ape_header(struct redbook_tagger *tagger, const struct redbook_input *input,
                       int64_t begin) {
  uint8_t frame[FRAME];
  if (!read_frame(input, begin, frame) || !(redbook_le32(frame + 20) & IS_HEADER)) return;
  items(tagger, input, begin + FRAME, begin + FRAME + (int64_t)redbook_le32(frame + 12),
        redbook_le32(frame + 16));
}

static void give_bytes(struct redbook_tagger *tagger, const char *name, const uint8_t *bytes,
                       size_t length) {
  redbook_tag_give(tagger, name, (const char *)bytes, strnlen((const char *)bytes, length));
}

/* "TAG", title 30, artist 30, album 30, year 4, comment 30 (its last two, when the first of
 * them is 0: the track's number), genre. */
static bool id3v1(struct redbook_tagger *tagger, const struct redbook_input *input,
                  int64_t *end) {
  uint8_t tag[ID3V1];
  if (!redbook_id3v1_ends(input, *end) ||
      !redbook_input_get(input, tag, sizeof tag, *end - ID3V1))
    return false;
  give_bytes(tagger, "TITLE", tag + 3, 30);
  give_bytes(tagger, "ARTIST", tag + 33, 30);
  give_bytes(tagger, "ALBUM", tag + 63, 30);
  give_bytes(tagger, "DATE", tag + 93, 4);
  give_bytes(tagger, "COMMENT", tag + 97, 30);
  if (tag[125] == 0 && tag[126] != 0) {
    char number[4] = {(char)('0' + tag[126] / 100), (char)('0' + tag[126] / 10 % 10),
                      (char)('0' + tag[126] % 10), '\0'};
    const char *text = number + (tag[126] < 10 ? 2 : tag[126] < 100 ? 1 : 0);
    redbook_tag_give(tagger, "TRACKNUMBER", text, strlen(text));
  }
  const char *genre = redbook_tag_genre(tag[127]);
  if (genre) redbook_tag_give(tagger, "GENRE", genre, strlen(genre));
  *end -= ID3V1;
  return true;
}

/* "LYRICSBEGIN", fields, their length in six digits, "LYRICS200". */
static bool lyrics(const struct redbook_input *input, int64_t *end) {
  uint8_t tail[15];
  int64_t length = 0;
  if (!redbook_input_get(input, tail, sizeof tail, *end - 15) ||
      memcmp(tail + 6, "LYRICS200", 9) != 0)
    return false;
  for (int i = 0; i < 6; i++) {
    if (tail[i] < '0' || tail[i] > '9') return false;
    length = length * 10 + (tail[i] - '0');
  }
  *end -= 15 + length;
  return *end > 0;
}

/* An ID3v2.4 at the end has a footer: its header with "3DI" for "ID3". */
static bool appended_id3v2(struct redbook_tagger *tagger, const struct redbook_input *input,
                           int64_t begin, int64_t *end) {
  uint8_t foot[10];
  if (!redbook_input_get(input, foot, sizeof foot, *end - 10) || memcmp(foot, "3DI", 3) != 0 ||
      ((foot[6] | foot[7] | foot[8] | foot[9]) & 0x80) != 0)
    return false;
  int64_t size =
      (int64_t)foot[6] << 21 | (int64_t)foot[7] << 14 | (int64_t)foot[8] << 7 | foot[9];
  int64_t at = *end - 20 - size;
  if (at < begin || !redbook_tags_id3v2(tagger, input, at, *end - 10)) return false;
  *end = at;
  return true;
}

void redbook_tags_end(struct redbook_tagger *tagger, const struct redbook_input *input,
                      int64_t begin) {
  int64_t end = input->size;
  unsigned rank = tagger->rank;
  bool more = true;
  ape_header(tagger, input, begin);
  for (unsigned i = 0; more && i < 8 && end > begin; i++) {
    tagger->rank = rank + 2; /* of 30 characters each: the last resort */
    more = i == 0 && id3v1(tagger, input, &end);
    tagger->rank = rank;
    more = more || redbook_tags_ape(tagger, input, begin, &end) || lyrics(input, &end) ||
           appended_id3v2(tagger, input, begin, &end);
  }
  tagger->rank = rank;
}
