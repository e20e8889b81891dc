/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person does to the drive, and what can be seen from outside. */
#include <stdio.h>
#include <string.h>

#include "virtual/drive.h"

static bool hands_free(struct redbook_virtual *drive, struct redbook_error *err) {
  if (drive->prevented) {
    drive->event = 1; /* the button was pressed: GESN eject request */
    return redbook_fail(err, REDBOOK_E_FAIL, "the tray is locked");
  }
  if (drive->holder)
    return redbook_fail(err, REDBOOK_E_FAIL, "the disc is held by an exclusive user");
  return true;
}

bool redbook_virtual_open_tray(struct redbook_virtual *drive, struct redbook_error *err) {
  redbook_vdrive_lock(drive);
  bool good = hands_free(drive, err);
  if (good && !drive->tray_open) {
    drive->tray_open = true;
    redbook_vdrive_medium_changed(drive);
  }
  pthread_mutex_unlock(&drive->mutex);
  return good;
}

bool redbook_virtual_close_tray(struct redbook_virtual *drive, struct redbook_error *err) {
  (void)err;
  redbook_vdrive_lock(drive);
  if (drive->tray_open) {
    drive->tray_open = false;
    redbook_vdrive_medium_changed(drive);
  }
  pthread_mutex_unlock(&drive->mutex);
  return true;
}

bool redbook_virtual_insert(struct redbook_virtual *drive, const char *disc,
                            enum redbook_virtual_medium medium, unsigned minutes,
                            struct redbook_error *err) {
  redbook_vdrive_lock(drive);
  bool good =
      hands_free(drive, err) && redbook_vdrive_put_disc(drive, disc, medium, minutes, err);
  if (good) {
    drive->tray_open = false;
    redbook_vdrive_medium_changed(drive);
  }
  pthread_mutex_unlock(&drive->mutex);
  return good;
}

void redbook_virtual_set_ready_after(struct redbook_virtual *drive, double seconds) {
  redbook_vdrive_lock(drive);
  drive->ready_after = seconds > 0 && seconds <= 86400 ? seconds : 0;
  pthread_mutex_unlock(&drive->mutex);
}

void redbook_virtual_look(struct redbook_virtual *drive, struct redbook_virtual_view *out) {
  memset(out, 0, sizeof *out);
  redbook_vdrive_lock(drive);
  const struct redbook_vdisc *disc = &drive->disc;
  out->tray_open = drive->tray_open;
  out->has_disc = drive->has_disc;
  out->prevented = drive->prevented;
  out->held = drive->holder != NULL;
  out->medium = drive->has_disc ? disc->medium : REDBOOK_MEDIUM_NONE;
  out->disc_status = drive->has_disc ? redbook_vdisc_status(disc) : -1;
  out->session_status = drive->has_disc ? redbook_vdisc_session_status(disc) : -1;
  out->tracks = drive->has_disc ? disc->tracks : 0;
  out->sessions = drive->has_disc ? disc->sessions : 0;
  out->incomplete_tracks = drive->has_disc && redbook_vdisc_unfinished_const(disc) ? 1 : 0;
  out->clock_us = drive->clock_us;
  out->commands = drive->commands;
  out->foreign_commands = drive->foreign;
  for (const struct redbook_vtransport *t = drive->transports; t; t = t->next)
    out->foreign_commands += atomic_load(&t->base.foreign);
  out->fault_hits = drive->fault_hits;
  out->underruns = drive->underruns;
  out->idle_us = redbook_vbuffer_idle(drive, drive->clock_us);
  out->buffer_low = drive->low_water;
  snprintf(out->path, sizeof out->path, "%s", drive->has_disc ? drive->image.cue : "");
  pthread_mutex_unlock(&drive->mutex);
}

bool redbook_virtual_track_at(struct redbook_virtual *drive, unsigned index,
                              struct redbook_virtual_track *out) {
  redbook_vdrive_lock(drive);
  bool there = drive->has_disc && index < drive->disc.tracks;
  if (there) {
    const struct redbook_vtrack *track = &drive->disc.track[index];
    *out = (struct redbook_virtual_track){
        .number = index + 1,
        .session = track->session,
        .start = track->start,
        .sectors = track->sectors,
        .control = track->control,
        .complete = track->state == REDBOOK_VTRACK_COMPLETE,
    };
    memcpy(out->isrc, track->isrc, sizeof out->isrc);
  }
  pthread_mutex_unlock(&drive->mutex);
  return there;
}
