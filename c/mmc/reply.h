/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsers of drives' replies: bounds-checked, any truncation. Each takes the bytes that were
 * received and returns false when the fields it promises are not all there (the caller makes
 * it 02FF). Layouts: mmc reference 1.3.
 */
#ifndef REDBOOK_MMC_REPLY_H
#define REDBOOK_MMC_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redbook_inquiry {
  uint8_t device_type; /* 5 = CD/DVD */
  bool removable;
  char vendor[9], product[17], revision[5]; /* trailing spaces removed */
};
bool redbook_parse_inquiry(const uint8_t *p, size_t n, struct redbook_inquiry *out);

/* GET CONFIGURATION. Iterate: offset 8, then redbook_next_feature until it returns 0. */
struct redbook_feature {
  uint16_t code;
  bool current, persistent;
  uint8_t version;
  const uint8_t *data; /* what follows the 4-byte descriptor header */
  uint8_t length;
};
bool redbook_parse_configuration(const uint8_t *p, size_t n, uint16_t *current_profile,
                                 uint32_t *total_length /* whole reply as the drive claims */);
/* Returns the offset of the descriptor after the one read at `offset`, 0 when there is none. */
size_t redbook_next_feature(const uint8_t *p, size_t n, size_t offset,
                            struct redbook_feature *out);

/* MODE SENSE(10): finds the page behind the header and any block descriptor. `*page` points to
 * its first byte (page code), `*length` counts the received bytes from there, at most 2 + its
 * own length byte. */
bool redbook_parse_mode_page(const uint8_t *p, size_t n, uint8_t wanted, const uint8_t **page,
                             size_t *length);

#define REDBOOK_MAX_SPEEDS 32
struct redbook_speed {
  uint16_t kbps; /* the drive's own figure: send it back unchanged */
  bool pure_cav;
};
struct redbook_capabilities { /* mode page 2Ah */
  bool writes_cd_r, writes_cd_rw, test_write, buffer_underrun_free;
  uint8_t loading_mechanism; /* 0 caddy, 1 tray, 2 pop-up, 4/5 changer */
  bool can_eject, can_lock, locked;
  uint16_t buffer_kib, max_read_kbps, current_read_kbps, max_write_kbps, current_write_kbps;
  bool current_pure_cav;
  unsigned speed_count;
  struct redbook_speed speeds[REDBOOK_MAX_SPEEDS];
};
bool redbook_parse_capabilities(const uint8_t *page, size_t n,
                                struct redbook_capabilities *out);

enum {
  REDBOOK_STATUS_BLANK,
  REDBOOK_STATUS_APPENDABLE,
  REDBOOK_STATUS_COMPLETE,
  REDBOOK_STATUS_OTHER
};
enum {
  REDBOOK_SESSION_EMPTY,
  REDBOOK_SESSION_INCOMPLETE,
  REDBOOK_SESSION_DAMAGED,
  REDBOOK_SESSION_COMPLETE
};
struct redbook_disc_information {
  bool erasable;
  uint8_t disc_status;    /* REDBOOK_STATUS_... */
  uint8_t session_status; /* of the last session, REDBOOK_SESSION_... */
  uint16_t first_track, sessions, first_track_in_last, last_track_in_last;
  uint8_t disc_type;
  bool has_lead_out_limit;
  int32_t lead_out_limit; /* last possible start of lead-out, LBA */
};
bool redbook_parse_disc_information(const uint8_t *p, size_t n,
                                    struct redbook_disc_information *out);

struct redbook_track_information {
  uint16_t track, session;
  bool damaged, copy, reserved, blank, packet, fixed_packet, next_writable_valid;
  uint8_t control, data_mode;
  int32_t start, next_writable;
  uint32_t free_blocks, size;
};
bool redbook_parse_track_information(const uint8_t *p, size_t n,
                                     struct redbook_track_information *out);

#define REDBOOK_LEAD_OUT 0xAAu
struct redbook_toc_entry {
  uint8_t adr, control, track;
  int32_t start; /* LBA */
};
struct redbook_toc { /* format 0, LBA or MSF form as asked for */
  uint8_t first, last;
  unsigned count; /* entries, the lead-out included */
  struct redbook_toc_entry entries[100];
};
/* False without the lead-out's entry: the reply was cut off. */
bool redbook_parse_toc(const uint8_t *p, size_t n, bool msf, struct redbook_toc *out);

struct redbook_atip {
  bool rewritable;
  uint8_t power, reference_speed;  /* as Orange Book codes them */
  int32_t lead_in, lead_out_limit; /* LBA; lead_in is negative */
};
/* False also for a start that is not in the lead-in (garbage of pressed discs, zeros). Old
 * Ricoh drives' BCD is understood. */
bool redbook_parse_atip(const uint8_t *p, size_t n, struct redbook_atip *out);

/* Bytes. False also for a count of blocks, and for more free than there is. */
bool redbook_parse_buffer_capacity(const uint8_t *p, size_t n, uint32_t *total, uint32_t *free);

/* GET PERFORMANCE type 03h; *announced = descriptors that the drive says it has. */
bool redbook_parse_performance(const uint8_t *p, size_t n, struct redbook_speed *speeds,
                               unsigned room, unsigned *count, unsigned *announced);

bool redbook_parse_mechanism_status(const uint8_t *p, size_t n, bool *door_open);

/* MM:SS:FF of lead-in positions (M >= 90) is negative: mmc reference, head. */
int32_t redbook_msf_to_lba(uint8_t m, uint8_t s, uint8_t f);
void redbook_lba_to_msf(int32_t lba, uint8_t msf[3]);

/* IMAPI2 counts sectors per second, MMC kB/s: 75 <-> 176, 3600 <-> 8467. */
uint32_t redbook_kbps_to_sectors(uint32_t kbps);
uint32_t redbook_sectors_to_kbps(uint32_t sectors_per_second);

#endif
