/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matroska (RFC 9559): the cue sheet among its tags, Segment/Tags/Tag/SimpleTag. Its other tags
 * are told by ffprobe.
 */
#include <string.h>
#include <strings.h>

#include "audio/tag.h"

#define SEGMENT 0x18538067u
#define TAGS 0x1254C367u
#define TAG 0x7373u
#define SIMPLE_TAG 0x67C8u
#define TAG_NAME 0x45A3u
#define TAG_STRING 0x4487u
#define SIMPLE_ITEMS 64 /* elements of one that are looked at; there are about five */

/* RFC 8794: what an element's name and length say. */
struct element {
  uint32_t id;
  int64_t at, end; /* of what is in it */
};

/* A number at `*at`, which then stands behind it: the first byte's leading zeros count the
 * bytes that follow. With its mark as an element's name, without it as a length; -1 when there
 * is none. */
static int64_t number(const struct redbook_input *input, int64_t *at, unsigned most,
                      bool marked) {
  uint8_t bytes[8] = {0};
  unsigned length = 1;
  if (!redbook_input_get(input, bytes, 1, *at)) return -1;
  while (length <= most && !(bytes[0] & 0x80u >> (length - 1)))
    length++;
  if (length > most || !redbook_input_get(input, bytes, length, *at)) return -1;
  *at += length;
  uint64_t value = marked ? bytes[0] : bytes[0] & (0x7Fu >> (length - 1));
  for (unsigned i = 1; i < length; i++)
    value = value << 8 | bytes[i];
  return (int64_t)value;
}

/* The element at `*at`, which then stands behind it; false at `end`, or when it makes no sense.
 * A length of ones is not known: up to the end, as of a file that was recorded live. */
static bool next_element(const struct redbook_input *input, int64_t *at, int64_t end,
                         struct element *element) {
  int64_t id = *at < end ? number(input, at, 4, true) : -1, begin = *at;
  int64_t size = id < 0 ? -1 : number(input, at, 8, false);
  if (size < 0 || *at > end) return false;
  bool unknown = size == (INT64_C(1) << (7 * (*at - begin))) - 1;
  if (!unknown && size > end - *at) return false;
  *element = (struct element){(uint32_t)id, *at, unknown ? end : *at + size};
  *at = element->end;
  return true;
}

static void read_simple_tag(struct redbook_tagger *tagger, const struct redbook_input *input,
                            struct element simple) {
  char name[9] = "";
  struct element inner, value = {0, 0, 0};
  for (unsigned i = 0; i < SIMPLE_ITEMS && next_element(input, &simple.at, simple.end, &inner);
       i++) {
    int64_t size = inner.end - inner.at;
    if (inner.id == TAG_NAME && size < (int64_t)sizeof name)
      (void)redbook_input_get(input, name, (size_t)size, inner.at);
    if (inner.id == TAG_STRING) value = inner;
  }
  if (strcasecmp(name, "CUESHEET") != 0 || value.id == 0) return;
  struct redbook_tag_stream stream = redbook_tag_stretch(input, value.at, value.end);
  redbook_tag_value(tagger, &stream, name, NULL, 0, (uint64_t)(value.end - value.at));
}

void redbook_tags_matroska(struct redbook_tagger *tagger, const struct redbook_input *input) {
  static const uint32_t path[] = {SEGMENT, TAGS, TAG, SIMPLE_TAG};
  struct element open[4], inner;
  unsigned depth = 0;
  open[0] = (struct element){0, 0, input->size};
  for (unsigned i = 0; i < 4 * REDBOOK_TAG_ITEMS; i++) {
    if (!next_element(input, &open[depth].at, open[depth].end, &inner)) {
      if (depth-- == 0) return;
    } else if (inner.id == path[depth] && depth == 3) {
      read_simple_tag(tagger, input, inner);
    } else if (inner.id == path[depth]) {
      open[++depth] = inner;
    }
  }
}
