/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ExpectedTableOfContents: READ TOC format 0000b in LBA form (imapi2 1.7). */
#include <string.h>

#include "base/bytes.h"
#include "burn/tao_internal.h"

#define ADR_POSITION 0x10u /* Q mode 1 in the high nibble */

static void entry(uint8_t *p, uint8_t control, unsigned track, int32_t start) {
  p[1] = (uint8_t)(ADR_POSITION | control);
  p[2] = (uint8_t)track;
  redbook_put32(p + 4, (uint32_t)start);
}

size_t redbook_toc_build(const struct redbook_session *session,
                         uint8_t toc[REDBOOK_TOC_BYTES]) {
  unsigned count = session->track_count;
  const struct redbook_disc_track *last = &session->tracks[count - 1];
  size_t length = 4 + 8 * (size_t)(count + 1);
  memset(toc, 0, length);
  redbook_put16(toc, (uint32_t)length - 2);
  toc[2] = (uint8_t)session->tracks[0].number;
  toc[3] = (uint8_t)last->number;
  for (unsigned i = 0; i < count; i++) {
    const struct redbook_disc_track *track = &session->tracks[i];
    entry(toc + 4 + 8 * (size_t)i, track->control, track->number, track->start);
  }
  entry(toc + 4 + 8 * (size_t)count, last->control, REDBOOK_LEAD_OUT,
        last->start + (int32_t)(last->sectors + REDBOOK_RUN_OUT));
  return length;
}
