/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joined tracks: what comes out end to end is the conversion of the uncut sound, in whatever
 * order it is read, and each file is decoded once. */
#include <inttypes.h>
#include <pthread.h>

#include "../../support/audio/fixtures.h"

#define MOST 8

static const struct redbook_processing undithered = {.dither = REDBOOK_DITHER_NONE};

/* An album of one piece, and the same cut into three files where no sector ends. */
static void cut(const char *stem, const char *format) {
  run("sox -D %s.%s %s-1.%s trim 0 240001s && sox -D %s.%s %s-2.%s trim 240001s 333337s && "
      "sox -D %s.%s %s-3.%s trim 573338s",
      stem, format, stem, format, stem, format, stem, format, stem, format, stem, format);
}

#define SOUND "synth 19.3 sine 440:1200 sine 300:90 synth 19.3 sine amod 0.7 gain -4"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -D -r 48000 -n -b 24 -c 2 a.wav " SOUND);
  run("sox -R -D -r 96000 -n -b 24 -c 2 b.flac " SOUND);
  run("sox -R -D -r 44100 -n -b 16 -c 2 e.wav " SOUND);
  run("sox -R -D -r 44100 -n -b 24 -c 2 f.flac " SOUND);
  run("sox -R -D -r 48000 -n -b 16 -c 1 m.wav synth 19.3 sine 440:1200 gain -4");
  run("sox -R -D -r 22050 -n -b 8 -c 1 l.wav synth 27 sine 440:1200 gain -4");
  run("ffmpeg -v error -i a.wav -c:a libmp3lame -b:a 192k p.mp3");
  run("oggenc -Q -q 5 -o v.ogg a.wav");
  run("sox -R -n -r 48000 -b 16 n.wav synth 19.3 pinknoise gain -4; oggenc -Q -q 10 -o n.ogg "
      "n.wav");
  run("ffmpeg -v error -i a.wav -ac 6 s.wav");
  cut("a", "wav");
  cut("b", "flac");
  cut("e", "wav");
  cut("f", "flac");
  cut("m", "wav");
  run("sox -D l.wav l-1.wav trim 0 240001s && sox -D l.wav l-2.wav trim 240001s 177779s && "
      "sox -D l.wav l-3.wav trim 417780s");
  cut("s", "wav");
  run("sox -R -D -r 32000 -n -b 16 q.wav synth 5 sine 400");
  return 0;
}

struct joined {
  struct redbook_source *tracks[MOST];
  size_t count;
};

static struct joined join(const struct redbook_segment *segments, size_t count,
                          const struct redbook_processing *processing) {
  struct redbook_segment named[MOST];
  static char paths[MOST][128];
  struct joined joined = {.count = count};
  struct redbook_error err;
  redbook_error_clear(&err);
  for (size_t i = 0; i < count; i++) {
    (void)snprintf(paths[i], sizeof paths[i], "%s", in_folder(segments[i].path));
    named[i] = (struct redbook_segment){paths[i], segments[i].part};
  }
  if (!redbook_source_open_joined(named, count, processing, joined.tracks, &err))
    fail_msg("joining %s: %08X %s", segments[0].path, err.code, err.message);
  return joined;
}

static struct joined join_cut(const char *stem, const char *format,
                              const struct redbook_processing *processing) {
  char names[3][32];
  struct redbook_segment segments[3];
  for (int i = 0; i < 3; i++) {
    (void)snprintf(names[i], sizeof names[i], "%s-%d.%s", stem, i + 1, format);
    segments[i] = (struct redbook_segment){names[i], {0, -1}};
  }
  return join(segments, 3, processing);
}

static void close_joined(struct joined *joined) {
  for (size_t i = 0; i < joined->count; i++)
    redbook_source_unref(joined->tracks[i]);
}

/* The frames of all tracks, end to end. */
static struct bytes concatenate(const struct joined *joined, uint32_t room) {
  struct bytes all = {NULL, 0};
  for (size_t i = 0; i < joined->count; i++) {
    struct bytes one = drain(joined->tracks[i], room);
    uint64_t frames = redbook_source_scanned(joined->tracks[i])->frames;
    if (i + 1 < joined->count) assert_int_equal(frames % 588, 0);
    all.data = realloc(all.data, all.size + one.size + 1);
    assert_non_null(all.data);
    memcpy(all.data + all.size, one.data, (size_t)frames * 4);
    all.size += (size_t)frames * 4;
    free(one.data);
  }
  return all;
}

static struct bytes uncut(const char *name, int64_t start, int64_t length,
                          const struct redbook_processing *processing) {
  struct redbook_error err;
  struct redbook_source_part part = {start, length};
  redbook_error_clear(&err);
  struct redbook_source *source = redbook_source_open(in_folder(name), &part, processing, &err);
  if (!source) fail_msg("%s: %s", name, err.message);
  struct bytes bytes = drain(source, 26);
  bytes.size = (size_t)redbook_source_scanned(source)->frames * 4;
  redbook_source_unref(source);
  return bytes;
}

static const struct {
  const char *stem, *format;
} albums[] = {{"a", "wav"}, {"b", "flac"}, {"e", "wav"}, {"f", "flac"},
              {"m", "wav"}, {"l", "wav"},  {"s", "wav"}};

static void files_are_converted_as_if_uncut(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof albums / sizeof *albums; i++) {
    char name[32];
    (void)snprintf(name, sizeof name, "%s.%s", albums[i].stem, albums[i].format);
    const struct redbook_processing *ways[] = {&undithered, NULL};
    for (int way = 0; way < 2; way++) {
      struct joined joined = join_cut(albums[i].stem, albums[i].format, ways[way]);
      assert_same(concatenate(&joined, 26), uncut(name, 0, -1, ways[way]));
      close_joined(&joined);
    }
  }
}

/* Where the cuts are: the last whole sector before a file's end. */
static void the_remainder_goes_to_the_next_track(void **state) {
  (void)state;
  struct joined joined = join_cut("a", "wav", NULL);
  int64_t ends[] = {240001, 573338, 926400}, from = 0;
  assert_int_equal(joined.count, 3);
  for (size_t i = 0; i < 3; i++) {
    int64_t frames = (ends[i] * 147 + 80) / 160, sectors = frames / 588;
    struct bytes bytes = drain(joined.tracks[i], 26);
    if (i == 2) sectors = (frames + 587) / 588;
    assert_int_equal(redbook_source_scanned(joined.tracks[i])->sectors, sectors - from);
    assert_int_equal(redbook_source_announced_sectors(joined.tracks[i]), sectors - from);
    assert_string_equal(redbook_source_name(joined.tracks[i]), in_folder(i == 0   ? "a-1.wav"
                                                                         : i == 1 ? "a-2.wav"
                                                                                  : "a-3.wav"));
    from = sectors;
    free(bytes.data);
  }
  close_joined(&joined);
}

static void parts_of_a_file_are_converted_as_if_uncut(void **state) {
  (void)state;
  static const char *const names[] = {"a.wav", "b.flac", "p.mp3", "v.ogg",
                                      "m.wav", "l.wav",  "e.wav", "s.wav"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const struct redbook_processing *ways[] = {&undithered, NULL};
    const struct redbook_segment whole[] = {
        {names[i], {0, 401}}, {names[i], {401, 300}}, {names[i], {701, -1}}};
    const struct redbook_segment middle[] = {{names[i], {77, 301}}, {names[i], {378, 500}}};
    for (int way = 0; way < 2; way++) {
      struct joined joined = join(whole, 3, ways[way]);
      assert_int_equal(redbook_source_announced_sectors(joined.tracks[0]) == 401 ||
                           strcmp(names[i], "p.mp3") == 0 || strcmp(names[i], "v.ogg") == 0,
                       1);
      assert_same(concatenate(&joined, 26), uncut(names[i], 0, -1, ways[way]));
      assert_int_equal(redbook_source_scanned(joined.tracks[0])->sectors, 401);
      assert_int_equal(redbook_source_scanned(joined.tracks[1])->sectors, 300);
      close_joined(&joined);
      joined = join(middle, 2, ways[way]);
      assert_same(concatenate(&joined, 7), uncut(names[i], 77, 801, ways[way]));
      close_joined(&joined);
    }
  }
}

/* The end of one file and the beginning of another, as a cue sheet's tracks may be. */
static void a_track_may_follow_another_files_part(void **state) {
  (void)state;
  const struct redbook_segment parts[] = {
      {"a-1.wav", {31, 200}}, {"a-1.wav", {231, -1}}, {"a-2.wav", {0, 300}},
      {"a-2.wav", {300, -1}}, {"a-3.wav", {0, -1}},
  };
  struct joined joined = join(parts, 5, &undithered);
  assert_same(concatenate(&joined, 26), uncut("a.wav", 31, -1, &undithered));
  assert_int_equal(redbook_source_scanned(joined.tracks[0])->sectors, 200);
  assert_int_equal(redbook_source_scanned(joined.tracks[2])->sectors, 300);
  close_joined(&joined);
}

static void every_order_gives_the_same_bytes(void **state) {
  (void)state;
  static const int orders[][6] = {{2, 0, 1, 1, 2, 0}, {1, 0, 2, 2, 1, 0}};
  for (size_t i = 0; i < sizeof albums / sizeof *albums; i += 2) {
    struct joined first = join_cut(albums[i].stem, albums[i].format, NULL);
    struct bytes expected[3];
    for (int track = 0; track < 3; track++)
      expected[track] = drain(first.tracks[track], 26);
    for (int order = 0; order < 2; order++) {
      struct joined joined = join_cut(albums[i].stem, albums[i].format, NULL);
      for (int turn = 0; turn < 6; turn++) {
        int track = orders[order][turn];
        struct bytes bytes = drain(joined.tracks[track], 11);
        assert_int_equal(bytes.size, expected[track].size);
        assert_memory_equal(bytes.data, expected[track].data, bytes.size);
        assert_int_equal(redbook_source_scanned(joined.tracks[track])->clipped_samples,
                         redbook_source_scanned(first.tracks[track])->clipped_samples);
        free(bytes.data);
      }
      close_joined(&joined);
    }
    for (int track = 0; track < 3; track++)
      free(expected[track].data);
    close_joined(&first);
  }
}

/* By turns, a few sectors each: slow, but right. */
static void tracks_may_be_read_by_turns(void **state) {
  (void)state;
  struct joined first = join_cut("m", "wav", NULL), joined = join_cut("m", "wav", NULL);
  struct bytes expected[2] = {drain(first.tracks[0], 26), drain(first.tracks[1], 26)};
  uint8_t data[40 * REDBOOK_AUDIO_SECTOR_BYTES];
  size_t at[2] = {0, 0};
  struct redbook_error err;
  for (int turn = 0; turn < 12; turn++) {
    int track = turn % 2;
    int32_t got = redbook_source_read(joined.tracks[track], data, 40, &err);
    assert_int_equal(got, 40);
    assert_memory_equal(data, expected[track].data + at[track], sizeof data);
    at[track] += sizeof data;
  }
  free(expected[0].data);
  free(expected[1].data);
  close_joined(&first);
  close_joined(&joined);
}

/* Bytes that this process has read so far, by whatever call. */
static uint64_t bytes_read(void) {
  uint64_t count = 0;
  FILE *file = fopen("/proc/self/io", "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "rchar: %" SCNu64, &count), 1);
  (void)fclose(file);
  return count;
}

static uint64_t size_of(const char *name) {
  struct stat status;
  assert_int_equal(stat(in_folder(name), &status), 0);
  return (uint64_t)status.st_size;
}

static void scan_all(struct joined *joined) {
  struct redbook_error err;
  for (size_t i = 0; i < joined->count; i++)
    if (!redbook_source_scan(joined->tracks[i], NULL, NULL, &err)) fail_msg("%s", err.message);
}

static void read_all(struct joined *joined) {
  uint8_t data[26 * REDBOOK_AUDIO_SECTOR_BYTES];
  struct redbook_error err;
  for (size_t i = 0; i < joined->count; i++)
    while (redbook_source_read(joined->tracks[i], data, 26, &err) > 0)
      ;
}

static void each_file_is_decoded_once_in_a_pass(void **state) {
  (void)state;
  static const char *const names[] = {"p.mp3", "n.ogg", "a.wav"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct redbook_segment parts[6];
    for (int part = 0; part < 6; part++)
      parts[part] =
          (struct redbook_segment){names[i], {200 * part, part == 5 ? -1 : (int64_t)200}};
    struct joined joined = join(parts, 6, NULL);
    uint64_t before = bytes_read();
    scan_all(&joined);
    uint64_t scanned = bytes_read();
    read_all(&joined);
    uint64_t burned = bytes_read(), once = size_of(names[i]) + size_of(names[i]) / 8 + 160000;
    print_message("%s: %" PRIu64 " bytes, scan reads %" PRIu64 ", burn reads %" PRIu64 "\n",
                  names[i], size_of(names[i]), scanned - before, burned - scanned);
    /* The scan opens the file, and for that MP3 and Ogg are walked through, not decoded. */
    uint64_t walk = strcmp(names[i], "a.wav") == 0 ? 0 : size_of(names[i]);
    assert_in_range(scanned - before, size_of(names[i]) / 2, once + walk);
    assert_in_range(burned - scanned, size_of(names[i]) / 2, once);
    close_joined(&joined);
  }
}

static void assert_not_joined(const struct redbook_segment *segments, size_t count,
                              uint32_t code, const char *what) {
  struct redbook_segment named[MOST];
  char paths[MOST][128];
  struct redbook_source *tracks[MOST];
  struct redbook_error err;
  redbook_error_clear(&err);
  for (size_t i = 0; i < count; i++) {
    (void)snprintf(paths[i], sizeof paths[i], "%s", in_folder(segments[i].path));
    named[i] = (struct redbook_segment){paths[i], segments[i].part};
  }
  assert_false(redbook_source_open_joined(named, count, NULL, tracks, &err));
  assert_int_equal(err.code, code);
  if (!strstr(err.message, what)) fail_msg("\"%s\" instead of \"%s\"", err.message, what);
}

static void what_cannot_be_joined_is_refused(void **state) {
  (void)state;
  const struct {
    struct redbook_segment segments[2];
    const char *what;
  } rows[] = {
      {{{"a.wav", {0, -1}}, {"b.flac", {0, -1}}}, "b.flac cannot be joined: it has another"},
      {{{"a.wav", {0, -1}}, {"m.wav", {0, -1}}},
       "m.wav cannot be joined: it has another number"},
      {{{"e.wav", {0, -1}}, {"f.flac", {0, -1}}}, "f.flac cannot be joined: it has samples of"},
      {{{"a.wav", {0, -1}}, {"none.wav", {0, -1}}}, "none.wav: no such file"},
      {{{"a.wav", {0, 400}}, {"a.wav", {400, 90000}}}, "a.wav ends before its part does"},
      {{{"q.wav", {0, -1}}, {"q.wav", {5, -1}}}, "q.wav cannot be joined exactly"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_not_joined(rows[i].segments, 2, i == 3 ? 0x80070002u : 0xC0AA050Du, rows[i].what);
  const struct redbook_segment bad = {"a.wav", {-1, 0}};
  assert_not_joined(&bad, 1, 0x80070057u, "start -1");
}

/* The track in whose time it comes fails, under the name of the file. */
static void damage_is_told_by_the_files_name(void **state) {
  (void)state;
  run("cp b-1.flac d-1.flac; cp b-2.flac d-2.flac; cp b-3.flac d-3.flac; "
      "dd if=/dev/urandom of=d-2.flac bs=1 seek=400000 count=3000 conv=notrunc");
  struct joined joined = join_cut("d", "flac", NULL);
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_true(redbook_source_scan(joined.tracks[0], NULL, NULL, &err));
  assert_false(redbook_source_scan(joined.tracks[1], NULL, NULL, &err));
  assert_int_equal(err.code, 0xC0AA050Du);
  assert_non_null(strstr(err.message, "d-2.flac"));
  assert_true(redbook_source_scan(joined.tracks[0], NULL, NULL, &err));
  struct bytes again = drain(joined.tracks[0], 26), good;
  struct joined whole = join_cut("b", "flac", NULL);
  good = drain(whole.tracks[0], 26);
  assert_same(again, good);
  close_joined(&joined);
  close_joined(&whole);
}

static void files_may_be_decoded_by_ffmpeg(void **state) {
  (void)state;
  run("for n in 1 2 3; do ffmpeg -v error -y -i a-$n.wav -c:a alac -sample_fmt s32p o-$n.m4a; "
      "done");
  struct joined joined = join_cut("o", "m4a", &undithered);
  assert_same(concatenate(&joined, 26), uncut("a.wav", 0, -1, &undithered));
  struct joined again = join_cut("o", "m4a", &undithered);
  for (int track = 2; track >= 0; track--) {
    struct bytes bytes = drain(again.tracks[track], 26);
    assert_int_equal(redbook_source_scanned(again.tracks[track])->crc32,
                     redbook_source_scanned(joined.tracks[track])->crc32);
    free(bytes.data);
  }
  close_joined(&joined);
  close_joined(&again);
}

static void a_scan_can_be_cancelled(void **state) {
  (void)state;
  struct joined joined = join_cut("b", "flac", NULL);
  struct redbook_error err;
  atomic_bool cancel;
  atomic_init(&cancel, true);
  redbook_error_clear(&err);
  assert_false(redbook_source_scan(joined.tracks[2], &cancel, NULL, &err));
  assert_int_equal(err.code, 0xC0AA0002u);
  scan_all(&joined);
  struct bytes last = drain(joined.tracks[2], 26), same;
  struct joined other = join_cut("b", "flac", NULL);
  same = drain(other.tracks[2], 26);
  assert_same(last, same);
  close_joined(&joined);
  close_joined(&other);
}

static void a_gain_holds_for_all(void **state) {
  (void)state;
  struct redbook_processing quieter = {.dither = REDBOOK_DITHER_NONE, .gain = -7.5};
  static const char *const stems[] = {"a", "e"};
  for (int i = 0; i < 2; i++) {
    struct joined joined = join_cut(stems[i], "wav", &undithered);
    struct redbook_error err;
    scan_all(&joined);
    for (size_t track = 0; track < 3; track++)
      assert_true(redbook_source_set_gain(joined.tracks[track], -7.5, &err));
    assert_null(redbook_source_scanned(joined.tracks[1]));
    assert_same(concatenate(&joined, 26), uncut(i == 0 ? "a.wav" : "e.wav", 0, -1, &quieter));
    close_joined(&joined);
  }
}

static void *drain_thread(void *argument) {
  struct redbook_source *source = argument;
  struct redbook_error err;
  redbook_error_clear(&err);
  bool good = redbook_source_scan(source, NULL, NULL, &err);
  redbook_source_unref(source);
  return good ? NULL : argument;
}

/* Nobody should, but nothing breaks: one waits for the other. */
static void threads_do_not_meet(void **state) {
  (void)state;
  const struct redbook_segment parts[] = {{"e.wav", {0, 400}}, {"e.wav", {400, -1}}};
  struct joined first = join(parts, 2, NULL), joined = join(parts, 2, NULL);
  scan_all(&first);
  pthread_t threads[2];
  for (size_t i = 0; i < 2; i++)
    assert_int_equal(
        pthread_create(&threads[i], NULL, drain_thread, redbook_source_ref(joined.tracks[i])),
        0);
  for (size_t i = 0; i < 2; i++) {
    void *failed = NULL;
    pthread_join(threads[i], &failed);
    assert_null(failed);
    assert_int_equal(redbook_source_scanned(joined.tracks[i])->crc32,
                     redbook_source_scanned(first.tracks[i])->crc32);
  }
  close_joined(&first);
  close_joined(&joined);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_are_converted_as_if_uncut),
      cmocka_unit_test(the_remainder_goes_to_the_next_track),
      cmocka_unit_test(parts_of_a_file_are_converted_as_if_uncut),
      cmocka_unit_test(a_track_may_follow_another_files_part),
      cmocka_unit_test(every_order_gives_the_same_bytes),
      cmocka_unit_test(tracks_may_be_read_by_turns),
      cmocka_unit_test(each_file_is_decoded_once_in_a_pass),
      cmocka_unit_test(what_cannot_be_joined_is_refused),
      cmocka_unit_test(damage_is_told_by_the_files_name),
      cmocka_unit_test(files_may_be_decoded_by_ffmpeg),
      cmocka_unit_test(a_scan_can_be_cancelled),
      cmocka_unit_test(a_gain_holds_for_all),
      cmocka_unit_test(threads_do_not_meet),
  };
  return cmocka_run_group_tests(tests, make_files, remove_folder);
}
