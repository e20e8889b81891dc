/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ID3v2.2, 2.3 and 2.4: the tag and its frames (id3.org's informal standards). What stands in a
 * frame is tag_id3_frame.c's. */
#include <stdlib.h>
#include <string.h>

#include "audio/tag.h"
#include "base/bytes.h"

/* Bytes of a frame that are read: a description and a value in UTF-16. */
#define SMALL 4096u
#define LARGE (2 * (unsigned)REDBOOK_CUE_SHEET_MOST + 512)

struct id3 {
  struct redbook_tagger *tagger;
  struct redbook_tag_stream stream;
  unsigned version; /* 2, 3, 4 */
  uint64_t left;    /* bytes of the tag, as its sizes count them */
  bool all_unsync;  /* 2.4: each frame is, whatever its flags say */
};

struct frame {
  char name[5];
  uint32_t size;
  uint8_t status, format; /* flags; 2.2 has none */
};

/* Four bytes of seven bits. */
static bool syncsafe(const uint8_t *p, uint32_t *value) {
  *value = (uint32_t)p[0] << 21 | (uint32_t)p[1] << 14 | (uint32_t)p[2] << 7 | p[3];
  return ((p[0] | p[1] | p[2] | p[3]) & 0x80) == 0;
}

static bool take(struct id3 *id3, void *data, size_t length) {
  if (length > id3->left || !redbook_tag_get(&id3->stream, data, length)) return false;
  id3->left -= length;
  return true;
}

static bool step_over(struct id3 *id3, uint64_t length) {
  if (length > id3->left || !redbook_tag_skip(&id3->stream, length)) return false;
  id3->left -= length;
  return true;
}

/* 2.3 counts it without its own four bytes, 2.4 with them. */
static bool skip_extended_header(struct id3 *id3) {
  uint8_t word[4];
  uint32_t size;
  if (!take(id3, word, 4)) return false;
  if (id3->version == 3) return step_over(id3, redbook_get32(word));
  return syncsafe(word, &size) && size >= 6 && step_over(id3, size - 4);
}

static bool is_name(const uint8_t *p, size_t length) {
  for (size_t i = 0; i < length; i++)
    if ((p[i] < 'A' || p[i] > 'Z') && (p[i] < '0' || p[i] > '9')) return false;
  return true;
}

/* Whether a frame, padding or the end of the tag lies `size` bytes further on. */
static bool goes_on_after(const struct id3 *id3, uint32_t size) {
  uint8_t next[4] = {0};
  struct redbook_tag_stream ahead = id3->stream;
  if (size > id3->left) return false;
  if (id3->left - size < 10) return true;
  return redbook_tag_skip(&ahead, size) && redbook_tag_get(&ahead, next, 4) &&
         (next[0] == 0 || is_name(next, 4));
}

/* iTunes has written 2.4 with sizes of eight bits a byte. */
static uint32_t size_of(const struct id3 *id3, const uint8_t *p) {
  uint32_t plain = redbook_get32(p), safe;
  if (id3->version == 3) return plain;
  if (!syncsafe(p, &safe)) return plain;
  if (plain == safe || goes_on_after(id3, safe) || !goes_on_after(id3, plain)) return safe;
  return plain;
}

static bool next_frame(struct id3 *id3, struct frame *frame) {
  uint8_t head[10];
  size_t name = id3->version == 2 ? 3 : 4;
  *frame = (struct frame){0};
  if (!take(id3, head, id3->version == 2 ? 6 : 10) || !is_name(head, name)) return false;
  memcpy(frame->name, head, name);
  if (id3->version == 2) {
    frame->size = redbook_get24(head + 3);
  } else {
    frame->size = size_of(id3, head + 4);
    frame->status = head[8];
    frame->format = head[9];
  }
  return frame->size <= id3->left;
}

/* Names of 2.2 as 2.3 and 2.4 have them. */
static const struct {
  char old[4], name[5];
} renamed[] = {
    {"TT2", "TIT2"}, {"TP1", "TPE1"}, {"TP2", "TPE2"}, {"TAL", "TALB"},
    {"TYE", "TYER"}, {"TCO", "TCON"}, {"TRK", "TRCK"}, {"TPA", "TPOS"},
    {"TCM", "TCOM"}, {"TRC", "TSRC"}, {"TXX", "TXXX"}, {"COM", "COMM"},
};

static const char *wanted_name(const struct id3 *id3, const struct frame *frame) {
  for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
    if (strcmp(frame->name, id3->version == 2 ? renamed[i].old : renamed[i].name) == 0)
      return renamed[i].name;
  if (id3->version == 4 && (strcmp(frame->name, "TDRC") == 0 || !strcmp(frame->name, "RVA2")))
    return frame->name;
  return NULL;
}

/* Bytes before the frame's own: a group, 2.4 also the length of what was compressed. False: it
 * is compressed or encrypted. */
static bool prefix(const struct id3 *id3, const struct frame *frame, size_t *bytes,
                   bool *unsync) {
  uint8_t flags = frame->format;
  *bytes = 0;
  *unsync = false;
  if (id3->version == 3) {
    *bytes = flags & 0x20 ? 1 : 0;
    return (flags & 0xC0) == 0;
  }
  if (id3->version == 4) {
    *bytes = (flags & 0x40 ? 1 : 0) + (flags & 0x01 ? 4 : 0);
    *unsync = id3->all_unsync || (flags & 0x02) != 0;
    return (flags & 0x0C) == 0;
  }
  return true;
}

/* Only a free field may be long: a cue sheet, and half a one is none. */
static void read_frame(struct id3 *id3, const char *name, size_t length, size_t before,
                       bool unsync) {
  bool may_be_long = strcmp(name, "TXXX") == 0;
  size_t kept = length;
  if (may_be_long && length > LARGE) return;
  if (!may_be_long && length > SMALL) kept = SMALL;
  uint8_t *data = malloc(kept + 1);
  if (!data) return;
  if (take(id3, data, kept)) {
    bool marked = false;
    size_t used = unsync ? redbook_tag_undo(data, kept, &marked) : kept;
    if (used >= before) redbook_tags_id3_frame(id3->tagger, name, data + before, used - before);
  }
  free(data);
}

static void read_frames(struct id3 *id3) {
  struct frame frame;
  for (unsigned i = 0; i < REDBOOK_TAG_ITEMS && next_frame(id3, &frame); i++) {
    uint64_t rest = id3->left - frame.size;
    const char *name = wanted_name(id3, &frame);
    size_t before;
    bool unsync;
    if (name && prefix(id3, &frame, &before, &unsync) && before <= frame.size)
      read_frame(id3, name, frame.size, before, unsync);
    if (id3->left < rest || !step_over(id3, id3->left - rest)) return;
  }
}

bool redbook_tags_id3v2(struct redbook_tagger *tagger, const struct redbook_input *input,
                        int64_t at, int64_t end) {
  uint8_t head[10];
  uint32_t size;
  if (!redbook_input_get(input, head, sizeof head, at) || memcmp(head, "ID3", 3) != 0 ||
      !syncsafe(head + 6, &size))
    return false;
  int64_t last = at + 10 + (int64_t)size;
  struct id3 id3 = {.tagger = tagger,
                    .version = head[3],
                    .left = size,
                    .stream = redbook_tag_stretch(input, at + 10, last < end ? last : end)};
  bool unsync = head[5] & 0x80;
  if (id3.version < 2 || id3.version > 4) return true;
  if (id3.version == 2 && head[5] & 0x40)
    return true; /* a compression that was never defined */
  id3.all_unsync = unsync && id3.version == 4;
  id3.stream.unsync = unsync && id3.version < 4;
  if (id3.version > 2 && head[5] & 0x40 && !skip_extended_header(&id3)) return true;
  read_frames(&id3);
  return true;
}
