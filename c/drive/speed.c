/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Write speeds and power calibration (mmc reference 1.3, 1.5; imapi2 0.2). */
#include <errno.h>
#include <stdlib.h>

#include "drive/send.h"

#define DESCRIPTORS_MOST 64
#define DESCRIPTOR_ASKS 3
#define OPC_BUSY_SECONDS 60.0
#define OPC_BUSY_PAUSE 0.5

/* Reads the list into `found`; *count 0 when the drive has no such command or no sense in its
 * reply. False only for failures that another way of asking would meet as well. */
static bool ask_performance(struct redbook_drive *drive, struct redbook_speed *found,
                            unsigned room, unsigned *count, struct redbook_error *err) {
  uint8_t data[8 + 16 * DESCRIPTORS_MOST];
  struct redbook_command c;
  struct redbook_sense sense;
  unsigned wanted = 1;
  unsigned announced;

  /* Some drives announce one descriptor until they have been asked for more (LB). */
  for (unsigned ask = 0; ask < DESCRIPTOR_ASKS; ask++) {
    *count = 0;
    redbook_cdb_get_performance(&c, (uint16_t)wanted, data, 8 + 16 * wanted);
    enum redbook_outcome outcome = redbook_drive_send(drive, &c, &sense);
    if (outcome == REDBOOK_OUTCOME_UNSUPPORTED) return true;
    if (outcome != REDBOOK_OUTCOME_GOOD)
      return redbook_fail_command(err, &c, REDBOOK_CONTEXT_GENERAL);
    if (!redbook_parse_performance(data, redbook_received(&c), found, room, count,
                                   &announced)) {
      *count = 0;
      return true;
    }
    if (announced <= wanted || wanted == DESCRIPTORS_MOST) return true;
    wanted = announced < DESCRIPTORS_MOST ? announced : DESCRIPTORS_MOST;
  }
  return true;
}

static bool ask_capabilities(struct redbook_drive *drive, struct redbook_speed *found,
                             unsigned *count, struct redbook_error *err) {
  struct redbook_capabilities can;

  if (!redbook_drive_capabilities(drive, &can, err)) return false;
  for (unsigned i = 0; i < can.speed_count; i++)
    found[i] = can.speeds[i];
  *count = can.speed_count;
  if (*count == 0) {
    found[0] = (struct redbook_speed){.kbps = can.max_write_kbps, .pure_cav = false};
    *count = 1;
  }
  return true;
}

static int faster_first(const void *a, const void *b) {
  const struct redbook_speed *x = a;
  const struct redbook_speed *y = b;

  if (x->kbps != y->kbps) return x->kbps < y->kbps ? 1 : -1;
  return (int)x->pure_cav - (int)y->pure_cav;
}

/* Sorts and drops zeros and repetitions; returns how many are left. */
static unsigned tidy(struct redbook_speed *speeds, unsigned count) {
  unsigned kept = 0;

  qsort(speeds, count, sizeof *speeds, faster_first);
  for (unsigned i = 0; i < count; i++) {
    if (speeds[i].kbps == 0) continue;
    if (kept > 0 && faster_first(&speeds[kept - 1], &speeds[i]) == 0) continue;
    speeds[kept++] = speeds[i];
  }
  return kept;
}

bool redbook_drive_speeds(struct redbook_drive *drive, struct redbook_speed *speeds,
                          unsigned room, unsigned *count, struct redbook_error *err) {
  struct redbook_speed found[DESCRIPTORS_MOST];
  unsigned n;

  if (!ask_performance(drive, found, DESCRIPTORS_MOST, &n, err)) return false;
  n = tidy(found, n);
  if (n == 0) {
    if (!ask_capabilities(drive, found, &n, err)) return false;
    n = tidy(found, n);
  }
  if (n == 0)
    return redbook_fail(err, REDBOOK_E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
                        "the drive names no write speed");
  *count = n < room ? n : room;
  for (unsigned i = 0; i < *count; i++)
    speeds[i] = found[i];
  return true;
}

bool redbook_drive_current_speed(struct redbook_drive *drive, struct redbook_speed *out,
                                 struct redbook_error *err) {
  struct redbook_capabilities can;

  if (!redbook_drive_capabilities(drive, &can, err)) return false;
  /* MMC-1's page ends before the speed that is set. */
  if (can.current_write_kbps == 0) can.current_write_kbps = can.max_write_kbps;
  if (can.current_write_kbps == 0)
    return redbook_fail(err, REDBOOK_E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
                        "the drive does not say at which speed it writes");
  *out =
      (struct redbook_speed){.kbps = can.current_write_kbps, .pure_cav = can.current_pure_cav};
  return true;
}

static enum redbook_outcome send_speed(struct redbook_drive *drive, struct redbook_command *c,
                                       uint32_t kbps, bool pure_cav,
                                       struct redbook_sense *sense) {
  redbook_cdb_set_cd_speed(c, pure_cav, REDBOOK_FASTEST, (uint16_t)kbps);
  return redbook_drive_send(drive, c, sense);
}

/* Drives that refuse a figure as just too small take one 177 kB/s (1x) higher (WO). A drive
 * without the command has one speed only: that is success, and reading back tells. */
bool redbook_drive_set_speed(struct redbook_drive *drive, uint16_t kbps, bool pure_cav,
                             struct redbook_error *err) {
  struct redbook_command c;
  struct redbook_sense sense;
  const uint32_t no_field = REDBOOK_TRIPLE(5, 0x24, 0);

  enum redbook_outcome outcome = send_speed(drive, &c, kbps, pure_cav, &sense);
  if (outcome == REDBOOK_OUTCOME_UNSUPPORTED && redbook_sense_triple(&sense) == no_field &&
      kbps < REDBOOK_FASTEST - 177u)
    outcome = send_speed(drive, &c, kbps + 177u, pure_cav, &sense);
  if (outcome == REDBOOK_OUTCOME_GOOD) return true;
  if (outcome == REDBOOK_OUTCOME_UNSUPPORTED && redbook_sense_triple(&sense) != no_field)
    return true;
  redbook_fail_command(err, &c, REDBOOK_CONTEXT_GENERAL);
  if (outcome == REDBOOK_OUTCOME_UNSUPPORTED)
    redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_MEDIA_SPEED_MISMATCH,
                 "the drive refuses the write speed %u kB/s", kbps);
  return false;
}

bool redbook_drive_set_read_speed(struct redbook_drive *drive, uint16_t kbps,
                                  struct redbook_error *err) {
  struct redbook_command c;

  redbook_cdb_set_cd_speed(&c, false, kbps, REDBOOK_FASTEST);
  return redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err);
}

/* GOOD, or one of the replies that mean "no need" or "cannot" (1.5); the kernel's EPERM is one
 * of them. Drives calibrate by themselves at the first WRITE. */
static bool opc_accepted(const struct redbook_command *c, enum redbook_outcome outcome,
                         const struct redbook_sense *sense) {
  if (outcome == REDBOOK_OUTCOME_GOOD || c->os_error == EPERM) return true;
  if (!sense->valid || sense->deferred) return false;
  if (sense->key == 5) return true;
  uint32_t triple = redbook_sense_triple(sense);
  return triple == REDBOOK_TRIPLE(6, 0x5A, 0x03) || triple == REDBOOK_TRIPLE(1, 0x73, 0x01) ||
         triple == REDBOOK_TRIPLE(3, 0x73, 0x01);
}

static bool is_busy(enum redbook_outcome outcome) {
  return outcome == REDBOOK_OUTCOME_BECOMING_READY || outcome == REDBOOK_OUTCOME_IN_PROGRESS;
}

/* Each OPC burns one of about 100 areas of the disc's PCA: sent again only after a unit
 * attention or "not ready", with which it was not carried out. */
bool redbook_drive_send_opc(struct redbook_drive *drive, struct redbook_error *err) {
  struct redbook_command c;
  struct redbook_sense sense;
  unsigned attentions = 0;
  double since = redbook_drive_now(drive);

  for (;;) {
    redbook_cdb_send_opc(&c);
    enum redbook_outcome outcome = redbook_drive_once(drive, &c, &sense);
    if (opc_accepted(&c, outcome, &sense)) return true;
    if (is_busy(outcome) && redbook_drive_now(drive) - since < OPC_BUSY_SECONDS) {
      if (!redbook_drive_sleep(drive, OPC_BUSY_PAUSE, err)) return false;
    } else if (outcome != REDBOOK_OUTCOME_ATTENTION ||
               attentions++ == REDBOOK_ATTENTIONS_SWALLOWED) {
      return redbook_fail_command(err, &c, REDBOOK_CONTEXT_WRITE);
    }
  }
}
