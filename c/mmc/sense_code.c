/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a failed command to an error: which code a sense, a status or a host error becomes.
 *
 * Microsoft publishes no such mapping; this one is derived from what the codes say they mean
 * (imapi2 reference, 5.1-5.3 and "Provoking PrepareMedia's codes"). What no rule covers is
 * E_FAIL.
 */
#include <stdio.h>

#include "base/bytes.h"
#include "mmc/cdb.h"
#include "mmc/sense.h"

enum { ALWAYS, WRITING }; /* WRITING: contexts WRITE and CLOSE only */

#define ANY (-1)
#define ALL 0x00, 0xFF
#define ONLY(ascq) (ascq), (ascq)
#define E(name) REDBOOK_E_IMAPI_##name
#define OPCODE_READ_10 0x28
#define OPCODE_READ_12 0xA8
#define OPCODE_WRITE_12 0xAA

struct rule {
  int opcode; /* ANY, or the only command that it holds for */
  int where;
  int key; /* ANY or a sense key */
  int asc; /* ANY or an additional sense code */
  uint8_t first_ascq, last_ascq;
  uint32_t code;
};

/* The first rule that fits counts: what is special comes before what is general. */
static const struct rule rules[] = {
    {REDBOOK_MODE_SENSE_10, ALWAYS, 5, 0x24, ONLY(0), E(RECORDER_NO_SUCH_MODE_PAGE)},
    {REDBOOK_MODE_SENSE_10, ALWAYS, 5, 0x26, ONLY(0), E(RECORDER_NO_SUCH_MODE_PAGE)},
    {REDBOOK_MODE_SENSE_10, ALWAYS, 5, 0x39, ONLY(0), E(RECORDER_NO_SUCH_MODE_PAGE)},
    {REDBOOK_MODE_SELECT_10, ALWAYS, 5, 0x26, 0, 2, E(RECORDER_INVALID_MODE_PARAMETERS)},
    {REDBOOK_MODE_SELECT_10, ALWAYS, 5, 0x1A, ONLY(0), E(RECORDER_INVALID_MODE_PARAMETERS)},
    {REDBOOK_MODE_SELECT_10, ALWAYS, 5, 0x24, ONLY(0), E(RECORDER_INVALID_MODE_PARAMETERS)},
    {REDBOOK_GET_CONFIGURATION, ALWAYS, 5, 0x20, ONLY(0),
     E(RECORDER_GET_CONFIGURATION_NOT_SUPPORTED)},
    {REDBOOK_SET_CD_SPEED, ALWAYS, 5, 0x24, ONLY(0), E(RECORDER_MEDIA_SPEED_MISMATCH)},
    {REDBOOK_READ_DISC_STRUCTURE, ALWAYS, 5, 0x24, ONLY(0),
     E(RECORDER_DVD_STRUCTURE_NOT_PRESENT)},
    {REDBOOK_READ_DISC_STRUCTURE, ALWAYS, 5, 0x30, ONLY(2),
     E(RECORDER_DVD_STRUCTURE_NOT_PRESENT)},
    {REDBOOK_READ_DISC_STRUCTURE, ALWAYS, 5, 0x6F, ALL, E(RECORDER_DVD_STRUCTURE_NOT_PRESENT)},
    {REDBOOK_READ_TOC, ALWAYS, 5, 0x24, ONLY(0), E(DF2TAO_TABLE_OF_CONTENTS_EMPTY_DISC)},
    {REDBOOK_READ_TOC, ALWAYS, 3, 0x57, ONLY(0), E(DF2TAO_TABLE_OF_CONTENTS_EMPTY_DISC)},
    {REDBOOK_BLANK, ALWAYS, 3, 0x51, 0, 1, E(ERASE_DRIVE_FAILED_ERASE_COMMAND)},

    {ANY, ALWAYS, 2, 0x3A, ALL, E(RECORDER_MEDIA_NO_MEDIA)},
    {ANY, ALWAYS, 6, 0x3A, ALL, E(RECORDER_MEDIA_NO_MEDIA)},
    {ANY, ALWAYS, ANY, 0x30, 0, 2, E(RECORDER_MEDIA_INCOMPATIBLE)},
    {ANY, ALWAYS, ANY, 0x30, ONLY(4), E(RECORDER_MEDIA_INCOMPATIBLE)},
    {ANY, ALWAYS, ANY, 0x30, ONLY(5), E(RECORDER_MEDIA_SPEED_MISMATCH)},
    {ANY, ALWAYS, ANY, 0x30, ONLY(6), E(RECORDER_MEDIA_INCOMPATIBLE)},
    {ANY, ALWAYS, ANY, 0x30, 8, 9, E(RECORDER_MEDIA_INCOMPATIBLE)},
    {ANY, ALWAYS, ANY, 0x30, ONLY(0x10), E(RECORDER_MEDIA_NOT_FORMATTED)},
    {ANY, ALWAYS, 3, 0x31, ONLY(0), E(RECORDER_MEDIA_NOT_FORMATTED)},
    {ANY, ALWAYS, 5, 0x64, ONLY(0), E(RECORDER_MEDIA_INCOMPATIBLE)},
    {ANY, ALWAYS, 2, 0x06, ONLY(0), E(RECORDER_MEDIA_UPSIDE_DOWN)},
    {ANY, ALWAYS, 3, 0x06, ONLY(0), E(RECORDER_MEDIA_UPSIDE_DOWN)},
    {ANY, ALWAYS, 2, 0x04, 0, 2, E(RECORDER_MEDIA_BECOMING_READY)},
    {ANY, ALWAYS, 2, 0x3E, ONLY(0), E(RECORDER_MEDIA_BECOMING_READY)},
    {ANY, ALWAYS, 6, 0x28, ALL, E(RECORDER_MEDIA_BECOMING_READY)},
    {ANY, ALWAYS, 6, 0x29, ALL, E(RECORDER_MEDIA_BECOMING_READY)},
    {ANY, ALWAYS, 2, 0x04, ONLY(4), E(RECORDER_MEDIA_FORMAT_IN_PROGRESS)},
    {ANY, ALWAYS, 2, 0x04, 7, 8, E(RECORDER_MEDIA_BUSY)},
    {ANY, ALWAYS, 7, 0x27, ALL, E(RECORDER_MEDIA_WRITE_PROTECTED)},
    {ANY, ALWAYS, 4, 0x3E, ONLY(2), E(RECORDER_COMMAND_TIMEOUT)},
    {ANY, ALWAYS, ANY, 0x2E, ONLY(0), E(RECORDER_COMMAND_TIMEOUT)},
    {ANY, ALWAYS, ANY, 0x53, ONLY(2), E(RECORDER_LOCKED)},
    {ANY, ALWAYS, 3, 0x0C, ONLY(7), E(LOSS_OF_STREAMING)},
    {ANY, ALWAYS, 3, 0x0C, 9, 0x0A, E(LOSS_OF_STREAMING)},
    {ANY, ALWAYS, 5, 0x72, ONLY(5), E(DF2TAO_TRACK_LIMIT_REACHED)},
    {ANY, ALWAYS, 0xD, ANY, ALL, E(DF2TAO_NOT_ENOUGH_SPACE)},

    {ANY, WRITING, 5, 0x63, 0, 1, E(DF2TAO_NOT_ENOUGH_SPACE)},
    {ANY, WRITING, 5, 0x21, ONLY(0), E(DF2TAO_NOT_ENOUGH_SPACE)},
    {ANY, WRITING, 3, 0x0C, ONLY(0), E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 3, 0x0C, ONLY(8), E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 3, 0x02, ONLY(0), E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 3, 0x09, ALL, E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 3, 0x15, ALL, E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 3, 0x72, 0, 2, E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 3, 0x73, ONLY(0), E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 3, 0x73, 2, 5, E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 4, ANY, ALL, E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 5, 0x21, ONLY(2), E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 5, 0x2C, ONLY(0), E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 5, 0x72, 3, 4, E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
    {ANY, WRITING, 0xB, ANY, ALL, E(UNEXPECTED_RESPONSE_FROM_DEVICE)},
};

/* READ TOC of ATIP (4) and CD-TEXT (5) fails on discs that do have a table of contents. */
static bool opcode_fits(const struct rule *rule, const struct redbook_command *c) {
  if (rule->opcode == ANY) return true;
  if (rule->opcode != c->cdb[0]) return false;
  return rule->opcode != REDBOOK_READ_TOC || (c->cdb[2] & 0x0F) < REDBOOK_ATIP;
}

static bool fits(const struct rule *rule, const struct redbook_command *c, bool writing,
                 const struct redbook_sense *sense) {
  return opcode_fits(rule, c) && (rule->where == ALWAYS || writing) &&
         (rule->key == ANY || rule->key == sense->key) &&
         (rule->asc == ANY || rule->asc == sense->asc) && sense->ascq >= rule->first_ascq &&
         sense->ascq <= rule->last_ascq;
}

static uint32_t code_of_sense(const struct redbook_command *c, bool writing,
                              const struct redbook_sense *sense) {
  if (!sense->valid) return REDBOOK_E_FAIL;
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    if (fits(&rules[i], c, writing, sense)) return rules[i].code;
  }
  return REDBOOK_E_FAIL;
}

/* A deferred error always speaks of an earlier write, whichever command brought it to light. */
static bool is_writing(const struct redbook_command *c, enum redbook_context context,
                       const struct redbook_sense *sense) {
  if (context == REDBOOK_CONTEXT_WRITE || context == REDBOOK_CONTEXT_CLOSE) return true;
  switch (c->cdb[0]) {
    case REDBOOK_WRITE_10:
    case OPCODE_WRITE_12:
    case REDBOOK_SYNCHRONIZE_CACHE:
    case REDBOOK_CLOSE_TRACK_SESSION:
      return true;
    default:
      return sense->valid && sense->deferred;
  }
}

/* Sectors that the command names: from *lba, as many as returned; 0 when it names none. */
static uint32_t addressed(const struct redbook_command *c, int32_t *lba) {
  *lba = (int32_t)redbook_get32(c->cdb + 2);
  switch (c->cdb[0]) {
    case REDBOOK_WRITE_10:
    case OPCODE_READ_10:
      return redbook_get16(c->cdb + 7);
    case OPCODE_WRITE_12:
    case OPCODE_READ_12:
      return redbook_get32(c->cdb + 6);
    case REDBOOK_READ_CD:
      return redbook_get24(c->cdb + 6);
    default:
      return 0;
  }
}

/* The drive's own figure counts where it can be true: inside the command's sectors, or with a
 * deferred error, which is about sectors sent before. */
static void find_lba(struct redbook_error *err, const struct redbook_command *c) {
  int32_t first;
  uint32_t count = addressed(c, &first);
  int32_t told = (int32_t)err->sense.information;
  bool inside = (uint32_t)told - (uint32_t)first < count;
  bool believed = err->sense.has_information && (inside || err->sense.deferred);
  err->has_lba = count > 0 || believed;
  err->lba = believed ? told : count > 0 ? first : 0;
}

/* The parts of a sentence: "WRITE(10) at sector 1000". */
static void describe(const struct redbook_command *c, char *text, size_t size) {
  char unknown[24];
  const char *name = redbook_opcode_name(c->cdb[0], unknown, sizeof unknown);
  int32_t lba;
  if (addressed(c, &lba) > 0) {
    (void)snprintf(text, size, "%s at sector %d", name, lba);
  } else {
    (void)snprintf(text, size, "%s", name);
  }
}

/* Linux' DID_ codes: 1 NO_CONNECT, 4 BAD_TARGET, 0Eh TRANSPORT_DISRUPTED mean that the drive
 * cannot be reached. */
static void fail_host(struct redbook_error *err, const struct redbook_command *c,
                      const char *what) {
  switch (c->host_status) {
    case REDBOOK_HOST_TIMEOUT:
      redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_COMMAND_TIMEOUT,
                   "%s got no answer within %u seconds", what, c->timeout_ms / 1000);
      break;
    case REDBOOK_HOST_NO_CONNECT:
    case 0x04:
    case 0x0E:
      redbook_fail(err, REDBOOK_E_DEVICE_GONE,
                   "%s did not reach the recorder: it is not there any more", what);
      break;
    default:
      redbook_fail(err, REDBOOK_E_FAIL,
                   "%s failed on its way to the recorder (host status %02Xh)", what,
                   c->host_status);
  }
}

static void fail_status(struct redbook_error *err, const struct redbook_command *c,
                        bool writing, const char *what) {
  char text[160];
  switch (c->status) {
    case REDBOOK_STATUS_RESERVED:
      redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED,
                   "%s was refused: another host has reserved the recorder", what);
      break;
    case REDBOOK_STATUS_BUSY:
    case 0x28: /* TASK SET FULL */
      redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY,
                   "%s was refused: the drive is busy", what);
      break;
    default:
      if (c->status != REDBOOK_STATUS_CHECK && !err->sense.valid) {
        redbook_fail(err, REDBOOK_E_FAIL, "%s failed (status %02Xh)", what, c->status);
        break;
      }
      redbook_sense_text(&err->sense, text, sizeof text);
      redbook_fail(err, code_of_sense(c, writing, &err->sense), "%s failed: %s", what, text);
  }
}

/* The code is the one that the outcome has without the transport's clause. */
static void fail_problem(struct redbook_error *err, const struct redbook_command *c,
                         bool writing, const char *what) {
  uint32_t code = c->os_error != 0 ? REDBOOK_E_FAIL : code_of_sense(c, writing, &err->sense);
  redbook_fail(err, code, "%s failed: %s", what, c->problem);
  err->errno_value = c->os_error;
  if (c->remedy[0] != '\0') redbook_advise(err, "%s", c->remedy);
}

bool redbook_fail_command(struct redbook_error *err, const struct redbook_command *c,
                          enum redbook_context context) {
  if (err == NULL) return false;
  char what[64];
  describe(c, what, sizeof what);
  redbook_sense_parse(c->sense, c->sense_length, &err->sense);
  bool writing = is_writing(c, context, &err->sense);
  err->opcode = c->cdb[0];
  err->errno_value = 0;
  find_lba(err, c);
  if (c->problem[0] != '\0') {
    fail_problem(err, c, writing, what);
  } else if (c->os_error != 0) {
    redbook_fail_errno(err, c->os_error, "%s could not be sent to the recorder", what);
  } else if (c->host_status != REDBOOK_HOST_OK) {
    fail_host(err, c, what);
  } else {
    fail_status(err, c, writing, what);
  }
  /* A track that was interrupted cannot be written again in its place. */
  if (writing && err->code != REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY) err->transient = false;
  return false;
}

bool redbook_fail_reply(struct redbook_error *err, const struct redbook_command *c,
                        const char *what) {
  if (err == NULL) return false;
  char name[64];
  describe(c, name, sizeof name);
  err->opcode = c->cdb[0];
  err->errno_value = 0;
  redbook_sense_parse(c->sense, c->sense_length, &err->sense);
  find_lba(err, c);
  return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
                      "the recorder's answer to %s cannot be used: %s", name, what);
}
