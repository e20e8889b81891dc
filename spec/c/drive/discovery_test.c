/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listing drives from a made-up /sys and /dev; mount points from a made-up mountinfo. */
#include "drive/discovery.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "drive/mounts.h"

static char root[64], sys[80], dev[80];

static const char *at(const char *path) {
  static char full[4][160];
  static unsigned turn;
  char *out = full[turn++ % 4];
  snprintf(out, sizeof full[0], "%s/%s", root, path);
  return out;
}

static void folder(const char *path) {
  assert_int_equal(mkdir(at(path), 0700), 0);
}

static void file(const char *path, const char *text) {
  FILE *f = fopen(at(path), "we");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static void link_to(const char *path, const char *target) {
  assert_int_equal(symlink(target, at(path)), 0);
}

static int set_up(void **state) {
  (void)state;
  snprintf(root, sizeof root, "/tmp/redbook-discovery-XXXXXX");
  if (!mkdtemp(root)) return -1;
  snprintf(sys, sizeof sys, "%s/sys", root);
  snprintf(dev, sizeof dev, "%s/dev", root);
  return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *info) {
  (void)st;
  (void)kind;
  (void)info;
  return remove(path);
}

static int tear_down(void **state) {
  (void)state;
  return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void drive(const char *name) {
  char path[64];
  snprintf(path, sizeof path, "sys/class/block/%s", name);
  folder(path);
  snprintf(path, sizeof path, "dev/%s", name);
  file(path, "");
}

static void make_roots(void) {
  folder("sys");
  folder("sys/class");
  folder("sys/class/block");
  folder("dev");
}

static void none(void **state) {
  (void)state;
  struct redbook_drive_entry entries[2];
  unsigned count = 7;
  assert_true(redbook_discover(sys, dev, entries, 2, &count, NULL));
  assert_int_equal(count, 0);
  make_roots();
  drive("sda");
  count = 7;
  assert_true(redbook_discover(sys, dev, entries, 2, &count, NULL));
  assert_int_equal(count, 0);
}

static void unreadable(void **state) {
  (void)state;
  struct redbook_drive_entry entries[2];
  struct redbook_error err;
  unsigned count;
  folder("sys");
  folder("sys/class");
  file("sys/class/block", "");
  redbook_error_clear(&err);
  assert_false(redbook_discover(sys, dev, entries, 2, &count, &err));
  assert_int_equal(err.code, 0x80004005);
  assert_int_equal(err.errno_value, 20 /* ENOTDIR */);
}

static void in_order_with_stable_names(void **state) {
  (void)state;
  struct redbook_drive_entry entries[8];
  unsigned count;
  make_roots();
  static const char *const names[] = {"sr10", "sr2", "sr0", "sr1", "sda", "srx", "sr01", "sr"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    drive(names[i]);
  folder("dev/disk");
  folder("dev/disk/by-id");
  folder("dev/disk/by-path");
  link_to("dev/disk/by-id/usb-ASUS_SDRW-08D2S-U-0:0", "../../sr1");
  link_to("dev/disk/by-id/wwn-0x5001480000000000", "../../sr1");
  link_to("dev/disk/by-id/ata-SOMETHING", "../../sda");
  link_to("dev/disk/by-id/dangling", "../../sr7");
  link_to("dev/disk/by-path/pci-0000:00:1f.2-ata-2", "../../sr1");
  link_to("dev/disk/by-path/pci-0000:00:1f.2-ata-3", "../../sr2");

  assert_true(redbook_discover(sys, dev, entries, 8, &count, NULL));
  assert_int_equal(count, 4);
  assert_string_equal(entries[0].node, at("dev/sr0"));
  assert_string_equal(entries[0].id, at("dev/sr0"));
  assert_string_equal(entries[1].node, at("dev/sr1"));
  assert_string_equal(entries[1].id, at("dev/disk/by-id/usb-ASUS_SDRW-08D2S-U-0:0"));
  assert_string_equal(entries[2].node, at("dev/sr2"));
  assert_string_equal(entries[2].id, at("dev/disk/by-path/pci-0000:00:1f.2-ata-3"));
  assert_string_equal(entries[3].node, at("dev/sr10"));
  assert_string_equal(entries[3].id, at("dev/sr10"));
}

static void more_than_room(void **state) {
  (void)state;
  struct redbook_drive_entry entries[2] = {{.node = ""}, {.node = "untouched"}};
  unsigned count;
  make_roots();
  drive("sr0");
  drive("sr1");
  drive("sr2");
  assert_true(redbook_discover(sys, dev, entries, 1, &count, NULL));
  assert_int_equal(count, 3);
  assert_string_equal(entries[0].node, at("dev/sr0"));
  assert_string_equal(entries[1].node, "untouched");
}

static void mounted(void **state) {
  (void)state;
  char text[2048];
  char *paths[4] = {NULL, NULL, NULL, NULL};
  make_roots();
  drive("sr0");
  drive("sr1");
  link_to("dev/cdrom", "sr0");
  snprintf(text, sizeof text,
           "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
           "36 22 11:0 / /media/My\\040Disc\\134\\011x rw,noatime shared:7 master:1 - iso9660 "
           "%s ro\n"
           "37 22 11:1 / /mnt/one rw - iso9660 %s ro\n"
           "38 22 11:0 / /mnt/two rw - iso9660 %s ro\n"
           "39 22 0:5 / /dev rw - devtmpfs udev rw\n"
           "broken line\n"
           "40 22 11:0 /\n",
           at("dev/sr0"), at("dev/sr1"), at("dev/cdrom"));
  file("mountinfo", text);
  assert_int_equal(redbook_mounts_from(at("mountinfo"), at("dev/cdrom"), paths, 4), 2);
  assert_string_equal(paths[0], "/media/My Disc\\\tx");
  assert_string_equal(paths[1], "/mnt/two");
  assert_null(paths[2]);
  free(paths[0]);
  free(paths[1]);
  paths[0] = paths[1] = NULL;
  assert_int_equal(redbook_mounts_from(at("mountinfo"), at("dev/sr0"), paths, 1), 2);
  assert_null(paths[1]);
  free(paths[0]);
  assert_int_equal(redbook_mounts_from(at("mountinfo"), at("dev/sr7"), paths, 4), 0);
  assert_int_equal(redbook_mounts_from(at("nothing"), at("dev/sr0"), paths, 4), 0);
}

static void mounts_of_this_system(void **state) {
  (void)state;
  char *paths[4];
  assert_int_equal(redbook_mount_points("/nonexistent/sr0", paths, 4), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(none),           TEST(unreadable), TEST(in_order_with_stable_names),
      TEST(more_than_room), TEST(mounted),    TEST(mounts_of_this_system),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
