/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole replies and single pages, as the drive gives them. */
#include "drive/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "drive/command.h"
#include "drive/send.h"

enum { INFORMATION = 34, TRACK_INFORMATION = 36, STRUCTURE_HEADER = 4, MODE_HEADER = 8 };
#define SAVE_PAGES 0x01
#define PAGE_CODE 0x3F
#define SUBPAGE 0x40
#define ALL_PAGES 0x3F

/* A command whose reply begins with its length (16 bits, which it does not count). */
struct question {
  enum redbook_opcode opcode;
  enum redbook_track_address type;
  uint32_t number;
  const struct redbook_structure *structure;
};

static void build(struct redbook_command *c, const struct question *q, uint8_t *data,
                  uint16_t length) {
  const struct redbook_structure *s = q->structure;

  if (q->opcode == REDBOOK_READ_DISC_INFORMATION)
    redbook_cdb_read_disc_information(c, data, length);
  else if (q->opcode == REDBOOK_READ_TRACK_INFORMATION)
    redbook_cdb_read_track_information(c, q->type, q->number, data, length);
  else
    redbook_cdb_read_disc_structure(c, s->format, s->address, s->layer, s->agid, data, length);
}

/* The first `usual` bytes, and when there are more all of it: so burners ask, and drives that
 * mind long allocation lengths are spared. */
static bool ask(struct redbook_drive *drive, const struct question *q, uint16_t usual,
                uint8_t *data, size_t *length, struct redbook_error *err) {
  struct redbook_command c;

  for (uint16_t room = usual;;) {
    memset(data, 0, room);
    build(&c, q, data, room);
    if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) return false;
    uint32_t received = redbook_received(&c);
    uint32_t claimed = received >= 2 ? redbook_get16(data) + 2u : 0;
    if (claimed > REDBOOK_REPLY_MOST) claimed = REDBOOK_REPLY_MOST;
    *length = claimed;
    if (claimed > 2 && claimed <= received) return true;
    if (claimed <= room) return redbook_fail_reply(err, &c, "the reply is cut off");
    if (room != usual) return redbook_fail_reply(err, &c, "the reply grew while it was read");
    room = (uint16_t)claimed;
  }
}

static bool answer(struct redbook_recorder *recorder, const struct question *q, uint16_t usual,
                   uint8_t *data, size_t *length, struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  bool ok = drive && ask(drive, q, usual, data, length, err);

  redbook_recorder_leave(recorder, drive);
  return ok;
}

bool redbook_recorder_disc_information(struct redbook_recorder *recorder, uint8_t *data,
                                       size_t *length, struct redbook_error *err) {
  const struct question q = {.opcode = REDBOOK_READ_DISC_INFORMATION};

  return answer(recorder, &q, INFORMATION, data, length, err);
}

bool redbook_recorder_track_information(struct redbook_recorder *recorder,
                                        enum redbook_track_address type, uint32_t number,
                                        uint8_t *data, size_t *length,
                                        struct redbook_error *err) {
  const struct question q = {
      .opcode = REDBOOK_READ_TRACK_INFORMATION, .type = type, .number = number};

  return answer(recorder, &q, TRACK_INFORMATION, data, length, err);
}

/* "Unknown command": the drive knows no DVDs. */
static bool fail_structure(struct redbook_error *err, const struct redbook_error *trouble) {
  const struct redbook_sense *sense = &trouble->sense;

  if (!err) return false;
  *err = *trouble;
  if (sense->valid && sense->key == 5 && sense->asc == 0x20)
    redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_NO_SUCH_FEATURE,
                 "the drive does not know the structures of DVDs");
  return false;
}

bool redbook_recorder_dvd_structure(struct redbook_recorder *recorder,
                                    const struct redbook_structure *what, uint8_t *data,
                                    size_t *length, struct redbook_error *err) {
  const struct question q = {.opcode = REDBOOK_READ_DISC_STRUCTURE, .structure = what};
  struct redbook_error trouble;

  redbook_error_clear(&trouble);
  if (!answer(recorder, &q, STRUCTURE_HEADER, data, length, &trouble))
    return fail_structure(err, &trouble);
  *length = *length > STRUCTURE_HEADER ? *length - STRUCTURE_HEADER : 0;
  memmove(data, data + STRUCTURE_HEADER, *length);
  return true;
}

bool redbook_recorder_send_dvd_structure(struct redbook_recorder *recorder, uint8_t format,
                                         const uint8_t *data, size_t length,
                                         struct redbook_error *err) {
  struct redbook_command c;
  struct redbook_error trouble;

  if (length > REDBOOK_STRUCTURE_MOST)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "a structure has at most %u bytes, not %zu",
                        REDBOOK_STRUCTURE_MOST, length);
  uint8_t *list = calloc(1, STRUCTURE_HEADER + length);
  if (!list) return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the structure");
  redbook_put16(list, (uint32_t)length + 2);
  if (length) memcpy(list + STRUCTURE_HEADER, data, length);
  redbook_cdb_send_disc_structure(&c, format, list, (uint16_t)(STRUCTURE_HEADER + length));
  redbook_error_clear(&trouble);
  struct redbook_drive *drive =
      redbook_recorder_enter_to_change(recorder, REDBOOK_SEND_DISC_STRUCTURE, &trouble);
  bool ok = drive && redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, &trouble);
  redbook_recorder_leave(recorder, drive);
  free(list);
  return ok || fail_structure(err, &trouble);
}

/* Where the descriptor of a feature lies in a configuration; NULL when it is not there. */
static const uint8_t *find_feature(const uint8_t *data, size_t length, uint16_t wanted,
                                   struct redbook_feature *out) {
  size_t offset = 8;

  while ((offset = redbook_next_feature(data, length, offset, out)) != 0)
    if (out->code == wanted) return out->data - 4;
  return NULL;
}

/* Some drives of MMC-2 do not know how to tell one feature alone. */
static bool get_feature(struct redbook_drive *drive, uint16_t feature, uint8_t **data,
                        size_t *length, struct redbook_error *err) {
  struct redbook_error trouble;

  redbook_error_clear(&trouble);
  if (redbook_drive_get_configuration(drive, 2, feature, data, length, &trouble)) return true;
  if (trouble.sense.valid && trouble.sense.key == 5 && trouble.sense.asc == 0x24)
    return redbook_drive_get_configuration(drive, 0, 0, data, length, err);
  if (err) *err = trouble;
  return false;
}

bool redbook_recorder_feature_page(struct redbook_recorder *recorder, uint16_t feature,
                                   bool current_only, uint8_t *data, size_t *length,
                                   struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  struct redbook_feature found;
  uint8_t *reply = NULL;
  size_t n = 0;
  bool ok = drive && get_feature(drive, feature, &reply, &n, err);

  redbook_recorder_leave(recorder, drive);
  if (!ok) return false;
  const uint8_t *head = find_feature(reply, n, feature, &found);
  if (!head)
    ok = redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_NO_SUCH_FEATURE,
                      "the drive does not have feature %04Xh", feature);
  else if (current_only && !found.current)
    ok = redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_FEATURE_IS_NOT_CURRENT,
                      "the drive has feature %04Xh, but not with this medium", feature);
  else
    memcpy(data, head, *length = 4u + found.length);
  free(reply);
  return ok;
}

bool redbook_recorder_mode_page(struct redbook_recorder *recorder, uint8_t page,
                                enum redbook_page_control control, uint8_t *data,
                                size_t *length, struct redbook_error *err) {
  if (page >= ALL_PAGES)
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "there is no single mode page %02Xh: they are 00h to 3Eh", page);
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  bool ok = drive &&
            redbook_drive_mode_page(drive, page, control, data, REDBOOK_PAGE_MOST, length, err);

  redbook_recorder_leave(recorder, drive);
  return ok;
}

static bool check_page(enum redbook_page_control control, const uint8_t *data, size_t length,
                       struct redbook_error *err) {
  if (control != REDBOOK_PAGE_CURRENT && control != REDBOOK_PAGE_SAVED)
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "only CURRENT_VALUES and SAVED can be set, not request type %d",
                        (int)control);
  if (length < 2 || length != 2u + data[1])
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "not one mode page: its head says %u bytes, %zu are given",
                        length < 2 ? 2u : 2u + data[1], length);
  if (data[0] & SUBPAGE || (data[0] & PAGE_CODE) == ALL_PAGES)
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "%02Xh is no mode page: they are 00h to 3Eh, without subpages",
                        data[0]);
  return true;
}

bool redbook_recorder_set_mode_page(struct redbook_recorder *recorder,
                                    enum redbook_page_control control, const uint8_t *data,
                                    size_t length, struct redbook_error *err) {
  uint8_t list[MODE_HEADER + REDBOOK_PAGE_MOST] = {0};
  struct redbook_command c;

  if (!check_page(control, data, length, err)) return false;
  memcpy(list + MODE_HEADER, data, length);
  list[MODE_HEADER] &= PAGE_CODE;
  redbook_cdb_mode_select(&c, list, (uint16_t)(MODE_HEADER + length));
  if (control == REDBOOK_PAGE_SAVED) c.cdb[1] |= SAVE_PAGES;
  struct redbook_drive *drive =
      redbook_recorder_enter_to_change(recorder, REDBOOK_MODE_SELECT_10, err);
  bool ok = drive && redbook_drive_run(drive, &c, REDBOOK_CONTEXT_MODE, err);
  redbook_recorder_leave(recorder, drive);
  if (!ok && err && err->code == REDBOOK_E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS)
    redbook_advise(err,
                   "Start from the page as GetModePage gives it; only bits that are set "
                   "in its CHANGEABLE values can be changed.");
  return ok;
}
