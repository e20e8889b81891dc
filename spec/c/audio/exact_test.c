/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Integer sources of at most 16 bits at 44.1 kHz come out bit by bit, as sox and flac say. */
#include <sndfile.h>

#include "../../support/audio/fixtures.h"

#define RAW "-t raw -e signed -b 16 -L -c 2 -"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 a.wav synth 3.1234 pinknoise sine 300-3000 vol 0.9");
  run("sox a.wav a.aiff && sox a.wav a.au && sox a.wav a.caf && sox a.wav a.w64 && sox a.wav "
      "-B rifx.wav && sox a.wav a.sph && sox a.wav -B big.sph");
  run("ffmpeg -v error -i a.wav -rf64 always a.rf64.wav");
  run("ffmpeg -v error -i a.wav -c:a pcm_s16le -f aiff sowt.aiff");
  run("flac -s -o a.flac a.wav");
  run("sox -D a.wav -c 1 mono.wav remix 1 && sox mono.wav mono.aiff && flac -s mono.wav");
  run("sox -D a.wav -b 8 -e unsigned u8.wav && sox -D a.wav -b 8 -c 1 s8.aiff remix 2");
  return 0;
}

static void stereo_containers(void **state) {
  (void)state;
  static const char *const names[] = {"a.wav", "a.aiff",     "a.au",      "a.caf",
                                      "a.w64", "a.rf64.wav", "sowt.aiff", "rifx.wav",
                                      "a.sph", "big.sph"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    assert_same(render(names[i]), output("sox a.wav " RAW));
}

/* libsndfile writes the width of u-law as a text of one digit. */
static void sphere_of_libsndfile(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int format;
  } rows[] = {{"u.sph", SF_FORMAT_NIST | SF_FORMAT_ULAW},
              {"u.au", SF_FORMAT_AU | SF_FORMAT_ULAW}};
  for (size_t i = 0; i < 2; i++) {
    SF_INFO info = {.samplerate = 8000, .channels = 1, .format = rows[i].format};
    SNDFILE *file = sf_open(in_folder(rows[i].name), SFM_WRITE, &info);
    for (int n = 0; n < 8000; n++) {
      short value = (short)(n * 7919 % 20000 - 10000);
      assert_int_equal(sf_write_short(file, &value, 1), 1);
    }
    assert_int_equal(sf_close(file), 0);
  }
  assert_same(render("u.sph"), render("u.au"));
  struct redbook_source *source = open_whole("u.sph");
  assert_string_equal(redbook_source_format(source)->container, "NIST SPHERE");
  assert_int_equal(redbook_source_format(source)->announced_frames, 8000);
  redbook_source_unref(source);
  run("{ head -c 8 u.sph; printf '   2048\\n'; tail -c +17 u.sph | head -c 1008; "
      "head -c 1024 /dev/zero; tail -c +1025 u.sph; } > long.sph");
  assert_same(render("long.sph"), render("u.au"));
  run("head -c 5000 u.sph > cut.sph");
  assert_refused("cut.sph", "is cut off: it ends at 0.50 s, its header says 1.00 s");
}

static void flac_as_flac_decodes_it(void **state) {
  (void)state;
  assert_same(render("a.flac"),
              output("flac -s -d -c --force-raw-format --endian=little --sign=signed a.flac"));
}

static void mono_is_doubled(void **state) {
  (void)state;
  assert_same(render("mono.wav"), output("sox mono.wav " RAW " remix 1 1"));
  assert_same(render("mono.aiff"), output("sox mono.wav " RAW " remix 1 1"));
  assert_same(render("mono.flac"), output("sox mono.wav " RAW " remix 1 1"));
}

static void eight_bits_become_the_high_byte(void **state) {
  (void)state;
  assert_same(render("u8.wav"), output("sox -D u8.wav " RAW));
  assert_same(render("s8.aiff"), output("sox -D s8.aiff " RAW " remix 1 1"));
  struct bytes bytes = render("u8.wav");
  for (size_t i = 0; i < bytes.size; i += 2)
    assert_int_equal(bytes.data[i], 0);
  free(bytes.data);
}

static void format_says_so(void **state) {
  (void)state;
  struct redbook_source *source = open_whole("a.flac");
  const struct redbook_source_format *format = redbook_source_format(source);
  assert_string_equal(format->container, "FLAC");
  assert_string_equal(format->encoding, "16-bit integer");
  assert_int_equal(format->sample_rate, 44100);
  assert_int_equal(format->channels, 2);
  assert_int_equal(format->bits, 16);
  assert_true(format->exact);
  assert_int_equal(format->announced_frames, 137742); /* 3.1234 s */
  assert_int_equal(redbook_source_announced_sectors(source), 235);
  assert_string_equal(redbook_source_name(source), in_folder("a.flac"));
  redbook_source_unref(source);
}

/* A pipe leaves FLAC's total unknown: seeking to a part works all the same. */
static void part_of_an_unknown_length(void **state) {
  (void)state;
  run("sox a.wav -t raw - | flac -s -c --force-raw-format --endian=little --sign=signed "
      "--channels=2 --bps=16 --sample-rate=44100 - | cat > unknown.flac");
  assert_same(render_part("unknown.flac", 100, 50, 7),
              output("sox a.wav " RAW " trim 58800s 29400s"));
  assert_same(render_part("unknown.flac", 230, -1, 7),
              output("sox a.wav " RAW " trim 135240s"));
}

static void part_is_a_slice(void **state) {
  (void)state;
  static const char *const names[] = {"a.wav", "a.flac", "a.aiff", "a.caf", "a.w64", "a.au"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_same(render_part(names[i], 100, 50, 7),
                output("sox a.wav " RAW " trim 58800s 29400s"));
    assert_same(render_part(names[i], 234, -1, 7), output("sox a.wav " RAW " trim 137592s"));
    assert_same(render_part(names[i], 0, 235, 7), output("sox a.wav " RAW));
  }
  assert_same(render_part("mono.flac", 3, 5, 2),
              output("sox mono.wav " RAW " trim 1764s 2940s remix 1 1"));
}

static void announced_length_of_a_part(void **state) {
  (void)state;
  struct redbook_error err;
  struct redbook_source_part rest = {200, -1}, piece = {200, 7};
  struct redbook_source *source = redbook_source_open(in_folder("a.wav"), &rest, NULL, &err);
  assert_int_equal(redbook_source_announced_sectors(source), 35);
  redbook_source_unref(source);
  source = redbook_source_open(in_folder("a.wav"), &piece, NULL, &err);
  assert_int_equal(redbook_source_announced_sectors(source), 7);
  redbook_source_unref(source);
}

static void part_beyond_the_end(void **state) {
  (void)state;
  const struct redbook_source_part start = {235, -1}, end = {200, 36}, none = {0, 0},
                                   before = {-1, 5};
  assert_refused_part("a.wav", &start, 0xC0AA050Du, "ends before its part begins: sector 235");
  assert_refused_part("a.flac", &end, 0xC0AA050Du,
                      "ends before its part does: 36 sectors from 200, there are 235");
  struct redbook_error err;
  char path[1024];
  (void)snprintf(path, sizeof path, "%s/a.wav", fixture_folder);
  assert_null(redbook_source_open(path, &start, NULL, &err));
  assert_string_equal(err.advice,
                      "Correct the times of its parts in the cue sheet or list that "
                      "names it, or take the file they were made for.");
  assert_refused_part("a.wav", &none, 0x80070057u, "start 0 and length 0");
  assert_refused_part("a.wav", &before, 0x80070057u, "start -1 and length 5");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stereo_containers),
      cmocka_unit_test(flac_as_flac_decodes_it),
      cmocka_unit_test(mono_is_doubled),
      cmocka_unit_test(eight_bits_become_the_high_byte),
      cmocka_unit_test(format_says_so),
      cmocka_unit_test(sphere_of_libsndfile),
      cmocka_unit_test(part_of_an_unknown_length),
      cmocka_unit_test(part_is_a_slice),
      cmocka_unit_test(announced_length_of_a_part),
      cmocka_unit_test(part_beyond_the_end),
  };
  return cmocka_run_group_tests_name("audio/exact", tests, make_files, remove_folder);
}
