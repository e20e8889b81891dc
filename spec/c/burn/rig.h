/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A virtual drive with a disc in a folder of its own, and two recorders that look at it. */
#ifndef SPEC_BURN_RIG_H
#define SPEC_BURN_RIG_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "drive/recorder.h"
#include "virtual/virtual.h"

struct rig {
  char folder[32];
  struct redbook_virtual *drive;
  struct redbook_recorder *recorder, *other;
};

static inline struct redbook_recorder *view_of(struct redbook_virtual *drive) {
  struct redbook_node *node = redbook_virtual_node(drive);
  struct redbook_recorder *recorder = redbook_recorder_create_on(node, "virtual:", NULL, NULL);
  redbook_node_unref(node);
  return recorder;
}

static inline void rig_open(struct rig *rig) {
  char disc[256];
  (void)snprintf(rig->folder, sizeof rig->folder, "/tmp/redbook-work-XXXXXX");
  assert_non_null(mkdtemp(rig->folder));
  (void)snprintf(disc, sizeof disc, "%s/disc.cue", rig->folder);
  struct redbook_virtual_options options = {.disc = disc};
  rig->drive = redbook_virtual_create(&options, NULL);
  assert_non_null(rig->drive);
  rig->recorder = view_of(rig->drive);
  rig->other = view_of(rig->drive);
  assert_non_null(rig->recorder);
  assert_non_null(rig->other);
}

static inline void rig_close(struct rig *rig) {
  static const char *const names[] = {"disc.cue", "disc.bin"};
  char path[256];
  redbook_recorder_unref(rig->recorder);
  redbook_recorder_unref(rig->other);
  redbook_virtual_unref(rig->drive);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", rig->folder, names[i]);
    (void)unlink(path);
  }
  (void)rmdir(rig->folder);
}

static inline void check_drive(const struct rig *rig, bool held) {
  struct redbook_virtual_view view;
  redbook_virtual_look(rig->drive, &view);
  assert_int_equal(view.held, held);
  assert_int_equal(view.prevented, held);
  assert_int_equal(view.foreign_commands, 0);
}

#endif
