/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two nodes of one drive, from /sys: the folder of the SCSI device that they share has
 * block/srN and scsi_generic/sgN in it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/device.h"

#define TYPE_CD 5u /* SPC: a CD or DVD drive */
#define PATH_SIZE 512

/* The only entry of `folder` that begins with `prefix` ("sr", "sg"); "" when there is none. */
static void only_entry(const char *folder, const char *prefix, char *out, size_t size) {
  DIR *entries = opendir(folder);

  out[0] = '\0';
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries));)
    if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && strlen(entry->d_name) < size) {
      (void)snprintf(out, size, "%s", entry->d_name);
      break;
    }
  closedir(entries);
}

/* The first line of a small file. */
static bool read_line(const char *path, char *out, size_t size) {
  FILE *file = fopen(path, "re");
  bool ok = file && fgets(out, (int)size, file);

  if (file) (void)fclose(file);
  return ok;
}

/* "11:0", or one number; anything else leaves *minor, or both, alone. */
static bool read_numbers(const char *path, unsigned *major, unsigned *minor) {
  char line[32];
  char *end;

  if (!read_line(path, line, sizeof line)) return false;
  unsigned long first = strtoul(line, &end, 10);
  if (end == line) return false;
  *major = (unsigned)first;
  if (!minor) return true;
  const char *second = end + 1;
  if (*end != ':') return false;
  *minor = (unsigned)strtoul(second, &end, 10);
  return end != second;
}

void redbook_siblings_find(const char *sys, bool generic, unsigned major, unsigned minor,
                           struct redbook_siblings *out) {
  char device[PATH_SIZE - 96];
  char path[PATH_SIZE];
  unsigned type = TYPE_CD;

  *out = (struct redbook_siblings){.other_kind = false};
  int n = snprintf(device, sizeof device, "%s/dev/%s/%u:%u/device", sys,
                   generic ? "char" : "block", major, minor);
  if (n < 0 || (size_t)n >= sizeof device) return;
  (void)snprintf(path, sizeof path, "%s/type", device);
  if (read_numbers(path, &type, NULL)) out->other_kind = type != TYPE_CD;
  (void)snprintf(path, sizeof path, "%s/scsi_generic", device);
  only_entry(path, "sg", out->generic, sizeof out->generic);
  (void)snprintf(path, sizeof path, "%s/block", device);
  only_entry(path, "sr", out->block, sizeof out->block);
  (void)snprintf(path, sizeof path, "%s/block/%s/dev", device, out->block);
  if (out->block[0] && !read_numbers(path, &out->major, &out->minor)) out->block[0] = '\0';
}
