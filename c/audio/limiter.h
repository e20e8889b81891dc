/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look-ahead limiter for stereo at 44.1 kHz: what would go beyond full scale is turned down
 * smoothly before it comes, and comes back up slowly. Both channels alike. What is farther than
 * REDBOOK_LIMITER_AHEAD before an over, or more than 1.01 seconds behind it, keeps every bit.
 */
#ifndef REDBOOK_AUDIO_LIMITER_H
#define REDBOOK_AUDIO_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define REDBOOK_LIMITER_AHEAD 128u /* frames that wait for those behind them: 2.9 ms */

struct redbook_limiter;

/* `ceiling`: the highest sample that may come out, 1 = full scale. NULL and E_OUTOFMEMORY. */
struct redbook_limiter *redbook_limiter_new(float ceiling, struct redbook_error *err);
void redbook_limiter_free(struct redbook_limiter *limiter); /* NULL is fine */
/* To its fresh state. */
void redbook_limiter_reset(struct redbook_limiter *limiter);

/* Limits the first of `count` frames in place; returns how many are done. The rest, unchanged
 * and never more than REDBOOK_LIMITER_AHEAD, has to be at the front of the next call's frames.
 * All are done with `last`. The result does not depend on how the frames are cut into calls. */
size_t redbook_limiter_run(struct redbook_limiter *limiter, float *frames, size_t count,
                           bool last);
/* Frames turned down so far. */
uint64_t redbook_limiter_limited(const struct redbook_limiter *limiter);

#endif
