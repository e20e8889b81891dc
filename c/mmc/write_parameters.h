/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mode page 05h, Write Parameters, for track-at-once audio (mmc reference 1.4). */
#ifndef REDBOOK_MMC_WRITE_PARAMETERS_H
#define REDBOOK_MMC_WRITE_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redbook_write_parameters {
  bool buffer_underrun_free; /* BUFE */
  bool test_write;
  bool next_session_allowed;         /* multi-session bits: false 00b, true 11b */
  bool pre_emphasis, copy_permitted; /* Q control bits 0 and 1 */
  char catalog_number[14];           /* 13 digits, or empty */
  char isrc[13];                     /* 12 characters, or empty */
};

/* Builds the MODE SELECT(10) parameter list (8-byte zero header + page) into `list`.
 * `sensed` is the page as MODE SENSE returned it (its length byte and vendor tail are kept), or
 * NULL to build 32h bytes from zero. Returns the list's length, 0 when it would not fit. */
size_t redbook_write_parameters_list(const struct redbook_write_parameters *parameters,
                                     const uint8_t *sensed, size_t sensed_length, uint8_t *list,
                                     size_t room);

/* 12 characters after removing hyphens: CC OOO YY NNNNN (ISO 3901; Red Book Q mode 3), upper
 * case letters and digits as the position demands. Writes the compact form. */
bool redbook_isrc_compact(const char *text, char out[13]);

/* 13 digits with a correct EAN-13 check digit (Red Book Q mode 2). */
bool redbook_catalog_number_valid(const char *text);

#endif
