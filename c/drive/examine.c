/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a drive says of a disc, track by track (mmc reference 1.3, 2.4, 5.4). */
#include "drive/examine.h"

#define PAGE_WRITE_PARAMETERS 0x05
#define TEST_WRITE 0x10 /* byte 2 (1.4) */
#define RUN_OUT 2u      /* sectors that READ TRACK INFORMATION leaves out (2.2) */

/* A drive without the page cannot simulate. */
static bool test_write_set(struct redbook_drive *drive) {
  uint8_t page[257] = {0};
  size_t length = 0;

  return redbook_drive_mode_page(drive, PAGE_WRITE_PARAMETERS, REDBOOK_PAGE_CURRENT, page,
                                 sizeof page, &length, NULL) &&
         length > 2 && page[2] & TEST_WRITE;
}

static const struct redbook_toc_entry *entry_of(const struct redbook_toc *toc,
                                                unsigned number) {
  for (unsigned i = 0; i < toc->count; i++)
    if (toc->entries[i].track == number) return &toc->entries[i];
  return NULL;
}

/* Length by the TOC alone: to the next track or the lead-out. */
static uint32_t length_by_toc(const struct redbook_toc *toc, unsigned number, int32_t start) {
  const struct redbook_toc_entry *next = entry_of(toc, number + 1);

  if (!next) next = entry_of(toc, REDBOOK_LEAD_OUT);
  return next && next->start > start ? (uint32_t)(next->start - start) : 0;
}

/* A closed disc in a drive that gives no track information of it. */
static bool track_by_toc(const struct redbook_toc *toc, unsigned number,
                         struct redbook_examined_track *out) {
  const struct redbook_toc_entry *entry = entry_of(toc, number);

  if (!entry) return false;
  uint32_t length = length_by_toc(toc, number, entry->start);
  *out = (struct redbook_examined_track){
      .number = number,
      .session = 1,
      .start = entry->start,
      .sectors = length > RUN_OUT ? length - RUN_OUT : length,
      .control = entry->control,
      .complete = true,
      .listed = true,
  };
  return true;
}

/* Of a track that is not ended, what is recorded is told by where it goes on: some drives give
 * the room that it could take as its size (unverified). */
static uint32_t recorded(const struct redbook_track_information *info, bool complete) {
  bool open = !complete && info->next_writable_valid && info->next_writable >= info->start;

  return open ? (uint32_t)(info->next_writable - info->start) : info->size;
}

static void take_track(const struct redbook_track_information *info,
                       const struct redbook_toc *toc, unsigned number, bool complete,
                       struct redbook_examined_track *out) {
  const struct redbook_toc_entry *entry = entry_of(toc, number);

  *out = (struct redbook_examined_track){
      .number = number,
      .session = info->session,
      .start = info->start,
      .sectors = recorded(info, complete),
      .control = info->control,
      .complete = complete,
      .damaged = info->damaged,
      .listed = entry && entry->start == info->start,
  };
}

static bool list_tracks(struct redbook_drive *drive, unsigned first, unsigned last,
                        const struct redbook_toc *toc, struct redbook_examination *out,
                        struct redbook_error *err) {
  unsigned complete = first + out->media.tracks;

  for (unsigned number = first; number <= last && out->count < REDBOOK_TRACKS_MOST; number++) {
    struct redbook_examined_track *track = &out->tracks[out->count];
    struct redbook_track_information info;
    struct redbook_error trouble;

    redbook_error_clear(&trouble);
    if (redbook_drive_track_information(drive, REDBOOK_BY_TRACK, number, &info, &trouble)) {
      if (info.blank) continue; /* the place of the track to come */
      take_track(&info, toc, number, number < complete, track);
    } else if (!track_by_toc(toc, number, track)) {
      if (err) *err = trouble;
      return false;
    }
    out->count++;
  }
  return true;
}

bool redbook_examine(struct redbook_drive *drive, struct redbook_examination *out,
                     struct redbook_error *err) {
  struct redbook_disc_information disc;
  struct redbook_toc toc;

  *out = (struct redbook_examination){.count = 0};
  if (!redbook_media_summary(drive, &out->media, err)) return false;
  if (!out->media.present) return true;
  out->test_write = test_write_set(drive);
  if (!redbook_drive_disc_information(drive, &disc, err)) return false;
  /* A disc without a closed session has no TOC to read (2.4). */
  if (!redbook_drive_toc(drive, &toc, NULL)) toc = (struct redbook_toc){.count = 0};
  unsigned first = disc.first_track ? disc.first_track : 1;
  unsigned last = disc.last_track_in_last;
  if (last > REDBOOK_TRACKS_MOST) last = REDBOOK_TRACKS_MOST;
  return list_tracks(drive, first, last, &toc, out, err);
}
