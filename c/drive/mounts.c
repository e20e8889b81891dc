/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a drive's disc is mounted: proc(5), "mountinfo". */
#include "drive/mounts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "drive/discovery.h"

/* "36 35 11:0 / /mnt/cd rw,noatime shared:1 - iso9660 /dev/sr0 ro" */
struct mount {
  char *device;      /* "11:0" */
  char *mount_point; /* \040 and the like decoded */
  char *source;      /* likewise */
};

static bool octal(char c) {
  return c >= '0' && c <= '7';
}

/* Space, tab, newline, backslash and '#' stand there as \ooo. In place. */
static void decode(char *text) {
  char *out = text;

  for (const char *in = text; *in; out++) {
    if (in[0] == '\\' && octal(in[1]) && octal(in[2]) && octal(in[3])) {
      *out = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0'));
      in += 4;
    } else {
      *out = *in++;
    }
  }
  *out = '\0';
}

static bool split(char *line, struct mount *out) {
  char *rest = line;
  char *word;
  unsigned field = 0;

  *out = (struct mount){NULL, NULL, NULL};
  line[strcspn(line, "\n")] = '\0';
  while ((word = strsep(&rest, " ")) && strcmp(word, "-") != 0) {
    field++;
    if (field == 3) out->device = word;
    if (field == 5) out->mount_point = word;
  }
  if (!word || !out->mount_point || !strsep(&rest, " ")) return false;
  out->source = strsep(&rest, " ");
  if (!out->source) return false;
  decode(out->mount_point);
  decode(out->source);
  return true;
}

struct wanted {
  char device[32]; /* "11:0", "" when the node is no block device */
  char *path;      /* resolved; NULL when it cannot be */
};

static bool same(const struct wanted *wanted, const struct mount *mount) {
  if (wanted->device[0] && strcmp(wanted->device, mount->device) == 0) return true;
  if (!wanted->path || mount->source[0] != '/') return false;
  char *source = realpath(mount->source, NULL);
  bool equal = source && strcmp(source, wanted->path) == 0;
  free(source);
  return equal;
}

static void want(struct wanted *wanted, const char *node) {
  struct stat st;

  wanted->device[0] = '\0';
  wanted->path = realpath(node, NULL);
  if (stat(node, &st) == 0 && S_ISBLK(st.st_mode))
    (void)snprintf(wanted->device, sizeof wanted->device, "%u:%u", major(st.st_rdev),
                   minor(st.st_rdev));
}

unsigned redbook_mounts_from(const char *mountinfo, const char *node, char **paths,
                             unsigned room) {
  FILE *file = fopen(mountinfo, "re");
  struct wanted wanted;
  struct mount mount;
  unsigned count = 0;
  char *line = NULL;
  size_t size = 0;

  if (!file) return 0;
  want(&wanted, node);
  while (getline(&line, &size, file) >= 0) {
    if (!split(line, &mount) || !same(&wanted, &mount)) continue;
    if (count < room) {
      paths[count] = strdup(mount.mount_point);
      if (!paths[count]) break;
    }
    count++;
  }
  free(line);
  free(wanted.path);
  (void)fclose(file);
  return count;
}

unsigned redbook_mount_points(const char *node, char **paths, unsigned room) {
  return redbook_mounts_from("/proc/self/mountinfo", node, paths, room);
}
