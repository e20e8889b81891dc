/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of any content and length as uevents: what is accepted must name a drive, and be
 * accepted with another string behind it too. The input is copied to a block of its size, so
 * that the sanitizer sees one byte read too far.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drive/discovery.h"
#include "drive/uevent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char more[] = "SEQNUM=1";
  struct redbook_uevent first = {REDBOOK_UEVENT_ADD, REDBOOK_DRIVES_MOST};
  struct redbook_uevent second = first;
  char *message = malloc(size ? size : 1);
  char *longer = malloc(size + sizeof more);
  require(message && longer);
  if (size) memcpy(message, data, size);
  if (size) memcpy(longer, data, size);
  memcpy(longer + size, more, sizeof more);
  if (redbook_uevent_parse(message, size, &first)) {
    require(first.number < REDBOOK_DRIVES_MOST);
    require(first.action == REDBOOK_UEVENT_ADD || first.action == REDBOOK_UEVENT_REMOVE);
    require(redbook_uevent_parse(longer, size + sizeof more, &second));
    require(second.number == first.number && second.action == first.action);
  }
  free(message);
  free(longer);
  return 0;
}
