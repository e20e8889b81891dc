/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CDROM_ ioctls on what is on the disc: table of contents, sessions, catalog number, Q. */
#include <errno.h>
#include <linux/cdrom.h>
#include <string.h>
#include <sys/ioctl.h>

#include "preload/preload.h"

static int32_t lba_at(const uint8_t *p) {
  return (int32_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
}

/* READ TOC, 12 bytes: the header and the first descriptor. */
static int read_toc(int fd, bool msf, uint8_t format, uint8_t track, uint8_t reply[12]) {
  const uint8_t cdb[10] = {0x43, msf ? 2 : 0, format, 0, 0, 0, track, 0, 12};
  memset(reply, 0, 12);
  return redbook_preload_own(fd, cdb, sizeof cdb, reply, 12, NULL);
}

static bool format_known(uint8_t format) {
  return format == CDROM_MSF || format == CDROM_LBA;
}

/* The last four bytes of an address field: LBA, or 0 M S F. */
static void put_address(union cdrom_addr *address, uint8_t format, const uint8_t *p) {
  memset(address, 0, sizeof *address);
  if (format == CDROM_MSF)
    address->msf = (struct cdrom_msf0){p[1], p[2], p[3]};
  else
    address->lba = lba_at(p);
}

static int toc_header(int fd, struct cdrom_tochdr *header) {
  uint8_t reply[12];
  int error = read_toc(fd, false, 0, 0, reply);
  if (error) return error;
  header->cdth_trk0 = reply[2];
  header->cdth_trk1 = reply[3];
  return 0;
}

static int toc_entry(int fd, struct cdrom_tocentry *entry) {
  uint8_t reply[12];
  if (!format_known(entry->cdte_format)) return -EINVAL;
  int error = read_toc(fd, entry->cdte_format == CDROM_MSF, 0, entry->cdte_track, reply);
  if (error) return error;
  entry->cdte_ctrl = reply[5] & 0x0Fu;
  entry->cdte_adr = (reply[5] >> 4) & 0x0Fu;
  entry->cdte_datamode = reply[5] & 4 ? 1 : 0;
  put_address(&entry->cdte_addr, entry->cdte_format, reply + 8);
  return 0;
}

/* Start of the last session's first track; 0 when there is only one session. */
static int multisession(int fd, struct cdrom_multisession *out) {
  uint8_t reply[12];
  if (!format_known(out->addr_format)) return -EINVAL;
  int error = read_toc(fd, out->addr_format == CDROM_MSF, 1, 0, reply);
  if (error == -ENOMEDIUM) return error;
  bool several = !error && reply[3] > 1;
  static const uint8_t zero[2][4] = {{0, 0, 0, 0}, {0, 0, 2, 0}};
  put_address(&out->addr, out->addr_format,
              several ? reply + 8 : zero[out->addr_format == CDROM_MSF]);
  out->xa_flag = several;
  return 0;
}

static int disc_status(int fd) {
  struct cdrom_tochdr header;
  unsigned audio = 0, data = 0;
  int error = toc_header(fd, &header);
  if (error) return error == -ENOMEDIUM ? CDS_NO_DISC : CDS_NO_INFO;
  for (unsigned track = header.cdth_trk0; track <= header.cdth_trk1; track++) {
    struct cdrom_tocentry entry = {.cdte_track = (uint8_t)track, .cdte_format = CDROM_MSF};
    if (toc_entry(fd, &entry)) return CDS_NO_INFO;
    if (entry.cdte_ctrl & CDROM_DATA_TRACK)
      data++;
    else
      audio++;
  }
  if (audio) return data ? CDS_MIXED : CDS_AUDIO;
  return data ? CDS_DATA_1 : CDS_NO_INFO;
}

static int read_subchannel(int fd, uint8_t format, bool msf, uint8_t *reply, uint8_t length) {
  const uint8_t cdb[10] = {0x42, msf ? 2 : 0, 0x40, format, 0, 0, 0, 0, length};
  memset(reply, 0, length);
  return redbook_preload_own(fd, cdb, sizeof cdb, reply, length, NULL);
}

/* 13 digits; zeros where the disc has none. */
static int catalog_number(int fd, struct cdrom_mcn *mcn) {
  uint8_t reply[24];
  int error = read_subchannel(fd, 2, true, reply, sizeof reply);
  if (error) return error;
  memcpy(mcn->medium_catalog_number, reply + 9, 13);
  mcn->medium_catalog_number[13] = 0;
  return 0;
}

static int position(int fd, struct cdrom_subchnl *q) {
  uint8_t reply[16];
  if (!format_known(q->cdsc_format)) return -EINVAL;
  int error = read_subchannel(fd, 1, q->cdsc_format == CDROM_MSF, reply, sizeof reply);
  if (error) return error;
  q->cdsc_audiostatus = reply[1];
  q->cdsc_ctrl = reply[5] & 0x0Fu;
  q->cdsc_adr = (reply[5] >> 4) & 0x0Fu;
  q->cdsc_trk = reply[6];
  q->cdsc_ind = reply[7];
  put_address(&q->cdsc_absaddr, q->cdsc_format, reply + 8);
  put_address(&q->cdsc_reladdr, q->cdsc_format, reply + 12);
  return 0;
}

int redbook_preload_toc(int fd, unsigned long request, uintptr_t argument) {
  void *pointer = (void *)argument; /* NOLINT(performance-no-int-to-ptr): as ioctl has it */
  bool known = request == CDROMREADTOCHDR || request == CDROMREADTOCENTRY ||
               request == CDROMMULTISESSION || request == CDROM_GET_MCN ||
               request == CDROMSUBCHNL;
  if (request == CDROM_DISC_STATUS) return disc_status(fd);
  if (!known) return REDBOOK_NOT_MINE;
  if (!pointer) return -EFAULT;
  switch (request) {
    case CDROMREADTOCHDR:
      return toc_header(fd, pointer);
    case CDROMREADTOCENTRY:
      return toc_entry(fd, pointer);
    case CDROMMULTISESSION:
      return multisession(fd, pointer);
    case CDROM_GET_MCN:
      return catalog_number(fd, pointer);
    default:
      return position(fd, pointer);
  }
}
