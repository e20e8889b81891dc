/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optical drives of this machine. */
#include "drive/discovery.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIVES_MOST ((int)REDBOOK_DRIVES_MOST)

int redbook_drive_number(const char *name, size_t length) {
  if (length < 3 || strncmp(name, "sr", 2) != 0) return -1;
  if (name[2] == '0' && length > 3) return -1;
  int number = 0;
  for (size_t i = 2; i < length; i++) {
    if (name[i] < '0' || name[i] > '9') return -1;
    number = number * 10 + (name[i] - '0');
    if (number >= DRIVES_MOST) return -1;
  }
  return number;
}

/* Sets found[N] for each drive. A machine without that folder has none. */
static bool scan(const char *sys, bool found[DRIVES_MOST], struct redbook_error *err) {
  char path[4096];
  int n = snprintf(path, sizeof path, "%s/class/block", sys);

  if (n < 0 || (size_t)n >= sizeof path)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "the path of /sys is too long");
  DIR *folder = opendir(path);
  if (!folder)
    return errno == ENOENT ||
           redbook_fail_errno(err, errno, "cannot list the drives in %s", path);
  for (struct dirent *entry; (entry = readdir(folder));) {
    int number = redbook_drive_number(entry->d_name, strlen(entry->d_name));
    if (number >= 0) found[number] = true;
  }
  closedir(folder);
  return true;
}

/* The first name, in the order of bytes, of a link in `folder` that leads to `target`. */
static bool find_link(const char *folder, const char *target, char *out, size_t size) {
  char path[4096];
  bool found = false;
  DIR *links = opendir(folder);

  if (!links) return false;
  for (struct dirent *entry; (entry = readdir(links));) {
    int n = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (entry->d_name[0] == '.' || n < 0 || (size_t)n >= size) continue;
    if (found && strcmp(path, out) >= 0) continue;
    char *end = realpath(path, NULL);
    if (end && strcmp(end, target) == 0) {
      memcpy(out, path, (size_t)n + 1);
      found = true;
    }
    free(end);
  }
  closedir(links);
  return found;
}

/* by-id names the device itself, by-path the place where it is plugged in. */
static void choose_id(const char *dev, struct redbook_drive_entry *entry) {
  static const char *const kinds[] = {"by-id", "by-path"};
  char folder[4096];
  char *target = realpath(entry->node, NULL);

  (void)snprintf(entry->id, sizeof entry->id, "%s", entry->node);
  for (size_t i = 0; target && i < sizeof kinds / sizeof *kinds; i++) {
    int n = snprintf(folder, sizeof folder, "%s/disk/%s", dev, kinds[i]);
    if (n < 0 || (size_t)n >= sizeof folder) break;
    if (find_link(folder, target, entry->id, sizeof entry->id)) break;
  }
  free(target);
}

static bool describe(const char *dev, int number, struct redbook_drive_entry *entry,
                     struct redbook_error *err) {
  int n = snprintf(entry->node, sizeof entry->node, "%s/sr%d", dev, number);

  if (n < 0 || (size_t)n >= sizeof entry->node)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "the path of /dev is too long");
  choose_id(dev, entry);
  return true;
}

bool redbook_discover(const char *sys, const char *dev, struct redbook_drive_entry *entries,
                      unsigned room, unsigned *count, struct redbook_error *err) {
  bool found[DRIVES_MOST] = {false};

  *count = 0;
  if (!scan(sys, found, err)) return false;
  for (int number = 0; number < DRIVES_MOST; number++) {
    if (!found[number]) continue;
    if (*count < room && !describe(dev, number, &entries[*count], err)) return false;
    ++*count;
  }
  return true;
}
