/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Linux does between open, ioctl and close of /dev/sr0 and the drive. */
#include "vdrive/node.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { TEST_UNIT_READY = 0x00, START_STOP = 0x1B, PREVENT = 0x1E };
enum { KERNEL_TIMEOUT_MS = 30000 }; /* of sr's own commands */
enum { MOST_WAITS = 6 };

static bool failed(const struct redbook_command *command) {
  return command->os_error || command->status || command->host_status;
}

/* A command of the kernel's own: no data. Its sense as KKAAQQ, 0 when it went well. */
static uint32_t own_command(struct redbook_kernel *kernel, uint8_t opcode, uint8_t byte4) {
  struct redbook_command command = {
      .cdb = {opcode, 0, 0, 0, byte4}, .cdb_length = 6, .timeout_ms = KERNEL_TIMEOUT_MS};
  redbook_transport_execute(kernel->transport, &command);
  if (!failed(&command)) return 0;
  if (command.sense_length < 14) return 0xFFFFFF;
  return (uint32_t)(command.sense[2] & 0x0F) << 16 | (uint32_t)command.sense[12] << 8 |
         command.sense[13];
}

/* Linux looks for a changed medium at every open, which takes a waiting UNIT ATTENTION away
 * from the program. */
static uint32_t look(struct redbook_kernel *kernel) {
  uint32_t sense = own_command(kernel, TEST_UNIT_READY, 0);
  return sense >> 16 == 6 ? own_command(kernel, TEST_UNIT_READY, 0) : sense;
}

/* Without O_NONBLOCK: a medium must be there (an open tray is pulled in), the tray is locked,
 * and only a medium that can be written like a disk may be opened for writing. */
static int open_for_data(struct redbook_kernel *kernel, int flags, uint32_t sense) {
  if (sense == 0x023A02) {
    (void)own_command(kernel, START_STOP, 3);
    sense = look(kernel);
  }
  if (sense) return ENOMEDIUM;
  if ((flags & O_ACCMODE) != O_RDONLY) return EROFS;
  (void)own_command(kernel, PREVENT, 1);
  return 0;
}

static int take_drive(struct redbook_kernel *kernel) {
  struct redbook_error err;
  if (kernel->transport) return 0;
  redbook_error_clear(&err);
  kernel->transport = kernel->node->ops->open(kernel->node, REDBOOK_ACCESS_EXCLUSIVE, &err);
  if (kernel->transport) return 0;
  if (err.code == REDBOOK_E_IMAPI_RECORDER_LOCKED) return EBUSY;
  return err.code == REDBOOK_E_DEVICE_GONE ? ENXIO : EIO;
}

static void leave_drive(struct redbook_kernel *kernel) {
  if (kernel->openers || kernel->keep_locked) return;
  redbook_transport_close(kernel->transport);
  kernel->transport = NULL;
}

static int do_open(struct redbook_kernel *kernel, struct redbook_opener *opener, int flags) {
  if (opener->open) return EINVAL;
  if (flags & O_EXCL && kernel->holder) return EBUSY;
  int error = take_drive(kernel);
  if (error) return error;
  uint32_t sense = look(kernel);
  if (!(flags & O_NONBLOCK)) error = open_for_data(kernel, flags, sense);
  if (error) {
    leave_drive(kernel);
    return error;
  }
  if (flags & O_EXCL) kernel->holder = opener;
  opener->open = true;
  opener->flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
  kernel->openers++;
  return 0;
}

void redbook_kernel_close(struct redbook_kernel *kernel, struct redbook_opener *opener) {
  if (!opener->open) return;
  opener->open = false;
  if (kernel->holder == opener) kernel->holder = NULL;
  kernel->openers--;
  leave_drive(kernel); /* which unlocks the tray */
}

static void let_time_pass(struct redbook_kernel *kernel,
                          const struct redbook_command *command) {
  bool not_ready = command->sense_length >= 14 && (command->sense[2] & 0x0F) == 2 &&
                   command->sense[12] == 0x04;
  if (!not_ready) {
    kernel->waits = 0;
    return;
  }
  struct redbook_transport *transport = kernel->transport;
  if (transport->ops->is_real_time(transport)) return;
  uint64_t wait = 10000000;
  for (unsigned i = 0; i < kernel->waits; i++)
    wait *= 10;
  if (kernel->waits < MOST_WAITS) kernel->waits++;
  redbook_transport_sleep_us(transport, wait);
}

static uint32_t timeout_ms(const struct redbook_kernel *kernel, uint32_t asked) {
  return asked ? asked : (uint32_t)kernel->timeout * 10;
}

static uint32_t do_command(struct redbook_kernel *kernel, const struct redbook_opener *opener,
                           const struct redbook_wire_request *request, uint8_t *data,
                           struct redbook_wire_answer *answer) {
  bool writable = (opener->flags & O_ACCMODE) != O_RDONLY;
  if (kernel->filter && !request->from_kernel &&
      !redbook_server_allows(request->cdb[0], writable)) {
    answer->os_error = EPERM;
    return 0;
  }
  struct redbook_command command = {.cdb_length = request->cdb_length,
                                    .direction = (enum redbook_direction)request->direction,
                                    .data_out = data,
                                    .data_in = data,
                                    .data_length = request->data_length,
                                    .timeout_ms = timeout_ms(kernel, request->timeout_ms)};
  memcpy(command.cdb, request->cdb, sizeof command.cdb);
  redbook_transport_execute(kernel->transport, &command);
  let_time_pass(kernel, &command);
  answer->os_error = command.os_error;
  answer->status = command.status;
  answer->host_status = command.host_status;
  answer->driver_status = command.driver_status;
  answer->sense_length = command.sense_length;
  memcpy(answer->sense, command.sense, sizeof answer->sense);
  answer->residual = command.residual;
  answer->duration_ms = (uint32_t)(command.duration_us / 1000);
  bool brought = command.direction == REDBOOK_FROM_DEVICE && !command.os_error &&
                 command.residual <= command.data_length;
  return brought ? command.data_length - command.residual : 0;
}

static int set_reserved(struct redbook_kernel *kernel, int size) {
  if (size < 0) return EINVAL;
  kernel->reserved = size < (int)REDBOOK_WIRE_DATA ? size : (int)REDBOOK_WIRE_DATA;
  return 0;
}

static bool sensible(const struct redbook_opener *opener,
                     const struct redbook_wire_request *request) {
  if (request->operation == REDBOOK_WIRE_OPEN) return true;
  return opener->open && request->data_length <= REDBOOK_WIRE_DATA &&
         request->direction <= REDBOOK_WIRE_OUT && request->cdb_length <= 16;
}

uint32_t redbook_kernel_answer(struct redbook_kernel *kernel, struct redbook_opener *opener,
                               const struct redbook_wire_request *request, uint8_t *data,
                               struct redbook_wire_answer *answer) {
  const int changeable = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | O_ASYNC;
  *answer = (struct redbook_wire_answer){.magic = REDBOOK_WIRE_MAGIC};
  if (!sensible(opener, request)) {
    answer->os_error = EINVAL;
    return 0;
  }
  switch ((enum redbook_wire_operation)request->operation) {
    case REDBOOK_WIRE_OPEN:
      answer->os_error = do_open(kernel, opener, request->value);
      break;
    case REDBOOK_WIRE_COMMAND:
      return do_command(kernel, opener, request, data, answer);
    case REDBOOK_WIRE_GET_FLAGS:
      answer->value = opener->flags;
      break;
    case REDBOOK_WIRE_SET_FLAGS:
      opener->flags = (opener->flags & ~changeable) | (request->value & changeable);
      break;
    case REDBOOK_WIRE_GET_TIMEOUT:
      answer->value = kernel->timeout;
      break;
    case REDBOOK_WIRE_SET_TIMEOUT:
      kernel->timeout = request->value;
      break;
    case REDBOOK_WIRE_GET_RESERVED:
      answer->value = kernel->reserved;
      break;
    case REDBOOK_WIRE_SET_RESERVED:
      answer->os_error = set_reserved(kernel, request->value);
      break;
    case REDBOOK_WIRE_OPENERS:
      answer->value = (int32_t)kernel->openers;
      break;
    case REDBOOK_WIRE_KEEP_LOCKED:
      kernel->keep_locked = request->value != 0;
      break;
    default:
      answer->os_error = EINVAL;
  }
  return 0;
}
