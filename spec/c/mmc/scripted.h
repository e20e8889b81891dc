/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transport that gives written-down outcomes one after the other, for tests of the transport
 * layer: no drive, no model of one.
 */
#ifndef REDBOOK_SPEC_MMC_SCRIPTED_H
#define REDBOOK_SPEC_MMC_SCRIPTED_H

#include <string.h>

#include "mmc/transport.h"

struct scripted_outcome {
  int os_error;
  uint8_t status, host_status, driver_status;
  const char *sense;
  uint8_t sense_length;
  const char *data; /* what goes to data_in */
  uint32_t data_length, residual;
  uint64_t duration_us;
};

struct scripted {
  struct redbook_node node;
  struct redbook_transport transport;
  const struct scripted_outcome *outcomes;
  unsigned position;
  uint64_t clock_us;
  bool real_time;
  unsigned opened, closed, abandoned, destroyed;
  enum redbook_access access;
  bool refuse_open;
  uint32_t max_transfer, alignment; /* 0: as redbook_transport_init sets them */
};

static inline struct scripted *scripted_of(struct redbook_transport *transport) {
  return (struct scripted *)((char *)transport - offsetof(struct scripted, transport));
}

static inline void scripted_execute(struct redbook_transport *transport,
                                    struct redbook_command *c) {
  struct scripted *s = scripted_of(transport);
  const struct scripted_outcome *o = &s->outcomes[s->position++];
  c->os_error = o->os_error;
  c->status = o->status;
  c->host_status = o->host_status;
  c->driver_status = o->driver_status;
  if (o->sense != NULL) memcpy(c->sense, o->sense, o->sense_length);
  c->sense_length = o->sense_length;
  if (o->data != NULL) memcpy(c->data_in, o->data, o->data_length);
  c->residual = o->residual;
  s->clock_us += o->duration_us;
}

static inline uint64_t scripted_now(struct redbook_transport *transport) {
  return scripted_of(transport)->clock_us;
}

static inline void scripted_sleep(struct redbook_transport *transport, uint64_t microseconds) {
  scripted_of(transport)->clock_us += microseconds;
}

static inline bool scripted_is_real_time(struct redbook_transport *transport) {
  return scripted_of(transport)->real_time;
}

static inline void scripted_abandon(struct redbook_transport *transport) {
  scripted_of(transport)->abandoned++;
}

static inline void scripted_close(struct redbook_transport *transport) {
  scripted_of(transport)->closed++;
}

static inline struct redbook_transport *scripted_open(struct redbook_node *node,
                                                      enum redbook_access access,
                                                      struct redbook_error *err) {
  static const struct redbook_transport_ops ops = {scripted_execute, scripted_now,
                                                   scripted_sleep,   scripted_is_real_time,
                                                   scripted_abandon, scripted_close};
  struct scripted *s = (struct scripted *)node;
  if (s->refuse_open) {
    redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED, "scripted: locked");
    return NULL;
  }
  s->opened++;
  s->access = access;
  redbook_transport_init(&s->transport, &ops);
  if (s->max_transfer) s->transport.max_transfer = s->max_transfer;
  if (s->alignment) s->transport.alignment = s->alignment;
  return &s->transport;
}

static inline void scripted_destroy(struct redbook_node *node) {
  ((struct scripted *)node)->destroyed++;
}

static inline void scripted_init(struct scripted *s, const struct scripted_outcome *outcomes) {
  static const struct redbook_node_ops ops = {scripted_open, scripted_destroy};
  memset(s, 0, sizeof *s);
  redbook_node_init(&s->node, &ops, "scripted:1");
  s->outcomes = outcomes;
}

#endif
