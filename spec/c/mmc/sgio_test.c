/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SG_IO without a drive: system calls that are written down, answered as Linux 6.1 does. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/fs.h>
#include <scsi/scsi.h>
#include <scsi/sg.h>
#include <string.h>
#include <time.h>

#include "mmc/cdb.h"
#include "mmc/sense.h"
#include "mmc/sgio.h"

/* One open or one SG_IO. */
struct answer {
  int error; /* errno, else: */
  uint8_t status;
  uint16_t host, driver;
  int resid;
  const char *sense;
  uint8_t sense_length;
  const char *data;
};

enum { SR_FD = 10, SG_FD = 20 };

/* The kernel behind the calls. */
static struct {
  const int *opens; /* errno of each open, 0: good */
  const struct answer *answers;
  unsigned opened, sent;
  char paths[4][32];
  int flags[4];
  int closed[4];
  unsigned closes;
  struct sg_io_hdr header; /* of the last SG_IO */
  uint8_t cdb[16];
  uint8_t out[32];
  bool signals_blocked;
  int scsi_type; /* of the sg node; 0 disk, 5 CD, -1 no answer */
  unsigned short max_sectors;
  int max_bytes, reserved;
  unsigned sr_place, sg_place;
} kernel;

static int fake_open(const char *path, int flags) {
  unsigned n = kernel.opened++;
  strcpy(kernel.paths[n], path);
  kernel.flags[n] = flags;
  errno = kernel.opens ? kernel.opens[n] : 0;
  if (errno) return -1;
  return strstr(path, "sg") ? SG_FD : SR_FD;
}

static int fake_close(int fd) {
  kernel.closed[kernel.closes++] = fd;
  return 0;
}

static int refuse(int error) {
  errno = error;
  return -1;
}

static int fake_question(int fd, unsigned long request, void *argument) {
  bool generic = fd == SG_FD;
  switch (request) {
    case BLKSECTGET:
      if (generic && kernel.max_bytes) {
        *(int *)argument = kernel.max_bytes;
        return 0;
      }
      if (generic || !kernel.max_sectors) return refuse(ENOTTY);
      *(unsigned short *)argument = kernel.max_sectors;
      return 0;
    case SG_GET_RESERVED_SIZE:
      if (!kernel.reserved) return refuse(ENOTTY);
      *(int *)argument = kernel.reserved;
      return 0;
    case SG_GET_SCSI_ID:
      if (kernel.scsi_type < 0) return refuse(ENOTTY);
      ((struct sg_scsi_id *)argument)->scsi_type = kernel.scsi_type;
      return 0;
    case SCSI_IOCTL_GET_IDLUN:
      ((unsigned *)argument)[0] = generic ? kernel.sg_place : kernel.sr_place;
      ((unsigned *)argument)[1] = 7;
      return 0;
    default:
      return refuse(ENOTTY);
  }
}

static int fake_ioctl(int fd, unsigned long request, void *argument) {
  if (request != SG_IO) return fake_question(fd, request, argument);
  struct sg_io_hdr *h = argument;
  const struct answer *a = &kernel.answers[kernel.sent++];
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  kernel.signals_blocked = sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGALRM);
  kernel.header = *h;
  memcpy(kernel.cdb, h->cmdp, h->cmd_len);
  if (h->dxfer_direction == SG_DXFER_TO_DEV)
    memcpy(kernel.out, h->dxferp, h->dxfer_len < 32 ? h->dxfer_len : 32);
  if (a->error) return refuse(a->error);
  h->status = a->status;
  h->host_status = a->host;
  h->driver_status = a->driver;
  h->resid = a->resid;
  if (a->data) memcpy(h->dxferp, a->data, h->dxfer_len - (unsigned)a->resid);
  if (a->sense) memcpy(h->sbp, a->sense, a->sense_length);
  h->sb_len_wr = a->sense_length;
  return 0;
}

static const struct redbook_sgio_calls calls = {fake_open, fake_ioctl, fake_close};
static const struct redbook_sgio_target sr = {"/dev/sr0", false, NULL};
static const struct redbook_sgio_target sr_and_sg = {"/dev/sr0", false, "/dev/sg1"};
static const struct redbook_sgio_target sg_and_sr = {"/dev/sg1", true, "/dev/sr0"};

static int begin(void **state) {
  (void)state;
  memset(&kernel, 0, sizeof kernel);
  kernel.scsi_type = 5;
  kernel.max_sectors = 256;
  kernel.max_bytes = 131072;
  kernel.sr_place = kernel.sg_place = 0x01000002;
  return 0;
}

static struct redbook_transport *open_as(const struct redbook_sgio_target *target,
                                         enum redbook_sgio_mode mode) {
  struct redbook_transport *t;
  const char *refused;
  assert_int_equal(redbook_sgio_open(&calls, target, mode, &t, &refused), 0);
  assert_non_null(t);
  return t;
}

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

/* Sends one command to a drive that answers so. */
static enum redbook_outcome outcome(const struct answer *answers, struct redbook_command *c,
                                    struct redbook_sense *sense) {
  begin(NULL);
  kernel.answers = answers;
  struct redbook_transport *t = open_as(&sr, REDBOOK_SGIO_EXCLUSIVE);
  redbook_transport_execute(t, c);
  assert_true(kernel.signals_blocked);
  redbook_transport_close(t);
  return redbook_outcome_of(c, sense);
}

static void good(void **state) {
  (void)state;
  uint8_t data[36] = {0};
  struct redbook_command c;
  redbook_cdb_inquiry(&c, data, sizeof data);
  const struct answer answers[] = {{.data = "\x05\x80\x05\x32\x1f", .resid = 31}};
  assert_int_equal(outcome(answers, &c, NULL), REDBOOK_OUTCOME_GOOD);
  assert_int_equal(kernel.header.interface_id, 'S');
  assert_int_equal(kernel.header.cmd_len, 6);
  assert_memory_equal(kernel.cdb, "\x12\0\0\0\x24\0", 6);
  assert_int_equal(kernel.header.dxfer_direction, SG_DXFER_FROM_DEV);
  assert_int_equal(kernel.header.dxfer_len, 36);
  assert_int_equal(kernel.header.timeout, 30000);
  assert_int_equal(kernel.header.mx_sb_len, 64);
  assert_int_equal(kernel.header.iovec_count, 0);
  assert_int_equal(c.residual, 31); /* a short transfer */
  assert_memory_equal(data, "\x05\x80\x05\x32\x1f\0", 6);
}

static void data_to_the_drive(void **state) {
  (void)state;
  static const uint8_t sectors[2 * 2352] = {1, 2, 3, 4};
  struct redbook_command c;
  redbook_cdb_write(&c, 1000, 2, sectors);
  assert_int_equal(outcome((const struct answer[]){{.resid = -4}}, &c, NULL),
                   REDBOOK_OUTCOME_GOOD);
  assert_int_equal(kernel.header.cmd_len, 10);
  assert_int_equal(kernel.header.dxfer_direction, SG_DXFER_TO_DEV);
  assert_int_equal(kernel.header.dxfer_len, 4704);
  assert_int_equal(kernel.header.timeout, 200000);
  assert_memory_equal(kernel.out, sectors, 32);
  assert_int_equal(c.residual, 0);
  redbook_cdb_test_unit_ready(&c);
  assert_int_equal(outcome((const struct answer[]){{0}}, &c, NULL), REDBOOK_OUTCOME_GOOD);
  assert_int_equal(kernel.header.dxfer_direction, SG_DXFER_NONE);
  assert_int_equal(kernel.header.dxfer_len, 0);
  assert_null(kernel.header.dxferp);
}

#define FIXED "\x70\0\x05\0\0\0\0\x0a\0\0\0\0\x24\0\0\0\0"
#define DESCRIPTORS "\x72\x05\x24\0\0\0\0"

static void both_formats_of_sense(void **state) {
  (void)state;
  static const struct {
    const char *sense;
    uint8_t length;
  } rows[] = {{FIXED, 18}, {DESCRIPTORS, 8}};
  for (size_t i = 0; i < 2; i++) {
    struct redbook_command c;
    struct redbook_sense sense;
    uint8_t data[4];
    redbook_cdb_read_toc(&c, REDBOOK_TOC, false, 0, data, sizeof data);
    const struct answer answers[] = {{.status = 2,
                                      .driver = 8,
                                      .resid = 4,
                                      .sense = rows[i].sense,
                                      .sense_length = rows[i].length}};
    assert_int_equal(outcome(answers, &c, &sense), REDBOOK_OUTCOME_UNSUPPORTED);
    assert_int_equal(redbook_sense_triple(&sense), REDBOOK_TRIPLE(5, 0x24, 0));
    assert_int_equal(c.sense_length, rows[i].length);
    assert_int_equal(c.status, 2);
    assert_int_equal(c.driver_status, 8);
    assert_int_equal(c.residual, 4);
  }
}

/* Status 0, no sense, the buffer as it was: what looks like success is none. */
static void status_0_that_is_no_success(void **state) {
  (void)state;
  static const struct {
    struct answer answer;
    uint32_t code;
  } rows[] = {{{.host = 1}, 0x80070037},    {{.host = 3}, 0xC0AA020D},
              {{.host = 0x0E}, 0x80070037}, {{.host = 7}, 0x80004005},
              {{.driver = 6}, 0x80004005},  {{.driver = 0x16}, 0x80004005}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_command c;
    struct redbook_error err;
    uint8_t data[34] = {0};
    redbook_cdb_read_disc_information(&c, data, sizeof data);
    assert_int_equal(outcome(&rows[i].answer, &c, NULL), REDBOOK_OUTCOME_FAILED);
    assert_int_equal(c.status, 0);
    assert_int_equal(c.host_status, rows[i].answer.host);
    if (c.host_status) assert_int_equal(c.residual, 34);
    redbook_error_clear(&err);
    redbook_fail_command(&err, &c, REDBOOK_CONTEXT_GENERAL);
    assert_int_equal(err.code, rows[i].code);
    redbook_cdb_write(&c, 0, 1, (const uint8_t[2352]){0});
    assert_int_equal(outcome(&rows[i].answer, &c, NULL), REDBOOK_OUTCOME_FAILED);
  }
}

/* Bits that old kernels add as suggestions. */
static void suggestions_are_no_failure(void **state) {
  (void)state;
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  assert_int_equal(outcome((const struct answer[]){{.driver = 0x80}}, &c, NULL),
                   REDBOOK_OUTCOME_GOOD);
}

static void system_errors(void **state) {
  (void)state;
  static const struct {
    int error;
    enum redbook_outcome outcome;
    uint32_t code;
  } rows[] = {{EPERM, REDBOOK_OUTCOME_UNSUPPORTED, 0x80070005},
              {ENODEV, REDBOOK_OUTCOME_FAILED, 0x80070037},
              {ENXIO, REDBOOK_OUTCOME_FAILED, 0x80070037},
              {ENOMEM, REDBOOK_OUTCOME_FAILED, 0x8007000E},
              {EIO, REDBOOK_OUTCOME_FAILED, 0x80004005}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_command c;
    struct redbook_error err;
    uint8_t data[8];
    redbook_cdb_mechanism_status(&c, data);
    const struct answer answers[] = {{.error = rows[i].error}};
    assert_int_equal(outcome(answers, &c, NULL), rows[i].outcome);
    assert_int_equal(c.os_error, rows[i].error);
    assert_int_equal(c.residual, 8);
    assert_int_equal(kernel.sent, 1);
    redbook_error_clear(&err);
    redbook_fail_command(&err, &c, REDBOOK_CONTEXT_GENERAL);
    assert_int_equal(err.code, rows[i].code);
  }
}

/* A question is asked again; what may have been carried out is not sent twice. */
static void interrupted_commands(void **state) {
  (void)state;
  const struct answer twice[] = {{.error = EINTR}, {.error = EINTR}, {0}};
  const struct answer ever[] = {
      {.error = EINTR}, {.error = EINTR}, {.error = EINTR}, {.error = EINTR}, {0}};
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  assert_int_equal(outcome(twice, &c, NULL), REDBOOK_OUTCOME_GOOD);
  assert_int_equal(kernel.sent, 3);
  assert_int_equal(outcome(ever, &c, NULL), REDBOOK_OUTCOME_FAILED);
  assert_int_equal(kernel.sent, 4);
  assert_int_equal(c.os_error, EINTR);
  redbook_cdb_write(&c, 0, 1, (const uint8_t[2352]){0});
  assert_int_equal(outcome(twice, &c, NULL), REDBOOK_OUTCOME_FAILED);
  assert_int_equal(kernel.sent, 1);
  redbook_cdb_close(&c, REDBOOK_CLOSE_SESSION, 0, true);
  assert_int_equal(outcome(twice, &c, NULL), REDBOOK_OUTCOME_FAILED);
  assert_int_equal(kernel.sent, 1);
}

static void too_long_a_transfer(void **state) {
  (void)state;
  static const uint8_t sectors[26 * 2352];
  struct redbook_command c;
  struct redbook_error err;
  const struct answer answers[] = {{0}};
  kernel.answers = answers;
  kernel.max_sectors = 64;
  struct redbook_transport *t = open_as(&sr, REDBOOK_SGIO_EXCLUSIVE);
  redbook_cdb_write(&c, 0, 26, sectors);
  redbook_transport_execute(t, &c);
  assert_int_equal(kernel.sent, 0);
  assert_int_equal(redbook_outcome_of(&c, NULL), REDBOOK_OUTCOME_FAILED);
  redbook_error_clear(&err);
  redbook_fail_command(&err, &c, REDBOOK_CONTEXT_GENERAL);
  assert_string_equal(err.message,
                      "WRITE(10) at sector 0 failed: 61152 bytes are more than the "
                      "kernel passes to this drive at once (32768)");
  redbook_cdb_write(&c, 0, 13, sectors);
  redbook_transport_execute(t, &c);
  assert_int_equal(kernel.sent, 1);
  assert_int_equal(redbook_outcome_of(&c, NULL), REDBOOK_OUTCOME_GOOD);
  redbook_transport_close(t);
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
  assert_true(start >= before && passed >= 30000 && passed < 5000000);
  redbook_transport_close(t);
}

static void the_kernel_itself(void **state) {
  (void)state;
  struct redbook_transport *t;
  const char *refused;
  const struct redbook_sgio_target nowhere = {"/nonexistent/sr0", false, NULL};
  assert_int_equal(
      redbook_sgio_open(&redbook_sgio_kernel, &nowhere, REDBOOK_SGIO_LOOK, &t, &refused),
      ENOENT);
  const struct redbook_sgio_target no_drive = {"/dev/null", false, NULL};
  assert_int_equal(
      redbook_sgio_open(&redbook_sgio_kernel, &no_drive, REDBOOK_SGIO_LOOK, &t, &refused), 0);
  struct redbook_command c;
  redbook_cdb_test_unit_ready(&c);
  redbook_transport_execute(t, &c);
  assert_int_equal(c.os_error, ENOTTY);
  assert_int_equal(redbook_outcome_of(&c, NULL), REDBOOK_OUTCOME_FAILED);
  redbook_transport_close(t);
}

#define TEST(f) cmocka_unit_test_setup(f, begin)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(flags_of_an_open),
      TEST(both_nodes_are_held),
      TEST(siblings_that_cannot_be_held),
      TEST(opens_that_fail),
      TEST(an_open_that_is_interrupted),
      TEST(limits_of_the_queue),
      TEST(good),
      TEST(data_to_the_drive),
      TEST(both_formats_of_sense),
      TEST(status_0_that_is_no_success),
      TEST(suggestions_are_no_failure),
      TEST(system_errors),
      TEST(interrupted_commands),
      TEST(too_long_a_transfer),
      TEST(in_a_forked_child),
      TEST(the_clock_is_real),
      TEST(the_kernel_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
