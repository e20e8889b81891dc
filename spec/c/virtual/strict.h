/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong things that a client can do: what lies in the drive when they are done, and the proof
 * that neither the disc's files nor what the drive says of the disc change by them. */
#ifndef SPEC_VIRTUAL_STRICT_H
#define SPEC_VIRTUAL_STRICT_H

#include <fcntl.h>

#include "support.h"

/* What lies in the drive when the wrong thing is done. */
enum scene {
  BARE,      /* blank CD-R, page 05h as after power-on */
  TAO,       /* blank CD-R, page 05h for track at once */
  DATA,      /* the same with a data track selected */
  SAO,       /* blank CD-R, page 05h for session at once */
  SHEET,     /* and a cue sheet of 450 sectors accepted */
  TEXT,      /* the same, its lead-in to be written first */
  SESSION,   /* 200 of its 600 sectors written */
  TRACK,     /* 400 sectors of a track written */
  SHORT,     /* a track of 200 sectors, synchronised: incomplete */
  CUT,       /* the power failed in a track */
  PMA,       /* one track, session open */
  NEXT,      /* one session closed, another may follow */
  FINAL,     /* finalised CD-R */
  REWRITTEN, /* finalised CD-RW */
  LOCKED,    /* PMA, with the tray locked */
  EMPTY,     /* no disc */
  OPENED,    /* tray open */
};

enum { NONE, IN, OUT };

#define LEAD_IN 0x01, 0, 0, 0x01, 0, 0, 0, 0
static const uint8_t sheet[32] = {
    LEAD_IN, 0x01, 1,    0, 0, 0, 0, 0, 0, /* 8: pregap */
    0x01,    1,    1,    0, 0, 0, 2, 0,    /* 16: track 1 at LBA 0 */
    0x01,    0xAA, 0x01, 1, 0, 0, 8, 0,    /* 24: lead-out at LBA 450 */
};

static inline unsigned send_sheet(struct rig *r, const uint8_t *bytes, unsigned length) {
  return to(r, CDB(0x5D, 0, 0, 0, 0, 0, 0, (uint8_t)(length >> 8), (uint8_t)length), bytes,
            length);
}

static inline void remove_disc(struct rig *r, bool open_only) {
  struct redbook_error err = {0};
  redbook_transport_close(r->t);
  r->t = NULL;
  assert_true(
      open_only ? redbook_virtual_open_tray(r->drive, &err)
                : redbook_virtual_insert(r->drive, NULL, REDBOOK_MEDIUM_UNSPECIFIED, 0, &err));
  r->t = r->node->ops->open(r->node, REDBOOK_ACCESS_EXCLUSIVE, &err);
  assert_non_null(r->t);
}

static inline void set_scene(struct rig *r, enum scene scene) {
  uint8_t list[60], text[32];
  rig_make(r, scene == REWRITTEN ? "?medium=cd-rw" : "");
  if (scene == BARE) return;
  bool session = scene >= SAO && scene <= SESSION;
  assert_int_equal(select05(r, session ? 0x42 : 0x41, scene == NEXT ? 0xC0 : 0), GOOD);
  if (scene == DATA) {
    page05_list(list, 0x41, 0x04);
    list[12] = 8;
    assert_int_equal(to(r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 60), list, 60), GOOD);
  }
  memcpy(text, sheet, 32);
  if (scene == TEXT) text[3] = 0x41;
  if (scene >= SHEET && scene <= SESSION) assert_int_equal(send_sheet(r, text, 32), GOOD);
  if (scene == SESSION) assert_int_equal(write_run(r, -150, 200, 0), GOOD);
  if (scene <= SESSION) return;
  unsigned sectors = scene == TRACK || scene == CUT ? 400 : scene == SHORT ? 200 : 300;
  assert_int_equal(write_run(r, 0, sectors, 0), GOOD);
  if (scene == CUT) {
    rig_close(r);
    rig_open(r, "");
    assert_int_equal(select05(r, 0x41, 0), GOOD);
  }
  if (scene == TRACK || scene == CUT) return;
  assert_int_equal(sync_cache(r), GOOD);
  if (scene >= NEXT && scene <= REWRITTEN) assert_int_equal(close_session(r), GOOD);
  if (scene == LOCKED) assert_int_equal(no_data(r, CDB(0x1E, 0, 0, 0, 1)), GOOD);
  if (scene == EMPTY || scene == OPENED) remove_disc(r, scene == OPENED);
}

/* The bytes of a file; length -1 when there is none. */
struct bytes {
  long length;
  uint8_t *data;
};

static inline void slurp(struct rig *r, const char *name, struct bytes *out) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", r->folder, name);
  out->length = (long)file_size(path);
  out->data = NULL;
  if (out->length <= 0) return;
  out->data = malloc((size_t)out->length);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  assert_int_equal(read(fd, out->data, (size_t)out->length), out->length);
  close(fd);
}

#define FILES 6
#define REPLIES 10
struct picture {
  struct bytes file[FILES];
  unsigned sense[REPLIES];
  uint8_t reply[REPLIES][256];
};

static inline void take(struct rig *r, struct picture *p) {
  static const char *const names[FILES] = {"disc.cue", "disc.bin",     "disc.pre",
                                           "disc.cdt", "disc.cue.new", "disc.cut"};
  static const uint8_t cdbs[REPLIES][16] = {
      {0x51, 0, 0, 0, 0, 0, 0, 0, 250},    {0x52, 1, 0, 0, 0, 0xFF, 0, 0, 250},
      {0x52, 1, 0, 0, 0, 1, 0, 0, 250},    {0x52, 1, 0, 0, 0, 2, 0, 0, 250},
      {0x43, 0, 0, 0, 0, 0, 0, 0, 250},    {0x43, 0, 2, 0, 0, 0, 0, 0, 250},
      {0x43, 0, 3, 0, 0, 0, 0, 0, 250},    {0x43, 0, 5, 0, 0, 0, 0, 0, 250},
      {0x5A, 0, 0x3F, 0, 0, 0, 0, 0, 250}, {0x46, 0, 0, 0, 0, 0, 0, 0, 250},
  };
  for (unsigned i = 0; i < FILES; i++)
    slurp(r, names[i], &p->file[i]);
  for (unsigned i = 0; i < REPLIES; i++) {
    p->sense[i] = from(r, cdbs[i], 250);
    memcpy(p->reply[i], r->data, 256);
  }
}

static inline void same(struct picture *a, struct picture *b) {
  for (unsigned i = 0; i < FILES; i++) {
    assert_int_equal(a->file[i].length, b->file[i].length);
    if (a->file[i].data)
      assert_memory_equal(a->file[i].data, b->file[i].data, (size_t)a->file[i].length);
    free(a->file[i].data);
    free(b->file[i].data);
  }
  assert_memory_equal(a->sense, b->sense, sizeof a->sense);
  assert_memory_equal(a->reply, b->reply, sizeof a->reply);
}

static inline void wrong(enum scene scene, const char *what, const uint8_t cdb[16],
                         int direction, const uint8_t *data, uint32_t length, unsigned sense) {
  static struct picture before, after;
  struct rig r;
  set_scene(&r, scene);
  if (scene == EMPTY || scene == OPENED) from(&r, CDB(0x00), 0); /* whatever waits */
  take(&r, &before);
  unsigned got = direction == OUT  ? to(&r, cdb, data, length)
                 : direction == IN ? from(&r, cdb, length)
                                   : no_data(&r, cdb);
  if (got != sense) fail_msg("%s: %06X instead of %06X", what, got, sense);
  assert_int_equal(r.c.residual, direction == NONE ? 0 : length);
  take(&r, &after);
  same(&before, &after);
  rig_remove(&r);
}

#endif
