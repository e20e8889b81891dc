/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source's inside, and what keeping its sound takes: for source.c and source_keep.c only. */
#ifndef REDBOOK_AUDIO_SOURCE_PRIVATE_H
#define REDBOOK_AUDIO_SOURCE_PRIVATE_H

#include "audio/kept.h"
#include "audio/source.h"
#include "audio/stream.h"

struct redbook_source {
  atomic_uint references;
  char *name;
  char label[168];
  struct redbook_stream *stream;
  struct redbook_source_part part; /* start 0, length -1 when it is the whole */
  uint64_t frames;                 /* read since the beginning */
  bool ended, scanned;
  struct redbook_source_scan scan;
  struct redbook_loudness *loudness;  /* of a scan that has measured it; NULL */
  uint64_t keep;                      /* bytes that the next scan may keep, 0 = none */
  bool keep_plain;                    /* also of a stream that needs no decoding */
  struct redbook_kept *kept;          /* what the scan has kept */
  struct redbook_stream *kept_stream; /* of it: read instead of `stream` */
  bool resting;                       /* `stream` is, and has to be rewound before it is read */
  bool is_clone;                      /* `stream` is of what another one has kept */
  atomic_bool kept_failed;            /* its disk has: `stream` is read again */
  redbook_scan_fn *on_block;          /* may be NULL */
  void *on_block_context;
};

/* With one reference and nothing to read yet. */
struct redbook_source *redbook_source_new(const char *name, struct redbook_error *err);

/* What is read: the decoder, or the sound that it gave before. */
struct redbook_stream *redbook_source_input(const struct redbook_source *source);
/* Its next frames, fewer than `want` only at the end; -1 on failure. `data` has room for
 * `want`. */
int64_t redbook_source_read_frames(struct redbook_source *source, uint8_t *data, uint64_t want,
                                   struct redbook_error *err);

/* Around a scan: before its first sector, for every block, after the last (`good`: the scan
 * is). */
void redbook_source_begin_keeping(struct redbook_source *source);
void redbook_source_keep_sectors(struct redbook_source *source, const uint8_t *data,
                                 uint32_t sectors);
void redbook_source_end_keeping(struct redbook_source *source, bool good);
void redbook_source_drop_kept(struct redbook_source *source);

#endif
