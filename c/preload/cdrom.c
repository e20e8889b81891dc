/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CDROM_ ioctls on drive, tray and speed, as Linux' cdrom and sr drivers answer them. */
#include <errno.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <sys/ioctl.h>

#include "preload/preload.h"

/* What sr says of a CD recorder that does not play by itself. */
#define CAPABILITY                                                                    \
  (CDC_CLOSE_TRAY | CDC_OPEN_TRAY | CDC_LOCK | CDC_SELECT_SPEED | CDC_MULTI_SESSION | \
   CDC_MCN | CDC_MEDIA_CHANGED | CDC_RESET | CDC_DRIVE_STATUS | CDC_GENERIC_PACKET |  \
   CDC_CD_R | CDC_CD_RW)

static int start_stop(int fd, uint8_t how) {
  const uint8_t cdb[6] = {0x1B, 0, 0, 0, how};
  return redbook_preload_own(fd, cdb, sizeof cdb, NULL, 0, NULL);
}

static int prevent(int fd, bool on) {
  const uint8_t cdb[6] = {0x1E, 0, 0, 0, on};
  return redbook_preload_own(fd, cdb, sizeof cdb, NULL, 0, NULL);
}

/* Event code and media status of GET EVENT STATUS NOTIFICATION, class media. */
static int media_event(int fd, uint8_t event[2]) {
  const uint8_t cdb[10] = {0x4A, 1, 0, 0, 1 << 4, 0, 0, 0, 8};
  uint8_t reply[8] = {0};
  int error = redbook_preload_own(fd, cdb, sizeof cdb, reply, sizeof reply, NULL);
  if (error) return error;
  if ((reply[2] & 7) != 4) return -EIO;
  event[0] = reply[4] & 0x0F;
  event[1] = reply[5];
  return 0;
}

static int drive_status(int fd) {
  const uint8_t cdb[6] = {0};
  uint8_t event[2];
  uint32_t sense = 0;
  int error = redbook_preload_own(fd, cdb, sizeof cdb, NULL, 0, &sense);
  if (sense >> 16 == 6) error = redbook_preload_own(fd, cdb, sizeof cdb, NULL, 0, &sense);
  if (!error) return CDS_DISC_OK;
  if (sense == 0x020401) return CDS_DRIVE_NOT_READY;
  if (media_event(fd, event)) return CDS_NO_INFO;
  if (event[1] & 2) return CDS_DISC_OK;
  return event[1] & 1 ? CDS_TRAY_OPEN : CDS_NO_DISC;
}

static int media_changed(int fd) {
  uint8_t event[2];
  int error = media_event(fd, event);
  return error ? error : event[0] == 2;
}

static int eject(int fd) {
  int users = redbook_preload_value(fd, REDBOOK_WIRE_OPENERS, 0);
  if (users < 0) return -errno;
  if (users != 1) return -EBUSY;
  int error = prevent(fd, false);
  return error ? error : start_stop(fd, 2);
}

static int lock_door(int fd, bool on) {
  int users = redbook_preload_value(fd, REDBOOK_WIRE_OPENERS, 0);
  if (users < 0) return -errno;
  if (users > 1 && !on) return -EBUSY;
  int error = prevent(fd, on);
  if (error) return error;
  return redbook_preload_value(fd, REDBOOK_WIRE_KEEP_LOCKED, on) < 0 ? -errno : 0;
}

/* 1x is 177 kB/s here; 0 asks for the fastest. */
static int select_speed(int fd, unsigned long times) {
  unsigned speed = times == 0 || times > 370 ? 0xFFFF : (unsigned)times * 177;
  const uint8_t cdb[12] = {0xBB, 0, (uint8_t)(speed >> 8), (uint8_t)speed};
  return redbook_preload_own(fd, cdb, sizeof cdb, NULL, 0, NULL);
}

/* Bytes on the disc as a block device of 2048-byte sectors. */
static int size(int fd, uint64_t *bytes) {
  const uint8_t cdb[10] = {0x25};
  uint8_t reply[8] = {0};
  int error = redbook_preload_own(fd, cdb, sizeof cdb, reply, sizeof reply, NULL);
  uint32_t last =
      (uint32_t)reply[0] << 24 | (uint32_t)reply[1] << 16 | (uint32_t)reply[2] << 8 | reply[3];
  *bytes = error ? 0x1FFFFFu * 512ull * 4 : ((uint64_t)last + 1) * 2048; /* sr's guess */
  return 0;
}

static int block_ioctl(int fd, unsigned long request, void *pointer) {
  uint64_t bytes = 0;
  bool known = request == BLKGETSIZE64 || request == BLKGETSIZE || request == BLKSSZGET ||
               request == BLKROGET || request == BLKSECTGET;
  if (!known) return REDBOOK_NOT_MINE;
  if (!pointer) return -EFAULT;
  if (request == BLKSECTGET) {
    *(unsigned short *)pointer = REDBOOK_WIRE_DATA / 512;
    return 0;
  }
  (void)size(fd, &bytes);
  switch (request) {
    case BLKGETSIZE64:
      *(uint64_t *)pointer = bytes;
      return 0;
    case BLKGETSIZE:
      *(unsigned long *)pointer = bytes / 512;
      return 0;
    case BLKSSZGET:
      *(int *)pointer = 2048;
      return 0;
    default:
      *(int *)pointer = 1;
      return 0; /* no disk that can be written to */
  }
}

int redbook_preload_cdrom(int fd, unsigned long request, uintptr_t argument) {
  void *pointer = (void *)argument; /* NOLINT(performance-no-int-to-ptr): as ioctl has it */
  switch (request) {
    case CDROM_DRIVE_STATUS:
      return drive_status(fd);
    case CDROM_GET_CAPABILITY:
      return CAPABILITY;
    case CDROM_MEDIA_CHANGED:
      return media_changed(fd);
    case CDROM_SELECT_SPEED:
      return select_speed(fd, argument);
    case CDROMEJECT:
      return eject(fd);
    case CDROMCLOSETRAY:
      return start_stop(fd, 3);
    case CDROM_LOCKDOOR:
      return lock_door(fd, argument != 0);
    case CDROMSTART:
      return start_stop(fd, 1);
    case CDROMSTOP:
      return start_stop(fd, 0);
    case CDROM_CHANGER_NSLOTS:
      return 1;
    case DVD_READ_STRUCT:
    case DVD_AUTH:
      return -ENOSYS; /* not a drive for DVDs */
    default:
      return block_ioctl(fd, request, pointer);
  }
}
