/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A drive that follows a script: each command must be the next one of the list, byte for byte,
 * and is answered as it stands there. Its clock is simulated. */
#ifndef SPEC_DRIVE_SCRIPTED_H
#define SPEC_DRIVE_SCRIPTED_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/operations.h"

struct step {
  const char *cdb;   /* hex; NULL ends the script */
  uint32_t sense;    /* REDBOOK_TRIPLE; 0 = GOOD */
  const char *reply; /* hex, what the drive returns */
  unsigned times;    /* 0 and 1: once */
  uint8_t host, status;
  int os_error;
  bool deferred;
  uint16_t progress;       /* sense-key specific bytes, 0 = none */
  uint32_t duration_ms;    /* of the command */
  const uint8_t *expected; /* data sent to the drive: their first bytes */
  size_t expected_length;
  bool zeros;        /* reply: as many zeros as asked for */
  uint32_t residual; /* of a GOOD command with data for the drive */
};

struct scripted {
  struct redbook_transport base;
  const struct step *next;
  unsigned done; /* times of the step that have passed */
  uint64_t clock_us;
  uint64_t slept_us;
  bool real_time;
  unsigned sleeps;
  atomic_bool cancel;
  unsigned cancel_after; /* commands; 0 = never */
  unsigned count;
};

static inline size_t scripted_hex(const char *text, uint8_t *out, size_t room) {
  size_t n = 0;
  for (const char *p = text; *p;) {
    if (*p == ' ') {
      p++;
      continue;
    }
    assert_true(n < room);
    unsigned byte;
    assert_int_equal(sscanf(p, "%2x", &byte), 1);
    out[n++] = (uint8_t)byte;
    p += 2;
  }
  return n;
}

static inline void scripted_sense(const struct step *step, struct redbook_command *c) {
  c->status = REDBOOK_STATUS_CHECK;
  c->driver_status = 8;
  c->sense_length = 18;
  c->sense[0] = step->deferred ? 0x71 : 0x70;
  c->sense[2] = (uint8_t)(step->sense >> 16);
  c->sense[7] = 0x0A;
  c->sense[12] = (uint8_t)(step->sense >> 8);
  c->sense[13] = (uint8_t)step->sense;
  if (step->progress) {
    c->sense[15] = 0x80;
    c->sense[16] = (uint8_t)(step->progress >> 8);
    c->sense[17] = (uint8_t)step->progress;
  }
  bool recovered = step->sense >> 16 == 1 && !step->deferred;
  c->residual = recovered ? 0 : c->data_length;
}

static inline void scripted_reply(const struct step *step, struct redbook_command *c) {
  static uint8_t data[4096];
  if (c->direction == REDBOOK_TO_DEVICE && step->expected) {
    assert_true(c->data_length >= step->expected_length);
    assert_memory_equal(c->data_out, step->expected, step->expected_length);
  }
  c->residual = c->direction == REDBOOK_TO_DEVICE ? step->residual : 0;
  if (c->direction != REDBOOK_FROM_DEVICE) return;
  if (step->zeros) {
    memset(c->data_in, 0, c->data_length);
    return;
  }
  size_t n = step->reply ? scripted_hex(step->reply, data, sizeof data) : 0;
  if (n > c->data_length) n = c->data_length;
  memcpy(c->data_in, data, n);
  c->residual = c->data_length - (uint32_t)n;
}

static inline void scripted_execute(struct redbook_transport *transport,
                                    struct redbook_command *c) {
  struct scripted *s = (struct scripted *)transport;
  const struct step *step = s->next;
  uint8_t cdb[16];

  if (!step->cdb) fail_msg("command %02x after the end of the script", c->cdb[0]);
  size_t n = scripted_hex(step->cdb, cdb, sizeof cdb);
  assert_int_equal(c->cdb_length, n);
  assert_memory_equal(c->cdb, cdb, n);
  s->clock_us += step->duration_ms * 1000u;
  c->os_error = step->os_error;
  c->host_status = step->host;
  c->status = step->status;
  if (step->sense)
    scripted_sense(step, c);
  else if (!step->os_error && !step->host && !step->status)
    scripted_reply(step, c);
  else
    c->residual = c->data_length;
  if (++s->done >= step->times) {
    s->next++;
    s->done = 0;
  }
  if (++s->count == s->cancel_after) atomic_store(&s->cancel, true);
}

static inline uint64_t scripted_now(struct redbook_transport *transport) {
  return ((struct scripted *)transport)->clock_us;
}

static inline void scripted_sleep(struct redbook_transport *transport, uint64_t us) {
  struct scripted *s = (struct scripted *)transport;
  s->clock_us += us;
  s->slept_us += us;
  s->sleeps++;
}

static inline bool scripted_real_time(struct redbook_transport *transport) {
  return ((struct scripted *)transport)->real_time;
}

static inline void scripted_end(struct redbook_transport *transport) {
  (void)transport;
}

static const struct redbook_transport_ops scripted_ops = {scripted_execute, scripted_now,
                                                          scripted_sleep,   scripted_real_time,
                                                          scripted_end,     scripted_end};

static inline struct redbook_drive scripted_begin(struct scripted *s,
                                                  const struct step *steps) {
  *s = (struct scripted){.next = steps};
  redbook_transport_init(&s->base, &scripted_ops);
  atomic_init(&s->cancel, false);
  return (struct redbook_drive){.transport = &s->base, .cancel = &s->cancel};
}

static inline void scripted_finish(const struct scripted *s) {
  if (s->next->cdb) fail_msg("not sent: %s", s->next->cdb);
}

#define SENSE(key, asc, ascq) REDBOOK_TRIPLE(key, asc, ascq)
#define TUR "00 00 00 00 00 00"
#define RDI "51 00 00 00 00 00 00 00 22 00"
#define RTI_FF "52 01 00 00 00 ff 00 00 24 00"
#define BLANK_80                                                                            \
  "00 20 00 01 01 01 01 00 00 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a 00 00 00 00 00 " \
  "00 00 00 00 00"

#endif
