/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the file system says of a drive's node, and whether this process may use it. Opens
 * nothing and sends nothing. */
#ifndef REDBOOK_DRIVE_INSPECT_H
#define REDBOOK_DRIVE_INSPECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* One entry of an access control list, acl(5). */
struct redbook_acl_entry {
  enum redbook_acl_tag {
    REDBOOK_ACL_OWNER = 0x01,
    REDBOOK_ACL_USER = 0x02, /* `id` is a user */
    REDBOOK_ACL_FILE_GROUP = 0x04,
    REDBOOK_ACL_GROUP = 0x08, /* `id` is a group */
    REDBOOK_ACL_MASK = 0x10,
    REDBOOK_ACL_OTHERS = 0x20
  } tag;
  unsigned permissions; /* 4 read, 2 write, 1 execute */
  uint32_t id;
};

#define REDBOOK_ACL_MOST 64u

struct redbook_node_facts {
  char target[PATH_MAX]; /* the path without any link */
  mode_t mode;           /* st_mode */
  uid_t owner;
  gid_t group;
  dev_t device;            /* st_rdev */
  bool readable, writable; /* by this process, whatever the reason */
  struct redbook_acl_entry acl[REDBOOK_ACL_MOST];
  unsigned acl_count; /* 0: the mode says it all */
};

/* Errors: 80070037 (no such path), 80070005 (a folder on the way is closed to the user). */
bool redbook_inspect_node(const char *path, struct redbook_node_facts *out,
                          struct redbook_error *err);

/* The entries in the value of the extended attribute system.posix_acl_access (linux/
 * posix_acl_xattr.h, version 2); 0 when it is none. Fills at most `room`. */
unsigned redbook_parse_acl(const uint8_t *bytes, size_t length,
                           struct redbook_acl_entry *entries, unsigned room);

#endif
