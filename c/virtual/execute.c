/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one way of every command: fault, opcode, fields, condition of the drive, handler,
 * transfer, time. */
#include <errno.h>
#include <string.h>

#include "virtual/drive.h"

enum {
  ANYTIME = 1,   /* answers whatever the drive is doing, keeps a unit attention for others */
  NO_MEDIUM = 2, /* needs no medium */
  WHILE_BUSY = 4,
  WRITE_FD = 8, /* Linux wants a descriptor opened for writing (5.2) */
  DATA_OUT = 16
};

struct operation {
  redbook_vhandler *handler;
  uint8_t opcode, length, flags;
  uint8_t mask[12]; /* the CDB bits that mean something; others set: 5/24/00 */
};

#define U16 0xFF, 0xFF
#define U24 U16, 0xFF
#define U32 U16, U16

static const struct operation operations[] = {
    {redbook_vdo_test_unit_ready, 0x00, 6, 0, {0xFF}},
    {redbook_vdo_rezero, 0x01, 6, 0, {0xFF}},
    {redbook_vdo_request_sense, 0x03, 6, ANYTIME, {0xFF, 0, 0, 0, 0xFF}},
    {redbook_vdo_inquiry, 0x12, 6, ANYTIME, {0xFF, 0, 0, U16}},
    {redbook_vdo_mode_select,
     0x15,
     6,
     NO_MEDIUM | WRITE_FD | DATA_OUT,
     {0xFF, 0x11, 0, 0, 0xFF}},
    {redbook_vdo_mode_sense, 0x1A, 6, NO_MEDIUM | WHILE_BUSY, {0xFF, 0x08, U24}},
    {redbook_vdo_start_stop, 0x1B, 6, NO_MEDIUM, {0xFF, 1, 0, 0, 3}},
    {redbook_vdo_prevent, 0x1E, 6, NO_MEDIUM | WHILE_BUSY | WRITE_FD, {0xFF, 0, 0, 0, 1}},
    {redbook_vdo_read_capacity, 0x25, 10, 0, {0xFF}},
    {redbook_vdo_read, 0x28, 10, 0, {0xFF, 0x18, U32, 0, U16}},
    {redbook_vdo_write, 0x2A, 10, WRITE_FD | DATA_OUT, {0xFF, 0, U32, 0, U16}},
    {redbook_vdo_seek, 0x2B, 10, 0, {0xFF, 0, U32}},
    {redbook_vdo_synchronize, 0x35, 10, WRITE_FD, {0xFF, 2}},
    {redbook_vdo_read_buffer, 0x3C, 10, NO_MEDIUM | WHILE_BUSY, {0xFF, 0x1F, 0xFF, U24, U24}},
    {redbook_vdo_read_sub_channel, 0x42, 10, 0, {0xFF, 2, 0x40, 0xFF, 0, 0, 0xFF, U16}},
    {redbook_vdo_read_toc, 0x43, 10, 0, {0xFF, 2, 0x0F, 0, 0, 0, 0xFF, U16, 0xC0}},
    {redbook_vdo_get_configuration, 0x46, 10, ANYTIME, {0xFF, 3, U16, 0, 0, 0, U16}},
    {redbook_vdo_get_event_status, 0x4A, 10, ANYTIME, {0xFF, 1, 0, 0, 0xFF, 0, 0, U16}},
    {redbook_vdo_disc_information, 0x51, 10, 0, {0xFF, 7, 0, 0, 0, 0, 0, U16}},
    {redbook_vdo_track_information, 0x52, 10, 0, {0xFF, 3, U32, 0, U16}},
    {redbook_vdo_send_opc, 0x54, 10, WRITE_FD, {0xFF, 1, 0, 0, 0, 0, 0, U16}},
    {redbook_vdo_mode_select,
     0x55,
     10,
     NO_MEDIUM | WRITE_FD | DATA_OUT,
     {0xFF, 0x11, 0, 0, 0, 0, 0, U16}},
    {redbook_vdo_mode_sense,
     0x5A,
     10,
     NO_MEDIUM | WHILE_BUSY,
     {0xFF, 0x18, 0xFF, 0xFF, 0, 0, 0, U16}},
    {redbook_vdo_close, 0x5B, 10, WRITE_FD, {0xFF, 1, 7, 0, U16}},
    {redbook_vdo_buffer_capacity,
     0x5C,
     10,
     NO_MEDIUM | WHILE_BUSY,
     {0xFF, 1, 0, 0, 0, 0, 0, U16}},
    {redbook_vdo_send_cue_sheet, 0x5D, 10, WRITE_FD | DATA_OUT, {0xFF, 0, 0, 0, 0, 0, U24}},
    {redbook_vdo_blank, 0xA1, 12, WRITE_FD, {0xFF, 0x17, U32}},
    {redbook_vdo_read, 0xA8, 12, 0, {0xFF, 0x18, U32, U32}},
    {redbook_vdo_get_performance, 0xAC, 12, 0, {0xFF, 0x1F, U32, 0, 0, U16, 0xFF}},
    {redbook_vdo_disc_structure, 0xAD, 12, ANYTIME, {0xFF, U24, U24, U24, U16}},
    {redbook_vdo_set_streaming,
     0xB6,
     12,
     NO_MEDIUM | WRITE_FD | DATA_OUT,
     {0xFF, 0, 0, 0, 0, 0, 0, 0, 0, U16}},
    {redbook_vdo_read_cd_msf, 0xB9, 12, 0, {0xFF, 0x1E, 0, U24, U24, 0xFE, 0x07}},
    {redbook_vdo_set_speed, 0xBB, 12, NO_MEDIUM | WRITE_FD, {0xFF, 3, U32}},
    {redbook_vdo_mechanism_status,
     0xBD,
     12,
     NO_MEDIUM | WHILE_BUSY,
     {0xFF, 0, 0, 0, 0, 0, 0, 0, U16}},
    {redbook_vdo_read_cd, 0xBE, 12, 0, {0xFF, 0x1E, U32, 0xFF, U16, 0xFE, 0x07}},
};

static const struct operation *find(uint8_t opcode) {
  for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++)
    if (operations[i].opcode == opcode) return &operations[i];
  return NULL;
}

uint8_t *redbook_vreply(struct redbook_vcall *call, uint32_t length, uint32_t room) {
  memset(call->reply, 0, length);
  call->reply_length = length;
  call->room = room;
  return call->reply;
}

void redbook_vsense_bytes(uint8_t sense[18], const struct redbook_vcall *call, uint32_t code,
                          bool deferred) {
  memset(sense, 0, 18);
  sense[0] = deferred ? 0x71 : 0x70;
  sense[2] = (uint8_t)(code >> 16);
  sense[7] = 0x0A;
  sense[12] = (uint8_t)(code >> 8);
  sense[13] = (uint8_t)code;
  if (call->has_information) {
    sense[0] |= 0x80;
    redbook_put32(sense + 3, (uint32_t)call->information);
  }
  if (call->has_progress) {
    sense[15] = 0x80;
    redbook_put16(sense + 16, call->progress);
  }
}

void redbook_vsense_put(struct redbook_command *command, const struct redbook_vcall *call,
                        uint32_t code, bool deferred) {
  redbook_vsense_bytes(command->sense, call, code, deferred);
  command->sense_length = 18;
  command->status = REDBOOK_STATUS_CHECK;
  command->driver_status = 8; /* as Linux shows a CHECK CONDITION */
  command->residual = command->data_length;
}

static bool fields_known(const struct operation *op, const struct redbook_command *command) {
  if (command->cdb_length < op->length) return false;
  for (unsigned i = 1; i < sizeof command->cdb && i < command->cdb_length; i++) {
    uint8_t mask = i < sizeof op->mask ? op->mask[i] : 0;
    if (command->cdb[i] & ~mask) return false;
  }
  return true;
}

static uint32_t admit(struct redbook_virtual *drive, const struct operation *op,
                      struct redbook_vcall *call) {
  const struct redbook_command *command = call->command;
  if (!fields_known(op, command)) return REDBOOK_VBAD_CDB;
  if (op->flags & ANYTIME) return 0;
  if (op->flags & NO_MEDIUM) {
    if (redbook_vdrive_ready(drive) && drive->attention)
      return redbook_vdrive_condition(drive, call);
    return op->flags & WHILE_BUSY ? 0 : redbook_vdrive_busy(drive, call);
  }
  return redbook_vdrive_condition(drive, call);
}

static void transfer(struct redbook_vcall *call) {
  struct redbook_command *command = call->command;
  if (command->direction != REDBOOK_FROM_DEVICE) return;
  uint32_t n = call->reply_length < call->room ? call->reply_length : call->room;
  if (n > command->data_length) n = command->data_length;
  if (!call->direct && n) memcpy(command->data_in, call->reply, n);
  command->residual = command->data_length - n;
}

/* A command of the host that has data announces how much. */
static bool wants_data(const struct redbook_command *command) {
  const uint8_t *cdb = command->cdb;
  if (cdb[0] == 0x15) return cdb[4];
  if (cdb[0] == 0xB6) return cdb[9] | cdb[10];
  if (cdb[0] == 0x5D && cdb[6]) return true;
  return cdb[7] | cdb[8];
}

static void run(struct redbook_virtual *drive, bool writable, struct redbook_vcall *call) {
  struct redbook_command *command = call->command;
  const struct operation *op = find(command->cdb[0]);
  if (op && op->flags & WRITE_FD && !writable) {
    command->os_error = EPERM;
    return;
  }
  uint32_t code = op ? admit(drive, op, call) : REDBOOK_VSENSE(5, 0x20, 0x00);
  if (!code && op->flags & DATA_OUT && command->direction != REDBOOK_TO_DEVICE &&
      wants_data(command))
    code = REDBOOK_VBAD_CDB;
  if (!code) code = op->handler(drive, call);
  if (code)
    redbook_vsense_put(command, call, code, call->deferred);
  else
    transfer(call);
}

/* A command that outlives its timeout is given up by the kernel although the drive goes on:
 * host_status 3. Linux raises timeouts under 7 s to 7 s and takes 0 for 60 s (1.1). */
static uint64_t time_passes(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_command *command = call->command;
  uint64_t limit = command->timeout_ms ? command->timeout_ms : 60000;
  if (limit < 7000) limit = 7000;
  limit *= 1000;
  if (call->cost_us > limit) {
    uint64_t end = drive->clock_us + call->cost_us;
    if (drive->busy_until < end) {
      drive->busy_from = drive->clock_us;
      drive->busy_until = end;
    }
    call->cost_us = limit;
    command->status = REDBOOK_STATUS_GOOD;
    command->host_status = REDBOOK_HOST_TIMEOUT;
    command->driver_status = command->sense_length = 0;
    command->residual = command->data_length;
  }
  uint64_t end = drive->clock_us + call->cost_us;
  if (!drive->real_time) drive->clock_us = end;
  return end;
}

uint64_t redbook_vdrive_execute(struct redbook_virtual *drive, struct redbook_vtransport *from,
                                struct redbook_command *command) {
  struct redbook_vcall call = {
      .command = command, .cdb = command->cdb, .cost_us = REDBOOK_VCOST_COMMAND_US};
  const struct redbook_vfault *hit = NULL;
  drive->commands++;
  enum redbook_vfault_effect effect = redbook_vfault_before(drive, &call, &hit);
  if (effect != REDBOOK_VFAULT_DONE) {
    run(drive, !from || from->exclusive, &call);
    if (effect == REDBOOK_VFAULT_AFTER) redbook_vfault_after(hit, &call);
  }
  return time_passes(drive, &call);
}
