/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recording transport: hands every command on and writes down what became of it. */
#include "mmc/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mmc/trace_line.h"

struct trace_node {
  struct redbook_node node;
  struct redbook_node *inner;
  char *path;
  atomic_bool begun; /* the file has been emptied and has its header */
  atomic_uint_fast64_t number;
  atomic_uint_fast64_t start_us;
  atomic_int error;
};

struct trace_transport {
  struct redbook_transport transport;
  struct redbook_transport *inner;
  struct trace_node *node;
  int fd;
};

static struct trace_transport *self(struct redbook_transport *transport) {
  return (struct trace_transport *)transport;
}

/* One write a line: with O_APPEND, lines of two transports never mix. */
static void write_line(struct trace_node *node, int fd, const char *text, size_t length) {
  if (atomic_load(&node->error) != 0) return;
  ssize_t written = text == NULL ? -1 : write(fd, text, length);
  if (written == (ssize_t)length) return;
  atomic_store(&node->error, text == NULL ? ENOMEM : written < 0 ? errno : ENOSPC);
}

static void trace_execute(struct redbook_transport *transport,
                          struct redbook_command *command) {
  struct trace_transport *t = self(transport);
  uint64_t start = redbook_transport_now_us(t->inner);
  redbook_transport_execute(t->inner, command);
  uint64_t since = start - atomic_load(&t->node->start_us);
  size_t length = 0;
  char *line =
      redbook_trace_format(atomic_fetch_add(&t->node->number, 1) + 1, since, command, &length);
  write_line(t->node, t->fd, line, length);
  free(line);
}

static uint64_t trace_now(struct redbook_transport *transport) {
  return redbook_transport_now_us(self(transport)->inner);
}

static void trace_sleep(struct redbook_transport *transport, uint64_t microseconds) {
  redbook_transport_sleep_us(self(transport)->inner, microseconds);
}

static bool trace_is_real_time(struct redbook_transport *transport) {
  struct redbook_transport *inner = self(transport)->inner;
  return inner->ops->is_real_time(inner);
}

static void trace_abandon(struct redbook_transport *transport) {
  struct trace_transport *t = self(transport);
  t->inner->ops->abandon(t->inner);
  if (t->fd >= 0) (void)close(t->fd);
  t->fd = -1;
}

static void trace_close(struct redbook_transport *transport) {
  struct trace_transport *t = self(transport);
  redbook_transport_close(t->inner);
  if (t->fd >= 0) (void)close(t->fd);
  redbook_node_unref(&t->node->node);
  free(t);
}

static const struct redbook_transport_ops transport_ops = {
    .execute = trace_execute,
    .now_us = trace_now,
    .sleep_us = trace_sleep,
    .is_real_time = trace_is_real_time,
    .abandon = trace_abandon,
    .close = trace_close,
};

static void write_header(struct trace_node *node, int fd) {
  size_t length = 0;
  char *text = redbook_trace_format_header(node->inner->key, &length);
  write_line(node, fd, text, length);
  free(text);
}

/* Whether somebody keeps something else there. A file that is empty, a pipe or a device may be
 * written to; one that cannot be read is taken for somebody's. */
static bool is_foreign(const char *path) {
  static const char head[] = REDBOOK_TRACE_HEAD;
  char begin[sizeof head] = "";
  struct stat st;
  if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) return false;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : pread(fd, begin, sizeof head - 1, 0);
  if (fd >= 0) (void)close(fd);
  return got != (ssize_t)sizeof head - 1 || memcmp(begin, head, sizeof head - 1) != 0;
}

static bool refuse_foreign(const char *path, struct redbook_error *err) {
  if (!is_foreign(path)) return false;
  redbook_fail(err, REDBOOK_E_INVALIDARG,
               "writing the trace to %s would destroy a file that is no trace", path);
  redbook_advise(err, "Remove it, or name another file for the trace.");
  return true;
}

/* What O_TRUNC does, but not before it is known what the file is. */
static bool empty(int fd) {
  struct stat st;
  return fstat(fd, &st) == 0 && (!S_ISREG(st.st_mode) || ftruncate(fd, 0) == 0);
}

/* The file is touched only after the drive could be opened: a trace of an earlier job is not
 * lost to a drive that is locked. */
static bool open_file(struct trace_transport *t, struct redbook_error *err) {
  struct trace_node *node = t->node;
  bool first = !atomic_exchange(&node->begun, true);
  bool foreign = first && refuse_foreign(node->path, err);
  if (!foreign) t->fd = open(node->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (t->fd < 0 || (first && !empty(t->fd))) {
    if (first) atomic_store(&node->begun, false);
    if (foreign) return false;
    /* A trace that cannot be opened fails the open of the drive, so with a drive's code. */
    redbook_fail_errno(err, errno, "cannot write the trace to %s", node->path);
    redbook_advise(err, "Name a trace that can be written, in a folder that is there.");
    return false;
  }
  if (!first) return true;
  atomic_store(&node->start_us, redbook_transport_now_us(t->inner));
  write_header(node, t->fd);
  return true;
}

static struct redbook_transport *trace_open(struct redbook_node *node,
                                            enum redbook_access access,
                                            struct redbook_error *err) {
  struct trace_node *n = (struct trace_node *)node;
  struct trace_transport *t = calloc(1, sizeof *t);
  if (t == NULL) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "there is not enough memory for a trace");
    return NULL;
  }
  redbook_transport_init(&t->transport, &transport_ops);
  t->node = n;
  t->fd = -1;
  t->inner = n->inner->ops->open(n->inner, access, err);
  if (t->inner == NULL || !open_file(t, err)) {
    redbook_transport_close(t->inner);
    if (t->fd >= 0) (void)close(t->fd);
    free(t);
    return NULL;
  }
  t->transport.max_transfer = t->inner->max_transfer;
  t->transport.alignment = t->inner->alignment;
  redbook_node_ref(node);
  return &t->transport;
}

static void trace_destroy(struct redbook_node *node) {
  struct trace_node *n = (struct trace_node *)node;
  redbook_node_unref(n->inner);
  free(n->path);
  free(n);
}

static const struct redbook_node_ops node_ops = {.open = trace_open, .destroy = trace_destroy};

struct redbook_node *redbook_trace_node(struct redbook_node *inner, const char *path,
                                        struct redbook_error *err) {
  if (refuse_foreign(path, err)) return NULL;
  struct trace_node *n = calloc(1, sizeof *n);
  char *copy = n == NULL ? NULL : strdup(path);
  if (copy == NULL) {
    free(n);
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "there is not enough memory for a trace");
    return NULL;
  }
  redbook_node_init(&n->node, &node_ops, inner->key);
  n->inner = redbook_node_ref(inner);
  n->path = copy;
  return &n->node;
}

int redbook_trace_errno(const struct redbook_node *trace) {
  if (trace->ops != &node_ops) return 0;
  return atomic_load(&((const struct trace_node *)trace)->error);
}
