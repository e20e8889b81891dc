/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults: what goes wrong on purpose. */
#include <stdlib.h>
#include <string.h>

#include "virtual/drive.h"

struct redbook_vfault {
  struct redbook_virtual_fault what;
  uint8_t *reply;
  bool used_up;
  struct redbook_vfault *next;
};

bool redbook_virtual_add_fault(struct redbook_virtual *drive,
                               const struct redbook_virtual_fault *fault,
                               struct redbook_error *err) {
  if ((int)fault->kind < REDBOOK_FAULT_SENSE || fault->kind > REDBOOK_FAULT_LIE)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "there is no fault of kind %d",
                        (int)fault->kind);
  if (fault->opcode < -1 || fault->opcode > 255)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "a fault's opcode is 0..255, or -1 for any");
  if (!(fault->seconds >= 0 && fault->seconds <= 86400))
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "a fault's seconds are 0..86400");
  struct redbook_vfault *new = calloc(1, sizeof *new);
  uint32_t bytes = fault->kind == REDBOOK_FAULT_REPLY && fault->reply ? fault->length : 0;
  uint8_t *reply = malloc(bytes ? bytes : 1);
  if (!new || !reply) {
    free(new);
    free(reply);
    return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a fault");
  }
  if (bytes) memcpy(reply, fault->reply, bytes);
  *new = (struct redbook_vfault){.what = *fault, .reply = reply};
  new->what.reply = reply;
  if (fault->kind == REDBOOK_FAULT_REPLY) new->what.length = bytes;
  pthread_mutex_lock(&drive->mutex);
  struct redbook_vfault **end = &drive->faults;
  while (*end)
    end = &(*end)->next;
  *end = new;
  pthread_mutex_unlock(&drive->mutex);
  return true;
}

void redbook_virtual_clear_faults(struct redbook_virtual *drive) {
  pthread_mutex_lock(&drive->mutex);
  drive->vanished = false;
  while (drive->faults) {
    struct redbook_vfault *fault = drive->faults;
    drive->faults = fault->next;
    free(fault->reply);
    free(fault);
  }
  pthread_mutex_unlock(&drive->mutex);
}

static bool touches(const struct redbook_command *command, int32_t lba) {
  uint8_t opcode = command->cdb[0];
  if (opcode != 0x2A && opcode != 0xBE) return false;
  int64_t first = (int32_t)redbook_get32(command->cdb + 2);
  int64_t sectors =
      opcode == 0x2A ? redbook_get16(command->cdb + 7) : redbook_get24(command->cdb + 6);
  return lba >= first && lba < first + sectors;
}

static bool matches(const struct redbook_vfault *fault, const struct redbook_command *command) {
  if (fault->used_up) return false;
  if (fault->what.opcode >= 0 && fault->what.opcode != command->cdb[0]) return false;
  return !fault->what.has_lba || touches(command, fault->what.lba);
}

static const struct redbook_vfault *next_hit(struct redbook_virtual *drive,
                                             const struct redbook_command *command) {
  for (struct redbook_vfault *fault = drive->faults; fault; fault = fault->next) {
    if (!matches(fault, command)) continue;
    if (fault->what.after) {
      fault->what.after--;
      continue;
    }
    if (fault->what.times && --fault->what.times == 0) fault->used_up = true;
    drive->fault_hits++;
    return fault;
  }
  return NULL;
}

static void reply_instead(const struct redbook_virtual_fault *what,
                          struct redbook_command *command) {
  uint32_t n = what->length < command->data_length ? what->length : command->data_length;
  if (command->direction != REDBOOK_FROM_DEVICE) n = 0;
  if (n) memcpy(command->data_in, what->reply, n);
  command->residual = command->direction == REDBOOK_TO_DEVICE ? 0 : command->data_length - n;
}

/* The same sense as descriptors (72h, 73h), with what information it has. */
static void as_descriptors(struct redbook_command *command) {
  const uint8_t fixed[18] = {0};
  uint8_t *sense = command->sense;
  uint8_t out[20] = {(uint8_t)(0x72 | (sense[0] & 1)), sense[2], sense[12], sense[13]};
  bool information = sense[0] & 0x80;
  out[7] = information ? 12 : 0;
  out[9] = 10;
  out[10] = 0x80;
  memcpy(out + 16, sense + 3, 4);
  memcpy(sense, fixed, sizeof fixed);
  command->sense_length = information ? 20 : 8;
  memcpy(sense, out, command->sense_length);
}

/* Of what the host sent, so many bytes arrived; too few for the command to do anything. */
static enum redbook_vfault_effect cut(const struct redbook_virtual_fault *what,
                                      struct redbook_command *command) {
  if (command->direction != REDBOOK_TO_DEVICE || what->length >= command->data_length)
    return REDBOOK_VFAULT_AFTER;
  command->residual = command->data_length - what->length;
  return REDBOOK_VFAULT_DONE;
}

/* GOOD at once; only a WRITE leaves a trace: the position moves, the data does not. */
static enum redbook_vfault_effect lie(struct redbook_vcall *call) {
  struct redbook_command *command = call->command;
  if (command->cdb[0] == 0x2A) {
    call->lie = true;
    return REDBOOK_VFAULT_AFTER;
  }
  if (command->direction == REDBOOK_FROM_DEVICE) command->residual = command->data_length;
  return REDBOOK_VFAULT_DONE;
}

/* The sense of a fault into the command. */
static void complain(struct redbook_vcall *call, const struct redbook_virtual_fault *what) {
  call->has_information = what->has_lba;
  call->information = what->lba;
  redbook_vsense_put(call->command, call, REDBOOK_VSENSE(what->key, what->asc, what->ascq),
                     what->deferred);
  if (what->descriptor) as_descriptors(call->command);
}

/* RECOVERED ERROR: the command was carried out, and its data are good. */
static bool recovered(const struct redbook_virtual_fault *what) {
  return what->kind == REDBOOK_FAULT_SENSE && what->key == 1 && !what->deferred;
}

static enum redbook_vfault_effect act(struct redbook_virtual *drive, struct redbook_vcall *call,
                                      const struct redbook_virtual_fault *what) {
  struct redbook_command *command = call->command;
  switch (what->kind) {
    case REDBOOK_FAULT_SENSE:
      if (recovered(what)) return REDBOOK_VFAULT_AFTER;
      if (what->damage && command->cdb[0] == 0x2A) redbook_vbuffer_lose(drive);
      complain(call, what);
      return REDBOOK_VFAULT_DONE;
    case REDBOOK_FAULT_STATUS:
      command->status = what->status;
      command->residual = command->data_length;
      return REDBOOK_VFAULT_DONE;
    case REDBOOK_FAULT_HOST:
      command->host_status = what->host_status;
      command->residual = command->data_length;
      return REDBOOK_VFAULT_DONE;
    case REDBOOK_FAULT_ERRNO:
      command->os_error = what->os_error;
      return REDBOOK_VFAULT_DONE;
    case REDBOOK_FAULT_REPLY:
      reply_instead(what, command);
      return REDBOOK_VFAULT_DONE;
    case REDBOOK_FAULT_LIE:
      return lie(call);
    case REDBOOK_FAULT_VANISH:
      drive->vanished = true;
      command->host_status = REDBOOK_HOST_NO_CONNECT;
      command->residual = command->data_length;
      return REDBOOK_VFAULT_DONE;
    case REDBOOK_FAULT_SHORT:
      return cut(what, command);
    case REDBOOK_FAULT_STALL:
    default:
      return REDBOOK_VFAULT_AFTER;
  }
}

enum redbook_vfault_effect redbook_vfault_before(struct redbook_virtual *drive,
                                                 struct redbook_vcall *call,
                                                 const struct redbook_vfault **hit) {
  if (drive->vanished) {
    call->command->host_status = REDBOOK_HOST_NO_CONNECT;
    call->command->residual = call->command->data_length;
    return REDBOOK_VFAULT_DONE;
  }
  *hit = next_hit(drive, call->command);
  return *hit ? act(drive, call, &(*hit)->what) : REDBOOK_VFAULT_NONE;
}

void redbook_vfault_after(const struct redbook_vfault *hit, struct redbook_vcall *call) {
  struct redbook_command *command = call->command;
  if (hit->what.kind == REDBOOK_FAULT_STALL)
    call->cost_us += (uint64_t)(hit->what.seconds * 1e6);
  if (hit->what.kind == REDBOOK_FAULT_LIE) call->cost_us = REDBOOK_VCOST_COMMAND_US;
  if (recovered(&hit->what) && command->status == REDBOOK_STATUS_GOOD) {
    uint32_t residual = command->residual;
    complain(call, &hit->what);
    command->residual = residual;
  }
  if (hit->what.kind != REDBOOK_FAULT_SHORT || command->status != REDBOOK_STATUS_GOOD ||
      command->direction != REDBOOK_FROM_DEVICE)
    return;
  uint32_t got = command->data_length - command->residual;
  if (got > hit->what.length) command->residual = command->data_length - hit->what.length;
}
