/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan's sectors in a temporary file, and streams that read them by position. */
#include "audio/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "audio/input.h"

/* Several streams share one descriptor, whose own reading ahead looks for one reader. */
#define AHEAD ((int64_t)4 << 20)

struct redbook_kept {
  atomic_uint references;
  int fd;
  uint64_t limit, bytes;
};

struct kept_stream {
  struct redbook_stream stream;
  struct redbook_kept *kept;
  int64_t position, bytes; /* of the sound, without the last sector's padding */
  int64_t asked;           /* read ahead up to here */
  char label[168];
};

/* A limit of this process, from what getrlimit gave. */
static uint64_t soft(int failed, const struct rlimit *limit) {
  return failed || limit->rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit->rlim_cur;
}

struct redbook_kept *redbook_kept_new(uint64_t limit) {
  struct redbook_kept *kept = calloc(1, sizeof *kept);
  if (!kept) return NULL;
  atomic_init(&kept->references, 1);
  kept->fd = redbook_spool_file(NULL);
  /* Beyond its limit a write would raise SIGXFSZ. */
  struct rlimit limits;
  uint64_t longest = soft(getrlimit(RLIMIT_FSIZE, &limits), &limits);
  kept->limit = limit < longest ? limit : longest;
  /* The other half is for the files that are still to be opened. */
  uint64_t files = soft(getrlimit(RLIMIT_NOFILE, &limits), &limits);
  if (kept->fd >= 0 && (uint64_t)kept->fd < files / 2) return kept;
  redbook_kept_unref(kept);
  return NULL;
}

struct redbook_kept *redbook_kept_ref(struct redbook_kept *kept) {
  atomic_fetch_add(&kept->references, 1);
  return kept;
}

void redbook_kept_unref(struct redbook_kept *kept) {
  if (!kept || atomic_fetch_sub(&kept->references, 1) != 1) return;
  if (kept->fd >= 0) (void)close(kept->fd);
  free(kept);
}

bool redbook_kept_add(struct redbook_kept *kept, const uint8_t *data, uint32_t sectors) {
  uint64_t length = (uint64_t)sectors * REDBOOK_AUDIO_SECTOR_BYTES;
  if (length > kept->limit - kept->bytes) return false;
  if (!redbook_spool_write(kept->fd, data, (size_t)length, NULL)) return false;
  kept->bytes += length;
  return true;
}

uint64_t redbook_kept_bytes(const struct redbook_kept *kept) {
  return kept->bytes;
}

static void read_ahead(struct kept_stream *self) {
  if (self->position + AHEAD / 2 < self->asked || self->asked >= self->bytes) return;
  if (self->asked < self->position) self->asked = self->position;
  (void)posix_fadvise(self->kept->fd, (off_t)self->asked, (off_t)AHEAD, POSIX_FADV_WILLNEED);
  self->asked += AHEAD;
}

static int64_t kept_read(struct redbook_stream *stream, uint8_t *bytes, size_t frames,
                         struct redbook_error *err) {
  struct kept_stream *self = (struct kept_stream *)stream;
  size_t want = frames * REDBOOK_FRAME_BYTES;
  if ((int64_t)want > self->bytes - self->position)
    want = (size_t)(self->bytes - self->position);
  read_ahead(self);
  ssize_t got = redbook_read_at(self->kept->fd, bytes, want, self->position);
  if (got != (ssize_t)want) {
    (void)redbook_fail_file(err, got < 0 ? errno : EIO,
                            "the temporary file with the sound of %s cannot be read",
                            self->label);
    return -1;
  }
  self->position += got;
  return got / (ssize_t)REDBOOK_FRAME_BYTES;
}

static bool kept_rewind(struct redbook_stream *stream, struct redbook_error *err) {
  struct kept_stream *self = (struct kept_stream *)stream;
  (void)err;
  self->position = self->asked = 0;
  return true;
}

static void kept_close(struct redbook_stream *stream) {
  struct kept_stream *self = (struct kept_stream *)stream;
  redbook_kept_unref(self->kept);
  free(self);
}

struct redbook_stream *redbook_kept_open(struct redbook_kept *kept,
                                         const struct redbook_stream *like, uint64_t frames,
                                         const char *label, struct redbook_error *err) {
  struct kept_stream *self = calloc(1, sizeof *self);
  if (!self) {
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  self->stream = (struct redbook_stream){.read = kept_read,
                                         .rewind = kept_rewind,
                                         .close = kept_close,
                                         .announced = (int64_t)frames,
                                         .processing = like->processing,
                                         .figures = like->figures,
                                         .format = like->format,
                                         .tags = like->tags};
  self->stream.processing.loudness = false; /* it has been measured */
  self->kept = redbook_kept_ref(kept);
  self->bytes = (int64_t)(frames * REDBOOK_FRAME_BYTES);
  redbook_label(self->label, sizeof self->label, label);
  return &self->stream;
}
