/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files for ffmpeg that lack whole blocks, packets or frames, at which it says nothing; and
 * good ones, which lack nothing however they were made. */
#include "../../support/audio/fixtures.h"

#define PACKET 400 /* of the ASF files made here */

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -D -R -r 44100 -n -b 16 -c 2 a.wav synth 3.0137 pinknoise gain -3");
  run("ffmpeg -v error -i a.wav -bitexact -c:a wavpack -sample_fmt s16p a.wv && "
      "ffmpeg -v error -i a.wav -bitexact a.tta");
  run("ffmpeg -v error -i a.wav -packet_size %d -b:a 128k a.wma", PACKET);
  return 0;
}

static struct bytes content(const char *name) {
  return output("cat %s", name);
}

/* All but `length` bytes from `at` on. */
static void write_without(const char *name, struct bytes all, size_t at, size_t length) {
  uint8_t *rest = malloc(all.size + 1);
  assert_non_null(rest);
  assert_true(at + length <= all.size);
  memcpy(rest, all.data, at);
  memcpy(rest + at, all.data + at + length, all.size - at - length);
  write_file(name, rest, all.size - length);
  free(rest);
}

static uint32_t little(const uint8_t *p) {
  return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* --- WavPack, TTA: as many samples as are stated ---------------------------------------------
 */

static void wavpack_without_a_block(void **state) {
  (void)state;
  struct bytes all = content("a.wv");
  size_t at = 0, last = 0, second = 0, blocks = 0;
  for (; at < all.size; blocks++) {
    assert_memory_equal(all.data + at, "wvpk", 4);
    if (blocks == 1) second = at;
    last = at;
    at += 8 + little(all.data + at + 4);
  }
  assert_true(blocks > 3 && at == all.size);
  write_without("no-end.wv", all, last, all.size - last);
  write_without("no-middle.wv", all, second, 8 + little(all.data + second + 4));
  free(all.data);
  assert_refused("no-end.wv",
                 "no-end.wv is cut off: it ends at 3.00 s, its header says 3.01 s");
  assert_refused("no-middle.wv", "no-middle.wv is cut off: it ends at 2.");
}

static void true_audio_without_a_frame(void **state) {
  (void)state;
  struct bytes all = content("a.tta");
  size_t table = 22, last = 0, at = table + 3 * 4 + 4; /* frames of 46080 samples: three */
  for (int i = 0; i < 2; i++)
    last += little(all.data + table + 4 * (size_t)i);
  assert_int_equal(at + last + little(all.data + table + 8), all.size);
  write_without("no-end.tta", all, at + last, all.size - at - last);
  free(all.data);
  assert_refused("no-end.tta",
                 "no-end.tta is cut off: it ends at 2.09 s, its header says 3.01");
}

static void good_ones_of_counted_samples(void **state) {
  (void)state;
  static const char *const rows[] = {
      "wavpack -q -y -h a.wav -o a.wv",
      "wavpack -q -y -b256c a.wav -o a.wv",
      "wavpack -q -y --blocksize=128 a.wav -o a.wv",
      "sox a.wav a.raw && wavpack -q -y --raw-pcm=44100,16,2 a.raw -o a.wv",
      "sox a.wav f.wav trim 0 0.7 && wavpack -q -y f.wav -o a.wv",
      "ffmpeg -v error -y -i f.wav a.tta"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run("%s", rows[i]);
    bool tta = strstr(rows[i], "a.tta") != NULL;
    struct bytes ours = render(tta ? "a.tta" : "a.wv");
    assert_int_equal(ours.size, strstr(rows[i], "f.wav") ? 30870 * 4 : 132904 * 4);
    free(ours.data);
  }
}

/* --- Windows Media: as many packets as are stated --------------------------------------------
 */

static size_t packets_begin(struct bytes all) {
  return little(all.data + 16) + 50;
}

static void windows_media_without_packets(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t from, count; /* from the end when it is 0 */
  } rows[] = {
      {"last.wma", 0, 1}, {"two.wma", 0, 2}, {"middle.wma", 60, 10}, {"first.wma", 1, 1}};
  struct bytes all = content("a.wma");
  size_t begin = packets_begin(all), packets = (all.size - begin) / PACKET;
  assert_true(packets > 80 && begin + packets * PACKET == all.size);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char what[64];
    size_t from = rows[i].from ? rows[i].from : packets - rows[i].count;
    write_without(rows[i].name, all, begin + from * PACKET, rows[i].count * PACKET);
    (void)snprintf(what, sizeof what, "is cut off: it has %zu of its %zu packets",
                   packets - rows[i].count, packets);
    assert_refused(rows[i].name, what);
  }
  free(all.data);
}

/* As long as it was, with an index behind: what lies between gives it away. */
static void windows_media_that_has_slipped(void **state) {
  (void)state;
  static const uint8_t stretch[500] = {0x55};
  struct bytes all = content("a.wma");
  size_t begin = packets_begin(all);
  for (size_t place = 1; place < 20; place++) {
    char name[32];
    size_t at = begin + (all.size - begin) * place / 20;
    (void)snprintf(name, sizeof name, "slipped%zu.wma", place);
    write_without(name, all, at, sizeof stretch);
    assert_refused(name, "is cut off: it has ");
    FILE *file = fopen(in_folder(name), "ab");
    assert_non_null(file);
    assert_int_equal(fwrite(stretch, 1, sizeof stretch, file), sizeof stretch);
    assert_int_equal(fclose(file), 0);
    assert_refused(name, "is none, a stretch is missing or overwritten");
  }
  free(all.data);
}

static void windows_media_with_a_bad_head(void **state) {
  (void)state;
  struct bytes all = content("a.wma");
  size_t begin = packets_begin(all);
  write_file("stump.wma", all.data, begin - 60);
  assert_refused("stump.wma", "is damaged: it ends within its header");
  write_file("head.wma", all.data, begin - 50);
  assert_refused("head.wma", "is damaged: its sound does not follow its header");
  all.data[30 + 16]++; /* the length of the first object in the header */
  write_file("objects.wma", all.data, all.size);
  assert_refused("objects.wma", "is damaged: the objects of its header do not fit into it");
  all.data[30 + 16]--;
  all.data[30] ^= 1; /* its name: no File Properties any more */
  write_file("nameless.wma", all.data, all.size);
  assert_refused("nameless.wma", "is damaged: its header says nothing of the file");
  free(all.data);
  run("cat a.wma a.wma > joined.wma");
  assert_refused("joined.wma", "holds another sound file behind its own sound");
}

/* Every block length there is; less than a block or two is missing, and nothing is refused. One
 * that was written to a pipe says nothing of its length. */
static void good_windows_media(void **state) {
  (void)state;
  static const unsigned rates[] = {8000, 11025, 22050, 32000, 44100, 48000};
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    for (int version = 1; version <= 2; version++) {
      run("ffmpeg -v error -y -i a.wav -ar %u -c:a wmav%d good.wma", rates[i], version);
      struct bytes ours = render("good.wma");
      assert_in_range(ours.size, (132904 - 2 * 44100 * 2048 / 22051) * 4, 140000 * 4);
      free(ours.data);
    }
  }
  run("ffmpeg -v error -i a.wav -f asf - | cat > pipe.wma");
  struct bytes ours = render("pipe.wma"), theirs = render("a.wma");
  assert_in_range(ours.size, theirs.size - 2048 * 4, theirs.size + 2048 * 4);
  free(ours.data);
  free(theirs.data);
}

/* --- DTS, AC-3, E-AC-3: a chain of frames ----------------------------------------------------
 */

#define HOLE 4000 /* no multiple of a frame: whole frames that are gone leave no trace */

/* At every place: zeros instead of sound, and the sound gone. A frame of AC-3 has a sum. */
static void holes_are_found(void **state) {
  (void)state;
  static const char *const names[] = {"a.dts", "a.ac3", "a.eac3"};
  run("ffmpeg -v error -i a.wav -strict -2 -c:a dca a.dts");
  run("ffmpeg -v error -i a.wav a.ac3 && ffmpeg -v error -i a.wav a.eac3");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char name[32];
    struct bytes all = content(names[i]), hurt = content(names[i]);
    for (size_t place = 1; place < 12; place += 3) {
      size_t at = (all.size - HOLE) * place / 12;
      (void)snprintf(name, sizeof name, "missing%zu-%s", place, names[i]);
      write_without(name, all, at, HOLE);
      assert_refused(name, name);
      memset(hurt.data + at, 0, HOLE);
      (void)snprintf(name, sizeof name, "zeros%zu-%s", place, names[i]);
      write_file(name, hurt.data, hurt.size);
      assert_refused(name, name);
      memcpy(hurt.data + at, all.data + at, HOLE);
    }
    free(all.data);
    free(hurt.data);
  }
}

/* FSIZE of a core frame. */
static size_t core_bytes(const uint8_t *frame) {
  assert_memory_equal(frame, "\x7F\xFE\x80\x01", 4);
  return ((size_t)(frame[5] & 3) << 12 | (size_t)frame[6] << 4 | frame[7] >> 4) + 1;
}

/* The frames with something behind each; how many there are. */
static size_t write_frames(const char *name, struct bytes all, const uint8_t *more,
                           size_t length) {
  uint8_t *made = malloc(2 * all.size + 1);
  size_t size = 0, count = 0, frame;
  assert_non_null(made);
  for (size_t at = 0; at < all.size; at += frame, count++) {
    frame = core_bytes(all.data + at);
    memcpy(made + size, all.data + at, frame);
    memcpy(made + size + frame, more, length);
    size += frame + length;
  }
  write_file(name, made, size);
  free(made);
  return count;
}

static void dts_is_followed_from_frame_to_frame(void **state) {
  (void)state;
  /* Of 20 and of 24 bytes, the second with wide lengths. */
  static const uint8_t padding[12] = {0},
                       narrow[20] = {0x64, 0x58, 0x20, 0x25, 0, 1, 0xE0, 2, 0x60},
                       border[22] = {0, 0, 0x64, 0x58, 0x20, 0x25, 0, 1, 0xE0, 2, 0x60},
                       wide[24] = {0x64, 0x58, 0x20, 0x25, 0, 0x20, 0x1E, 0, 2, 0xE0};
  struct bytes all = content("a.dts"), ours = render("a.dts");
  size_t frames = write_frames("padded.dts", all, padding, sizeof padding);
  assert_int_equal(ours.size, frames * 512 * 4);
  assert_same(render("padded.dts"), ours);
  write_frames("narrow.dts", all, narrow, sizeof narrow);
  write_frames("wide.dts", all, wide, sizeof wide);
  write_frames("four.dts", all, border, sizeof border);
  redbook_source_unref(open_whole("four.dts"));
  redbook_source_unref(open_whole("narrow.dts"));
  redbook_source_unref(open_whole("wide.dts"));
  write_frames("odd.dts", all, narrow, sizeof narrow - 1);
  assert_refused("odd.dts", "odd.dts is damaged at 0.01 s: its DTS frame there (byte ");
  size_t frame = core_bytes(all.data);
  write_file("within.dts", all.data, 20 * frame + 50);
  assert_refused("within.dts", "within.dts is cut off: it ends within a frame, at 0.23 s");
  write_file("border.dts", all.data, 20 * frame);
  assert_int_equal((ours = render("border.dts")).size, 20 * 512 * 4);
  free(ours.data);
  free(all.data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wavpack_without_a_block),
      cmocka_unit_test(true_audio_without_a_frame),
      cmocka_unit_test(good_ones_of_counted_samples),
      cmocka_unit_test(windows_media_without_packets),
      cmocka_unit_test(windows_media_that_has_slipped),
      cmocka_unit_test(windows_media_with_a_bad_head),
      cmocka_unit_test(good_windows_media),
      cmocka_unit_test(holes_are_found),
      cmocka_unit_test(dts_is_followed_from_frame_to_frame),
  };
  return cmocka_run_group_tests_name("audio/outside_cut", tests, make_files, remove_folder);
}
