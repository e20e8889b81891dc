/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which drives are there, and what a uevent changes about it. */
#include "drive/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "drive/uevent_socket.h"

#define LOOK_PAUSE 0.05 /* between two looks for a new drive's link */

struct slot {
  enum { ABSENT, SETTLING, KNOWN } state;
  double look_at, deadline; /* SETTLING */
  struct redbook_drive_entry drive;
};

struct redbook_watch {
  pid_t owner;
  struct redbook_uevent_socket socket;
  int timer, poll;
  double settle;
  bool compare; /* messages were lost */
  char *sys, *dev;
  struct slot slots[REDBOOK_DRIVES_MOST];
  struct redbook_drive_entry entries[REDBOOK_DRIVES_MOST]; /* of the last look */
  unsigned count;
};

static double monotonic(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool in_child(const struct redbook_watch *w) {
  return w->owner != getpid();
}

static bool look(struct redbook_watch *w, struct redbook_error *err) {
  return redbook_discover(w->sys, w->dev, w->entries, REDBOOK_DRIVES_MOST, &w->count, err);
}

static int number_of(const struct redbook_drive_entry *entry) {
  const char *slash = strrchr(entry->node, '/');
  const char *name = slash ? slash + 1 : entry->node;

  return redbook_drive_number(name, strlen(name));
}

/* The drive as the last look has shown it, or NULL. */
static const struct redbook_drive_entry *seen(const struct redbook_watch *w, unsigned number) {
  for (unsigned i = 0; i < w->count; i++)
    if (number_of(&w->entries[i]) == (int)number) return &w->entries[i];
  return NULL;
}

static bool tell(struct slot *slot, bool added, struct redbook_watch_event *out) {
  slot->state = added ? KNOWN : ABSENT;
  *out = (struct redbook_watch_event){.added = added, .drive = slot->drive};
  return true;
}

static void begin_settling(struct redbook_watch *w, struct slot *slot) {
  slot->state = SETTLING;
  slot->look_at = monotonic();
  slot->deadline = slot->look_at + w->settle;
  slot->drive.id[0] = '\0';
}

/* True when the event is ready. Links of by-path may come before those of by-id, so the id
 * counts when two looks have shown the same. */
static bool settle_one(struct slot *slot, const struct redbook_drive_entry *entry, double now) {
  if (!entry) {
    slot->state = ABSENT;
    return false;
  }
  bool linked = strcmp(entry->id, entry->node) != 0;
  bool stable = linked && strcmp(entry->id, slot->drive.id) == 0;

  slot->drive = *entry;
  slot->look_at = now + LOOK_PAUSE;
  return stable || now >= slot->deadline;
}

static bool settle(struct redbook_watch *w, struct redbook_watch_event *out, bool *found,
                   struct redbook_error *err) {
  double now = monotonic();
  bool looked = false;

  for (unsigned i = 0; i < REDBOOK_DRIVES_MOST && !*found; i++) {
    struct slot *slot = &w->slots[i];
    if (slot->state != SETTLING || slot->look_at > now) continue;
    if (!looked && !look(w, err)) return false;
    looked = true;
    if (settle_one(slot, seen(w, i), now)) *found = tell(slot, true, out);
  }
  return true;
}

/* Another drive in the place of a known one; a link that came late makes no other drive. */
static bool replaced(const struct slot *slot, const struct redbook_drive_entry *entry) {
  return strcmp(slot->drive.id, slot->drive.node) != 0 &&
         strcmp(slot->drive.id, entry->id) != 0;
}

/* The first difference between what is known and what is there. */
static bool compare(struct redbook_watch *w, struct redbook_watch_event *out, bool *found,
                    struct redbook_error *err) {
  if (!look(w, err)) return false;
  for (unsigned i = 0; i < REDBOOK_DRIVES_MOST && !*found; i++) {
    struct slot *slot = &w->slots[i];
    const struct redbook_drive_entry *entry = seen(w, i);
    if (slot->state == KNOWN && (!entry || replaced(slot, entry)))
      *found = tell(slot, false, out);
    else if (slot->state == SETTLING && !entry)
      slot->state = ABSENT;
    else if (slot->state == ABSENT && entry)
      begin_settling(w, slot);
  }
  if (!*found) w->compare = false;
  return true;
}

/* "add" of a drive that is known comes from a hand (`udevadm trigger`), not from a plug. */
static bool apply(struct redbook_watch *w, const struct redbook_uevent *uevent,
                  struct redbook_watch_event *out) {
  struct slot *slot = &w->slots[uevent->number];

  if (uevent->action == REDBOOK_UEVENT_ADD) {
    if (slot->state == ABSENT) begin_settling(w, slot);
    return false;
  }
  if (slot->state == KNOWN) return tell(slot, false, out);
  slot->state = ABSENT;
  return false;
}

static bool advance(struct redbook_watch *w, struct redbook_watch_event *out, bool *found,
                    struct redbook_error *err) {
  for (;;) {
    struct redbook_uevent uevent;
    if (w->compare && !compare(w, out, found, err)) return false;
    if (!*found && !settle(w, out, found, err)) return false;
    if (*found) return true;
    switch (redbook_uevent_receive(&w->socket, &uevent, err)) {
      case REDBOOK_RECEIVED_NOTHING:
        return true;
      case REDBOOK_RECEIVED_FAILURE:
        return false;
      case REDBOOK_RECEIVED_LOSS:
        w->compare = true;
        break;
      case REDBOOK_RECEIVED_UEVENT:
        *found = apply(w, &uevent, out);
        break;
      default: /* REDBOOK_RECEIVED_OTHER */
        break;
    }
    if (*found) return true;
  }
}

/* When there is something to do without a message; negative for never. */
static double next_time(const struct redbook_watch *w) {
  double first = w->compare ? 0 : -1;

  for (unsigned i = 0; i < REDBOOK_DRIVES_MOST; i++)
    if (w->slots[i].state == SETTLING && (first < 0 || w->slots[i].look_at < first))
      first = w->slots[i].look_at;
  return first;
}

/* A time that has passed makes the timer readable at once; 0 would stop it. */
static void arm(struct redbook_watch *w, double at) {
  struct itimerspec spec = {{0, 0}, {0, 0}};

  if (at >= 0) {
    spec.it_value.tv_sec = (time_t)at;
    spec.it_value.tv_nsec = (long)((at - (double)spec.it_value.tv_sec) * 1e9) + 1;
    if (spec.it_value.tv_nsec > 999999999) spec.it_value.tv_nsec = 999999999;
  }
  (void)timerfd_settime(w->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

bool redbook_watch_next(struct redbook_watch *w, struct redbook_watch_event *out, bool *found,
                        struct redbook_error *err) {
  *found = false;
  if (in_child(w))
    return redbook_fail(err, REDBOOK_E_FAIL,
                        "this DeviceWatch belongs to the process that opened it");
  bool ok = advance(w, out, found, err);
  arm(w, next_time(w));
  return ok;
}

void redbook_watch_wake(struct redbook_watch *w) {
  if (!in_child(w)) arm(w, 0);
}

int redbook_watch_fd(const struct redbook_watch *w) {
  return in_child(w) ? -1 : w->poll;
}

static bool poll_for(const struct redbook_watch *w, int fd) {
  struct epoll_event event = {.events = EPOLLIN};

  return epoll_ctl(w->poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool open_descriptors(struct redbook_watch *w, int uevents, struct redbook_error *err) {
  if (!redbook_uevent_open(&w->socket, uevents, err)) return false;
  w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  w->poll = epoll_create1(EPOLL_CLOEXEC);
  if (w->timer >= 0 && w->poll >= 0 && poll_for(w, w->timer) && poll_for(w, w->socket.fd))
    return true;
  return redbook_fail_errno(err, errno, "cannot watch for drives");
}

/* After the socket listens, so that no drive comes in between unseen. */
static bool begin(struct redbook_watch *w, struct redbook_error *err) {
  if (!look(w, err)) return false;
  for (unsigned i = 0; i < w->count && i < REDBOOK_DRIVES_MOST; i++) {
    int number = number_of(&w->entries[i]);
    if (number < 0) continue;
    w->slots[number].state = KNOWN;
    w->slots[number].drive = w->entries[i];
  }
  return true;
}

struct redbook_watch *redbook_watch_open(const struct redbook_watch_options *options,
                                         struct redbook_error *err) {
  struct redbook_watch *w = calloc(1, sizeof *w);

  if (w) {
    w->owner = getpid();
    w->socket.fd = w->timer = w->poll = -1;
    w->settle = options->settle;
    w->sys = strdup(options->sys);
    w->dev = strdup(options->dev);
  }
  if (!w || !w->sys || !w->dev)
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a watch");
  else if (open_descriptors(w, options->uevents, err) && begin(w, err))
    return w;
  redbook_watch_close(w);
  return NULL;
}

void redbook_watch_close(struct redbook_watch *w) {
  if (!w) return;
  redbook_uevent_close(&w->socket);
  if (w->timer >= 0) close(w->timer);
  if (w->poll >= 0) close(w->poll);
  free(w->sys);
  free(w->dev);
  free(w);
}
