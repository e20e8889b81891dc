/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channel maps to stereo by ITU-R BS.775-3, annex 4: centre and surrounds at -3 dB, LFE off,
 * scaled so that full scale in every channel just reaches full scale. */
#include <sndfile.h>
#include <string.h>

#include "audio/stages.h"

#define H 0.70710678f /* -3 dB */

struct weight {
  float left, right;
};

/* By libsndfile's position; LFE and what is not named here are off. The single surround goes
 * into both sides at -3 dB of its -3 dB. */
static const struct weight weights[SF_CHANNEL_MAP_MAX] = {
    [SF_CHANNEL_MAP_MONO] = {H, H},
    [SF_CHANNEL_MAP_LEFT] = {1, 0},
    [SF_CHANNEL_MAP_RIGHT] = {0, 1},
    [SF_CHANNEL_MAP_CENTER] = {H, H},
    [SF_CHANNEL_MAP_FRONT_LEFT] = {1, 0},
    [SF_CHANNEL_MAP_FRONT_RIGHT] = {0, 1},
    [SF_CHANNEL_MAP_FRONT_CENTER] = {H, H},
    [SF_CHANNEL_MAP_REAR_CENTER] = {0.5f, 0.5f},
    [SF_CHANNEL_MAP_REAR_LEFT] = {H, 0},
    [SF_CHANNEL_MAP_REAR_RIGHT] = {0, H},
    [SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER] = {1, 0},
    [SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER] = {0, 1},
    [SF_CHANNEL_MAP_SIDE_LEFT] = {H, 0},
    [SF_CHANNEL_MAP_SIDE_RIGHT] = {0, H},
    [SF_CHANNEL_MAP_TOP_CENTER] = {0.5f, 0.5f},
    [SF_CHANNEL_MAP_TOP_FRONT_LEFT] = {H, 0},
    [SF_CHANNEL_MAP_TOP_FRONT_RIGHT] = {0, H},
    [SF_CHANNEL_MAP_TOP_FRONT_CENTER] = {H, H},
    [SF_CHANNEL_MAP_TOP_REAR_LEFT] = {H, 0},
    [SF_CHANNEL_MAP_TOP_REAR_RIGHT] = {0, H},
    [SF_CHANNEL_MAP_TOP_REAR_CENTER] = {0.5f, 0.5f},
};

void redbook_mix_init(struct redbook_mix *mix, const int *map, int channels) {
  float left = 0, right = 0;
  if (channels <= 2) {
    *mix = (struct redbook_mix){.channels = channels, .width = channels};
    return;
  }
  *mix = (struct redbook_mix){.channels = channels, .width = 2};
  for (int i = 0; i < channels; i++) {
    struct weight weight = weights[map[i]];
    left += mix->left[i] = weight.left;
    right += mix->right[i] = weight.right;
  }
  float sum = left > right ? left : right;
  for (int i = 0; i < channels && sum > 1; i++) {
    mix->left[i] /= sum;
    mix->right[i] /= sum;
  }
}

void redbook_mix_run(const struct redbook_mix *mix, const float *in, float *out,
                     size_t frames) {
  size_t channels = (size_t)mix->channels;
  if (mix->channels == mix->width) {
    memcpy(out, in, frames * channels * sizeof *in);
    return;
  }
  for (size_t i = 0; i < frames; i++, in += channels) {
    float left = 0, right = 0;
    for (size_t c = 0; c < channels; c++) {
      left += mix->left[c] * in[c];
      right += mix->right[c] * in[c];
    }
    out[2 * i] = left;
    out[2 * i + 1] = right;
  }
}
