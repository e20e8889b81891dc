/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two descriptors that Windows' storage drivers give of a device (ntddstor.h), made of what
 * the drive says and the transport allows. Little endian, unlike anything of MMC. */
#include <string.h>

#include "base/bytes.h"
#include "drive/command.h"
#include "drive/pages.h"
#include "drive/send.h"

enum { INQUIRY = 36, DEVICE_FIXED = 40, RAW = 36, PAGE_BYTES = 4096, CORE = 0x0001 };
enum { BUS_UNKNOWN, BUS_SCSI, BUS_ATAPI, BUS_1394 = 4, BUS_FIBRE = 6, BUS_USB, BUS_SATA = 11 };

static void put_le16(uint8_t *p, unsigned value) {
  p[0] = (uint8_t)value;
  p[1] = (uint8_t)(value >> 8);
}

static void put_le32(uint8_t *p, uint32_t value) {
  put_le16(p, value & 0xFFFF);
  put_le16(p + 2, value >> 16);
}

/* Physical Interface Standard of the core feature (MMC-5, 5.3.2) -> STORAGE_BUS_TYPE. */
static uint8_t bus_of(uint32_t standard) {
  static const uint8_t buses[] = {BUS_UNKNOWN, BUS_SCSI, BUS_ATAPI, BUS_1394, BUS_1394,
                                  BUS_FIBRE,   BUS_1394, BUS_SATA,  BUS_USB};

  return standard < sizeof buses ? buses[standard] : BUS_UNKNOWN;
}

/* A drive without the feature, or without features, does not tell its bus. */
static bool find_bus(struct redbook_recorder *recorder, uint8_t *bus,
                     struct redbook_error *err) {
  uint8_t data[REDBOOK_FEATURE_MOST];
  size_t length = 0;
  struct redbook_error trouble;

  *bus = BUS_UNKNOWN;
  redbook_error_clear(&trouble);
  if (redbook_recorder_feature_page(recorder, CORE, false, data, &length, &trouble)) {
    if (length >= 8) *bus = bus_of(redbook_get32(data + 4));
    return true;
  }
  if (trouble.code == REDBOOK_E_IMAPI_RECORDER_NO_SUCH_FEATURE ||
      trouble.code == REDBOOK_E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED)
    return true;
  if (err) *err = trouble;
  return false;
}

/* Version, Size, MaximumTransferLength, MaximumPhysicalPages, AlignmentMask, four flags,
 * BusType, a hole, BusMajorVersion, BusMinorVersion, SrbType, AddressType. */
static void put_adapter(uint8_t *p, const struct redbook_limits *limits, uint8_t bus) {
  memset(p, 0, REDBOOK_ADAPTER_DESCRIPTOR);
  put_le32(p, REDBOOK_ADAPTER_DESCRIPTOR);
  put_le32(p + 4, REDBOOK_ADAPTER_DESCRIPTOR);
  put_le32(p + 8, limits->max_transfer);
  put_le32(p + 12, (limits->max_transfer + PAGE_BYTES - 1) / PAGE_BYTES);
  put_le32(p + 16, limits->alignment - 1);
  p[24] = bus;
}

bool redbook_recorder_adapter_descriptor(struct redbook_recorder *recorder, uint8_t *data,
                                         size_t *length, struct redbook_error *err) {
  struct redbook_limits limits;
  uint8_t bus;

  if (!redbook_recorder_limits(recorder, &limits, err) || !find_bus(recorder, &bus, err))
    return false;
  put_adapter(data, &limits, bus);
  *length = REDBOOK_ADAPTER_DESCRIPTOR;
  return true;
}

static bool inquire(struct redbook_recorder *recorder, uint8_t inquiry[INQUIRY],
                    struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  struct redbook_command c;

  memset(inquiry, 0, INQUIRY);
  redbook_cdb_inquiry(&c, inquiry, INQUIRY);
  bool ok = drive && redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err);
  redbook_recorder_leave(recorder, drive);
  if (ok && redbook_received(&c) < INQUIRY)
    ok = redbook_fail_reply(err, &c, "the drive does not say who it is");
  return ok;
}

/* Version (of the fixed part), Size, DeviceType, DeviceTypeModifier, RemovableMedia,
 * CommandQueueing, four offsets of texts, BusType, RawPropertiesLength, then the INQUIRY data
 * and the texts, padded as the drive gives them and ended by a zero. No serial number: 0. */
static size_t put_device(uint8_t *p, const uint8_t inquiry[INQUIRY], uint8_t bus) {
  static const struct {
    uint8_t field, from, length;
  } texts[] = {{12, 8, 8}, {16, 16, 16}, {20, 32, 4}};
  size_t at = RAW + INQUIRY;

  memset(p, 0, REDBOOK_DEVICE_DESCRIPTOR_MOST);
  p[8] = inquiry[0] & 0x1F;
  p[9] = inquiry[1] & 0x7F;
  p[10] = inquiry[1] >> 7;
  p[28] = bus;
  put_le32(p + 32, INQUIRY);
  memcpy(p + RAW, inquiry, INQUIRY);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    put_le32(p + texts[i].field, (uint32_t)at);
    memcpy(p + at, inquiry + texts[i].from, texts[i].length);
    at += texts[i].length + 1u;
  }
  put_le32(p, DEVICE_FIXED);
  put_le32(p + 4, (uint32_t)at);
  return at;
}

bool redbook_recorder_device_descriptor(struct redbook_recorder *recorder, uint8_t *data,
                                        size_t *length, struct redbook_error *err) {
  uint8_t inquiry[INQUIRY];
  uint8_t bus;

  if (!inquire(recorder, inquiry, err) || !find_bus(recorder, &bus, err)) return false;
  *length = put_device(data, inquiry, bus);
  return true;
}
