/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For every frame n, in this order:
 *
 *   need[n]    = the gain that brings the louder of its two samples to the ceiling, 1 when it
 * is below held[n]    = the least of need[n] ... need[n + AHEAD] eased[n]   = held[n], but
 * never more than RELEASE above eased[n - 1] smooth[n]  = the mean of the last HALF of eased,
 * twice: a triangle over AHEAD - 1 frames
 *
 * smooth[n] is a mean of values that all are at most need[n], so nothing overshoots. Gains are
 * integers, so that the sums are exact and come back to exactly 1. */
#include "audio/limiter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD REDBOOK_LIMITER_AHEAD
#define HALF (AHEAD / 2)
#define ONE (1u << 30)
#define RELEASE (ONE / 44100u) /* from silence to 1 in a second; 3 dB in 0.3 s */

struct need {
  uint64_t frame;
  uint32_t gain;
};

/* The last HALF values and their sum. */
struct mean {
  uint32_t values[HALF];
  uint64_t sum;
  unsigned next;
};

struct redbook_limiter {
  float ceiling;
  uint64_t frame;                /* the one that comes next */
  struct need needs[AHEAD + 1u]; /* a ring of those that may be least, gains rising */
  unsigned first, count;
  uint32_t eased;
  struct mean once, twice;
  uint64_t limited;
};

static void mean_reset(struct mean *mean) {
  for (unsigned i = 0; i < HALF; i++)
    mean->values[i] = ONE;
  mean->sum = (uint64_t)ONE * HALF;
  mean->next = 0;
}

static uint32_t mean_of(struct mean *mean, uint32_t value) {
  mean->sum += value;
  mean->sum -= mean->values[mean->next];
  mean->values[mean->next] = value;
  mean->next = (mean->next + 1) % HALF;
  return (uint32_t)(mean->sum / HALF);
}

void redbook_limiter_reset(struct redbook_limiter *limiter) {
  *limiter = (struct redbook_limiter){.ceiling = limiter->ceiling, .eased = ONE};
  mean_reset(&limiter->once);
  mean_reset(&limiter->twice);
}

struct redbook_limiter *redbook_limiter_new(float ceiling, struct redbook_error *err) {
  struct redbook_limiter *limiter = calloc(1, sizeof *limiter);
  if (!limiter) {
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  limiter->ceiling = ceiling;
  redbook_limiter_reset(limiter);
  return limiter;
}

void redbook_limiter_free(struct redbook_limiter *limiter) {
  free(limiter);
}

static float level_of(const float *frame) {
  float left = fabsf(frame[0]), right = fabsf(frame[1]);
  return left > right ? left : right;
}

static struct need *need_at(struct redbook_limiter *limiter, unsigned index) {
  return &limiter->needs[(limiter->first + index) % (AHEAD + 1)];
}

/* Keeps in the ring only what may still be the least of a window: those that are lower than all
 * behind them. */
static void add_need(struct redbook_limiter *limiter, float level) {
  double gain = level < INFINITY ? (double)limiter->ceiling / (double)level : 0;
  struct need need = {limiter->frame, (uint32_t)(gain * ONE)};
  while (limiter->count > 0 && need_at(limiter, limiter->count - 1)->gain >= need.gain)
    limiter->count--;
  *need_at(limiter, limiter->count++) = need;
}

/* Takes a frame's level; the gain of the frame AHEAD before it. */
static uint32_t step(struct redbook_limiter *limiter, float level) {
  if (limiter->count > 0 && need_at(limiter, 0)->frame + AHEAD < limiter->frame) {
    limiter->first = (limiter->first + 1) % (AHEAD + 1);
    limiter->count--;
  }
  if (level > limiter->ceiling) add_need(limiter, level);
  limiter->frame++;
  uint32_t held = limiter->count > 0 ? need_at(limiter, 0)->gain : ONE;
  uint32_t most = limiter->eased < ONE - RELEASE ? limiter->eased + RELEASE : ONE;
  limiter->eased = held < most ? held : most;
  return mean_of(&limiter->twice, mean_of(&limiter->once, limiter->eased));
}

/* By a gain below 1, held under the ceiling for what float rounding may add. */
static void turn_down(struct redbook_limiter *limiter, float *frame, uint32_t gain) {
  float factor = (float)gain / (float)ONE;
  for (int i = 0; i < 2; i++) {
    frame[i] *= factor;
    if (!(frame[i] <= limiter->ceiling)) frame[i] = limiter->ceiling;
    if (!(frame[i] >= -limiter->ceiling)) frame[i] = -limiter->ceiling;
  }
  limiter->limited++;
}

/* True when nothing is turned down now. */
static bool idle(const struct redbook_limiter *limiter) {
  const uint64_t full = (uint64_t)ONE * HALF;
  return limiter->count == 0 && limiter->eased == ONE && limiter->once.sum == full &&
         limiter->twice.sum == full;
}

/* Frames from `frames` on that are below the ceiling: an idle limiter passes over them. */
static size_t below(const struct redbook_limiter *limiter, const float *frames, size_t count) {
  size_t done = 0;
  while (done < count && level_of(frames + 2 * done) <= limiter->ceiling)
    done++;
  return done;
}

size_t redbook_limiter_run(struct redbook_limiter *limiter, float *frames, size_t count,
                           bool last) {
  size_t known = limiter->frame < AHEAD ? (size_t)limiter->frame : AHEAD;
  for (size_t i = known; i < count + (last ? AHEAD : 0); i++) {
    if (idle(limiter) && i < count) {
      size_t passed = below(limiter, frames + 2 * i, count - i);
      limiter->frame += passed;
      i += passed;
      if (i == count && !last) break;
    }
    uint32_t gain = step(limiter, i < count ? level_of(frames + 2 * i) : 0);
    if (gain < ONE && i >= AHEAD) turn_down(limiter, frames + 2 * (i - AHEAD), gain);
  }
  return last ? count : count > AHEAD ? count - AHEAD : 0;
}

uint64_t redbook_limiter_limited(const struct redbook_limiter *limiter) {
  return limiter->limited;
}
