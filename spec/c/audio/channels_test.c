/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channel layouts to stereo: the weights of ITU-R BS.775, and each channel of real files. */
#include <math.h>
#include <sndfile.h>

#include "../../support/audio/fixtures.h"
#include "audio/stages.h"

#define MOST 8

static int16_t tone_of(struct bytes bytes, int side, double hertz) {
  double re = 0, im = 0;
  size_t frames = 44100;
  for (size_t i = 0; i < frames; i++) {
    double v = sample(bytes, 2 * (i + 4410) + (size_t)side);
    re += v * cos(2 * M_PI * hertz * (double)i / 44100);
    im += v * sin(2 * M_PI * hertz * (double)i / 44100);
  }
  return (int16_t)lround(hypot(re, im) * 2 / (double)frames);
}

/* Channel n of the file is a tone of (n + 1) * 400 Hz at half of full scale. */
static void make_channels(const char *name, int channels, const int *map, int format) {
  SF_INFO info = {.samplerate = 44100, .channels = channels, .format = format};
  SNDFILE *file = sf_open(in_folder(name), SFM_WRITE, &info);
  assert_non_null(file);
  if (map)
    assert_true(sf_command(file, SFC_SET_CHANNEL_MAP_INFO, (void *)(uintptr_t)map,
                           channels * (int)sizeof *map));
  float frame[MOST];
  for (int i = 0; i < 44100 * 3 / 2; i++) {
    for (int c = 0; c < channels; c++)
      frame[c] = (float)(0.5 * sin(2 * M_PI * 400 * (c + 1) * i / 44100.0));
    assert_int_equal(sf_writef_float(file, frame, 1), 1);
  }
  assert_int_equal(sf_close(file), 0);
}

/* `weights`: left and right of each channel in the file's order, of 16384 = half full scale. */
static void assert_weights(const char *name, int channels, double weights[][2], int tolerance) {
  struct bytes bytes = render(name);
  for (int c = 0; c < channels; c++)
    for (int side = 0; side < 2; side++) {
      int want = (int)lround(16384 * weights[c][side]);
      int got = tone_of(bytes, side, 400 * (c + 1));
      if (abs(got - want) > tolerance)
        fail_msg("%s channel %d side %d: %d instead of %d", name, c, side, got, want);
    }
  free(bytes.data);
}

#define H 0.70710678 /* -3 dB */

static const double layouts[9][MOST][2] = {
    [3] = {{1, 0}, {0, 1}, {H, H}},
    [4] = {{1, 0}, {0, 1}, {H, 0}, {0, H}},
    [5] = {{1, 0}, {0, 1}, {H, H}, {H, 0}, {0, H}},
    [6] = {{1, 0}, {0, 1}, {H, H}, {0, 0}, {H, 0}, {0, H}},
    [7] = {{1, 0}, {0, 1}, {H, H}, {0, 0}, {.5, .5}, {H, 0}, {0, H}},
    [8] = {{1, 0}, {0, 1}, {H, H}, {0, 0}, {H, 0}, {0, H}, {H, 0}, {0, H}},
};
/* What the weights of one side add up to, before they are scaled to 1. */
static const double sums[9] = {0,         0,         0,           1 + H,    1 + H,
                               1 + 2 * H, 1 + 2 * H, 1.5 + 2 * H, 1 + 3 * H};

static void wave_order_without_a_map(void **state) {
  (void)state;
  for (int channels = 3; channels <= 8; channels++) {
    double weights[MOST][2];
    for (int c = 0; c < channels; c++)
      for (int side = 0; side < 2; side++)
        weights[c][side] = layouts[channels][c][side] / sums[channels];
    make_channels("w.wav", channels, NULL, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
    assert_weights("w.wav", channels, weights, 2);
    make_channels("w.flac", channels, NULL, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
    assert_weights("w.flac", channels, weights, 2);
  }
}

static void map_of_the_file(void **state) {
  (void)state;
  static const int map[6] = {SF_CHANNEL_MAP_LEFT,      SF_CHANNEL_MAP_RIGHT,
                             SF_CHANNEL_MAP_CENTER,    SF_CHANNEL_MAP_LFE,
                             SF_CHANNEL_MAP_SIDE_LEFT, SF_CHANNEL_MAP_SIDE_RIGHT};
  static const int quad[4] = {SF_CHANNEL_MAP_LEFT, SF_CHANNEL_MAP_RIGHT, SF_CHANNEL_MAP_CENTER,
                              SF_CHANNEL_MAP_LFE};
  const double s6 = 1 + 2 * H, s4 = 1 + H;
  double six[6][2] = {{1 / s6, 0}, {0, 1 / s6}, {H / s6, H / s6},
                      {0, 0},      {H / s6, 0}, {0, H / s6}};
  double four[4][2] = {{1 / s4, 0}, {0, 1 / s4}, {H / s4, H / s4}, {0, 0}};
  make_channels("m6.wav", 6, map, SF_FORMAT_WAVEX | SF_FORMAT_PCM_16);
  make_channels("m4.wav", 4, quad, SF_FORMAT_WAVEX | SF_FORMAT_PCM_16);
  assert_weights("m6.wav", 6, six, 2);
  assert_weights("m4.wav", 4, four, 2);
}

/* ffmpeg reorders WAVE's 5.1 (FL FR FC LFE BL BR) to what Vorbis and Opus demand. */
static void ogg_orders(void **state) {
  (void)state;
  const double s = 1 + 2 * H;
  double six[6][2] = {{1 / s, 0}, {0, 1 / s}, {H / s, H / s}, {0, 0}, {H / s, 0}, {0, H / s}};
  make_channels("o.wav", 6, NULL, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  run("ffmpeg -v error -channel_layout 5.1 -i o.wav -c:a libvorbis -q:a 8 o.ogg");
  run("ffmpeg -v error -channel_layout 5.1 -i o.wav -c:a libopus -b:a 510k -mapping_family 1 "
      "o.opus");
  assert_weights("o.ogg", 6, six, 200);
  assert_weights("o.opus", 6, six, 200);
}

static void full_scale_everywhere_never_clips(void **state) {
  (void)state;
  for (int channels = 3; channels <= 8; channels++) {
    SF_INFO info = {
        .samplerate = 44100, .channels = channels, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    SNDFILE *file = sf_open(in_folder("full.wav"), SFM_WRITE, &info);
    int16_t frame[MOST];
    for (int i = 0; i < 44100; i++) {
      for (int c = 0; c < channels; c++)
        frame[c] = i / 50 % 2 ? 32700 : -32700;
      assert_int_equal(sf_writef_short(file, frame, 1), 1);
    }
    assert_int_equal(sf_close(file), 0);
    struct redbook_source *source = open_whole("full.wav");
    struct bytes bytes = drain(source, 26);
    assert_int_equal(redbook_source_scanned(source)->clipped_samples, 0);
    assert_in_range(abs(sample(bytes, 100)), 32698, 32702);
    free(bytes.data);
    redbook_source_unref(source);
  }
}

static void mono_is_not_made_quieter(void **state) {
  (void)state;
  make_channels("mono.wav", 1, NULL, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
  double weights[1][2] = {{1, 1}};
  assert_weights("mono.wav", 1, weights, 1);
}

static void loose_maps(void **state) {
  (void)state;
  struct redbook_mix mix;
  const int map[3] = {SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER, SF_CHANNEL_MAP_LFE,
                      SF_CHANNEL_MAP_RIGHT};
  redbook_mix_from_map(&mix, map, 3);
  assert_int_equal(mix.width, 2);
  assert_true(mix.left[0] == 1 && mix.right[0] == 0);
  assert_true(mix.left[1] == 0 && mix.right[1] == 0);
  assert_true(mix.left[2] == 0 && mix.right[2] == 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wave_order_without_a_map),
      cmocka_unit_test(map_of_the_file),
      cmocka_unit_test(ogg_orders),
      cmocka_unit_test(full_scale_everywhere_never_clips),
      cmocka_unit_test(mono_is_not_made_quieter),
      cmocka_unit_test(loose_maps),
  };
  return cmocka_run_group_tests_name("audio/channels", tests, make_folder, remove_folder);
}
