/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tags of sound files: what each kind says becomes the fields of redbook_source_tags.
 *
 * libsndfile hands out a handful of fields, and for many kinds none; so they are read here,
 * from the parts of the file that hold them. Pictures and unknown fields are stepped over and
 * never loaded. Tags are for people: whatever is damaged in them is left out, nothing in them
 * is an error.
 */
#ifndef REDBOOK_AUDIO_TAG_H
#define REDBOOK_AUDIO_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/input.h"
#include "audio/source.h"
#include "audio/tag_stream.h"

/* A longer cue sheet is none. */
#define REDBOOK_CUE_SHEET_MOST ((size_t)1 << 20)
/* Fields, frames, boxes or chunks of one tag that are looked at. */
#define REDBOOK_TAG_ITEMS 16384u

enum redbook_tag_field {
  REDBOOK_TAG_NONE,
  REDBOOK_TAG_TITLE,
  REDBOOK_TAG_ARTIST,
  REDBOOK_TAG_ALBUM,
  REDBOOK_TAG_ALBUM_ARTIST,
  REDBOOK_TAG_DATE,
  REDBOOK_TAG_GENRE,
  REDBOOK_TAG_TRACK_NUMBER,
  REDBOOK_TAG_DISC_NUMBER,
  REDBOOK_TAG_COMMENT,
  REDBOOK_TAG_COMPOSER,
  REDBOOK_TAG_ISRC,
  REDBOOK_TAG_TRACK_GAIN,
  REDBOOK_TAG_ALBUM_GAIN,
  REDBOOK_TAG_TRACK_PEAK,
  REDBOOK_TAG_ALBUM_PEAK,
  REDBOOK_TAG_R128_TRACK,
  REDBOOK_TAG_R128_ALBUM,
  REDBOOK_TAG_GAPLESS,
  REDBOOK_TAG_CUE_SHEET,
  REDBOOK_TAG_FIELDS,
};

/* Collects fields. Of several tags in one file the one with the lowest rank counts, field by
 * field; within one the first value, except where there may be several (artists, composers,
 * genres), which are joined by ", ". */
struct redbook_tagger {
  struct redbook_source_tags *tags;
  char **cue_sheet;                  /* malloc'ed when there is one; NULL: not wanted */
  unsigned rank;                     /* 0..63, of what is being read now */
  uint8_t taken[REDBOOK_TAG_FIELDS]; /* 1 + twice the rank that filled it; 0: empty */
};

/* How many bytes of a field's value are worth reading; 0: nobody wants it. Names as Vorbis
 * comments, APE and free ID3v2 and MP4 fields have them, in any case, with spaces, `_` or `-`.
 */
size_t redbook_tag_room(const struct redbook_tagger *tagger, const char *name);
/* Takes a value: UTF-8, or else CP1252; NULs separate several. What is no sensible number, code
 * or text is left out. */
void redbook_tag_give(struct redbook_tagger *tagger, const char *name, const char *value,
                      size_t length);
/* The `length` bytes that come next in the stream, the first `had` of which are in `head`
 * already, as the value of `name`; steps over what is not wanted. */
void redbook_tag_value(struct redbook_tagger *tagger, struct redbook_tag_stream *stream,
                       const char *name, const uint8_t *head, size_t had, uint64_t length);
/* The cue sheet `text` (malloc'ed, taken over), unless a better one is there. */
void redbook_tag_give_cue_sheet(struct redbook_tagger *tagger, char *text);

/* ID3v1's genres and what others have added: NULL above 191. */
const char *redbook_tag_genre(unsigned number);

/* Writes UTF-16 as UTF-8 with a NUL at the end, cut at a character; NULs inside stay, byte
 * order marks go and turn the order. Returns the bytes without the last NUL. */
size_t redbook_tag_utf16(char *to, size_t size, const uint8_t *from, size_t length, bool big);
/* Copies text as UTF-8, cut at a character; bytes that are not UTF-8 are read as CP1252. */
void redbook_tag_text(char *to, size_t size, const char *from);
/* Bytes of `text` without a character that its end has cut. */
size_t redbook_tag_whole(const char *text, size_t length);

/* One per kind; `at` and `end` bound what belongs to it. */
void redbook_tags_vorbis(struct redbook_tagger *tagger, struct redbook_tag_stream *stream);
void redbook_tags_flac(struct redbook_tagger *tagger, const struct redbook_input *input,
                       int64_t at);
void redbook_tags_flac_cue_sheet(struct redbook_tagger *tagger,
                                 struct redbook_tag_stream *stream, uint32_t rate);
void redbook_tags_ogg(struct redbook_tagger *tagger, const struct redbook_input *input);
void redbook_tags_mp4(struct redbook_tagger *tagger, const struct redbook_input *input);
void redbook_tags_matroska(struct redbook_tagger *tagger, const struct redbook_input *input);
void redbook_tags_riff(struct redbook_tagger *tagger, const struct redbook_input *input);
void redbook_tags_aiff(struct redbook_tagger *tagger, const struct redbook_input *input);
/* An ID3v2 tag that begins at `at`; false when there is none. */
bool redbook_tags_id3v2(struct redbook_tagger *tagger, const struct redbook_input *input,
                        int64_t at, int64_t end);
/* A frame of it: its name as ID3v2.3 and 2.4 have them. */
void redbook_tags_id3_frame(struct redbook_tagger *tagger, const char *name,
                            const uint8_t *data, size_t length);
/* ID3v1, APEv2 and ID3v2 at the end of a file, in any mixture, and APEv2 at `begin`. */
void redbook_tags_end(struct redbook_tagger *tagger, const struct redbook_input *input,
                      int64_t begin);
/* APEv2 that ends at `end`; false when there is none. */
bool redbook_tags_ape(struct redbook_tagger *tagger, const struct redbook_input *input,
                      int64_t begin, int64_t *end);

/* All tags of a file, by its content. `tags` is filled where it is empty still; `cue_sheet` may
 * be NULL, else it is NULL or malloc'ed text as it is in the file. */
void redbook_tags_read(const struct redbook_input *input, struct redbook_source_tags *tags,
                       char **cue_sheet);
/* The same of a path. Errors as redbook_input_open's. */
bool redbook_tags_of_file(const char *path, struct redbook_source_tags *tags, char **cue_sheet,
                          struct redbook_error *err);
/* What `from` has and `tags` has not. */
void redbook_tags_fill(struct redbook_source_tags *tags,
                       const struct redbook_source_tags *from);

#endif
