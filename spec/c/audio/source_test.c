/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a source: scan, cancel, progress, rewind, references, its descriptors. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>

#include "../../support/audio/fixtures.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 a.wav synth 2 pinknoise vol 0.9");
  run("sox -R -n -r 48000 -c 2 -b 24 b.wav synth 30 pinknoise vol 0.9");
  run("oggenc -Q -s 1 -o a.ogg a.wav");
  return 0;
}

static void scan_result(void **state) {
  (void)state;
  struct redbook_error err;
  atomic_uint_fast32_t done = 0;
  struct redbook_source *source = open_whole("a.wav");
  assert_null(redbook_source_scanned(source));
  assert_true(redbook_source_scan(source, NULL, &done, &err));
  const struct redbook_source_scan *scan = redbook_source_scanned(source);
  assert_int_equal(scan->frames, 88200);
  assert_int_equal(scan->sectors, 150);
  assert_int_equal(scan->clipped_samples, 0);
  assert_int_equal(atomic_load(&done), 150);
  struct bytes raw = output("sox a.wav -t raw -");
  assert_int_equal(raw.size, 150 * 2352);
  assert_int_equal(scan->crc32, redbook_crc32(0, raw.data, raw.size));
  free(raw.data);
  done = 0;
  assert_true(redbook_source_scan(source, NULL, &done, &err)); /* kept: tells it at once */
  assert_int_equal(atomic_load(&done), 150);
  redbook_source_unref(source);
}

static void padding_belongs_to_the_sum(void **state) {
  (void)state;
  run("sox a.wav short.wav trim 0 1000s && { sox short.wav -t raw -; "
      "head -c 704 /dev/zero; } > short.raw");
  struct redbook_source *source = open_whole("short.wav");
  struct bytes ours = drain(source, 1), theirs = output("cat short.raw");
  assert_int_equal(redbook_source_scanned(source)->frames, 1000);
  assert_same(ours, theirs);
  redbook_source_unref(source);
}

static void cancelled_before_and_during(void **state) {
  (void)state;
  struct redbook_error err;
  atomic_bool cancel = true;
  atomic_uint_fast32_t done = 0;
  struct redbook_source *source = open_whole("b.wav");
  assert_false(redbook_source_scan(source, &cancel, &done, &err));
  assert_int_equal(err.code, 0xC0AA0002u);
  assert_int_equal(atomic_load(&done), 0);
  assert_null(redbook_source_scanned(source));
  cancel = false;
  assert_true(redbook_source_scan(source, &cancel, &done, &err));
  assert_int_equal(redbook_source_scanned(source)->sectors, 2250);
  redbook_source_unref(source);
}

struct scanning {
  struct redbook_source *source;
  atomic_bool cancel;
  atomic_uint_fast32_t done;
  bool result;
  struct redbook_error err;
};

/* Set in a thread that scans: from its first sector on it is not read on before the cancel. */
static _Thread_local struct scanning *held;

/* In place of the C library's, for all that is linked into this program. */
ssize_t pread(int fd, void *data, size_t length, off_t offset) {
  for (int i = 0;
       held && i < 120000 && atomic_load(&held->done) > 0 && !atomic_load(&held->cancel); i++)
    (void)usleep(1000);
  return pread64(fd, data, length, offset);
}

static void *scan_thread(void *argument) {
  struct scanning *scanning = argument;
  held = scanning;
  scanning->result =
      redbook_source_scan(scanning->source, &scanning->cancel, &scanning->done, &scanning->err);
  return NULL;
}

static void cancelled_while_it_runs(void **state) {
  (void)state;
  pthread_t thread;
  run("sox b.wav b.wav b.wav b.wav b.wav b.wav b.wav b.wav long.wav");
  struct scanning scanning = {.source = open_whole("long.wav")};
  assert_int_equal(pthread_create(&thread, NULL, scan_thread, &scanning), 0);
  while (atomic_load(&scanning.done) == 0)
    (void)usleep(1000);
  atomic_store(&scanning.cancel, true);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_false(scanning.result);
  assert_int_equal(scanning.err.code, 0xC0AA0002u);
  assert_in_range(atomic_load(&scanning.done), 1, 8 * 2250 - 1);
  redbook_source_unref(scanning.source);
}

/* Before the first sector of a late part there is much to decode: a cancel is seen there too.
 */
static void cancelled_on_the_way_to_a_part(void **state) {
  (void)state;
  pthread_t thread;
  struct redbook_error err;
  const struct redbook_source_part part = {29000, -1};
  run("lame --quiet -t a.wav a.mp3 && for i in $(seq 200); do cat a.mp3; done > long.mp3");
  struct redbook_source *source = redbook_source_open(in_folder("long.mp3"), &part, NULL, &err);
  struct scanning scanning = {.source = source};
  assert_non_null(scanning.source);
  assert_int_equal(pthread_create(&thread, NULL, scan_thread, &scanning), 0);
  (void)usleep(20000);
  atomic_store(&scanning.cancel, true);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_false(scanning.result);
  assert_int_equal(scanning.err.code, 0xC0AA0002u);
  assert_int_equal(atomic_load(&scanning.done), 0);
  redbook_source_unref(scanning.source);
}

static void rewind_gives_the_same_bytes(void **state) {
  (void)state;
  static const char *const names[] = {"a.wav", "a.ogg", "b.wav"};
  static uint8_t first[40 * 2352], second[40 * 2352];
  struct redbook_error err;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct redbook_source *source = open_whole(names[i]);
    assert_int_equal(redbook_source_read(source, first, 40, &err), 40);
    assert_int_equal(redbook_source_read(source, second, 13, &err), 13);
    assert_true(redbook_source_rewind(source, &err));
    assert_int_equal(redbook_source_read(source, second, 40, &err), 40);
    assert_memory_equal(first, second, sizeof first);
    redbook_source_unref(source);
  }
}

static void end_stays_the_end(void **state) {
  (void)state;
  static uint8_t data[200 * 2352];
  struct redbook_error err;
  struct redbook_source *source = open_whole("a.wav");
  assert_int_equal(redbook_source_read(source, data, 0, &err), 0);
  assert_int_equal(redbook_source_read(source, data, 200, &err), 150);
  assert_int_equal(redbook_source_read(source, data, 200, &err), 0);
  assert_int_equal(redbook_source_read(source, data, 1, &err), 0);
  redbook_source_unref(source);
}

static int open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  assert_non_null(folder);
  int count = 0;
  while (readdir(folder))
    count++;
  assert_int_equal(closedir(folder), 0);
  return count;
}

static void last_reference_closes(void **state) {
  (void)state;
  int before = open_descriptors();
  struct redbook_source *source = open_whole("a.ogg");
  assert_int_equal(open_descriptors(), before + 1);
  assert_ptr_equal(redbook_source_ref(source), source);
  redbook_source_unref(source);
  assert_int_equal(open_descriptors(), before + 1);
  redbook_source_unref(source);
  assert_int_equal(open_descriptors(), before);
  redbook_source_unref(NULL);
  assert_null(redbook_source_open(in_folder("none"), NULL, NULL, NULL));
  assert_int_equal(open_descriptors(), before);
}

static void descriptors_close_on_exec(void **state) {
  (void)state;
  struct redbook_source *source = open_whole("a.ogg");
  for (int fd = 3; fd < 64; fd++) {
    char link[32], target[256] = {0};
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, target, sizeof target - 1) > 0 && strstr(target, "a.ogg"))
      assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  }
  redbook_source_unref(source);
}

/* The file at the path may be replaced between scan and burn: the opened one is burned. */
static void replaced_file_is_not_seen(void **state) {
  (void)state;
  run("cp a.wav c.wav");
  struct redbook_source *source = open_whole("c.wav");
  struct redbook_error err;
  assert_true(redbook_source_scan(source, NULL, NULL, &err));
  run("cp b.wav d.wav && mv d.wav c.wav");
  struct bytes bytes = drain(source, 26);
  assert_same(bytes, output("sox a.wav -t raw -"));
  redbook_source_unref(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scan_result),
      cmocka_unit_test(padding_belongs_to_the_sum),
      cmocka_unit_test(cancelled_before_and_during),
      cmocka_unit_test(cancelled_while_it_runs),
      cmocka_unit_test(cancelled_on_the_way_to_a_part),
      cmocka_unit_test(rewind_gives_the_same_bytes),
      cmocka_unit_test(end_stays_the_end),
      cmocka_unit_test(last_reference_closes),
      cmocka_unit_test(descriptors_close_on_exec),
      cmocka_unit_test(replaced_file_is_not_seen),
  };
  return cmocka_run_group_tests_name("audio/source", tests, make_files, remove_folder);
}
