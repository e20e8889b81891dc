/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Integrated loudness of stereo at 44.1 kHz by EBU R128 / ITU-R BS.1770 (libebur128). */
#ifndef REDBOOK_AUDIO_LOUDNESS_H
#define REDBOOK_AUDIO_LOUDNESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct redbook_loudness;

/* NULL and E_OUTOFMEMORY on failure. */
struct redbook_loudness *redbook_loudness_new(struct redbook_error *err);
void redbook_loudness_free(struct redbook_loudness *loudness); /* NULL is fine */

/* Takes the next frames, times `factor`. */
bool redbook_loudness_add(struct redbook_loudness *loudness, const float *frames, size_t count,
                          float factor, struct redbook_error *err);
bool redbook_loudness_add_shorts(struct redbook_loudness *loudness, const int16_t *frames,
                                 size_t count, struct redbook_error *err);

#define REDBOOK_LOUDNESS_PARTS 1000u
/* LUFS of all that came, gated as the standard says over all of `parts` together; -INFINITY for
 * what is silent or shorter than 0.4 s, NAN for more than REDBOOK_LOUDNESS_PARTS. */
double redbook_loudness_of(struct redbook_loudness *const *parts, size_t count);

#endif
