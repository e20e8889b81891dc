/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 44.1 kHz s16le stereo from anywhere, as bytes: what a source cuts into sectors. */
#ifndef REDBOOK_AUDIO_STREAM_H
#define REDBOOK_AUDIO_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/processing.h"
#include "audio/source.h"
#include "base/error.h"

#define REDBOOK_FRAME_BYTES 4u

struct redbook_loudness;

struct redbook_stream {
  /* Makes it readable, before the first scan; may be NULL. */
  bool (*prepare)(struct redbook_stream *stream, const atomic_bool *cancel,
                  struct redbook_error *err);
  /* Fewer than `frames` only at the end; -1 on failure. */
  int64_t (*read)(struct redbook_stream *stream, uint8_t *bytes, size_t frames,
                  struct redbook_error *err);
  bool (*rewind)(struct redbook_stream *stream, struct redbook_error *err);
  void (*close)(struct redbook_stream *stream);
  /* It is not read before it is rewound: gives its memory back, and what it has decoded into a
   * file when its sound is `kept` elsewhere; may be NULL. */
  void (*rest)(struct redbook_stream *stream, bool kept);

  const atomic_bool *cancel; /* looked at while decoding; NULL outside a scan */
  int64_t announced;         /* 44.1 kHz frames from its start on, for certain; -1 unknown */
  struct redbook_loudness *loudness; /* where it is measured, from the next rewind on; NULL */
  struct redbook_processing processing; /* what is asked for, from the next rewind on */
  struct redbook_figures figures;       /* since the last rewind */
  bool plain;                           /* lies in its file as it is read: no decoding */
  struct redbook_source_format format;
  struct redbook_source_tags tags;
};

/* `start` = 44.1 kHz frames to leave out at the beginning, `length` = how many there are then
 * at most, -1 = to the end; `processing` NULL = the default path. */
struct redbook_stream *redbook_convert_open(const char *path, int64_t start, int64_t length,
                                            const struct redbook_processing *processing,
                                            struct redbook_error *err);

/* The same of a file that was decoded into `spool`, which it owns; `path` for messages. */
struct redbook_stream *redbook_convert_spool(int spool, const char *path, int64_t start,
                                             int64_t length,
                                             const struct redbook_processing *processing,
                                             struct redbook_error *err);

/* `sectors` as redbook_source_open_raw's. */
struct redbook_stream *redbook_raw_open(int fd, int64_t sectors, bool big_endian,
                                        const char *label, struct redbook_error *err);

/* A stream of 16-bit samples at 44.1 kHz, which it owns (NULL: returns NULL), with a gain and
 * measured. The inner one is closed on failure. */
struct redbook_stream *redbook_level_open(struct redbook_stream *inner,
                                          const struct redbook_processing *processing,
                                          struct redbook_error *err);

bool redbook_cancelled(const atomic_bool *cancel, struct redbook_error *err);

#endif
