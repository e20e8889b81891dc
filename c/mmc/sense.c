/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoding sense data, and what an outcome asks of the caller. */
#include "mmc/sense.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "mmc/cdb.h"

enum {
  KEY_NONE,
  KEY_RECOVERED,
  KEY_NOT_READY,
  KEY_MEDIUM,
  KEY_HARDWARE,
  KEY_ILLEGAL_REQUEST,
  KEY_UNIT_ATTENTION,
  KEY_ABORTED = 0xB,
};
enum { DESCRIPTOR_INFORMATION = 0x00, DESCRIPTOR_SENSE_KEY_SPECIFIC = 0x02 };
enum { STATUS_TASK_SET_FULL = 0x28, DRIVER_SENSE = 0x08, OPCODE_WRITE_12 = 0xAA };

/* The three sense-key-specific bytes: progress when the drive is busy (SPC), a field pointer
 * with other keys. */
static void parse_specific(const uint8_t *p, struct redbook_sense *out) {
  if ((p[0] & 0x80) == 0) return;
  if (out->key != KEY_NONE && out->key != KEY_NOT_READY) return;
  out->has_progress = true;
  out->progress = redbook_get16(p + 1);
}

/* 70h, 71h. Bytes past the additional length are left-overs. */
static void parse_fixed(const uint8_t *p, size_t n, struct redbook_sense *out) {
  if (n < 3) return;
  out->valid = true;
  out->key = p[2] & 0x0F;
  if (n >= 7 && (p[0] & 0x80) != 0) {
    out->has_information = true;
    out->information = redbook_get32(p + 3);
  }
  if (n >= 8 && n > 8u + p[7]) n = 8u + p[7];
  if (n > 12) out->asc = p[12];
  if (n > 13) out->ascq = p[13];
  if (n > 17) parse_specific(p + 15, out);
}

static void parse_one_descriptor(const uint8_t *d, size_t n, struct redbook_sense *out) {
  if (d[0] == DESCRIPTOR_INFORMATION && n >= 12 && (d[2] & 0x80) != 0) {
    out->has_information = true;
    out->information = redbook_get32(d + 8);
  }
  if (d[0] == DESCRIPTOR_SENSE_KEY_SPECIFIC && n >= 7) parse_specific(d + 4, out);
}

/* 72h, 73h. */
static void parse_descriptors(const uint8_t *p, size_t n, struct redbook_sense *out) {
  if (n < 2) return;
  out->valid = true;
  out->key = p[1] & 0x0F;
  if (n > 2) out->asc = p[2];
  if (n > 3) out->ascq = p[3];
  if (n < 8) return;
  if (n > 8u + p[7]) n = 8u + p[7];
  for (size_t at = 8; n - at >= 2; at += 2u + p[at + 1]) {
    size_t size = 2u + p[at + 1];
    if (size > n - at) break;
    parse_one_descriptor(p + at, size, out);
  }
}

void redbook_sense_parse(const uint8_t *raw, size_t length, struct redbook_sense *out) {
  *out = (struct redbook_sense){0};
  if (length > sizeof out->raw) length = sizeof out->raw;
  if (length == 0) return;
  memcpy(out->raw, raw, length);
  out->raw_length = (uint8_t)length;
  unsigned format = raw[0] & 0x7F;
  if (format == 0x70 || format == 0x71) parse_fixed(raw, length, out);
  if (format == 0x72 || format == 0x73) parse_descriptors(raw, length, out);
  out->deferred = out->valid && (format & 1) != 0;
}

static bool is_write(const struct redbook_command *c) {
  return c->cdb[0] == REDBOOK_WRITE_10 || c->cdb[0] == OPCODE_WRITE_12;
}

static enum redbook_outcome not_ready(const struct redbook_command *c,
                                      const struct redbook_sense *sense) {
  if (sense->asc == 0x3A) return REDBOOK_OUTCOME_NO_MEDIUM;
  switch (sense->asc << 8 | sense->ascq) {
    case 0x0400:
    case 0x0401:
    case 0x3E00:
      return REDBOOK_OUTCOME_BECOMING_READY;
    case 0x0402:
      return REDBOOK_OUTCOME_NEEDS_START;
    case 0x0404:
    case 0x0407:
      return REDBOOK_OUTCOME_IN_PROGRESS;
    case 0x0408:
      return is_write(c) ? REDBOOK_OUTCOME_BUFFER_FULL : REDBOOK_OUTCOME_IN_PROGRESS;
    default:
      return REDBOOK_OUTCOME_FAILED;
  }
}

static enum redbook_outcome illegal_request(const struct redbook_sense *sense) {
  if (sense->asc == 0x26) return REDBOOK_OUTCOME_UNSUPPORTED;
  bool whole = sense->ascq == 0 && (sense->asc == 0x20 || sense->asc == 0x24);
  return whole ? REDBOOK_OUTCOME_UNSUPPORTED : REDBOOK_OUTCOME_FAILED;
}

/* 6/2E/00, insufficient time for operation: old Mitsumi drives end CLOSE with it while they go
 * on closing. */
static enum redbook_outcome unit_attention(const struct redbook_command *c,
                                           const struct redbook_sense *sense) {
  bool closing = c->cdb[0] == REDBOOK_CLOSE_TRACK_SESSION;
  if (closing && sense->asc == 0x2E && sense->ascq == 0) return REDBOOK_OUTCOME_IN_PROGRESS;
  return REDBOOK_OUTCOME_ATTENTION;
}

/* A deferred error says that this command was not executed at all (SPC), whatever its key. A
 * CHECK CONDITION without sense tells nothing, and so cannot be a success. */
static enum redbook_outcome check_condition(const struct redbook_command *c,
                                            const struct redbook_sense *sense) {
  if (!sense->valid || sense->deferred) return REDBOOK_OUTCOME_FAILED;
  switch (sense->key) {
    case KEY_RECOVERED:
      return REDBOOK_OUTCOME_GOOD;
    case KEY_NOT_READY:
      return not_ready(c, sense);
    case KEY_HARDWARE:
      return sense->asc == 0x08 ? REDBOOK_OUTCOME_ABORTED : REDBOOK_OUTCOME_FAILED;
    case KEY_ILLEGAL_REQUEST:
      return illegal_request(sense);
    case KEY_UNIT_ATTENTION:
      return unit_attention(c, sense);
    case KEY_ABORTED:
      return REDBOOK_OUTCOME_ABORTED;
    default:
      return REDBOOK_OUTCOME_FAILED;
  }
}

enum redbook_outcome redbook_outcome_of(const struct redbook_command *c,
                                        struct redbook_sense *sense) {
  struct redbook_sense unused;
  if (sense == NULL) sense = &unused;
  redbook_sense_parse(c->sense, c->sense_length, sense);
  if (c->os_error == EPERM) return REDBOOK_OUTCOME_UNSUPPORTED;
  if (c->os_error != 0 || c->host_status != REDBOOK_HOST_OK) return REDBOOK_OUTCOME_FAILED;
  switch (c->status) {
    case REDBOOK_STATUS_CHECK:
      return check_condition(c, sense);
    case REDBOOK_STATUS_BUSY:
    case STATUS_TASK_SET_FULL:
      return REDBOOK_OUTCOME_IN_PROGRESS;
    case REDBOOK_STATUS_GOOD:
      break;
    default:
      return REDBOOK_OUTCOME_FAILED;
  }
  if (c->driver_status == DRIVER_SENSE && sense->valid) return check_condition(c, sense);
  return c->driver_status == 0 || c->driver_status == DRIVER_SENSE ? REDBOOK_OUTCOME_GOOD
                                                                   : REDBOOK_OUTCOME_FAILED;
}
