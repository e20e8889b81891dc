/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MP4 (ISO 14496-12, 4.2): the boxes of its top level. ffmpeg plays the first of several joined
 * files and says nothing.
 */
#include <string.h>

#include "audio/container.h"
#include "base/bytes.h"

/* Boxes of the top level; other letters may be a tag of another kind behind the last one. */
static bool is_known(const uint8_t *name) {
  static const char *const names[] = {"ftyp", "moov", "mdat", "free", "skip", "wide", "pnot",
                                      "uuid", "moof", "mfra", "sidx", "styp", "meta", "udta"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (memcmp(name, names[i], 4) == 0) return true;
  return false;
}

/* The length of a box whose head is `head`, 0 = up to the end of the file; -1 is none. */
static int64_t box_size(const uint8_t *head) {
  uint32_t size = redbook_get32(head);
  uint64_t large = (uint64_t)redbook_get32(head + 8) << 32 | redbook_get32(head + 12);
  if (!is_known(head + 4)) return -1;
  if (size == 1) return large >= 16 && large <= INT64_MAX / 2 ? (int64_t)large : -1;
  return size == 0 || size >= 8 ? (int64_t)size : -1;
}

bool redbook_mp4_check(const struct redbook_input *input, struct redbook_error *err) {
  uint8_t head[16] = {0};
  int64_t at = 0;
  int movies = 0;
  while (redbook_read_at(input->fd, head, sizeof head, at) >= 8) {
    int64_t size = box_size(head);
    if (size < 0) break; /* something else behind: ffmpeg passes over it, too */
    if (memcmp(head + 4, "moov", 4) == 0 && ++movies > 1) {
      redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                   "%s holds another sound file behind its own sound (byte %lld)", input->label,
                   (long long)at);
      redbook_advise(err, "Several files were joined: burn them one by one.");
      return false;
    }
    if (size == 0) break;
    at += size;
    if (at <= input->size) continue;
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                 "%s is cut off: it has %lld bytes, its boxes make %lld", input->label,
                 (long long)input->size, (long long)at);
    return redbook_want_whole(err);
  }
  return true;
}
