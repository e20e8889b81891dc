/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tag of Xing, LAME or Fraunhofer (VBRI) in the first frame of an MPEG layer III file. */
#ifndef REDBOOK_AUDIO_MPEG_TAG_H
#define REDBOOK_AUDIO_MPEG_TAG_H

#include <stdbool.h>
#include <stdint.h>

#include "audio/input.h"

struct redbook_mpeg_tag {
  uint32_t frames;         /* that it counts, 0 unknown */
  unsigned delay, padding; /* frames of sound that the encoder has put before and behind */
  bool summed;             /* LAME has summed up the frames behind the tag's own */
  int64_t bytes; /* from the tag's frame to the end of the last one, of a summed file */
  uint16_t sum;
};

/* `at` = where the first frame begins, `side` = bytes of its header and side information. False
 * when that frame is no tag. */
bool redbook_mpeg_tag_read(const struct redbook_input *input, int64_t at, unsigned side,
                           struct redbook_mpeg_tag *tag);

/* False when the frames from `from` (behind the tag's) to `end` are not those that LAME has
 * written, though no program has left word that it has changed them (mp3gain does). `at` as
 * above. True when there is nothing to judge by. */
bool redbook_mpeg_tag_fits(const struct redbook_input *input, int64_t at, int64_t from,
                           int64_t end, const struct redbook_mpeg_tag *tag);

#endif
