/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conversion as a reel drives it: of several files as one, to any place, measured anew. */
#ifndef REDBOOK_AUDIO_CONVERT_H
#define REDBOOK_AUDIO_CONVERT_H

#include "audio/chain.h"
#include "audio/stream.h"

/* redbook_convert_open of a chain, whose links it takes, also when it fails; `start` and
 * `length` count from the first file's beginning. `cancel` ends what ffmpeg has to decode
 * first. */
struct redbook_stream *redbook_convert_chain(struct redbook_link *links, size_t count,
                                             const struct redbook_shape *shape, int64_t start,
                                             int64_t length,
                                             const struct redbook_processing *processing,
                                             const atomic_bool *cancel,
                                             struct redbook_error *err);

/* Where each link ends, as far as it is known (`redbook_link.end`). */
void redbook_convert_ends(const struct redbook_stream *stream, int64_t *ends);

/* The frame read next, of an exact source only; false: rewind and read up to it. */
bool redbook_convert_seek(struct redbook_stream *stream, int64_t frame);

/* Where the loudness is measured from now on; NULL: nowhere. */
void redbook_convert_listen(struct redbook_stream *stream, struct redbook_loudness *loudness);

/* Figures count from here on, as far as the stages have got: up to a block beyond what has been
 * read. */
void redbook_convert_mark(struct redbook_stream *stream);

#endif
