/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorder: its life, and who may use its drive when. */
#include "drive/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drive/hold.h"
#include "drive/lockfile.h"
#include "drive/nodes.h"
#include "drive/recorder_private.h"
#include "mmc/trace.h"

#define LOOK_WAIT_MS 2000
#define LOOK_PAUSE_MS 20
/* Who closes a drive makes udev open it for a moment: cdrom_id, blkid (mmc reference 5.1). */
#define BUSY_WAIT_MS 6000
#define BUSY_PAUSE_MS 200

static struct redbook_recorder *allocate(const char *id, struct redbook_error *err) {
  struct redbook_recorder *recorder = calloc(1, sizeof *recorder);

  if (recorder) recorder->id = strdup(id);
  if (!recorder || !recorder->id) {
    free(recorder);
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a recorder");
    return NULL;
  }
  atomic_init(&recorder->references, 1);
  atomic_init(&recorder->busy, false);
  atomic_init(&recorder->locks, 0);
  atomic_init(&recorder->jobs, 0);
  recorder->lock_fd = REDBOOK_NO_LOCK_FILE;
  return recorder;
}

struct redbook_recorder *redbook_recorder_create_on(struct redbook_node *node, const char *id,
                                                    const char *trace,
                                                    struct redbook_error *err) {
  struct redbook_recorder *recorder = allocate(id, err);

  if (!recorder) return NULL;
  recorder->node = trace ? redbook_trace_node(node, trace, err) : redbook_node_ref(node);
  if (recorder->node) return recorder;
  redbook_recorder_unref(recorder);
  return NULL;
}

struct redbook_recorder *redbook_recorder_create(const char *id, const char *trace,
                                                 struct redbook_error *err) {
  struct redbook_drive_registration *registration;
  struct redbook_node *node = redbook_node_for(id, &registration, err);

  if (!node) return NULL;
  struct redbook_recorder *recorder = redbook_recorder_create_on(node, id, trace, err);
  redbook_node_unref(node);
  if (recorder)
    recorder->registration = registration;
  else
    redbook_node_release(registration);
  return recorder;
}

struct redbook_recorder *redbook_recorder_ref(struct redbook_recorder *recorder) {
  atomic_fetch_add(&recorder->references, 1);
  return recorder;
}

bool redbook_recorder_ref_living(struct redbook_recorder *recorder) {
  unsigned n = atomic_load(&recorder->references);

  while (n > 0)
    if (atomic_compare_exchange_weak(&recorder->references, &n, n + 1)) return true;
  return false;
}

void redbook_recorder_unref(struct redbook_recorder *recorder) {
  if (!recorder || atomic_fetch_sub(&recorder->references, 1) > 1) return;
  redbook_recorder_let_go(recorder);
  if (recorder->abandoned) redbook_transport_close(recorder->drive.transport);
  redbook_node_unref(recorder->node);
  redbook_node_release(recorder->registration);
  free(recorder->id);
  free(recorder);
}

const char *redbook_recorder_id(const struct redbook_recorder *recorder) {
  return recorder->id;
}

int redbook_recorder_trace_errno(const struct redbook_recorder *recorder) {
  return redbook_trace_errno(recorder->node);
}

unsigned redbook_recorder_lock_count(const struct redbook_recorder *recorder) {
  return atomic_load(&recorder->locks);
}

void redbook_recorder_set_busy(struct redbook_recorder *recorder, bool busy) {
  atomic_store(&recorder->busy, busy);
}

void redbook_recorder_on_busy(struct redbook_recorder *recorder,
                              void (*look)(struct redbook_recorder *recorder)) {
  recorder->on_busy = look;
}

bool redbook_recorder_busy(struct redbook_recorder *recorder) {
  if (atomic_load(&recorder->busy) && recorder->on_busy) recorder->on_busy(recorder);
  return atomic_load(&recorder->busy);
}

bool redbook_recorder_abandoned(const struct redbook_recorder *recorder) {
  return recorder->abandoned;
}

struct redbook_drive *redbook_recorder_held_drive(struct redbook_recorder *recorder) {
  return recorder->locks > 0 ? &recorder->drive : NULL;
}

bool redbook_client_name_valid(const char *name) {
  static const char allowed[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;-_";
  size_t length = strnlen(name, REDBOOK_CLIENT_NAME_MAX + 1);

  return length >= 1 && length <= REDBOOK_CLIENT_NAME_MAX && strspn(name, allowed) == length;
}

/* The transport is left as it is but for its descriptors: its owner is the parent. */
void redbook_recorder_abandon(struct redbook_recorder *recorder) {
  if (recorder->drive.transport)
    recorder->drive.transport->ops->abandon(recorder->drive.transport);
  redbook_lock_abandon(recorder->lock_fd);
  recorder->lock_fd = REDBOOK_NO_LOCK_FILE;
  atomic_store(&recorder->locks, 0);
  atomic_store(&recorder->jobs, 0);
  recorder->looks = 0;
  recorder->abandoned = true;
}

static bool fail_abandoned(struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_FAIL, "this recorder belongs to the process that opened it");
  redbook_advise(err, "Make a Recorder of its own in the forked process.");
  return false;
}

static bool fail_busy(struct redbook_error *err) {
  return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_WRITE_IN_PROGRESS,
                      "an operation is running on this recorder");
}

/* Lock file, then the drive's own lock. `client` NULL with ACCESS_LOOK only. */
static enum redbook_lock_result try_open(struct redbook_recorder *recorder,
                                         enum redbook_access access, const char *client,
                                         struct redbook_error *err) {
  enum redbook_lock lock = client ? REDBOOK_LOCK_EXCLUSIVE : REDBOOK_LOCK_SHARED;
  struct redbook_node *node = recorder->node;
  const char *folders[2];
  size_t count = redbook_lock_folders(folders);

  enum redbook_lock_result result =
      redbook_lock_take(folders, count, node->key, lock, &recorder->lock_fd, err);
  if (result != REDBOOK_LOCK_TAKEN) return result;
  if (client) redbook_lock_sign(recorder->lock_fd, client);
  recorder->drive.cancel = NULL;
  recorder->drive.transport = node->ops->open(node, access, err);
  if (recorder->drive.transport) return REDBOOK_LOCK_TAKEN;
  redbook_lock_drop(recorder->lock_fd, lock);
  recorder->lock_fd = REDBOOK_NO_LOCK_FILE;
  return REDBOOK_LOCK_HELD;
}

static void pause_a_moment(int milliseconds) {
  const struct timespec t = {.tv_sec = 0, .tv_nsec = milliseconds * 1000000L};

  nanosleep(&t, NULL);
}

/* How long to wait before the next try; 0: there is none. */
static int patience(enum redbook_lock_result result, const struct redbook_error *trouble,
                    int waited_ms) {
  bool busy = result == REDBOOK_LOCK_HELD && trouble->errno_value == EBUSY;

  if (result == REDBOOK_LOCK_LOOKED_AT) return waited_ms < LOOK_WAIT_MS ? LOOK_PAUSE_MS : 0;
  return busy && waited_ms < BUSY_WAIT_MS ? BUSY_PAUSE_MS : 0;
}

/* Whoever is named, doctor.lua finds the process. */
static void point_to_doctor(const char *id, struct redbook_error *err) {
  char own[REDBOOK_MESSAGE_SIZE];

  if (!err || err->code != REDBOOK_E_IMAPI_RECORDER_LOCKED) return;
  if (strstr(err->advice, "doctor.lua")) return;
  size_t length = strlen(memcpy(own, err->advice, sizeof own));
  if (length && own[length - 1] == '.') own[length - 1] = '\0';
  redbook_advise(err, "%s; doctor.lua --device %s tells more.", own, id);
}

/* Waits for short looks of others, with the list open for them. */
static bool open_drive(struct redbook_recorder *recorder, enum redbook_access access,
                       const char *client, struct redbook_error *err) {
  enum redbook_lock_result result;
  struct redbook_error trouble;
  int waited = 0;

  redbook_hold_add(recorder);
  for (;;) {
    redbook_error_clear(&trouble);
    redbook_hold_lock();
    result = try_open(recorder, access, client, &trouble);
    redbook_hold_unlock();
    int pause = patience(result, &trouble, waited);
    if (pause == 0) break;
    pause_a_moment(pause);
    waited += pause;
  }
  if (result == REDBOOK_LOCK_TAKEN) return true;
  if (err) *err = trouble;
  redbook_hold_remove(recorder);
  if (result == REDBOOK_LOCK_LOOKED_AT)
    redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED,
                 "another program keeps looking at the drive");
  point_to_doctor(recorder->id, err);
  return false;
}

static void close_drive(struct redbook_recorder *recorder, enum redbook_lock lock) {
  redbook_hold_lock();
  redbook_transport_close(recorder->drive.transport);
  recorder->drive = (struct redbook_drive){.transport = NULL, .cancel = NULL};
  redbook_lock_drop(recorder->lock_fd, lock);
  recorder->lock_fd = REDBOOK_NO_LOCK_FILE;
  redbook_hold_unlock();
  redbook_hold_remove(recorder);
}

static bool acquire_first(struct redbook_recorder *recorder, bool force, const char *client,
                          struct redbook_error *err) {
  if (recorder->looks > 0)
    return redbook_fail(err, REDBOOK_E_FAIL, "the recorder is just being asked something");
  enum redbook_access access = force ? REDBOOK_ACCESS_FORCED : REDBOOK_ACCESS_EXCLUSIVE;
  if (!open_drive(recorder, access, client, err)) return false;
  if (!redbook_drive_prevent(&recorder->drive, true, err)) {
    close_drive(recorder, REDBOOK_LOCK_EXCLUSIVE);
    return false;
  }
  (void)snprintf(recorder->client, sizeof recorder->client, "%s", client);
  return true;
}

static bool check_client(const char *client, struct redbook_error *err) {
  if (client && redbook_client_name_valid(client)) return true;
  return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_CLIENT_NAME_IS_NOT_VALID,
                      "the client name must be 1 to %d of A-Z a-z 0-9 space . , : ; - _",
                      REDBOOK_CLIENT_NAME_MAX);
}

static bool acquire(struct redbook_recorder *recorder, bool force, const char *client,
                    struct redbook_error *err) {
  if (recorder->abandoned) return fail_abandoned(err);
  if (!check_client(client, err)) return false;
  if (recorder->locks == 0 && !acquire_first(recorder, force, client, err)) return false;
  atomic_fetch_add(&recorder->locks, 1);
  return true;
}

bool redbook_recorder_job_acquire(struct redbook_recorder *recorder, const char *client,
                                  struct redbook_error *err) {
  if (!acquire(recorder, false, client, err)) return false;
  (void)snprintf(recorder->job_client, sizeof recorder->job_client, "%s", client);
  atomic_fetch_add(&recorder->jobs, 1);
  return true;
}

bool redbook_recorder_acquire(struct redbook_recorder *recorder, bool force, const char *client,
                              struct redbook_error *err) {
  if (redbook_recorder_busy(recorder) && !recorder->abandoned) return fail_busy(err);
  return acquire(recorder, force, client, err);
}

/* ALLOW, close, unlock: the last two whatever became of the first. */
static bool let_go(struct redbook_recorder *recorder, struct redbook_error *err) {
  atomic_store(&recorder->jobs, 0);
  if (atomic_exchange(&recorder->locks, 0) == 0) return true;
  struct redbook_drive patient = {.transport = recorder->drive.transport, .cancel = NULL};
  bool ok = redbook_drive_prevent(&patient, false, err);

  close_drive(recorder, REDBOOK_LOCK_EXCLUSIVE);
  return ok;
}

static bool release(struct redbook_recorder *recorder, struct redbook_error *err) {
  unsigned locks = atomic_load(&recorder->locks);

  if (recorder->abandoned) return fail_abandoned(err);
  if (locks == 0)
    return redbook_fail(err, REDBOOK_E_FAIL, "the recorder is not held exclusively");
  if (locks == 1) return let_go(recorder, err);
  atomic_fetch_sub(&recorder->locks, 1);
  return true;
}

bool redbook_recorder_job_release(struct redbook_recorder *recorder,
                                  struct redbook_error *err) {
  if (atomic_load(&recorder->jobs) > 0) atomic_fetch_sub(&recorder->jobs, 1);
  return release(recorder, err);
}

bool redbook_recorder_release(struct redbook_recorder *recorder, struct redbook_error *err) {
  unsigned jobs = atomic_load(&recorder->jobs);

  if (redbook_recorder_busy(recorder) && !recorder->abandoned) return fail_busy(err);
  if (jobs > 0 && atomic_load(&recorder->locks) == jobs)
    return redbook_fail(
        err, REDBOOK_E_FAIL,
        "the recorder is held by the burn of \"%s\" only: ReleaseMedia ends that",
        recorder->job_client);
  return release(recorder, err);
}

bool redbook_recorder_free_of_jobs(struct redbook_recorder *recorder,
                                   struct redbook_error *err) {
  if (atomic_load(&recorder->jobs) == 0) return true;
  redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED,
               "the recorder is held by the burn of \"%s\"", recorder->job_client);
  redbook_advise(err, "End the burn first: ReleaseMedia, or Close of the TrackAtOnce.");
  return false;
}

void redbook_recorder_let_go(struct redbook_recorder *recorder) {
  let_go(recorder, NULL);
}

bool redbook_recorder_may_begin(struct redbook_recorder *recorder, const char *client,
                                struct redbook_error *err) {
  if (recorder->abandoned) return fail_abandoned(err);
  if (!check_client(client, err)) return false;
  if (redbook_recorder_busy(recorder)) return fail_busy(err);
  return redbook_recorder_free_of_jobs(recorder, err);
}

bool redbook_recorder_owner(struct redbook_recorder *recorder, char *buffer, size_t size,
                            struct redbook_error *err) {
  const char *folders[2];

  if (recorder->abandoned) return fail_abandoned(err);
  if (recorder->locks > 0) {
    (void)snprintf(buffer, size, "%s", recorder->client);
    return true;
  }
  size_t count = redbook_lock_folders(folders);
  redbook_lock_owner(folders, count, recorder->node->key, buffer, size);
  return true;
}

struct redbook_drive *redbook_recorder_enter(struct redbook_recorder *recorder,
                                             struct redbook_error *err) {
  bool ok = true;

  if (recorder->abandoned)
    ok = fail_abandoned(err);
  else if (redbook_recorder_busy(recorder))
    ok = fail_busy(err);
  else if (recorder->locks == 0)
    ok = recorder->looks > 0 || open_drive(recorder, REDBOOK_ACCESS_LOOK, NULL, err);
  if (!ok) return NULL;
  if (recorder->locks == 0) recorder->looks++;
  return &recorder->drive;
}

void redbook_recorder_leave(struct redbook_recorder *recorder,
                            const struct redbook_drive *drive) {
  if (!drive || recorder->looks == 0) return;
  if (--recorder->looks == 0) close_drive(recorder, REDBOOK_LOCK_SHARED);
}

/* imapi2 1.6: the "MCN" is read-only while media are prepared. */
static bool mcn_may_change(struct redbook_recorder *recorder, struct redbook_error *err) {
  if (recorder->abandoned) return fail_abandoned(err);
  if (redbook_recorder_busy(recorder)) return fail_busy(err);
  if (atomic_load(&recorder->jobs) == 0) return true;
  return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_MEDIA_IS_PREPARED,
                      "media change notification is fixed while the burn of \"%s\" holds the "
                      "drive",
                      recorder->job_client);
}

bool redbook_recorder_disable_mcn(struct redbook_recorder *recorder,
                                  struct redbook_error *err) {
  if (!mcn_may_change(recorder, err)) return false;
  recorder->mcn_disabled++;
  return true;
}

bool redbook_recorder_enable_mcn(struct redbook_recorder *recorder, struct redbook_error *err) {
  if (!mcn_may_change(recorder, err)) return false;
  if (recorder->mcn_disabled == 0)
    return redbook_fail(err, REDBOOK_E_FAIL,
                        "media change notification is on: EnableMcn without DisableMcn");
  recorder->mcn_disabled--;
  return true;
}
