/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ID3v2 byte by byte: what writers do not make any more, or only in part. */
#include "../../support/audio/tagged.h"

static const uint8_t frame_of_sound[] = {0xFF, 0xFB, 0x90, 0x00};

/* A tag round frames, then sound. */
static struct made tag(unsigned version, unsigned flags, const struct made *frames) {
  struct made file = {.size = 0};
  uint8_t head[6] = {'I', 'D', '3', (uint8_t)version, 0, (uint8_t)flags};
  add(&file, head, sizeof head);
  add_syncsafe(&file, frames->size);
  add(&file, frames->data, frames->size);
  add(&file, frame_of_sound, sizeof frame_of_sound);
  return file;
}

static void frame2(struct made *to, const char *name, const void *data, size_t size) {
  uint8_t length[3];
  redbook_put24(length, (uint32_t)size);
  add(to, name, 3);
  add(to, length, 3);
  add(to, data, size);
}

static void frame3(struct made *to, const char *name, unsigned flags, const void *data,
                   size_t size) {
  uint8_t two[2] = {0, (uint8_t)flags};
  add(to, name, 4);
  add_number(to, (uint32_t)size);
  add(to, two, 2);
  add(to, data, size);
}

static void frame4(struct made *to, const char *name, unsigned flags, const void *data,
                   size_t size) {
  uint8_t two[2] = {0, (uint8_t)flags};
  add(to, name, 4);
  add_syncsafe(to, size);
  add(to, two, 2);
  add(to, data, size);
}

static void version_2(void **state) {
  (void)state;
  struct made frames = {.size = 0};
  frame2(&frames, "TT2", BYTES("\0Title"));
  frame2(&frames, "PIC", BYTES("\0PNG\3\0\xFF\xFF\xFF"));
  frame2(&frames, "TP1", BYTES("\1\xFF\xFE\x71\x67\xAC\x4E"));
  frame2(&frames, "TP2", BYTES("\1\xFE\xFF\x67\x71"));
  frame2(&frames, "TCO", BYTES("\0(8)"));
  frame2(&frames, "TRK",
         BYTES("\0"
               "3/9"));
  frame2(&frames, "TRC", BYTES("\0USRC17607839"));
  frame2(&frames, "TXX", BYTES("\0REPLAYGAIN_TRACK_GAIN\0-3.25 dB"));
  frame2(&frames, "COM",
         BYTES("\0engiTunPGAP\0"
               "1\0"));
  frame2(&frames, "COM", BYTES("\0eng\0spoken\0"));
  add(&frames, "\0\0\0\0\0\0\0\0", 8);
  struct made file = tag(2, 0, &frames);
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_string_equal(tags.title, "Title");
  assert_string_equal(tags.artist, "東京");
  assert_string_equal(tags.album_artist, "東");
  assert_string_equal(tags.genre, "Jazz");
  assert_string_equal(tags.track_number, "3/9");
  assert_string_equal(tags.isrc, "USRC17607839");
  assert_string_equal(tags.comment, "spoken");
  assert_number(&tags.replaygain_track_gain, -3.25);
  assert_true(tags.gapless);
  file = tag(2, 0x40, &frames); /* "compressed", in a way that nobody has defined */
  assert_string_equal(tags_of(&file, NULL).title, "");
}

/* The whole tag: sizes count what is written, a 00h after FFh is a filler. */
static void unsynchronised_3(void **state) {
  (void)state;
  struct made frames = {.size = 0};
  add(&frames, BYTES("APIC\0\0\0\6\0\0"
                     "\0\xFF\0\0\xFF\0\xE0"
                     "x"));
  add(&frames, BYTES("TIT2\0\0\0\5\0\0"
                     "\1\xFF\0\xFE"
                     "A\0"));
  add(&frames, BYTES("TALB\0\0\0\2\0\0"
                     "\0B"));
  struct made file = tag(3, 0x80, &frames);
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_string_equal(tags.title, "A");
  assert_string_equal(tags.album, "B");
}

/* Frame by frame, with a length of what it was before. */
static void unsynchronised_4(void **state) {
  (void)state;
  for (unsigned all = 0; all < 2; all++) {
    struct made frames = {.size = 0};
    frame4(&frames, "TIT2", all ? 0x01 : 0x03,
           BYTES("\0\0\0\5"
                 "\1\xFF\0\xFE"
                 "A\0"));
    frame4(&frames, "TPE1", all ? 0 : 0x02,
           BYTES("\1\xFF\0\xFE"
                 "B\0"));
    frame4(&frames, "TALB", 0x40, BYTES("g\3C"));
    struct made file = tag(4, all ? 0x80 : 0, &frames);
    struct redbook_source_tags tags = tags_of(&file, NULL);
    assert_string_equal(tags.title, "A");
    assert_string_equal(tags.artist, "B");
    assert_string_equal(tags.album, "C");
  }
}

static void extended_headers(void **state) {
  (void)state;
  struct made three = {.size = 0}, four = {.size = 0};
  add(&three, BYTES("\0\0\0\x0A\x80\0\0\0\0\0crc4"));
  frame3(&three, "TIT2", 0, BYTES("\0three"));
  add(&four, BYTES("\0\0\0\6\1\0"));
  frame4(&four, "TIT2", 0, BYTES("\3vier"));
  struct made file = tag(3, 0x40, &three);
  assert_string_equal(tags_of(&file, NULL).title, "three");
  file = tag(4, 0x40, &four);
  assert_string_equal(tags_of(&file, NULL).title, "vier");
  four.data[3] = 5; /* too short to hold itself */
  file = tag(4, 0x40, &four);
  assert_string_equal(tags_of(&file, NULL).title, "");
}

static void sealed_frames(void **state) {
  (void)state;
  struct made three = {.size = 0}, four = {.size = 0};
  frame3(&three, "TIT2", 0x80, BYTES("\0compressed"));
  frame3(&three, "TPE1", 0x40, BYTES("\0encrypted"));
  frame3(&three, "TALB", 0x20, BYTES("g\0grouped"));
  frame4(&four, "TIT2", 0x08, BYTES("\0compressed"));
  frame4(&four, "TPE1", 0x04, BYTES("\0encrypted"));
  frame4(&four, "TALB", 0x40, BYTES("g\0grouped"));
  for (unsigned version = 3; version <= 4; version++) {
    struct made file = tag(version, 0, version == 3 ? &three : &four);
    struct redbook_source_tags tags = tags_of(&file, NULL);
    assert_string_equal(tags.title, "");
    assert_string_equal(tags.artist, "");
    assert_string_equal(tags.album, "grouped");
  }
}

/* iTunes' 2.4 with sizes of eight bits: what comes behind the frame tells. */
static void plain_sizes_in_4(void **state) {
  (void)state;
  for (unsigned plain = 0; plain < 2; plain++) {
    struct made frames = {.size = 0};
    uint8_t text[300] = {0};
    memset(text + 1, 'x', sizeof text - 1);
    (plain ? frame3 : frame4)(&frames, "TXXX", 0, text, sizeof text);
    frame4(&frames, "TIT2", 0, BYTES("\0behind"));
    struct made file = tag(4, 0, &frames);
    assert_string_equal(tags_of(&file, NULL).title, "behind");
  }
}

static struct redbook_source_tags with_genre(const char *text, size_t size) {
  struct made frames = {.size = 0};
  frame4(&frames, "TCON", 0, text, size);
  struct made file = tag(4, 0, &frames);
  return tags_of(&file, NULL);
}

static void genres(void **state) {
  (void)state;
  assert_string_equal(with_genre(BYTES("\0"
                                       "17"))
                          .genre,
                      "Rock");
  assert_string_equal(with_genre(BYTES("\0"
                                       "8\0"
                                       "RX\0CR\0Own"))
                          .genre,
                      "Jazz, Remix, Cover, Own");
  assert_string_equal(with_genre(BYTES("\0(51)(39)")).genre, "Techno-Industrial, Noise");
  assert_string_equal(with_genre(BYTES("\0(4)Eurodisco")).genre, "Eurodisco");
  assert_string_equal(with_genre(BYTES("\0((Own)")).genre, "(Own)");
  assert_string_equal(with_genre(BYTES("\0(17")).genre, "Rock");
  assert_string_equal(with_genre(BYTES("\0"
                                       "12 inch"))
                          .genre,
                      "12 inch");
  assert_string_equal(with_genre(BYTES("\0(250)")).genre, "250");
}

/* RVA2: track -6.1992.. dB of all channels; of the left one nothing is taken. */
static void volume(void **state) {
  (void)state;
  struct made frames = {.size = 0};
  frame4(&frames, "RVA2", 0,
         BYTES("track\0\3\x7F\xFF\0"
               "\1\xF3\x9A\x10\x7F\xFF"));
  frame4(&frames, "RVA2", 0, BYTES("album\0\1\2\0\0"));
  struct made file = tag(4, 0, &frames);
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_number(&tags.replaygain_track_gain, -6.1992);
  assert_number(&tags.replaygain_album_gain, 1);
  frame4(&frames, "TXXX", 0, BYTES("\0replaygain_track_gain\0-6.20 dB"));
  file = tag(4, 0, &frames);
  tags = tags_of(&file, NULL);
  assert_number(&tags.replaygain_track_gain, -6.2); /* the number in words is the exact one */
}

/* Several values, each with a mark of its own, the second in the other order. */
static void orders(void **state) {
  (void)state;
  struct made frames = {.size = 0};
  frame4(&frames, "TPE1", 0,
         BYTES("\1\xFF\xFE"
               "A\0\0\0"
               "\xFE\xFF\0B"));
  frame4(&frames, "TIT2", 0, BYTES("\2\xD8\x3C\xDF\xB5\xD8\x3C")); /* a note, half a pair */
  frame4(&frames, "TALB", 0,
         BYTES("\1"
               "A\0B\0")); /* no mark: little-endian */
  struct made file = tag(4, 0, &frames);
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_string_equal(tags.artist, "A, B");
  assert_string_equal(tags.title, "\xF0\x9F\x8E\xB5\xEF\xBF\xBD");
  assert_string_equal(tags.album, "AB");
}

/* A 2.4 at the end of the file, its header once more behind it; ID3v1 fills what it leaves. */
static void at_the_end(void **state) {
  (void)state;
  struct made frames = {.size = 0}, file = {.size = 0};
  frame4(&frames, "TIT2", 0, BYTES("\3long title, longer than the thirty characters"));
  add(&file, frame_of_sound, 4);
  add(&file, BYTES("ID3\4\0\x10"));
  add_syncsafe(&file, frames.size);
  add(&file, frames.data, frames.size);
  add(&file, BYTES("3DI\4\0\x10"));
  add_syncsafe(&file, frames.size);
  uint8_t v1[128] = "TAGlong title, longer than the th";
  memcpy(v1 + 33, "Artist", 6);
  v1[127] = 255;
  add(&file, v1, sizeof v1);
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_string_equal(tags.title, "long title, longer than the thirty characters");
  assert_string_equal(tags.artist, "Artist");
  assert_string_equal(tags.genre, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(version_2),        cmocka_unit_test(unsynchronised_3),
      cmocka_unit_test(unsynchronised_4), cmocka_unit_test(extended_headers),
      cmocka_unit_test(sealed_frames),    cmocka_unit_test(plain_sizes_in_4),
      cmocka_unit_test(genres),           cmocka_unit_test(volume),
      cmocka_unit_test(orders),           cmocka_unit_test(at_the_end),
  };
  return cmocka_run_group_tests_name("audio/tag_id3", tests, NULL, NULL);
}
