/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tags come as UTF-8 whatever the file has, whole characters only. */
#include "../../support/audio/fixtures.h"
#include "audio/tag.h"
#include "base/bytes.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 a.wav synth 1 sine 440 vol 0.5");
  return 0;
}

static void assert_tags(const char *name, const struct redbook_source_tags *want) {
  struct redbook_source *source = open_whole(name);
  const struct redbook_source_tags *tags = redbook_source_tags(source);
  assert_string_equal(tags->title, want->title);
  assert_string_equal(tags->artist, want->artist);
  assert_string_equal(tags->album, want->album);
  assert_string_equal(tags->date, want->date);
  assert_string_equal(tags->genre, want->genre);
  assert_string_equal(tags->track_number, want->track_number);
  assert_string_equal(tags->comment, want->comment);
  redbook_source_unref(source);
}

static void tagged_formats(void **state) {
  (void)state;
  const struct redbook_source_tags all = {.title = "Für Elise",
                                          .artist = "東京",
                                          .album = "Mixed",
                                          .date = "1984",
                                          .genre = "Jazz",
                                          .track_number = "3",
                                          .comment = "no comment"};
  run("flac -s -o a.flac -T 'TITLE=Für Elise' -T ARTIST=東京 -T ALBUM=Mixed -T DATE=1984 "
      "-T GENRE=Jazz -T TRACKNUMBER=3 -T 'COMMENT=no comment' a.wav");
  run("flac -s -d -c a.flac | LC_ALL=C.UTF-8 oggenc -Q -t 'Für Elise' -a 東京 -l Mixed -d 1984 "
      "-G Jazz -N 3 -c 'COMMENT=no comment' -o a.ogg -");
  run("ffmpeg -v error -i a.flac -c:a libmp3lame -map_metadata 0 a.mp3");
  assert_tags("a.flac", &all);
  assert_tags("a.ogg", &all);
  struct redbook_source *source = open_whole("a.mp3");
  assert_string_equal(redbook_source_tags(source)->title, "Für Elise");
  assert_string_equal(redbook_source_tags(source)->artist, "東京");
  assert_string_equal(redbook_source_tags(source)->track_number, "3");
  redbook_source_unref(source);
}

static void none(void **state) {
  (void)state;
  const struct redbook_source_tags empty = {0};
  run("sox a.wav bare.au");
  assert_tags("bare.au", &empty);
}

/* A chunk at the end of a.aiff: its id, its length, then the file's own length put right. */
static void add_chunk(const char *file, const char *id, const uint8_t *data, uint32_t length) {
  uint8_t head[8];
  FILE *f = fopen(in_folder(file), "r+b");
  assert_non_null(f);
  assert_int_equal(fseek(f, 0, SEEK_END), 0);
  memcpy(head, id, 4);
  redbook_put32(head + 4, length);
  assert_int_equal(fwrite(head, 1, 8, f), 8);
  assert_int_equal(fwrite(data, 1, length, f), length);
  if (length % 2) assert_int_equal(fputc(0, f), 0);
  redbook_put32(head, (uint32_t)ftell(f) - 8);
  assert_int_equal(fseek(f, 4, SEEK_SET), 0);
  assert_int_equal(fwrite(head, 1, 4, f), 4);
  assert_int_equal(fclose(f), 0);
}

/* ID3v2 first, NAME and AUTH for what it has not; libsndfile reads only the latter. */
static void aiff_chunks(void **state) {
  (void)state;
  static const uint8_t id3[] =
      "ID3\x03\x00\x00\x00\x00\x00\x18"
      "TPE1\x00\x00\x00\x05\x00\x00\x00Nina"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00";
  const struct redbook_source_tags want = {.title = "Nacht", .artist = "Nina"};
  run("sox a.wav --comment '' tagged.aiff");
  add_chunk("tagged.aiff", "NAME", (const uint8_t *)"Nacht", 5);
  add_chunk("tagged.aiff", "AUTH", (const uint8_t *)"Ada", 3);
  add_chunk("tagged.aiff", "ID3 ", id3, sizeof id3 - 1);
  assert_tags("tagged.aiff", &want);
  const struct redbook_source_tags nina = {.artist = "Nina"};
  run("sox a.wav --comment '' bare.aiff");
  add_chunk("bare.aiff", "ID3 ", id3, sizeof id3 - 1);
  assert_tags("bare.aiff", &nina);
}

/* ID3v1: "TAG", title 30, artist 30, album 30, year 4, comment 28, 0, track, genre 8 = Jazz. */
static void id3v1_is_cp1252(void **state) {
  (void)state;
  uint8_t tag[128] = "TAG";
  memcpy(tag + 3, "Caf\xE9 \x80 \x93quoted\x94", 15);
  memcpy(tag + 33, "Bj\xF6rk", 5);
  memcpy(tag + 63, "\xC4\xD6\xDC", 3);
  memcpy(tag + 93, "1999", 4);
  memcpy(tag + 97, "ni\xF1o", 4);
  tag[126] = 7;
  tag[127] = 8;
  write_file("id3v1", tag, sizeof tag);
  run("lame --quiet -b 128 a.wav bare.mp3 && cat bare.mp3 id3v1 > v1.mp3");
  struct redbook_source *source = open_whole("v1.mp3");
  const struct redbook_source_tags *tags = redbook_source_tags(source);
  assert_string_equal(tags->title, "Café € “quoted”");
  assert_string_equal(tags->artist, "Björk");
  assert_string_equal(tags->album, "ÄÖÜ");
  assert_string_equal(tags->date, "1999");
  assert_string_equal(tags->comment, "niño");
  redbook_source_unref(source);
}

static void text(const char *from, const char *want) {
  char to[16];
  memset(to, 'x', sizeof to);
  redbook_tag_text(to, sizeof to, from);
  assert_string_equal(to, want);
}

static void whole_characters(void **state) {
  (void)state;
  text(NULL, "");
  text("", "");
  text("fifteen letters", "fifteen letters");
  text("sixteen letters.", "sixteen letters");
  text("fourteen bytesé", "fourteen bytes"); /* é would need bytes 15 and 16 */
  text("thirteen byteé", "thirteen byteé");
  text("東京東京東京", "東京東京東");
  text("a\xF0\x9F\x8E\xB5z", "a\xF0\x9F\x8E\xB5z");
}

/* Overlong forms, surrogates, stray and missing continuation bytes: not UTF-8, so CP1252. */
static void ill_formed_is_cp1252(void **state) {
  (void)state;
  text("\xC0\x80", "À€");
  text("\xED\xA0\x80", "í\xC2\xA0€");
  text("\xE9", "é");
  text("\x80\x81", "€\xEF\xBF\xBD");
  text("\xF5", "õ");
  text("\xE2\x82", "â‚");
  text("ééé\xE9", "Ã©Ã©Ã©é");
  text("\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9", "ééééééé");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tagged_formats),   cmocka_unit_test(none),
      cmocka_unit_test(id3v1_is_cp1252),  cmocka_unit_test(aiff_chunks),
      cmocka_unit_test(whole_characters), cmocka_unit_test(ill_formed_is_cp1252),
  };
  return cmocka_run_group_tests_name("audio/tags", tests, make_files, remove_folder);
}
