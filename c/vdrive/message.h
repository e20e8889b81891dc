/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program's stand-in for the device node (c/preload/) and the drive's server say to each
 * other over a Unix socket.
 *
 * A connection (SOCK_SEQPACKET) is one open() of the node: whoever inherits its descriptor, by
 * dup, fork or exec, has the same open node, and the last close ends it. A request is one
 * packet that carries one end of a fresh socket pair, over which alone its answer comes:
 * threads and processes that share a connection cannot take each other's answers.
 *
 * Both ends are of one build on one machine: structures go as they lie in memory.
 */
#ifndef REDBOOK_VDRIVE_MESSAGE_H
#define REDBOOK_VDRIVE_MESSAGE_H

#include <stdint.h>

#define REDBOOK_WIRE_MAGIC 0x52425631u
/* SG_IO's longest transfer: 256 sectors of 512 bytes, the max_sectors of vhba. */
#define REDBOOK_WIRE_DATA 131072u
/* Enough for a longest packet and the kernel's bookkeeping. */
#define REDBOOK_WIRE_BUFFER (2 * REDBOOK_WIRE_DATA)

/* Environment of a program that is to see the drive. */
#define REDBOOK_WIRE_SOCKET "REDBOOK_VDRIVE_SOCKET" /* path of the server's socket */
#define REDBOOK_WIRE_NODE "REDBOOK_VDRIVE_NODE"     /* "/dev/sr0" */

enum redbook_wire_operation {
  REDBOOK_WIRE_OPEN = 1,     /* value: flags of open(2) */
  REDBOOK_WIRE_COMMAND,      /* a SCSI command */
  REDBOOK_WIRE_GET_FLAGS,    /* F_GETFL */
  REDBOOK_WIRE_SET_FLAGS,    /* F_SETFL: value */
  REDBOOK_WIRE_GET_TIMEOUT,  /* SG_GET_TIMEOUT, 1/100 s, of the drive */
  REDBOOK_WIRE_SET_TIMEOUT,  /* SG_SET_TIMEOUT: value */
  REDBOOK_WIRE_GET_RESERVED, /* SG_GET_RESERVED_SIZE, of the drive */
  REDBOOK_WIRE_SET_RESERVED, /* SG_SET_RESERVED_SIZE: value */
  REDBOOK_WIRE_OPENERS,      /* how often the node is open */
  REDBOOK_WIRE_KEEP_LOCKED,  /* value: whether the last close leaves the tray locked */
};

enum redbook_wire_direction { REDBOOK_WIRE_NONE, REDBOOK_WIRE_IN, REDBOOK_WIRE_OUT };

/* Followed by the data of a command to the drive. */
struct redbook_wire_request {
  uint32_t magic;
  uint32_t operation;
  int32_t value;
  uint8_t cdb[16];
  uint8_t cdb_length;
  uint8_t direction;
  uint8_t from_kernel; /* what Linux sends by itself passes no command filter */
  uint8_t unused;
  uint32_t data_length;
  uint32_t timeout_ms;
};

/* Followed by what a command brought from the drive: data_length - residual bytes. */
struct redbook_wire_answer {
  uint32_t magic;
  int32_t os_error; /* errno; else 0 and the rest is valid */
  int32_t value;
  uint8_t status, host_status, driver_status, sense_length;
  uint8_t sense[64];
  uint32_t residual;
  uint32_t duration_ms; /* by the drive's clock */
};

#endif
