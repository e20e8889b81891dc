/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Erase: the object and its settings; erase_job.c has the work. */
#include "burn/erase.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "burn/erase_job.h"
#include "burn/job.h"
#include "burn/work.h"

struct redbook_erase {
  atomic_uint references;
  pid_t pid; /* the process that may use it */
  struct redbook_recorder *recorder;
  char client_name[REDBOOK_CLIENT_NAME_MAX + 1];
  bool full;
  struct redbook_operation *running; /* the list of work.c keeps it until it is delivered */
};

struct redbook_erase *redbook_erase_create(struct redbook_error *err) {
  struct redbook_erase *erase = calloc(1, sizeof *erase);
  if (!erase) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for an Erase");
    return NULL;
  }
  atomic_init(&erase->references, 1);
  erase->pid = getpid();
  return erase;
}

struct redbook_erase *redbook_erase_ref(struct redbook_erase *erase) {
  atomic_fetch_add(&erase->references, 1);
  return erase;
}

void redbook_erase_unref(struct redbook_erase *erase) {
  if (!erase || atomic_fetch_sub(&erase->references, 1) != 1) return;
  redbook_recorder_unref(erase->recorder);
  free(erase);
}

void redbook_erase_let_go(struct redbook_erase *erase) {
  if (erase->pid != getpid() || !erase->running) return;
  struct redbook_operation *op = redbook_operation_ref(erase->running);
  redbook_operation_cancel(op);
  redbook_operation_settle(op);
  redbook_operation_unref(op);
}

/* One that nobody steps any more is settled as soon as its worker has ended. */
bool redbook_erase_running(struct redbook_erase *erase) {
  if (erase->running && erase->pid == getpid()) redbook_recorder_busy(erase->recorder);
  return erase->running;
}

static bool idle(struct redbook_erase *erase, const char *what, struct redbook_error *err) {
  if (erase->pid != getpid())
    return redbook_fail(err, REDBOOK_E_FAIL,
                        "%s: this object belongs to the process that made it", what);
  return !redbook_erase_running(erase) ||
         redbook_fail(err, REDBOOK_E_IMAPI_ERASE_RECORDER_IN_USE,
                      "%s is not possible while a disc is being erased", what);
}

/* 090A: a drive that tells us so. */
static bool erases(struct redbook_recorder *recorder, struct redbook_error *err) {
  struct redbook_error ignored;
  bool can = true;
  redbook_error_clear(&ignored);
  if (!redbook_erase_recorder_supported(recorder, &can, &ignored)) return true;
  return can || redbook_fail(err, REDBOOK_E_IMAPI_ERASE_RECORDER_NOT_SUPPORTED,
                             "%s cannot erase CD-RWs", redbook_recorder_id(recorder));
}

bool redbook_erase_set_recorder(struct redbook_erase *erase, struct redbook_recorder *recorder,
                                struct redbook_error *err) {
  if (!idle(erase, "setting Recorder", err)) return false;
  if (recorder == erase->recorder) return true;
  if (recorder && erase->recorder)
    return redbook_fail(err, REDBOOK_E_IMAPI_ERASE_ONLY_ONE_RECORDER_SUPPORTED,
                        "Recorder is set already, to %s", redbook_recorder_id(erase->recorder));
  if (recorder && !erases(recorder, err)) return false;
  if (recorder) redbook_recorder_ref(recorder);
  redbook_recorder_unref(erase->recorder);
  erase->recorder = recorder;
  return true;
}

bool redbook_erase_set_client_name(struct redbook_erase *erase, const char *name,
                                   struct redbook_error *err) {
  if (!idle(erase, "setting ClientName", err)) return false;
  if (name && !redbook_client_name_valid(name))
    return redbook_fail(err, REDBOOK_E_IMAPI_ERASE_CLIENT_NAME_IS_NOT_VALID,
                        "ClientName must be 1 to 63 of A-Z a-z 0-9 space . , : ; - _");
  (void)snprintf(erase->client_name, sizeof erase->client_name, "%s", name ? name : "");
  return true;
}

const char *redbook_erase_client_name(const struct redbook_erase *erase) {
  return erase->client_name;
}

bool redbook_erase_set_full(struct redbook_erase *erase, bool full, struct redbook_error *err) {
  if (!idle(erase, "setting FullErase", err)) return false;
  erase->full = full;
  return true;
}

bool redbook_erase_full(const struct redbook_erase *erase) {
  return erase->full;
}

bool redbook_erase_recorder_supported(struct redbook_recorder *recorder, bool *out,
                                      struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  if (!drive) return false;
  bool ok = redbook_erase_drive_can(drive, out, err);
  redbook_recorder_leave(recorder, drive);
  return ok;
}

/* An empty drive is 0202, as with TrackAtOnce. */
bool redbook_erase_media_supported(struct redbook_recorder *recorder, bool *out,
                                   struct redbook_error *err) {
  enum redbook_media_type type = REDBOOK_MEDIA_UNKNOWN;
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  if (!drive) return false;
  bool ok =
      redbook_erase_drive_can(drive, out, err) &&
      (!*out || (redbook_drive_ready(drive, err) && redbook_media_type(drive, &type, err)));
  redbook_recorder_leave(recorder, drive);
  *out = ok && *out && type == REDBOOK_MEDIA_CDRW;
  return ok;
}

static struct redbook_drive *enter(struct redbook_erase *erase, const char *what,
                                   struct redbook_error *err) {
  if (erase->recorder) return redbook_recorder_enter(erase->recorder, err);
  redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_REQUIRED, "%s needs a Recorder", what);
  return NULL;
}

bool redbook_erase_physically_blank(struct redbook_erase *erase, bool *out,
                                    struct redbook_error *err) {
  struct redbook_disc_information disc;
  struct redbook_drive *drive = enter(erase, "MediaPhysicallyBlank", err);
  if (!drive) return false;
  bool ok =
      redbook_drive_ready(drive, err) && redbook_drive_disc_information(drive, &disc, err);
  redbook_recorder_leave(erase->recorder, drive);
  *out = ok && disc.disc_status == REDBOOK_STATUS_BLANK;
  return ok;
}

bool redbook_erase_media_type(struct redbook_erase *erase, enum redbook_media_type *out,
                              struct redbook_error *err) {
  struct redbook_drive *drive = enter(erase, "CurrentPhysicalMediaType", err);
  if (!drive) return false;
  bool ok = redbook_drive_ready(drive, err) && redbook_media_type(drive, out, err);
  redbook_recorder_leave(erase->recorder, drive);
  return ok;
}

static void delivered(void *context, bool ok) {
  struct redbook_erase_job *job = context;
  (void)ok;
  job->owner->running = NULL;
}

static void destroy(void *context) {
  struct redbook_erase_job *job = context;
  redbook_erase_unref(job->owner);
  free(job);
}

static const struct redbook_work work = {
    .thread_name = "redbook-erase", .run = redbook_erase_run, delivered, destroy};

static bool complete(const struct redbook_erase *erase, struct redbook_error *err) {
  if (!erase->recorder)
    return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_REQUIRED, "EraseMedia needs a Recorder");
  return erase->client_name[0] ||
         redbook_fail(err, REDBOOK_E_IMAPI_ERASE_CLIENT_NAME_IS_NOT_VALID,
                      "EraseMedia needs a ClientName");
}

struct redbook_operation *redbook_erase_begin(struct redbook_erase *erase,
                                              struct redbook_error *err) {
  if (!idle(erase, "EraseMedia", err) || !complete(erase, err)) return NULL;
  struct redbook_erase_job *job = calloc(1, sizeof *job);
  if (!job) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for EraseMedia");
    return NULL;
  }
  job->owner = redbook_erase_ref(erase);
  job->full = erase->full;
  erase->running = redbook_recorder_begin(erase->recorder, erase->client_name, &work, job, err);
  return erase->running;
}
