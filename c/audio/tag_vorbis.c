/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vorbis comments in the headers of Ogg Vorbis, Opus, Speex and FLAC in Ogg, and in FLAC's
 * metadata (https://xiph.org/vorbis/doc/v-comment.html, RFC 7845 5.2, RFC 9639 8). */
#include <stdlib.h>
#include <string.h>

#include "audio/little.h"
#include "audio/tag.h"
#include "base/bytes.h"

#define FIRST_PAGE 0x02
/* Logical streams that begin together; more are no sound file. */
#define STREAMS 64

void redbook_tag_value(struct redbook_tagger *tagger, struct redbook_tag_stream *stream,
                       const char *name, const uint8_t *head, size_t had, uint64_t length) {
  size_t room = redbook_tag_room(tagger, name), all = length < room ? (size_t)length : room;
  bool cut = room == REDBOOK_CUE_SHEET_MOST && length >= room; /* half a sheet is none */
  uint64_t rest = length - had;
  char *value = all > 0 && !cut ? malloc(all + 1) : NULL;
  if (value) {
    size_t kept = had < all ? had : all;
    if (kept > 0) memcpy(value, head, kept);
    size_t got = redbook_tag_read(stream, value + kept, all - kept);
    rest -= got;
    if (kept + got == all)
      redbook_tag_give(tagger, name, value, all < length ? redbook_tag_whole(value, all) : all);
  }
  free(value);
  (void)redbook_tag_skip(stream, rest);
}

/* "NAME=value", of `length` bytes. */
static bool comment(struct redbook_tagger *tagger, struct redbook_tag_stream *stream,
                    uint32_t length) {
  char head[65];
  size_t had = length < 64 ? length : 64;
  if (!redbook_tag_get(stream, head, had)) return false;
  head[had] = '\0';
  char *equals = memchr(head, '=', had);
  if (!equals) return redbook_tag_skip(stream, length - had);
  size_t name = (size_t)(equals + 1 - head);
  *equals = '\0';
  redbook_tag_value(tagger, stream, head, (const uint8_t *)equals + 1, had - name,
                    length - (uint32_t)name);
  return true;
}

void redbook_tags_vorbis(struct redbook_tagger *tagger, struct redbook_tag_stream *stream) {
  uint8_t word[4];
  if (!redbook_tag_get(stream, word, 4) || !redbook_tag_skip(stream, redbook_le32(word)) ||
      !redbook_tag_get(stream, word, 4))
    return;
  uint32_t count = redbook_le32(word);
  for (uint32_t i = 0; i < count && i < REDBOOK_TAG_ITEMS; i++)
    if (!redbook_tag_get(stream, word, 4) || !comment(tagger, stream, redbook_le32(word)))
      return;
}

/* "fLaC", then blocks: type (its top bit: the last one), length in three bytes. Type 0 has the
 * rate, in 20 bits behind the sizes of blocks and frames; 4 the comments; 5 a cue sheet. */
void redbook_tags_flac(struct redbook_tagger *tagger, const struct redbook_input *input,
                       int64_t at) {
  uint8_t head[4], rate[3] = {0};
  unsigned rank = tagger->rank;
  bool last = false;
  at += 4;
  for (unsigned i = 0; !last && i < REDBOOK_TAG_ITEMS; i++) {
    if (!redbook_input_get(input, head, 4, at)) return;
    int64_t end = at + 4 + redbook_get24(head + 1);
    struct redbook_tag_stream stream = redbook_tag_stretch(input, at + 4, end);
    last = head[0] & 0x80;
    switch (head[0] & 0x7F) {
      case 0:
        (void)redbook_input_get(input, rate, 3, at + 14);
        break;
      case 4:
        redbook_tags_vorbis(tagger, &stream);
        break;
      case 5:
        tagger->rank = rank + 1; /* a sheet in the comments has titles */
        redbook_tags_flac_cue_sheet(tagger, &stream, redbook_get24(rate) >> 4);
        tagger->rank = rank;
        break;
      default:
        break;
    }
    at = end;
  }
}

/* How a logical stream begins, and what stands before the comments in its second packet: of
 * FLAC the head of a metadata block, whose top bit says that it is the last. */
static const struct codec {
  uint8_t first_length, before;
  uint8_t second_length;
  char first[9], second[9];
} codecs[] = {
    {7, 7, 7, "\x01vorbis", "\x03vorbis"},
    {8, 8, 8, "OpusHead", "OpusTags"},
    {5, 4, 1, "\x7F\x46LAC", "\x04"},
    {8, 0, 0, "Speex   ", ""},
};

static const struct codec *codec_of(const uint8_t *first, size_t length) {
  for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
    if (length >= codecs[i].first_length &&
        memcmp(first, codecs[i].first, codecs[i].first_length) == 0)
      return &codecs[i];
  return NULL;
}

static bool comments_follow(const struct codec *codec, uint8_t head[8]) {
  if (codec->before == 4) head[0] &= 0x7F;
  return memcmp(head, codec->second, codec->second_length) == 0;
}

/* Where the file begins, all logical streams do: the first with sound is taken. */
void redbook_tags_ogg(struct redbook_tagger *tagger, const struct redbook_input *input) {
  int64_t at = 0;
  uint8_t page[27], head[8];
  for (unsigned i = 0; i < STREAMS; i++) {
    if (!redbook_input_get(input, page, sizeof page, at) || memcmp(page, "OggS", 4) != 0 ||
        !(page[5] & FIRST_PAGE))
      return;
    struct redbook_tag_stream stream = redbook_tag_pages(input, at, redbook_le32(page + 14));
    if (!redbook_tag_packet(&stream)) return;
    const struct codec *codec = codec_of(head, redbook_tag_read(&stream, head, sizeof head));
    if (codec && redbook_tag_packet(&stream) && redbook_tag_get(&stream, head, codec->before) &&
        comments_follow(codec, head))
      redbook_tags_vorbis(tagger, &stream);
    if (codec) return;
    at = stream.page_end;
  }
}
