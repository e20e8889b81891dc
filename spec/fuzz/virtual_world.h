/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A virtual recorder under a fuzzer: commands to it, and what has to be true after each. */
#ifndef SPEC_FUZZ_VIRTUAL_WORLD_H
#define SPEC_FUZZ_VIRTUAL_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "virtual/virtual.h"

#define SECTOR REDBOOK_SECTOR_BYTES
enum { MAX_SECTORS = 6000, MAX_TRACKS = 99 };

struct world {
  const uint8_t *at, *end; /* of the input */
  struct redbook_virtual *drive;
  struct redbook_node *node;
  struct redbook_transport *t;
  unsigned minutes, stored; /* sectors written into files so far */
  int lead_out;             /* of the last cue sheet that was sent */
  bool cd_rw;
  char name[256];
  uint8_t reply[256]; /* of ask() */
  bool blanked;       /* tracks may have gone */
  unsigned tracks;    /* complete ones */
  struct redbook_virtual_track track[MAX_TRACKS];
  int nwa[2];      /* least that may be, by TAO and by SAO */
  int tested;      /* the same within a test write */
  uint8_t page[4]; /* page 05h: code, length, test bit and type, multi-session and control */
};

static char folder[64];

static inline void remove_folder(void) {
  static const char *const names[] = {"cue", "bin", "pre", "cdt", "cue.new"};
  char path[96];
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/disc.%s", folder, names[i]);
    unlink(path);
  }
}

static inline void leave(void) {
  remove_folder();
  rmdir(folder);
}

#define require(condition) ((condition) ? (void)0 : broken(#condition, __LINE__))

_Noreturn static inline void broken(const char *what, int line) {
  fprintf(stderr, "line %d: not true: %s\n", line, what);
  leave();
  abort();
}

static inline void make_folder(void) {
  if (folder[0]) return;
  const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(folder, sizeof folder, "%s/redbook-fuzz-XXXXXX", place);
  require(mkdtemp(folder) != NULL);
  atexit(leave);
}

static inline uint8_t byte(struct world *w) {
  return w->at < w->end ? *w->at++ : 0;
}

static inline unsigned two(struct world *w) {
  unsigned high = byte(w);
  return high << 8 | byte(w);
}

/* --- The drive ------------------------------------------------------------------------------
 */

static inline void open_drive(struct world *w) {
  struct redbook_error err = {0};
  w->drive = redbook_virtual_parse(w->name, &err);
  if (w->drive == NULL) fprintf(stderr, "%s\n", err.message);
  require(w->drive != NULL);
  w->node = redbook_virtual_node(w->drive);
  w->t = w->node->ops->open(w->node, REDBOOK_ACCESS_EXCLUSIVE, &err);
  if (w->t == NULL) fprintf(stderr, "%s\n", err.message);
  require(w->t != NULL);
  w->tested = INT32_MIN;
}

static inline void close_drive(struct world *w) {
  redbook_transport_close(w->t);
  redbook_node_unref(w->node);
  redbook_virtual_unref(w->drive);
}

static inline void check_outcome(const struct redbook_command *c) {
  require(c->residual <= c->data_length && c->os_error == 0);
  if (c->host_status != 0) {
    require(c->host_status == REDBOOK_HOST_TIMEOUT && c->sense_length == 0);
  } else if (c->status != 0) {
    require(c->status == REDBOOK_STATUS_CHECK && c->driver_status == 8);
    require(c->sense_length == 18 && c->sense[7] == 10 && c->residual == c->data_length);
    require((c->sense[0] & 0x7E) == 0x70 && (c->sense[2] & 0xF0) == 0);
    require(c->sense[2] != 0 || c->sense[12] != 0);
  } else if (c->direction == REDBOOK_FROM_DEVICE) {
    for (uint32_t i = c->data_length - c->residual; i < c->data_length; i++)
      require(c->data_in[i] == 0xEE);
  }
}

/* True when it was done, as far as the host can know. */
static inline bool send(struct world *w, struct redbook_command *c) {
  static const uint8_t lengths[] = {6, 10, 10, 12, 16, 12, 10, 10};
  if (c->cdb_length == 0) c->cdb_length = lengths[c->cdb[0] >> 5];
  c->timeout_ms = 1200000;
  redbook_transport_execute(w->t, c);
  check_outcome(c);
  bool done = c->status == 0;
  if (done && c->cdb[0] == 0xA1) {
    w->blanked = true;
    w->nwa[0] = w->nwa[1] = INT32_MIN;
  }
  if (done && c->cdb[0] == 0x5D) w->nwa[1] = INT32_MIN;
  if (c->cdb[0] != 0x2A && c->cdb[0] != 0x52) w->tested = INT32_MIN;
  return done;
}

#define CDB(...) ((const uint8_t[16]){__VA_ARGS__})

static inline bool no_data(struct world *w, const uint8_t cdb[16]) {
  struct redbook_command c = {.direction = REDBOOK_NO_DATA};
  memcpy(c.cdb, cdb, 16);
  return send(w, &c);
}

static inline bool to(struct world *w, const uint8_t cdb[16], const uint8_t *data,
                      uint32_t length) {
  struct redbook_command c = {
      .direction = REDBOOK_TO_DEVICE, .data_out = data, .data_length = length};
  memcpy(c.cdb, cdb, 16);
  return send(w, &c);
}

/* The buffer is exactly as long as it says, so that one byte too many is seen. */
static inline bool from(struct world *w, const uint8_t cdb[16], uint32_t length) {
  struct redbook_command c = {.direction = REDBOOK_FROM_DEVICE, .data_length = length};
  memcpy(c.cdb, cdb, 16);
  c.data_in = malloc(length ? length : 1);
  require(c.data_in != NULL);
  memset(c.data_in, 0xEE, length);
  bool done = send(w, &c) && c.host_status == 0;
  memset(w->reply, 0, sizeof w->reply);
  memcpy(w->reply, c.data_in, length < sizeof w->reply ? length : sizeof w->reply);
  free(c.data_in);
  return done;
}

static inline bool track_info(struct world *w, uint8_t number) {
  return from(w, CDB(0x52, 1, 0, 0, 0, number, 0, 0, 36), 36);
}

static inline void read_page05(struct world *w) {
  if (from(w, CDB(0x5A, 8, 5, 0, 0, 0, 0, 0, 128), 128))
    memcpy(w->page, w->reply + 8 + w->reply[7], sizeof w->page);
}

/* --- What has to be true --------------------------------------------------------------------
 */

static inline void check_tracks(struct world *w) {
  struct redbook_virtual_view view;
  struct redbook_virtual_track track;
  int64_t end = 0;
  unsigned session = 1, complete = 0;
  redbook_virtual_look(w->drive, &view);
  require(view.has_disc && view.tracks <= MAX_TRACKS && view.sessions <= view.tracks);
  for (unsigned i = 0; i < view.tracks; i++) {
    require(redbook_virtual_track_at(w->drive, i, &track));
    require(track.number == i + 1 && track.start >= end);
    require(track.sectors > 0 || !track.complete);
    require(track.session == session || track.session == session + 1);
    require(track.complete || i + 1 == view.tracks);
    session = track.session;
    end = track.start + (int64_t)track.sectors;
    if (!w->blanked && i < w->tracks) require(memcmp(&track, &w->track[i], sizeof track) == 0);
    if (!track.complete) continue;
    memcpy(&w->track[i], &track, sizeof track);
    complete = i + 1;
  }
  require(end <= (int64_t)w->minutes * 4500 - 151);
  require(w->blanked || complete >= w->tracks);
  w->tracks = complete;
  w->blanked = false;
}

/* By what the host is told. Asked only when the drive answers at once. */
static inline void check_nwa(struct world *w) {
  read_page05(w);
  if (!track_info(w, 0xFF) || !(w->reply[7] & 1)) return;
  int nwa = (int)redbook_get32(w->reply + 12);
  int *least = w->page[2] & 0x10 ? &w->tested : &w->nwa[(w->page[2] & 0x0F) == 2];
  if (nwa < *least) fprintf(stderr, "NWA %d after %d\n", nwa, *least);
  require(nwa >= *least);
  uint32_t left = redbook_get32(w->reply + 16);
  require(left == 0 || nwa + (int64_t)left <= (int64_t)w->minutes * 4500 - 151);
  *least = nwa;
}

static inline void fill(uint8_t *data, int lba, uint32_t sectors) {
  for (uint32_t i = 0; i < sectors; i++)
    for (uint32_t at = 0; at < SECTOR; at += 4)
      redbook_put32(data + (size_t)i * SECTOR + at, 0xA5000000u ^ (uint32_t)(lba + (int)i));
}

/* First and last sector of every complete track: what was sent there, or padding. */
static inline void check_content(struct world *w) {
  uint8_t sent[SECTOR], silence[SECTOR] = {0}, *got = malloc(SECTOR);
  require(got != NULL);
  for (unsigned i = 0; i < 2 * w->tracks; i++) {
    const struct redbook_virtual_track *track = &w->track[i / 2];
    int lba = track->start + (i % 2 ? (int)track->sectors - 1 : 0);
    struct redbook_command c = {.cdb = {0xBE, 4, 0, 0, 0, 0, 0, 0, 1, 0x10},
                                .direction = REDBOOK_FROM_DEVICE,
                                .data_in = got,
                                .data_length = SECTOR};
    redbook_put32(c.cdb + 2, (uint32_t)lba);
    memset(got, 0xEE, SECTOR);
    fill(sent, lba, 1);
    if (!send(w, &c)) continue; /* another track is open, or cut off */
    require(c.residual == 0);
    require(memcmp(got, sent, SECTOR) == 0 || memcmp(got, silence, SECTOR) == 0);
  }
  free(got);
}

/* By the table of contents, when there is one. */
static inline void check_lead_out(struct world *w) {
  if (!from(w, CDB(0x43, 0, 0, 0, 0, 0, 0xAA, 0, 12), 12)) return;
  int64_t lead_out = redbook_get32(w->reply + 8), end = 0;
  if (w->tracks) end = w->track[w->tracks - 1].start + (int64_t)w->track[w->tracks - 1].sectors;
  bool real = !(w->page[2] & 0x10);
  struct redbook_virtual_view view;
  redbook_virtual_look(w->drive, &view);
  require(lead_out <= (int64_t)w->minutes * 4500 - 151);
  if (real && view.session_status != 1) require(lead_out == end || lead_out == end + 2);
}

static inline void reopen(struct world *w) {
  check_tracks(w);
  check_lead_out(w);
  struct redbook_virtual_view before, after;
  redbook_virtual_look(w->drive, &before);
  close_drive(w);
  open_drive(w);
  redbook_virtual_look(w->drive, &after);
  require(after.sessions == before.sessions && after.tracks == before.tracks);
  require(after.disc_status == before.disc_status && after.medium == before.medium);
  check_tracks(w);
}

#endif
