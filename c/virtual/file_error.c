/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a host's disk did to a virtual disc, in words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "virtual/drive.h"

#define PATH_MOST 140u /* so that the sentence keeps its end */

/* The end of a long path, from the beginning of a UTF-8 character. */
static const char *tail(const char *path, size_t length) {
  const char *p = length > PATH_MOST ? path + (length - PATH_MOST) : path;
  while (p > path && ((unsigned char)*p & 0xC0) == 0x80)
    p++;
  return p;
}

static const char *what_to_do(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "Free space in";
    case EFBIG:
      return "Raise the limit of the size of a file (ulimit -f) for";
    default:
      return "Look after the disk and the rights of";
  }
}

bool redbook_vfile_error(struct redbook_vcall *call, const char *path, int error) {
  struct redbook_command *c = call->command;
  char why[96];
  if (!error) return false;
  const char *slash = strrchr(path, '/');
  size_t folder = slash && slash > path ? (size_t)(slash - path) : 1;
  const char *from = tail(path, folder);
  snprintf(c->problem, sizeof c->problem, "the disc's file %s: %s", tail(path, strlen(path)),
           strerror_r(error, why, sizeof why));
  snprintf(c->remedy, sizeof c->remedy, "%s %.*s; the disc is a file there.", what_to_do(error),
           (int)(path + folder - from), from);
  return true;
}
