/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headerless 44.1 kHz 16-bit stereo from a descriptor: a file from its current offset, or a
 * pipe that is spooled before it is measured. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/input.h"
#include "audio/stream.h"

#define LONGEST (450000LL * REDBOOK_AUDIO_SECTOR_BYTES) /* 100 minutes: no disc holds more */
#define PATIENCE_MS 50                                  /* how late a cancel may be seen */

struct raw {
  struct redbook_stream stream;
  int fd;         /* ours: a duplicate, or the spool */
  bool pipe;      /* not spooled yet: cannot go back */
  int64_t origin; /* byte where the sound begins */
  int64_t bytes;  /* of sound, -1 = a pipe's, not known yet */
  int64_t position;
  int64_t refused; /* bytes in a spool that was not taken as sound, -1 = none */
  bool big_endian;
  char label[168];
};

static const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;

bool redbook_cancelled(const atomic_bool *cancel, struct redbook_error *err) {
  if (!cancel || !atomic_load(cancel)) return false;
  (void)redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "cancelled");
  return true;
}

/* IMAPI2's stream has no header; a file's header would be burned as noise. */
static bool headerless(const struct raw *raw, const uint8_t *head, size_t length,
                       struct redbook_error *err) {
  static const char *const magic[] = {"RIFF", "RF64", "fLaC", "OggS", "FORM", "caff", "riff"};
  bool found = length >= 3 && memcmp(head, "ID3", 3) == 0;
  for (size_t i = 0; i < sizeof magic / sizeof *magic && length >= 4; i++)
    found |= memcmp(head, magic[i], 4) == 0;
  if (!found) return true;
  redbook_fail(err, refused, "%s is a sound file with a header, not headerless PCM",
               raw->label);
  redbook_advise(err, "Give the file's path instead of the open file, so that it is decoded.");
  return false;
}

static bool too_short(const struct raw *raw, int64_t there, struct redbook_error *err) {
  return redbook_fail(err, refused,
                      "Fewer bytes than announced: %s ends at sector %lld of %lld", raw->label,
                      (long long)(there / REDBOOK_AUDIO_SECTOR_BYTES),
                      (long long)(raw->bytes / REDBOOK_AUDIO_SECTOR_BYTES));
}

/* Holds what is there against what was announced, or takes it as the length. */
static bool settle(struct raw *raw, int64_t there, struct redbook_error *err) {
  uint8_t head[4];
  ssize_t got = redbook_read_at(raw->fd, head, sizeof head, raw->origin);
  if (got < 0) return redbook_fail_file(err, errno, "%s cannot be read", raw->label);
  if (!headerless(raw, head, (size_t)got, err)) return false;
  if (raw->bytes > there) return too_short(raw, there, err);
  if (raw->bytes < 0) raw->bytes = there;
  if (raw->bytes <= 0) return redbook_fail(err, refused, "there is no sound in %s", raw->label);
  if (raw->bytes % REDBOOK_FRAME_BYTES != 0) {
    redbook_fail(err, refused, "%s has %lld bytes, not a multiple of 4", raw->label,
                 (long long)raw->bytes);
    redbook_advise(err, "Headerless sound is 44.1 kHz, 16-bit, stereo: 4 bytes a frame.");
    return false;
  }
  raw->stream.announced = raw->bytes / REDBOOK_FRAME_BYTES;
  raw->stream.format.announced_frames = raw->stream.announced;
  return true;
}

/* One read from a pipe that may be silent for long: waits in steps. -1 and err on failure. */
static ssize_t pipe_read(struct raw *raw, uint8_t *data, size_t length,
                         const atomic_bool *cancel, struct redbook_error *err) {
  for (;;) {
    if (redbook_cancelled(cancel, err)) return -1;
    struct pollfd wait = {.fd = raw->fd, .events = POLLIN};
    int ready = poll(&wait, 1, PATIENCE_MS);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    ssize_t got = ready < 0 ? -1 : read(raw->fd, data, length);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) (void)redbook_fail_file(err, errno, "%s cannot be read", raw->label);
    return got;
  }
}

/* Returns the bytes spooled, -1 on failure. */
static int64_t fill_spool(struct raw *raw, int spool, const atomic_bool *cancel,
                          struct redbook_error *err) {
  uint8_t data[65536];
  int64_t limit = raw->bytes >= 0 ? raw->bytes : LONGEST + 1, done = 0;
  while (done < limit) {
    size_t want = limit - done < (int64_t)sizeof data ? (size_t)(limit - done) : sizeof data;
    ssize_t got = pipe_read(raw, data, want, cancel, err);
    if (got < 0 || (got > 0 && !redbook_spool_write(spool, data, (size_t)got, err))) return -1;
    if (got == 0) break;
    done += got;
  }
  if (done <= LONGEST) return done;
  (void)redbook_fail(err, refused, "%s is longer than any disc: 100 minutes and no end",
                     raw->label);
  return -1;
}

/* What was refused once is refused again, with the same words. */
static bool admit(struct raw *raw, struct redbook_error *err) {
  if (raw->refused < 0) return true;
  if (!settle(raw, raw->refused, err)) return false;
  raw->refused = -1;
  return true;
}

static bool raw_prepare(struct redbook_stream *stream, const atomic_bool *cancel,
                        struct redbook_error *err) {
  struct raw *raw = (struct raw *)stream;
  if (!raw->pipe) return admit(raw, err);
  if (raw->position > 0)
    return redbook_fail(err, REDBOOK_E_FAIL, "%s cannot go back to its beginning", raw->label);
  int spool = redbook_spool_file(err);
  if (spool < 0) return false;
  int64_t there = fill_spool(raw, spool, cancel, err);
  if (there < 0) {
    (void)close(spool);
    return false;
  }
  (void)close(raw->fd);
  raw->fd = spool;
  raw->pipe = false;
  raw->refused = there;
  return admit(raw, err);
}

static bool raw_rewind(struct redbook_stream *stream, struct redbook_error *err) {
  struct raw *raw = (struct raw *)stream;
  if (raw->pipe && raw->position > 0)
    return redbook_fail(err, REDBOOK_E_FAIL, "%s cannot go back to its beginning", raw->label);
  raw->position = 0;
  return true;
}

static ssize_t pipe_fill(struct raw *raw, uint8_t *bytes, size_t want,
                         struct redbook_error *err) {
  size_t done = 0;
  while (done < want) {
    ssize_t got = pipe_read(raw, bytes + done, want - done, NULL, err);
    if (got < 0) return -1;
    if (got == 0) break;
    done += (size_t)got;
  }
  if (raw->position == 0 && !headerless(raw, bytes, done, err)) return -1;
  return (ssize_t)done;
}

static void swap_samples(uint8_t *bytes, size_t length) {
  for (size_t i = 0; i + 1 < length; i += 2) {
    uint8_t low = bytes[i];
    bytes[i] = bytes[i + 1];
    bytes[i + 1] = low;
  }
}

static int64_t raw_read(struct redbook_stream *stream, uint8_t *bytes, size_t frames,
                        struct redbook_error *err) {
  struct raw *raw = (struct raw *)stream;
  int64_t left = raw->bytes >= 0 ? raw->bytes - raw->position : LONGEST;
  size_t want = frames * REDBOOK_FRAME_BYTES;
  if (!admit(raw, err)) return -1;
  if ((int64_t)want > left) want = (size_t)left;
  ssize_t got = raw->pipe ? pipe_fill(raw, bytes, want, err)
                          : redbook_read_at(raw->fd, bytes, want, raw->origin + raw->position);
  if (got < 0) {
    if (!raw->pipe) (void)redbook_fail_file(err, errno, "%s cannot be read", raw->label);
    return -1;
  }
  raw->position += got;
  if (raw->bytes >= 0 && (size_t)got < want) {
    (void)too_short(raw, raw->position, err);
    return -1;
  }
  if (got % REDBOOK_FRAME_BYTES != 0) {
    (void)redbook_fail(err, refused, "%s has %lld bytes, not a multiple of 4", raw->label,
                       (long long)raw->position);
    return -1;
  }
  if (raw->big_endian) swap_samples(bytes, (size_t)got);
  return got / (ssize_t)REDBOOK_FRAME_BYTES;
}

static void raw_close(struct redbook_stream *stream) {
  struct raw *raw = (struct raw *)stream;
  if (raw->fd >= 0) (void)close(raw->fd);
  free(raw);
}

static bool measure(struct raw *raw, int64_t sectors, struct redbook_error *err) {
  struct stat status;
  if (raw->fd < 0 || fstat(raw->fd, &status) != 0)
    return redbook_fail_file(err, errno, "%s cannot be used", raw->label);
  if (sectors == 0 || sectors > LONGEST / REDBOOK_AUDIO_SECTOR_BYTES)
    return redbook_fail(err, refused, "%s is announced with %lld sectors, not 1 to 450000",
                        raw->label, (long long)sectors);
  if (S_ISDIR(status.st_mode))
    return redbook_fail(err, refused, "%s is a folder, not sound", raw->label);
  raw->bytes = sectors < 0 ? -1 : sectors * REDBOOK_AUDIO_SECTOR_BYTES;
  raw->pipe = !S_ISREG(status.st_mode);
  if (raw->pipe) {
    raw->stream.announced = sectors < 0 ? -1 : sectors * REDBOOK_AUDIO_SECTOR_FRAMES;
    raw->stream.format.announced_frames = raw->stream.announced;
    return true;
  }
  raw->origin = (int64_t)lseek(raw->fd, 0, SEEK_CUR);
  if (raw->origin < 0) return redbook_fail_file(err, errno, "%s cannot be used", raw->label);
  int64_t there = (int64_t)status.st_size - raw->origin;
  return settle(raw, there < 0 ? 0 : there, err);
}

struct redbook_stream *redbook_raw_open(int fd, int64_t sectors, bool big_endian,
                                        const char *label, struct redbook_error *err) {
  struct raw *raw = calloc(1, sizeof *raw);
  if (!raw) {
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  raw->stream = (struct redbook_stream){
      .prepare = raw_prepare,
      .read = raw_read,
      .rewind = raw_rewind,
      .close = raw_close,
      .announced = -1,
      .plain = true,
      .format = {.container = "raw PCM",
                 .encoding = "16-bit integer",
                 .sample_rate = 44100,
                 .channels = 2,
                 .bits = 16,
                 .exact = true,
                 .announced_frames = -1},
  };
  redbook_label(raw->label, sizeof raw->label, label);
  raw->refused = -1;
  raw->big_endian = big_endian;
  raw->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (measure(raw, sectors, err)) return &raw->stream;
  raw_close(&raw->stream);
  return NULL;
}
