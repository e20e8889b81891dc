/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Erase: IDiscFormat2Erase (imapi2 6.3) for CD-RW.
 *
 * Reference counted. It holds the drive only while it erases; the settings are fixed meanwhile
 * (0900).
 *
 * Threads: the host's thread, as everything but the worker inside an operation.
 */
#ifndef REDBOOK_BURN_ERASE_H
#define REDBOOK_BURN_ERASE_H

#include "burn/operation.h"
#include "drive/media.h"
#include "drive/recorder.h"

struct redbook_erase;

struct redbook_erase *redbook_erase_create(struct redbook_error *err);
struct redbook_erase *redbook_erase_ref(struct redbook_erase *erase);
/* What runs goes on and ends by itself. NULL is fine. */
void redbook_erase_unref(struct redbook_erase *erase);
/* Waits for what runs, as nothing can stop it. */
void redbook_erase_let_go(struct redbook_erase *erase);
bool redbook_erase_running(struct redbook_erase *erase);

/* NULL clears. 0900 while it erases; 0901 while another recorder is set; 090A a drive that
 * cannot erase (one that cannot be asked now is judged when it is to erase). */
bool redbook_erase_set_recorder(struct redbook_erase *erase, struct redbook_recorder *recorder,
                                struct redbook_error *err);
/* 1 to 63 characters (090B), or NULL to clear it; 0900. */
bool redbook_erase_set_client_name(struct redbook_erase *erase, const char *name,
                                   struct redbook_error *err);
const char *redbook_erase_client_name(const struct redbook_erase *erase);
/* False, the default: quick; true: everything. 0900. */
bool redbook_erase_set_full(struct redbook_erase *erase, bool full, struct redbook_error *err);
bool redbook_erase_full(const struct redbook_erase *erase);

/* IDiscFormat2. C0AA0003 without a recorder, 0500 while an operation runs. */
bool redbook_erase_recorder_supported(struct redbook_recorder *recorder, bool *out,
                                      struct redbook_error *err);
bool redbook_erase_media_supported(struct redbook_recorder *recorder, bool *out,
                                   struct redbook_error *err);
bool redbook_erase_physically_blank(struct redbook_erase *erase, bool *out,
                                    struct redbook_error *err);
bool redbook_erase_media_type(struct redbook_erase *erase, enum redbook_media_type *out,
                              struct redbook_error *err);

/* Erases the disc. Errors here: 0900, C0AA0003 no recorder, 090B no name, 0500, 0210. The
 * result: 0210, device errors of the medium, 0908, 090A, 0903, 0909, 0904, 0902, 0905, 0906,
 * 0907; C0AA0002 when it was cancelled in time. Once the drive has begun, a cancel changes
 * nothing. Reports: `elapsed` and `remaining` (estimated, never 0 before the end) in seconds;
 * PREPARING, WRITING while the drive erases, VERIFYING. */
struct redbook_operation *redbook_erase_begin(struct redbook_erase *erase,
                                              struct redbook_error *err);

#endif
