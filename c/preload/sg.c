/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands: SG_IO, CDROM_SEND_PACKET, the SG_ settings, and what Linux sends by itself. The
 * rules are those of Linux 6.1 for /dev/sr0. */
#include <errno.h>
#include <linux/cdrom.h>
#include <scsi/scsi.h>
#include <scsi/sg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include "preload/preload.h"

enum { SG_VERSION = 30527, DRIVER_SENSE = 8, LONGEST_CDB = 16, SHORTEST_CDB = 6 };
/* Of SCSI_IOCTL_GET_IDLUN: the numbers of device and host. No host of this machine has this
 * one, so that nobody takes a /dev/sgN of a real drive for a second node of the virtual one. */
struct address {
  uint32_t device, host;
};
enum { NO_HOST = 0x52425631 };
enum { DXFER_UNKNOWN = -5 }; /* SG_DXFER_UNKNOWN of newer headers */

/* The checks before a command is sent, in Linux' order. */
static int check(const struct sg_io_hdr *header) {
  if (header->interface_id != 'S') return -EINVAL;
  if (header->dxfer_len > REDBOOK_WIRE_DATA) return -EIO;
  bool known = header->dxfer_direction == SG_DXFER_TO_DEV ||
               header->dxfer_direction == SG_DXFER_FROM_DEV ||
               header->dxfer_direction == SG_DXFER_TO_FROM_DEV;
  if (header->dxfer_len && !known) return -EINVAL;
  if (header->cmd_len > LONGEST_CDB) return -EINVAL;
  if (header->cmd_len < SHORTEST_CDB) return -EMSGSIZE;
  return header->cmdp ? 0 : -EFAULT;
}

/* Between the caller's scattered memory and one block; stops at dxfer_len. */
static void move(const struct sg_io_hdr *header, uint8_t *block, unsigned length, bool gather) {
  const struct sg_iovec *piece = header->dxferp;
  for (unsigned i = 0; i < header->iovec_count && length; i++, piece++) {
    size_t n = piece->iov_len < length ? piece->iov_len : length;
    if (gather)
      memcpy(block, piece->iov_base, n);
    else
      memcpy(piece->iov_base, block, n);
    block += n;
    length -= (unsigned)n;
  }
}

static void fill(struct sg_io_hdr *header, const struct redbook_wire_answer *answer) {
  bool check_condition = (answer->status & 0x3E) == 0x02;
  header->status = answer->status;
  header->masked_status = (answer->status >> 1) & 0x1F;
  header->msg_status = 0;
  header->host_status = answer->host_status;
  header->driver_status = check_condition ? DRIVER_SENSE : 0;
  header->info = SG_INFO_OK;
  if (header->masked_status || header->host_status || header->driver_status)
    header->info |= SG_INFO_CHECK;
  header->resid = (int)answer->residual;
  header->duration = answer->duration_ms;
  header->sb_len_wr = 0;
  if (!answer->sense_length || !header->sbp) return;
  uint8_t n =
      header->mx_sb_len < answer->sense_length ? header->mx_sb_len : answer->sense_length;
  memcpy(header->sbp, answer->sense, n);
  header->sb_len_wr = n;
}

static struct redbook_wire_request request_of(const struct sg_io_hdr *header) {
  struct redbook_wire_request request = {.magic = REDBOOK_WIRE_MAGIC,
                                         .operation = REDBOOK_WIRE_COMMAND,
                                         .cdb_length = header->cmd_len,
                                         .data_length = header->dxfer_len,
                                         .timeout_ms = header->timeout};
  memcpy(request.cdb, header->cmdp, header->cmd_len);
  if (header->dxfer_len)
    request.direction =
        header->dxfer_direction == SG_DXFER_TO_DEV ? REDBOOK_WIRE_OUT : REDBOOK_WIRE_IN;
  return request;
}

static int sg_io(int fd, struct sg_io_hdr *header) {
  int error = check(header);
  if (error) return error;
  struct redbook_wire_request request = request_of(header);
  struct redbook_wire_answer answer = {0};
  bool scattered = header->iovec_count && header->dxfer_len;
  uint8_t *block = header->dxferp;
  if (scattered) block = calloc(1, header->dxfer_len);
  if (header->dxfer_len && !block) return scattered ? -ENOMEM : -EFAULT;
  if (scattered && request.direction == REDBOOK_WIRE_OUT)
    move(header, block, header->dxfer_len, true);
  error = -redbook_preload_ask(fd, &request, block, block, &answer);
  if (!error) {
    fill(header, &answer);
    if (scattered && request.direction == REDBOOK_WIRE_IN)
      move(header, block, header->dxfer_len - answer.residual, false);
  } else if (error == -ENODEV) { /* a drive that is gone: DID_NO_CONNECT, ioctl says 0 */
    answer = (struct redbook_wire_answer){.host_status = 1, .residual = header->dxfer_len};
    fill(header, &answer);
    error = 0;
  }
  if (scattered) free(block);
  return error;
}

/* A 12-byte CDB whatever the opcode; any status but GOOD is EIO, and what did not come is left
 * in buflen when all went well. */
static int send_packet(int fd, struct cdrom_generic_command *packet) {
  static const int directions[] = {[CGC_DATA_UNKNOWN] = DXFER_UNKNOWN,
                                   [CGC_DATA_WRITE] = SG_DXFER_TO_DEV,
                                   [CGC_DATA_READ] = SG_DXFER_FROM_DEV,
                                   [CGC_DATA_NONE] = SG_DXFER_NONE};
  if (packet->data_direction > CGC_DATA_NONE) return -EINVAL;
  struct sg_io_hdr header = {.interface_id = 'S',
                             .dxfer_direction = directions[packet->data_direction],
                             .cmd_len = sizeof packet->cmd,
                             .cmdp = packet->cmd,
                             .dxfer_len = packet->buflen,
                             .dxferp = packet->buffer,
                             .sbp = (unsigned char *)packet->sense,
                             .timeout = (unsigned)packet->timeout * 10};
  if (packet->sense) header.mx_sb_len = sizeof *packet->sense;
  int error = sg_io(fd, &header);
  if (error) return error;
  if (header.status) return -EIO;
  packet->stat = 0;
  packet->buflen = (unsigned)header.resid;
  return 0;
}

int redbook_preload_own(int fd, const uint8_t *cdb, unsigned cdb_length, uint8_t *data,
                        unsigned length, uint32_t *sense) {
  struct redbook_wire_request request = {
      .magic = REDBOOK_WIRE_MAGIC,
      .operation = REDBOOK_WIRE_COMMAND,
      .cdb_length = (uint8_t)cdb_length,
      .direction = length ? REDBOOK_WIRE_IN : REDBOOK_WIRE_NONE,
      .from_kernel = 1,
      .data_length = length,
      .timeout_ms = 30000};
  struct redbook_wire_answer answer = {0};
  memcpy(request.cdb, cdb, cdb_length);
  if (sense) *sense = 0;
  int error = redbook_preload_ask(fd, &request, NULL, data, &answer);
  if (error) return -error;
  if (answer.host_status) return -EIO;
  if (!answer.status) return 0;
  uint32_t code = (uint32_t)(answer.sense[2] & 0x0F) << 16 | (uint32_t)answer.sense[12] << 8 |
                  answer.sense[13];
  if (sense) *sense = code;
  if (code >> 16 == 2 || code >> 16 == 6) return -ENOMEDIUM;
  return code == 0x052000 ? -EOPNOTSUPP : -EIO;
}

static int setting(int fd, enum redbook_wire_operation operation, int value, int *out) {
  int got = redbook_preload_value(fd, operation, value);
  if (got < 0) return -errno;
  if (out) *out = got;
  return 0;
}

int redbook_preload_sg(int fd, unsigned long request, uintptr_t argument) {
  void *pointer = (void *)argument; /* NOLINT(performance-no-int-to-ptr): as ioctl has it */
  int value = 0;
  if (request == SG_GET_TIMEOUT) { /* the one that is answered by the return value */
    int error = setting(fd, REDBOOK_WIRE_GET_TIMEOUT, 0, &value);
    return error ? error : value;
  }
  bool known = request == SG_IO || request == CDROM_SEND_PACKET ||
               request == SG_GET_VERSION_NUM || request == SG_SET_TIMEOUT ||
               request == SG_GET_RESERVED_SIZE || request == SG_SET_RESERVED_SIZE ||
               request == SG_EMULATED_HOST || request == SCSI_IOCTL_GET_IDLUN ||
               request == SCSI_IOCTL_GET_BUS_NUMBER;
  if (!known) return REDBOOK_NOT_MINE;
  if (!pointer) return -EFAULT;
  switch (request) {
    case SG_IO:
      return sg_io(fd, pointer);
    case CDROM_SEND_PACKET:
      return send_packet(fd, pointer);
    case SG_GET_VERSION_NUM:
      *(int *)pointer = SG_VERSION;
      return 0;
    case SG_SET_TIMEOUT:
      return setting(fd, REDBOOK_WIRE_SET_TIMEOUT, *(int *)pointer, NULL);
    case SG_GET_RESERVED_SIZE:
      return setting(fd, REDBOOK_WIRE_GET_RESERVED, 0, pointer);
    case SG_SET_RESERVED_SIZE:
      return setting(fd, REDBOOK_WIRE_SET_RESERVED, *(int *)pointer, NULL);
    case SG_EMULATED_HOST:
      *(int *)pointer = 1;
      return 0;
    case SCSI_IOCTL_GET_IDLUN:
      *(struct address *)pointer = (struct address){.host = NO_HOST};
      return 0;
    default:
      *(int *)pointer = 0;
      return 0; /* the first and only bus */
  }
}
