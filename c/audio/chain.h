/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stretches of files, decoded one behind the other as if they were one file: the first may be
 * begun anywhere, its end and the next one's beginning are neighbouring frames. */
#ifndef REDBOOK_AUDIO_CHAIN_H
#define REDBOOK_AUDIO_CHAIN_H

#include <stdatomic.h>

#include "audio/decode.h"
#include "audio/stages.h"

struct redbook_link {
  char *path;     /* the chain's */
  int64_t first;  /* source frame that it begins with; 0 in the first link */
  int64_t frames; /* how many are taken, -1 = to the end of the file */
  int64_t end;    /* in the chain's frames, -1 = not known; what does not come so is refused */
  int spool;      /* what ffmpeg has made of it, -1 = nothing (yet) */
};

/* What has to be the same in all of them. */
struct redbook_shape {
  unsigned rate, channels;
  bool exact;
  struct redbook_mix mix;
};

/* A file, looked at without decoding it. */
struct redbook_look {
  struct redbook_shape shape;
  struct redbook_source_format format;
  struct redbook_source_tags tags;
  int64_t frames; /* at its rate when its header is certain, else -1 */
  bool plain;     /* redbook_stream's */
};
/* Errors as redbook_source_open's. */
bool redbook_look(const char *path, struct redbook_look *look, struct redbook_error *err);
/* NULL when both can go through one conversion, else the reason, the end of a sentence. */
const char *redbook_shapes_differ(const struct redbook_shape *one,
                                  const struct redbook_shape *other);

struct redbook_chain {
  struct redbook_decoder decoder; /* of the current link; without links the only one */
  struct redbook_link *links;     /* owned; NULL: a single file, opened by the user */
  size_t count, current;
  struct redbook_shape shape;
  int64_t position; /* chain's frame that is read next; 0 = the first file's first frame */
  const atomic_bool *cancel; /* looked at while ffmpeg decodes; may be NULL */
};

/* Takes the links, also when it fails, and opens the first. */
bool redbook_chain_open(struct redbook_chain *chain, struct redbook_link *links, size_t count,
                        const struct redbook_shape *shape, struct redbook_error *err);
void redbook_chain_close(struct redbook_chain *chain);
void redbook_links_free(struct redbook_link *links, size_t count);

/* Back to frame 0 with a fresh decoder. */
bool redbook_chain_rewind(struct redbook_chain *chain, struct redbook_error *err);
/* To a frame of PCM or FLAC; false when it cannot be reached, by what is known so far: rewind
 * then. */
bool redbook_chain_seek(struct redbook_chain *chain, int64_t frame);

/* As redbook_decoder_floats and _shorts; fewer only at the end of the last link. Errors name
 * the file that they are about. */
int64_t redbook_chain_floats(struct redbook_chain *chain, float *frames, int64_t count,
                             struct redbook_error *err);
int64_t redbook_chain_shorts(struct redbook_chain *chain, int16_t *frames, int64_t count,
                             struct redbook_error *err);

#endif
