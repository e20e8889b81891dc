/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a recorder's id to its node: the one place that knows the kinds of ids, and the list of
 * virtual drives that live in this process by name. Private to c/drive.
 */
#ifndef REDBOOK_DRIVE_NODES_H
#define REDBOOK_DRIVE_NODES_H

#include "mmc/transport.h"

/* A virtual drive that was made from a name; shared by the recorders that name its disc, gone
 * with the last of them. */
struct redbook_drive_registration;

/* A new reference to the node that `id` names. *registration: NULL, or to be given back by
 * redbook_node_release. Errors: 80070037 no such path; E_INVALIDARG not a drive, a name that
 * cannot be understood, other parameters than those the disc is in use with. */
struct redbook_node *redbook_node_for(const char *id,
                                      struct redbook_drive_registration **registration,
                                      struct redbook_error *err);
void redbook_node_release(struct redbook_drive_registration *registration); /* NULL is fine */

/* For the fork handlers of hold.c; the last one in the child, with the mutex still locked. */
void redbook_nodes_lock(void);
void redbook_nodes_unlock(void);
void redbook_nodes_after_fork(void);

#endif
