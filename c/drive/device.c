/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real drives: which drive a path is, and opening it for a look or for a job. */
#include "drive/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "drive/discovery.h"
#include "drive/mounts.h"

enum { MAJOR_SR = 11, MAJOR_SG = 21 }; /* linux/major.h: SCSI_CDROM_MAJOR, SCSI_GENERIC_MAJOR */

const struct redbook_machine redbook_this_machine = {
    .sys = "/sys",
    .dev = "/dev",
    .proc = "/proc",
    .calls = &redbook_sgio_kernel,
    .stat = stat,
    .unmount = umount2,
};

struct device {
  struct redbook_node node;
  const struct redbook_machine *machine;
  dev_t number; /* of the node when it was named */
  bool generic; /* a /dev/sgN */
  char path[];
};

static bool is_device(const struct stat *st, bool generic) {
  if (generic) return S_ISCHR(st->st_mode) && major(st->st_rdev) == MAJOR_SG;
  return S_ISBLK(st->st_mode) && major(st->st_rdev) == MAJOR_SR;
}

static void siblings(const struct redbook_machine *machine, bool generic, dev_t number,
                     struct redbook_siblings *out) {
  redbook_siblings_find(machine->sys, generic, major(number), minor(number), out);
}

/* The path of the drive's other node; "" when there is none. */
static void other_path(const struct device *device, char *out, size_t size) {
  struct redbook_siblings found;

  siblings(device->machine, device->generic, device->number, &found);
  const char *name = device->generic ? found.block : found.generic;
  if (name[0])
    (void)snprintf(out, size, "%s/%s", device->machine->dev, name);
  else
    out[0] = '\0';
}

/* The path may meanwhile lead nowhere, or to another drive. */
static bool still_there(const struct device *device, struct redbook_error *err) {
  struct stat st;

  if (device->machine->stat(device->path, &st) != 0)
    return redbook_device_refused(device->machine, device->path, errno, NULL, err);
  if (is_device(&st, device->generic) && st.st_rdev == device->number) return true;
  redbook_fail(err, REDBOOK_E_DEVICE_GONE, "%s is not the drive any more that it was",
               device->path);
  redbook_advise(err, "Make a new Recorder; a link in /dev/disk/by-id keeps to one drive.");
  return false;
}

/* The first mount point of the drive's disc, malloc'ed. With `unmount` all of them are tried
 * to be taken away: by force of IMAPI2, the burn goes on whether that works or not. */
static char *mounted(const struct device *device, const char *block, bool unmount) {
  const struct redbook_machine *machine = device->machine;
  char *points[16] = {NULL};
  char mountinfo[256];

  (void)snprintf(mountinfo, sizeof mountinfo, "%s/self/mountinfo", machine->proc);
  unsigned count = redbook_mounts_from(mountinfo, block, points, 16);
  if (count > 16) count = 16;
  for (unsigned i = count; unmount && i-- > 0;) /* what was mounted last first */
    if (points[i] && machine->unmount(points[i], UMOUNT_NOFOLLOW) != 0 && errno == EBUSY)
      (void)machine->unmount(points[i], UMOUNT_NOFOLLOW | MNT_DETACH);
  for (unsigned i = 1; i < count; i++)
    free(points[i]);
  return count > 0 ? points[0] : NULL;
}

static struct redbook_transport *open_nodes(const struct device *device, const char *other,
                                            enum redbook_access access, const char *mount_point,
                                            struct redbook_error *err) {
  const struct redbook_machine *machine = device->machine;
  const struct redbook_sgio_target target = {
      .path = device->path, .generic = device->generic, .sibling = other[0] ? other : NULL};
  enum redbook_sgio_mode mode =
      access == REDBOOK_ACCESS_LOOK ? REDBOOK_SGIO_LOOK : REDBOOK_SGIO_EXCLUSIVE;
  struct redbook_transport *transport;
  const char *refused;

  int error = redbook_sgio_open(machine->calls, &target, mode, &transport, &refused);
  /* The kernel lets nobody be exclusive beside a mounted file system. */
  if (error == EBUSY && access == REDBOOK_ACCESS_FORCED && mount_point)
    error =
        redbook_sgio_open(machine->calls, &target, REDBOOK_SGIO_SHARED, &transport, &refused);
  if (error == 0) return transport;
  redbook_device_refused(machine, refused, error, mount_point, err);
  return NULL;
}

static struct redbook_transport *open_device(struct redbook_node *node,
                                             enum redbook_access access,
                                             struct redbook_error *err) {
  const struct device *device = (const struct device *)node;
  struct redbook_transport *transport = NULL;
  char other[64];
  char *mount_point = NULL;

  if (!still_there(device, err)) return NULL;
  other_path(device, other, sizeof other);
  const char *block = device->generic ? other : device->path;
  if (access != REDBOOK_ACCESS_LOOK && block[0])
    mount_point = mounted(device, block, access == REDBOOK_ACCESS_FORCED);
  if (mount_point && access == REDBOOK_ACCESS_EXCLUSIVE)
    redbook_device_refused(device->machine, block, EBUSY, mount_point, err);
  else
    transport = open_nodes(device, other, access, mount_point, err);
  free(mount_point);
  return transport;
}

static void destroy_device(struct redbook_node *node) {
  free(node);
}

static const struct redbook_node_ops device_ops = {.open = open_device,
                                                   .destroy = destroy_device};

static bool fail_no_drive(const char *path, const char *why, struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_INVALIDARG, "%s is no CD drive: %s", path, why);
  redbook_advise(err, "Name a node such as /dev/sr0, or a disc file as \"virtual:%s\".", path);
  return false;
}

static bool check(const struct redbook_machine *machine, const char *path,
                  const struct stat *st, struct redbook_siblings *found,
                  struct redbook_error *err) {
  bool generic = is_device(st, true);

  if (!generic && !is_device(st, false))
    return fail_no_drive(path,
                         S_ISBLK(st->st_mode)   ? "another block device"
                         : S_ISCHR(st->st_mode) ? "another character device"
                                                : "not a block device",
                         err);
  siblings(machine, generic, st->st_rdev, found);
  return !found->other_kind || fail_no_drive(path, "another kind of device", err);
}

struct redbook_node *redbook_device_node(const struct redbook_machine *machine,
                                         const char *path, struct redbook_error *err) {
  struct redbook_siblings found;
  struct stat st;
  char key[64];

  if (machine->stat(path, &st) != 0) {
    redbook_device_refused(machine, path, errno, NULL, err);
    return NULL;
  }
  if (!check(machine, path, &st, &found, err)) return NULL;
  size_t length = strlen(path) + 1;
  struct device *device = calloc(1, sizeof *device + length);
  if (!device) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the drive %s", path);
    return NULL;
  }
  bool by_block = is_device(&st, true) && found.block[0];
  (void)snprintf(key, sizeof key, "%u:%u", by_block ? found.major : major(st.st_rdev),
                 by_block ? found.minor : minor(st.st_rdev));
  redbook_node_init(&device->node, &device_ops, key);
  device->machine = machine;
  device->number = st.st_rdev;
  device->generic = is_device(&st, true);
  memcpy(device->path, path, length);
  return &device->node;
}

char *redbook_device_block(const char *path) {
  struct redbook_siblings found;
  struct stat st;
  char block[32];

  if (stat(path, &st) != 0) return NULL;
  if (is_device(&st, false)) return realpath(path, NULL);
  if (!is_device(&st, true)) return NULL;
  siblings(&redbook_this_machine, true, st.st_rdev, &found);
  (void)snprintf(block, sizeof block, "/dev/%s", found.block);
  return found.block[0] ? strdup(block) : NULL;
}
