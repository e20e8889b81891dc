/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recorder whose drive follows a script, for its whole life: every transport that it opens is
 * the same one. */
#ifndef SPEC_DRIVE_RECORDER_SCRIPT_H
#define SPEC_DRIVE_RECORDER_SCRIPT_H

#include <unistd.h>

#include "drive/recorder.h"
#include "drive/scripted.h"

static struct scripted script;
static struct redbook_node script_node;

static inline struct redbook_transport *script_open(struct redbook_node *node,
                                                    enum redbook_access access,
                                                    struct redbook_error *err) {
  (void)node;
  (void)access;
  (void)err;
  return &script.base;
}

static inline void script_keep(struct redbook_node *node) {
  (void)node;
}

static inline struct redbook_recorder *script_recorder(const struct step *steps) {
  static const struct redbook_node_ops ops = {script_open, script_keep};
  char key[64];
  snprintf(key, sizeof key, "script-%ld", (long)getpid());
  redbook_node_init(&script_node, &ops, key);
  scripted_begin(&script, steps);
  struct redbook_recorder *recorder =
      redbook_recorder_create_on(&script_node, "scripted", NULL, NULL);
  assert_non_null(recorder);
  return recorder;
}

static inline void script_end(struct redbook_recorder *recorder) {
  redbook_recorder_unref(recorder);
  scripted_finish(&script);
}

#define PREVENT "1e 00 00 00 01 00"
#define ALLOW "1e 00 00 00 00 00"

#endif
