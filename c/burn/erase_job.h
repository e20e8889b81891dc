/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Erasing on the worker's side. Private to c/burn. */
#ifndef REDBOOK_BURN_ERASE_JOB_H
#define REDBOOK_BURN_ERASE_JOB_H

#include "burn/operation.h"
#include "drive/operations.h"

struct redbook_erase;

struct redbook_erase_job {
  struct redbook_erase *owner; /* a reference */
  bool full;
  /* The worker's: */
  struct redbook_operation *op;
  struct redbook_drive *drive;
  struct redbook_progress progress;
  double began, estimate; /* seconds by the drive's clock */
};

/* A struct redbook_work's run. */
bool redbook_erase_run(struct redbook_operation *op, struct redbook_drive *drive, void *context,
                       uint32_t *remark, struct redbook_error *err);
/* Whether it erases CD-RWs: page 2Ah, and without that page feature 0037h. 0903. */
bool redbook_erase_drive_can(struct redbook_drive *drive, bool *out, struct redbook_error *err);

#endif
