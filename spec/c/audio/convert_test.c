/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Converted sources against a stranger's decoder and resampler: the same length, a residual at
 * the dither's floor. ffmpeg decodes to float, mixes by BS.775, resamples with soxr at 20 bits.
 */
#include <math.h>

#include "../../support/audio/fixtures.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 3 -b 24 t.wav synth 3.0137 sine 100-9000 sine 440 pinknoise && "
      "sox -R t.wav -b 24 base44.wav remix 1v0.5,3v0.4 2v0.5,3v0.4");
  run("sox -R base44.wav -b 24 base48.wav rate -v 48k && sox -R base44.wav -b 16 s44.wav");
  run("sox -R base44.wav -b 24 base96.wav rate -v 96k && flac -s -o f96.flac base96.wav");
  run("sox -R base44.wav -e float -b 32 f192.wav rate -v 192k");
  run("sox -R base44.wav -c 1 -b 8 -e unsigned u8.wav rate -v 22050 remix 1");
  run("sox -R base48.wav -b 16 s48.wav && sox -R s48.wav s48.aiff remix 1");
  run("lame --quiet -b 192 s44.wav m44.mp3 && lame --quiet -V 2 s48.wav m48.mp3");
  run("oggenc -Q -s 1 -q 5 s48.wav -o v48.ogg && opusenc --quiet --bitrate 128 s48.wav "
      "o48.opus");
  run("sox -R base48.wav -b 16 six.wav remix 1v.8 2v.8 1v.3,2v.3 1v.2 2v.4 1v.4");
  return 0;
}

static double residual(const char *name, const char *filter, uint64_t *theirs) {
  struct bytes ours = render(name);
  struct bytes fair = output(
      "ffmpeg -v error -i %s -af '%saresample=44100:resampler=soxr:"
      "precision=20:osf=flt' -f f32le -",
      name, filter);
  size_t samples = fair.size / 4;
  const float *floats = (const float *)(const void *)fair.data;
  double sum = 0;
  *theirs = samples / 2;
  assert_int_equal(ours.size / 4, samples / 2);
  for (size_t i = 0; i < samples; i++) {
    double want = floats[i] > 32767 / 32768.0 ? 32767 / 32768.0
                  : floats[i] < -1            ? -1
                                              : floats[i];
    double difference = want - sample(ours, i) / 32768.0;
    sum += difference * difference;
  }
  free(ours.data);
  free(fair.data);
  return 10 * log10(sum / (double)samples + 1e-30);
}

/* 132904 = round(3.0137 * 44100), MP3, Vorbis and Opus at their exact length too. */
static void as_a_stranger_converts(void **state) {
  (void)state;
  static const struct {
    const char *name, *filter;
  } rows[] = {
      {"base44.wav", ""},
      {"base48.wav", ""},
      {"f96.flac", ""},
      {"f192.wav", ""},
      {"u8.wav", "pan=stereo|c0=c0|c1=c0,"},
      {"s48.aiff", "pan=stereo|c0=c0|c1=c0,"},
      {"m44.mp3", ""},
      {"m48.mp3", ""},
      {"v48.ogg", ""},
      {"o48.opus", ""},
      {"six.wav",
       "aformat=flt,pan=stereo|c0=0.41421356*c0+0.29289322*c2+0.29289322*c4|"
       "c1=0.41421356*c1+0.29289322*c2+0.29289322*c5,"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint64_t frames = 0;
    double level = residual(rows[i].name, rows[i].filter, &frames);
    if (level > -90 || frames < 132903 || frames > 132906)
      fail_msg("%s: residual %.1f dBFS, %llu frames", rows[i].name, level,
               (unsigned long long)frames);
  }
}

static void announced_is_what_comes(void **state) {
  (void)state;
  static const unsigned rates[] = {4000,  8000,  11025, 16000, 22050,  32000,  37800,
                                   44056, 47952, 48000, 88200, 176400, 192000, 768000};
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    run("sox -n -r %u -c 1 -b 24 rate.wav synth 1.37 sine 300", rates[i]);
    struct redbook_source *source = open_whole("rate.wav");
    struct redbook_error err;
    int64_t said = redbook_source_announced_sectors(source);
    int64_t in = redbook_source_format(source)->announced_frames;
    assert_true(redbook_source_scan(source, NULL, NULL, &err));
    const struct redbook_source_scan *scan = redbook_source_scanned(source);
    assert_int_equal(scan->sectors, said);
    assert_int_equal(scan->frames, (int64_t)floor((double)in * 44100 / rates[i] + 0.5));
    redbook_source_unref(source);
  }
}

static void read_sizes_do_not_matter(void **state) {
  (void)state;
  static const char *const names[] = {"f96.flac", "m48.mp3", "v48.ogg", "u8.wav", "s44.wav"};
  static const uint32_t rooms[] = {1, 3, 27, 64, 1000};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++)
      assert_same(render_part(names[i], 0, -1, rooms[k]), render(names[i]));
}

/* A part is cut from the converted whole: only the dither differs, by 2 LSB at most each. */
static void part_of_a_resampled_file(void **state) {
  (void)state;
  static const char *const names[] = {"base48.wav", "v48.ogg", "m44.mp3", "o48.opus",
                                      "f96.flac",   "u8.wav",  "odd.wav", "base44.wav"};
  run("sox -R base48.wav -b 24 odd.wav rate 44056"); /* source frames meet sectors each 75 */
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct bytes whole = render(names[i]), part = render_part(names[i], 101, 60, 13);
    struct bytes rest = render_part(names[i], 200, -1, 13);
    assert_int_equal(part.size, 60 * 2352);
    assert_int_equal(rest.size, whole.size - 200 * 2352);
    for (size_t k = 0; k < part.size / 2; k++)
      assert_true(abs(sample(part, k) - sample(whole, 101 * 1176 + k)) <= 3);
    for (size_t k = 0; k < rest.size / 2; k++)
      assert_true(abs(sample(rest, k) - sample(whole, 200 * 1176 + k)) <= 3);
    free(whole.data);
    free(part.data);
    free(rest.data);
  }
}

/* Level of a rendered tone re full scale, the edges left out. */
static double level_of(unsigned rate, unsigned hertz) {
  run("sox -D -r %u -n -c 1 -e float -b 32 tone.wav synth 2 sine %u vol 0.8", rate, hertz);
  struct bytes bytes = render("tone.wav");
  double sum = 0;
  for (size_t i = 11025; i < 77175; i++) {
    double value = sample(bytes, 2 * i) / 32768.0;
    sum += value * value;
  }
  free(bytes.data);
  return 10 * log10(sum / 66150);
}

/* What lies above 22.05 kHz is gone below the dither's noise; 20 kHz is as loud as it was:
 * 0.8 / sqrt(2) is -4.948 dB. */
static void filter_of_the_resampler(void **state) {
  (void)state;
  static const struct {
    unsigned rate, hertz;
  } gone[] = {{48000, 22100}, {48000, 23000}, {96000, 22100}, {96000, 30000}, {192000, 60000}},
    kept[] = {{48000, 20}, {48000, 1000}, {48000, 20000}, {96000, 20000}, {192000, 20000}};
  for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
    assert_true(fabs(level_of(gone[i].rate, gone[i].hertz) + 96.33) < 0.2);
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    assert_true(fabs(level_of(kept[i].rate, kept[i].hertz) + 4.948) < 0.02);
}

static void part_beyond_a_lossy_end(void **state) {
  (void)state;
  const struct redbook_source_part start = {1000, -1}, end = {220, 20};
  assert_refused_part("v48.ogg", &start, 0xC0AA050Du, "begins: sector 1000");
  assert_refused_part("m44.mp3", &end, 0xC0AA050Du, "20 sectors from 220, there are 227");
}

/* A float sine 12 dB over full scale: both rails are reached, and no sample jumps from one to
 * the other as a wrapped one would. */
static void overs_are_clamped(void **state) {
  (void)state;
  run("ffmpeg -v error -f lavfi -i 'aevalsrc=4*sin(2*PI*100*t)|4*sin(2*PI*100*t):s=44100:d=1' "
      "-c:a pcm_f32le over.wav");
  struct redbook_source *source = open_whole("over.wav");
  struct bytes bytes = drain(source, 26);
  bool top = false, bottom = false;
  for (size_t i = 2; i < 44100 * 2; i++) {
    int now = sample(bytes, i), before = sample(bytes, i - 2);
    assert_true(abs(now - before) < 2500);
    top |= now == 32767;
    bottom |= now == -32768;
  }
  assert_true(top && bottom);
  /* asin(1/4) * 4 of a turn of 2 pi stays below full scale: 83.9 % of 88 200 do not */
  uint64_t clipped = redbook_source_scanned(source)->clipped_samples;
  assert_true(clipped > 73647 && clipped < 74353);
  free(bytes.data);
  redbook_source_unref(source);
}

/* A lossy file of a clipped square: its decoder overshoots, and sf_readf_short would wrap. */
static void lossy_overs_do_not_wrap(void **state) {
  (void)state;
  run("sox -R -n -r 44100 -c 2 -b 16 square.wav synth 3 square 220 vol 0.99");
  run("oggenc -Q -s 1 -q 2 square.wav && lame --quiet -b 96 square.wav square.mp3");
  static const char *const names[] = {"square.ogg", "square.mp3"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    uint64_t frames = 0;
    struct redbook_source *source = open_whole(names[i]);
    free(drain(source, 26).data);
    assert_true(redbook_source_scanned(source)->clipped_samples > 1000);
    redbook_source_unref(source);
    assert_true(residual(names[i], "", &frames) < -90);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_a_stranger_converts),   cmocka_unit_test(announced_is_what_comes),
      cmocka_unit_test(read_sizes_do_not_matter), cmocka_unit_test(part_of_a_resampled_file),
      cmocka_unit_test(filter_of_the_resampler),  cmocka_unit_test(part_beyond_a_lossy_end),
      cmocka_unit_test(overs_are_clamped),        cmocka_unit_test(lossy_overs_do_not_wrap),
  };
  return cmocka_run_group_tests_name("audio/convert", tests, make_files, remove_folder);
}
