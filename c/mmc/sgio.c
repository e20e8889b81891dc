/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SG_IO: one command to the kernel, and everything that comes back. What Linux does is written
 * after Linux 6.1 (block, sr and sg drivers) and measurements with it. */
#include "mmc/sgio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <scsi/scsi.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "mmc/cdb.h"

enum { TYPE_CD = 0x05, NO_FD = -1, RESENDS = 3 };
/* Before Linux 5.14 the upper half of driver_status had suggestions. */
enum { DRIVER_CODE = 0x0F };
/* What every queue takes, when the kernel does not say: WRITEs of all burners fit. */
#define SAFE_TRANSFER (64u * 1024)

struct sgio {
  struct redbook_transport transport;
  const struct redbook_sgio_calls *calls;
  int fd;
  int sibling_fd; /* holds the drive's other node, carries nothing */
};

static int kernel_open(const char *path, int flags) {
  return open(path, flags);
}

static int kernel_ioctl(int fd, unsigned long request, void *argument) {
  return ioctl(fd, request, argument);
}

const struct redbook_sgio_calls redbook_sgio_kernel = {kernel_open, kernel_ioctl, close};

static struct sgio *self(struct redbook_transport *transport) {
  return (struct sgio *)transport;
}

/* Cleared as a whole: the kernel is given no left-overs of the stack, not even as padding. */
static void fill_header(struct sg_io_hdr *h, struct redbook_command *c) {
  memset(h, 0, sizeof *h);
  h->interface_id = 'S';
  h->dxfer_direction = SG_DXFER_NONE;
  h->cmd_len = c->cdb_length;
  h->cmdp = c->cdb;
  h->mx_sb_len = sizeof c->sense;
  h->sbp = c->sense;
  h->timeout = c->timeout_ms;
  if (c->direction == REDBOOK_NO_DATA || c->data_length == 0) return;
  bool out = c->direction == REDBOOK_TO_DEVICE;
  h->dxfer_len = c->data_length;
  h->dxfer_direction = out ? SG_DXFER_TO_DEV : SG_DXFER_FROM_DEV;
  /* SG_IO reads what goes to the device, but its field is not const. */
  h->dxferp = out ? (void *)(uintptr_t)c->data_out : (void *)c->data_in;
}

static uint32_t residual_of(const struct sg_io_hdr *h) {
  if (h->host_status != REDBOOK_HOST_OK) return h->dxfer_len; /* nothing can be relied on */
  if (h->resid <= 0) return 0;
  return (uint32_t)h->resid < h->dxfer_len ? (uint32_t)h->resid : h->dxfer_len;
}

static void take_outcome(struct redbook_command *c, const struct sg_io_hdr *h) {
  c->status = h->status;
  c->host_status = (uint8_t)h->host_status;
  c->driver_status = (uint8_t)(h->driver_status & DRIVER_CODE);
  c->sense_length = h->sb_len_wr < sizeof c->sense ? h->sb_len_wr : sizeof c->sense;
  c->residual = residual_of(h);
}

/* Interrupted before an answer came: it may have been carried out. Only questions are asked
 * again. */
static bool harmless(const struct redbook_command *c) {
  switch (c->cdb[0]) {
    case REDBOOK_TEST_UNIT_READY:
    case REDBOOK_INQUIRY:
    case REDBOOK_READ_CAPACITY:
    case REDBOOK_READ_TOC:
    case REDBOOK_GET_CONFIGURATION:
    case REDBOOK_READ_DISC_INFORMATION:
    case REDBOOK_READ_TRACK_INFORMATION:
    case REDBOOK_MODE_SENSE_10:
    case REDBOOK_READ_BUFFER_CAPACITY:
    case REDBOOK_GET_PERFORMANCE:
    case REDBOOK_READ_CD:
      return true;
    default:
      return false;
  }
}

/* The ioctl with this thread's signals kept waiting. */
static int send(const struct sgio *s, struct sg_io_hdr *h) {
  sigset_t all;
  sigset_t before;

  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = s->calls->ioctl(s->fd, SG_IO, h) < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

static bool too_long(const struct sgio *s, struct redbook_command *c) {
  if (c->direction == REDBOOK_NO_DATA || c->data_length <= s->transport.max_transfer)
    return false;
  c->os_error = EINVAL;
  (void)snprintf(c->problem, sizeof c->problem,
                 "%u bytes are more than the kernel passes to this drive at once (%u)",
                 c->data_length, s->transport.max_transfer);
  (void)snprintf(c->remedy, sizeof c->remedy, "Ask for less at once.");
  return true;
}

static void do_execute(struct redbook_transport *transport, struct redbook_command *command) {
  const struct sgio *s = self(transport);
  unsigned again = 0;

  command->residual = command->direction == REDBOOK_NO_DATA ? 0 : command->data_length;
  if (too_long(s, command)) return;
  for (;;) {
    struct sg_io_hdr header;
    fill_header(&header, command);
    command->os_error = s->fd == NO_FD ? EBADF : send(s, &header);
    if (command->os_error == 0) {
      take_outcome(command, &header);
      return;
    }
    if (command->os_error != EINTR || !harmless(command) || again++ == RESENDS) return;
  }
}

static uint64_t do_now(struct redbook_transport *transport) {
  struct timespec now;

  (void)transport;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void do_sleep(struct redbook_transport *transport, uint64_t microseconds) {
  uint64_t end = do_now(transport) + microseconds;
  const struct timespec when = {.tv_sec = (time_t)(end / 1000000u),
                                .tv_nsec = (long)(end % 1000000u) * 1000};
  int status = EINTR;

  while (status == EINTR)
    status = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

static bool is_real_time(struct redbook_transport *transport) {
  (void)transport;
  return true;
}

/* In a forked child this closes copies: the parent's descriptors keep lock and tray as they
 * are. */
static void do_abandon(struct redbook_transport *transport) {
  struct sgio *s = self(transport);

  if (s->sibling_fd != NO_FD) (void)s->calls->close(s->sibling_fd);
  if (s->fd != NO_FD) (void)s->calls->close(s->fd);
  s->fd = s->sibling_fd = NO_FD;
}

static void do_close(struct redbook_transport *transport) {
  do_abandon(transport);
  free(self(transport));
}

static const struct redbook_transport_ops transport_ops = {
    do_execute, do_now, do_sleep, is_real_time, do_abandon, do_close,
};

/* The one way into the kernel that is not a command: what it knows of a node. */
static bool ask(const struct sgio *s, int fd, unsigned long request, void *answer) {
  return s->calls->ioctl(fd, request, answer) >= 0;
}

/* BLKSECTGET counts sectors of 512 bytes in a short on sr, bytes in an int on sg (there has
 * been a change of that to sectors: less than a page cannot be bytes); the reserved size of sr
 * is cut down to what its queue takes, that of sg says nothing. */
static uint32_t queue_limit(const struct sgio *s, bool generic) {
  unsigned short sectors = 0;
  int bytes = 0;
  uint32_t limit = 0;

  if (generic) {
    if (!ask(s, s->fd, BLKSECTGET, &bytes) || bytes <= 0) return 0;
    return bytes < 4096 ? (uint32_t)bytes * 512u : (uint32_t)bytes;
  }
  if (ask(s, s->fd, BLKSECTGET, &sectors)) limit = sectors * 512u;
  if (ask(s, s->fd, SG_GET_RESERVED_SIZE, &bytes) && bytes > 0 &&
      (limit == 0 || (uint32_t)bytes < limit))
    limit = (uint32_t)bytes;
  return limit;
}

static void set_limits(struct sgio *s, bool generic) {
  uint32_t limit = queue_limit(s, generic);

  if (limit == 0) limit = SAFE_TRANSFER;
  s->transport.max_transfer = limit < REDBOOK_MAX_TRANSFER ? limit : REDBOOK_MAX_TRANSFER;
}

/* A /dev/sgN may be a disk or a scanner. Where the kernel does not say, the drive's INQUIRY
 * will. */
static bool is_no_drive(const struct sgio *s) {
  struct sg_scsi_id id = {.scsi_type = TYPE_CD};

  return ask(s, s->fd, SG_GET_SCSI_ID, &id) && id.scsi_type != TYPE_CD;
}

struct address {
  uint32_t place; /* host, channel, target, unit */
  uint32_t host;  /* the host's own number */
};

/* Both nodes have one address: a path from a list may meanwhile be another drive's. */
static bool same_drive(const struct sgio *s) {
  struct address mine = {0};
  struct address other = {0};

  return ask(s, s->fd, SCSI_IOCTL_GET_IDLUN, &mine) &&
         ask(s, s->sibling_fd, SCSI_IOCTL_GET_IDLUN, &other) && mine.place == other.place &&
         mine.host == other.host;
}

static int hold_sibling(struct sgio *s, const char *path, int flags) {
  s->sibling_fd = s->calls->open(path, flags);
  if (s->sibling_fd < 0) {
    s->sibling_fd = NO_FD;
    return errno == EBUSY ? EBUSY : 0;
  }
  if (same_drive(s)) return 0;
  (void)s->calls->close(s->sibling_fd);
  s->sibling_fd = NO_FD;
  return 0;
}

static int flags_of(enum redbook_sgio_mode mode) {
  int flags = O_NONBLOCK | O_CLOEXEC | (mode == REDBOOK_SGIO_LOOK ? O_RDONLY : O_RDWR);
  return mode == REDBOOK_SGIO_EXCLUSIVE ? flags | O_EXCL : flags;
}

static int open_nodes(struct sgio *s, const struct redbook_sgio_target *target,
                      enum redbook_sgio_mode mode, const char **refused) {
  int flags = flags_of(mode);

  *refused = target->path;
  do {
    s->fd = s->calls->open(target->path, flags);
  } while (s->fd < 0 && errno == EINTR);
  if (s->fd < 0) return errno;
  if (target->generic && is_no_drive(s)) return ENODEV;
  set_limits(s, target->generic);
  if (mode != REDBOOK_SGIO_EXCLUSIVE || !target->sibling) return 0;
  *refused = target->sibling;
  return hold_sibling(s, target->sibling, flags);
}

int redbook_sgio_open(const struct redbook_sgio_calls *calls,
                      const struct redbook_sgio_target *target, enum redbook_sgio_mode mode,
                      struct redbook_transport **out, const char **refused) {
  struct sgio *s = calloc(1, sizeof *s);

  *out = NULL;
  *refused = target->path;
  if (!s) return ENOMEM;
  redbook_transport_init(&s->transport, &transport_ops);
  s->calls = calls;
  s->fd = s->sibling_fd = NO_FD;
  int error = open_nodes(s, target, mode, refused);
  if (error) {
    if (s->fd < 0) s->fd = NO_FD;
    do_close(&s->transport);
    return error;
  }
  *out = &s->transport;
  return 0;
}
