/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any sequence of commands to a virtual recorder, right ones and noise: every outcome is well
 * formed, tracks follow each other within the capacity, the next writable address never falls
 * unless BLANK or the end of a test write lowers it, complete tracks stay as they are, also
 * when the disc is opened again, and hold what was sent.
 *
 * Input: a byte for the drive, a byte for the disc, then steps: a byte that chooses one, bytes
 * that it takes as it goes (zeros when none are left).
 */
#include <sys/mman.h>

#include "virtual_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BIG_WRITE 65535u /* sectors: of a test, or when the drive is told to store nothing */
enum { MAX_STEPS = 200 };

/* --- Steps ----------------------------------------------------------------------------------
 */

/* CD-TEXT: four packs of 24 six-bit symbols a block, which come again after a while. */
static void fill_packs(uint8_t *data, int lba, uint32_t blocks, unsigned period) {
  for (unsigned i = 0; i < blocks * 4; i++) {
    unsigned number = ((unsigned)(lba + 11635) * 4 + i) % period;
    memset(data + (size_t)i * 24, (int)(number & 0x3F), 24);
    data[(size_t)i * 24 + 1] = (uint8_t)(number >> 6 & 0x3F);
  }
}

/* Sectors or lead-in blocks at an LBA. */
static bool write_at(struct world *w, int lba, uint32_t count, bool lead_in) {
  uint32_t length = count * (lead_in ? 96 : SECTOR);
  uint8_t cdb[16] = {0x2A, 0, 0, 0, 0, 0, 0, (uint8_t)(count >> 8), (uint8_t)count};
  redbook_put32(cdb + 2, (uint32_t)lba);
  if (!lead_in && (w->stored += count) > MAX_SECTORS) return false;
  uint8_t *data = malloc(length ? length : 1);
  require(data != NULL);
  if (lead_in)
    fill_packs(data, lba, count, w->lead_out % 2 ? 24 : 1 << 20);
  else
    fill(data, lba, count);
  bool done = to(w, cdb, data, length);
  free(data);
  return done;
}

/* Of these nothing is stored: pages of zeros, mapped once. */
static bool write_nothing(struct world *w, int lba, uint32_t count) {
  static uint8_t *zeros;
  if (zeros == NULL)
    zeros = mmap(NULL, (size_t)BIG_WRITE * SECTOR, PROT_READ,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(zeros != MAP_FAILED);
  uint8_t cdb[16] = {0x2A, 0, 0, 0, 0, 0, 0, (uint8_t)(count >> 8), (uint8_t)count};
  redbook_put32(cdb + 2, (uint32_t)lba);
  return to(w, cdb, zeros, count * SECTOR);
}

static bool where(struct world *w, int *lba) {
  if (!track_info(w, 0xFF) || !(w->reply[7] & 1)) return false;
  *lba = (int)redbook_get32(w->reply + 12);
  return true;
}

static void go_on(struct world *w, unsigned count) {
  int lba = 0;
  if (!where(w, &lba)) return;
  if (w->page[2] & 0x10 && count % 4 == 3 && lba >= 0)
    write_nothing(w, lba, BIG_WRITE);
  else
    write_at(w, lba, count, (w->page[2] & 0x0F) == 2 && lba < -150);
}

/* Page 05h: write type and flags, tracks and sessions, MCN and ISRC or not, a wrong byte. */
static bool select05(struct world *w, uint8_t byte2, uint8_t byte3, unsigned codes,
                     uint8_t wrong) {
  uint8_t list[60] = {[8] = 0x05, [9] = 0x32, [10] = byte2, [11] = byte3, [23] = 0x96};
  static const uint8_t mcn[14] = {0x80, '4', '0', '0', '6', '3', '8',
                                  '1',  '3', '3', '3', '9', '3', '1'};
  static const uint8_t isrc[13] = {0x80, 'D', 'E', 'A', '0', '1', '9',
                                   '9',  '0', '0', '0', '0', '1'};
  if (codes & 1) memcpy(list + 24, mcn, sizeof mcn);
  if (codes & 2) memcpy(list + 40, isrc, sizeof isrc);
  if (wrong) list[byte(w) % sizeof list] ^= wrong;
  return to(w, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 60), list, sizeof list);
}

static void put_msf(uint8_t *p, int lba) {
  p[0] = (uint8_t)((lba + 150) / 4500);
  p[1] = (uint8_t)((lba + 150) / 75 % 60);
  p[2] = (uint8_t)((lba + 150) % 75);
}

/* Two entries, of 7 and 6 digits (MCN) or of 6 and 6 characters (ISRC). */
static uint8_t *put_codes(uint8_t *p, uint8_t adr, uint8_t tno, const char *code) {
  for (size_t i = 0; i < 2; i++, p += 8) {
    p[0] = adr;
    p[1] = tno;
    if (adr == 3)
      memcpy(p + 2, code + 6 * i, 6);
    else
      memcpy(p + 1, code + 7 * i, 7 - i);
  }
  return p;
}

static uint8_t *put_index(uint8_t *p, uint8_t tno, uint8_t index, int lba) {
  memcpy(p, (uint8_t[8]){1, tno, index}, 8);
  put_msf(p + 5, lba);
  return p + 8;
}

enum { TEXT = 1, GAP = 8, MARKS = 0x10, LONG = 0x20, MCN = 0x40, ISRC = 0x80 };

/* One to four tracks from the invisible one on; lengths from the input. Then a wrong byte. */
static bool send_cue(struct world *w, unsigned how, uint8_t wrong) {
  uint8_t sheet[8 * 24] = {0}, *p = sheet;
  if (!track_info(w, 0xFF)) return false;
  int lba = (int)redbook_get32(w->reply + 12);
  uint8_t number = w->reply[2];
  if (lba < -150) lba = -150;
  if (how & MCN) p = put_codes(p, 2, 0, "4006381333931");
  memcpy(p, (uint8_t[8]){1, 0, 0, how & TEXT ? 0x41 : 1}, 8);
  p += 8;
  for (unsigned i = 0; i <= (how >> 1 & 3); i++, number++) {
    if (how & ISRC) p = put_codes(p, 3, number, "DEA019900001");
    if (i == 0 || how & GAP) p = put_index(p, number, 0, lba);
    lba += i == 0 ? 150 : how & GAP ? byte(w) : 0;
    p = put_index(p, number, 1, lba);
    lba += 1 + byte(w) + (how & LONG ? 300 : 0);
    if (how & MARKS) p = put_index(p, number, 2, lba - 1);
  }
  p = put_index(p, 0xAA, 1, lba);
  p[-5] = 1; /* the drive makes the lead-out's content */
  w->lead_out = lba;
  uint32_t length = (uint32_t)(p - sheet);
  if (wrong) sheet[byte(w) % length] ^= wrong;
  return to(w, CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, (uint8_t)length), sheet, length);
}

/* A session at once, in pieces: to its end, or so many. */
static void whole_session(struct world *w, uint8_t byte2, unsigned pieces) {
  uint8_t byte3 = byte(w) & 1 ? 0xC0 : 0, how = byte(w), size = byte(w);
  int lba = 0;
  if (!select05(w, byte2, byte3, 0, 0) || !send_cue(w, how, 0)) return;
  for (unsigned i = 0; i < pieces && where(w, &lba) && lba < w->lead_out; i++) {
    bool lead_in = lba < -150;
    int count = lead_in ? 383 : lba < 0 ? 50 : 1 + size % 128;
    int most = lead_in ? -150 - lba : w->lead_out - lba;
    if (!write_at(w, lba, (uint32_t)(count < most ? count : most), lead_in)) return;
  }
}

static const uint8_t opcodes[] = {0x00, 0x01, 0x03, 0x12, 0x15, 0x1A, 0x1B, 0x1E, 0x25,
                                  0x28, 0x2A, 0x2B, 0x35, 0x3C, 0x42, 0x43, 0x46, 0x4A,
                                  0x51, 0x52, 0x54, 0x55, 0x5A, 0x5B, 0x5C, 0x5D, 0xA1,
                                  0xA8, 0xAC, 0xAD, 0xB6, 0xB9, 0xBB, 0xBD, 0xBE};

/* Any CDB with any data; a WRITE's data is what fill() gives, so that content can be checked.
 */
static void noise(struct world *w, uint8_t opcode) {
  struct redbook_command c = {.cdb = {opcode},
                              .direction = (enum redbook_direction)(byte(w) % 3)};
  for (unsigned i = 1; i < 12; i++)
    c.cdb[i] = byte(w);
  uint8_t *data = NULL;
  if (c.direction != REDBOOK_NO_DATA) {
    c.data_length = two(w) % 5000;
    data = calloc(1, c.data_length + SECTOR);
    require(data != NULL);
    data = realloc(data, c.data_length ? c.data_length : 1);
    require(data != NULL);
  }
  if (c.direction == REDBOOK_FROM_DEVICE) {
    memset(data, 0xEE, c.data_length);
    c.data_in = data;
  } else if (data) {
    if (opcode == 0x2A)
      fill(data, (int)redbook_get32(c.cdb + 2), c.data_length / SECTOR);
    else
      for (uint32_t i = 0; i < c.data_length && w->at < w->end; i++)
        data[i] = byte(w);
    c.data_out = data;
  }
  send(w, &c);
  free(data);
}

/* A READ CD of what may be there. */
static void read_cd(struct world *w) {
  uint8_t cdb[16] = {0xBE, (uint8_t)(byte(w) & 0x1C)};
  unsigned of = w->tracks ? byte(w) % w->tracks : 0;
  int lba = (w->tracks ? w->track[of].start : 0) + (int8_t)byte(w);
  redbook_put32(cdb + 2, (uint32_t)lba);
  cdb[8] = byte(w) & 15;
  cdb[9] = byte(w);
  cdb[10] = byte(w) & 7;
  from(w, cdb, two(w) % 45000);
}

/* Commands whose reply is cut at any allocation length. */
static void ask(struct world *w) {
  static const uint8_t which[] = {0x43, 0x42, 0x51, 0x52, 0x46, 0x4A, 0x5A, 0x5C, 0x3C, 0x12};
  uint8_t cdb[16] = {which[byte(w) % sizeof which]};
  unsigned room = two(w) % 9000;
  cdb[1] = byte(w) & 3;
  cdb[2] = byte(w);
  if (cdb[0] == 0x43) cdb[2] &= 7;
  if (cdb[0] == 0x42) cdb[3] = byte(w) & 3;
  if (cdb[0] == 0x52) memcpy(cdb + 2, (uint8_t[4]){0, 0, 0, cdb[2]}, 4);
  if (cdb[0] == 0x43 || cdb[0] == 0x42) cdb[6] = byte(w) % 101;
  redbook_put16(cdb + (cdb[0] == 0x12 ? 3 : 7), (uint16_t)room);
  from(w, cdb, room);
}

static void blank(struct world *w, bool far) {
  uint8_t cdb[16] = {0xA1, (uint8_t)(byte(w) & 0x17)};
  if (far) cdb[4] = byte(w);
  cdb[5] = byte(w);
  no_data(w, cdb);
}

static void one_step(struct world *w) {
  static const uint16_t counts[] = {1, 2, 16, 26, 27, 100, 299, 300, 301, 7};
  static const uint8_t type[] = {0x41, 0x01, 0x51, 0x42, 0x52, 0x02, 0x61, 0x40};
  uint8_t choice = byte(w), how = choice >> 5, next = w->at < w->end ? *w->at : 0;
  switch (choice & 31) {
    case 0:
    case 1:
    case 2:
    case 3:
      go_on(w, counts[byte(w) % 10]);
      break;
    case 4:
      go_on(w, byte(w));
      break;
    case 5:
    case 6:
      no_data(w, CDB(0x35, (uint8_t)(how & 2)));
      break;
    case 7:
      no_data(w, CDB(0x5B, how & 1, 1, 0, 0, how & 6 ? (uint8_t)(w->tracks + 1) : byte(w)));
      break;
    case 8:
    case 9:
      no_data(w, CDB(0x5B, how & 1, 2));
      break;
    case 10:
      blank(w, how & 1);
      break;
    case 11:
    case 12:
    case 13:
      select05(w, type[how], byte(w) & 0xCB, next >> 2, 0);
      break;
    case 14:
      byte(w);
      select05(w, type[how], next, 0, byte(w));
      break;
    case 15:
      byte(w);
      send_cue(w, next, how & 1 ? byte(w) : 0);
      break;
    case 16:
    case 17:
      whole_session(w, how & 2 ? 0x52 : 0x42, how & 1 ? 1000 : byte(w));
      break;
    case 18:
      read_cd(w);
      break;
    case 19:
    case 20:
      ask(w);
      break;
    case 21:
      no_data(w, CDB(0x1B, how & 1, 0, 0, byte(w) & 3));
      break;
    case 22:
      no_data(w, CDB(0x1E, 0, 0, 0, how & 1));
      break;
    case 23:
    case 24:
      redbook_transport_sleep_us(w->t, (uint64_t)two(w) << (how * 2));
      break;
    case 25:
      noise(w, byte(w));
      break;
    case 26:
      no_data(w, CDB(0x54, 1));
      break;
    case 27:
      reopen(w);
      break;
    default:
      noise(w, opcodes[byte(w) % sizeof opcodes]);
  }
}

/* All but a few hundred sectors recorded, of which the files hold nothing. */
static void nearly_fill(struct world *w, unsigned left) {
  const struct redbook_virtual_fault lie = {.kind = REDBOOK_FAULT_LIE, .opcode = 0x2A};
  uint32_t sectors = w->minutes * 4500 - 151 - left;
  require(redbook_virtual_add_fault(w->drive, &lie, &(struct redbook_error){0}));
  bool good = select05(w, 0x41, 0xC0, 0, 0);
  for (uint32_t lba = 0, n = 0; lba < sectors && good; lba += n) {
    n = sectors - lba < BIG_WRITE ? sectors - lba : BIG_WRITE;
    good = write_nothing(w, (int)lba, n);
  }
  redbook_virtual_clear_faults(w->drive);
  no_data(w, CDB(0x35));
}

static void name_drive(struct world *w, const char *personality) {
  snprintf(w->name, sizeof w->name, "virtual:%s/disc.cue?medium=%s&minutes=%u&personality=%s",
           folder, w->cd_rw ? "cd-rw" : "cd-r", w->minutes, personality);
}

static void make_drive(struct world *w) {
  static const char *const personalities[] = {
      "strict",   "strict",       "strict",  "pioneer",  "lg",          "nwa-150",
      "mitsumi",  "slow",         "tinybuf", "deferred", "early-ready", "bdesc",
      "short-2a", "no-getconfig", "no-atip", "brisk"};
  uint8_t first = byte(w), second = byte(w);
  w->cd_rw = first & 0x80;
  w->minutes = first & 0x40 ? 74 : 80;
  name_drive(w, "strict");
  open_drive(w);
  if (second & 0x80) nearly_fill(w, 160 + (second & 0x7Fu) * 8);
  close_drive(w);
  name_drive(w, personalities[first & 15]);
  open_drive(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  make_folder();
  remove_folder();
  struct world *w = calloc(1, sizeof *w);
  if (w == NULL) return 0;
  *w = (struct world){.at = data, .end = data + size, .nwa = {INT32_MIN, INT32_MIN}};
  make_drive(w);
  for (unsigned i = 0; i < MAX_STEPS && w->at < w->end; i++) {
    struct redbook_virtual_view view;
    one_step(w);
    redbook_virtual_look(w->drive, &view);
    if (view.tray_open) no_data(w, CDB(0x1B, 0, 0, 0, 3));
    check_tracks(w);
    check_nwa(w);
  }
  reopen(w);
  check_content(w);
  close_drive(w);
  free(w);
  return 0;
}
