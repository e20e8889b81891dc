/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of any content, opened and scanned as sources of sound: refused with a reason, or the
 * same sectors each time and as many as were announced.
 *
 * What only an ffmpeg decodes is told and left. libsndfile and what lies under it are not
 * instrumented: a fault of theirs shows as a signal within their code.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/decode.h"

#define ROOM 64u
#define MOST_SECTORS 20000u /* an announced rate of 4000 Hz makes much of few bytes */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_at(bool condition, int line) {
  if (condition) return;
  (void)fprintf(stderr, "line %d: does not hold\n", line);
  abort();
}
#define require(condition) require_at((condition), __LINE__)

/* A refusal says what and of which file. */
static void refusal(const struct redbook_error *err, const char *path) {
  require(err->code != 0);
  require(strstr(err->message, path) != NULL);
}

static bool for_us(const char *path) {
  struct redbook_decoder decoder;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_decoder_open(&decoder, path, &err)) {
    refusal(&err, path);
    return false;
  }
  bool outside = decoder.container.kind == REDBOOK_OUTSIDE;
  if (outside) require(decoder.container.name && decoder.container.demuxer);
  redbook_decoder_close(&decoder);
  return !outside;
}

static void read_all(struct redbook_source *source, const char *path) {
  static uint8_t sectors[ROOM * REDBOOK_AUDIO_SECTOR_BYTES];
  const struct redbook_source_scan *scan = redbook_source_scanned(source);
  struct redbook_error err;
  redbook_error_clear(&err);
  uint32_t crc = 0, count = 0;
  int32_t got;
  while ((got = redbook_source_read(source, sectors, ROOM, &err)) > 0) {
    crc = redbook_crc32(crc, sectors, (size_t)got * REDBOOK_AUDIO_SECTOR_BYTES);
    count += (uint32_t)got;
  }
  if (got < 0) refusal(&err, path);
  require(got == 0 && count == scan->sectors && crc == scan->crc32);
}

static bool stop_long(void *context, const uint8_t *data, uint32_t sectors,
                      struct redbook_error *err) {
  uint32_t *count = context;
  (void)data;
  *count += sectors;
  return *count <= MOST_SECTORS ||
         redbook_fail(err, REDBOOK_E_FAIL, "longer than this test wants");
}

static void scan(const char *path) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_source *source = redbook_source_open(path, NULL, NULL, &err);
  if (!source) {
    refusal(&err, path);
    return;
  }
  int64_t announced = redbook_source_announced_sectors(source);
  uint32_t count = 0;
  if (redbook_source_render(source, stop_long, &count, NULL, &err)) {
    const struct redbook_source_scan *found = redbook_source_scanned(source);
    require(found && found->sectors > 0 && found->sectors == count);
    require((found->frames + 587) / 588 == found->sectors);
    require(announced < 0 || announced == found->sectors);
    read_all(source, path);
  } else if (count <= MOST_SECTORS) {
    refusal(&err, path);
  }
  redbook_source_unref(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int fd = -1;
  char path[48];
  if (fd < 0) fd = memfd_create("sound", MFD_CLOEXEC);
  require(fd >= 0 && ftruncate(fd, 0) == 0);
  require(pwrite(fd, data, size, 0) == (ssize_t)size);
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (for_us(path)) scan(path);
  return 0;
}
