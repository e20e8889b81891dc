/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The samples of a source into a file, without a disc. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/write_all.h"
#include "burn/job.h"
#include "burn/tao.h"

struct render {
  struct redbook_source *source;
  struct redbook_operation *op;
  int fd; /* ours: a duplicate */
  struct redbook_progress progress;
  double reported; /* when */
};

#define REPORT_SECONDS 0.1 /* each report wakes the host; blocks come a thousand a second */

static double now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static bool put(void *context, const uint8_t *data, uint32_t sectors,
                struct redbook_error *err) {
  struct render *render = context;
  if (!redbook_write_all(render->fd, data, (size_t)sectors * REDBOOK_AUDIO_SECTOR_BYTES))
    return redbook_fail_file(err, errno, "the rendered file cannot be written");
  render->progress.last_read_lba += (int32_t)sectors;
  render->progress.last_written_lba = render->progress.last_read_lba;
  if (now() - render->reported < REPORT_SECONDS) return true;
  render->reported = now();
  redbook_operation_report(render->op, &render->progress);
  return true;
}

static bool run(struct redbook_operation *op, void *context, uint32_t *remark,
                struct redbook_error *err) {
  struct render *render = context;
  int64_t announced = redbook_source_announced_sectors(render->source);
  (void)remark;
  render->op = op;
  render->progress.action = REDBOOK_ACTION_WRITING;
  render->progress.sector_count = announced > 0 ? (uint32_t)announced : 0;
  return redbook_source_render(render->source, put, render, redbook_operation_cancel_flag(op),
                               err);
}

static void nothing(void *context, bool ok) {
  (void)context;
  (void)ok;
}

static void destroy(void *context) {
  struct render *render = context;
  if (render->fd >= 0) (void)close(render->fd);
  redbook_source_unref(render->source);
  free(render);
}

static const struct redbook_job render_job = {
    .thread_name = "redbook-render", .run = run, .delivered = nothing, .destroy = destroy};

struct redbook_operation *redbook_source_begin_render(struct redbook_source *source, int fd,
                                                      struct redbook_error *err) {
  struct render *render = calloc(1, sizeof *render);
  if (!render) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for rendering");
    return NULL;
  }
  render->source = redbook_source_ref(source);
  render->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (render->fd < 0) {
    redbook_fail_file(err, errno, "the file to render into cannot be used");
    destroy(render);
    return NULL;
  }
  struct redbook_operation *op = redbook_operation_create(&render_job, render, err);
  if (op) redbook_operation_start(op);
  return op;
}
