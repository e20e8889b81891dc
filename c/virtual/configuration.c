/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET CONFIGURATION: profiles and features, and which are current. */
#include <string.h>

#include "virtual/drive.h"

enum when { ALWAYS, ANY_MEDIUM, WRITABLE, REWRITABLE };

struct feature {
  enum when current;
  uint16_t code;
  uint8_t version_persistent; /* byte 2 without the current bit */
  uint8_t length;
  uint8_t data[12];
};

/* In rising order of code. Only what the drive really does: no packet writing (0021h). */
static const struct feature features[] = {
    /* profile list: CD-ROM, CD-R, CD-RW; the current bits are set in the reply */
    {ALWAYS, 0x0000, 0x02, 12, {0, 0x08, 0, 0, 0, 0x09, 0, 0, 0, 0x0A, 0, 0}},
    /* core: physical interface ATAPI */
    {ALWAYS, 0x0001, 0x02, 4, {0, 0, 0, 2}},
    /* morphing: no asynchronous events */
    {ALWAYS, 0x0002, 0x02, 4, {0}},
    /* removable: tray, eject, lock */
    {ALWAYS, 0x0003, 0x02, 4, {0x29}},
    /* CD read: DAP, C2 pointers, CD-TEXT */
    {ANY_MEDIUM, 0x001E, 0x08, 4, {0x83}},
    /* CD TAO: BUF, test write, CD-RW; data block types 0 (2352-byte raw) and 8 (mode 1) */
    {WRITABLE, 0x002D, 0x00, 4, {0x46, 0, 0x01, 0x01}},
    /* CD mastering: BUF, SAO, test write, CD-RW, R-W in the lead-in; longest cue sheet */
    {WRITABLE, 0x002E, 0x00, 4, {0x67, 0, 0x0C, 0xB8}},
    /* CD-RW write: multi-, high-, ultra-speed */
    {REWRITABLE, 0x0037, 0x00, 4, {0, 0x07}},
    /* real-time streaming: GET PERFORMANCE type 3, speeds in page 2Ah, SET CD SPEED, READ
     * BUFFER CAPACITY */
    {ANY_MEDIUM, 0x0107, 0x00, 4, {0x1E}},
};

static uint16_t profile(const struct redbook_virtual *drive) {
  if (!redbook_vdrive_ready(drive)) return 0x0000;
  switch (drive->disc.medium) {
    case REDBOOK_MEDIUM_CD_R:
      return 0x0009;
    case REDBOOK_MEDIUM_CD_RW:
      return 0x000A;
    case REDBOOK_MEDIUM_PRESSED:
    case REDBOOK_MEDIUM_NONE:
    case REDBOOK_MEDIUM_UNSPECIFIED:
    default:
      return 0x0008;
  }
}

static bool is_current(enum when when, uint16_t now) {
  switch (when) {
    case ALWAYS:
      return true;
    case ANY_MEDIUM:
      return now != 0;
    case WRITABLE:
      return now == 0x0009 || now == 0x000A;
    case REWRITABLE:
      return now == 0x000A;
    default:
      return false;
  }
}

static uint32_t put(uint8_t *p, const struct feature *feature, uint16_t now) {
  redbook_put16(p, feature->code);
  p[2] = feature->version_persistent | (is_current(feature->current, now) ? 1 : 0);
  p[3] = feature->length;
  memcpy(p + 4, feature->data, feature->length);
  if (feature->code == 0x0000)
    for (unsigned i = 4; i < 16; i += 4)
      if (redbook_get16(p + i) == now && now) p[i + 2] = 1;
  return 4u + feature->length;
}

uint32_t redbook_vdo_get_configuration(struct redbook_virtual *drive,
                                       struct redbook_vcall *call) {
  unsigned type = call->cdb[1] & 3u, first = redbook_get16(call->cdb + 2);
  if (drive->personality->no_get_configuration) return REDBOOK_VSENSE(5, 0x20, 0x00);
  if (type == 3) return REDBOOK_VBAD_CDB;
  uint16_t now = profile(drive);
  uint8_t *p = redbook_vreply(call, 512, redbook_get16(call->cdb + 7));
  uint32_t n = 8;
  for (unsigned i = 0; i < sizeof features / sizeof *features; i++) {
    const struct feature *feature = &features[i];
    bool wanted = type == 2 ? feature->code == first : feature->code >= first;
    if (type == 1) wanted = wanted && is_current(feature->current, now);
    if (wanted) n += put(p + n, feature, now);
  }
  redbook_put32(p, n - 4);
  redbook_put16(p + 6, now);
  call->reply_length = n;
  return 0;
}
