/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The virtual drive's node and transports: its side of mmc/transport.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "virtual/drive.h"

struct vnode {
  struct redbook_node base;
  struct redbook_virtual *drive;
};

static struct redbook_virtual *drive_of(struct redbook_transport *transport) {
  return ((struct redbook_vtransport *)transport)->drive;
}

static void do_execute(struct redbook_transport *transport, struct redbook_command *command) {
  struct redbook_virtual *drive = drive_of(transport);
  redbook_vdrive_lock(drive);
  uint64_t end = redbook_vdrive_execute(drive, (struct redbook_vtransport *)transport, command);
  pthread_mutex_unlock(&drive->mutex);
  redbook_vclock_wait_until(drive, end);
}

static uint64_t do_now(struct redbook_transport *transport) {
  return redbook_vclock_now(drive_of(transport));
}

static void do_sleep(struct redbook_transport *transport, uint64_t microseconds) {
  redbook_vclock_sleep(drive_of(transport), microseconds);
}

static bool is_real_time(struct redbook_transport *transport) {
  return redbook_vclock_is_real(drive_of(transport));
}

/* In a forked child, which has this thread only: the mutex may be a copy locked for ever, so it
 * is made anew. Closing this copy of the descriptor leaves the parent's flock alone. The parent
 * may go on burning, so what the child thinks of the disc must be read again before use. */
static void do_abandon(struct redbook_transport *transport) {
  struct redbook_vtransport *t = (struct redbook_vtransport *)transport;
  struct redbook_virtual *drive = t->drive;
  pthread_mutex_init(&drive->mutex, NULL);
  if (drive->holder != t) return;
  redbook_vimage_forget(&drive->image);
  redbook_vimage_distrust(&drive->image);
  drive->holder = NULL;
  drive->prevented = false;
}

static void do_close(struct redbook_transport *transport) {
  struct redbook_vtransport *t = (struct redbook_vtransport *)transport;
  struct redbook_virtual *drive = t->drive;
  pthread_mutex_lock(&drive->mutex);
  for (struct redbook_vtransport **link = &drive->transports; *link; link = &(*link)->next)
    if (*link == t) {
      *link = t->next;
      break;
    }
  drive->foreign += atomic_load(&t->base.foreign);
  if (drive->holder == t) {
    drive->holder = NULL;
    drive->prevented = false; /* Linux sends ALLOW at the last close (5.1) */
    redbook_vimage_unlock(&drive->image);
  }
  pthread_mutex_unlock(&drive->mutex);
  free(t);
  redbook_virtual_unref(drive);
}

static const struct redbook_transport_ops transport_ops = {
    do_execute, do_now, do_sleep, is_real_time, do_abandon, do_close,
};

/* What somebody who was killed began to erase. */
static bool finish_erasing(struct redbook_virtual *drive, struct redbook_error *err) {
  int failed = drive->image.erasing ? redbook_vimage_shrink(&drive->image, &drive->disc) : 0;
  return !failed || redbook_fail_file(err, failed, "erasing the rest of %s", drive->image.bin);
}

static bool take_disc(struct redbook_virtual *drive, struct redbook_error *err) {
  if (drive->holder)
    return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED,
                        "the virtual recorder is held by another user");
  if (!drive->image.cue[0]) return true;
  bool read_only = drive->disc.medium == REDBOOK_MEDIUM_PRESSED;
  if (!redbook_vimage_lock(&drive->image, read_only, err)) return false;
  if (redbook_vdrive_refresh(drive, err) && finish_erasing(drive, err)) return true;
  redbook_vimage_unlock(&drive->image);
  return false;
}

static struct redbook_transport *open_node(struct redbook_node *node,
                                           enum redbook_access access,
                                           struct redbook_error *err) {
  struct redbook_virtual *drive = ((struct vnode *)node)->drive;
  struct redbook_vtransport *t = calloc(1, sizeof *t);
  if (!t) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a transport");
    return NULL;
  }
  redbook_transport_init(&t->base, &transport_ops);
  t->exclusive = access != REDBOOK_ACCESS_LOOK;
  redbook_vdrive_lock(drive);
  bool good = true;
  if (drive->vanished)
    good = redbook_fail(err, REDBOOK_E_DEVICE_GONE, "the virtual recorder has vanished");
  else if (t->exclusive)
    good = take_disc(drive, err);
  else if (!drive->holder)
    good = redbook_vdrive_refresh(drive, err);
  if (good) {
    t->drive = redbook_virtual_ref(drive);
    t->next = drive->transports;
    drive->transports = t;
    if (t->exclusive) drive->holder = t;
  }
  pthread_mutex_unlock(&drive->mutex);
  if (good) return &t->base;
  free(t);
  return NULL;
}

static void destroy_node(struct redbook_node *node) {
  struct vnode *v = (struct vnode *)node;
  redbook_virtual_unref(v->drive);
  free(v);
}

static const struct redbook_node_ops node_ops = {open_node, destroy_node};

/* FNV-1a, 64 bits, of the disc's real path: the same in every process. */
static void make_key(const struct redbook_virtual *drive, char *key, size_t size) {
  uint64_t hash = 0xCBF29CE484222325u;
  if (!drive->image.cue[0]) {
    snprintf(key, size, "%s", drive->empty_key);
    return;
  }
  for (const char *p = drive->image.cue; *p; p++) {
    hash ^= (uint8_t)*p;
    hash *= 0x100000001B3u;
  }
  snprintf(key, size, "virtual-%016llx", (unsigned long long)hash);
}

struct redbook_node *redbook_virtual_node(struct redbook_virtual *drive) {
  struct vnode *node = calloc(1, sizeof *node);
  if (!node) return NULL;
  char key[sizeof node->base.key];
  pthread_mutex_lock(&drive->mutex);
  make_key(drive, key, sizeof key);
  pthread_mutex_unlock(&drive->mutex);
  redbook_node_init(&node->base, &node_ops, key);
  node->drive = redbook_virtual_ref(drive);
  return &node->base;
}
