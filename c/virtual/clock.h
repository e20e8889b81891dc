/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive's clock. Simulated: it stands still until a command's cost or a sleep is added, and
 * nobody waits. Real: it is the monotonic clock since the drive was made, and who owes time
 * sleeps. Both count microseconds from 0.
 */
#ifndef REDBOOK_VIRTUAL_CLOCK_H
#define REDBOOK_VIRTUAL_CLOCK_H

#include "virtual/virtual.h"

void redbook_vclock_start(struct redbook_virtual *drive, enum redbook_virtual_clock kind);
bool redbook_vclock_is_real(const struct redbook_virtual *drive);

/* Brings drive->clock_us up to date. Under the drive's mutex. */
void redbook_vclock_update(struct redbook_virtual *drive);

/* Without the mutex, from any thread. */
uint64_t redbook_vclock_now(struct redbook_virtual *drive);
/* Lets that much time pass. */
void redbook_vclock_sleep(struct redbook_virtual *drive, uint64_t microseconds);
/* Real clock: returns when the moment has come. It touches nothing that a fork, another
 * thread's command or the end of another transport could change meanwhile. */
void redbook_vclock_wait_until(const struct redbook_virtual *drive, uint64_t moment);

#endif
