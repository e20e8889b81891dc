/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound files made at test time in a folder of their own, and strangers to compare with. */
#ifndef SPEC_SUPPORT_AUDIO_FIXTURES_H
#define SPEC_SUPPORT_AUDIO_FIXTURES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "audio/source.h"

struct bytes {
  uint8_t *data;
  size_t size;
};

static char fixture_folder[64];

/* Every command runs in the folder, stderr of the tools left out. */
static __attribute__((unused)) int make_folder(void **state) {
  (void)state;
  (void)snprintf(fixture_folder, sizeof fixture_folder, "/tmp/redbook-audio-XXXXXX");
  return mkdtemp(fixture_folder) && chmod(fixture_folder, 0755) == 0 ? 0 : -1;
}

static __attribute__((unused)) int remove_folder(void **state) {
  (void)state;
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf '%s'", fixture_folder);
  return system(command);
}

static __attribute__((unused)) const char *in_folder(const char *name) {
  static char paths[4][128];
  static unsigned next;
  char *path = paths[next++ % 4];
  (void)snprintf(path, sizeof *paths, "%s/%s", fixture_folder, name);
  return path;
}

static __attribute__((unused, format(printf, 1, 2))) void run(const char *format, ...) {
  char command[2048], line[1536];
  va_list values;
  va_start(values, format);
  (void)vsnprintf(line, sizeof line, format, values);
  va_end(values);
  (void)snprintf(command, sizeof command, "cd '%s' && { %s; } >/dev/null 2>&1", fixture_folder,
                 line);
  if (system(command) != 0) fail_msg("fixture command failed: %s", line);
}

/* What a command prints. */
static __attribute__((unused, format(printf, 1, 2))) struct bytes output(const char *format,
                                                                         ...) {
  char command[2048], line[1536];
  va_list values;
  va_start(values, format);
  (void)vsnprintf(line, sizeof line, format, values);
  va_end(values);
  (void)snprintf(command, sizeof command, "cd '%s' && { %s; } 2>/dev/null", fixture_folder,
                 line);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  struct bytes bytes = {NULL, 0};
  size_t room = 0, got = 0;
  do {
    bytes.size += got;
    if (bytes.size == room) {
      room = room ? 2 * room : 1 << 20;
      bytes.data = realloc(bytes.data, room);
      assert_non_null(bytes.data);
    }
  } while ((got = fread(bytes.data + bytes.size, 1, room - bytes.size, pipe)) > 0);
  assert_int_equal(pclose(pipe), 0);
  return bytes;
}

static __attribute__((unused)) struct redbook_source *open_whole(const char *name) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_source *source = redbook_source_open(in_folder(name), NULL, NULL, &err);
  if (!source) fail_msg("%s: %08X %s", name, err.code, err.message);
  return source;
}

/* Scans, reads all sectors `room` at a time, holds the reads against the scan. */
static __attribute__((unused)) struct bytes drain(struct redbook_source *source,
                                                  uint32_t room) {
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_source_scan(source, NULL, NULL, &err)) fail_msg("scan: %s", err.message);
  const struct redbook_source_scan *scan = redbook_source_scanned(source);
  struct bytes bytes = {malloc(((size_t)scan->sectors + room) * REDBOOK_AUDIO_SECTOR_BYTES), 0};
  assert_non_null(bytes.data);
  int32_t got = 0;
  while ((got = redbook_source_read(source, bytes.data + bytes.size, room, &err)) > 0)
    bytes.size += (size_t)got * REDBOOK_AUDIO_SECTOR_BYTES;
  if (got < 0) fail_msg("read: %s", err.message);
  assert_int_equal(bytes.size, (size_t)scan->sectors * REDBOOK_AUDIO_SECTOR_BYTES);
  assert_int_equal(redbook_crc32(0, bytes.data, bytes.size), scan->crc32);
  assert_int_equal((scan->frames + 587) / 588, scan->sectors);
  for (size_t i = (size_t)scan->frames * 4; i < bytes.size; i++)
    assert_int_equal(bytes.data[i], 0);
  return bytes;
}

/* The frames of a file without padding. */
static __attribute__((unused)) struct bytes render_part(const char *name, int64_t start,
                                                        int64_t length, uint32_t room) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_source_part part = {start, length};
  struct redbook_source *source = redbook_source_open(in_folder(name), &part, NULL, &err);
  if (!source) fail_msg("%s: %08X %s", name, err.code, err.message);
  struct bytes bytes = drain(source, room);
  bytes.size = (size_t)redbook_source_scanned(source)->frames * 4;
  redbook_source_unref(source);
  return bytes;
}

static __attribute__((unused)) struct bytes render(const char *name) {
  return render_part(name, 0, -1, 26);
}

static __attribute__((unused)) void assert_same(struct bytes ours, struct bytes theirs) {
  assert_int_equal(ours.size, theirs.size);
  assert_true(ours.size > 0);
  assert_memory_equal(ours.data, theirs.data, ours.size);
  free(ours.data);
  free(theirs.data);
}

static __attribute__((unused)) int16_t sample(struct bytes bytes, size_t index) {
  return (int16_t)(uint16_t)(bytes.data[2 * index] | bytes.data[2 * index + 1] << 8);
}

/* Opening or scanning it fails with this code; the message names the file and says `what`. */
static __attribute__((unused)) void assert_refused_part(const char *name,
                                                        const struct redbook_source_part *part,
                                                        uint32_t code, const char *what) {
  struct redbook_error err;
  redbook_error_clear(&err);
  const char *path = in_folder(name);
  struct redbook_source *source = redbook_source_open(path, part, NULL, &err);
  if (source && redbook_source_scan(source, NULL, NULL, &err))
    fail_msg("%s was taken, not refused as \"%s\"", name, what);
  redbook_source_unref(source);
  if (err.code != code || !strstr(err.message, path) || !strstr(err.message, what))
    fail_msg("%s: %08X \"%s\" instead of %08X \"%s\"", name, err.code, err.message, code, what);
}

static __attribute__((unused)) void assert_refused(const char *name, const char *what) {
  assert_refused_part(name, NULL, 0xC0AA050Du, what);
}

static __attribute__((unused)) void write_file(const char *name, const void *data,
                                               size_t size) {
  FILE *file = fopen(in_folder(name), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

#endif
