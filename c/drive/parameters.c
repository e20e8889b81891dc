/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mode page 05h goes to the drive (mmc reference 1.4). */
#include "drive/send.h"

#define PAGE 0x05
#define LIST_MOST (8 + 257)

enum attempt { TAKEN, REFUSED, FAILED };

static bool refused(enum redbook_outcome outcome, const struct redbook_sense *sense) {
  return outcome != REDBOOK_OUTCOME_GOOD && sense->valid && sense->key == 5 &&
         (sense->asc == 0x26 || sense->asc == 0x1A || sense->asc == 0x24);
}

static enum attempt select_page(struct redbook_drive *drive,
                                const struct redbook_write_parameters *parameters,
                                const uint8_t *sensed, size_t length,
                                struct redbook_error *err) {
  uint8_t list[LIST_MOST] = {0};
  struct redbook_command c;
  struct redbook_sense sense;

  size_t n =
      redbook_write_parameters_list(parameters, sensed, sensed ? length : 0, list, sizeof list);
  if (n == 0) return REFUSED;
  redbook_cdb_mode_select(&c, list, (uint16_t)n);
  enum redbook_outcome outcome = redbook_drive_send(drive, &c, &sense);
  if (outcome == REDBOOK_OUTCOME_GOOD) return TAKEN;
  redbook_fail_command(err, &c, REDBOOK_CONTEXT_MODE);
  return refused(outcome, &sense) ? REFUSED : FAILED;
}

/* Buffer underrun protection is left out when the drive refuses it (a Yamaha refuses it
 * together with test write): the disc is as good, only less forgiving to a slow host. */
bool redbook_drive_write_parameters(struct redbook_drive *drive,
                                    const struct redbook_write_parameters *parameters,
                                    struct redbook_error *err) {
  uint8_t sensed[257];
  size_t length;
  struct redbook_write_parameters unprotected = *parameters;
  struct redbook_error trouble;

  if (!redbook_drive_mode_page(drive, PAGE, REDBOOK_PAGE_CURRENT, sensed, sizeof sensed,
                               &length, err))
    return false;
  unprotected.buffer_underrun_free = false;
  const struct {
    const struct redbook_write_parameters *parameters;
    const uint8_t *sensed;
  } tries[] = {
      {parameters, sensed}, {&unprotected, sensed}, {parameters, NULL}, {&unprotected, NULL}};
  redbook_error_clear(&trouble);
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    if (i % 2 == 1 && !parameters->buffer_underrun_free) continue;
    enum attempt attempt =
        select_page(drive, tries[i].parameters, tries[i].sensed, length, &trouble);
    if (attempt == TAKEN) return true;
    if (attempt == REFUSED) continue;
    if (err) *err = trouble;
    return false;
  }
  redbook_fail(&trouble, REDBOOK_E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS,
               "the drive refuses the write parameters");
  if (err) *err = trouble;
  return false;
}
