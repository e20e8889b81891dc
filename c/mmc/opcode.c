/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of commands for messages and traces.
 *
 * libcdio's mmc_cmd2str is not used: it misspells some names ("READ_CAPACITIY") and writes
 * unknown ones into one static buffer, which two threads may not do at once.
 */
#include <stdio.h>

#include "mmc/cdb.h"

static const struct {
  uint8_t opcode;
  const char *name;
} names[] = {
    {0x00, "TEST UNIT READY"},
    {0x01, "REZERO UNIT"},
    {0x03, "REQUEST SENSE"},
    {0x04, "FORMAT UNIT"},
    {0x12, "INQUIRY"},
    {0x15, "MODE SELECT(6)"},
    {0x1A, "MODE SENSE(6)"},
    {0x1B, "START STOP UNIT"},
    {0x1E, "PREVENT ALLOW MEDIUM REMOVAL"},
    {0x23, "READ FORMAT CAPACITIES"},
    {0x25, "READ CAPACITY"},
    {0x28, "READ(10)"},
    {0x2A, "WRITE(10)"},
    {0x2B, "SEEK(10)"},
    {0x35, "SYNCHRONIZE CACHE"},
    {0x3B, "WRITE BUFFER"},
    {0x3C, "READ BUFFER"},
    {0x42, "READ SUB-CHANNEL"},
    {0x43, "READ TOC/PMA/ATIP"},
    {0x45, "PLAY AUDIO(10)"},
    {0x46, "GET CONFIGURATION"},
    {0x47, "PLAY AUDIO MSF"},
    {0x4A, "GET EVENT STATUS NOTIFICATION"},
    {0x4B, "PAUSE/RESUME"},
    {0x51, "READ DISC INFORMATION"},
    {0x52, "READ TRACK INFORMATION"},
    {0x53, "RESERVE TRACK"},
    {0x54, "SEND OPC INFORMATION"},
    {0x55, "MODE SELECT(10)"},
    {0x58, "REPAIR TRACK"},
    {0x5A, "MODE SENSE(10)"},
    {0x5B, "CLOSE TRACK/SESSION"},
    {0x5C, "READ BUFFER CAPACITY"},
    {0x5D, "SEND CUE SHEET"},
    {0xA1, "BLANK"},
    {0xA4, "REPORT KEY"},
    {0xA6, "LOAD/UNLOAD MEDIUM"},
    {0xA8, "READ(12)"},
    {0xAA, "WRITE(12)"},
    {0xAC, "GET PERFORMANCE"},
    {0xAD, "READ DISC STRUCTURE"},
    {0xB6, "SET STREAMING"},
    {0xB9, "READ CD MSF"},
    {0xBB, "SET CD SPEED"},
    {0xBD, "MECHANISM STATUS"},
    {0xBE, "READ CD"},
    {0xBF, "SEND DISC STRUCTURE"},
};

const char *redbook_opcode_name(unsigned opcode, char *buffer, size_t size) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (names[i].opcode == opcode) return names[i].name;
  }
  (void)snprintf(buffer, size, "command %02Xh", opcode);
  return buffer;
}
