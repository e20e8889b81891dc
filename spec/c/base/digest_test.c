/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests against the published vectors: FIPS 180-2 appendices A and B, RFC 4648 section 10. */
#include <errno.h>
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

#include "base/digest.h"

#define TWO_BLOCKS "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define MILLION 1000000

static const struct {
  const char *text;
  const char *sha1;
  const char *sha256;
} vectors[] = {
    {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {TWO_BLOCKS, "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

#define MILLION_SHA1 "34aa973cd4c4daa4f61eeb2bdbad27316534016f"
#define MILLION_SHA256 "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static void check_sha1(const void *data, size_t length, const char *expected) {
  uint8_t digest[REDBOOK_SHA1_SIZE];
  char text[REDBOOK_HEX_SIZE(REDBOOK_SHA1_SIZE)];
  redbook_sha1(data, length, digest);
  assert_string_equal(redbook_hex(digest, sizeof digest, text), expected);
}

/* In pieces of `step` bytes. */
static void check_sha256(const char *data, size_t length, size_t step, const char *expected) {
  uint8_t digest[REDBOOK_SHA256_SIZE];
  char text[REDBOOK_HEX_SIZE(REDBOOK_SHA256_SIZE)];
  struct redbook_sha256 sha;
  redbook_sha256_begin(&sha);
  for (size_t at = 0; at < length; at += step)
    redbook_sha256_add(&sha, data + at, length - at < step ? length - at : step);
  redbook_sha256_end(&sha, digest);
  assert_string_equal(redbook_hex(digest, sizeof digest, text), expected);
}

static void test_vectors(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    size_t length = strlen(vectors[i].text);
    check_sha1(vectors[i].text, length, vectors[i].sha1);
    check_sha256(vectors[i].text, length, 1, vectors[i].sha256);
    check_sha256(vectors[i].text, length, 1000, vectors[i].sha256);
  }
}

static char *million(void) {
  char *text = malloc(MILLION);
  assert_non_null(text);
  return memset(text, 'a', MILLION);
}

static void test_a_million(void **state) {
  (void)state;
  char *text = million();
  check_sha1(text, MILLION, MILLION_SHA1);
  check_sha256(text, MILLION, MILLION, MILLION_SHA256);
  check_sha256(text, MILLION, 2352, MILLION_SHA256);
  free(text);
}

static void test_base64(void **state) {
  static const char *const expected[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                         "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  char text[REDBOOK_BASE64_SIZE(6)];
  (void)state;
  for (size_t length = 0; length <= 6; length++) {
    assert_string_equal(redbook_base64("foobar", length, text), expected[length]);
    assert_int_equal(strlen(text) + 1, REDBOOK_BASE64_SIZE(length));
  }
  assert_string_equal(redbook_base64("\xfb\xff\xfe", 3, text), "+//+");
}

static void test_file(void **state) {
  char path[] = "/tmp/redbook-digest-XXXXXX";
  char hex[REDBOOK_HEX_SIZE(REDBOOK_SHA256_SIZE)];
  uint8_t digest[REDBOOK_SHA256_SIZE];
  char *text = million();
  int fd = mkstemp(path);
  (void)state;
  assert_true(fd >= 0);
  assert_true(redbook_sha256_file(path, digest, NULL));
  assert_string_equal(redbook_hex(digest, sizeof digest, hex), vectors[0].sha256);
  assert_int_equal(write(fd, text, MILLION), MILLION);
  close(fd);
  assert_true(redbook_sha256_file(path, digest, NULL));
  unlink(path);
  free(text);
  assert_string_equal(redbook_hex(digest, sizeof digest, hex), MILLION_SHA256);
}

static void check_refused(const char *path, uint32_t code, const char *message) {
  struct redbook_error err;
  uint8_t digest[REDBOOK_SHA256_SIZE];
  redbook_error_clear(&err);
  assert_false(redbook_sha256_file(path, digest, &err));
  assert_int_equal(err.code, code);
  assert_string_equal(err.message, message);
}

static void test_no_file(void **state) {
  char folder[] = "/tmp/redbook-digest-XXXXXX";
  char path[64];
  char message[128];
  (void)state;
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/none", folder);
  snprintf(message, sizeof message, "cannot read %s: No such file or directory", path);
  check_refused(path, 0x80070002, message);
  snprintf(message, sizeof message, "cannot read %s: not a regular file", path);
  assert_int_equal(mkfifo(path, 0600), 0);
  check_refused(path, 0x80070057, message);
  unlink(path);
  snprintf(message, sizeof message, "cannot read %s: not a regular file", folder);
  check_refused(folder, 0x80070057, message);
  rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_vectors), cmocka_unit_test(test_a_million),
      cmocka_unit_test(test_base64),  cmocka_unit_test(test_file),
      cmocka_unit_test(test_no_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
