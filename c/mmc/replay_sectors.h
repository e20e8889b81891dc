/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sectors that a replay was given and has to give back. Private to c/mmc. */
#ifndef REDBOOK_MMC_REPLAY_SECTORS_H
#define REDBOOK_MMC_REPLAY_SECTORS_H

#include "mmc/transport.h"

struct redbook_replay_sectors;

/* Opens the unlinked file; NULL and err on failure. */
struct redbook_replay_sectors *redbook_replay_sectors_create(struct redbook_error *err);
void redbook_replay_sectors_free(struct redbook_replay_sectors *sectors); /* NULL is fine */

/* `read_cd` will be sent: what is written to its sectors before has to be kept. */
void redbook_replay_sectors_want(struct redbook_replay_sectors *sectors,
                                 const struct redbook_command *read_cd);
/* Keeps the wanted ones among the 2352-byte sectors of a WRITE(10). 0 or an errno. */
int redbook_replay_sectors_put(struct redbook_replay_sectors *sectors,
                               const struct redbook_command *write);
/* Fills data_in, which holds zeros, of a READ CD of 2352-byte sectors as far as the residual
 * allows. 0 or an errno. */
int redbook_replay_sectors_get(struct redbook_replay_sectors *sectors,
                               const struct redbook_command *read_cd);

#endif
