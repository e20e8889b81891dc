/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real drives on a machine that is made up: its /sys, /dev and /proc are a folder, its kernel a
 * few functions. The nodes are those of a drive (sr0, sg1), a disk (sg0) and a drive of which
 * /sys tells nothing (sr5, sg5). */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <scsi/scsi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/device.h"

static char folder[64];
static char sys[96], dev[96], proc[96];

static struct {
  int busy[4]; /* errno of the opens, in order */
  unsigned opens;
  char paths[4][128];
  int flags[4];
  unsigned unmounts;
  int unmount_flags[8];
  bool unmount_fails;
  mode_t mode;
  gid_t group;
  bool moved; /* sr0 is another drive by now */
  bool gone;
} world;

static int fake_open(const char *path, int flags) {
  unsigned n = world.opens++;
  snprintf(world.paths[n], sizeof world.paths[n], "%s", path);
  world.flags[n] = flags;
  errno = world.busy[n];
  return errno ? -1 : 10 + (int)n;
}

static int fake_ioctl(int fd, unsigned long request, void *argument) {
  (void)fd;
  if (request == SCSI_IOCTL_GET_IDLUN) return memset(argument, 1, 8) ? 0 : -1;
  errno = ENOTTY;
  return -1;
}

static int fake_close(int fd) {
  return fd < 10;
}

static int fake_stat(const char *path, struct stat *out) {
  const char *name = strrchr(path, '/') + 1;
  bool generic = strncmp(name, "sg", 2) == 0;
  if (world.gone || strncmp(name, "s", 1) != 0) {
    errno = ENOENT;
    return -1;
  }
  if (strncmp(name, "some", 4) == 0) return stat("/dev/null", out);
  unsigned number = (unsigned)(name[2] - '0') + world.moved;
  *out = (struct stat){.st_mode = (generic ? S_IFCHR : S_IFBLK) | world.mode,
                       .st_gid = world.group,
                       .st_rdev = makedev(generic          ? 21
                                          : name[1] == 'd' ? 8
                                                           : 11,
                                          number)};
  return 0;
}

static int fake_unmount(const char *path, int flags) {
  (void)path;
  world.unmount_flags[world.unmounts++] = flags;
  errno = EBUSY;
  return world.unmount_fails ? -1 : 0;
}

static const struct redbook_sgio_calls calls = {fake_open, fake_ioctl, fake_close};
static const struct redbook_machine machine = {.sys = sys,
                                               .dev = dev,
                                               .proc = proc,
                                               .calls = &calls,
                                               .stat = fake_stat,
                                               .unmount = fake_unmount};

static void put(const char *name, const char *content) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = '\0';
    mkdir(path, 0755);
    *slash = '/';
  }
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  fputs(content, file);
  fclose(file);
}

static void put_drive(const char *at) {
  char name[128];
  snprintf(name, sizeof name, "sys/dev/%s/device/type", at);
  put(name, "5\n");
  snprintf(name, sizeof name, "sys/dev/%s/device/scsi_generic/sg1/dev", at);
  put(name, "21:1\n");
  snprintf(name, sizeof name, "sys/dev/%s/device/block/sr0/dev", at);
  put(name, "11:0\n");
}

static int begin(void **state) {
  (void)state;
  memset(&world, 0, sizeof world);
  world.mode = 0660;
  snprintf(folder, sizeof folder, "/tmp/redbook-device-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(sys, sizeof sys, "%s/sys", folder);
  snprintf(dev, sizeof dev, "%s/dev", folder);
  snprintf(proc, sizeof proc, "%s/proc", folder);
  put_drive("block/11:0");
  put_drive("char/21:1");
  put("sys/dev/char/21:0/device/type", "0\n");
  put("dev/sr0", "");
  put("proc/self/mountinfo", "");
  return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where) {
  (void)st;
  (void)kind;
  (void)where;
  return remove(path);
}

static int end(void **state) {
  (void)state;
  return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", dev, name);
  return path;
}

static struct redbook_node *node_of(const char *name) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_node *node = redbook_device_node(&machine, path_of(name), &err);
  if (!node) fail_msg("%s", err.message);
  return node;
}

static void refused(const char *name, uint32_t code, const char *why) {
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_null(redbook_device_node(&machine, path_of(name), &err));
  assert_int_equal(err.code, code);
  if (!strstr(err.message, why)) fail_msg("%s", err.message);
}

static void one_key_for_both_nodes(void **state) {
  static const struct {
    const char *name, *key;
  } rows[] = {{"sr0", "11:0"}, {"sg1", "11:0"}, {"sr5", "11:5"}, {"sg5", "21:5"}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_node *node = node_of(rows[i].name);
    assert_string_equal(node->key, rows[i].key);
    redbook_node_unref(node);
  }
  assert_int_equal(world.opens, 0);
}

static void what_is_no_drive(void **state) {
  (void)state;
  refused("sda", 0x80070057, "is no CD drive: another block device");
  refused("something", 0x80070057, "is no CD drive: another character device");
  refused("sg0", 0x80070057, "is no CD drive: another kind of device");
  refused("cdrom", 0x80070037, "no drive at ");
}

/* Opens, checks the paths and flags of the calls, closes; the error's code. */
static uint32_t open_it(const char *name, enum redbook_access access,
                        struct redbook_error *err) {
  struct redbook_node *node = node_of(name);
  redbook_error_clear(err);
  struct redbook_transport *t = node->ops->open(node, access, err);
  uint32_t code = t ? REDBOOK_S_OK : err->code;
  redbook_transport_close(t);
  redbook_node_unref(node);
  return code;
}

static void opened(unsigned n, const char *name, int flags) {
  assert_string_equal(world.paths[n], path_of(name));
  assert_int_equal(world.flags[n], flags | O_NONBLOCK | O_CLOEXEC);
}

static void looks_and_jobs(void **state) {
  (void)state;
  struct redbook_error err;
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_LOOK, &err), 0);
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_EXCLUSIVE, &err), 0);
  assert_int_equal(world.opens, 3);
  opened(0, "sr0", O_RDONLY);
  opened(1, "sr0", O_RDWR | O_EXCL);
  opened(2, "sg1", O_RDWR | O_EXCL);
  world.opens = 0;
  assert_int_equal(open_it("sg1", REDBOOK_ACCESS_EXCLUSIVE, &err), 0);
  assert_int_equal(world.opens, 2);
  opened(0, "sg1", O_RDWR | O_EXCL);
  opened(1, "sr0", O_RDWR | O_EXCL);
  world.opens = 0;
  assert_int_equal(open_it("sr5", REDBOOK_ACCESS_EXCLUSIVE, &err), 0); /* no /sys */
  assert_int_equal(world.opens, 1);
}

static void another_drive_by_now(void **state) {
  (void)state;
  struct redbook_error err;
  struct redbook_node *node = node_of("sr0");
  redbook_error_clear(&err);
  world.moved = true;
  assert_null(node->ops->open(node, REDBOOK_ACCESS_LOOK, &err));
  assert_int_equal(err.code, 0x80070037);
  assert_non_null(strstr(err.message, "is not the drive any more that it was"));
  world.gone = true;
  assert_null(node->ops->open(node, REDBOOK_ACCESS_LOOK, &err));
  assert_int_equal(err.code, 0x80070037);
  assert_int_equal(world.opens, 0);
  redbook_node_unref(node);
}

static void message_is(const struct redbook_error *err, const char *message) {
  char expected[REDBOOK_MESSAGE_SIZE];
  snprintf(expected, sizeof expected, message, dev);
  assert_string_equal(err->message, expected);
}

static void held_by_a_program(void **state) {
  (void)state;
  struct redbook_error err;
  char link[192];
  world.busy[0] = EBUSY;
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_EXCLUSIVE, &err), 0xC0AA0210);
  assert_int_equal(err.errno_value, EBUSY);
  message_is(&err, "%s/sr0 is in use by another program: Device or resource busy");
  put("proc/1234/comm", "cdrskin\n");
  put("proc/1234/fd/x", "");
  put("proc/77/fd/x", "");
  snprintf(link, sizeof link, "%s/1234/fd/7", proc);
  assert_int_equal(symlink(path_of("sr0"), link), 0);
  world.opens = 0;
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_FORCED, &err), 0xC0AA0210);
  assert_int_equal(world.opens, 1); /* force is for mounts, not for other burners */
  message_is(&err, "%s/sr0 is in use by cdrskin (process 1234): Device or resource busy");
  world.opens = 0;
  world.busy[0] = 0;
  world.busy[1] = EBUSY;
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_EXCLUSIVE, &err), 0xC0AA0210);
  message_is(&err, "%s/sg1 is in use by another program: Device or resource busy");
}

static void mount_disc(void) {
  char line[256];
  snprintf(line, sizeof line, "36 35 11:0 / /media/disc rw - iso9660 %s/sr0 ro\n", dev);
  put("proc/self/mountinfo", line);
}

static void a_mounted_disc(void **state) {
  static const char *const names[] = {"sr0", "sg1"};
  (void)state;
  struct redbook_error err;
  mount_disc();
  for (size_t i = 0; i < 2; i++) {
    world.opens = 0;
    assert_int_equal(open_it(names[i], REDBOOK_ACCESS_LOOK, &err), 0);
    world.opens = 0;
    assert_int_equal(open_it(names[i], REDBOOK_ACCESS_EXCLUSIVE, &err), 0xC0AA0210);
    assert_int_equal(world.opens, 0);
    assert_int_equal(err.errno_value, 0); /* nothing to wait for */
    message_is(&err, "the disc in %s/sr0 is mounted at /media/disc");
    assert_string_equal(err.advice, "Unmount it first: umount /media/disc");
  }
  assert_int_equal(world.unmounts, 0);
}

static void force_on_a_mounted_disc(void **state) {
  (void)state;
  struct redbook_error err;
  mount_disc();
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_FORCED, &err), 0); /* unmounted */
  assert_int_equal(world.unmounts, 1);
  assert_int_equal(world.unmount_flags[0], UMOUNT_NOFOLLOW);
  opened(0, "sr0", O_RDWR | O_EXCL);
  world.opens = world.unmounts = 0;
  world.unmount_fails = true; /* files are open on it: the kernel goes on to hold the drive */
  world.busy[0] = EBUSY;
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_FORCED, &err), 0);
  assert_int_equal(world.unmounts, 2);
  assert_int_equal(world.unmount_flags[1], UMOUNT_NOFOLLOW | MNT_DETACH);
  assert_int_equal(world.opens, 2);
  opened(1, "sr0", O_RDWR);
}

static void rights(void **state) {
  (void)state;
  struct redbook_error err;
  char expected[192];
  world.busy[0] = EACCES;
  world.group = 4000000000; /* nobody's */
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_EXCLUSIVE, &err), 0x80070005);
  assert_non_null(strstr(err.message, "/dev/sr0 may not be opened by "));
  assert_non_null(
      strstr(err.message, ": it is root:4000000000's with mode 0660: Permission denied"));
  assert_non_null(strstr(err.advice, "Join the group (sudo usermod -aG 4000000000 "));
  assert_non_null(strstr(err.advice, "doctor.lua"));
  world.opens = 0;
  world.mode = 0600;
  world.group = 0;
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_EXCLUSIVE, &err), 0x80070005);
  assert_non_null(strstr(err.message, ": it is root:root's with mode 0600: Permission denied"));
  snprintf(expected, sizeof expected, "(sudo chgrp cdrom %s; ", path_of("sr0"));
  assert_non_null(strstr(err.advice, expected));
  world.opens = 0;
  world.busy[0] = EPERM;
  assert_int_equal(open_it("sr0", REDBOOK_ACCESS_LOOK, &err), 0x80070005);
  assert_non_null(strstr(err.advice, "docker run --device "));
}

static void other_refusals(void **state) {
  static const struct {
    int error;
    uint32_t code;
    const char *message;
  } rows[] = {{EROFS, 0x80004005, "%s/sr0 may only be read: Read-only file system"},
              {ENXIO, 0x80070037, "there is no drive behind %s/sr0: No such device or address"},
              {ENOENT, 0x80070037, "no drive at %s/sr0: No such file or directory"},
              {EMFILE, 0x80004005, "%s/sr0 cannot be opened: Too many open files"}};
  (void)state;
  struct redbook_error err;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    world.opens = 0;
    world.busy[0] = rows[i].error;
    assert_int_equal(open_it("sr0", REDBOOK_ACCESS_EXCLUSIVE, &err), rows[i].code);
    message_is(&err, rows[i].message);
    assert_int_equal(err.errno_value, rows[i].error);
  }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(one_key_for_both_nodes),  TEST(what_is_no_drive),
      TEST(looks_and_jobs),          TEST(another_drive_by_now),
      TEST(held_by_a_program),       TEST(a_mounted_disc),
      TEST(force_on_a_mounted_disc), TEST(rights),
      TEST(other_refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
