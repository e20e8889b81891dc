/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a verification says of a track, for people. */
#include <stdio.h>
#include <stdlib.h>

#include "burn/verify_job.h"

#define ROOM 48

struct place {
  char text[ROOM];
};

/* "00:12:34 (LBA 792)", minutes of the disc as players count them. */
static struct place at(int32_t lba) {
  struct place place;
  int32_t n = lba + 150;
  (void)snprintf(place.text, sizeof place.text, "%02d:%02d:%02d (LBA %d)", n / 4500,
                 n / 75 % 60, n % 75, lba);
  return place;
}

static const char *plural(uint32_t count) {
  return count == 1 ? "" : "s";
}

static void say_sound(const struct redbook_verify_track *track,
                      struct redbook_verify_result *r) {
  char *out = r->message;
  size_t size = sizeof r->message;
  if (!r->has_lba)
    (void)snprintf(out, size,
                   "track %u differs from what was burned: its CRC-32 is another, and where "
                   "cannot be told",
                   track->number);
  else
    (void)snprintf(
        out, size,
        "track %u differs from what was burned %s %s; %u of its %u second%s differ%s%s",
        track->number, r->exact ? "at" : "in the second that begins at", at(r->lba).text,
        r->differing, r->blocks, plural(r->blocks), r->differing == 1 ? "s" : "",
        r->unreadable ? ", others cannot be read" : "");
}

static void say_unreadable(const struct redbook_verify_track *track,
                           struct redbook_verify_result *r) {
  (void)snprintf(r->message, sizeof r->message,
                 "track %u cannot be read at %s: sense %X/%02X/%02X; %u sector%s could not be "
                 "read",
                 track->number, at(r->lba).text, r->sense.key, r->sense.asc, r->sense.ascq,
                 r->unreadable, plural(r->unreadable));
}

static void say_difference(const struct redbook_verify_job *job,
                           const struct redbook_verify_track *track,
                           struct redbook_verify_result *r) {
  char *out = r->message;
  size_t size = sizeof r->message;
  int32_t end = track->start + (int32_t)track->sectors;
  if (r->difference == REDBOOK_DIFFERS_MISSING)
    (void)snprintf(out, size, "track %u is not on the disc", track->number);
  else if (r->difference == REDBOOK_DIFFERS_START)
    (void)snprintf(out, size, "track %u begins at %s instead of %s", track->number,
                   at(r->lba).text, at(track->start).text);
  else if (r->difference == REDBOOK_DIFFERS_LENGTH)
    (void)snprintf(out, size, "track %u ends at %s, %d sector%s too early", track->number,
                   at(r->lba).text, end - r->lba, plural((uint32_t)(end - r->lba)));
  else if (r->difference == REDBOOK_DIFFERS_EDGE)
    (void)snprintf(out, size,
                   "track %u is read %d samples %s than it was sent, more than a sector (588): "
                   "%d samples at its %s at %s cannot be compared",
                   track->number, abs(job->offset), job->offset > 0 ? "later" : "earlier",
                   r->edge_frames, job->offset > 0 ? "end" : "beginning", at(r->lba).text);
  else
    say_sound(track, r);
}

void redbook_verify_describe(struct redbook_verify_job *job, unsigned i) {
  const struct redbook_verify_track *track = &job->tracks[i];
  struct redbook_verify_result *r = &job->results[i];
  if (r->verdict == REDBOOK_VERDICT_DIFFERS)
    say_difference(job, track, r);
  else if (r->verdict == REDBOOK_VERDICT_UNREADABLE)
    say_unreadable(track, r);
  else
    r->message[0] = '\0';
}
