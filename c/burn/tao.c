/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TrackAtOnce: life, state rules, settings. */
#include "burn/tao.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "burn/tao_internal.h"

#define FIFO_DEFAULT (UINT64_C(64) << 20)
#define FIFO_LEAST (UINT64_C(1) << 20)
#define FIFO_MOST (UINT64_C(1) << 30)

struct redbook_tao *redbook_tao_create(struct redbook_error *err) {
  struct redbook_tao *tao = calloc(1, sizeof *tao);
  if (!tao) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a TrackAtOnce");
    return NULL;
  }
  atomic_init(&tao->references, 1);
  tao->pid = getpid();
  tao->flags[REDBOOK_TAO_PRESCAN] = true;
  tao->fifo_bytes = FIFO_DEFAULT;
  tao->requested_speed = -1;
  return tao;
}

void redbook_tao_forget_written(struct redbook_tao *tao) {
  while (tao->written_count)
    redbook_fingerprint_unref(tao->written[--tao->written_count].print);
}

struct redbook_tao *redbook_tao_ref(struct redbook_tao *tao) {
  atomic_fetch_add(&tao->references, 1);
  return tao;
}

void redbook_tao_unref(struct redbook_tao *tao) {
  if (!tao || atomic_fetch_sub(&tao->references, 1) != 1) return;
  redbook_tao_forget_written(tao);
  redbook_recorder_unref(tao->recorder);
  free(tao);
}

void redbook_tao_settle(struct redbook_tao *tao) {
  struct redbook_operation *op = tao->running;
  if (!op || tao->pid != getpid() || !redbook_operation_abandoned(op)) return;
  redbook_operation_ref(op);
  redbook_operation_settle(op);
  redbook_operation_unref(op);
}

enum redbook_tao_state redbook_tao_state(const struct redbook_tao *tao) {
  return tao->state;
}

bool redbook_tao_allows(struct redbook_tao *tao, enum redbook_rule rule, const char *what,
                        struct redbook_error *err) {
  if (tao->pid != getpid())
    return redbook_fail(err, REDBOOK_E_FAIL,
                        "%s: this object belongs to the process that made it", what);
  redbook_tao_settle(tao);
  bool busy = tao->state != REDBOOK_TAO_IDLE && tao->state != REDBOOK_TAO_PREPARED;
  if (rule == REDBOOK_RULE_SESSION && busy && tao->session_known) return true;
  if (busy && rule != REDBOOK_RULE_SESSION)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_WRITE_IN_PROGRESS,
                        "%s is not possible while an operation is running", what);
  if (rule == REDBOOK_RULE_IDLE && tao->state == REDBOOK_TAO_PREPARED)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_MEDIA_IS_PREPARED,
                        "%s is not possible while the medium is prepared", what);
  if (rule != REDBOOK_RULE_IDLE && tao->state != REDBOOK_TAO_PREPARED)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_MEDIA_IS_NOT_PREPARED,
                        "%s needs a prepared medium", what);
  return true;
}

struct redbook_operation *redbook_tao_run(struct redbook_tao *tao, enum redbook_tao_state state,
                                          const struct redbook_job *job, void *context,
                                          struct redbook_error *err) {
  struct redbook_operation *op = redbook_operation_create(job, context, err);
  if (!op) return NULL;
  tao->running = redbook_operation_ref(op);
  tao->state = state;
  if (tao->recorder) redbook_recorder_set_busy(tao->recorder, true);
  return op;
}

void redbook_tao_ended(struct redbook_tao *tao, enum redbook_tao_state next) {
  struct redbook_operation *op = tao->running;
  tao->running = NULL;
  tao->state = next;
  if (tao->recorder && !tao->letting_go) redbook_recorder_set_busy(tao->recorder, false);
  if (next == REDBOOK_TAO_IDLE) redbook_tao_unhold(tao);
  redbook_operation_unref(op);
}

bool redbook_tao_cancel_track(struct redbook_tao *tao, struct redbook_error *err) {
  redbook_tao_settle(tao);
  if (tao->pid != getpid() || tao->state != REDBOOK_TAO_WRITING)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_WRITE_NOT_IN_PROGRESS,
                        "no track is being written");
  redbook_operation_cancel(tao->running);
  return true;
}

/* 050E: a drive that tells us so; one that cannot be looked at now is judged by PrepareMedia.
 */
static bool writes_tracks(struct redbook_recorder *recorder, struct redbook_error *err) {
  struct redbook_error ignored;
  redbook_error_clear(&ignored);
  struct redbook_drive *drive = redbook_recorder_enter(recorder, &ignored);
  if (!drive) return true;
  bool can = true;
  if (!redbook_session_can_write(drive, &can, &ignored)) can = true;
  redbook_recorder_leave(recorder, drive);
  return can ||
         redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED,
                      "%s cannot write CDs track at once", redbook_recorder_id(recorder));
}

bool redbook_tao_set_recorder(struct redbook_tao *tao, struct redbook_recorder *recorder,
                              struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_IDLE, "setting Recorder", err)) return false;
  if (recorder && !writes_tracks(recorder, err)) return false;
  if (recorder) redbook_recorder_ref(recorder);
  redbook_recorder_unref(tao->recorder);
  tao->recorder = recorder;
  return true;
}

struct redbook_recorder *redbook_tao_recorder(struct redbook_tao *tao) {
  return tao->recorder;
}

bool redbook_tao_set_client_name(struct redbook_tao *tao, const char *name,
                                 struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_IDLE, "setting ClientName", err)) return false;
  if (name && !redbook_client_name_valid(name))
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_CLIENT_NAME_IS_NOT_VALID,
                        "ClientName must be 1 to 63 of A-Z a-z 0-9 space . , : ; - _");
  (void)snprintf(tao->client_name, sizeof tao->client_name, "%s", name ? name : "");
  return true;
}

const char *redbook_tao_client_name(const struct redbook_tao *tao) {
  return tao->client_name;
}

static const char *const flag_names[] = {
    "setting DoNotFinalizeMedia", "setting BufferUnderrunFreeDisabled",
    "setting TestWrite",          "setting Append",
    "setting KeepSessionOpen",    "setting Prescan"};

bool redbook_tao_set_flag(struct redbook_tao *tao, enum redbook_tao_flag flag, bool value,
                          struct redbook_error *err) {
  bool prepared = flag == REDBOOK_TAO_BUFFER_UNDERRUN_FREE_DISABLED;
  if (!redbook_tao_allows(tao, prepared ? REDBOOK_RULE_PREPARED : REDBOOK_RULE_IDLE,
                          flag_names[flag], err))
    return false;
  tao->flags[flag] = value;
  return true;
}

bool redbook_tao_flag(const struct redbook_tao *tao, enum redbook_tao_flag flag) {
  return tao->flags[flag];
}

bool redbook_tao_set_fifo_bytes(struct redbook_tao *tao, uint64_t bytes,
                                struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_IDLE, "setting FifoBytes", err)) return false;
  if (bytes < FIFO_LEAST || bytes > FIFO_MOST)
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "FifoBytes must lie between 1048576 and 1073741824, not %llu",
                        (unsigned long long)bytes);
  tao->fifo_bytes = bytes;
  return true;
}

uint64_t redbook_tao_fifo_bytes(const struct redbook_tao *tao) {
  return tao->fifo_bytes;
}

bool redbook_tao_set_catalog_number(struct redbook_tao *tao, const char *digits,
                                    struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_IDLE, "setting MediaCatalogNumber", err))
    return false;
  if (*digits && !redbook_catalog_number_valid(digits))
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_INVALID_MCN,
                        "MediaCatalogNumber must be 13 digits with a correct check digit");
  (void)snprintf(tao->catalog_number, sizeof tao->catalog_number, "%s", digits);
  return true;
}

const char *redbook_tao_catalog_number(const struct redbook_tao *tao) {
  return tao->catalog_number;
}

bool redbook_tao_set_verification(struct redbook_tao *tao, int level,
                                  struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_IDLE, "setting BurnVerificationLevel", err))
    return false;
  if (level != REDBOOK_VERIFY_NONE && level != REDBOOK_VERIFY_QUICK)
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "BurnVerificationLevel must be 0 (none) or 1 (quick), not %d", level);
  tao->verification = level;
  return true;
}

int redbook_tao_verification(const struct redbook_tao *tao) {
  return tao->verification;
}

unsigned redbook_tao_written(const struct redbook_tao *tao,
                             const struct redbook_written_track **out) {
  *out = tao->written;
  return tao->written_count;
}

enum redbook_disc_state redbook_tao_disc_state(const struct redbook_tao *tao) {
  return tao->session_known ? tao->session.disc : REDBOOK_DISC_UNTOUCHED;
}

struct redbook_write_parameters redbook_tao_parameters(const struct redbook_tao *tao,
                                                       const struct redbook_session *session) {
  struct redbook_write_parameters parameters = {
      .buffer_underrun_free = session->capabilities.buffer_underrun_free &&
                              !tao->flags[REDBOOK_TAO_BUFFER_UNDERRUN_FREE_DISABLED],
      .next_session_allowed = tao->flags[REDBOOK_TAO_DO_NOT_FINALIZE]};
  (void)snprintf(parameters.catalog_number, sizeof parameters.catalog_number, "%s",
                 tao->catalog_number);
  return parameters;
}
