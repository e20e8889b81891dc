/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A drive's node as the file system shows it. */
#include "drive/inspect.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/posix_acl_xattr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

unsigned redbook_parse_acl(const uint8_t *bytes, size_t length,
                           struct redbook_acl_entry *entries, unsigned room) {
  struct posix_acl_xattr_header header;
  struct posix_acl_xattr_entry entry;
  unsigned count = 0;

  if (length < sizeof header) return 0;
  memcpy(&header, bytes, sizeof header);
  if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION) return 0;
  for (size_t at = sizeof header; length - at >= sizeof entry && count < room;
       at += sizeof entry) {
    memcpy(&entry, bytes + at, sizeof entry);
    entries[count++] =
        (struct redbook_acl_entry){.tag = (enum redbook_acl_tag)le16toh(entry.e_tag),
                                   .permissions = le16toh(entry.e_perm),
                                   .id = le32toh(entry.e_id)};
  }
  return count;
}

static unsigned read_acl(const char *path, struct redbook_acl_entry *entries, unsigned room) {
  uint8_t value[sizeof(struct posix_acl_xattr_header) +
                REDBOOK_ACL_MOST * sizeof(struct posix_acl_xattr_entry)];
  ssize_t length = getxattr(path, "system.posix_acl_access", value, sizeof value);

  return length > 0 ? redbook_parse_acl(value, (size_t)length, entries, room) : 0;
}

/* By the effective user: a set-user-id program asks for itself. */
static bool may(const char *path, int how) {
  return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0;
}

bool redbook_inspect_node(const char *path, struct redbook_node_facts *out,
                          struct redbook_error *err) {
  struct stat st;

  if (stat(path, &st) != 0 || !realpath(path, out->target))
    return redbook_fail_errno(err, errno, "cannot look at %s", path);
  out->mode = st.st_mode;
  out->owner = st.st_uid;
  out->group = st.st_gid;
  out->device = st.st_rdev;
  out->readable = may(path, R_OK);
  out->writable = may(path, W_OK);
  out->acl_count = read_acl(path, out->acl, REDBOOK_ACL_MOST);
  return true;
}
