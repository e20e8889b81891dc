/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is this the disc at all: every track in its place and long enough, by the TOC and by READ
 * TRACK INFORMATION. Tracks of an open session are known to the latter only (MMC reference
 * 2.4). */
#include "burn/verify_job.h"

#define READY_SECONDS 60.0
#define READY_PAUSE 0.5
/* A track's size may include its run-out and the next pregap (unverified); as long as any disc
 * can be, it is no size. */
#define LONGEST 450000u

static bool wait_ready(struct redbook_verify_job *job, struct redbook_error *err) {
  double since = redbook_drive_now(&job->drive);
  for (;;) {
    struct redbook_error trouble;
    redbook_error_clear(&trouble);
    if (redbook_drive_ready(&job->drive, &trouble)) return true;
    if (!trouble.transient || redbook_drive_now(&job->drive) - since >= READY_SECONDS) {
      *err = trouble;
      return false;
    }
    if (!redbook_drive_sleep(&job->drive, READY_PAUSE, err)) return false;
  }
}

/* 1 tray, 4 and 5 changers close by themselves. */
static bool can_load(struct redbook_verify_job *job) {
  struct redbook_capabilities can;
  if (!redbook_drive_capabilities(&job->drive, &can, NULL)) return false;
  return can.can_eject && (can.loading_mechanism == 1 || can.loading_mechanism == 4 ||
                           can.loading_mechanism == 5);
}

/* A few old drives read the TOC of a disc that they have closed only after the tray was out
 * (MMC reference 1.7). Not cancelled half way: the tray would stay out. */
static bool reload(struct redbook_verify_job *job, struct redbook_error *err) {
  struct redbook_drive patient = {.transport = job->drive.transport};
  redbook_drive_prevent(&patient, false, NULL);
  bool ok = redbook_drive_start_stop(&patient, REDBOOK_EJECT, err) &&
            redbook_drive_start_stop(&patient, REDBOOK_LOAD, err);
  redbook_drive_prevent(&patient, true, NULL);
  return ok && wait_ready(job, err);
}

static bool is_closed(struct redbook_verify_job *job, bool *closed, struct redbook_error *err) {
  struct redbook_disc_information disc;
  struct redbook_error trouble;
  redbook_error_clear(&trouble);
  *closed = true; /* a drive that only reads does not know the command */
  if (!redbook_drive_disc_information(&job->drive, &disc, &trouble)) {
    bool refused = trouble.sense.valid && trouble.sense.key == 5;
    if (!refused) *err = trouble;
    return refused;
  }
  bool open = disc.disc_status == REDBOOK_STATUS_APPENDABLE &&
              disc.session_status != REDBOOK_SESSION_EMPTY;
  *closed = disc.disc_status != REDBOOK_STATUS_BLANK && !open;
  return true;
}

/* Of an open session and of a blank disc the drive may give a TOC or refuse: both are fine. */
static bool read_toc(struct redbook_verify_job *job, struct redbook_toc *toc,
                     struct redbook_error *err) {
  bool closed;
  struct redbook_error trouble;
  *toc = (struct redbook_toc){.count = 0};
  if (!is_closed(job, &closed, err)) return false;
  redbook_error_clear(&trouble);
  if (redbook_drive_toc(&job->drive, toc, &trouble)) return true;
  toc->count = 0;
  if (!trouble.sense.valid) {
    *err = trouble;
    return false;
  }
  if (!closed) return true;
  if (!can_load(job)) {
    *err = trouble;
    redbook_advise(err, "Take the disc out, put it in again, and verify it then.");
    return false;
  }
  return reload(job, err) && redbook_drive_toc(&job->drive, toc, err);
}

static const struct redbook_toc_entry *find(const struct redbook_toc *toc, unsigned number) {
  for (unsigned i = 0; i < toc->count; i++)
    if (toc->entries[i].track == number) return &toc->entries[i];
  return NULL;
}

/* The entry after a track's: the next track's or the lead-out's. */
static const struct redbook_toc_entry *behind(const struct redbook_toc *toc,
                                              const struct redbook_toc_entry *entry) {
  const struct redbook_toc_entry *next = find(toc, entry->track + 1u);
  return next ? next : find(toc, REDBOOK_LEAD_OUT);
}

static void differs(struct redbook_verify_result *result, enum redbook_difference what,
                    int32_t lba) {
  result->verdict = REDBOOK_VERDICT_DIFFERS;
  result->difference = what;
  result->lba = lba;
  result->has_lba = what != REDBOOK_DIFFERS_MISSING;
  result->exact = true;
}

static void place(struct redbook_verify_job *job, unsigned i, const struct redbook_toc *toc,
                  const struct redbook_track_information *info) {
  const struct redbook_verify_track *track = &job->tracks[i];
  struct redbook_verify_result *result = &job->results[i];
  const struct redbook_toc_entry *entry = find(toc, track->number);
  const struct redbook_toc_entry *next = entry ? behind(toc, entry) : NULL;
  int32_t end = track->start + (int32_t)track->sectors;
  int32_t start = entry ? entry->start : info ? info->start : 0;
  bool sized = info && info->size > 0 && info->size < LONGEST;
  if (!entry && !info)
    differs(result, REDBOOK_DIFFERS_MISSING, 0);
  else if (start != track->start)
    differs(result, REDBOOK_DIFFERS_START, start);
  else if (next && next->start < end)
    differs(result, REDBOOK_DIFFERS_LENGTH, next->start);
  else if (sized && info->size < track->sectors)
    differs(result, REDBOOK_DIFFERS_LENGTH, start + (int32_t)info->size);
}

/* What the drive says of the track; false when it says nothing, which a drive that only reads
 * may. The invisible track is none. */
static bool ask(struct redbook_verify_job *job, const struct redbook_verify_track *track,
                struct redbook_track_information *info, bool *known,
                struct redbook_error *err) {
  struct redbook_error trouble;
  redbook_error_clear(&trouble);
  *known = redbook_drive_track_information(&job->drive, REDBOOK_BY_TRACK, track->number, info,
                                           &trouble);
  if (*known) *known = info->track == track->number && !info->blank;
  if (*known || trouble.code == 0 || trouble.sense.valid) return true;
  *err = trouble;
  return false;
}

bool redbook_verify_disc(struct redbook_verify_job *job, struct redbook_error *err) {
  struct redbook_toc toc;
  if (!wait_ready(job, err) || !read_toc(job, &toc, err)) return false;
  for (unsigned i = 0; i < job->count; i++) {
    struct redbook_track_information info;
    bool known;
    if (!ask(job, &job->tracks[i], &info, &known, err)) return false;
    place(job, i, &toc, known ? &info : NULL);
  }
  return true;
}
