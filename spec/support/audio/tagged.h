/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of tags made byte by byte in memory, and what is read from them. */
#ifndef SPEC_SUPPORT_AUDIO_TAGGED_H
#define SPEC_SUPPORT_AUDIO_TAGGED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "audio/tag.h"
#include "base/bytes.h"

/* Bytes of a literal, NULs inside it included. */
#define BYTES(text) text, sizeof(text) - 1

struct made {
  uint8_t data[65536];
  size_t size;
};

static __attribute__((unused)) void add(struct made *file, const void *data, size_t size) {
  assert_true(file->size + size <= sizeof file->data);
  memcpy(file->data + file->size, data, size);
  file->size += size;
}

static __attribute__((unused)) void add_number(struct made *file, uint32_t value) {
  uint8_t bytes[4];
  redbook_put32(bytes, value);
  add(file, bytes, 4);
}

static __attribute__((unused)) void add_little(struct made *file, uint32_t value) {
  add_number(file, __builtin_bswap32(value));
}

/* Four bytes of seven bits. */
static __attribute__((unused)) void add_syncsafe(struct made *file, size_t value) {
  uint8_t bytes[4] = {(uint8_t)(value >> 21 & 127), (uint8_t)(value >> 14 & 127),
                      (uint8_t)(value >> 7 & 127), (uint8_t)(value & 127)};
  add(file, bytes, 4);
}

static __attribute__((unused)) struct redbook_input input_of(const struct made *file) {
  struct redbook_input input = {.fd = memfd_create("tagged", MFD_CLOEXEC),
                                .size = (int64_t)file->size};
  assert_true(input.fd >= 0);
  assert_int_equal(pwrite(input.fd, file->data, file->size, 0), file->size);
  return input;
}

/* `sheet` may be NULL. */
static __attribute__((unused)) struct redbook_source_tags tags_of(const struct made *file,
                                                                  char **sheet) {
  struct redbook_input input = input_of(file);
  struct redbook_source_tags tags = {0};
  redbook_tags_read(&input, &tags, sheet);
  (void)close(input.fd);
  return tags;
}

static __attribute__((unused)) void assert_number(const struct redbook_tag_number *number,
                                                  double want) {
  assert_true(number->known);
  assert_float_equal(number->value, want, 1e-9);
}

#endif
