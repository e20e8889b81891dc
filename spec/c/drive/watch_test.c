/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives that come and go, on a made-up /sys and /dev, with uevents from a socket pair. */
#include "drive/watch.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#define NOBODY 65534u

static char root[64], sys[80], dev[80];
static int pair[2]; /* we write to the first */
static struct redbook_watch *watch;
static struct redbook_error err;

static const char *at(const char *format, unsigned number) {
  static char full[4][200];
  static unsigned turn;
  char name[100];
  char *out = full[turn++ % 4];
  snprintf(name, sizeof name, format, number); /* NOLINT: the formats are below */
  snprintf(out, sizeof full[0], "%s/%s", root, name);
  return out;
}

static void plug(unsigned number) {
  assert_int_equal(mkdir(at("sys/class/block/sr%u", number), 0700), 0);
  int fd = open(at("dev/sr%u", number), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  assert_true(fd >= 0);
  close(fd);
}

static void unplug(unsigned number) {
  assert_int_equal(rmdir(at("sys/class/block/sr%u", number)), 0);
  assert_int_equal(unlink(at("dev/sr%u", number)), 0);
}

static void link_drive(const char *path, unsigned number) {
  char target[32];
  snprintf(target, sizeof target, "../../sr%u", number);
  assert_int_equal(symlink(target, at(path, 0)), 0);
}

static void say(const char *action, unsigned number) {
  char message[256];
  int n = snprintf(message, sizeof message,
                   "%s@/devices/x/block/sr%u%cACTION=%s%cSUBSYSTEM=block%cDEVNAME=sr%u", action,
                   number, 0, action, 0, 0, number);
  assert_int_equal(write(pair[0], message, (size_t)n + 1), n + 1);
}

static void open_watch(double settle) {
  const struct redbook_watch_options options = {
      .sys = sys, .dev = dev, .settle = settle, .uevents = pair[1]};
  watch = redbook_watch_open(&options, &err);
  if (!watch) fail_msg("%s", err.message);
}

static int begin(void **state) {
  (void)state;
  static const char *const folders[] = {"sys",      "sys/class",      "sys/class/block", "dev",
                                        "dev/disk", "dev/disk/by-id", "dev/disk/by-path"};
  snprintf(root, sizeof root, "/tmp/redbook-watch-XXXXXX");
  if (!mkdtemp(root)) return -1;
  snprintf(sys, sizeof sys, "%s/sys", root);
  snprintf(dev, sizeof dev, "%s/dev", root);
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (mkdir(at(folders[i], 0), 0700) != 0) return -1;
  redbook_error_clear(&err);
  watch = NULL;
  return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *info) {
  (void)st;
  (void)kind;
  (void)info;
  return remove(path);
}

static int end(void **state) {
  (void)state;
  redbook_watch_close(watch);
  close(pair[0]);
  close(pair[1]);
  return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static bool readable(int milliseconds) {
  struct pollfd fd = {redbook_watch_fd(watch), POLLIN, 0};
  return poll(&fd, 1, milliseconds) == 1;
}

static bool next(struct redbook_watch_event *event) {
  bool found = false;
  if (!redbook_watch_next(watch, event, &found, &err)) fail_msg("%s", err.message);
  return found;
}

/* The event that comes when the descriptor alone says when to ask. */
static void expect(bool added, const char *id, const char *node) {
  struct redbook_watch_event event;
  do {
    if (!readable(60000)) fail_msg("nothing came: %s", id);
  } while (!next(&event));
  assert_int_equal(event.added, added);
  assert_string_equal(event.drive.id, id);
  assert_string_equal(event.drive.node, node);
}

static void expect_nothing(void) {
  struct redbook_watch_event event;
  while (readable(150))
    if (next(&event)) fail_msg("%s of %s", event.added ? "add" : "remove", event.drive.id);
}

static void drives_that_are_there_have_no_event(void **state) {
  (void)state;
  plug(0);
  link_drive("dev/disk/by-id/ata-OLD", 0);
  open_watch(2);
  expect_nothing();
  say("add", 0); /* as `udevadm trigger` does */
  expect_nothing();
  unplug(0);
  say("remove", 0);
  expect(false, at("dev/disk/by-id/ata-OLD", 0), at("dev/sr0", 0));
  expect_nothing();
}

static void the_link_comes_later(void **state) {
  (void)state;
  open_watch(10);
  plug(1);
  say("add", 1);
  struct redbook_watch_event event;
  assert_true(readable(0));
  assert_false(next(&event));
  link_drive("dev/disk/by-path/pci-1", 1);
  link_drive("dev/disk/by-id/usb-NEW", 1);
  expect(true, at("dev/disk/by-id/usb-NEW", 0), at("dev/sr1", 0));
  expect_nothing();
  unplug(1); /* udev takes the link away before anybody asks */
  unlink(at("dev/disk/by-id/usb-NEW", 0));
  say("remove", 1);
  expect(false, at("dev/disk/by-id/usb-NEW", 0), at("dev/sr1", 0));
}

/* by-path made, by-id not yet: the better link wins when it comes between two looks. */
static void the_better_link_counts(void **state) {
  (void)state;
  open_watch(10);
  plug(0);
  link_drive("dev/disk/by-path/pci-1", 0);
  say("add", 0);
  struct redbook_watch_event event;
  assert_false(next(&event));
  link_drive("dev/disk/by-id/usb-NEW", 0);
  expect(true, at("dev/disk/by-id/usb-NEW", 0), at("dev/sr0", 0));
}

static void without_udev_the_node_has_to_do(void **state) {
  (void)state;
  open_watch(0.2);
  plug(0);
  say("add", 0);
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  expect(true, at("dev/sr0", 0), at("dev/sr0", 0));
  clock_gettime(CLOCK_MONOTONIC, &after);
  double waited =
      (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) * 1e-9;
  assert_true(waited > 0.15);
}

static void gone_before_it_was_told(void **state) {
  (void)state;
  open_watch(10);
  plug(0);
  say("add", 0);
  struct redbook_watch_event event;
  assert_false(next(&event));
  unplug(0);
  say("remove", 0);
  expect_nothing();
  say("remove", 7); /* never seen */
  expect_nothing();
  plug(0);
  say("add", 0);
  assert_false(next(&event));
  unplug(0); /* its message is still to come */
  expect_nothing();
}

/* Several messages wait: each gives its event, and the descriptor stays readable for the next.
 */
static void in_their_order(void **state) {
  (void)state;
  plug(0);
  plug(1);
  link_drive("dev/disk/by-id/ata-A", 0);
  open_watch(0);
  say("remove", 0);
  say("change", 1);
  say("remove", 1);
  say("add", 0);
  expect(false, at("dev/disk/by-id/ata-A", 0), at("dev/sr0", 0));
  expect(false, at("dev/sr1", 0), at("dev/sr1", 0));
  expect(true, at("dev/disk/by-id/ata-A", 0), at("dev/sr0", 0));
  expect_nothing();
}

/* A message that did not fit: what was missed comes out by comparing. */
static void lost_messages(void **state) {
  (void)state;
  static char big[9000];
  for (unsigned i = 0; i < 3; i++)
    plug(i);
  link_drive("dev/disk/by-id/ata-A", 0);
  open_watch(0);
  unplug(1);
  plug(5);
  unlink(at("dev/disk/by-id/ata-A", 0));
  link_drive("dev/disk/by-id/ata-B", 0); /* another drive in the same place */
  link_drive("dev/disk/by-id/ata-C", 2); /* a link that came late */
  assert_int_equal(write(pair[0], big, sizeof big), sizeof big);
  expect(false, at("dev/disk/by-id/ata-A", 0), at("dev/sr0", 0));
  expect(false, at("dev/sr1", 0), at("dev/sr1", 0));
  expect(true, at("dev/disk/by-id/ata-B", 0), at("dev/sr0", 0));
  expect(true, at("dev/sr5", 0), at("dev/sr5", 0));
  expect_nothing();
}

static void rubbish_changes_nothing(void **state) {
  (void)state;
  plug(0);
  open_watch(0);
  assert_int_equal(write(pair[0], "remove@/x\0ACTION=remove", 23), 23);
  assert_int_equal(write(pair[0], "", 0), 0);
  assert_int_equal(write(pair[0], "libudev", 8), 8);
  expect_nothing();
}

/* A message of another user's is not believed. Only root can be another user. */
static void another_users_message(void **state) {
  (void)state;
  if (geteuid() != 0) skip();
  plug(0);
  open_watch(0);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    alarm(120);
    if (setresuid(NOBODY, NOBODY, NOBODY) != 0) _exit(2);
    say("remove", 0);
    _exit(0);
  }
  int status = -1;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
  expect_nothing();
  say("remove", 0);
  expect(false, at("dev/sr0", 0), at("dev/sr0", 0));
}

static void dead_in_a_forked_child(void **state) {
  (void)state;
  open_watch(0);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    struct redbook_watch_event event;
    bool found = true;
    alarm(120);
    bool fine = redbook_watch_fd(watch) == -1 &&
                !redbook_watch_next(watch, &event, &found, &err) && !found &&
                err.code == 0x80004005;
    redbook_watch_wake(watch);
    redbook_watch_close(watch);
    _exit(fine ? 0 : 1);
  }
  int status = -1;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
  plug(3);
  say("add", 3);
  expect(true, at("dev/sr3", 0), at("dev/sr3", 0));
}

static void woken(void **state) {
  (void)state;
  struct redbook_watch_event event;
  open_watch(0);
  assert_false(readable(0));
  redbook_watch_wake(watch);
  assert_true(readable(0));
  assert_false(next(&event));
  assert_false(readable(0));
}

static void the_other_end_has_gone(void **state) {
  (void)state;
  struct redbook_watch_event event;
  bool found = false;
  open_watch(0);
  say("add", 9);
  close(pair[0]);
  pair[0] = -1;
  while (redbook_watch_next(watch, &event, &found, &err) && readable(0)) {
  }
  assert_false(found);
}

static void what_cannot_bring_uevents(void **state) {
  (void)state;
  int stream[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
  struct redbook_watch_options options = {
      .sys = sys, .dev = dev, .settle = 0, .uevents = stream[0]};
  assert_null(redbook_watch_open(&options, &err));
  assert_int_equal(err.code, 0x80070057);
  options.uevents = open("/dev/null", O_RDONLY | O_CLOEXEC);
  assert_null(redbook_watch_open(&options, &err));
  assert_int_equal(err.code, 0x80004005);
  close(options.uevents);
  assert_null(redbook_watch_open(&options, &err));
  assert_int_equal(err.code, 0x80070006);
  close(stream[0]);
  close(stream[1]);
}

/* The kernel's own socket: opens without any right, or says what is wrong. */
static void the_kernels_socket(void **state) {
  (void)state;
  const struct redbook_watch_options options = {
      .sys = sys, .dev = dev, .settle = 0, .uevents = -1};
  watch = redbook_watch_open(&options, &err);
  if (!watch) {
    assert_memory_equal(err.message, "cannot listen to the kernel's messages about devices",
                        52);
    assert_memory_equal(err.advice, "A container may lack them", 25);
    skip();
  }
  expect_nothing();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(drives_that_are_there_have_no_event),
      TEST(the_link_comes_later),
      TEST(the_better_link_counts),
      TEST(without_udev_the_node_has_to_do),
      TEST(gone_before_it_was_told),
      TEST(in_their_order),
      TEST(lost_messages),
      TEST(rubbish_changes_nothing),
      TEST(another_users_message),
      TEST(dead_in_a_forked_child),
      TEST(woken),
      TEST(the_other_end_has_gone),
      TEST(what_cannot_bring_uevents),
      TEST(the_kernels_socket),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
