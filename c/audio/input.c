/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a sound file and reading it by position. */
#include "audio/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void redbook_label(char *label, size_t size, const char *path) {
  size_t length = strlen(path);
  if (length < size) {
    memcpy(label, path, length + 1);
    return;
  }
  const char *tail = path + length - (size - 4);
  while (((unsigned char)*tail & 0xC0) == 0x80)
    tail++;
  (void)snprintf(label, size, "...%s", tail);
}

static bool open_failed(const char *label, int reason, struct redbook_error *err) {
  if (reason == ENOENT || reason == ENOTDIR)
    return redbook_fail(err, REDBOOK_E_FILE_NOT_FOUND, "%s: no such file", label);
  return redbook_fail_file(err, reason, "%s cannot be opened", label);
}

static bool suitable(const struct stat *status, const char *label, struct redbook_error *err) {
  const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;
  if (S_ISDIR(status->st_mode)) {
    redbook_fail(err, refused, "%s is a folder, not a sound file", label);
    redbook_advise(err, "Name the sound files in it, or a playlist of them.");
    return false;
  }
  if (!S_ISREG(status->st_mode)) {
    redbook_fail(err, refused, "%s is not a regular file", label);
    redbook_advise(err, "Give a pipe as an open file: headerless 44.1 kHz 16-bit stereo.");
    return false;
  }
  if (status->st_size == 0) return redbook_fail(err, refused, "%s is empty", label);
  return true;
}

bool redbook_input_open(struct redbook_input *input, const char *path,
                        struct redbook_error *err) {
  *input = (struct redbook_input){.fd = -1};
  redbook_label(input->label, sizeof input->label, path);
  input->path = strdup(path);
  if (!input->path) return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
  input->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat status = {0};
  bool good = input->fd >= 0 && fstat(input->fd, &status) == 0
                  ? suitable(&status, input->label, err)
                  : open_failed(input->label, errno, err);
  if (!good) {
    redbook_input_close(input);
    return false;
  }
  input->size = (int64_t)status.st_size;
  return true;
}

void redbook_input_close(struct redbook_input *input) {
  if (input->fd >= 0) (void)close(input->fd);
  free(input->path);
  input->fd = -1;
  input->path = NULL;
}

ssize_t redbook_read_at(int fd, void *data, size_t length, int64_t offset) {
  size_t done = 0;
  while (done < length) {
    ssize_t got =
        pread(fd, (char *)data + done, length - done, (off_t)(offset + (int64_t)done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

bool redbook_input_get(const struct redbook_input *input, void *data, size_t length,
                       int64_t offset) {
  return offset >= 0 && redbook_read_at(input->fd, data, length, offset) == (ssize_t)length;
}
