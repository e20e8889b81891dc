/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests of what was burned or read, and of tables of contents: SHA-1, SHA-256 (FIPS 180-4)
 * and base64 (RFC 4648), by nettle. */
#ifndef REDBOOK_BASE_DIGEST_H
#define REDBOOK_BASE_DIGEST_H

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define REDBOOK_SHA1_SIZE 20
#define REDBOOK_SHA256_SIZE 32

/* Room for `n` bytes as text, with its NUL. */
#define REDBOOK_HEX_SIZE(n) (2 * (n) + 1)
#define REDBOOK_BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

void redbook_sha1(const void *data, size_t length, uint8_t digest[REDBOOK_SHA1_SIZE]);

/* SHA-256 of data that come in pieces: begin, add any number of times, end. */
struct redbook_sha256 {
  struct sha256_ctx state;
};
void redbook_sha256_begin(struct redbook_sha256 *sha);
void redbook_sha256_add(struct redbook_sha256 *sha, const void *data, size_t length);
void redbook_sha256_end(struct redbook_sha256 *sha, uint8_t digest[REDBOOK_SHA256_SIZE]);

/* Of a whole file as it lies on the disk. Only of regular files: a FIFO would be emptied, and
 * might never end. */
bool redbook_sha256_file(const char *path, uint8_t digest[REDBOOK_SHA256_SIZE],
                         struct redbook_error *err);

/* Both give `text`; lower case digits; padding with '='. */
char *redbook_hex(const void *data, size_t length, char *text);
char *redbook_base64(const void *data, size_t length, char *text);

#endif
