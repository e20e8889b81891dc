/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dither whose noise, and that of the rounding, is moved to where ears hear it least: the error
 * of each sample is taken back from the next five,
 *
 *   y[n] = round(x[n] - c1 e[n-1] - ... - c5 e[n-5] + d[n]),   e[n] = y[n] - (x[n] - c1 e ...)
 *
 * so that the noise is filtered by 1 - c1 z^-1 - ... - c5 z^-5. The numbers are those of
 * Lipshitz, Vanderkooy and Wannamaker ("Minimally audible noise shaping", J. Audio Eng. Soc.
 * 39, 1991) for 44.1 kHz. From them follow: 12.19 dB more noise in all, -84.1 instead of -96.3
 * dBFS; 16 dB less below 3 kHz, 27 dB less at 4 kHz, 19 dB more at 22 kHz. An error is at most
 * 1.5 LSB, so the filter, which has no poles, stays within 14.1 LSB of the sound whatever
 * comes. */
#include <math.h>

#include "audio/stages.h"

static const float taps[REDBOOK_SHAPED_TAPS] = {2.033f, -2.165f, 1.959f, -1.590f, 0.6149f};

/* At the rails the error is the clamp's, and must not come back as noise. */
static float bounded(float error) {
  return error > 1.5f ? 1.5f : error < -1.5f ? -1.5f : error;
}

/* One sample of one channel, with this much noise in LSB. */
static int16_t shape(float *errors, float in, float noise, uint64_t *clipped) {
  float wanted = in * 32768.0f;
  for (int i = 0; i < REDBOOK_SHAPED_TAPS; i++)
    wanted -= taps[i] * errors[i];
  float sum = wanted + noise, result = rintf(sum);
  *clipped += sum >= 32767.5f || sum < -32768.5f;
  if (!(sum < 32767)) result = 32767;
  if (sum < -32768) result = -32768;
  for (int i = REDBOOK_SHAPED_TAPS - 1; i > 0; i--)
    errors[i] = errors[i - 1];
  errors[0] = bounded(result - wanted);
  return (int16_t)result;
}

void redbook_quantise_shaped(struct redbook_quantiser *quantiser, const float *in, int16_t *out,
                             size_t frames) {
  for (size_t i = 0; i < 2 * frames; i++) {
    size_t channel = i % 2;
    float noise = redbook_dither_noise(&quantiser->lanes[channel]);
    out[i] = shape(quantiser->errors[channel], in[i], noise, &quantiser->clipped);
  }
}
