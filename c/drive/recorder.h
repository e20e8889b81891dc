/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorder: one drive by its id, who holds it, and the way to its commands.
 *
 * Reference counted. Creating one opens nothing. Exclusive access is one descriptor for the
 * whole job, PREVENT MEDIUM REMOVAL, and a lock file that names the holder (design 5); calls
 * nest.
 *
 * Threads: not locked inside. While an operation of c/burn runs, its worker alone uses the
 * drive (redbook_recorder_set_busy) and every call here that needs a command fails with 0500.
 */
#ifndef REDBOOK_DRIVE_RECORDER_H
#define REDBOOK_DRIVE_RECORDER_H

#include "drive/operations.h"
#include "mmc/transport.h"

#define REDBOOK_CLIENT_NAME_MAX 63

/* Environment variable: a folder for lock files instead of /run/lock. The virtual drive of
 * vdrive.lua sets it, so that its /dev/sr0 is not taken for the machine's or another's. */
#define REDBOOK_LOCK_FOLDER "REDBOOK_LOCK_FOLDER"

struct redbook_recorder;

/* `id`: "virtual:..." (redbook_virtual_parse), "replay:FILE", or a device node or a link to
 * one. Two recorders made from the same virtual name in one process are two views of one drive.
 * `trace`: path for a trace of all commands, or NULL. */
struct redbook_recorder *redbook_recorder_create(const char *id, const char *trace,
                                                 struct redbook_error *err);
/* On a node that exists already (the virtual recorder of a program); takes its own reference.
 */
struct redbook_recorder *redbook_recorder_create_on(struct redbook_node *node, const char *id,
                                                    const char *trace,
                                                    struct redbook_error *err);
struct redbook_recorder *redbook_recorder_ref(struct redbook_recorder *recorder);
/* The last reference lets go of whatever is held. NULL is fine. */
void redbook_recorder_unref(struct redbook_recorder *recorder);
const char *redbook_recorder_id(const struct redbook_recorder *recorder);
/* What ended the recording of the trace it was created with, an errno; 0: nothing, or there is
 * none. */
int redbook_recorder_trace_errno(const struct redbook_recorder *recorder);

/* 1..63 of A-Z a-z 0-9 space . , : ; - _ (imapi2 1.4). */
bool redbook_client_name_valid(const char *name);

/* AcquireExclusiveAccess: the first call locks the node, sends PREVENT; further ones count.
 * 0211 bad name; 0210 held by somebody (message names the owner). Without `force` a mounted
 * disc is 0210 too. `force` is IMAPI2's "even if the volume cannot be dismounted": unmounting
 * is tried, lazily when files are open on it, with whatever right this process has; where the
 * disc is still mounted then, Linux gives nobody O_EXCL, and the node is opened without: our
 * lock file holds, but other programs are not kept out. A virtual disc is never mounted. EBUSY
 * for other reasons is tried again for 6 seconds. */
bool redbook_recorder_acquire(struct redbook_recorder *recorder, bool force, const char *client,
                              struct redbook_error *err);
/* Gives back what redbook_recorder_acquire took. At count 0: ALLOW, unlock, close. Each step is
 * tried even if the one before failed; the first failure is reported, the lock is gone in any
 * case. Not held, or by a job only: E_FAIL. */
bool redbook_recorder_release(struct redbook_recorder *recorder, struct redbook_error *err);
/* The same two for a job that has made the recorder busy. What a job holds, only the job
 * releases, and while it does the tray stays where it is. */
bool redbook_recorder_job_acquire(struct redbook_recorder *recorder, const char *client,
                                  struct redbook_error *err);
bool redbook_recorder_job_release(struct redbook_recorder *recorder, struct redbook_error *err);
/* Releases whatever is held, whatever the count; idempotent. */
void redbook_recorder_let_go(struct redbook_recorder *recorder);
unsigned redbook_recorder_lock_count(const struct redbook_recorder *recorder);
/* False and 0210, naming the job's client, while a job holds the drive. */
bool redbook_recorder_free_of_jobs(struct redbook_recorder *recorder,
                                   struct redbook_error *err);
/* Name of the holder, here or in another process; "" when nobody holds it. */
bool redbook_recorder_owner(struct redbook_recorder *recorder, char *buffer, size_t size,
                            struct redbook_error *err);

/* An operation begins or ends to own the drive. */
void redbook_recorder_set_busy(struct redbook_recorder *recorder, bool busy);
bool redbook_recorder_busy(struct redbook_recorder *recorder);
/* `look` is called, on the host's thread, whenever a call finds the recorder busy: the owner
 * may end there what nobody will step any more. NULL: none. */
void redbook_recorder_on_busy(struct redbook_recorder *recorder,
                              void (*look)(struct redbook_recorder *recorder));
/* Whether an operation that is to hold the drive as `client` may begin: 0211, 0500, 0210. */
bool redbook_recorder_may_begin(struct redbook_recorder *recorder, const char *client,
                                struct redbook_error *err);

/* The drive's commands. While exclusively held: the job's drive. Otherwise a short look: opened
 * read-only if nobody holds the lock file (else 0210). Pair with redbook_recorder_leave.
 * While busy: E_IMAPI_DF2TAO_WRITE_IN_PROGRESS. */
struct redbook_drive *redbook_recorder_enter(struct redbook_recorder *recorder,
                                             struct redbook_error *err);
void redbook_recorder_leave(struct redbook_recorder *recorder,
                            const struct redbook_drive *drive);
/* The job's drive while exclusively held, NULL otherwise; for the worker. */
struct redbook_drive *redbook_recorder_held_drive(struct redbook_recorder *recorder);

/* After fork, in the child (called by the layer's pthread_atfork handler, see hold.h):
 * descriptors of all held recorders closed, nothing sent, list emptied. */
bool redbook_recorder_abandoned(const struct redbook_recorder *recorder);

/* IDiscRecorder2's media change notification counter (imapi2 3.2). It has nothing else to
 * switch: the kernel does not poll a drive that is open O_RDWR|O_EXCL, as it is for every job
 * (mmc reference 5.1); polling at other times is the administrator's
 * (/sys/block/srN/events_poll_msecs), and a setting there would outlive a process that dies.
 * enable without disable: E_FAIL. While a job has prepared the recorder: 0503; 0500 while an
 * operation runs. */
bool redbook_recorder_disable_mcn(struct redbook_recorder *recorder, struct redbook_error *err);
bool redbook_recorder_enable_mcn(struct redbook_recorder *recorder, struct redbook_error *err);

#endif
