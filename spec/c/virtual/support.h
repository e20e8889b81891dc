/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every test of the virtual recorder needs: a disc in a fresh folder, a transport,
 * commands as literal bytes. */
#ifndef SPEC_VIRTUAL_SUPPORT_H
#define SPEC_VIRTUAL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "virtual/virtual.h"

#define SECTOR 2352u
#define SENSE(key, asc, ascq) ((key) << 16 | (asc) << 8 | (ascq))
#define GOOD 0

struct rig {
  char folder[64], cue[96], bin[96];
  struct redbook_virtual *drive;
  struct redbook_node *node;
  struct redbook_transport *t;
  struct redbook_command c; /* the last one */
  uint8_t data[4096];       /* what it returned */
  uint32_t got;
};

static inline void rig_close(struct rig *r) {
  redbook_transport_close(r->t);
  redbook_node_unref(r->node);
  redbook_virtual_unref(r->drive);
  r->t = NULL;
  r->node = NULL;
  r->drive = NULL;
}

/* `query` is what follows the file's name: "", "?medium=cd-rw". */
static inline void rig_open(struct rig *r, const char *query) {
  struct redbook_error err = {0};
  char name[256];
  snprintf(name, sizeof name, "virtual:%s%s", r->cue, query);
  r->drive = redbook_virtual_parse(name, &err);
  if (!r->drive) fail_msg("%s", err.message);
  r->node = redbook_virtual_node(r->drive);
  r->t = r->node->ops->open(r->node, REDBOOK_ACCESS_EXCLUSIVE, &err);
  if (!r->t) fail_msg("%s", err.message);
}

static inline void rig_make(struct rig *r, const char *query) {
  memset(r, 0, sizeof *r);
  strcpy(r->folder, "/tmp/redbook-virtual-XXXXXX");
  assert_non_null(mkdtemp(r->folder));
  snprintf(r->cue, sizeof r->cue, "%s/disc.cue", r->folder);
  snprintf(r->bin, sizeof r->bin, "%s/disc.bin", r->folder);
  rig_open(r, query);
}

static inline void rig_remove(struct rig *r) {
  char command[128];
  rig_close(r);
  snprintf(command, sizeof command, "rm -rf '%s'", r->folder);
  assert_int_equal(system(command), 0);
}

static inline unsigned cdb_length(uint8_t opcode) {
  static const unsigned lengths[] = {6, 10, 10, 12, 16, 12, 10, 10};
  return lengths[opcode >> 5];
}

/* Sends it; returns KKAAQQ, 0 for GOOD. A host or system failure fails the test. */
static inline unsigned rig_send(struct rig *r, struct redbook_command *c) {
  c->cdb_length = (uint8_t)cdb_length(c->cdb[0]);
  if (!c->timeout_ms) c->timeout_ms = 1200000;
  redbook_transport_execute(r->t, c);
  r->c = *c;
  assert_int_equal(c->os_error, 0);
  assert_int_equal(c->host_status, 0);
  if (c->status == REDBOOK_STATUS_GOOD) return 0;
  assert_int_equal(c->status, REDBOOK_STATUS_CHECK);
  assert_int_equal(c->driver_status, 8);
  assert_int_equal(c->sense_length, 18);
  assert_int_equal(c->sense[7], 0x0A);
  return (unsigned)SENSE(c->sense[2], c->sense[12], c->sense[13]);
}

#define CDB(...) ((const uint8_t[16]){__VA_ARGS__})

static inline unsigned no_data(struct rig *r, const uint8_t cdb[16]) {
  struct redbook_command c = {.direction = REDBOOK_NO_DATA};
  memcpy(c.cdb, cdb, 16);
  return rig_send(r, &c);
}

/* With room for `room` bytes; what came is r->data, r->got bytes. */
static inline unsigned from(struct rig *r, const uint8_t cdb[16], uint32_t room) {
  struct redbook_command c = {
      .direction = REDBOOK_FROM_DEVICE, .data_in = r->data, .data_length = room};
  memcpy(c.cdb, cdb, 16);
  memset(r->data, 0xEE, sizeof r->data);
  unsigned sense = rig_send(r, &c);
  r->got = room - c.residual;
  return sense;
}

static inline unsigned to(struct rig *r, const uint8_t cdb[16], const uint8_t *data,
                          uint32_t length) {
  struct redbook_command c = {
      .direction = REDBOOK_TO_DEVICE, .data_out = data, .data_length = length};
  memcpy(c.cdb, cdb, 16);
  return rig_send(r, &c);
}

/* Whole reply equals these bytes. */
#define REPLY(r, ...)                                            \
  do {                                                           \
    static const uint8_t expected_[] = {__VA_ARGS__};            \
    assert_int_equal((r)->got, sizeof expected_);                \
    assert_memory_equal((r)->data, expected_, sizeof expected_); \
  } while (0)

static inline unsigned be32(const uint8_t *p) {
  return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

/* Page 05h for TAO audio: multi-session bits and control in byte 3, test bit in byte 2. */
static inline void page05_list(uint8_t list[60], uint8_t byte2, uint8_t byte3) {
  memset(list, 0, 60);
  list[8] = 0x05;
  list[9] = 0x32;
  list[10] = byte2;
  list[11] = byte3;
  list[23] = 0x96;
}

static inline unsigned select05(struct rig *r, uint8_t byte2, uint8_t byte3) {
  uint8_t list[60];
  page05_list(list, byte2, byte3);
  return to(r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 60), list, 60);
}

/* Sector `lba` of test data: every byte tells where it belongs. */
static inline void fill_sector(uint8_t *p, int lba, unsigned salt) {
  for (unsigned i = 0; i < SECTOR; i++)
    p[i] = (uint8_t)((unsigned)lba * 7 + i * 3 + salt + 1);
}

static inline unsigned write_cdb(struct rig *r, int lba, unsigned sectors,
                                 const uint8_t *data) {
  return to(r,
            CDB(0x2A, 0, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16), (uint8_t)(lba >> 8),
                (uint8_t)lba, 0, (uint8_t)(sectors >> 8), (uint8_t)sectors),
            data, sectors * SECTOR);
}

/* Writes `sectors` from `lba` on, at most 26 a command. Stops at the first error. */
static inline unsigned write_run(struct rig *r, int lba, unsigned sectors, unsigned salt) {
  uint8_t *data = malloc(26 * SECTOR);
  unsigned sense = 0;
  while (sectors && !sense) {
    unsigned n = sectors < 26 ? sectors : 26;
    for (unsigned i = 0; i < n; i++)
      fill_sector(data + i * SECTOR, lba + (int)i, salt);
    sense = write_cdb(r, lba, n, data);
    lba += (int)n;
    sectors -= n;
  }
  free(data);
  return sense;
}

static inline unsigned sync_cache(struct rig *r) {
  return no_data(r, CDB(0x35));
}

static inline unsigned close_session(struct rig *r) {
  return no_data(r, CDB(0x5B, 0, 2));
}

/* A whole track: MODE SELECT, WRITE at `lba`, SYNCHRONIZE CACHE. */
static inline void burn_track(struct rig *r, uint8_t byte2, uint8_t byte3, int lba,
                              unsigned sectors) {
  assert_int_equal(select05(r, byte2, byte3), GOOD);
  assert_int_equal(write_run(r, lba, sectors, 0), GOOD);
  assert_int_equal(sync_cache(r), GOOD);
}

/* READ TRACK INFORMATION by number; reply in r->data. */
/* A CD-RW with two closed sessions and one track of an open one: tracks at 0, 11702, 18904. */
static inline void burn_three_sessions(struct rig *r) {
  rig_make(r, "?medium=cd-rw");
  burn_track(r, 0x41, 0xC0, 0, 300);
  assert_int_equal(close_session(r), GOOD);
  burn_track(r, 0x41, 0xC0, 11702, 300);
  assert_int_equal(close_session(r), GOOD);
  burn_track(r, 0x41, 0xC0, 18904, 400);
}

static inline unsigned blank(struct rig *r, uint8_t type, unsigned address) {
  return no_data(r, CDB(0xA1, type, (uint8_t)(address >> 24), (uint8_t)(address >> 16),
                        (uint8_t)(address >> 8), (uint8_t)address));
}

static inline unsigned track_info(struct rig *r, uint8_t number) {
  return from(r, CDB(0x52, 1, 0, 0, 0, number, 0, 0, 36), 36);
}

static inline int nwa(struct rig *r) {
  assert_int_equal(track_info(r, 0xFF), GOOD);
  assert_int_equal(r->data[7] & 1, 1);
  return (int)be32(r->data + 12);
}

/* One sector by READ CD into `out`. */
static inline unsigned read_sector(struct rig *r, int lba, uint8_t out[SECTOR]) {
  unsigned sense = from(r,
                        CDB(0xBE, 4, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16),
                            (uint8_t)(lba >> 8), (uint8_t)lba, 0, 0, 1, 0x10),
                        SECTOR);
  memcpy(out, r->data, SECTOR);
  return sense;
}

static inline void assert_payload(struct rig *r, int lba, unsigned salt) {
  uint8_t expected[SECTOR], got[SECTOR];
  fill_sector(expected, lba, salt);
  assert_int_equal(read_sector(r, lba, got), GOOD);
  assert_memory_equal(got, expected, SECTOR);
}

static inline void assert_silence(struct rig *r, int lba) {
  uint8_t expected[SECTOR] = {0}, got[SECTOR];
  assert_int_equal(read_sector(r, lba, got), GOOD);
  assert_memory_equal(got, expected, SECTOR);
}

/* A file of the rig's folder as text. */
static inline void read_text(const char *path, char *out, size_t room) {
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  size_t n = fread(out, 1, room - 1, file);
  out[n] = 0;
  fclose(file);
}

static inline long long file_size(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 ? (long long)st.st_size : -1;
}

#endif
