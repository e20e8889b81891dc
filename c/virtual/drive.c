/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive: its life, what lies in it, and whether it would answer now. */
#include "virtual/drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void redbook_vdrive_lock(struct redbook_virtual *drive) {
  pthread_mutex_lock(&drive->mutex);
  redbook_vclock_update(drive);
  redbook_vbuffer_run(drive);
}

struct redbook_vdisc *redbook_vdrive_disc(struct redbook_virtual *drive) {
  return drive->testing ? &drive->shadow : &drive->disc;
}

bool redbook_vdrive_present(const struct redbook_virtual *drive) {
  return drive->has_disc && !drive->tray_open;
}

bool redbook_vdrive_ready(const struct redbook_virtual *drive) {
  return redbook_vdrive_present(drive) && drive->clock_us >= drive->ready_at;
}

/* Drives that record in silence let TEST UNIT READY pass and keep disc and track information
 * to themselves until the last WRITE is on the disc; only BLANK shows in all three. */
static bool silent(const struct redbook_virtual *drive, uint8_t opcode) {
  return drive->personality->busy_in_silence && !drive->blanking && opcode == 0x00;
}

static bool recording_hides(const struct redbook_virtual *drive, uint8_t opcode) {
  return drive->personality->busy_in_silence && (opcode == 0x51 || opcode == 0x52) &&
         drive->buffer.head < drive->buffer.fed;
}

uint32_t redbook_vdrive_busy(const struct redbook_virtual *drive, struct redbook_vcall *call) {
  if (drive->clock_us >= drive->busy_until)
    return recording_hides(drive, call->cdb[0]) ? REDBOOK_VBUSY : 0;
  if (silent(drive, call->cdb[0])) return 0;
  uint64_t whole = drive->busy_until - drive->busy_from;
  call->has_progress = true;
  call->progress = (uint16_t)((drive->clock_us - drive->busy_from) * 65536 / whole);
  return REDBOOK_VBUSY;
}

uint32_t redbook_vdrive_condition(struct redbook_virtual *drive, struct redbook_vcall *call) {
  if (!redbook_vdrive_present(drive))
    return REDBOOK_VSENSE(2, 0x3A, drive->tray_open ? 0x02 : 0x01);
  if (!redbook_vdrive_ready(drive)) {
    bool early = drive->personality->ready_early && call->cdb[0] == 0x00;
    return early ? 0 : REDBOOK_VSENSE(2, 0x04, 0x01);
  }
  if (drive->attention) {
    drive->attention = false;
    return REDBOOK_VSENSE(6, 0x28, 0x00);
  }
  return redbook_vdrive_busy(drive, call);
}

void redbook_vdrive_medium_changed(struct redbook_virtual *drive) {
  struct redbook_vtrack *track = redbook_vdisc_unfinished(&drive->disc);
  if (track && track->state == REDBOOK_VTRACK_OPEN) track->state = REDBOOK_VTRACK_BROKEN;
  drive->testing = false;
  redbook_vsao_forget(drive);
  drive->sao.owed_us = 0;
  drive->spun_up = false;
  drive->busy_until = 0;
  drive->buffer = (struct redbook_vbuffer){.writes = drive->buffer.writes};
  drive->attention = redbook_vdrive_present(drive);
  drive->event = redbook_vdrive_present(drive) ? 2 : 3;
  drive->ready_at = drive->clock_us + (uint64_t)(drive->ready_after * 1e6);
}

/* P11, B203: after power-on page 05h has write type packet with BUFE, LS_V and link size 10h,
 * so no drive is ever in TAO by itself. */
void redbook_vpage05_default(uint8_t page[REDBOOK_VPAGE05]) {
  memset(page, 0, REDBOOK_VPAGE05);
  page[0] = 0x05;
  page[1] = REDBOOK_VPAGE05 - 2;
  page[2] = 0x60;
  page[5] = 0x10;
  page[15] = 0x96; /* audio pause: 150 sectors */
}

static bool disc_agrees(const struct redbook_vdisc *disc, const char *path,
                        enum redbook_virtual_medium medium, unsigned minutes,
                        struct redbook_error *err) {
  static const char *const names[] = {"", "none", "cd-r", "cd-rw", "pressed"};
  if (medium && medium != disc->medium)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "%s is a %s disc, not %s", path,
                        names[disc->medium], names[medium]);
  if (minutes && disc->medium != REDBOOK_MEDIUM_PRESSED && minutes != disc->minutes)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "%s is a disc of %u minutes, not %u", path,
                        disc->minutes, minutes);
  return true;
}

bool redbook_vdrive_put_disc(struct redbook_virtual *drive, const char *path,
                             enum redbook_virtual_medium medium, unsigned minutes,
                             struct redbook_error *err) {
  if ((int)medium < 0 || medium > REDBOOK_MEDIUM_PRESSED)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "there is no medium %d", (int)medium);
  if (minutes && !redbook_vdisc_minutes_known(minutes))
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "a disc has 74, 80, 90 or 99 minutes, not %u", minutes);
  if (!path) {
    if (medium > REDBOOK_MEDIUM_NONE || minutes)
      return redbook_fail(err, REDBOOK_E_INVALIDARG, "an empty drive has no medium or minutes");
    drive->has_disc = false;
    drive->image.cue[0] = 0;
    return true;
  }
  if (medium == REDBOOK_MEDIUM_NONE)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "%s: a disc cannot be of medium none", path);
  struct redbook_vimage image;
  struct redbook_vdisc disc;
  bool exists = false;
  if (!redbook_vimage_set_path(&image, path, err) ||
      !redbook_vimage_load(&image, &disc, &exists, err))
    return false;
  if (exists && !disc_agrees(&disc, path, medium, minutes, err)) return false;
  if (!exists && medium == REDBOOK_MEDIUM_PRESSED)
    return redbook_fail(err, REDBOOK_E_FILE_NOT_FOUND,
                        "%s does not exist, and a pressed disc cannot be made", path);
  if (!exists)
    redbook_vdisc_init(&disc, medium ? medium : REDBOOK_MEDIUM_CD_R, minutes ? minutes : 80);
  drive->image = image;
  drive->disc = disc;
  drive->has_disc = true;
  return true;
}

bool redbook_vdrive_refresh(struct redbook_virtual *drive, struct redbook_error *err) {
  if (!drive->image.cue[0] || !redbook_vimage_changed(&drive->image)) return true;
  struct redbook_vdisc disc;
  bool exists = false;
  if (!redbook_vimage_load(&drive->image, &disc, &exists, err)) return false;
  if (!exists) redbook_vdisc_init(&disc, drive->disc.medium, drive->disc.minutes);
  drive->disc = disc;
  redbook_vdrive_medium_changed(drive);
  drive->ready_at = drive->clock_us;
  drive->attention = false; /* refreshed at an open, where Linux takes the attention itself */
  return true;
}

struct redbook_virtual *redbook_virtual_create(const struct redbook_virtual_options *options,
                                               struct redbook_error *err) {
  static atomic_uint counter;
  const struct redbook_vpersonality *personality =
      redbook_vpersonality_find(options->personality, err);
  if (!personality) return NULL;
  if (!(options->ready_after >= 0 && options->ready_after <= 86400)) {
    redbook_fail(err, REDBOOK_E_INVALIDARG, "ready_after is 0..86400 seconds");
    return NULL;
  }
  struct redbook_virtual *drive = calloc(1, sizeof *drive);
  if (!drive) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a virtual recorder");
    return NULL;
  }
  drive->image.fd = -1;
  drive->personality = personality;
  if (!redbook_vdrive_put_disc(drive, options->disc, options->medium, options->minutes, err)) {
    free(drive);
    return NULL;
  }
  pthread_mutex_init(&drive->mutex, NULL);
  redbook_vclock_start(drive, options->clock);
  drive->low_water = UINT32_MAX;
  atomic_init(&drive->references, 1);
  snprintf(drive->empty_key, sizeof drive->empty_key, "virtual-empty-%ld-%u", (long)getpid(),
           atomic_fetch_add(&counter, 1));
  drive->tray_open = options->tray_open;
  drive->ready_after = options->ready_after;
  redbook_vpage05_default(drive->page05);
  drive->ready_at = (uint64_t)(drive->ready_after * 1e6);
  /* Linux takes the power-on attention when it attaches a drive, so none waits here; the one
   * of a medium that becomes ready later reaches the program. */
  drive->attention = drive->ready_at > 0 && redbook_vdrive_present(drive);
  return drive;
}

struct redbook_virtual *redbook_virtual_ref(struct redbook_virtual *drive) {
  atomic_fetch_add(&drive->references, 1);
  return drive;
}

void redbook_virtual_unref(struct redbook_virtual *drive) {
  if (!drive || atomic_fetch_sub(&drive->references, 1) != 1) return;
  redbook_virtual_clear_faults(drive);
  redbook_vimage_unlock(&drive->image);
  pthread_mutex_destroy(&drive->mutex);
  free(drive);
}
