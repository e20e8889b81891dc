/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SendCommand*: what is checked before a caller's own command goes to the drive. */
#include "drive/command.h"

#include <errno.h>
#include <string.h>

#include "drive/send.h"

enum { CDB_LEAST = 6, CDB_MOST = 16 };

static bool listed(const uint8_t *list, size_t count, uint8_t opcode) {
  return memchr(list, opcode, count) != NULL;
}

/* What the group of an opcode demands, 0 for nothing. */
static size_t group_length(uint8_t opcode) {
  static const uint8_t lengths[8] = {6, 10, 10, 0, 16, 12, 0, 0};
  static const uint8_t exempt[] = {0x02, 0x05, 0x06, 0x09, 0x0C, 0x0D, 0x0E, 0x0F,
                                   0x10, 0x13, 0x14, 0x19, 0x20, 0x21, 0x22, 0x23,
                                   0x24, 0x26, 0x27, 0x29, 0x2C, 0x2D};
  return listed(exempt, sizeof exempt, opcode) ? 0 : lengths[opcode >> 5];
}

bool redbook_cdb_check(const uint8_t *cdb, size_t length, struct redbook_error *err) {
  if (length < CDB_LEAST || length > CDB_MOST)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "a CDB has %d to %d bytes, this one has %zu",
                        CDB_LEAST, CDB_MOST, length);
  size_t wanted = group_length(cdb[0]);
  if (!wanted || length == wanted) return true;
  unsigned first = cdb[0] & 0xE0u;
  unsigned last = first | 0x1F;
  if (wanted == 10) {
    first = 0x20;
    last = 0x5F;
  }
  return redbook_fail(err, REDBOOK_E_INVALIDARG,
                      "the CDB of %02Xh has %zu bytes: opcodes %02Xh to %02Xh have %zu", cdb[0],
                      length, first, last, wanted);
}

bool redbook_cdb_only_reads(uint8_t opcode) {
  static const uint8_t reading[] = {0x00, 0x03, 0x08, 0x12, 0x1A, 0x1C, 0x23, 0x25, 0x28,
                                    0x2F, 0x37, 0x3C, 0x3E, 0x42, 0x43, 0x44, 0x46, 0x4A,
                                    0x4D, 0x51, 0x52, 0x5A, 0x5C, 0x88, 0x8F, 0x95, 0x9E,
                                    0xA0, 0xA4, 0xA8, 0xAC, 0xAD, 0xB9, 0xBD, 0xBE};
  return listed(reading, sizeof reading, opcode);
}

bool redbook_recorder_limits(struct redbook_recorder *recorder, struct redbook_limits *out,
                             struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);

  if (!drive) return false;
  *out = (struct redbook_limits){drive->transport->max_transfer, drive->transport->alignment};
  redbook_recorder_leave(recorder, drive);
  return true;
}

static struct redbook_drive *fail_not_held(uint8_t opcode, struct redbook_error *err) {
  char name[24];

  redbook_fail(err, REDBOOK_E_ACCESSDENIED,
               "%s is sent to a drive only under exclusive access: it is none of the commands "
               "that only read",
               redbook_opcode_name(opcode, name, sizeof name));
  redbook_advise(err, "Call AcquireExclusiveAccess first, ReleaseExclusiveAccess after.");
  return NULL;
}

/* Busy and abandoned recorders are redbook_recorder_enter's to refuse. */
struct redbook_drive *redbook_recorder_enter_to_change(struct redbook_recorder *recorder,
                                                       uint8_t opcode,
                                                       struct redbook_error *err) {
  bool mine = !redbook_recorder_busy(recorder) && !redbook_recorder_abandoned(recorder);

  if (mine && !redbook_recorder_free_of_jobs(recorder, err)) return NULL;
  if (mine && redbook_recorder_lock_count(recorder) == 0) return fail_not_held(opcode, err);
  return redbook_recorder_enter(recorder, err);
}

static bool check_data(const struct redbook_packet *packet, uint32_t most,
                       struct redbook_error *err) {
  if (packet->direction != REDBOOK_NO_DATA && packet->data_length == 0)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "a transfer of no bytes");
  if (packet->data_length <= most) return true;
  redbook_fail(err, REDBOOK_E_INVALIDARG,
               "%u bytes of data are more than the %u that one command carries",
               packet->data_length, most);
  redbook_advise(err, "Send several commands: see GetMaximumPageAlignedTransferSize.");
  return false;
}

/* The kernel's filter: some commands pass for CAP_SYS_RAWIO only. */
static bool fail_unanswered(const struct redbook_command *c, struct redbook_error *err) {
  char name[24];

  redbook_fail_command(err, c, REDBOOK_CONTEXT_GENERAL);
  if (c->os_error != EPERM || c->remedy[0]) return false;
  redbook_fail(err, REDBOOK_E_ACCESSDENIED, "the kernel does not let %s through to the drive",
               redbook_opcode_name(c->cdb[0], name, sizeof name));
  redbook_advise(err, "It takes CAP_SYS_RAWIO (root); other commands may do without.");
  return false;
}

static bool answered_with_sense(const struct redbook_command *c,
                                const struct redbook_sense *sense) {
  if (c->os_error != 0 || c->host_status != REDBOOK_HOST_OK || !sense->valid) return false;
  return c->status == REDBOOK_STATUS_CHECK || c->status == REDBOOK_STATUS_GOOD;
}

static bool carry(struct redbook_drive *drive, const struct redbook_packet *packet,
                  struct redbook_answer *out, struct redbook_error *err) {
  struct redbook_command c = {.cdb_length = (uint8_t)packet->cdb_length,
                              .direction = packet->direction,
                              .data_out = packet->data_out,
                              .data_in = packet->data_in,
                              .data_length = packet->data_length,
                              .timeout_ms = (uint32_t)(packet->seconds * 1000)};

  if (!check_data(packet, drive->transport->max_transfer, err)) return false;
  memcpy(c.cdb, packet->cdb, packet->cdb_length);
  bool good = redbook_drive_once(drive, &c, &out->sense) == REDBOOK_OUTCOME_GOOD;
  if (!good && !answered_with_sense(&c, &out->sense)) return fail_unanswered(&c, err);
  out->received = c.direction == REDBOOK_FROM_DEVICE ? redbook_received(&c) : 0;
  return true;
}

bool redbook_recorder_send_command(struct redbook_recorder *recorder,
                                   const struct redbook_packet *packet,
                                   struct redbook_answer *out, struct redbook_error *err) {
  *out = (struct redbook_answer){.received = 0};
  if (!redbook_cdb_check(packet->cdb, packet->cdb_length, err)) return false;
  uint8_t opcode = packet->cdb[0];
  struct redbook_drive *drive = redbook_cdb_only_reads(opcode)
                                    ? redbook_recorder_enter(recorder, err)
                                    : redbook_recorder_enter_to_change(recorder, opcode, err);
  bool ok = drive && carry(drive, packet, out, err);

  redbook_recorder_leave(recorder, drive);
  return ok;
}
