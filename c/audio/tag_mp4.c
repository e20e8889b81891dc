/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MP4 and QuickTime: iTunes' list of items, moov/udta/meta/ilst (ISO 14496-12 boxes). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/tag.h"
#include "base/bytes.h"

#define UTF16 2 /* types of data; 1 is UTF-8, 0 and 21 are numbers */

struct box {
  uint8_t type[4];
  int64_t at, end; /* of what is in it */
};

/* The box at `*at`, which then stands behind it; false at `end` or when it makes no sense. */
static bool next_box(const struct redbook_input *input, int64_t *at, int64_t end,
                     struct box *box) {
  uint8_t head[16];
  if (end - *at < 8 || !redbook_input_get(input, head, 8, *at)) return false;
  int64_t size = redbook_get32(head), header = 8;
  if (size == 1) {
    if (!redbook_input_get(input, head + 8, 8, *at + 8) || head[8] & 0x80) return false;
    size = (int64_t)redbook_get32(head + 8) << 32 | redbook_get32(head + 12);
    header = 16;
  } else if (size == 0) {
    size = end - *at;
  }
  if (size < header || size > end - *at) return false;
  memcpy(box->type, head + 4, 4);
  box->at = *at + header;
  box->end = *at += size;
  return true;
}

static bool is(const struct box *box, const char *type) {
  return memcmp(box->type, type, 4) == 0;
}

static bool find(const struct redbook_input *input, struct box *box, const char *type) {
  int64_t at = box->at;
  struct box inner;
  for (unsigned i = 0; i < REDBOOK_TAG_ITEMS && next_box(input, &at, box->end, &inner); i++)
    if (is(&inner, type)) {
      *box = inner;
      return true;
    }
  return false;
}

/* Four bytes of version and flags, which QuickTime has not. */
static void enter_meta(const struct redbook_input *input, struct box *meta) {
  uint8_t head[8];
  if (redbook_input_get(input, head, 8, meta->at) && memcmp(head + 4, "hdlr", 4) != 0)
    meta->at += 4;
}

static bool find_list(const struct redbook_input *input, struct box *list) {
  *list = (struct box){.at = 0, .end = input->size};
  if (!find(input, list, "moov")) return false;
  struct box moov = *list;
  if (!find(input, list, "udta") || !find(input, list, "meta")) {
    *list = moov;
    if (!find(input, list, "meta")) return false;
  }
  enter_meta(input, list);
  return find(input, list, "ilst");
}

static const struct {
  char type[5];
  const char *name;
} texts[] = {
    {"\xA9nam", "TITLE"},
    {"\xA9"
     "ART",
     "ARTIST"},
    {"\xA9"
     "alb",
     "ALBUM"},
    {"aART", "ALBUMARTIST"},
    {"\xA9"
     "day",
     "DATE"},
    {"\xA9gen", "GENRE"},
    {"\xA9"
     "cmt",
     "COMMENT"},
    {"\xA9wrt", "COMPOSER"},
};

static void give_number(struct redbook_tagger *tagger, const char *name, const uint8_t *data,
                        size_t length) {
  char text[32];
  if (length < 4 || redbook_get16(data + 2) == 0) return;
  unsigned number = redbook_get16(data + 2), of = length >= 6 ? redbook_get16(data + 4) : 0;
  (void)snprintf(text, sizeof text, of ? "%u/%u" : "%u", number, of);
  redbook_tag_give(tagger, name, text, strlen(text));
}

/* What is written in numbers. */
static bool take_number(struct redbook_tagger *tagger, const struct box *box,
                        const uint8_t *data, size_t length) {
  if (is(box, "trkn")) {
    give_number(tagger, "TRACKNUMBER", data, length);
  } else if (is(box, "disk")) {
    give_number(tagger, "DISCNUMBER", data, length);
  } else if (is(box, "pgap")) {
    if (length > 0) redbook_tag_give(tagger, "ITUNPGAP", data[length - 1] ? "1" : "0", 1);
  } else if (is(box, "gnre")) { /* ID3v1's, counted from 1 */
    unsigned value = length >= 2 ? redbook_get16(data) : 0;
    const char *name = value > 0 ? redbook_tag_genre(value - 1) : NULL;
    if (name) redbook_tag_give(tagger, "GENRE", name, strlen(name));
  } else {
    return false;
  }
  return true;
}

/* The first bytes of a box of data, at most `most`; NULL or malloc'ed. */
static uint8_t *data_of(const struct redbook_input *input, const struct box *data, size_t most,
                        size_t *length, bool *wide) {
  uint8_t head[8];
  int64_t there = data->end - data->at - 8;
  if (there <= 0 || !redbook_input_get(input, head, 8, data->at)) return NULL;
  *wide = redbook_get32(head) == UTF16;
  *length = there > (int64_t)most ? most : (size_t)there;
  uint8_t *bytes = malloc(*length);
  if (bytes && redbook_input_get(input, bytes, *length, data->at + 8)) return bytes;
  free(bytes);
  return NULL;
}

static void give(struct redbook_tagger *tagger, const char *name, const uint8_t *bytes,
                 size_t length, bool wide) {
  if (!wide) {
    redbook_tag_give(tagger, name, (const char *)bytes, length);
    return;
  }
  size_t room = length / 2 * 3 + 1;
  char *text = malloc(room);
  if (text)
    redbook_tag_give(tagger, name, text, redbook_tag_utf16(text, room, bytes, length, true));
  free(text);
}

/* A text, several when the item has several boxes of data. */
static void item(struct redbook_tagger *tagger, const struct redbook_input *input,
                 const struct box *box, const char *name) {
  int64_t at = box->at;
  struct box data;
  size_t most = name ? redbook_tag_room(tagger, name) : 16, length;
  for (unsigned i = 0; i < 64 && next_box(input, &at, box->end, &data); i++) {
    bool wide;
    uint8_t *bytes =
        is(&data, "data") && most > 0 ? data_of(input, &data, most, &length, &wide) : NULL;
    if (bytes && name)
      give(tagger, name, bytes, length, wide);
    else if (bytes)
      (void)take_number(tagger, box, bytes, length);
    free(bytes);
  }
}

/* "----": mean (who), name (what), data; each of the first two behind four bytes. */
static void free_item(struct redbook_tagger *tagger, const struct redbook_input *input,
                      const struct box *box) {
  char mean[32] = "", name[64] = "";
  struct box inner = *box;
  size_t length;
  if (!find(input, &inner, "mean") || inner.end - inner.at < 4) return;
  length = (size_t)(inner.end - inner.at - 4);
  if (length >= sizeof mean || !redbook_input_get(input, mean, length, inner.at + 4)) return;
  inner = *box;
  if (!find(input, &inner, "name") || inner.end - inner.at < 4) return;
  length = (size_t)(inner.end - inner.at - 4);
  if (length >= sizeof name || !redbook_input_get(input, name, length, inner.at + 4)) return;
  if (strcmp(mean, "com.apple.iTunes") == 0 ||
      strcmp(mean, "org.hydrogenaudio.replaygain") == 0)
    item(tagger, input, box, name);
}

void redbook_tags_mp4(struct redbook_tagger *tagger, const struct redbook_input *input) {
  struct box list, box;
  if (!find_list(input, &list)) return;
  int64_t at = list.at;
  for (unsigned i = 0; i < REDBOOK_TAG_ITEMS && next_box(input, &at, list.end, &box); i++) {
    const char *name = NULL;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
      if (is(&box, texts[k].type)) name = texts[k].name;
    if (is(&box, "----"))
      free_item(tagger, input, &box);
    else if (name || is(&box, "trkn") || is(&box, "disk") || is(&box, "pgap") ||
             is(&box, "gnre"))
      item(tagger, input, &box, name);
  }
}
