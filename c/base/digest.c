/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/base16.h>
#include <nettle/base64.h>
#include <nettle/sha1.h>
#include <sys/stat.h>
#include <unistd.h>

void redbook_sha1(const void *data, size_t length, uint8_t digest[REDBOOK_SHA1_SIZE]) {
  struct sha1_ctx state;
  sha1_init(&state);
  sha1_update(&state, length, data);
  sha1_digest(&state, REDBOOK_SHA1_SIZE, digest);
}

void redbook_sha256_begin(struct redbook_sha256 *sha) {
  sha256_init(&sha->state);
}

void redbook_sha256_add(struct redbook_sha256 *sha, const void *data, size_t length) {
  sha256_update(&sha->state, length, data);
}

void redbook_sha256_end(struct redbook_sha256 *sha, uint8_t digest[REDBOOK_SHA256_SIZE]) {
  sha256_digest(&sha->state, REDBOOK_SHA256_SIZE, digest);
}

/* 0, or the errno of what went wrong. */
static int add_file(struct redbook_sha256 *sha, int fd) {
  uint8_t buffer[65536];
  for (;;) {
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : 0;
    redbook_sha256_add(sha, buffer, (size_t)n);
  }
}

bool redbook_sha256_file(const char *path, uint8_t digest[REDBOOK_SHA256_SIZE],
                         struct redbook_error *err) {
  struct stat about;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &about) != 0) {
    int reason = errno;
    if (fd >= 0) (void)close(fd);
    return redbook_fail_file(err, reason, "cannot read %s", path);
  }
  if (!S_ISREG(about.st_mode)) {
    (void)close(fd);
    redbook_fail(err, REDBOOK_E_INVALIDARG, "cannot read %s: not a regular file", path);
    redbook_advise(err, "Name a file, not a folder, a device or a pipe.");
    return false;
  }
  struct redbook_sha256 sha;
  redbook_sha256_begin(&sha);
  int reason = add_file(&sha, fd);
  (void)close(fd);
  if (reason) return redbook_fail_file(err, reason, "cannot read %s", path);
  redbook_sha256_end(&sha, digest);
  return true;
}

char *redbook_hex(const void *data, size_t length, char *text) {
  base16_encode_update(text, length, data);
  text[BASE16_ENCODE_LENGTH(length)] = '\0';
  return text;
}

char *redbook_base64(const void *data, size_t length, char *text) {
  base64_encode_raw(text, length, data);
  text[BASE64_ENCODE_RAW_LENGTH(length)] = '\0';
  return text;
}
