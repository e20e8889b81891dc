/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Side information of an MPEG layer III frame (ISO 11172-3, 2.4.1.7; 13818-3 for half the
 * rate). */
#ifndef REDBOOK_AUDIO_MPEG_SIDE_H
#define REDBOOK_AUDIO_MPEG_SIDE_H

#include <stdint.h>

#define REDBOOK_MPEG_SIDE_BYTES 38 /* header, check sum and side information at most */

enum redbook_mpeg_side {
  REDBOOK_MPEG_SIDE_FINE,
  REDBOOK_MPEG_SIDE_SUMMED, /* fine, and its check sum says so */
  REDBOOK_MPEG_SIDE_WRONG,  /* no encoder can have meant it: a decoder drops the granule */
  REDBOOK_MPEG_SIDE_BAD_SUM,
};

/* `head` = the first REDBOOK_MPEG_SIDE_BYTES of a layer III frame of `bytes` bytes. What lies
 * behind has no check sum in any MPEG frame. */
enum redbook_mpeg_side redbook_mpeg_side(const uint8_t *head, int64_t bytes);

#endif
