/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A drive that cannot be opened: whose it is, who has it, and what to do about it. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drive/device.h"

#define NAME_SIZE 64
#define DOCTOR "doctor.lua --device %s tells more."

static void user_name(uid_t id, char out[NAME_SIZE]) {
  char room[1024];
  struct passwd entry;
  struct passwd *found = NULL;

  if (getpwuid_r(id, &entry, room, sizeof room, &found) != 0) found = NULL;
  if (found)
    (void)snprintf(out, NAME_SIZE, "%.60s", found->pw_name);
  else
    (void)snprintf(out, NAME_SIZE, "%u", (unsigned)id);
}

static void group_name(gid_t id, char out[NAME_SIZE]) {
  char room[4096];
  struct group entry;
  struct group *found = NULL;

  if (getgrgid_r(id, &entry, room, sizeof room, &found) != 0) found = NULL;
  if (found)
    (void)snprintf(out, NAME_SIZE, "%.60s", found->gr_name);
  else
    (void)snprintf(out, NAME_SIZE, "%u", (unsigned)id);
}

static bool in_group(gid_t group) {
  gid_t groups[256];
  int count = getgroups(256, groups);

  if (getegid() == group) return true;
  for (int i = 0; i < count; i++)
    if (groups[i] == group) return true;
  return false;
}

/* Membership helps where the group may read and write: Debian's cdrom. */
static void advise_rights(struct redbook_error *err, const char *path, const struct stat *st,
                          const char *group, const char *user) {
  bool group_may = (st->st_mode & 060) == 060 && st->st_gid != 0;

  if (group_may && !in_group(st->st_gid))
    redbook_advise(err, "Join the group (sudo usermod -aG %s %s) and log in again; " DOCTOR,
                   group, user, path);
  else if (group_may)
    redbook_advise(err, "An access list or a container forbids it; " DOCTOR, path);
  else
    redbook_advise(err,
                   "Give it to the group of the drives (sudo chgrp cdrom %s; sudo chmod 660 "
                   "%s), as udev would; " DOCTOR,
                   path, path, path);
}

static bool fail_rights(const struct redbook_machine *machine, const char *path,
                        int errno_value, struct redbook_error *err) {
  char owner[NAME_SIZE];
  char group[NAME_SIZE];
  char user[NAME_SIZE];
  struct stat st;

  if (machine->stat(path, &st) != 0)
    return redbook_fail_errno(err, errno_value, "%s may not be opened", path);
  user_name(st.st_uid, owner);
  group_name(st.st_gid, group);
  user_name(geteuid(), user);
  redbook_fail_errno(err, errno_value,
                     "%s may not be opened by %s: it is %s:%s's with mode %04o", path, user,
                     owner, group, (unsigned)(st.st_mode & 07777));
  if (errno_value == EPERM)
    redbook_advise(err,
                   "A container or a policy keeps the device away: give it to the container "
                   "(docker run --device %s); " DOCTOR,
                   path, path);
  else
    advise_rights(err, path, &st, group, user);
  return false;
}

/* "cdrskin", of the process' own saying. */
static void process_name(const char *proc, const char *pid, char out[NAME_SIZE]) {
  char path[512];

  (void)snprintf(path, sizeof path, "%s/%s/comm", proc, pid);
  FILE *file = fopen(path, "re");
  if (!file || !fgets(out, NAME_SIZE, file)) (void)snprintf(out, NAME_SIZE, "a program");
  if (file) (void)fclose(file);
  out[strcspn(out, "\n")] = '\0';
  for (char *p = out; *p; p++)
    if (!isprint((unsigned char)*p)) *p = '?';
}

static bool has_open(const char *proc, const char *pid, const char *wanted) {
  char folder[512];
  char link[1024];
  char target[1024];
  bool found = false;

  (void)snprintf(folder, sizeof folder, "%s/%s/fd", proc, pid);
  DIR *descriptors = opendir(folder); /* another user's: closed to us */
  if (!descriptors) return false;
  for (struct dirent *entry; !found && (entry = readdir(descriptors));) {
    (void)snprintf(link, sizeof link, "%s/%s", folder, entry->d_name);
    ssize_t n = readlink(link, target, sizeof target - 1);
    if (n <= 0) continue;
    target[n] = '\0';
    found = strcmp(target, wanted) == 0;
  }
  closedir(descriptors);
  return found;
}

/* "cdrskin (process 1234)" for the first process that has the node open, as far as this user
 * may know; "another program" else. */
static void find_holder(const char *proc, const char *path, char *out, size_t size) {
  char *node = realpath(path, NULL);
  DIR *processes = node ? opendir(proc) : NULL;

  (void)snprintf(out, size, "another program");
  if (processes) {
    for (struct dirent *entry; (entry = readdir(processes));) {
      if (!isdigit((unsigned char)entry->d_name[0])) continue;
      if (!has_open(proc, entry->d_name, node)) continue;
      char name[NAME_SIZE];
      process_name(proc, entry->d_name, name);
      (void)snprintf(out, size, "%s (process %.20s)", name, entry->d_name);
      break;
    }
    closedir(processes);
  }
  free(node);
}

static bool fail_held(const struct redbook_machine *machine, const char *path,
                      const char *mount_point, struct redbook_error *err) {
  char holder[NAME_SIZE + 40];

  if (mount_point) {
    redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED, "the disc in %s is mounted at %s", path,
                 mount_point);
    redbook_advise(err, "Unmount it first: umount %s", mount_point);
    return false;
  }
  find_holder(machine->proc, path, holder, sizeof holder);
  redbook_fail_errno(err, EBUSY, "%s is in use by %s", path, holder);
  redbook_advise(err,
                 "Close that program, or wait until it has finished; a disc that is mounted "
                 "elsewhere must be unmounted; " DOCTOR,
                 path);
  return false;
}

bool redbook_device_refused(const struct redbook_machine *machine, const char *path,
                            int errno_value, const char *mount_point,
                            struct redbook_error *err) {
  switch (errno_value) {
    case EBUSY:
      return fail_held(machine, path, mount_point, err);
    case EACCES:
    case EPERM:
      return fail_rights(machine, path, errno_value, err);
    case EROFS:
      redbook_fail_errno(err, EROFS, "%s may only be read", path);
      redbook_advise(err, "The system has made the drive read-only; " DOCTOR, path);
      return false;
    case ENOENT:
    case ENOTDIR:
      redbook_fail_errno(err, ENOENT, "no drive at %s", path);
      redbook_advise(err, "Check the name; DiscMaster lists the drives that are there.");
      return false;
    case ENXIO:
    case ENODEV:
      redbook_fail_errno(err, errno_value, "there is no drive behind %s", path);
      redbook_advise(err,
                     "Check its cable and power; drives.lua lists the drives that are "
                     "there.");
      return false;
    default:
      return redbook_fail_errno(err, errno_value, "%s cannot be opened", path);
  }
}
