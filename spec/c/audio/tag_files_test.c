/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tags of files byte by byte (Ogg pages, APE, MP4, RIFF, AIFF, the cue sheets of FLAC and
 * Matroska), cut off at every byte, lying about lengths, and with gigabytes between what is
 * read. */
#include <stdio.h>
#include <sys/stat.h>

#include "../../support/audio/tagged.h"

static void assert_sheet(char *sheet, const char *want) {
  assert_non_null(sheet);
  assert_string_equal(sheet, want);
  free(sheet);
}

/* A page: flags, serial, its segments, what is in them. */
static void page(struct made *to, unsigned flags, uint32_t serial, const void *segments,
                 size_t count, const uint8_t *data) {
  uint8_t head[6] = {'O', 'g', 'g', 'S', 0, (uint8_t)flags}, number = (uint8_t)count;
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++)
    bytes += ((const uint8_t *)segments)[i];
  add(to, head, sizeof head);
  add(to, "\0\0\0\0\0\0\0\0", 8);
  add_little(to, serial);
  add(to, "\0\0\0\0\0\0\0\0", 8); /* number and check sum */
  add(to, &number, 1);
  add(to, segments, count);
  add(to, data, bytes);
}

/* A skeleton first, comments of 600 bytes over three pages, the skeleton's among them. */
static void comments_over_pages(void **state) {
  (void)state;
  struct made comments = {.size = 0}, file = {.size = 0};
  add(&comments, BYTES("\x03vorbis"));
  add_little(&comments, 3);
  add(&comments, BYTES("me!"));
  add_little(&comments, 3);
  add_little(&comments, 560);
  add(&comments, BYTES("TITLE="));
  for (int i = 0; i < 554; i++)
    add(&comments, i < 250 ? "t" : "u", 1);
  add_little(&comments, 8);
  add(&comments, BYTES("ARTIST=A"));
  add_little(&comments, 8);
  add(&comments, BYTES("artist=B"));
  size_t last = comments.size - 510;
  uint8_t end[1] = {(uint8_t)last};
  page(&file, 2, 7, "\x08", 1, (const uint8_t *)"fishead");
  page(&file, 2, 9, "\x1E", 1, (const uint8_t *)"\x01vorbis.......................");
  page(&file, 0, 9, "\xFF", 1, comments.data);
  page(&file, 0, 7, "\x03\x02", 2, (const uint8_t *)"xxxyy");
  page(&file, 1, 9, "\xFF", 1, comments.data + 255);
  page(&file, 1, 9, end, 1, comments.data + 510);
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_string_equal(tags.artist, "A, B");
  assert_int_equal(strspn(tags.title, "t"), 250);
  assert_int_equal(strlen(tags.title), 255);
}

static void item(struct made *to, const char *name, unsigned flags, const char *value,
                 size_t size) {
  add_little(to, (uint32_t)size);
  add_little(to, flags);
  add(to, name, strlen(name) + 1);
  add(to, value, size);
}

static void frame(struct made *to, size_t items, unsigned count, uint32_t flags) {
  add(to, "APETAGEX", 8);
  add_little(to, 2000);
  add_little(to, (uint32_t)items + 32);
  add_little(to, count);
  add_little(to, flags);
  add(to, "\0\0\0\0\0\0\0\0", 8);
}

static struct made ape(bool header, bool behind) {
  struct made items = {.size = 0}, file = {.size = 0};
  item(&items, "Cover Art (front)", 2, BYTES("cover.png\0\x89PNG"));
  item(&items, "Artist", 0, BYTES("One\0Two"));
  item(&items, "REPLAYGAIN_TRACK_PEAK", 0, BYTES("0,5"));
  item(&items, "Title", 0, BYTES("T"));
  if (behind) add(&file, "\xFF\xFB\x90\0", 4);
  if (header) frame(&file, items.size, 4, 0xA0000000u);
  add(&file, items.data, items.size);
  if (behind) frame(&file, items.size, 4, header ? 0x80000000u : 0);
  if (!behind) add(&file, "\xFF\xFB\x90\0", 4);
  return file;
}

static void ape_tags(void **state) {
  (void)state;
  for (unsigned i = 0; i < 3; i++) {
    struct made file = ape(i != 1, i < 2);
    if (i == 0) add(&file, BYTES("LYRICSBEGININD0000210000021LYRICS200"));
    struct redbook_source_tags tags = tags_of(&file, NULL);
    assert_string_equal(tags.title, "T");
    assert_string_equal(tags.artist, "One, Two");
    assert_number(&tags.replaygain_track_peak, 0.5);
  }
}

/* What mp3gain may write: 128 bytes before the tag's end stands "TAG", of "APETAGEX". */
static void ape_tag_that_looks_like_id3v1(void **state) {
  (void)state;
  struct made items = {.size = 0}, file = {.size = 0};
  item(&items, "MP3GAIN_MINMAX", 0, BYTES("100,200"));
  item(&items, "replaygain_track_gain", 0, BYTES("-1.5 dB"));
  assert_int_equal(items.size, 131 - 64);
  add(&file, "\xFF\xFB\x90\0", 4);
  frame(&file, items.size, 2, 0xA0000000u);
  add(&file, items.data, items.size);
  frame(&file, items.size, 2, 0x80000000u);
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_string_equal(tags.title, "");
  assert_number(&tags.replaygain_track_gain, -1.5);
}

/* A box; returns where its length stands, for `close_box`. */
static size_t box(struct made *to, const char *type) {
  add_number(to, 0);
  add(to, type, 4);
  return to->size - 8;
}

static void close_box(struct made *to, size_t at) {
  redbook_put32(to->data + at, (uint32_t)(to->size - at));
}

static void data(struct made *to, const char *type, unsigned kind, const void *value,
                 size_t size) {
  size_t item_at = box(to, type), at = box(to, "data");
  add_number(to, kind);
  add_number(to, 0);
  add(to, value, size);
  close_box(to, at);
  close_box(to, item_at);
}

static struct made quicktime(void) {
  struct made file = {.size = 0};
  size_t at = box(&file, "ftyp");
  add(&file, BYTES("qt  "));
  close_box(&file, at);
  add(&file, BYTES("\0\0\0\1mdat\0\0\0\0\0\0\0\x14soun")); /* a length of 64 bits */
  size_t moov = box(&file, "moov"), meta = box(&file, "meta");
  at = box(&file, "hdlr");
  add(&file, "\0\0\0\0\0\0\0\0", 8);
  close_box(&file, at);
  size_t list = box(&file, "ilst");
  data(&file, "covr", 13, BYTES("\xFF\xD8"));
  data(&file, "\xA9nam", 2, BYTES("\0T\x20\xAC"));
  data(&file,
       "\xA9"
       "ART",
       1, BYTES("Artist"));
  data(&file, "gnre", 0, BYTES("\0\x09"));
  data(&file, "disk", 0, BYTES("\0\0\0\2\0\0"));
  data(&file, "trkn", 0, BYTES("\0\0\0\4\0\x0B\0\0"));
  data(&file, "pgap", 21, BYTES("\1"));
  close_box(&file, list);
  close_box(&file, meta);
  close_box(&file, moov);
  return file;
}

static void quicktime_items(void **state) {
  (void)state;
  struct made file = quicktime();
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_string_equal(tags.title, "T€");
  assert_string_equal(tags.artist, "Artist");
  assert_string_equal(tags.genre, "Jazz");
  assert_string_equal(tags.disc_number, "2");
  assert_string_equal(tags.track_number, "4/11");
  assert_true(tags.gapless);
}

/* The sound says FFFFFFFFh, ds64 how long it is; INFO's ISRC is none. */
static void rf64(void **state) {
  (void)state;
  struct made file = {.size = 0};
  add(&file, BYTES("RF64\xFF\xFF\xFF\xFFWAVE"
                   "ds64\x1C\0\0\0"));
  add(&file, BYTES("\0\0\0\0\0\0\0\0"
                   "\3\0\0\0\0\0\0\0"
                   "\0\0\0\0\0\0\0\0"
                   "\0\0\0\0"));
  add(&file, BYTES("data\xFF\xFF\xFF\xFFsss\0"));
  add(&file, BYTES("LIST\x2E\0\0\0INFO"
                   "INAM\3\0\0\0Na\xE9\0"
                   "ISRC\x0C\0\0\0USRC17607839"
                   "ITRK\1\0\0\0"
                   "7\0"));
  struct redbook_source_tags tags = tags_of(&file, NULL);
  assert_string_equal(tags.title, "Naé");
  assert_string_equal(tags.track_number, "7");
  assert_string_equal(tags.isrc, "");
}

static void index_of(struct made *to, uint32_t offset, unsigned number) {
  uint8_t tail[4] = {(uint8_t)number, 0, 0, 0};
  add_number(to, 0);
  add_number(to, offset);
  add(to, tail, sizeof tail);
}

static void track(struct made *to, uint32_t offset, unsigned number, const char *isrc,
                  unsigned flags, unsigned indexes) {
  uint8_t rest[28] = {(uint8_t)number};
  memcpy(rest + 1, isrc, strlen(isrc));
  rest[13] = (uint8_t)flags;
  rest[27] = (uint8_t)indexes;
  add_number(to, 0);
  add_number(to, offset);
  add(to, rest, sizeof rest);
}

/* `rate` in 20 bits behind the sizes of blocks and frames. */
static struct made flac(uint32_t rate) {
  struct made file = {.size = 0}, sheet = {.size = 0};
  uint8_t info[34] = {0}, head[396] = "4006381333931";
  redbook_put24(info + 10, rate << 4 | 2);
  head[395] = 4;
  add(&sheet, head, sizeof head);
  track(&sheet, 0, 1, "USRC17607839", 0x40, 1);
  index_of(&sheet, 0, 1);
  track(&sheet, rate * 4, 2, "", 0, 2);
  index_of(&sheet, 0, 0);
  index_of(&sheet, rate / 3, 1);
  track(&sheet, rate * 10 + 1, 3, "", 0, 1);
  index_of(&sheet, 0, 1);
  track(&sheet, rate * 20, 170, "", 0, 0);
  add(&file, BYTES("fLaC\0\0\0\x22"));
  add(&file, info, sizeof info);
  add_number(&file, 0x85000000u | (uint32_t)sheet.size);
  add(&file, sheet.data, sheet.size);
  return file;
}

static void flac_cue_sheet(void **state) {
  (void)state;
  char *sheet;
  struct made file = flac(96000);
  (void)tags_of(&file, &sheet);
  assert_sheet(sheet,
               "CATALOG 4006381333931\nFILE \"embedded\" WAVE\n"
               "  TRACK 01 AUDIO\n    FLAGS PRE\n    ISRC USRC17607839\n"
               "    INDEX 01 00:00:00\n"
               "  TRACK 02 AUDIO\n    INDEX 00 00:04:00\n    INDEX 01 00:04:25\n"
               "  TRACK 03 AUDIO\n    REM ROUNDED TRACK 03 INDEX 01 SAMPLE 960001\n"
               "    INDEX 01 00:10:00\n");
  file = flac(0);
  (void)tags_of(&file, &sheet);
  assert_null(sheet);
}

/* Lengths of one, two and eight bytes; a void and other tags between. `live`: the segment and a
 * tag do not know how long they are. */
static struct made matroska(bool live) {
  struct made file = {.size = 0};
  add(&file, BYTES("\x1A\x45\xDF\xA3\x84\x42\x86\x81\x01"));
  add(&file, BYTES("\x18\x53\x80\x67"));
  add(&file, live ? "\xFF" : "\xC5", 1); /* 69 bytes */
  add(&file, BYTES("\xEC\x82..\x12\x54\xC3\x67\x40\x3B"));
  add(&file, BYTES("\x73\x73\x90\x67\xC8\x8D\x45\xA3\x85TITLE\x44\x87\x82no"));
  add(&file, BYTES("\x73\x73"));
  add(&file, live ? "\xFF" : "\xA5", 1); /* 37 bytes */
  add(&file, BYTES("\x63\xC0\x80\x67\xC8\x9F\x45\xA3\x88"));
  add(&file, BYTES("CUESHEET"));
  add(&file, BYTES("\x44\x7A\x82un\x44\x87\x01\0\0\0\0\0\0\x05sheet"));
  return file;
}

static void matroska_cue_sheet(void **state) {
  (void)state;
  for (int live = 0; live < 2; live++) {
    char *sheet;
    struct made file = matroska(live);
    struct redbook_source_tags tags = tags_of(&file, &sheet);
    assert_sheet(sheet, "sheet");
    assert_string_equal(tags.title, ""); /* ffprobe's to tell */
  }
}

/* No byte that is missing is read, and nothing is made of half a cue sheet. */
static void cut_off_anywhere(void **state) {
  (void)state;
  const struct made files[] = {flac(44100),      quicktime(),     ape(true, true),
                               ape(true, false), matroska(false), matroska(true)};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    for (size_t size = 0; size < files[i].size; size++) {
      struct made cut = files[i];
      char *sheet;
      cut.size = size;
      struct redbook_source_tags tags = tags_of(&cut, &sheet);
      assert_null(sheet);
      assert_true(memchr(tags.title, 0, sizeof tags.title) != NULL);
    }
}

/* Lengths that lead back, beyond the end or nowhere. */
static void lies(void **state) {
  (void)state;
  static const uint32_t lengths[] = {0, 1, 7, 8, 0x7FFFFFFF, 0x80000000u, 0xFFFFFFFFu};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    struct made movie = quicktime(), comments = {.size = 0}, chunks = {.size = 0};
    redbook_put32(movie.data + 32, lengths[i]); /* moov's own */
    (void)tags_of(&movie, NULL);
    add(&comments, BYTES("fLaC\x84\0\1\0"));
    add_little(&comments, lengths[i]);
    add_little(&comments, lengths[i]);
    add_little(&comments, lengths[i]);
    add(&comments, BYTES("TITLE=x"));
    assert_string_equal(tags_of(&comments, NULL).title, "");
    add(&chunks, BYTES("RIFF\0\0\0\0WAVELIST"));
    add_little(&chunks, lengths[i]);
    add(&chunks, BYTES("INFOINAM"));
    add_little(&chunks, lengths[i]);
    (void)tags_of(&chunks, NULL);
  }
}

static long long bytes_read(void) {
  long long bytes = -1;
  FILE *file = fopen("/proc/self/io", "r");
  if (file && fscanf(file, "rchar: %lld", &bytes) != 1) bytes = -1;
  if (file) (void)fclose(file);
  return bytes;
}

/* Sound or a picture of 3 GiB lies before what is read: nothing of it is looked at. */
static void nothing_else_is_read(void **state) {
  (void)state;
  const uint32_t gap = 3u << 30;
  long long before = bytes_read();
  if (before < 0) skip(); /* this kernel does not count */
  struct made movie = quicktime(), start = {.size = 0};
  add(&start, movie.data, 12);
  add_number(&start, gap);
  add(&start, BYTES("mdat"));
  struct redbook_input input = input_of(&start);
  off_t end = 12 + (off_t)gap;
  ssize_t moov = (ssize_t)movie.size - 32;
  assert_int_equal(pwrite(input.fd, movie.data + 32, (size_t)moov, end), moov);
  input.size = end + moov;
  struct redbook_source_tags tags = {0};
  redbook_tags_read(&input, &tags, NULL);
  (void)close(input.fd);
  assert_string_equal(tags.title, "T€");
  assert_true(bytes_read() - before < 16384);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(comments_over_pages),
      cmocka_unit_test(ape_tags),
      cmocka_unit_test(ape_tag_that_looks_like_id3v1),
      cmocka_unit_test(quicktime_items),
      cmocka_unit_test(rf64),
      cmocka_unit_test(flac_cue_sheet),
      cmocka_unit_test(matroska_cue_sheet),
      cmocka_unit_test(cut_off_anywhere),
      cmocka_unit_test(lies),
      cmocka_unit_test(nothing_else_is_read),
  };
  return cmocka_run_group_tests_name("audio/tag_files", tests, NULL, NULL);
}
