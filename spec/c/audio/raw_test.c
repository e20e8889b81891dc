/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headerless PCM from descriptors: files from their offset, pipes through a spool. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "../../support/audio/fixtures.h"

#define SECTOR 2352

static uint8_t sound[10 * SECTOR + 400];

static int make_files(void **state) {
  if (make_folder(state) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR) return -1;
  for (size_t i = 0; i < sizeof sound; i++)
    sound[i] = (uint8_t)(i * 7 + i / 256 + 1);
  write_file("a.raw", sound, sizeof sound);
  return 0;
}

static int open_at(const char *name, off_t offset) {
  int fd = open(in_folder(name), O_RDONLY | O_CLOEXEC);
  assert_true(fd >= 0);
  assert_int_equal(lseek(fd, offset, SEEK_SET), offset);
  return fd;
}

static struct redbook_source *open_raw(int fd, int64_t sectors) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_source *source = redbook_source_open_raw(fd, sectors, "tape", &err);
  if (!source) fail_msg("%08X %s", err.code, err.message);
  return source;
}

static void assert_raw_refused(int fd, int64_t sectors, const char *what) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_source *source = redbook_source_open_raw(fd, sectors, "tape", &err);
  if (source && redbook_source_scan(source, NULL, NULL, &err)) fail_msg("taken: %s", what);
  redbook_source_unref(source);
  if (err.code != 0xC0AA050Du || !strstr(err.message, "tape") || !strstr(err.message, what))
    fail_msg("%08X \"%s\" instead of \"%s\"", err.code, err.message, what);
}

static void file_from_its_offset(void **state) {
  (void)state;
  int fd = open_at("a.raw", 1000);
  struct redbook_source *source = open_raw(fd, -1);
  assert_int_equal(redbook_source_announced_sectors(source), 10);
  struct bytes bytes = drain(source, 3);
  assert_int_equal(bytes.size, 10 * SECTOR);
  assert_memory_equal(bytes.data, sound + 1000, sizeof sound - 1000);
  assert_int_equal(redbook_source_scanned(source)->frames, (sizeof sound - 1000) / 4);
  assert_int_equal(lseek(fd, 0, SEEK_CUR), 1000);
  free(bytes.data);
  redbook_source_unref(source);
  assert_int_equal(close(fd), 0);
}

static void announced_less_than_there_is(void **state) {
  (void)state;
  int fd = open_at("a.raw", 8);
  struct redbook_source *source = open_raw(fd, 4);
  assert_int_equal(close(fd), 0); /* the source has its own */
  struct bytes bytes = drain(source, 26);
  assert_int_equal(bytes.size, 4 * SECTOR);
  assert_memory_equal(bytes.data, sound + 8, bytes.size);
  free(bytes.data);
  redbook_source_unref(source);
}

static void format_of_raw(void **state) {
  (void)state;
  int fd = open_at("a.raw", 0);
  struct redbook_source *source = open_raw(fd, -1);
  const struct redbook_source_format *format = redbook_source_format(source);
  assert_string_equal(format->container, "raw PCM");
  assert_string_equal(format->encoding, "16-bit integer");
  assert_int_equal(format->sample_rate, 44100);
  assert_int_equal(format->channels, 2);
  assert_int_equal(format->bits, 16);
  assert_true(format->exact);
  assert_int_equal(format->announced_frames, sizeof sound / 4);
  assert_string_equal(redbook_source_name(source), "tape");
  redbook_source_unref(source);
  assert_int_equal(close(fd), 0);
}

static void bad_lengths(void **state) {
  (void)state;
  int fd = open_at("a.raw", 0);
  assert_raw_refused(fd, 11, "Fewer bytes than announced: tape ends at sector 10 of 11");
  assert_raw_refused(fd, 0, "announced with 0 sectors");
  assert_int_equal(lseek(fd, 2, SEEK_SET), 2);
  assert_raw_refused(fd, -1, "23918 bytes, not a multiple of 4");
  assert_int_equal(lseek(fd, sizeof sound, SEEK_SET), sizeof sound);
  assert_raw_refused(fd, -1, "there is no sound in tape");
  assert_int_equal(close(fd), 0);
  struct redbook_error err;
  assert_null(redbook_source_open_raw(fd, -1, "tape", &err));
  assert_int_equal(err.code, 0x80070006u);
}

static void headers_are_not_burned(void **state) {
  (void)state;
  static const char *const heads[] = {"RIFF", "RF64", "fLaC", "OggS", "FORM", "caff", "ID3\4"};
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    write_file("head.raw", heads[i], 4);
    run("cat a.raw >> head.raw");
    int fd = open_at("head.raw", 0);
    assert_raw_refused(fd, -1, "a sound file with a header");
    assert_int_equal(close(fd), 0);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], heads[i], 4), 4);
    assert_int_equal(write(ends[1], sound, 2352), 2352);
    assert_int_equal(close(ends[1]), 0);
    assert_raw_refused(ends[0], -1, "a sound file with a header");
    assert_int_equal(close(ends[0]), 0);
  }
}

static void *write_slowly(void *argument) {
  int fd = *(int *)argument;
  const struct timespec rest = {0, 2000000};
  for (size_t at = 0; at < sizeof sound;) {
    size_t step = sizeof sound - at < 777 ? sizeof sound - at : 777;
    if (write(fd, sound + at, step) != (ssize_t)step) break;
    at += step;
    (void)nanosleep(&rest, NULL);
  }
  (void)close(fd);
  return NULL;
}

static void pipe_is_spooled(void **state) {
  (void)state;
  int ends[2];
  pthread_t thread;
  assert_int_equal(pipe(ends), 0);
  struct redbook_source *source = open_raw(ends[0], -1);
  assert_int_equal(close(ends[0]), 0);
  assert_int_equal(redbook_source_announced_sectors(source), -1);
  assert_int_equal(pthread_create(&thread, NULL, write_slowly, &ends[1]), 0);
  struct bytes bytes = drain(source, 4);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(redbook_source_announced_sectors(source), 11);
  assert_int_equal(bytes.size, 11 * SECTOR);
  assert_memory_equal(bytes.data, sound, sizeof sound);
  free(bytes.data);
  struct redbook_error err;
  assert_true(redbook_source_rewind(source, &err));
  uint8_t again[SECTOR];
  assert_int_equal(redbook_source_read(source, again, 1, &err), 1);
  assert_memory_equal(again, sound, SECTOR);
  redbook_source_unref(source);
}

/* Announced: it can be read straight from the pipe, once, without a scan. */
static void announced_pipe_without_a_scan(void **state) {
  (void)state;
  int ends[2];
  pthread_t thread;
  struct redbook_error err;
  assert_int_equal(pipe(ends), 0);
  struct redbook_source *source = open_raw(ends[0], 10);
  assert_int_equal(close(ends[0]), 0);
  assert_int_equal(redbook_source_announced_sectors(source), 10);
  assert_int_equal(pthread_create(&thread, NULL, write_slowly, &ends[1]), 0);
  uint8_t data[16 * SECTOR];
  assert_int_equal(redbook_source_read(source, data, 3, &err), 3);
  assert_false(redbook_source_rewind(source, &err));
  redbook_source_unref(source);
  assert_int_equal(pthread_join(thread, NULL), 0);
}

static void pipe_shorter_than_announced(void **state) {
  (void)state;
  int ends[2];
  pthread_t thread;
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(pthread_create(&thread, NULL, write_slowly, &ends[1]), 0);
  assert_raw_refused(ends[0], 20, "Fewer bytes than announced: tape ends at sector 10 of 20");
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(close(ends[0]), 0);
}

static void *cancel_soon(void *argument) {
  const struct timespec rest = {0, 100000000};
  (void)nanosleep(&rest, NULL);
  atomic_store((atomic_bool *)argument, true);
  return NULL;
}

static void silent_pipe_can_be_cancelled(void **state) {
  (void)state;
  int ends[2];
  pthread_t thread;
  atomic_bool cancel = false;
  struct redbook_error err;
  struct timespec before, after;
  assert_int_equal(pipe(ends), 0);
  struct redbook_source *source = open_raw(ends[0], -1);
  assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &cancel), 0);
  (void)clock_gettime(CLOCK_MONOTONIC, &before);
  assert_false(redbook_source_scan(source, &cancel, NULL, &err));
  (void)clock_gettime(CLOCK_MONOTONIC, &after);
  assert_int_equal(err.code, 0xC0AA0002u);
  assert_true(after.tv_sec - before.tv_sec < 60);
  assert_int_equal(pthread_join(thread, NULL), 0);
  redbook_source_unref(source);
  assert_int_equal(close(ends[0]), 0);
  assert_int_equal(close(ends[1]), 0);
}

static void *write_seven_bytes(void *argument) {
  int fd = *(int *)argument;
  if (write(fd, "1234567", 7) == 7) (void)close(fd);
  return NULL;
}

static void pipe_of_odd_bytes(void **state) {
  (void)state;
  for (int scanned = 0; scanned < 2; scanned++) {
    int ends[2];
    struct redbook_error err;
    uint8_t data[SECTOR];
    assert_int_equal(pipe(ends), 0);
    (void)write_seven_bytes(&ends[1]);
    struct redbook_source *source = open_raw(ends[0], -1);
    if (scanned)
      assert_false(redbook_source_scan(source, NULL, NULL, &err));
    else
      assert_int_equal(redbook_source_read(source, data, 1, &err), -1);
    assert_int_equal(err.code, 0xC0AA050Du);
    assert_non_null(strstr(err.message, "7 bytes, not a multiple of 4"));
    redbook_source_unref(source);
    assert_int_equal(close(ends[0]), 0);
  }
}

/* What was refused once is refused again: the spool is no sound either. */
static void refused_pipe_stays_refused(void **state) {
  (void)state;
  int ends[2];
  uint8_t flac[2 * SECTOR] = "fLaC";
  const char *const wanted = "a sound file with a header";
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], flac, sizeof flac), sizeof flac);
  assert_int_equal(close(ends[1]), 0);
  struct redbook_source *source = open_raw(ends[0], -1);
  for (int again = 0; again < 2; again++) {
    struct redbook_error err;
    redbook_error_clear(&err);
    assert_false(redbook_source_scan(source, NULL, NULL, &err));
    assert_int_equal(err.code, 0xC0AA050Du);
    assert_non_null(strstr(err.message, wanted));
    assert_null(redbook_source_scanned(source));
    assert_true(redbook_source_rewind(source, &err));
    assert_int_equal(redbook_source_read(source, flac, 2, &err), -1);
    assert_non_null(strstr(err.message, wanted));
  }
  redbook_source_unref(source);
  assert_int_equal(close(ends[0]), 0);
}

static void scan_after_a_read_of_a_pipe(void **state) {
  (void)state;
  int ends[2];
  struct redbook_error err;
  uint8_t data[SECTOR];
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], sound, 2 * SECTOR), 2 * SECTOR);
  struct redbook_source *source = open_raw(ends[0], 2);
  assert_int_equal(redbook_source_read(source, data, 1, &err), 1);
  assert_memory_equal(data, sound, SECTOR);
  assert_false(redbook_source_scan(source, NULL, NULL, &err));
  assert_non_null(strstr(err.message, "cannot go back"));
  redbook_source_unref(source);
  assert_int_equal(close(ends[0]), 0);
  assert_int_equal(close(ends[1]), 0);
}

static void file_that_shrinks(void **state) {
  (void)state;
  run("cp a.raw shrinks.raw");
  int fd = open_at("shrinks.raw", 0);
  struct redbook_error err;
  uint8_t data[12 * SECTOR];
  struct redbook_source *source = open_raw(fd, -1);
  run("truncate -s 5000 shrinks.raw");
  assert_int_equal(redbook_source_read(source, data, 12, &err), -1);
  assert_int_equal(err.code, 0xC0AA050Du);
  assert_non_null(strstr(err.message, "tape ends at sector 2 of 10"));
  redbook_source_unref(source);
  assert_int_equal(close(fd), 0);
}

static void folder(void **state) {
  (void)state;
  int fd = open(fixture_folder, O_RDONLY | O_CLOEXEC);
  assert_raw_refused(fd, -1, "is a folder");
  assert_int_equal(close(fd), 0);
}

static void spool_is_unlinked_and_close_on_exec(void **state) {
  (void)state;
  struct redbook_error err;
  assert_int_equal(setenv("TMPDIR", fixture_folder, 1), 0);
  int fd = redbook_spool_file(&err);
  assert_int_equal(unsetenv("TMPDIR"), 0);
  assert_true(fd > 2);
  assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  struct stat status, folder;
  assert_int_equal(fstat(fd, &status), 0);
  assert_int_equal(stat(fixture_folder, &folder), 0);
  assert_int_equal(status.st_nlink, 0);
  assert_true(status.st_dev == folder.st_dev);
  assert_int_equal(status.st_mode & 07777, 0600);
  assert_int_equal(write(fd, "abcd", 4), 4);
  char back[4];
  assert_int_equal(pread(fd, back, 4, 0), 4);
  assert_memory_equal(back, "abcd", 4);
  assert_int_equal(close(fd), 0);
}

static void spool_goes_on_when_tmpdir_is_bad(void **state) {
  (void)state;
  struct redbook_error err;
  assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
  int fd = redbook_spool_file(&err);
  assert_int_equal(unsetenv("TMPDIR"), 0);
  assert_true(fd >= 0);
  assert_int_equal(close(fd), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(file_from_its_offset),
      cmocka_unit_test(announced_less_than_there_is),
      cmocka_unit_test(format_of_raw),
      cmocka_unit_test(bad_lengths),
      cmocka_unit_test(headers_are_not_burned),
      cmocka_unit_test(pipe_is_spooled),
      cmocka_unit_test(announced_pipe_without_a_scan),
      cmocka_unit_test(pipe_shorter_than_announced),
      cmocka_unit_test(silent_pipe_can_be_cancelled),
      cmocka_unit_test(pipe_of_odd_bytes),
      cmocka_unit_test(refused_pipe_stays_refused),
      cmocka_unit_test(scan_after_a_read_of_a_pipe),
      cmocka_unit_test(file_that_shrinks),
      cmocka_unit_test(folder),
      cmocka_unit_test(spool_is_unlinked_and_close_on_exec),
      cmocka_unit_test(spool_goes_on_when_tmpdir_is_bad),
  };
  return cmocka_run_group_tests_name("audio/raw", tests, make_files, remove_folder);
}
