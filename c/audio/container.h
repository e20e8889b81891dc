/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sound file is and what its container promises, found without decoding it.
 *
 * libsndfile shortens a cut-off file silently, so each container's own lengths are read here
 * and held against the file's size, and later against what the decoder gives.
 */
#ifndef REDBOOK_AUDIO_CONTAINER_H
#define REDBOOK_AUDIO_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "audio/input.h"
#include "base/error.h"

enum redbook_container_kind {
  REDBOOK_WAV,
  REDBOOK_RF64,
  REDBOOK_W64,
  REDBOOK_AIFF,
  REDBOOK_AU,
  REDBOOK_CAF,
  REDBOOK_SPHERE,
  REDBOOK_FLAC,
  REDBOOK_VORBIS,
  REDBOOK_OPUS,
  REDBOOK_MPEG,
  REDBOOK_OUTSIDE, /* what only an ffmpeg can decode: outside.h */
};

struct redbook_container {
  enum redbook_container_kind kind;
  int64_t frames;       /* promised, at the source's rate; -1 unknown */
  int64_t slack;        /* a good file may give this many fewer, an MPEG one more */
  bool certain;         /* the promise is the exact length */
  bool open_ended;      /* written to a pipe: a PCM container without a length */
  int64_t block_frames; /* of an encoding in blocks: frames of one, 0 unknown */
  bool limited;         /* what comes after the promised frames is padding of the encoding */
  int64_t hidden_at, hidden_bytes; /* a stretch that libsndfile must not see */
  int64_t tail_bytes;              /* nor these at the end of the file */
  int64_t patch_at;                /* bytes it shall see instead: a length that a pipe left 0 */
  uint8_t patch[8];
  size_t patch_bytes;
  const char *name, *demuxer; /* of REDBOOK_OUTSIDE: for people, and ffmpeg's word */
};

/* No container has as many chunks; of zeros there are as many as one likes. */
#define REDBOOK_MOST_CHUNKS 4096

/* Says what the file is by its content, refuses what is not sound or cannot be decoded, and
 * what its container shows to be cut off. Every error is 050D and names the file. */
bool redbook_container_probe(const struct redbook_input *input,
                             struct redbook_container *container, struct redbook_error *err);

/* One per container, `at` = where it begins (after ID3v2 tags). */
bool redbook_riff_check(const struct redbook_input *input, struct redbook_container *container,
                        struct redbook_error *err);
bool redbook_w64_check(const struct redbook_input *input, struct redbook_container *container,
                       struct redbook_error *err);
bool redbook_aiff_check(const struct redbook_input *input, struct redbook_container *container,
                        struct redbook_error *err);
bool redbook_au_check(const struct redbook_input *input, struct redbook_container *container,
                      struct redbook_error *err);
bool redbook_caf_check(const struct redbook_input *input, struct redbook_container *container,
                       struct redbook_error *err);
bool redbook_sphere_check(const struct redbook_input *input,
                          struct redbook_container *container, struct redbook_error *err);
bool redbook_flac_check(const struct redbook_input *input, int64_t at,
                        struct redbook_container *container, struct redbook_error *err);
bool redbook_ogg_check(const struct redbook_input *input, struct redbook_container *container,
                       struct redbook_error *err);
/* Where the first MPEG frame is, at `at` or a little behind it; -1 when there is none. */
int64_t redbook_mpeg_find(const struct redbook_input *input, int64_t at);
/* True when a row of MPEG frames begins shortly before `end`, in what should be a tag. */
bool redbook_mpeg_ends_before(const struct redbook_input *input, int64_t end);
bool redbook_mpeg_check(const struct redbook_input *input, int64_t at,
                        struct redbook_container *container, struct redbook_error *err);

/* Before a file is left to ffmpeg: what its container says of its length (`frames`, `slack` and
 * `open_ended`), and that it is whole and one, as far as that can be seen. */
bool redbook_outside_check(const struct redbook_input *input,
                           struct redbook_container *container, struct redbook_error *err);
bool redbook_mp4_check(const struct redbook_input *input, struct redbook_error *err);
bool redbook_dts_check(const struct redbook_input *input, struct redbook_error *err);
bool redbook_asf_check(const struct redbook_input *input, struct redbook_container *container,
                       struct redbook_error *err);

/* Something that is known but that libsndfile does not decode. */
struct redbook_foreign {
  const char *name;    /* "AAC or ALAC in MP4 (M4A)"; NULL: not known */
  const char *advice;  /* what to do, or NULL */
  const char *demuxer; /* ffmpeg's word for it; NULL: it holds no sound */
};
struct redbook_foreign redbook_foreign_find(const uint8_t *head, size_t length);
/* Makes the container one of that kind. */
bool redbook_container_outside(struct redbook_container *container, const char *name,
                               const char *demuxer);

/* Where the file's own data begin: behind ID3v2 tags, if there are any. */
int64_t redbook_id3v2_end(const struct redbook_input *input);

/* True when an ID3v1 tag ends at `end`. */
bool redbook_id3v1_ends(const struct redbook_input *input, int64_t end);

/* Where the tags begin that lie behind everything else; the file's size when there are none. */
int64_t redbook_tags_begin(const struct redbook_input *input);

/* PCM containers: what the format and data chunks say. */
struct redbook_pcm_layout {
  unsigned rate;
  uint32_t block;  /* bytes of one frame; 0 when the encoding is not linear */
  uint32_t second; /* bytes per second, for messages; 0 unknown */
  int64_t data;    /* offset of the first frame */
  int64_t bytes;   /* declared; -1 = up to the end of the file */
};
/* Fills frames, certain and open_ended, or refuses a file that is too short, or one whose sound
 * is followed by another file or by what cannot be a chunk. */
bool redbook_pcm_judge(const struct redbook_input *input,
                       const struct redbook_pcm_layout *layout,
                       struct redbook_container *container, struct redbook_error *err);

/* What to do about a file that is damaged or cut off, for an error that says how; false. */
bool redbook_want_whole(struct redbook_error *err);
/* 050D "... is cut off: it ends at x s, its header says y s". */
bool redbook_cut_off(struct redbook_error *err, const char *label, double ends, double says);

#endif
