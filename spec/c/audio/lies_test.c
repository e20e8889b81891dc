/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers that lie, and damage that the decoders pass over: each a fault that was there once.
 * spec/burn/damage_spec.lua has many more. */
#include "../../support/audio/fixtures.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 a.wav synth 4 pinknoise sine 300-3000 vol 0.8");
  run("sox a.wav a.w64 && sox a.wav a.au && sox -D a.wav -b 8 u8.wav");
  run("sox -D a.wav -e ima-adpcm ima.wav && flac -s a.wav");
  run("oggenc -Q -s 1 a.wav && lame --quiet -b 128 a.wav a.mp3");
  run("lame --quiet -t -p -b 128 a.wav sums.mp3 && lame --quiet -t -b 128 a.wav bare.mp3");
  run("ffmpeg -v error -i a.wav a.m4a");
  return 0;
}

/* `from` with `size` bytes at `at` replaced (from the end when negative), as `to`. */
static void patch(const char *from, const char *to, long at, const void *bytes, size_t size) {
  struct bytes file = output("cat %s", from);
  long place = at < 0 ? (long)file.size + at : at;
  memcpy(file.data + place, bytes, size);
  write_file(to, file.data, file.size);
  free(file.data);
}

/* Where a mark begins. */
static long mark_at(const char *name, const char *mark) {
  struct bytes file = output("cat %s", name);
  size_t at = 0, length = strlen(mark);
  while (at + length < file.size && memcmp(file.data + at, mark, length) != 0)
    at++;
  assert_true(at + length < file.size);
  free(file.data);
  return (long)at;
}

/* libsndfile takes what follows for sound. */
static void w64_ends_where_its_chunk_does(void **state) {
  (void)state;
  run("{ cat a.w64; head -c 9000 /dev/urandom; } > behind.w64");
  assert_same(render("behind.w64"), render("a.w64"));
}

static void too_short_a_length_cuts_nothing(void **state) {
  (void)state;
  patch("a.wav", "short.wav", mark_at("a.wav", "data") + 4, "\0\0\2", 4);
  patch("u8.wav", "short8.wav", mark_at("u8.wav", "data") + 4, "\0\4\0", 4);
  patch("a.au", "short.au", 8, "\0\0\x40", 4);
  assert_refused("short.wav", "has a wrong length in its header");
  assert_refused("short8.wav", "has a wrong length in its header");
  assert_refused("short.au", "has a wrong length in its header");
}

static void joined_files_are_told(void **state) {
  (void)state;
  run("cat a.wav a.wav > two.wav && cat a.au a.au > two.au && cat a.m4a a.m4a > two.m4a");
  run("cat a.flac a.flac > two.flac");
  assert_refused("two.wav", "holds another sound file behind its own sound");
  assert_refused("two.au", "holds another sound file behind its own sound");
  assert_refused("two.m4a", "holds another sound file behind its own sound");
  assert_refused("two.flac", "is damaged");
}

static void frames_that_samples_do_not_make(void **state) {
  (void)state;
  patch("a.wav", "block.wav", 32, "\xFF\xFF", 2);
  assert_refused("block.wav", "frames of 65535 bytes, which its samples do not make");
}

/* A count that is wrong by more than the last block's padding is no count. */
static void fact_of_too_few_frames(void **state) {
  (void)state;
  static const uint8_t frames[4] = {0xF8, 0x89, 2, 0}; /* 166392 of 176400 */
  patch("ima.wav", "fact.wav", mark_at("ima.wav", "fact") + 8, frames, 4);
  struct bytes lies = render("fact.wav"), good = render("ima.wav");
  assert_true(lies.size >= good.size && lies.size < good.size + 2048 * 4);
  assert_memory_equal(lies.data, good.data, good.size);
  free(lies.data);
  free(good.data);
}

/* libsndfile stops where STREAMINFO says. */
static void flac_ends_with_its_last_frame(void **state) {
  (void)state;
  static const uint8_t total[4] = {0, 2, 0xB1, 0x0F}; /* 176399 */
  patch("a.flac", "total.flac", 22, total, 4);
  patch("a.flac", "rate.flac", 18, "\1", 1);
  assert_refused("total.flac", "its last frame ends at 4.00 s");
  assert_refused("rate.flac", "its last frame is of 44100 Hz");
}

/* RFC 3533, 6; the sum is made to fit. */
static void sum_up(uint8_t *page, size_t size) {
  uint32_t crc = 0;
  memset(page + 22, 0, 4);
  for (size_t i = 0; i < size; i++) {
    crc ^= (uint32_t)page[i] << 24;
    for (int bit = 0; bit < 8; bit++)
      crc = crc << 1 ^ (crc >> 31 ? 0x04C11DB7u : 0);
  }
  for (int i = 0; i < 4; i++)
    page[22 + i] = (uint8_t)(crc >> 8 * i);
}

static void last_granule(uint32_t low, uint8_t high, const char *name) {
  struct bytes ogg = output("cat a.ogg");
  size_t last = ogg.size - 4;
  while (memcmp(ogg.data + last, "OggS", 4) != 0)
    last--;
  for (int i = 0; i < 8; i++)
    ogg.data[last + 6 + (size_t)i] = (uint8_t)(i < 4 ? low >> 8 * i : high);
  sum_up(ogg.data + last, ogg.size - last);
  write_file(name, ogg.data, ogg.size);
  free(ogg.data);
}

static void granules_rise_and_not_too_far(void **state) {
  (void)state;
  last_granule(88200, 0, "half.ogg");
  last_granule(0xFFFFFFFFu, 0xFF, "none.ogg");
  last_granule(176400, 0x40, "far.ogg");
  last_granule(176400, 0, "right.ogg");
  assert_refused("half.ogg", "is damaged at");
  assert_refused("none.ogg", "is damaged at");
  assert_refused("far.ogg", "is damaged at");
  assert_same(render("right.ogg"), render("a.ogg"));
}

/* LAME sums up its frames, and says where the sound begins and ends. */
static void lame_tag_is_held_to_its_word(void **state) {
  (void)state;
  patch("a.mp3", "bit.mp3", -10000, "\x5A\xA5", 2);
  patch("a.mp3", "delay.mp3", mark_at("a.mp3", "LAME") + 21, "\xFF\xFF\xFF", 3);
  assert_refused("bit.mp3", "its frames are not those that LAME has summed up");
  assert_refused("delay.mp3", "leaves out 4095 samples before and 4095 behind");
  /* mp3gain leaves word of what it has changed. */
  run("{ cat bit.mp3; printf 'APETAGEX%%024d' 0; printf 'MP3GAIN_UNDO'; } > gain.mp3");
  free(render("gain.mp3").data);
}

/* Byte `inside` of the frame in the middle of a file of 418-byte frames and those without pad.
 */
static void touch_frame(const char *from, const char *to, size_t inside, uint8_t value) {
  struct bytes mp3 = output("cat %s", from);
  size_t at = 0;
  while (at < mp3.size / 2)
    at += 417 + (mp3.data[at + 2] >> 1 & 1);
  assert_int_equal(mp3.data[at], 0xFF);
  mp3.data[at + inside] = value;
  write_file(to, mp3.data, mp3.size);
  free(mp3.data);
}

static void frames_that_contradict_themselves(void **state) {
  (void)state;
  touch_frame("sums.mp3", "sum.mp3", 20, 0x5A);
  assert_refused("sum.mp3", "that frame contradicts itself");
  assert_refused("sum.mp3", "is damaged at 2.0");
  touch_frame("bare.mp3", "values.mp3", 8, 0xFF); /* 510 pairs of values of 288 */
  assert_refused("values.mp3", "that frame contradicts itself");
  free(render("bare.mp3").data);
  free(render("sums.mp3").data);
}

static void id3_that_covers_sound(void **state) {
  (void)state;
  run("{ printf 'ID3\\004\\000\\000\\000\\000\\010\\000'; head -c 300 /dev/zero; cat bare.mp3; "
      "} "
      "> covers.mp3");
  assert_refused("covers.mp3", "its ID3 tag says that it is longer than it is");
}

static void tags_behind_are_no_damage(void **state) {
  (void)state;
  run("{ cat bare.mp3; printf 'APETAGEX'; head -c 5000 /dev/zero; } > ape.mp3");
  run("{ cat a.flac; printf 'TAG'; head -c 125 /dev/zero; } > tag.flac");
  assert_same(render("ape.mp3"), render("bare.mp3"));
  assert_same(render("tag.flac"), render("a.flac"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(w64_ends_where_its_chunk_does),
      cmocka_unit_test(too_short_a_length_cuts_nothing),
      cmocka_unit_test(joined_files_are_told),
      cmocka_unit_test(frames_that_samples_do_not_make),
      cmocka_unit_test(fact_of_too_few_frames),
      cmocka_unit_test(flac_ends_with_its_last_frame),
      cmocka_unit_test(granules_rise_and_not_too_far),
      cmocka_unit_test(lame_tag_is_held_to_its_word),
      cmocka_unit_test(frames_that_contradict_themselves),
      cmocka_unit_test(id3_that_covers_sound),
      cmocka_unit_test(tags_behind_are_no_damage),
  };
  return cmocka_run_group_tests_name("audio/lies", tests, make_files, remove_folder);
}
