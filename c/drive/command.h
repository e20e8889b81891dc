/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of the caller's own making: IDiscRecorder2Ex's SendCommand* (imapi2 3.3), and who
 * may send what. */
#ifndef REDBOOK_DRIVE_COMMAND_H
#define REDBOOK_DRIVE_COMMAND_H

#include "drive/recorder.h"

#define REDBOOK_DEFAULT_COMMAND_SECONDS 10u /* IMAPI2_DEFAULT_COMMAND_TIMEOUT */

/* A CDB has 6 to 16 bytes, and as many as its opcode's group says: 00-1Fh 6, 20-5Fh 10, 80-9Fh
 * 16, A0-BFh 12; no rule for 60-7Fh and C0-FFh, nor for the opcodes that IMAPI2 exempts. False
 * and E_INVALIDARG, naming the rule. */
bool redbook_cdb_check(const uint8_t *cdb, size_t length, struct redbook_error *err);

/* A command that only reads: Linux lets it through on a descriptor opened to read (MECHANISM
 * STATUS, BDh, for CAP_SYS_RAWIO only), and it neither moves the tray or the head nor plays.
 * Such commands may be sent by who holds nothing. */
bool redbook_cdb_only_reads(uint8_t opcode);

struct redbook_limits {
  uint32_t max_transfer; /* bytes of data of one command */
  uint32_t alignment;    /* of a buffer that the kernel need not copy; a power of two */
};
bool redbook_recorder_limits(struct redbook_recorder *recorder, struct redbook_limits *out,
                             struct redbook_error *err);

/* redbook_recorder_enter for a command that may change something: without exclusive access
 * E_ACCESSDENIED, between PrepareMedia and ReleaseMedia of a TrackAtOnce 0210, naming it. */
struct redbook_drive *redbook_recorder_enter_to_change(struct redbook_recorder *recorder,
                                                       uint8_t opcode,
                                                       struct redbook_error *err);

struct redbook_packet {
  const uint8_t *cdb;
  size_t cdb_length;
  enum redbook_direction direction;
  const uint8_t *data_out; /* TO_DEVICE */
  uint8_t *data_in;        /* FROM_DEVICE */
  uint32_t data_length;    /* above 0 unless NO_DATA */
  double seconds;          /* time-out; Linux makes 7 of less */
};

struct redbook_answer {
  uint32_t received;          /* bytes of data_in */
  struct redbook_sense sense; /* valid: the drive answered with sense data */
};

/* Sends the command once, as it is: no retry, a unit attention is the caller's to see. True
 * also when the drive answered CHECK CONDITION: then out->sense.valid, the remark 00AA0200.
 * Errors: E_INVALIDARG for the CDB (redbook_cdb_check) and for more data than one command
 * carries; those of redbook_recorder_enter and redbook_recorder_enter_to_change;
 * E_ACCESSDENIED when the kernel does not let the command through; 020D, 80070037 and the
 * others of redbook_fail_command when no answer came. */
bool redbook_recorder_send_command(struct redbook_recorder *recorder,
                                   const struct redbook_packet *packet,
                                   struct redbook_answer *out, struct redbook_error *err);

#endif
