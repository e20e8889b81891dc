/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sense data says in words: the codes that CD drives use (SPC and MMC, annexes on sense).
 */
#include <stdio.h>

#include "mmc/sense.h"

static const char *const keys[16] = {
    "no sense",        "recovered error", "not ready",      "medium error",
    "hardware error",  "illegal request", "unit attention", "data protect",
    "blank check",     "vendor specific", "copy aborted",   "aborted command",
    "reserved key Ch", "volume overflow", "miscompare",     "completed",
};

#define ANY (-1)

/* Rows with a qualifier come before the row of their code alone. */
static const struct {
  uint8_t asc;
  int ascq;
  const char *text;
} codes[] = {
    {0x00, 0x00, "no additional sense"},
    {0x00, 0x16, "operation in progress"},
    {0x02, ANY, "no seek complete"},
    {0x04, 0x00, "cause not reportable"},
    {0x04, 0x01, "becoming ready"},
    {0x04, 0x02, "start command required"},
    {0x04, 0x03, "manual intervention required"},
    {0x04, 0x04, "format in progress"},
    {0x04, 0x07, "operation in progress"},
    {0x04, 0x08, "long write in progress"},
    {0x05, ANY, "drive does not respond to selection"},
    {0x06, ANY, "no reference position found"},
    {0x08, 0x00, "communication failure"},
    {0x08, 0x01, "communication time-out"},
    {0x08, 0x02, "communication parity error"},
    {0x08, 0x03, "communication CRC error"},
    {0x09, 0x00, "track following error"},
    {0x09, 0x01, "tracking servo failure"},
    {0x09, 0x02, "focus servo failure"},
    {0x09, 0x03, "spindle servo failure"},
    {0x09, ANY, "servo fault"},
    {0x0C, 0x00, "write error"},
    {0x0C, 0x01, "write error - recovered with reallocation"},
    {0x0C, 0x07, "write error - recovery needed"},
    {0x0C, 0x08, "write error - recovery failed"},
    {0x0C, 0x09, "write error - loss of streaming"},
    {0x0C, 0x0A, "write error - padding blocks added"},
    {0x0C, ANY, "write error"},
    {0x11, 0x05, "unrecovered read error - L-EC"},
    {0x11, 0x06, "unrecovered read error - CIRC"},
    {0x11, ANY, "unrecovered read error"},
    {0x15, ANY, "positioning error"},
    {0x17, ANY, "data recovered without correction"},
    {0x18, ANY, "data recovered with correction"},
    {0x1A, ANY, "parameter list length error"},
    {0x1B, ANY, "data transfer of wrong length"},
    {0x20, ANY, "invalid command operation code"},
    {0x21, 0x00, "block address out of range"},
    {0x21, 0x02, "invalid address for write"},
    {0x21, ANY, "invalid address"},
    {0x24, ANY, "invalid field in command"},
    {0x25, ANY, "no such logical unit"},
    {0x26, 0x00, "invalid field in parameter list"},
    {0x26, 0x01, "parameter not supported"},
    {0x26, 0x02, "parameter value invalid"},
    {0x26, ANY, "invalid parameter list"},
    {0x27, ANY, "write protected"},
    {0x28, 0x00, "medium may have changed"},
    {0x28, ANY, "medium accessed"},
    {0x29, ANY, "drive was switched on or reset"},
    {0x2A, 0x01, "mode parameters changed"},
    {0x2A, ANY, "parameters changed"},
    {0x2B, ANY, "copy cannot execute"},
    {0x2C, ANY, "command sequence error"},
    {0x2E, ANY, "insufficient time for operation"},
    {0x30, 0x00, "incompatible medium"},
    {0x30, 0x01, "cannot read medium - unknown format"},
    {0x30, 0x02, "cannot read medium - incompatible format"},
    {0x30, 0x03, "cleaning disc inserted"},
    {0x30, 0x04, "cannot write medium - unknown format"},
    {0x30, 0x05, "cannot write medium - incompatible format"},
    {0x30, 0x06, "cannot format medium - incompatible medium"},
    {0x30, 0x07, "cleaning failure"},
    {0x30, 0x08, "cannot write - wrong application code"},
    {0x30, 0x09, "current session not fixated for append"},
    {0x30, 0x10, "medium not formatted"},
    {0x30, ANY, "incompatible medium"},
    {0x31, ANY, "medium format corrupted"},
    {0x39, ANY, "saving parameters not supported"},
    {0x3A, 0x01, "no medium - tray closed"},
    {0x3A, 0x02, "no medium - tray open"},
    {0x3A, ANY, "no medium"},
    {0x3B, 0x0D, "medium destination element full"},
    {0x3B, 0x0E, "medium source element empty"},
    {0x3B, ANY, "sequential positioning error"},
    {0x3E, 0x00, "drive has not configured itself yet"},
    {0x3E, 0x01, "drive failure"},
    {0x3E, 0x02, "drive time-out"},
    {0x43, ANY, "message error"},
    {0x44, ANY, "internal target failure"},
    {0x47, ANY, "parity error on the bus"},
    {0x4B, ANY, "data phase error"},
    {0x4E, ANY, "overlapped commands"},
    {0x51, ANY, "erase failure"},
    {0x53, 0x00, "load or eject failed"},
    {0x53, 0x02, "medium removal prevented"},
    {0x53, ANY, "load or eject failed"},
    {0x55, ANY, "system resource failure"},
    {0x57, ANY, "unable to recover table of contents"},
    {0x5A, 0x01, "operator asks to remove the medium"},
    {0x5A, 0x02, "operator set write protection"},
    {0x5A, 0x03, "operator permitted writing"},
    {0x5A, ANY, "operator request"},
    {0x5D, ANY, "failure prediction threshold exceeded"},
    {0x63, 0x00, "end of user area encountered on this track"},
    {0x63, 0x01, "packet does not fit in available space"},
    {0x64, 0x00, "illegal mode for this track"},
    {0x64, 0x01, "invalid packet size"},
    {0x65, ANY, "voltage fault"},
    {0x6F, ANY, "copy protection"},
    {0x72, 0x00, "session fixation error"},
    {0x72, 0x01, "session fixation error - writing lead-in"},
    {0x72, 0x02, "session fixation error - writing lead-out"},
    {0x72, 0x03, "session fixation error - incomplete track in session"},
    {0x72, 0x04, "session fixation error - empty or partially written reserved track"},
    {0x72, 0x05, "session fixation error - no more track reservations allowed"},
    {0x72, ANY, "session fixation error"},
    {0x73, 0x00, "CD control error"},
    {0x73, 0x01, "power calibration area almost full"},
    {0x73, 0x02, "power calibration area full"},
    {0x73, 0x03, "power calibration area error"},
    {0x73, 0x04, "program memory area update failure"},
    {0x73, 0x05, "program memory area full"},
    {0x73, 0x06, "program memory area almost full"},
    {0x73, ANY, "CD control error"},
};

static const char *code_text(const struct redbook_sense *sense) {
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    if (codes[i].asc != sense->asc) continue;
    if (codes[i].ascq == ANY || codes[i].ascq == sense->ascq) return codes[i].text;
  }
  return NULL;
}

void redbook_sense_text(const struct redbook_sense *sense, char *buffer, size_t size) {
  if (!sense->valid) {
    (void)snprintf(buffer, size, "no sense data");
    return;
  }
  const char *text = code_text(sense);
  (void)snprintf(buffer, size, "%s%s%s%s (%X/%02X/%02X)",
                 sense->deferred ? "deferred error of an earlier command: " : "",
                 keys[sense->key & 0x0F], text == NULL ? "" : ", ", text == NULL ? "" : text,
                 sense->key, sense->asc, sense->ascq);
}
