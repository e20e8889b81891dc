/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process-wide list of recorders that hold a drive: what must be let go when the process
 * ends without asking, and what a forked child must not keep (design 5). */
#ifndef REDBOOK_DRIVE_HOLD_H
#define REDBOOK_DRIVE_HOLD_H

struct redbook_recorder;

/* Called by recorder.c before a descriptor is opened, for a job or for a look, and after the
 * last is closed. The first call installs the fork handlers. */
void redbook_hold_add(struct redbook_recorder *recorder);
void redbook_hold_remove(struct redbook_recorder *recorder);

/* Lets go of all of them; for atexit and the lua_close sentinel (after the burn layer's). */
void redbook_hold_let_go_all(void);

#endif
