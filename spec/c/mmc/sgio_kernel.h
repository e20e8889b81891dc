/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel for SG_IO without a drive: its system calls give what is written down, as Linux 6.1
 * does. */
#ifndef SPEC_MMC_SGIO_KERNEL_H
#define SPEC_MMC_SGIO_KERNEL_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <scsi/scsi.h>
#include <scsi/sg.h>
#include <signal.h>
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

static inline int fake_open(const char *path, int flags) {
  unsigned n = kernel.opened++;
  strcpy(kernel.paths[n], path);
  kernel.flags[n] = flags;
  errno = kernel.opens ? kernel.opens[n] : 0;
  if (errno) return -1;
  return strstr(path, "sg") ? SG_FD : SR_FD;
}

static inline int fake_close(int fd) {
  kernel.closed[kernel.closes++] = fd;
  return 0;
}

static inline int refuse(int error) {
  errno = error;
  return -1;
}

static inline int fake_question(int fd, unsigned long request, void *argument) {
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

static inline int fake_ioctl(int fd, unsigned long request, void *argument) {
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

static inline int begin(void **state) {
  (void)state;
  memset(&kernel, 0, sizeof kernel);
  kernel.scsi_type = 5;
  kernel.max_sectors = 256;
  kernel.max_bytes = 131072;
  kernel.sr_place = kernel.sg_place = 0x01000002;
  return 0;
}

static inline struct redbook_transport *open_as(const struct redbook_sgio_target *target,
                                                enum redbook_sgio_mode mode) {
  struct redbook_transport *t;
  const char *refused;
  assert_int_equal(redbook_sgio_open(&calls, target, mode, &t, &refused), 0);
  assert_non_null(t);
  return t;
}

#define TEST(f) cmocka_unit_test_setup(f, begin)

#endif
