/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Big-endian fields, as every MMC structure has them. Callers check bounds. */
#ifndef REDBOOK_BASE_BYTES_H
#define REDBOOK_BASE_BYTES_H

#include <stdint.h>

static inline uint16_t redbook_get16(const uint8_t *p) {
  return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t redbook_get24(const uint8_t *p) {
  return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t redbook_get32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void redbook_put16(uint8_t *p, uint32_t value) {
  p[0] = (uint8_t)(value >> 8);
  p[1] = (uint8_t)value;
}

static inline void redbook_put24(uint8_t *p, uint32_t value) {
  p[0] = (uint8_t)(value >> 16);
  p[1] = (uint8_t)(value >> 8);
  p[2] = (uint8_t)value;
}

static inline void redbook_put32(uint8_t *p, uint32_t value) {
  redbook_put16(p, value >> 16);
  redbook_put16(p + 2, value);
}

#endif
