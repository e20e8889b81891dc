/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorders: opening and closing a drive, command by command. */
#include <time.h>

#include "drive/recorder_support.h"

/* A node whose transport follows a script. */
struct scripted_node {
  struct redbook_node base;
  struct scripted transport;
  const struct step *steps;
  unsigned opened;
  unsigned busy; /* opens that are refused first */
  enum redbook_access access;
};

static struct redbook_transport *open_scripted(struct redbook_node *node,
                                               enum redbook_access access,
                                               struct redbook_error *err) {
  struct scripted_node *n = (struct scripted_node *)node;
  if (n->busy > 0) {
    n->busy--;
    redbook_fail_errno(err, EBUSY, "scripted");
    return NULL;
  }
  if (n->opened++ == 0) scripted_begin(&n->transport, n->steps);
  n->access = access;
  return &n->transport.base;
}

static void keep_node(struct redbook_node *node) {
  (void)node;
}

static void scripted_recorder(const struct step *steps, uint32_t acquired, uint32_t released) {
  static const struct redbook_node_ops ops = {open_scripted, keep_node};
  struct scripted_node node = {.steps = steps};
  char key[64];
  snprintf(key, sizeof key, "scripted-%ld", (long)getpid());
  redbook_node_init(&node.base, &ops, key);
  struct redbook_recorder *r = redbook_recorder_create_on(&node.base, "scripted", NULL, NULL);
  assert_int_equal(acquire(r, "me"), acquired);
  assert_int_equal(node.access, REDBOOK_ACCESS_EXCLUSIVE);
  assert_int_equal(redbook_recorder_lock_count(r), acquired == 0);
  if (acquired == 0) assert_int_equal(release(r), released);
  assert_string_equal(owner(r), "");
  assert_int_equal(look(r), 0);
  assert_int_equal(node.access, REDBOOK_ACCESS_LOOK);
  scripted_finish(&node.transport);
  redbook_recorder_unref(r);
}

#define PREVENT "1e 00 00 00 01 00"
#define ALLOW "1e 00 00 00 00 00"

/* udev looks at a drive that was just closed: seconds are waited, in either access. */
static uint32_t busy_recorder_acquired(unsigned busy, bool force, enum redbook_access access) {
  static const struct redbook_node_ops ops = {open_scripted, keep_node};
  static const struct step steps[] = {{.cdb = PREVENT}, {.cdb = ALLOW}, {.cdb = NULL}};
  struct scripted_node node = {.steps = steps, .busy = busy};
  char key[64];
  struct redbook_error err;
  snprintf(key, sizeof key, "scripted-busy-%ld", (long)getpid());
  redbook_node_init(&node.base, &ops, key);
  struct redbook_recorder *r = redbook_recorder_create_on(&node.base, "scripted", NULL, NULL);
  redbook_error_clear(&err);
  bool ok = redbook_recorder_acquire(r, force, "me", &err);
  if (ok) assert_int_equal(node.access, access);
  assert_int_equal(redbook_recorder_lock_count(r), ok);
  redbook_recorder_unref(r);
  return ok ? REDBOOK_S_OK : err.code;
}

static void busy_for_a_moment(void **state) {
  (void)state;
  assert_int_equal(busy_recorder_acquired(3, false, REDBOOK_ACCESS_EXCLUSIVE), 0);
  assert_int_equal(busy_recorder_acquired(2, true, REDBOOK_ACCESS_FORCED), 0);
}

static void busy_for_ever(void **state) {
  (void)state;
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  assert_int_equal(busy_recorder_acquired(1000, false, REDBOOK_ACCESS_EXCLUSIVE), 0xC0AA0210);
  clock_gettime(CLOCK_MONOTONIC, &now);
  assert_in_range(now.tv_sec - start.tv_sec, 5, 300);
}

static void prevent_and_allow(void **state) {
  (void)state;
  const struct step good[] = {{.cdb = PREVENT}, {.cdb = ALLOW}, {.cdb = NULL}};
  const struct step unknown[] = {{.cdb = PREVENT, .sense = SENSE(5, 0x20, 0)},
                                 {.cdb = ALLOW, .sense = SENSE(5, 0x20, 0)},
                                 {.cdb = NULL}};
  const struct step gone[] = {{.cdb = PREVENT, .host = 1}, {.cdb = NULL}};
  const struct step goes[] = {{.cdb = PREVENT}, {.cdb = ALLOW, .host = 3}, {.cdb = NULL}};
  scripted_recorder(good, 0, 0);
  scripted_recorder(unknown, 0, 0);
  scripted_recorder(gone, 0x80070037, 0);
  scripted_recorder(goes, 0, 0xC0AA020D);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(busy_for_a_moment),
      cmocka_unit_test(busy_for_ever),
      cmocka_unit_test(prevent_and_allow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
