/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a recorder's id to its node. */
#include "drive/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "drive/device.h"
#include "mmc/trace.h"
#include "virtual/virtual.h"

#define VIRTUAL "virtual:"
#define REPLAY "replay:"

struct redbook_drive_registration {
  struct redbook_drive_registration *next;
  struct redbook_node *node;
  char *parameters; /* what stood behind '?', sorted */
  bool empty;       /* the name had no disc: then the parameters are all of it */
  bool inherited;   /* by a forked child: may be locked or held for ever, so no longer shared */
  unsigned users;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct redbook_drive_registration *registrations;

void redbook_nodes_lock(void) {
  pthread_mutex_lock(&mutex);
}

void redbook_nodes_unlock(void) {
  pthread_mutex_unlock(&mutex);
}

void redbook_nodes_after_fork(void) {
  for (struct redbook_drive_registration *r = registrations; r; r = r->next)
    r->inherited = true;
  pthread_mutex_init(&mutex, NULL);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The parts of `copy` (cut up) in order, joined into `out`, which has room for them all. */
static void sort_parts(char *copy, char **parts, char *out) {
  size_t count = 0;
  char *rest = copy;

  for (char *part; (part = strsep(&rest, "&"));)
    if (*part) parts[count++] = part;
  qsort(parts, count, sizeof *parts, by_text);
  *out = '\0';
  for (size_t i = 0; i < count; i++)
    out = stpcpy(stpcpy(out, i > 0 ? "&" : ""), parts[i]);
}

/* "b=2&a=1" -> malloc'ed "a=1&b=2": the order says nothing. NULL when memory is short. */
static char *sorted_parameters(const char *text) {
  size_t length = strlen(text);
  char *copy = strdup(text);
  char *sorted = malloc(length + 1);
  char **parts = calloc(length + 1, sizeof *parts);

  if (copy && sorted && parts) {
    sort_parts(copy, parts, sorted);
  } else {
    free(sorted);
    sorted = NULL;
  }
  free(parts);
  free(copy);
  return sorted;
}

static bool is_same(const struct redbook_drive_registration *r, const struct redbook_node *made,
                    bool empty, const char *parameters) {
  if (empty || r->empty) return empty && r->empty && strcmp(r->parameters, parameters) == 0;
  return strcmp(r->node->key, made->key) == 0;
}

/* A name without parameters takes the drive as it is. */
static bool agree(const struct redbook_drive_registration *r, const char *parameters) {
  return parameters[0] == '\0' || strcmp(parameters, r->parameters) == 0;
}

/* Takes over `parameters`, of which nothing is left after a failure. */
static struct redbook_drive_registration *add(struct redbook_node *made, bool empty,
                                              char *parameters, struct redbook_error *err) {
  struct redbook_drive_registration *r = calloc(1, sizeof *r);

  if (!r) {
    free(parameters);
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the virtual drive");
    return NULL;
  }
  r->node = redbook_node_ref(made);
  r->parameters = parameters;
  r->empty = empty;
  r->next = registrations;
  registrations = r;
  return r;
}

/* The registration of the drive that `made` is, with one user more: an older one if there is
 * any. Takes over `parameters`. The mutex is locked. */
static struct redbook_drive_registration *find_or_add(struct redbook_node *made, bool empty,
                                                      char *parameters,
                                                      struct redbook_error *err) {
  struct redbook_drive_registration *r = registrations;

  while (r && !is_same(r, made, empty, parameters))
    r = r->next;
  if (!r) return add(made, empty, parameters, err);
  if (!agree(r, parameters)) {
    redbook_fail(
        err, REDBOOK_E_INVALIDARG,
        "the disc is in use in this process with other parameters (\"%s\", now \"%s\")",
        r->parameters, parameters);
    redbook_advise(err, "Give the same parameters, or none, while another Recorder has it.");
    r = NULL;
  }
  free(parameters);
  return r;
}

static struct redbook_node *made_from(const char *id, struct redbook_error *err) {
  struct redbook_virtual *drive = redbook_virtual_parse(id, err);

  if (!drive) return NULL;
  struct redbook_node *node = redbook_virtual_node(drive);
  redbook_virtual_unref(drive);
  if (!node) redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the virtual drive");
  return node;
}

static struct redbook_node *virtual_node(const char *id,
                                         struct redbook_drive_registration **registration,
                                         struct redbook_error *err) {
  const char *disc = id + strlen(VIRTUAL);
  const char *question = strchr(disc, '?');
  bool empty = disc[0] == '\0' || question == disc;
  struct redbook_node *made = made_from(id, err);

  if (!made) return NULL;
  char *parameters = sorted_parameters(question ? question + 1 : "");
  struct redbook_drive_registration *r = NULL;
  if (!parameters) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the virtual drive");
  } else {
    redbook_nodes_lock();
    r = find_or_add(made, empty, parameters, err);
    if (r) r->users++;
    redbook_nodes_unlock();
  }
  redbook_node_unref(made);
  *registration = r;
  return r ? redbook_node_ref(r->node) : NULL;
}

void redbook_node_release(struct redbook_drive_registration *registration) {
  struct redbook_drive_registration **link = &registrations;

  if (!registration) return;
  redbook_nodes_lock();
  bool last = --registration->users == 0;
  while (last && *link != registration)
    link = &(*link)->next;
  if (last) *link = registration->next;
  redbook_nodes_unlock();
  if (!last) return;
  redbook_node_unref(registration->node);
  free(registration->parameters);
  free(registration);
}

struct redbook_node *redbook_node_for(const char *id,
                                      struct redbook_drive_registration **registration,
                                      struct redbook_error *err) {
  *registration = NULL;
  if (strncmp(id, VIRTUAL, strlen(VIRTUAL)) == 0) return virtual_node(id, registration, err);
  if (strncmp(id, REPLAY, strlen(REPLAY)) == 0)
    return redbook_replay_node(id + strlen(REPLAY), err);
  return redbook_device_node(&redbook_this_machine, id, err);
}
