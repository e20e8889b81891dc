/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reel.c (reading) and reel_open.c (opening) share. */
#ifndef REDBOOK_AUDIO_REEL_PRIVATE_H
#define REDBOOK_AUDIO_REEL_PRIVATE_H

#include <pthread.h>

#include "audio/convert.h"
#include "audio/reel.h"

#define SECTOR ((int64_t)REDBOOK_AUDIO_SECTOR_FRAMES)

/* A stretch of one file: segments that touch. */
struct redbook_run {
  char *path;
  int64_t start, stop;   /* sectors of the file, -1 = to its end */
  int64_t first, frames; /* redbook_link's */
  int64_t header;        /* frames from its beginning to the file's end, -1 not certain */
  int64_t end;           /* redbook_link's */
};

struct redbook_reel {
  atomic_uint references;
  pthread_mutex_t mutex; /* guards all below but what is set once: runs but for their ends */
  struct redbook_run *runs;
  size_t count;
  int64_t start, length; /* of the engine, 44.1 kHz frames */
  struct redbook_shape shape;
  struct redbook_stream *engine; /* NULL: nobody has read yet */
  bool lost;                     /* where the engine stands is not known */
  int64_t position;              /* frame that is given next */
  uint8_t sector[REDBOOK_AUDIO_SECTOR_BYTES];
  size_t held, taken; /* frames in `sector`, and how many of them have been given */
  bool ended;         /* the engine has no more */
};

struct redbook_reel_track {
  struct redbook_stream stream;
  struct redbook_reel *reel;
  size_t run;
  int64_t offset; /* sectors from its run's beginning */
  int64_t length; /* sectors, -1 = to the end of its run */
  bool last;      /* of the reel */
  bool plain;     /* as long as it is exact, its stream is */
  int64_t done;   /* frames given since the last rewind */
};

/* Where a track begins, a frame on a sector's border; -1 while it is not known. */
int64_t redbook_reel_begin(const struct redbook_reel *reel,
                           const struct redbook_reel_track *track);
int64_t redbook_reel_read(struct redbook_stream *stream, uint8_t *bytes, size_t frames,
                          struct redbook_error *err);
void redbook_reel_rest(struct redbook_stream *stream, bool kept);
bool redbook_reel_rewind(struct redbook_stream *stream, struct redbook_error *err);

#endif
