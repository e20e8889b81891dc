/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Little-endian fields of RIFF, W64, Ogg and ASF. Callers check bounds. */
#ifndef REDBOOK_AUDIO_LITTLE_H
#define REDBOOK_AUDIO_LITTLE_H

#include <stdint.h>

static inline uint16_t redbook_le16(const uint8_t *p) {
  return (uint16_t)((unsigned)p[1] << 8 | p[0]);
}

static inline uint32_t redbook_le32(const uint8_t *p) {
  return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline int64_t redbook_le64(const uint8_t *p) {
  return (int64_t)((uint64_t)redbook_le32(p + 4) << 32 | redbook_le32(p));
}

#endif
