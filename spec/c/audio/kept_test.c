/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scan keeps: read instead of decoding, the same bytes, and never the reason of a
 * failure. Whether the file itself is read again shows when it is emptied after the scan. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "../../support/audio/fixtures.h"

#define PLENTY (UINT64_C(1) << 30)

static const char *const decoded[] = {"a.ogg", "a.flac", "b.wav", "a.mp3", "a.m4a"};
#define COUNT (sizeof decoded / sizeof *decoded)

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 a.wav synth 2 pinknoise vol 0.9");
  run("sox -R -n -r 48000 -c 2 -b 24 b.wav synth 3.3 pinknoise vol 0.9");
  run("oggenc -Q -s 1 -o a.ogg a.wav");
  run("flac -s -o a.flac a.wav");
  run("lame --quiet a.wav a.mp3");
  run("ffmpeg -nostdin -i a.wav -c:a aac a.m4a");
  return 0;
}

/* A copy that may be emptied. */
static struct redbook_source *open_copy(const char *name) {
  run("cp %s c.%s", name, name);
  char copy[32];
  (void)snprintf(copy, sizeof copy, "c.%s", name);
  return open_whole(copy);
}

static void scan(struct redbook_source *source) {
  struct redbook_error err;
  if (!redbook_source_scan(source, NULL, NULL, &err)) fail_msg("%s", err.message);
}

static struct redbook_source *kept_copy(const char *name) {
  struct redbook_source *source = open_copy(name);
  redbook_source_keep(source, PLENTY, false);
  scan(source);
  assert_int_equal(redbook_source_kept(source),
                   (uint64_t)redbook_source_scanned(source)->sectors * 2352);
  return source;
}

/* Of the file itself nothing can be read after this. */
static void empty(const char *name) {
  char copy[32];
  (void)snprintf(copy, sizeof copy, "c.%s", name);
  assert_int_equal(truncate(in_folder(copy), 0), 0);
}

/* Descriptors of temporary files, as far as there is room in `found`. */
static unsigned spools(int *found, unsigned room) {
  unsigned count = 0;
  for (int fd = 3; fd < 256; fd++) {
    char link[32], target[256] = {0};
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, target, sizeof target - 1) <= 0 || !strstr(target, "(deleted)"))
      continue;
    if (count < room) found[count] = fd;
    count++;
  }
  return count;
}

static void decodes_once_and_gives_the_same(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT; i++) {
    struct redbook_source *plain = open_whole(decoded[i]), *source = kept_copy(decoded[i]);
    empty(decoded[i]);
    struct bytes theirs = drain(plain, 26);
    assert_int_equal(redbook_source_scanned(source)->crc32,
                     redbook_source_scanned(plain)->crc32);
    assert_int_equal(redbook_source_clipped(source), redbook_source_clipped(plain));
    for (uint32_t room = 1; room < 300; room = room * 7 + 1) {
      struct redbook_error err;
      struct bytes copy = {malloc(theirs.size), theirs.size};
      memcpy(copy.data, theirs.data, theirs.size);
      assert_same(drain(source, room), copy);
      assert_true(redbook_source_rewind(source, &err));
    }
    free(theirs.data);
    redbook_source_unref(plain);
    redbook_source_unref(source);
  }
}

/* The control of the test above: without keeping, an emptied file is noticed. */
static void reads_the_file_again_without(void **state) {
  (void)state;
  static uint8_t data[200 * 2352];
  for (size_t i = 0; i < COUNT - 1; i++) { /* an .m4a lies in a temporary file anyway */
    struct redbook_error err;
    struct redbook_source *source = open_copy(decoded[i]);
    scan(source);
    assert_int_equal(redbook_source_kept(source), 0);
    empty(decoded[i]);
    bool again = redbook_source_rewind(source, &err);
    assert_true(!again || redbook_source_read(source, data, 200, &err) < 0);
    redbook_source_unref(source);
  }
}

static bool into_crc(void *context, const uint8_t *data, uint32_t sectors,
                     struct redbook_error *err) {
  uint32_t *crc = context;
  (void)err;
  *crc = redbook_crc32(*crc, data, (size_t)sectors * REDBOOK_AUDIO_SECTOR_BYTES);
  return true;
}

static void renders_what_was_kept(void **state) {
  (void)state;
  struct redbook_error err;
  uint32_t crc = 0;
  struct redbook_source *source = kept_copy("b.wav");
  empty("b.wav");
  assert_true(redbook_source_render(source, into_crc, &crc, NULL, &err));
  assert_int_equal(crc, redbook_source_scanned(source)->crc32);
  redbook_source_unref(source);
}

static void keeps_parts(void **state) {
  (void)state;
  struct redbook_error err;
  const struct redbook_source_part part = {20, 100};
  struct redbook_source *source = redbook_source_open(in_folder("a.flac"), &part, NULL, &err);
  assert_non_null(source);
  redbook_source_keep(source, PLENTY, false);
  struct bytes ours = drain(source, 26), theirs = render_part("a.flac", 20, 100, 9);
  assert_int_equal(redbook_source_kept(source), 100 * 2352);
  assert_int_equal(redbook_source_announced_sectors(source), 100);
  assert_same(ours, theirs);
  redbook_source_unref(source);
}

static void plain_sound_is_kept_on_demand(void **state) {
  (void)state;
  for (int plain = 0; plain < 2; plain++) {
    struct redbook_source *source = open_whole("a.wav");
    redbook_source_keep(source, PLENTY, plain);
    struct bytes ours = drain(source, 26);
    assert_int_equal(redbook_source_kept(source), plain ? ours.size : 0);
    assert_same(ours, output("sox a.wav -t raw -"));
    redbook_source_unref(source);
  }
}

/* Headerless sound lies in its file as it is read, unless it is to be changed. */
static void headerless_sound_is_plain(void **state) {
  (void)state;
  run("sox a.wav -t raw a.raw");
  for (int change = 0; change < 2; change++) {
    struct redbook_error err;
    struct redbook_source *source =
        redbook_source_open_samples(in_folder("a.raw"), NULL, false, NULL, &err);
    assert_non_null(source);
    assert_true(redbook_source_set_gain(source, change ? -6 : 0, &err));
    redbook_source_keep(source, PLENTY, false);
    scan(source);
    assert_int_equal(redbook_source_kept(source),
                     change ? (uint64_t)redbook_source_scanned(source)->sectors * 2352 : 0);
    redbook_source_unref(source);
  }
}

/* One sector too few: nothing is kept, no descriptor stays, nothing else changes. */
static void a_limit_is_held(void **state) {
  (void)state;
  int found[8];
  unsigned before = spools(found, 8);
  for (int enough = 0; enough < 2; enough++) {
    struct redbook_source *source = open_whole("a.ogg");
    redbook_source_keep(source, 149 * 2352 + (enough ? 2352 : 2351), false);
    struct bytes bytes = drain(source, 26);
    assert_int_equal(redbook_source_kept(source), enough ? 150 * 2352 : 0);
    assert_int_equal(spools(found, 8), before + (enough ? 1 : 0));
    free(bytes.data);
    redbook_source_unref(source);
  }
  assert_int_equal(spools(found, 8), before);
}

/* Written files may be short, descriptors few: without a signal, without an error. */
static void limits_of_the_process_are_held(void **state) {
  (void)state;
  struct bytes theirs = render("a.ogg");
  for (int files = 0; files < 2; files++) {
    struct redbook_source *source = open_whole("a.ogg");
    redbook_source_keep(source, PLENTY, false);
    struct rlimit before, less;
    assert_int_equal(
        files ? getrlimit(RLIMIT_NOFILE, &before) : getrlimit(RLIMIT_FSIZE, &before), 0);
    less = before;
    less.rlim_cur = files ? 8 : 100 * 2352;
    assert_int_equal(files ? setrlimit(RLIMIT_NOFILE, &less) : setrlimit(RLIMIT_FSIZE, &less),
                     0);
    scan(source);
    assert_int_equal(
        files ? setrlimit(RLIMIT_NOFILE, &before) : setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(redbook_source_kept(source), 0);
    struct bytes bytes = drain(source, 26);
    assert_int_equal(redbook_crc32(0, bytes.data, theirs.size),
                     redbook_crc32(0, theirs.data, theirs.size));
    free(bytes.data);
    redbook_source_unref(source);
  }
  free(theirs.data);
}

/* Puts an empty file in the place of the temporary one: all its reads fail from now on. */
static void break_spool(void) {
  int found[8];
  assert_int_equal(spools(found, 8), 1);
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  assert_true(fd >= 0);
  assert_int_equal(dup2(fd, found[0]), found[0]);
  assert_int_equal(close(fd), 0);
}

/* In the middle, between two reads: the decoder goes on from there. */
static void a_dead_disk_is_decoded_around(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT; i++) {
    struct redbook_error err;
    struct redbook_source *source = kept_copy(decoded[i]);
    struct bytes theirs = render(decoded[i]);
    uint32_t sectors = redbook_source_scanned(source)->sectors;
    uint8_t *data = calloc(sectors + 20, 2352);
    assert_non_null(data);
    assert_int_equal(redbook_source_read(source, data, 61, &err), 61);
    break_spool();
    assert_int_equal(redbook_source_read(source, data + 61 * 2352, 1, &err), 1);
    assert_int_equal(redbook_source_read(source, data + 62 * 2352, sectors, &err),
                     sectors - 62);
    assert_memory_equal(data, theirs.data, theirs.size);
    assert_null(redbook_source_clone(source, &err));
    assert_same(drain(source, 26), (struct bytes){data, (size_t)sectors * 2352});
    free(theirs.data);
    redbook_source_unref(source);
  }
}

static void a_failed_scan_keeps_nothing(void **state) {
  (void)state;
  struct redbook_error err;
  int found[8];
  atomic_bool cancel = true;
  struct redbook_source *source = open_copy("a.ogg");
  redbook_source_keep(source, PLENTY, false);
  assert_null(redbook_source_clone(source, &err));
  assert_int_equal(err.code, REDBOOK_E_FAIL);
  assert_non_null(strstr(err.message, "has not been kept"));
  assert_false(redbook_source_scan(source, &cancel, NULL, &err));
  assert_int_equal(err.code, 0xC0AA0002u);
  assert_int_equal(redbook_source_kept(source), 0);
  assert_int_equal(spools(found, 8), 0);
  scan(source);
  assert_int_equal(spools(found, 8), 1);
  redbook_source_unref(source);
  assert_int_equal(spools(found, 8), 0);
}

struct reader {
  struct redbook_source *source;
  uint32_t room, crc;
};

static void *read_all(void *argument) {
  struct reader *reader = argument;
  static _Thread_local uint8_t data[64 * 2352];
  struct redbook_error err;
  int32_t got;
  while ((got = redbook_source_read(reader->source, data, reader->room, &err)) > 0)
    reader->crc = redbook_crc32(reader->crc, data, (size_t)got * 2352);
  if (got < 0) reader->crc = 0;
  return NULL;
}

/* The clones outlive the one they come from, and read in threads of their own. */
static void clones_read_at_once(void **state) {
  (void)state;
  struct reader readers[4] = {{.room = 1}, {.room = 26}, {.room = 64}, {.room = 7}};
  pthread_t threads[4];
  struct redbook_error err;
  struct redbook_source *source = kept_copy("b.wav");
  struct redbook_source_scan wanted = *redbook_source_scanned(source);
  for (size_t i = 0; i < 4; i++) {
    readers[i].source = redbook_source_clone(source, &err);
    assert_non_null(readers[i].source);
    assert_memory_equal(redbook_source_scanned(readers[i].source), &wanted, sizeof wanted);
    assert_int_equal(redbook_source_format(readers[i].source)->sample_rate, 48000);
    assert_string_equal(redbook_source_name(readers[i].source), redbook_source_name(source));
  }
  redbook_source_unref(source);
  empty("b.wav");
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, read_all, &readers[i]), 0);
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(readers[i].crc, wanted.crc32);
    redbook_source_unref(readers[i].source);
  }
}

/* A clone has no decoder: a dead disk is an error that names the sound. */
static void a_clone_says_that_its_disk_is_dead(void **state) {
  (void)state;
  uint8_t data[2352];
  struct redbook_error err;
  struct redbook_source *source = kept_copy("a.ogg"),
                        *clone = redbook_source_clone(source, &err);
  assert_non_null(clone);
  break_spool();
  assert_int_equal(redbook_source_read(clone, data, 1, &err), -1);
  assert_int_equal(err.code, REDBOOK_E_FAIL);
  assert_non_null(strstr(err.message, "the temporary file with the sound of "));
  assert_non_null(strstr(err.message, "c.a.ogg cannot be read"));
  redbook_source_unref(clone);
  redbook_source_unref(source);
}

/* Another gain is another sound; a clone's is what it is. */
static void gain_forgets_what_was_kept(void **state) {
  (void)state;
  int found[8];
  struct redbook_error err;
  struct redbook_source *source = kept_copy("a.ogg"),
                        *clone = redbook_source_clone(source, &err);
  uint32_t loud = redbook_source_scanned(source)->crc32;
  assert_non_null(clone);
  assert_false(redbook_source_set_gain(clone, -6, &err));
  assert_non_null(strstr(err.message, "the gain of a clone of "));
  assert_false(redbook_source_measure_loudness(clone, true, &err));
  assert_non_null(strstr(err.message, "the loudness of a clone of "));
  assert_non_null(redbook_source_scanned(clone));
  assert_true(redbook_source_measure_loudness(clone, false, &err));
  redbook_source_unref(clone);
  assert_true(redbook_source_set_gain(source, -6, &err));
  assert_int_equal(redbook_source_kept(source), 0);
  assert_int_equal(spools(found, 8), 0);
  struct bytes soft = drain(source, 26);
  assert_int_equal(redbook_source_kept(source), soft.size);
  assert_int_not_equal(redbook_source_scanned(source)->crc32, loud);
  free(soft.data);
  redbook_source_unref(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decodes_once_and_gives_the_same),
      cmocka_unit_test(reads_the_file_again_without),
      cmocka_unit_test(renders_what_was_kept),
      cmocka_unit_test(keeps_parts),
      cmocka_unit_test(plain_sound_is_kept_on_demand),
      cmocka_unit_test(headerless_sound_is_plain),
      cmocka_unit_test(a_limit_is_held),
      cmocka_unit_test(limits_of_the_process_are_held),
      cmocka_unit_test(a_dead_disk_is_decoded_around),
      cmocka_unit_test(a_failed_scan_keeps_nothing),
      cmocka_unit_test(clones_read_at_once),
      cmocka_unit_test(a_clone_says_that_its_disk_is_dead),
      cmocka_unit_test(gain_forgets_what_was_kept),
  };
  return cmocka_run_group_tests_name("audio/kept", tests, make_files, remove_folder);
}
