/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a tag one after another: a stretch of a file, or a packet of Ogg that is spread
 * over pages, or a stretch whose unsynchronisation is undone. Nothing beyond it can be read,
 * and not more than a budget, whatever lengths are written in the file. */
#ifndef REDBOOK_AUDIO_TAG_STREAM_H
#define REDBOOK_AUDIO_TAG_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/input.h"

struct redbook_tag_stream {
  const struct redbook_input *input;
  int64_t at, end; /* of what can be read without a look at Ogg's pages */
  int64_t budget;  /* bytes that may still be looked at */
  bool unsync;     /* ID3v2: a 00h after FFh is left out */
  bool marked;     /* the byte before was FFh */
  bool paged;      /* Ogg */
  bool goes_on;    /* the packet has not ended */
  uint32_t serial; /* of the logical stream */
  int64_t page_end;
  uint8_t lacing[255];
  unsigned segment, segments; /* the next one of the page */
};

/* The bytes from `at` to `end`, or to the end of the file. */
struct redbook_tag_stream redbook_tag_stretch(const struct redbook_input *input, int64_t at,
                                              int64_t end);
/* The packets of the logical stream that begins at the page `at`; none before the first
 * redbook_tag_packet. */
struct redbook_tag_stream redbook_tag_pages(const struct redbook_input *input, int64_t at,
                                            uint32_t serial);
/* To the next packet of pages; false when there is none. */
bool redbook_tag_packet(struct redbook_tag_stream *stream);

/* Returns the bytes read, fewer than `length` only at the end. */
size_t redbook_tag_read(struct redbook_tag_stream *stream, void *data, size_t length);
/* True when all of them are there. */
bool redbook_tag_get(struct redbook_tag_stream *stream, void *data, size_t length);
bool redbook_tag_skip(struct redbook_tag_stream *stream, uint64_t length);

/* Leaves out the 00h after each FFh; returns the bytes that are left. */
size_t redbook_tag_undo(uint8_t *data, size_t length, bool *marked);

#endif
