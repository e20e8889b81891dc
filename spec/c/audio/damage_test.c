/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cut, damaged and joined files are refused with the place; lengths that a pipe left open are
 * measured. */
#include "../../support/audio/fixtures.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 a.wav synth 4 pinknoise sine 300-3000 vol 0.8");
  run("sox a.wav a.aiff && sox a.wav a.au && sox a.wav a.caf && sox a.wav a.w64 && "
      "sox a.wav a.sph");
  run("ffmpeg -v error -i a.wav -f wav -rf64 always a.rf64");
  run("flac -s a.wav && oggenc -Q -s 1 a.wav && opusenc --quiet a.wav a.opus");
  run("lame --quiet -b 128 a.wav a.mp3 && lame --quiet -t -b 128 a.wav plain.mp3");
  run("lame --quiet -V 4 a.wav vbr.mp3 && ffmpeg -v error -i a.wav a.mp2");
  run("sox a.wav a.raw");
  return 0;
}

static void cut(const char *from, int permille, const char *what) {
  char name[64];
  (void)snprintf(name, sizeof name, "cut-%s", from);
  run("head -c $(($(stat -c %%s %s) * %d / 1000)) %s > %s", from, permille, from, name);
  assert_refused(name, what);
}

static void pcm_cut_in_half(void **state) {
  (void)state;
  static const char *const names[] = {"a.wav", "a.aiff", "a.au", "a.w64", "a.rf64", "a.sph"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    cut(names[i], 500, "is cut off: it ends at 2.00 s, its header says 4.00 s");
    cut(names[i], 999, "is cut off");
  }
  cut("a.caf", 500, "is cut off: it ends at 1.99 s, its header says 4.00 s"); /* 4 KiB head */
}

static void compressed_cut_in_half(void **state) {
  (void)state;
  cut("a.flac", 500, "its header says 4.00 s");
  cut("a.flac", 990, "its header says 4.00 s");
  cut("a.ogg", 500, "is cut off");
  cut("a.ogg", 999, "within a page");
  cut("a.opus", 500, "is cut off");
  cut("a.opus", 999, "within a page");
  cut("a.mp3", 500, "is cut off: it ends at 2.0");
  cut("a.mp3", 990, "is cut off");
  cut("vbr.mp3", 500, "is cut off");
  cut("plain.mp3", 500, "is cut off: it ends at 2.0");
  cut("a.mp2", 503, "is cut off");
}

static void ogg_without_its_last_page(void **state) {
  (void)state;
  struct bytes ogg = output("cat a.ogg");
  size_t last = ogg.size - 4;
  while (memcmp(ogg.data + last, "OggS", 4) != 0)
    last--;
  write_file("no-end.ogg", ogg.data, last);
  free(ogg.data);
  assert_refused("no-end.ogg", "without an end-of-stream page");
}

/* One page of the middle taken out, one page's mark wiped, the beginning missing. */
static void ogg_pages_amiss(void **state) {
  (void)state;
  struct bytes ogg = output("cat a.ogg");
  size_t page = ogg.size / 2, next;
  while (memcmp(ogg.data + page, "OggS", 4) != 0)
    page++;
  for (next = page + 4; memcmp(ogg.data + next, "OggS", 4) != 0;)
    next++;
  write_file("from-middle.ogg", ogg.data + page, ogg.size - page);
  memset(ogg.data + page, 0, 4);
  write_file("unmarked.ogg", ogg.data, ogg.size);
  memmove(ogg.data + page, ogg.data + next, ogg.size - next);
  write_file("page-less.ogg", ogg.data, ogg.size - (next - page));
  free(ogg.data);
  assert_refused("from-middle.ogg", "without its beginning");
  assert_refused("unmarked.ogg", "is damaged at");
  assert_refused("page-less.ogg", "is damaged at");
}

static void patched(const char *from, const char *bytes, size_t size, long at,
                    const char *what) {
  struct bytes file = output("cat %s", from);
  memcpy(file.data + at, bytes, size);
  write_file("patched", file.data, file.size);
  free(file.data);
  assert_refused("patched", what);
}

static void heads_amiss(void **state) {
  (void)state;
  run("sox a.wav bare.wav && sox a.wav --comment '' bare.aiff");
  struct bytes aiff = output("cat bare.aiff");
  assert_memory_equal(aiff.data + 12, "COMM", 4);
  assert_memory_equal(aiff.data + 38, "SSND", 4);
  free(aiff.data);
  patched("bare.aiff", "JUNK", 4, 12, "no COMM chunk");
  patched("bare.aiff", "JUNK", 4, 38, "no SSND chunk");
  patched("bare.aiff", "\0", 1, 29, "sample rate of");
  patched("a.flac", "\3", 1, 4, "FLAC without STREAMINFO");
  patched("a.caf", "junk", 4, 8, "no desc chunk");
  patched("bare.wav", "\x55", 1, 20, "without the MPEG audio it promises");
  patched("bare.wav", "junk", 4, 36, "no data chunk");
  write_file("short.au", ".snd\0\0\0\x1C", 8);
  assert_refused("short.au", "no complete .snd");
}

static void noise(const char *from, const char *what) {
  char name[64];
  (void)snprintf(name, sizeof name, "noise-%s", from);
  run("cp %s %s && head -c 3000 /dev/urandom | "
      "dd of=%s bs=1 seek=$(($(stat -c %%s %s) / 2)) conv=notrunc",
      from, name, name, from);
  assert_refused(name, what);
}

static void noise_in_the_middle(void **state) {
  (void)state;
  noise("a.ogg", "is damaged at");
  noise("a.opus", "is damaged at");
  noise("a.mp3", "is damaged at 2.");
  noise("plain.mp3", "is damaged at 2.");
  noise("a.flac", "cannot be decoded beyond");
}

static void joined_files(void **state) {
  (void)state;
  run("oggenc -Q -s 2 -o b.ogg a.wav && cat a.ogg b.ogg > chain.ogg");
  run("cat a.ogg a.ogg > twice.ogg && cat a.opus a.opus > twice.opus");
  run("lame --quiet -b 128 --tt B a.wav b.mp3 && cat a.mp3 b.mp3 > joined.mp3");
  /* ffmpeg hears both, with up to a block more at the joint. */
  struct bytes once = render("a.ogg"), chain = render("chain.ogg"), twice = render("twice.ogg");
  assert_in_range(chain.size, 2 * once.size, 2 * once.size + 2048 * 4);
  assert_in_range(twice.size, 2 * once.size, 2 * once.size + 2048 * 4);
  free(once.data);
  free(chain.data);
  free(twice.data);
  assert_refused("twice.opus", "a chained Ogg file");
  assert_refused("joined.mp3", "several files joined");
}

/* Frames of another rate that follow at once were looked for again and again, without end. */
static void joined_with_another_rate(void **state) {
  (void)state;
  run("lame --quiet -t -b 128 --resample 48 a.wav other.mp3");
  run("cat plain.mp3 other.mp3 > rates.mp3");
  assert_refused("rates.mp3", "is damaged at 4.0");
  assert_refused("rates.mp3", "several files joined");
}

/* A file with no tag joined with itself is one longer stream, and heard whole. */
static void joined_without_tags(void **state) {
  (void)state;
  run("cat plain.mp3 plain.mp3 > twice.mp3");
  struct bytes once = render("plain.mp3"), twice = render("twice.mp3");
  assert_int_equal(twice.size, 2 * once.size);
  free(once.data);
  free(twice.data);
}

/* Without Xing tag: 4 s and the encoder's delay in frames of 1152 samples. */
static void mpeg_without_a_length(void **state) {
  (void)state;
  static const char *const names[] = {"plain.mp3", "a.mp2"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct redbook_source *source = open_whole(names[i]);
    assert_int_equal(redbook_source_announced_sectors(source), -1);
    struct redbook_error err;
    assert_true(redbook_source_scan(source, NULL, NULL, &err));
    uint64_t frames = redbook_source_scanned(source)->frames;
    assert_true(frames >= 176400 && frames < 176400 + 4 * 1152);
    assert_int_equal(frames % 1152, 0);
    redbook_source_unref(source);
  }
}

static void lame_tag_gives_the_exact_length(void **state) {
  (void)state;
  struct bytes cbr = render("a.mp3"), vbr = render("vbr.mp3");
  assert_int_equal(cbr.size, 176400 * 4);
  assert_int_equal(vbr.size, 176400 * 4);
  free(cbr.data);
  free(vbr.data);
}

/* Fraunhofer's tag, 36 bytes into a frame of its own: version, delay, quality, bytes, frames.
 */
static void vbri_tag_counts_too(void **state) {
  (void)state;
  struct bytes plain = output("cat plain.mp3");
  uint8_t frame[417] = {0};
  static const uint8_t vbri[18] = {'V', 'B', 'R', 'I', 0, 1, 9, 0x31, 0,
                                   75,  0,   1,   0,   0, 0, 0, 0,    150};
  memcpy(frame, plain.data, 4);
  frame[2] &= 0xFD; /* no padding: 417 bytes at 128 kbit/s */
  memcpy(frame + 36, vbri, sizeof vbri);
  write_file("vbri", frame, sizeof frame);
  run("cat vbri plain.mp3 > vbri.mp3 && head -c 40000 vbri.mp3 > vbri-cut.mp3");
  struct redbook_source *source = open_whole("vbri.mp3");
  free(drain(source, 26).data);
  redbook_source_unref(source);
  assert_refused("vbri-cut.mp3", "is cut off: it ends at 2.4");
  assert_refused("vbri-cut.mp3", "its header says 3.92 s"); /* 150 frames of 1152 samples */
  free(plain.data);
}

static void mpeg_with_company(void **state) {
  (void)state;
  run("{ head -c 700 /dev/zero; cat a.mp3; } > padded.mp3 && cp a.mp3 a-is.wav");
  run("ffmpeg -v error -i a.wav -c:a libmp3lame -b:a 128k -write_xing 0 inside.wav");
  run("{ cat a.mp3; head -c 128 /dev/zero | sed 's/^\\x0\\x0\\x0/TAG/'; } > tagged.mp3");
  assert_same(render("padded.mp3"), render("a.mp3"));
  assert_same(render("a-is.wav"), render("a.mp3"));
  assert_same(render("tagged.mp3"), render("a.mp3"));
  struct redbook_source *source = open_whole("inside.wav");
  assert_string_equal(redbook_source_format(source)->encoding, "MP3");
  struct bytes bytes = drain(source, 26);
  assert_true(bytes.size >= 176400 * 4);
  free(bytes.data);
  redbook_source_unref(source);
}

/* Lengths of 7FFFF000h (sox), FFFFFFFFh (ffmpeg) and 0, as pipes leave them. */
static void lengths_from_pipes(void **state) {
  (void)state;
  run("cat a.raw | sox -t raw -r 44100 -e signed -b 16 -c 2 - -t wav - | cat > sox.wav");
  run("cat a.raw | sox -t raw -r 44100 -e signed -b 16 -c 2 - -t aiff - | cat > sox.aiff");
  run("cat a.raw | sox -t raw -r 44100 -e signed -b 16 -c 2 - -t au - | cat > sox.au");
  run("ffmpeg -v error -i a.wav -f wav - | cat > ffmpeg.wav");
  run("ffmpeg -v error -i a.wav -f wav -rf64 always - | cat > ffmpeg.rf64");
  run("ffmpeg -v error -i a.wav -f au - | cat > ffmpeg.au");
  run("cp sox.wav zero.wav && for at in 4 40; do printf '\\0\\0\\0\\0' | "
      "dd of=zero.wav bs=1 seek=$at conv=notrunc; done");
  run("flac -s -c --force-raw-format --endian=little --sign=signed --channels=2 --bps=16 "
      "--sample-rate=44100 - < a.raw | cat > unknown.flac");
  static const char *const names[] = {"sox.wav",     "sox.aiff",  "sox.au",   "ffmpeg.wav",
                                      "ffmpeg.rf64", "ffmpeg.au", "zero.wav", "unknown.flac"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    assert_same(render(names[i]), output("cat a.raw"));
}

/* The fact chunk ends ADPCM before its last block's padding. */
static void adpcm_keeps_its_length(void **state) {
  (void)state;
  run("sox -D a.wav -e ima-adpcm ima.wav && sox -D a.wav -e ms-adpcm ms.wav");
  struct bytes ima = render("ima.wav"), ms = render("ms.wav");
  assert_int_equal(ima.size, 176400 * 4);
  assert_int_equal(ms.size, 176400 * 4);
  free(ima.data);
  free(ms.data);
}

/* A fact chunk of another meaning (here 4 frames) is not believed. */
static void fact_that_is_no_fact(void **state) {
  (void)state;
  run("sox -D a.wav -e ima-adpcm fact.wav");
  struct bytes file = output("cat fact.wav");
  uint8_t *fact = file.data;
  while (memcmp(fact, "fact", 4) != 0)
    fact++;
  memcpy(fact + 8, "\4\0\0", 4);
  write_file("fact.wav", file.data, file.size);
  free(file.data);
  struct redbook_source *source = open_whole("fact.wav");
  struct redbook_error err;
  assert_true(redbook_source_announced_sectors(source) >= 300);
  assert_true(redbook_source_scan(source, NULL, NULL, &err));
  assert_true(redbook_source_scanned(source)->frames >= 176400);
  redbook_source_unref(source);
}

static void file_that_shrinks_after_the_scan(void **state) {
  (void)state;
  run("cp a.flac shrinks.flac");
  struct redbook_error err;
  struct redbook_source *source = open_whole("shrinks.flac");
  assert_true(redbook_source_scan(source, NULL, NULL, &err));
  run("truncate -s 200000 shrinks.flac");
  uint8_t data[26 * 2352];
  int32_t got;
  while ((got = redbook_source_read(source, data, 26, &err)) > 0)
    continue;
  assert_int_equal(got, -1);
  assert_int_equal(err.code, 0xC0AA050Du);
  assert_non_null(strstr(err.message, in_folder("shrinks.flac")));
  assert_non_null(strstr(err.message, " s"));
  redbook_source_unref(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pcm_cut_in_half),
      cmocka_unit_test(compressed_cut_in_half),
      cmocka_unit_test(ogg_without_its_last_page),
      cmocka_unit_test(ogg_pages_amiss),
      cmocka_unit_test(heads_amiss),
      cmocka_unit_test(noise_in_the_middle),
      cmocka_unit_test(joined_files),
      cmocka_unit_test(joined_with_another_rate),
      cmocka_unit_test(joined_without_tags),
      cmocka_unit_test(mpeg_without_a_length),
      cmocka_unit_test(lame_tag_gives_the_exact_length),
      cmocka_unit_test(vbri_tag_counts_too),
      cmocka_unit_test(mpeg_with_company),
      cmocka_unit_test(lengths_from_pipes),
      cmocka_unit_test(adpcm_keeps_its_length),
      cmocka_unit_test(fact_that_is_no_fact),
      cmocka_unit_test(file_that_shrinks_after_the_scan),
  };
  return cmocka_run_group_tests_name("audio/damage", tests, make_files, remove_folder);
}
