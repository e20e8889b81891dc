/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cyclic sums of up to 32 bits, eight bytes at a time ("slicing by 8"). */
#ifndef REDBOOK_AUDIO_SUMS_H
#define REDBOOK_AUDIO_SUMS_H

#include <stddef.h>
#include <stdint.h>

struct redbook_sums {
  uint32_t table[8][256];
};

/* For sums that take the least significant bit of a byte first: `polynomial` is reversed. */
void redbook_sums_low_first(struct redbook_sums *sums, uint32_t polynomial);
/* For those of 32 bits that take the most significant bit first. Their states have the bytes in
 * reversed order: the least significant one is the sum's most significant one. */
void redbook_sums_high_first(struct redbook_sums *sums, uint32_t polynomial);

/* The state behind `data` when it was `state` before; nothing is inverted. */
uint32_t redbook_sums_add(const struct redbook_sums *sums, uint32_t state, const uint8_t *data,
                          size_t length);

#endif
