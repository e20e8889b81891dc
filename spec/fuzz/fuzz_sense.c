/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sense data of any content: decoded, put into words, judged and made an error. Input: opcode,
 * status, host status, driver status, context, then the sense bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "mmc/sense.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void check_decoded(const struct redbook_sense *s) {
  require(s->key < 16);
  require(s->valid || (s->key == 0 && s->asc == 0 && s->ascq == 0 && !s->deferred));
  require(s->raw_length <= sizeof s->raw);
}

/* Success has a status of its own or a recovered error, and nothing else. */
static void check_good(const struct redbook_command *c, const struct redbook_sense *s) {
  require(c->host_status == REDBOOK_HOST_OK && c->os_error == 0);
  require(c->status == REDBOOK_STATUS_GOOD || (s->valid && !s->deferred && s->key == 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 5) return 0;
  struct redbook_command c = {.cdb = {data[0], 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0},
                              .cdb_length = 12,
                              .status = data[1],
                              .host_status = data[2],
                              .driver_status = data[3]};
  enum redbook_context context = (enum redbook_context)(data[4] % 4);
  size_t length = size - 5 < sizeof c.sense ? size - 5 : sizeof c.sense;
  memcpy(c.sense, data + 5, length);
  c.sense_length = (uint8_t)length;

  struct redbook_sense sense;
  redbook_sense_parse(data + 5, size - 5, &sense); /* exact bounds, also beyond 64 */
  check_decoded(&sense);
  char text[160];
  redbook_sense_text(&sense, text, sizeof text);
  require(strlen(text) > 0 && strlen(text) < sizeof text - 1);

  if (redbook_outcome_of(&c, &sense) == REDBOOK_OUTCOME_GOOD) check_good(&c, &sense);
  struct redbook_error err;
  redbook_error_clear(&err);
  require(!redbook_fail_command(&err, &c, context));
  require(redbook_code_find(err.code) != NULL && err.code >> 31 == 1);
  require(err.message[0] != '\0' && err.opcode == data[0]);
  return 0;
}
