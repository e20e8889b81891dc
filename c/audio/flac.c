/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FLAC (RFC 9639): the length that STREAMINFO promises. */
#include "audio/container.h"
#include "base/bytes.h"

bool redbook_flac_check(const struct redbook_input *input, int64_t at,
                        struct redbook_container *container, struct redbook_error *err) {
  uint8_t block[4 + 34];
  container->kind = REDBOOK_FLAC;
  if (!redbook_input_get(input, block, sizeof block, at + 4) || (block[0] & 0x7F) != 0 ||
      redbook_get24(block + 1) != 34)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s is cut off or damaged: FLAC without STREAMINFO", input->label);
  /* 8.2: 20 bits rate, 3 channels - 1, 5 bits - 1, 36 bits of total samples, 0 = unknown */
  int64_t total = (int64_t)(block[4 + 13] & 0x0F) << 32 | redbook_get32(block + 4 + 14);
  if (total > 0) {
    container->frames = total;
    container->certain = true;
  }
  return true;
}
