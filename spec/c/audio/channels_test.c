/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channel layouts to stereo: the weights of ITU-R BS.775, and each channel of real files. */
#include <math.h>
#include <sndfile.h>

#include "../../support/audio/fixtures.h"
#include "audio/stages.h"

#define MOST 8
#define FRAMES \
  17640 /* of a file; half of them, a whole number of every tone's periods, are measured */

static int16_t tone_of(struct bytes bytes, int side, double hertz) {
  double re = 0, im = 0;
  size_t frames = FRAMES / 2;
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
  for (int i = 0; i < FRAMES; i++) {
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
        fail_msg("%s of %d channels, channel %d side %d: %d instead of %d", name, channels, c,
                 side, got, want);
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
  redbook_mix_init(&mix, map, 3);
  assert_int_equal(mix.width, 2);
  assert_true(mix.left[0] == 1 && mix.right[0] == 0);
  assert_true(mix.left[1] == 0 && mix.right[1] == 0);
  assert_true(mix.left[2] == 0 && mix.right[2] == 1);
}

/* What ffmpeg's names for speakers weigh before they are scaled. */
static const struct speaker {
  char name[4];
  double left, right;
} speakers[] = {
    {"FL", 1, 0},  {"FR", 0, 1},  {"FC", H, H},   {"LFE", 0, 0}, {"BL", H, 0}, {"BR", 0, H},
    {"FLC", 1, 0}, {"FRC", 0, 1}, {"BC", .5, .5}, {"SL", H, 0},  {"SR", 0, H},
};

/* As `ffmpeg -layouts` takes them apart; returns the channels. */
static int weights_of(const char *speakers_text, double weights[MOST][2]) {
  int channels = 0;
  double left = 0, right = 0;
  char text[64], *rest = text;
  (void)snprintf(text, sizeof text, "%s", speakers_text);
  for (const char *name; (name = strsep(&rest, "+")) != NULL; channels++)
    for (size_t i = 0; i < sizeof speakers / sizeof *speakers; i++)
      if (strcmp(name, speakers[i].name) == 0) {
        left += weights[channels][0] = speakers[i].left;
        right += weights[channels][1] = speakers[i].right;
      }
  assert_true(fabs(left - right) < 1e-9);
  for (int c = 0; c < channels && left > 1; c++)
    weights[c][0] /= left, weights[c][1] /= left;
  return channels;
}

/* Every layout that ffmpeg knows, as it writes it: FLAC with its mask as a comment, masks of
 * WAVE, AIFF and CAF with Apple's numbers and bit maps. */
static void layouts_of_files(void **state) {
  (void)state;
  static const char *const rows[][2] = {
      {"2.1", "FL+FR+LFE"},
      {"3.0", "FL+FR+FC"},
      {"3.0(back)", "FL+FR+BC"},
      {"4.0", "FL+FR+FC+BC"},
      {"quad", "FL+FR+BL+BR"},
      {"quad(side)", "FL+FR+SL+SR"},
      {"3.1", "FL+FR+FC+LFE"},
      {"5.0", "FL+FR+FC+BL+BR"},
      {"5.0(side)", "FL+FR+FC+SL+SR"},
      {"4.1", "FL+FR+FC+LFE+BC"},
      {"5.1", "FL+FR+FC+LFE+BL+BR"},
      {"5.1(side)", "FL+FR+FC+LFE+SL+SR"},
      {"6.0", "FL+FR+FC+BC+SL+SR"},
      {"6.0(front)", "FL+FR+FLC+FRC+SL+SR"},
      {"hexagonal", "FL+FR+FC+BL+BR+BC"},
      {"6.1", "FL+FR+FC+LFE+BC+SL+SR"},
      {"6.1(back)", "FL+FR+FC+LFE+BL+BR+BC"},
      {"6.1(front)", "FL+FR+LFE+FLC+FRC+SL+SR"},
      {"7.0", "FL+FR+FC+BL+BR+SL+SR"},
      {"7.0(front)", "FL+FR+FC+FLC+FRC+SL+SR"},
      {"7.1", "FL+FR+FC+LFE+BL+BR+SL+SR"},
      {"7.1(wide)", "FL+FR+FC+LFE+BL+BR+FLC+FRC"},
      {"7.1(wide-side)", "FL+FR+FC+LFE+FLC+FRC+SL+SR"},
      {"octagonal", "FL+FR+FC+BL+BR+BC+SL+SR"},
  };
  static const char *const kinds[] = {"l.flac", "l.wav", "l.w64", "l.aiff", "l.caf"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double weights[MOST][2];
    int channels = weights_of(rows[i][1], weights);
    make_channels("n.wav", channels, NULL, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
    run("ffmpeg -v error -y -i n.wav -filter_complex 'channelmap=map=%.*s:channel_layout=%s,"
        "asplit=5[a][b][c][d][e]' -map '[a]' l.flac -map '[b]' l.wav -map '[c]' l.w64 -map "
        "'[d]' "
        "l.aiff -map '[e]' l.caf",
        2 * channels - 1, "0|1|2|3|4|5|6|7", rows[i][0]);
    bool wide = strcmp(rows[i][0], "7.1(wide-side)") == 0; /* see layout.c */
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds - (wide ? 2 : 0); k++)
      assert_weights(kinds[k], channels, weights, 2);
    if (wide || (strchr("2367", *rows[i][0]) && !strchr(rows[i][0], '('))) {
      run("ffmpeg -v error -y -i l.flac -c copy l.mka");
      assert_weights("l.mka", channels, weights, 2);
    }
  }
}

static void put32(FILE *file, unsigned long value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    assert_int_not_equal(fputc((int)(value >> shift & 0xFF), file), EOF);
}

/* n.caf or n.aiff of `channels`, with a layout chunk of these words. */
static const char *with_chunk(bool caf, int channels, const uint32_t *words, size_t count) {
  make_channels("n.wav", channels, NULL, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  run("ffmpeg -v error -y -i n.wav -f s16be n.raw");
  struct bytes sound = output("cat n.raw");
  const char *name = caf ? "n.caf" : "n.aiff";
  FILE *file = fopen(in_folder(name), "wb");
  assert_non_null(file);
  unsigned long size = sound.size;
  unsigned width = (unsigned)channels * 2;
  if (caf) {
    (void)fwrite("caff\0\1\0\0desc\0\0\0\0\0\0\0\x20\x40\xE5\x88\x80\0\0\0\0lpcm\0\0\0\0", 1,
                 36, file);
    put32(file, width), put32(file, 1), put32(file, (unsigned)channels), put32(file, 16);
    (void)fwrite("chan", 1, 4, file), put32(file, 0), put32(file, 4 * count);
  } else {
    (void)fwrite("FORM", 1, 4, file), put32(file, 4 + 8 + 4 * count + 26 + 16 + size);
    (void)fwrite("AIFFCHAN", 1, 8, file), put32(file, 4 * count);
  }
  for (size_t i = 0; i < count; i++)
    put32(file, words[i]);
  if (caf) {
    (void)fwrite("data", 1, 4, file), put32(file, 0), put32(file, size + 4), put32(file, 0);
  } else {
    (void)fwrite("COMM", 1, 4, file), put32(file, 18);
    (void)fputc(0, file), (void)fputc(channels, file), put32(file, size / width);
    (void)fwrite("\0\x10\x40\x0E\xAC\x44\0\0\0\0\0\0SSND", 1, 16, file), put32(file, size + 8);
    put32(file, 0), put32(file, 0);
  }
  (void)fwrite(sound.data, 1, sound.size, file);
  assert_int_equal(fclose(file), 0);
  free(sound.data);
  return name;
}

/* Orders that only Apple has. */
static void layouts_of_apple(void **state) {
  (void)state;
  static const struct {
    uint32_t words[32];
    size_t count;
    int channels;
    const char *speakers;
  } rows[] = {
      {{114u << 16 | 3, 0, 0}, 3, 3, "FC+FL+FR"},
      {{124u << 16 | 6, 0, 0}, 3, 6, "FC+FL+FR+BL+BR+LFE"},
      {{127u << 16 | 8, 0, 0}, 3, 8, "FC+FLC+FRC+FL+FR+BL+BR+LFE"},
      {{140u << 16 | 7, 0, 0}, 3, 7, "FL+FR+BL+BR+FC+SL+SR"},
      {{201u << 16 | 8, 0, 0}, 3, 8, "FL+FR+SL+SR+BL+BR+FC+LFE"},
      {{213u << 16 | 6, 0, 0}, 3, 6, "FL+FC+FR+BL+BR+LFE"},
      {{1u << 16, 0x107, 0}, 3, 4, "FL+FR+FC+BC"},
      {{1u << 16, 0, 0}, 3, 4, "FL+FR+BL+BR"},          /* nothing is said */
      {{0xFFFFu << 16 | 4, 0, 0}, 3, 4, "FL+FR+BL+BR"}, /* nor here */
      {{0, 0, 0}, 3, 4, "FL+FR+BL+BR"},                 /* nor here */
      {{0, 0, 4, 9, 0, 0, 0, 0, 2, 0, 0, 0, 0, 37, 0, 0, 0, 0, 1}, 23, 4, "BC+FR+LFE+FL"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int caf = 0; caf < 2; caf++) {
      double weights[MOST][2];
      assert_int_equal(weights_of(rows[i].speakers, weights), rows[i].channels);
      assert_weights(with_chunk(caf, rows[i].channels, rows[i].words, rows[i].count),
                     rows[i].channels, weights, 2);
    }
}

/* What is no layout of so many channels is no reason to take another one. */
static void what_cannot_be_followed_is_refused(void **state) {
  (void)state;
  static const uint32_t discrete[] = {147u << 16 | 4, 0, 0}, other[] = {121u << 16 | 6, 0, 0},
                        bitmap[] = {1u << 16, 0x7, 0}, beyond[] = {1u << 16, 0x80000007, 0},
                        ambisonic[] = {107u << 16 | 4, 0, 0}, half[] = {121u << 16 | 4, 0},
                        lfe[23] = {0, 0, 4, [3] = 4, [8] = 4, [13] = 4, [18] = 37},
                        unknown[23] = {0, 0, 4, [3] = 1, [8] = 2, [13] = 3, [18] = 200},
                        few[23] = {0, 0, 3, [3] = 1, [8] = 2, [13] = 3};
  static const struct {
    const uint32_t *words;
    size_t count;
    const char *why;
  } rows[] = {{discrete, 3, "layout 147 of 4 channels"},
              {other, 3, "layout 121 of 6 channels"},
              {bitmap, 3, "bitmap 0x7"},
              {beyond, 3, "bitmap 0x80000007"},
              {ambisonic, 3, "layout 107 of 4 channels"},
              {half, 2, "chunk of 8 bytes"},
              {lfe, 23, "channel 4 with the label 37"},
              {unknown, 23, "channel 4 with the label 200"},
              {few, 23, "descriptions of 3 channels"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int caf = 0; caf < 2; caf++)
      assert_refused(with_chunk(caf, 4, rows[i].words, rows[i].count), rows[i].why);
  static const char *const masks[] = {"0x0", "0x3", "0x3F", "0x80000007", "0x33 or so", ""};
  run("flac -s -f --channel-map=none n.wav -o n.flac");
  for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
    run("metaflac --remove-all-tags --set-tag='WAVEFORMATEXTENSIBLE_CHANNEL_MASK=%s' n.flac",
        masks[i]);
    assert_refused("n.flac", "the mask 0x");
  }
  double weights[MOST][2];
  assert_int_equal(weights_of("FL+FR+FC+LFE", weights), 4);
  run("metaflac --remove-all-tags --set-tag=A=B n.flac && "
      "metaflac --set-tag=waveformatextensible_channel_MASK=0X00000f n.flac");
  assert_weights("n.flac", 4, weights, 2);
}

/* SPEAKER_ALL is no speaker in particular. */
static void mask_of_all_speakers(void **state) {
  (void)state;
  double weights[MOST][2];
  make_channels("n.wav", 4, NULL, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  run("ffmpeg -v error -y -i n.wav -c copy all.wav && "
      "printf '\\000\\000\\000\\200' | dd of=all.wav bs=1 seek=40 conv=notrunc status=none && "
      "[ \"$(od -An -tx4 -j40 -N4 all.wav)\" = ' 80000000' ]");
  assert_int_equal(weights_of("FL+FR+BL+BR", weights), 4);
  assert_weights("all.wav", 4, weights, 2);
}

/* ffmpeg decodes it, and takes four channels for a quadrophony. */
static void mask_of_flac_in_ogg(void **state) {
  (void)state;
  static const char *const rows[][3] = {{"0xF", "FL+FR+FC+LFE", "n4.oga"},
                                        {"0x107", "FL+FR+FC+BC", "n5.oga"},
                                        {"0x33", "FL+FR+BL+BR", "n6.oga"}};
  make_channels("n.wav", 4, NULL, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double weights[MOST][2];
    assert_int_equal(weights_of(rows[i][1], weights), 4);
    run("flac -s --ogg --channel-map=none -T WAVEFORMATEXTENSIBLE_CHANNEL_MASK=%s n.wav -o %s",
        rows[i][0], rows[i][2]);
    assert_weights(rows[i][2], 4, weights, 2);
  }
  run("flac -s --ogg --channel-map=none -T WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x3 n.wav -o "
      "n3.oga");
  assert_refused("n3.oga", "(the mask 0x3)");
}

/* A mask of fewer bits than channels, and ambisonic sound, as WAVE has them. */
static void masks_that_cannot_be_followed(void **state) {
  (void)state;
  static const int front[4] = {SF_CHANNEL_MAP_LEFT, SF_CHANNEL_MAP_RIGHT, SF_CHANNEL_MAP_CENTER,
                               SF_CHANNEL_MAP_LFE};
  make_channels("f.wav", 4, front, SF_FORMAT_WAVEX | SF_FORMAT_PCM_16);
  run("printf '\\003' | dd of=f.wav bs=1 seek=40 conv=notrunc status=none");
  assert_refused("f.wav", "fewer speakers than channels");
  SF_INFO info = {
      .samplerate = 44100, .channels = 4, .format = SF_FORMAT_WAVEX | SF_FORMAT_PCM_16};
  SNDFILE *file = sf_open(in_folder("b.wav"), SFM_WRITE, &info);
  float frame[4] = {0.5f, 0, 0, 0};
  assert_int_equal(sf_command(file, SFC_WAVEX_SET_AMBISONIC, NULL, SF_AMBISONIC_B_FORMAT),
                   SF_AMBISONIC_B_FORMAT);
  for (int i = 0; i < 44100; i++)
    assert_int_equal(sf_writef_float(file, frame, 1), 1);
  assert_int_equal(sf_close(file), 0);
  assert_refused("b.wav", "ambisonic");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wave_order_without_a_map),
      cmocka_unit_test(map_of_the_file),
      cmocka_unit_test(ogg_orders),
      cmocka_unit_test(full_scale_everywhere_never_clips),
      cmocka_unit_test(mono_is_not_made_quieter),
      cmocka_unit_test(loose_maps),
      cmocka_unit_test(layouts_of_files),
      cmocka_unit_test(layouts_of_apple),
      cmocka_unit_test(what_cannot_be_followed_is_refused),
      cmocka_unit_test(mask_of_all_speakers),
      cmocka_unit_test(mask_of_flac_in_ogg),
      cmocka_unit_test(masks_that_cannot_be_followed),
  };
  return cmocka_run_group_tests_name("audio/channels", tests, make_folder, remove_folder);
}
