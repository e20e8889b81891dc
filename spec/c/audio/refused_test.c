/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not sound, or sound that cannot be decoded, is refused by its content and named. */
#include <errno.h>

#include "../../support/audio/fixtures.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 a.wav synth 2 sine 440 vol 0.5");
  run("sox -R -n -r 16000 -c 1 -b 16 speech.wav synth 2 sine 440 vol 0.5");
  return 0;
}

static void not_audio(void **state) {
  (void)state;
  uint8_t noise[100000];
  uint32_t x = 1;
  for (size_t i = 0; i < sizeof noise; i++)
    noise[i] = (uint8_t)((x = x * 69069 + 1) >> 24);
  write_file("random.flac", noise, sizeof noise);
  write_file("empty.wav", "", 0);
  write_file("notes.wav", "These are only words.\n", 22);
  write_file("picture.mp3", "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xFF\xD9", 22);
  write_file("one.wav", "R", 1);
  assert_refused("random.flac", "is not a sound file that can be decoded");
  assert_refused("empty.wav", "is empty");
  assert_refused("notes.wav", "is text");
  assert_refused("picture.mp3", "a JPEG picture");
  assert_refused("one.wav", "is text");
  assert_refused("", "is a folder");
  assert_refused_part("nowhere.wav", NULL, 0x80070002u, "no such file");
  assert_refused_part("a.wav/b.wav", NULL, 0x80070002u, "no such file");
}

static void raw_samples_by_path_are_not_taken(void **state) {
  (void)state;
  run("sox a.wav -t raw headerless.wav");
  assert_refused("headerless.wav", "is not a sound file");
}

/* A path is not the place for headerless samples, a sound file not for the group of devices. */
static void advice_fits_a_path(void **state) {
  (void)state;
  struct redbook_error err;
  write_file("nothing.wav", "", 0);
  redbook_error_clear(&err);
  assert_null(redbook_source_open(in_folder("nothing.wav"), NULL, NULL, &err));
  assert_string_equal(err.advice,
                      "Pass a sound file that is whole: WAV, FLAC, AIFF, Ogg Vorbis, Opus, "
                      "MP3, CAF, W64 or AU.");
  run("cp a.wav shut.wav && chmod 000 shut.wav");
  uid_t was = geteuid();
  if (was == 0) assert_int_equal(seteuid(65534), 0);
  redbook_error_clear(&err);
  assert_null(redbook_source_open(in_folder("shut.wav"), NULL, NULL, &err));
  if (was == 0) assert_int_equal(seteuid(was), 0);
  assert_string_equal(err.advice, "Check the rights of the file and of its folder.");
  redbook_error_clear(&err);
  assert_null(redbook_source_open(in_folder("gone.wav"), NULL, NULL, &err));
  assert_string_equal(err.advice, "Check the file's name and folder.");
}

static void fifo_does_not_block(void **state) {
  (void)state;
  assert_int_equal(mkfifo(in_folder("fifo.wav"), 0600), 0);
  assert_refused("fifo.wav", "is not a regular file");
}

static void unreadable(void **state) {
  (void)state;
  run("cp a.wav secret.wav && chmod 000 secret.wav");
  uid_t was = geteuid();
  if (was == 0) assert_int_equal(seteuid(65534), 0);
  assert_refused_part("secret.wav", NULL, 0x80070005u, "cannot be opened");
  if (was == 0) assert_int_equal(seteuid(was), 0);
}

static void playlists(void **state) {
  (void)state;
  write_file("list.wav", "#EXTM3U\n#EXTINF:1,a\na.wav\n", 26);
  write_file("bom.wav", "\xEF\xBB\xBF#EXTM3U\r\na.wav\r\n", 19);
  write_file("hls.mp3", "#EXTM3U\n#EXT-X-VERSION:3\n", 25);
  write_file("pls.wav", "[playlist]\nFile1=a.wav\n", 23);
  assert_refused("list.wav", "is a playlist");
  assert_refused("bom.wav", "is a playlist");
  assert_refused("hls.mp3", "is a playlist");
  assert_refused("pls.wav", "is a playlist");
}

/* As on a machine without ffmpeg. */
static char programs[4096];
static void hide_programs(void) {
  const char *path = getenv("PATH");
  (void)snprintf(programs, sizeof programs, "%s", path ? path : "");
  assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
}
static void show_programs(void) {
  assert_int_equal(setenv("PATH", programs, 1), 0);
}

static void foreign_formats(void **state) {
  (void)state;
  static const struct {
    const char *make, *file, *name;
  } rows[] = {
      {"ffmpeg -v error -i a.wav a.m4a", "a.m4a", "AAC or ALAC in MP4 (M4A)"},
      {"ffmpeg -v error -i a.wav -c:a alac b.m4a", "b.m4a", "AAC or ALAC in MP4 (M4A)"},
      {"ffmpeg -v error -i a.wav a.aac", "a.aac", "AAC (ADTS)"},
      {"ffmpeg -v error -i a.wav a.wma", "a.wma", "Windows Media (WMA/ASF)"},
      {"ffmpeg -v error -i a.wav a.wv", "a.wv", "WavPack"},
      {"ffmpeg -v error -i a.wav a.mka", "a.mka", "Matroska or WebM"},
      {"ffmpeg -v error -i a.wav -c:a libopus a.webm", "a.webm", "Matroska or WebM"},
      {"ffmpeg -v error -i a.wav a.ac3", "a.ac3", "AC-3"},
      {"ffmpeg -v error -i a.wav a.tta", "a.tta", "True Audio (TTA)"},
      {"ffmpeg -v error -i speech.wav a.spx", "a.spx", "Speex"},
      {"flac -s --ogg -o a.oga a.wav", "a.oga", "FLAC in Ogg"},
      {"ffmpeg -v error -i a.wav -c:a alac alac.caf", "alac.caf", "compressed sound in CAF"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run("%s", rows[i].make);
    hide_programs();
    assert_refused(rows[i].file, rows[i].name);
    assert_refused(rows[i].file, "there is no ffmpeg on this machine");
    show_programs();
  }
}

/* Formats no tool here writes: the first bytes that their specifications give. */
static void foreign_marks(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t size;
    const char *name;
  } rows[] = {
      {"MAC \x96\x0F\0\0\0\0\0\0\0\0\0", 16, "Monkey's Audio (APE)"},
      {"MPCKSH\0\0\0\0\0\0\0\0\0", 16, "Musepack"},
      {"MP+\x07\0\0\0\0\0\0\0\0\0\0\0", 16, "Musepack"},
      {"DSD \x1C\0\0\0\0\0\0\0\0\0\0", 16, "DSD (DSF)"},
      {"FRM8\0\0\0\0\0\0\1\0DSD", 16, "DSD (DSDIFF)"},
      {"\x7F\xFE\x80\x01\xFC\x3C\0\0\0\0\0\0\0\0\0", 16, "DTS"},
      {"MThd\0\0\0\6\0\1\0\1\0\x60\0", 16, "MIDI"},
      {"\x64\xA3\4\0\xAC\x44\0\0\0\0\0\1\0\0\0\2", 16, "is IRCAM, which"},
      {"\x66\x61p \0\0\0\0\1\0\0\0\0D\xAC\0", 16, "is Ensoniq PARIS (PAF), which"},
      {"FORM\0\0\4\0\x31\x36SVVHDR", 16, "is Amiga 16SV, which"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    write_file("mark.wav", rows[i].bytes, rows[i].size);
    assert_refused("mark.wav", rows[i].name); /* ffmpeg finds no sound in it */
    hide_programs();
    assert_refused("mark.wav", rows[i].name);
    show_programs();
  }
}

/* Libsndfile would take them, cut off or not. */
static void kinds_without_a_length_that_is_held(void **state) {
  (void)state;
  static const char *const rows[][2] = {
      {"voc", "is a Creative Voice File (VOC), which cannot be burned"},
      {"ircam", "is IRCAM, which cannot be burned"},
      {"paf", "is Ensoniq PARIS (PAF), which cannot be burned"},
      {"pvf", "is Portable Voice Format (PVF), which cannot be burned"},
      {"avr", "is Audio Visual Research (AVR), which cannot be burned"},
      {"mat5", "is MATLAB data (MAT5), which cannot be burned"},
      {"8svx", "is Amiga 8SVX, which cannot be burned"},
  };
  char name[16];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run("sox -n -r 8000 -c 1 old.%s synth 0.1 sine 440", rows[i][0]);
    (void)snprintf(name, sizeof name, "old.%s", rows[i][0]);
    assert_refused(name, rows[i][1]);
  }
}

static void nonsense_in_the_header(void **state) {
  (void)state;
  run("sox -n -r 1000 -c 2 -b 16 low.wav synth 1 sine 100");
  run("ffmpeg -v error -i a.wav -c:a copy -bsf:a null high.wav && "
      "printf '\\200\\204\\036\\000' | dd of=high.wav bs=1 seek=24 conv=notrunc");
  run("sox -n -r 44100 -c 9 -b 16 many.wav synth 1 sine 100");
  run("sox -n -r 44100 -c 2 -b 16 nothing.wav trim 0 0");
  run("head -c 30 a.wav > head.wav");
  assert_refused("low.wav", "sample rate of 1000 Hz");
  assert_refused("high.wav", "sample rate of 2000000 Hz");
  assert_refused("many.wav", "9 channels");
  assert_refused("nothing.wav", "its length is zero");
  assert_refused("head.wav", "no format chunk");
}

/* flac writes what libsndfile does not read; what is advised leaves a file that can be burned.
 */
static void flac_of_32_bits(void **state) {
  (void)state;
  struct redbook_error err;
  run("sox a.wav -e signed-integer -b 32 wide.wav && flac -s -f wide.wav");
  redbook_error_clear(&err);
  assert_null(redbook_source_open(in_folder("wide.flac"), NULL, NULL, &err));
  assert_string_equal(err.advice,
                      "Convert it to FLAC or WAV of 24 bits first: sox IN.flac -b 24 OUT.flac");
  run("sox wide.flac -b 24 narrow.flac");
  struct redbook_source *source =
      redbook_source_open(in_folder("narrow.flac"), NULL, NULL, &err);
  assert_non_null(source);
  redbook_source_unref(source);
}

static void samples_that_are_no_numbers(void **state) {
  (void)state;
  run("sox a.wav -e float -b 32 nan.wav"); /* with a header of 58 bytes */
  run("cp nan.wav inf.wav && printf '\\000\\000\\300\\177' | "
      "dd of=nan.wav bs=1 seek=200058 conv=notrunc");
  run("printf '\\000\\000\\200\\377' | dd of=inf.wav bs=1 seek=200058 conv=notrunc");
  assert_refused("nan.wav", "a sample is not a number");
  assert_refused("inf.wav", "a sample is not a number");
}

static void a_long_path_keeps_its_end(void **state) {
  (void)state;
  char path[600];
  memset(path, 'x', sizeof path);
  memcpy(path, "/tmp/", 5);
  memcpy(path + sizeof path - 10, "/song.wav", 10);
  struct redbook_error err;
  assert_null(redbook_source_open(path, NULL, NULL, &err));
  assert_non_null(strstr(err.message, "x/song.wav"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(not_audio),
      cmocka_unit_test(raw_samples_by_path_are_not_taken),
      cmocka_unit_test(advice_fits_a_path),
      cmocka_unit_test(fifo_does_not_block),
      cmocka_unit_test(unreadable),
      cmocka_unit_test(playlists),
      cmocka_unit_test(foreign_formats),
      cmocka_unit_test(foreign_marks),
      cmocka_unit_test(kinds_without_a_length_that_is_held),
      cmocka_unit_test(nonsense_in_the_header),
      cmocka_unit_test(flac_of_32_bits),
      cmocka_unit_test(samples_that_are_no_numbers),
      cmocka_unit_test(a_long_path_keeps_its_end),
  };
  return cmocka_run_group_tests_name("audio/refused", tests, make_files, remove_folder);
}
