/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound that libsndfile does not read (AAC, ALAC, WMA, WavPack, APE, Musepack, Matroska, AC-3,
 * FLAC in Ogg, chained Ogg ...), decoded by the machine's ffmpeg if it has one.
 *
 * ffmpeg runs as a child: no shell, no protocol but files, told what the file is by its content
 * rather than guessing, within limits of time and size. What it decodes is spooled to an
 * unlinked temporary file as CAF, so that it is decoded once, and everything after it is the
 * path of any other file.
 */
#ifndef REDBOOK_AUDIO_OUTSIDE_H
#define REDBOOK_AUDIO_OUTSIDE_H

#include <stdatomic.h>

#include "audio/container.h"
#include "audio/source.h"
#include "audio/stream.h"

struct redbook_outside {
  const char *path;
  char label[168];     /* the path for messages */
  const char *name;    /* "AAC or ALAC in MP4 (M4A)" */
  const char *demuxer; /* ffmpeg's word for it: "mov" */
  char codec[32];      /* "aac" */
  unsigned rate, channels;
  unsigned bits;     /* 0 when lossy */
  const char *pcm;   /* how ffmpeg shall write it: "pcm_s16le" */
  int64_t frames;    /* at `rate`, -1 unknown */
  int64_t slack;     /* a whole file may give this many fewer */
  bool exact_length; /* `frames` is where the sound ends (an MP4's edit list) */
  int64_t promised;  /* `frames` by the container itself, -1: as ffprobe says */
  bool open_ended;   /* nothing says how long it is, what ffprobe says is a guess */
  struct redbook_source_tags tags;
};

/* Of a container of kind REDBOOK_OUTSIDE, before anybody is asked. `path` is kept. */
struct redbook_outside redbook_outside_of(const char *path,
                                          const struct redbook_container *container);

/* Asks ffprobe about what redbook_outside_of has made. 050D, naming the file: no ffmpeg on this
 * machine (says which package has it), no sound in it, more than 8 channels, damaged; C0AA0002
 * when `cancel` was set. NULL is for the foreground: there a trapped signal is the cancel. */
bool redbook_outside_probe(struct redbook_outside *outside, const atomic_bool *cancel,
                           struct redbook_error *err);

/* Decodes all of it; a descriptor of the spooled CAF, -1 and err on failure (050D, C0AA0002).
 */
int redbook_outside_decode(const struct redbook_outside *outside, const atomic_bool *cancel,
                           struct redbook_error *err);

/* What the probe says of it, and its tags. */
void redbook_outside_introduce(const struct redbook_outside *outside,
                               struct redbook_source_format *format,
                               struct redbook_source_tags *tags);
/* ffmpeg may stop early without a word: whether so many frames are all of it, else 050D. */
bool redbook_outside_complete(const struct redbook_outside *outside, int64_t frames,
                              struct redbook_error *err);

/* redbook_convert_open of such a file: probed now, decoded when it is scanned or first read. */
struct redbook_stream *redbook_outside_open(const char *path,
                                            const struct redbook_container *container,
                                            int64_t start, int64_t length,
                                            const struct redbook_processing *processing,
                                            struct redbook_error *err);

#endif
