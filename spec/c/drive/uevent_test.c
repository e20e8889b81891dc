/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uevents, as the kernel writes them and as nobody should. */
#include "drive/uevent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include <cmocka.h>
/* clang-format on */

/* Of a USB recorder, from a Linux 6.1; the zero byte of the literal ends the last string. */
#define TAIL                                                                                   \
  "DEVPATH=/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/" \
  "sr0\0SUBSYSTEM=block\0MAJOR=11\0MINOR=0\0DEVNAME=sr0\0DEVTYPE=disk\0DISKSEQ=12\0SEQNUM="    \
  "4711"
#define PLUG(action) \
  action "@/devices/pci0000:00/0000:00:14.0/usb2/block/sr0\0ACTION=" action "\0" TAIL

static bool parse(const char *message, size_t length, struct redbook_uevent *out) {
  /* A block of exactly that size: a sanitizer sees one byte read too far. */
  char *copy = malloc(length ? length : 1);
  assert_non_null(copy);
  memcpy(copy, message, length);
  bool ok = redbook_uevent_parse(copy, length, out);
  free(copy);
  return ok;
}

#define PARSE(message, out) parse(message, sizeof(message), out)

static void plugged_in_and_out(void **state) {
  (void)state;
  struct redbook_uevent out;
  assert_true(PARSE(PLUG("add"), &out));
  assert_int_equal(out.action, REDBOOK_UEVENT_ADD);
  assert_int_equal(out.number, 0);
  assert_true(PARSE(PLUG("remove"), &out));
  assert_int_equal(out.action, REDBOOK_UEVENT_REMOVE);
  assert_true(PARSE("add@/x\0DEVNAME=sr255\0SUBSYSTEM=block\0ACTION=add\0SYNTH_UUID=0", &out));
  assert_int_equal(out.number, 255);
}

static void others_do_not_matter(void **state) {
  (void)state;
  struct redbook_uevent out;
  assert_false(PARSE(PLUG("change"), &out)); /* a medium */
  assert_false(PARSE(PLUG("bind"), &out));
  assert_false(PARSE("add@/x\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sda", &out));
  assert_false(PARSE("add@/x\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr", &out));
  assert_false(PARSE("add@/x\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr01", &out));
  assert_false(PARSE("add@/x\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr256", &out));
  assert_false(PARSE("add@/x\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr0p1", &out));
  assert_false(PARSE("add@/x\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr0 ", &out));
  assert_false(PARSE("add@/x\0ACTION=add\0SUBSYSTEM=scsi_generic\0DEVNAME=sr0", &out));
  assert_false(PARSE("add@/x\0ACTION=add\0SUBSYSTEM=block", &out));
  assert_false(PARSE("add@/x\0ACTION=add\0DEVNAME=sr0", &out));
  assert_false(PARSE("add@/x\0SUBSYSTEM=block\0DEVNAME=sr0", &out));
}

static void no_uevents(void **state) {
  (void)state;
  struct redbook_uevent out;
  static const char udev[] =
      "libudev\0\xfe\xed\xca\xfe\x28\0\0\0\x28\0\0\0\x40\0\0\0"
      "ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr0";
  assert_false(PARSE(udev, &out));
  assert_false(parse("", 0, &out));
  assert_false(parse("\0", 1, &out));
  assert_false(PARSE("@/x\0ACTION=\0SUBSYSTEM=block\0DEVNAME=sr0", &out));
  assert_false(PARSE("add@\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr0", &out));
  assert_false(PARSE("add@x\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr0", &out));
  assert_false(PARSE("add@/x\0ACTION=remove\0SUBSYSTEM=block\0DEVNAME=sr0", &out));
  assert_false(PARSE("ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr0", &out));
}

/* The first of two counts: what is hung on behind changes nothing. */
static void repeated_fields(void **state) {
  (void)state;
  struct redbook_uevent out;
  assert_true(
      PARSE("add@/x\0ACTION=add\0SUBSYSTEM=block\0DEVNAME=sr3\0DEVNAME=sr4\0"
            "SUBSYSTEM=usb\0ACTION=remove",
            &out));
  assert_int_equal(out.action, REDBOOK_UEVENT_ADD);
  assert_int_equal(out.number, 3);
}

/* Cut anywhere it is no message, for a string without its zero byte is none; cut between two
 * strings it is one as soon as the three that matter are there. */
static void cut_anywhere(void **state) {
  (void)state;
  static const char whole[] = PLUG("remove");
  struct redbook_uevent out;
  size_t ready = 0;
  for (size_t i = 0; i + 12 < sizeof whole; i++)
    if (memcmp(whole + i, "DEVNAME=sr0", 12) == 0) ready = i + 12;
  assert_true(ready > 0);
  for (size_t n = 0; n <= sizeof whole; n++) {
    bool expected = n >= ready && whole[n - 1] == '\0';
    assert_int_equal(parse(whole, n, &out), expected);
  }
}

/* Any bytes: nothing is read behind the end, and what is accepted is a drive. */
static void any_bytes(void **state) {
  (void)state;
  static const char *const parts[] = {"add@/x",
                                      "ACTION=add",
                                      "ACTION=remove",
                                      "SUBSYSTEM=block",
                                      "DEVNAME=sr7",
                                      "DEVNAME=",
                                      "=",
                                      "",
                                      "remove@/y",
                                      "@/"};
  uint32_t random = 1;
  unsigned accepted = 0;
  for (unsigned turn = 0; turn < 200000; turn++) {
    char message[96];
    size_t n = 0;
    while (n < 72) {
      random = random * 1664525u + 1013904223u;
      const char *part = parts[(random >> 24) % (sizeof parts / sizeof *parts)];
      memcpy(message + n, part, strlen(part) + 1);
      n += strlen(part) + 1;
      if ((random >> 16 & 15) == 0) break;
    }
    if ((random >> 20 & 7) == 0) message[(random >> 8) % n] = (char)(random >> 12);
    struct redbook_uevent out = {REDBOOK_UEVENT_ADD, 999};
    if (!parse(message, n, &out)) continue;
    accepted++;
    assert_true(out.number <= 255);
  }
  assert_true(accepted > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plugged_in_and_out), cmocka_unit_test(others_do_not_matter),
      cmocka_unit_test(no_uevents),         cmocka_unit_test(repeated_fields),
      cmocka_unit_test(cut_anywhere),       cmocka_unit_test(any_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
