/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node as the file system shows it; access lists from literal bytes and from a real file. */
#include "drive/inspect.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* clang-format off */
#include <cmocka.h>
/* clang-format on */

/* user::rw-, user:1000:rw-, group::r--, mask::rw-, other::--- (acl(5), as setfacl stores it) */
static const uint8_t list[] = {
    0x02, 0, 0, 0,                         /* version */
    0x01, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF, /* owner */
    0x02, 0, 6, 0, 0xE8, 0x03, 0,    0,    /* user 1000 */
    0x04, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF, /* file's group */
    0x10, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF, /* mask */
    0x20, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, /* others */
};

static void assert_entry(const struct redbook_acl_entry *entry, int tag, unsigned permissions) {
  assert_int_equal(entry->tag, tag);
  assert_int_equal(entry->permissions, permissions);
}

static void assert_list(const struct redbook_acl_entry *entries) {
  assert_entry(&entries[0], REDBOOK_ACL_OWNER, 6);
  assert_entry(&entries[1], REDBOOK_ACL_USER, 6);
  assert_int_equal(entries[1].id, 1000);
  assert_entry(&entries[2], REDBOOK_ACL_FILE_GROUP, 4);
  assert_entry(&entries[3], REDBOOK_ACL_MASK, 6);
  assert_entry(&entries[4], REDBOOK_ACL_OTHERS, 0);
}

static void lists(void **state) {
  struct redbook_acl_entry entries[8];
  uint8_t other[sizeof list];

  (void)state;
  assert_int_equal(redbook_parse_acl(list, sizeof list, entries, 8), 5);
  assert_list(entries);
  assert_int_equal(redbook_parse_acl(list, sizeof list, entries, 2), 2);
  assert_int_equal(redbook_parse_acl(list, sizeof list - 1, entries, 8), 4);
  assert_int_equal(redbook_parse_acl(list, 4, entries, 8), 0);
  assert_int_equal(redbook_parse_acl(list, 3, entries, 8), 0);
  assert_int_equal(redbook_parse_acl(list, 0, entries, 8), 0);
  memcpy(other, list, sizeof list);
  other[0] = 3; /* a version that is to come */
  assert_int_equal(redbook_parse_acl(other, sizeof other, entries, 8), 0);
}

static void a_file(void **state) {
  char path[] = "/tmp/redbook-inspect-XXXXXX";
  char link[64];
  struct redbook_node_facts facts;
  struct redbook_error err;
  int fd = mkstemp(path);

  (void)state;
  assert_true(fd >= 0);
  assert_int_equal(fchmod(fd, 0640), 0);
  snprintf(link, sizeof link, "%s.link", path);
  assert_int_equal(symlink(path, link), 0);
  redbook_error_clear(&err);
  assert_true(redbook_inspect_node(link, &facts, &err));
  assert_string_equal(facts.target, path);
  assert_int_equal(facts.mode, S_IFREG | 0640);
  assert_int_equal(facts.owner, geteuid());
  assert_true(facts.readable && facts.writable);
  assert_int_equal(facts.acl_count, 0);
  if (fsetxattr(fd, "system.posix_acl_access", list, sizeof list, 0) == 0) {
    assert_true(redbook_inspect_node(path, &facts, &err));
    assert_int_equal(facts.acl_count, 5);
    assert_list(facts.acl);
    assert_int_equal(facts.mode & 0777, 0660); /* the group's bits are the mask now */
  } else {
    assert_int_equal(errno, ENOTSUP); /* a file system without lists */
  }
  close(fd);
  unlink(link);
  unlink(path);
}

static void a_node(void **state) {
  struct redbook_node_facts facts;

  (void)state;
  assert_true(redbook_inspect_node("/dev/null", &facts, NULL));
  assert_true(S_ISCHR(facts.mode));
  assert_int_equal(major(facts.device), 1);
  assert_int_equal(minor(facts.device), 3);
}

static void nothing(void **state) {
  struct redbook_node_facts facts;
  struct redbook_error err;

  (void)state;
  redbook_error_clear(&err);
  assert_false(redbook_inspect_node("/tmp/no-such/sr0", &facts, &err));
  assert_int_equal(err.code, REDBOOK_E_DEVICE_GONE);
  assert_int_equal(err.errno_value, ENOENT);
  assert_string_equal(err.message,
                      "cannot look at /tmp/no-such/sr0: No such file or directory");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(lists), cmocka_unit_test(a_file),
                                     cmocka_unit_test(a_node), cmocka_unit_test(nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
