/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channel maps to stereo by ITU-R BS.775-3, annex 4: centre and surrounds at -3 dB, LFE off,
 * scaled so that full scale in every channel just reaches full scale. */
#include <string.h>

#include "audio/stages.h"

#define L SF_CHANNEL_MAP_LEFT
#define R SF_CHANNEL_MAP_RIGHT
#define C SF_CHANNEL_MAP_CENTER
#define F SF_CHANNEL_MAP_LFE
#define BL SF_CHANNEL_MAP_REAR_LEFT
#define BR SF_CHANNEL_MAP_REAR_RIGHT
#define BC SF_CHANNEL_MAP_REAR_CENTER
#define SL SF_CHANNEL_MAP_SIDE_LEFT
#define SR SF_CHANNEL_MAP_SIDE_RIGHT

/* Of WAVE_FORMAT_EXTENSIBLE without a mask, and of FLAC (RFC 9639, 9.1.3). */
static const int wave_order[9][8] = {
    [3] = {L, R, C},
    [4] = {L, R, BL, BR},
    [5] = {L, R, C, BL, BR},
    [6] = {L, R, C, F, BL, BR},
    [7] = {L, R, C, F, BC, SL, SR},
    [8] = {L, R, C, F, BL, BR, SL, SR},
};

/* Vorbis I, 4.3.9; Opus mapping family 1 (RFC 7845, 5.1.1.2) is the same. */
static const int vorbis_order[9][8] = {
    [3] = {L, C, R},
    [4] = {L, R, BL, BR},
    [5] = {L, C, R, BL, BR},
    [6] = {L, C, R, BL, BR, F},
    [7] = {L, C, R, SL, SR, BC, F},
    [8] = {L, C, R, SL, SR, BL, BR, F},
};

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

void redbook_mix_from_map(struct redbook_mix *mix, const int *map, int channels) {
  float left = 0, right = 0;
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

/* Nothing to be heard, or a position libsndfile does not know: not a map to go by. */
static bool usable(const int *map, int channels) {
  bool heard = false;
  for (int i = 0; i < channels; i++) {
    if (map[i] <= SF_CHANNEL_MAP_INVALID || map[i] >= SF_CHANNEL_MAP_AMBISONIC_B_W)
      return false;
    heard |= weights[map[i]].left + weights[map[i]].right > 0;
  }
  return heard;
}

void redbook_mix_init(struct redbook_mix *mix, SNDFILE *file, int channels,
                      enum redbook_container_kind kind) {
  if (channels <= 2) {
    *mix = (struct redbook_mix){.channels = channels, .width = channels};
    return;
  }
  int map[8] = {0};
  int told = sf_command(file, SFC_GET_CHANNEL_MAP_INFO, map, channels * (int)sizeof *map);
  bool ogg = kind == REDBOOK_VORBIS || kind == REDBOOK_OPUS;
  if (!told || !usable(map, channels))
    memcpy(map, ogg ? vorbis_order[channels] : wave_order[channels], sizeof map);
  redbook_mix_from_map(mix, map, channels);
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
