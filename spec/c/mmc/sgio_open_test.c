/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SG_IO: the nodes that are opened and held, what the kernel says of them, the clock. */
#include "mmc/sgio_kernel.h"

static void flags_of_an_open(void **state) {
  (void)state;
  redbook_transport_close(open_as(&sr, REDBOOK_SGIO_LOOK));
  redbook_transport_close(open_as(&sr, REDBOOK_SGIO_EXCLUSIVE));
  redbook_transport_close(open_as(&sr, REDBOOK_SGIO_SHARED));
  assert_int_equal(kernel.flags[0], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  assert_int_equal(kernel.flags[1], O_RDWR | O_EXCL | O_NONBLOCK | O_CLOEXEC);
  assert_int_equal(kernel.flags[2], O_RDWR | O_NONBLOCK | O_CLOEXEC);
  assert_int_equal(kernel.sent, 0); /* no command to a drive */
  assert_int_equal(kernel.closes, 3);
}

static void both_nodes_are_held(void **state) {
  (void)state;
  struct redbook_transport *t = open_as(&sr_and_sg, REDBOOK_SGIO_EXCLUSIVE);
  assert_int_equal(kernel.opened, 2);
  assert_string_equal(kernel.paths[1], "/dev/sg1");
  assert_int_equal(kernel.flags[1], O_RDWR | O_EXCL | O_NONBLOCK | O_CLOEXEC);
  redbook_transport_close(t);
  assert_int_equal(kernel.closes, 2);
  assert_int_equal(kernel.closed[0], SG_FD);
  assert_int_equal(kernel.closed[1], SR_FD);
  begin(NULL);
  redbook_transport_close(open_as(&sr_and_sg, REDBOOK_SGIO_LOOK));
  assert_int_equal(kernel.opened, 1);
  begin(NULL);
  redbook_transport_close(open_as(&sr_and_sg, REDBOOK_SGIO_SHARED));
  assert_int_equal(kernel.opened, 1);
  begin(NULL);
  t = open_as(&sg_and_sr, REDBOOK_SGIO_EXCLUSIVE);
  assert_string_equal(kernel.paths[0], "/dev/sg1");
  assert_string_equal(kernel.paths[1], "/dev/sr0");
  redbook_transport_close(t);
}

/* Done without: no right to it, no such node, another drive's. */
static void siblings_that_cannot_be_held(void **state) {
  static const int errors[] = {EACCES, EPERM, ENOENT, ENXIO};
  (void)state;
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    const int opens[] = {0, errors[i]};
    begin(NULL);
    kernel.opens = opens;
    redbook_transport_close(open_as(&sr_and_sg, REDBOOK_SGIO_EXCLUSIVE));
    assert_int_equal(kernel.closes, 1);
  }
  begin(NULL);
  kernel.sg_place = 0x02000002;
  struct redbook_transport *t = open_as(&sr_and_sg, REDBOOK_SGIO_EXCLUSIVE);
  assert_int_equal(kernel.closed[0], SG_FD);
  assert_int_equal(kernel.closes, 1);
  redbook_transport_close(t);
  assert_int_equal(kernel.closes, 2);
}

static void refused_as(const int *opens, const struct redbook_sgio_target *target, int error,
                       const char *path) {
  struct redbook_transport *t;
  const char *refused;
  kernel.opens = opens;
  assert_int_equal(redbook_sgio_open(&calls, target, REDBOOK_SGIO_EXCLUSIVE, &t, &refused),
                   error);
  assert_null(t);
  assert_string_equal(refused, path);
  assert_int_equal(kernel.closes, opens[0] ? 0 : 1);
}

static void opens_that_fail(void **state) {
  static const int errors[] = {EBUSY, EACCES, EROFS, ENOENT, ENXIO, ENODEV, EPERM};
  (void)state;
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    const int opens[] = {errors[i]};
    begin(NULL);
    refused_as(opens, &sr_and_sg, errors[i], "/dev/sr0");
  }
  begin(NULL);
  refused_as((const int[]){0, EBUSY}, &sr_and_sg, EBUSY, "/dev/sg1");
  begin(NULL);
  kernel.scsi_type = 0; /* a disk */
  refused_as((const int[]){0}, &sg_and_sr, ENODEV, "/dev/sg1");
  begin(NULL);
  kernel.scsi_type = -1;
  redbook_transport_close(open_as(&sg_and_sr, REDBOOK_SGIO_EXCLUSIVE));
}

static void an_open_that_is_interrupted(void **state) {
  (void)state;
  const int opens[] = {EINTR, EINTR, 0};
  kernel.opens = opens;
  redbook_transport_close(open_as(&sr, REDBOOK_SGIO_LOOK));
  assert_int_equal(kernel.opened, 3);
}

static uint32_t limit(const struct redbook_sgio_target *target, unsigned short sectors,
                      int bytes, int reserved) {
  begin(NULL);
  kernel.max_sectors = sectors;
  kernel.max_bytes = bytes;
  kernel.reserved = reserved;
  struct redbook_transport *t = open_as(target, REDBOOK_SGIO_LOOK);
  uint32_t found = t->max_transfer;
  redbook_transport_close(t);
  return found;
}

static void limits_of_the_queue(void **state) {
  (void)state;
  assert_int_equal(limit(&sr, 240, 0, 0), 122880);     /* usb-storage */
  assert_int_equal(limit(&sr, 64, 0, 131072), 32768);  /* bridges that want it so */
  assert_int_equal(limit(&sr, 2560, 0, 32768), 32768); /* the smaller of the two */
  assert_int_equal(limit(&sr, 2560, 0, 0), 131072);    /* no more than anybody needs */
  assert_int_equal(limit(&sr, 0, 0, 65536), 65536);
  assert_int_equal(limit(&sr, 0, 0, 0), 65536); /* nobody tells */
  assert_int_equal(limit(&sg_and_sr, 0, 122880, 4096), 122880);
  assert_int_equal(limit(&sg_and_sr, 0, 240, 4096), 122880); /* sectors, not bytes */
  assert_int_equal(limit(&sg_and_sr, 0, 0, 4096), 65536);
}

static void in_a_forked_child(void **state) {
  (void)state;
  struct redbook_transport *t = open_as(&sr_and_sg, REDBOOK_SGIO_EXCLUSIVE);
  struct redbook_command c;
  t->ops->abandon(t);
  assert_int_equal(kernel.closes, 2);
  assert_int_equal(kernel.sent, 0);
  redbook_cdb_test_unit_ready(&c);
  redbook_transport_execute(t, &c);
  assert_int_equal(kernel.sent, 0);
  assert_int_equal(c.os_error, EBADF);
  t->ops->abandon(t);
  redbook_transport_close(t);
  assert_int_equal(kernel.closes, 2);
}

static uint64_t monotonic_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void the_clock_is_real(void **state) {
  (void)state;
  struct redbook_transport *t = open_as(&sr, REDBOOK_SGIO_LOOK);
  uint64_t before = monotonic_us();
  uint64_t start = redbook_transport_now_us(t);
  assert_true(t->ops->is_real_time(t));
  redbook_transport_sleep_us(t, 30000);
  uint64_t passed = redbook_transport_now_us(t) - start;
  assert_true(start >= before && passed >= 30000 && passed < 60000000);
  redbook_transport_close(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(flags_of_an_open),
      TEST(both_nodes_are_held),
      TEST(siblings_that_cannot_be_held),
      TEST(opens_that_fail),
      TEST(an_open_that_is_interrupted),
      TEST(limits_of_the_queue),
      TEST(in_a_forked_child),
      TEST(the_clock_is_real),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
