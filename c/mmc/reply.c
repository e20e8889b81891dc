/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsers of what a drive says about itself: identity, features, mode pages, speeds. */
#include "mmc/reply.h"

#include <string.h>

#include "base/bytes.h"

/* A reply ends where its own length field says, or where the bytes end. */
static size_t shorter(size_t n, uint64_t claimed) {
  return claimed < n ? (size_t)claimed : n;
}

/* ASCII fields padded with spaces; some drives pad with zeros. */
static void copy_text(char *out, const uint8_t *p, size_t length) {
  for (size_t i = 0; i < length; i++) {
    out[i] = ' ';
    if (p[i] >= 0x20 && p[i] < 0x7F) out[i] = (char)p[i];
  }
  while (length > 0 && out[length - 1] == ' ') {
    length--;
  }
  out[length] = '\0';
}

/* The additional length (byte 4) is not looked at: bridges are known to understate it. */
bool redbook_parse_inquiry(const uint8_t *p, size_t n, struct redbook_inquiry *out) {
  if (n < 36) return false;
  out->device_type = p[0] & 0x1F;
  out->removable = (p[1] & 0x80) != 0;
  copy_text(out->vendor, p + 8, 8);
  copy_text(out->product, p + 16, 16);
  copy_text(out->revision, p + 32, 4);
  return true;
}

static uint64_t configuration_length(const uint8_t *p) {
  return (uint64_t)redbook_get32(p) + 4;
}

bool redbook_parse_configuration(const uint8_t *p, size_t n, uint16_t *current_profile,
                                 uint32_t *total_length) {
  if (n < 8 || configuration_length(p) < 8) return false;
  uint64_t total = configuration_length(p);
  *current_profile = redbook_get16(p + 6);
  *total_length = total > UINT32_MAX ? UINT32_MAX : (uint32_t)total;
  return true;
}

size_t redbook_next_feature(const uint8_t *p, size_t n, size_t offset,
                            struct redbook_feature *out) {
  if (n < 8 || offset < 8) return 0;
  size_t end = shorter(n, configuration_length(p));
  if (offset > end || end - offset < 4) return 0;
  const uint8_t *d = p + offset;
  if (end - offset < 4u + d[3]) return 0;
  out->code = redbook_get16(d);
  out->version = d[2] >> 2 & 0x0F;
  out->persistent = (d[2] & 2) != 0;
  out->current = (d[2] & 1) != 0;
  out->data = d + 4;
  out->length = d[3];
  return offset + 4u + d[3];
}

/* Bytes that a page says it has, its header included; sub-pages have a longer header (SPC). */
static size_t page_size(const uint8_t *page, size_t n) {
  if ((page[0] & 0x40) == 0) return 2u + page[1];
  return n < 4 ? n : 4u + redbook_get16(page + 2);
}

bool redbook_parse_mode_page(const uint8_t *p, size_t n, uint8_t wanted, const uint8_t **page,
                             size_t *length) {
  if (n < 8) return false;
  n = shorter(n, 2u + (uint64_t)redbook_get16(p));
  size_t offset = 8u + redbook_get16(p + 6);
  while (offset < n && n - offset >= 2) {
    size_t size = shorter(n - offset, page_size(p + offset, n - offset));
    if ((p[offset] & 0x7F) == (wanted & 0x3F)) {
      *page = p + offset;
      *length = size;
      return true;
    }
    offset += size;
  }
  return false;
}

enum { PURE_CAV = 1 }; /* rotation control, 2 bits */

static void page_speeds(const uint8_t *page, size_t n, struct redbook_capabilities *out) {
  if (n < 32) return;
  unsigned announced = redbook_get16(page + 30);
  for (unsigned i = 0; i < announced && out->speed_count < REDBOOK_MAX_SPEEDS; i++) {
    const uint8_t *d = page + 32 + 4 * (size_t)i;
    if (n < 32 + 4 * ((size_t)i + 1)) break;
    struct redbook_speed speed = {redbook_get16(d + 2), (d[1] & 3) == PURE_CAV};
    if (speed.kbps != 0) out->speeds[out->speed_count++] = speed;
  }
}

/* MMC-3 moved the current write speed to bytes 28-29 and calls 18-21 obsolete; drives fill the
 * one, the other or both. */
static void page_write_speeds(const uint8_t *page, size_t n, struct redbook_capabilities *out) {
  out->max_write_kbps = redbook_get16(page + 18);
  if (n >= 22) out->current_write_kbps = redbook_get16(page + 20);
  if (n >= 30 && redbook_get16(page + 28) != 0) {
    out->current_write_kbps = redbook_get16(page + 28);
    out->current_pure_cav = (page[27] & 3) == PURE_CAV;
  }
  for (unsigned i = 0; i < out->speed_count; i++) {
    if (out->speeds[i].kbps > out->max_write_kbps) {
      out->max_write_kbps = out->speeds[i].kbps;
    }
  }
}

bool redbook_parse_capabilities(const uint8_t *page, size_t n,
                                struct redbook_capabilities *out) {
  if (n < 2 || (page[0] & 0x3F) != 0x2A) return false;
  n = shorter(n, 2u + page[1]);
  if (n < 20) return false; /* length 12h: the shortest page that drives are known to send */
  *out = (struct redbook_capabilities){
      .writes_cd_r = (page[3] & 0x01) != 0,
      .writes_cd_rw = (page[3] & 0x02) != 0,
      .test_write = (page[3] & 0x04) != 0,
      .buffer_underrun_free = (page[4] & 0x80) != 0,
      .loading_mechanism = page[6] >> 5,
      .can_eject = (page[6] & 0x08) != 0,
      .locked = (page[6] & 0x02) != 0,
      .can_lock = (page[6] & 0x01) != 0,
      .buffer_kib = redbook_get16(page + 12),
      .max_read_kbps = redbook_get16(page + 8),
      .current_read_kbps = redbook_get16(page + 14),
  };
  page_speeds(page, n, out);
  page_write_speeds(page, n, out);
  return true;
}

bool redbook_parse_performance(const uint8_t *p, size_t n, struct redbook_speed *speeds,
                               unsigned room, unsigned *count, unsigned *announced) {
  if (n < 8) return false;
  uint64_t total = (uint64_t)redbook_get32(p) + 4;
  if (total < 8) return false;
  *announced = (unsigned)((total - 8) / 16);
  *count = 0;
  n = shorter(n, total);
  for (size_t at = 8; n - at >= 16 && *count < room; at += 16) {
    uint32_t kbps = redbook_get32(p + at + 12);
    if (kbps == 0) continue;
    speeds[(*count)++] = (struct redbook_speed){kbps > 0xFFFF ? 0xFFFF : (uint16_t)kbps,
                                                (p[at] >> 3 & 3) == PURE_CAV};
  }
  return true;
}

bool redbook_parse_buffer_capacity(const uint8_t *p, size_t n, uint32_t *total,
                                   uint32_t *free) {
  if (n < 12 || redbook_get16(p) < 10) return false;
  if ((p[3] & 1) != 0) return false; /* counted in blocks, which nobody asked for */
  *total = redbook_get32(p + 4);
  *free = redbook_get32(p + 8);
  return *free <= *total;
}

bool redbook_parse_mechanism_status(const uint8_t *p, size_t n, bool *door_open) {
  if (n < 8) return false;
  *door_open = (p[1] & 0x10) != 0;
  return true;
}

/* 1 kB is 1000 B on the wire, a sector 2352 B; rounded to the nearest. */
uint32_t redbook_kbps_to_sectors(uint32_t kbps) {
  return (uint32_t)(((uint64_t)kbps * 1000 + 2352 / 2) / 2352);
}

uint32_t redbook_sectors_to_kbps(uint32_t sectors_per_second) {
  uint64_t kbps = ((uint64_t)sectors_per_second * 2352 + 500) / 1000;
  return kbps > UINT32_MAX ? UINT32_MAX : (uint32_t)kbps;
}
