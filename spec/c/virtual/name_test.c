/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of virtual recorders and the options behind them. */
#include "support.h"

static char folder[64];

static int make(void **state) {
  (void)state;
  strcpy(folder, "/tmp/redbook-virtual-XXXXXX");
  return mkdtemp(folder) ? 0 : 1;
}

static int drop(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static struct redbook_virtual_view view_of(const char *format) {
  struct redbook_error err = {0};
  struct redbook_virtual_view view;
  char name[512];
  snprintf(name, sizeof name, format, folder);
  struct redbook_virtual *drive = redbook_virtual_parse(name, &err);
  if (!drive) fail_msg("%s", err.message);
  redbook_virtual_look(drive, &view);
  redbook_virtual_unref(drive);
  return view;
}

static void good_names(void **state) {
  (void)state;
  char path[256];
  struct redbook_virtual_view v = view_of("virtual:%s/a.cue");
  snprintf(path, sizeof path, "%s/a.cue", folder);
  assert_true(v.has_disc);
  assert_false(v.tray_open);
  assert_int_equal(v.medium, REDBOOK_MEDIUM_CD_R);
  assert_int_equal(v.disc_status, 0);
  assert_int_equal(v.session_status, 0);
  assert_string_equal(v.path, path);
  v = view_of(
      "virtual:%s/a.cue?medium=cd-rw&minutes=74&ready=2.5&tray=open&personality=strict");
  assert_true(v.tray_open);
  assert_int_equal(v.medium, REDBOOK_MEDIUM_CD_RW);
  v = view_of("virtual:%s/what%%3f 100%%25.cue?tray=closed");
  snprintf(path, sizeof path, "%s/what? 100%%.cue", folder);
  assert_string_equal(v.path, path);
  v = view_of("virtual:");
  assert_false(v.has_disc);
  assert_int_equal(v.medium, REDBOOK_MEDIUM_NONE);
  assert_int_equal(v.disc_status, -1);
  assert_string_equal(v.path, "");
  v = view_of("virtual:?tray=open&medium=none");
  assert_true(v.tray_open);
}

static void bad_names(void **state) {
  (void)state;
  static const struct {
    const char *name, *message;
    uint32_t code;
  } rows[] = {
      {"/dev/sr0", "begins with virtual:", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.iso", "must end in .cue", REDBOOK_E_INVALIDARG},
      {"virtual:%s/.cue", "must end in .cue", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a\"b.cue", "quotes or control characters", REDBOOK_E_INVALIDARG},
      {"virtual:%s/no/such/a.cue", "the folder of the disc", REDBOOK_E_FILE_NOT_FOUND},
      {"virtual:%s/a.cue?colour=red",
       "unknown parameter \"colour\"; known: medium, minutes, ready, "
       "tray, personality, clock",
       REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?", "unknown parameter \"\"", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?ready=1&ready=1", "ready is given twice", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?ready", "ready needs =VALUE", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?ready=x", "ready=x: expected seconds", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?ready=.", "ready=.: expected seconds", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?ready=99999", "expected seconds, 0 to 86400", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?minutes=81", "expected 74, 80, 90 or 99", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?medium=dvd", "expected cd-r, cd-rw", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?medium=none", "cannot be of medium none", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?medium=pressed", "a pressed disc cannot be made",
       REDBOOK_E_FILE_NOT_FOUND},
      {"virtual:%s/a.cue?tray=ajar", "expected open or closed", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?personality=nice",
       "unknown personality \"nice\"; known: strict, pioneer, lg, nwa-150, mitsumi, slow, "
       "tinybuf, "
       "deferred, early-ready, bdesc, short-2a, short-2a-12, no-getconfig, no-atip, brisk",
       REDBOOK_E_INVALIDARG},
      {"virtual:%s/a.cue?clock=wall", "clock=wall: expected simulated or real",
       REDBOOK_E_INVALIDARG},
      {"virtual:%s/a%%2.cue", "two hex digits", REDBOOK_E_INVALIDARG},
      {"virtual:%s/a%%00.cue", "two hex digits", REDBOOK_E_INVALIDARG},
      {"virtual:?medium=cd-r", "an empty drive has no medium", REDBOOK_E_INVALIDARG},
      {"virtual:?minutes=80", "an empty drive has no medium", REDBOOK_E_INVALIDARG},
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_error err = {0};
    char name[512];
    const char *mark = strstr(rows[i].name, "%s");
    snprintf(name, sizeof name, mark ? rows[i].name : "%s", mark ? folder : rows[i].name);
    assert_null(redbook_virtual_parse(name, &err));
    if (err.code != rows[i].code || !strstr(err.message, rows[i].message))
      fail_msg("%s: %s", name, err.message);
  }
}

/* Parameters that contradict a disc which exists. */
static void contradictions(void **state) {
  (void)state;
  struct rig r;
  struct redbook_error err = {0};
  char name[256];
  rig_make(&r, "?medium=cd-rw&minutes=74");
  burn_track(&r, 0x41, 0, 0, 300);
  rig_close(&r);
  static const char *const bad[] = {"medium=cd-r", "medium=pressed", "minutes=80"};
  for (unsigned i = 0; i < 3; i++) {
    snprintf(name, sizeof name, "virtual:%s?%s", r.cue, bad[i]);
    assert_null(redbook_virtual_parse(name, &err));
    assert_int_equal(err.code, REDBOOK_E_INVALIDARG);
  }
  assert_non_null(strstr(err.message, "is a disc of 74 minutes, not 80"));
  rig_open(&r, "?medium=cd-rw&minutes=74");
  assert_int_equal(nwa(&r), 452);
  rig_remove(&r);
}

/* The key names the disc, however its path is written; FNV-1a of the real path. */
static void keys(void **state) {
  (void)state;
  struct redbook_error err = {0};
  char name[3][256], expected[64], real[512];
  snprintf(name[0], 256, "virtual:%s/a.cue", folder);
  snprintf(name[1], 256, "virtual:%s/../%s/./a.cue", folder, strrchr(folder, '/') + 1);
  snprintf(name[2], 256, "virtual:%s/b.cue", folder);
  snprintf(real, sizeof real, "%s/a.cue", folder);
  unsigned long long hash = 14695981039346656037u;
  for (const char *p = real; *p; p++)
    hash = (hash ^ (unsigned char)*p) * 1099511628211u;
  snprintf(expected, sizeof expected, "virtual-%016llx", hash);
  struct redbook_node *nodes[3];
  for (unsigned i = 0; i < 3; i++) {
    struct redbook_virtual *drive = redbook_virtual_parse(name[i], &err);
    assert_non_null(drive);
    nodes[i] = redbook_virtual_node(drive);
    redbook_virtual_unref(drive); /* the node holds it */
  }
  assert_string_equal(nodes[0]->key, expected);
  assert_string_equal(nodes[1]->key, expected);
  assert_string_not_equal(nodes[2]->key, expected);
  for (unsigned i = 0; i < 3; i++)
    redbook_node_unref(nodes[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_names),
      cmocka_unit_test(bad_names),
      cmocka_unit_test(contradictions),
      cmocka_unit_test(keys),
  };
  return cmocka_run_group_tests(tests, make, drop);
}
