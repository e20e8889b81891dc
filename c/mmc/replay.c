/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive that answers from a trace. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mmc/cdb.h"
#include "mmc/replay_sectors.h"
#include "mmc/sense.h"
#include "mmc/trace.h"
#include "mmc/trace_line.h"

struct replay_node {
  struct redbook_node node;
  pthread_mutex_t mutex; /* guards what stands below */
  struct redbook_trace_line *lines;
  size_t count, room, position;
  uint64_t clock_us;
  bool held;
  struct redbook_replay_sectors *sectors; /* NULL: the trace reads nothing */
  atomic_bool has_problem;                /* set once, after `problem` was written */
  char problem[REDBOOK_PROBLEM_SIZE];
  char name[40]; /* of the trace, without its folder */
};

struct replay_transport {
  struct redbook_transport transport;
  struct replay_node *node;
  bool exclusive;
};

static struct replay_node *node_of(struct redbook_transport *transport) {
  return ((struct replay_transport *)transport)->node;
}

/* As long as the sentence leaves room for the two commands. */
static void put_name(char *name, size_t size, const char *path) {
  const char *slash = strrchr(path, '/');
  (void)snprintf(name, size, "%s", slash == NULL ? path : slash + 1);
}

static void put_cdb(char *text, size_t size, const struct redbook_command *c) {
  char unknown[24];
  int length =
      snprintf(text, size, "%s (", redbook_opcode_name(c->cdb[0], unknown, sizeof unknown));
  for (unsigned i = 0; i < c->cdb_length && i < sizeof c->cdb; i++) {
    length +=
        snprintf(text + length, size - (size_t)length, i == 0 ? "%02x" : " %02x", c->cdb[i]);
  }
  (void)snprintf(text + length, size - (size_t)length, ", %" PRIu32 " bytes)", c->data_length);
}

/* Line 1 is the header, so that command i (from 0) stands in line i + 2. */
static void note_problem(struct replay_node *n, const struct redbook_command *c) {
  if (atomic_load(&n->has_problem)) return;
  char sent[96];
  put_cdb(sent, sizeof sent, c);
  if (n->position == n->count) {
    (void)snprintf(n->problem, sizeof n->problem, "%s ends at line %zu, but %s was sent",
                   n->name, n->count + 1, sent);
  } else {
    char recorded[96];
    put_cdb(recorded, sizeof recorded, &n->lines[n->position].command);
    (void)snprintf(n->problem, sizeof n->problem, "%s, line %zu, has %s, but %s was sent",
                   n->name, n->position + 2, recorded, sent);
  }
  atomic_store(&n->has_problem, true);
}

static bool same_request(const struct redbook_command *a, const struct redbook_command *b) {
  return a->cdb_length == b->cdb_length && memcmp(a->cdb, b->cdb, a->cdb_length) == 0 &&
         a->direction == b->direction && a->data_length == b->data_length;
}

/* READ CD gives what the host wrote before, everything else what was recorded. 0 or an errno.
 */
static int give_data(struct replay_node *n, const struct redbook_trace_line *line,
                     struct redbook_command *c) {
  bool good = redbook_outcome_of(&line->command, NULL) == REDBOOK_OUTCOME_GOOD;
  if (good && n->sectors != NULL && c->cdb[0] == REDBOOK_WRITE_10) {
    return redbook_replay_sectors_put(n->sectors, c);
  }
  if (c->direction != REDBOOK_FROM_DEVICE) return 0;
  if (line->has_data) memcpy(c->data_in, line->data, line->data_length);
  if (line->has_data || !good) return 0;
  memset(c->data_in, 0, c->data_length - c->residual);
  if (n->sectors == NULL || c->cdb[0] != REDBOOK_READ_CD) return 0;
  return redbook_replay_sectors_get(n->sectors, c);
}

static void give_outcome(const struct redbook_trace_line *line, struct redbook_command *c) {
  const struct redbook_command *was = &line->command;
  c->os_error = was->os_error;
  c->status = was->status;
  c->host_status = was->host_status;
  c->driver_status = was->driver_status;
  memcpy(c->sense, was->sense, sizeof c->sense);
  c->sense_length = was->sense_length;
  c->residual = was->residual;
}

/* The burner does what it did for the recording only when it is asked for the same. */
static void refuse(struct redbook_command *c, int os_error, const char *problem) {
  c->os_error = os_error;
  (void)snprintf(c->problem, sizeof c->problem, "%s", problem);
  (void)snprintf(c->remedy, sizeof c->remedy,
                 "Give a replay the same tracks and options as when its trace was recorded.");
}

static void refuse_storage(struct redbook_command *c, int error) {
  char why[96];
  (void)snprintf(c->problem, sizeof c->problem,
                 "the temporary file of the replay cannot be used: %s",
                 strerror_r(error, why, sizeof why));
  (void)snprintf(c->remedy, sizeof c->remedy,
                 "Set TMPDIR to a folder with room for the sound.");
  c->os_error = error;
}

static void replay_execute(struct redbook_transport *transport,
                           struct redbook_command *command) {
  struct replay_node *n = node_of(transport);
  pthread_mutex_lock(&n->mutex);
  bool fits = !atomic_load(&n->has_problem) && n->position < n->count &&
              same_request(&n->lines[n->position].command, command);
  if (fits) {
    const struct redbook_trace_line *line = &n->lines[n->position++];
    give_outcome(line, command);
    n->clock_us += line->command.duration_us;
    int error = give_data(n, line, command);
    if (error != 0) refuse_storage(command, error);
  } else {
    note_problem(n, command);
    refuse(command, EPROTO, n->problem);
  }
  pthread_mutex_unlock(&n->mutex);
}

static uint64_t replay_now(struct redbook_transport *transport) {
  struct replay_node *n = node_of(transport);
  pthread_mutex_lock(&n->mutex);
  uint64_t now = n->clock_us;
  pthread_mutex_unlock(&n->mutex);
  return now;
}

static void replay_sleep(struct redbook_transport *transport, uint64_t microseconds) {
  struct replay_node *n = node_of(transport);
  pthread_mutex_lock(&n->mutex);
  n->clock_us += microseconds;
  pthread_mutex_unlock(&n->mutex);
}

static bool replay_is_real_time(struct redbook_transport *transport) {
  (void)transport;
  return false;
}

/* There is no descriptor to close in a forked child. */
static void replay_abandon(struct redbook_transport *transport) {
  (void)transport;
}

static void replay_close(struct redbook_transport *transport) {
  struct replay_transport *t = (struct replay_transport *)transport;
  pthread_mutex_lock(&t->node->mutex);
  if (t->exclusive) t->node->held = false;
  pthread_mutex_unlock(&t->node->mutex);
  redbook_node_unref(&t->node->node);
  free(t);
}

static const struct redbook_transport_ops transport_ops = {
    .execute = replay_execute,
    .now_us = replay_now,
    .sleep_us = replay_sleep,
    .is_real_time = replay_is_real_time,
    .abandon = replay_abandon,
    .close = replay_close,
};

static bool take(struct replay_node *n, enum redbook_access access) {
  pthread_mutex_lock(&n->mutex);
  bool taken = access != REDBOOK_ACCESS_LOOK && n->held;
  if (access != REDBOOK_ACCESS_LOOK) n->held = true;
  pthread_mutex_unlock(&n->mutex);
  return !taken;
}

static struct redbook_transport *replay_open(struct redbook_node *node,
                                             enum redbook_access access,
                                             struct redbook_error *err) {
  struct replay_transport *t = calloc(1, sizeof *t);
  if (t == NULL) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "there is not enough memory for a replay");
    return NULL;
  }
  if (!take((struct replay_node *)node, access)) {
    free(t);
    redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED, "the replayed recorder is in use");
    return NULL;
  }
  redbook_transport_init(&t->transport, &transport_ops);
  t->node = (struct replay_node *)redbook_node_ref(node);
  t->exclusive = access != REDBOOK_ACCESS_LOOK;
  return &t->transport;
}

static void replay_destroy(struct redbook_node *node) {
  struct replay_node *n = (struct replay_node *)node;
  for (size_t i = 0; i < n->count; i++) {
    redbook_trace_line_free(&n->lines[i]);
  }
  free(n->lines);
  redbook_replay_sectors_free(n->sectors);
  pthread_mutex_destroy(&n->mutex);
  free(n);
}

static const struct redbook_node_ops node_ops = {.open = replay_open,
                                                 .destroy = replay_destroy};

static bool append(struct replay_node *n, const struct redbook_trace_line *line) {
  if (n->count == n->room) {
    size_t room = n->room == 0 ? 64 : 2 * n->room;
    struct redbook_trace_line *more = realloc(n->lines, room * sizeof *more);
    if (more == NULL) return false;
    n->lines = more;
    n->room = room;
  }
  n->lines[n->count++] = *line;
  return true;
}

static bool check_line(struct replay_node *n, const struct redbook_trace_line *line,
                       char *problem, size_t size) {
  if (line->number != n->count + 1) {
    (void)snprintf(problem, size, "command %" PRIu64 " stands where %zu should be",
                   line->number, n->count + 1);
    return false;
  }
  if (append(n, line)) return true;
  (void)snprintf(problem, size, "there is not enough memory");
  return false;
}

static bool add_line(struct replay_node *n, bool header, const char *text, char *problem,
                     size_t size) {
  if (header) return redbook_trace_parse_header(text, problem, size);
  struct redbook_trace_line line;
  if (!redbook_trace_parse(text, &line, problem, size)) return false;
  if (check_line(n, &line, problem, size)) return true;
  redbook_trace_line_free(&line);
  return false;
}

/* Without the newline; a zero byte in the middle would hide what follows it. */
static bool end_line(char *text, size_t length, char *problem, size_t size) {
  if (length > 0 && text[length - 1] == '\n') text[--length] = '\0';
  if (strlen(text) == length) return true;
  (void)snprintf(problem, size, "there is a zero byte in it");
  return false;
}

static bool load(struct replay_node *n, FILE *in, const char *path, struct redbook_error *err) {
  char *text = NULL;
  size_t room = 0, number = 0;
  char problem[160];
  bool ok = true;
  ssize_t length;
  while (ok && (length = getline(&text, &room, in)) >= 0) {
    number++;
    errno = 0;
    ok = end_line(text, (size_t)length, problem, sizeof problem) &&
         add_line(n, number == 1, text, problem, sizeof problem);
  }
  int failure = errno;
  bool all = feof(in); /* not so when there was no memory for a line */
  free(text);
  if (!ok) {
    uint32_t code = failure == ENOMEM ? REDBOOK_E_OUTOFMEMORY : REDBOOK_E_INVALIDARG;
    return redbook_fail(err, code, "%s, line %zu: %s", path, number, problem);
  }
  if (!all && failure == ENOMEM)
    return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the trace %s", path);
  if (!all) return redbook_fail_file(err, failure, "cannot read the trace %s", path);
  if (number > 0) return true;
  return redbook_fail(err, REDBOOK_E_INVALIDARG, "%s is empty, not a trace", path);
}

/* The trace is known in advance: only what a later READ CD asks for is kept. */
static bool plan_sectors(struct replay_node *n, struct redbook_error *err) {
  for (size_t i = 0; i < n->count; i++) {
    const struct redbook_command *c = &n->lines[i].command;
    if (c->cdb[0] != REDBOOK_READ_CD || c->cdb_length != 12) continue;
    if (n->sectors == NULL) n->sectors = redbook_replay_sectors_create(err);
    if (n->sectors == NULL) return false;
    redbook_replay_sectors_want(n->sectors, c);
  }
  return true;
}

/* FNV-1a of the file's real path: the same trace has the same key in every process. */
static void make_key(const char *path, char *key, size_t size) {
  char *real = realpath(path, NULL);
  uint64_t hash = 0xCBF29CE484222325u;
  for (const char *s = real == NULL ? path : real; *s != '\0'; s++) {
    hash = (hash ^ (unsigned char)*s) * 0x100000001B3u;
  }
  free(real);
  (void)snprintf(key, size, "replay-%016" PRIx64, hash);
}

static struct replay_node *new_node(const char *path, struct redbook_error *err) {
  char key[32];
  struct replay_node *n = calloc(1, sizeof *n);
  if (n == NULL) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "there is not enough memory for a replay");
    return NULL;
  }
  make_key(path, key, sizeof key);
  redbook_node_init(&n->node, &node_ops, key);
  put_name(n->name, sizeof n->name, path);
  pthread_mutex_init(&n->mutex, NULL);
  return n;
}

struct redbook_node *redbook_replay_node(const char *path, struct redbook_error *err) {
  FILE *in = fopen(path, "re");
  if (in == NULL && errno == ENOENT) {
    redbook_fail(err, REDBOOK_E_FILE_NOT_FOUND, "the trace %s does not exist", path);
    return NULL;
  }
  if (in == NULL) {
    redbook_fail_file(err, errno, "cannot open the trace %s", path);
    return NULL;
  }
  struct replay_node *n = new_node(path, err);
  bool ok = n != NULL && load(n, in, path, err) && plan_sectors(n, err);
  (void)fclose(in);
  if (ok) return &n->node;
  if (n != NULL) redbook_node_unref(&n->node);
  return NULL;
}

const char *redbook_replay_problem(const struct redbook_node *replay) {
  if (replay->ops != &node_ops) return NULL;
  const struct replay_node *n = (const struct replay_node *)replay;
  return atomic_load(&n->has_problem) ? n->problem : NULL;
}
