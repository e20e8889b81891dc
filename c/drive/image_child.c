/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child process in which libcdio reads an image. */
#include <cdio/cdio.h>
#include <cdio/cdtext.h>
#include <cdio/logging.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/write_all.h"
#include "drive/image_private.h"

#define CPU_SECONDS 20

static struct redbook_image_answer answer;
static int pipe_end;
static char where[REDBOOK_MESSAGE_SIZE]; /* first message that names a line */
static char warning[REDBOOK_MESSAGE_SIZE];

static _Noreturn void finish(void) {
  char *text = answer.contents.text.data;
  answer.contents.text.data = NULL;
  if (!answer.ok) answer.contents.text.length = 0;
  if (redbook_write_all(pipe_end, &answer, sizeof answer))
    (void)redbook_write_all(pipe_end, text, answer.contents.text.length);
  _exit(0);
}

static _Noreturn void fail(const char *what) {
  answer.ok = false;
  (void)snprintf(answer.message, sizeof answer.message, "%s", what);
  finish();
}

/* As libcdio has put it, if it has. */
static _Noreturn void fail_of(const char *fallback) {
  fail(where[0] ? where : warning[0] ? warning : fallback);
}

/* The first message, and what belongs to it when it ends with a colon. */
static void note(char out[REDBOOK_MESSAGE_SIZE], const char *message) {
  size_t length = strlen(out);
  if (length && out[length - 1] != ':') return;
  (void)snprintf(out + length, REDBOOK_MESSAGE_SIZE - length, "%s%s", length ? " " : "",
                 message);
  out[strcspn(out, "\n")] = '\0';
}

/* libcdio tells what is wrong with a line only to those who listen to its less urgent messages;
 * behind an error or a failed assertion it must not go on. */
static void listen(cdio_log_level_t level, const char message[]) {
  if (level >= CDIO_LOG_INFO && (where[0] || strstr(message, " line "))) note(where, message);
  if (level >= CDIO_LOG_WARN) note(warning, message);
  if (level >= CDIO_LOG_ERROR) fail_of(message);
}

static CdIo_t *open_image(enum redbook_image_kind kind, const char *name) {
  if (kind == REDBOOK_IMAGE_CUE) return cdio_open_cue(name);
  return kind == REDBOOK_IMAGE_TOC ? cdio_open_cdrdao(name) : cdio_open_nrg(name);
}

static void take_code(char *code, char *out, size_t size) {
  if (code && strlen(code) == size - 1) memcpy(out, code, size);
  if (code) cdio_free(code);
}

static uint8_t control_of(const CdIo_t *image, track_t number) {
  unsigned control = 0;
  if (cdio_get_track_preemphasis(image, number) == CDIO_TRACK_FLAG_TRUE) control |= 1;
  if (cdio_get_track_copy_permit(image, number) == CDIO_TRACK_FLAG_TRUE) control |= 2;
  if (cdio_get_track_format(image, number) != TRACK_FORMAT_AUDIO)
    control |= REDBOOK_CONTROL_DATA;
  if (cdio_get_track_channels(image, number) == 4) control |= 8;
  return (uint8_t)control;
}

/* The pause before a track has to lie behind the start of the one before it. Before track 1
 * are the disc's first two seconds. */
static int32_t pregap_of(const CdIo_t *image, const struct redbook_contents_track *track,
                         bool first) {
  lsn_t begin = cdio_get_track_pregap_lsn(image, track->number);
  if (first) return track->start + CDIO_PREGAP_SECTORS;
  if (begin == CDIO_INVALID_LSN || begin <= track[-1].start || begin > track->start) return 0;
  return track->start - begin;
}

static void take_track(const CdIo_t *image, track_t number,
                       struct redbook_contents_track *track, bool first) {
  *track = (struct redbook_contents_track){.number = number,
                                           .session = 1,
                                           .control = control_of(image, number),
                                           .start = cdio_get_track_lsn(image, number)};
  if (track->start < 0 || (!first && track->start <= track[-1].start))
    fail("its tracks are in no order; libcdio reads images in one file only");
  if (!first) track[-1].sectors = (uint32_t)(track->start - track[-1].start);
  track->pregap = pregap_of(image, track, first);
  take_code(cdio_get_track_isrc(image, number), track->isrc, sizeof track->isrc);
}

/* libcdio 2.1 adds the length of the last FILE of a .toc, in which a pause (START) is counted,
 * to the end of that pause; and takes a length that is not given for that of the whole file. */
static int32_t end_of(const CdIo_t *image, enum redbook_image_kind kind, uint32_t data_sectors,
                      const struct redbook_contents *contents) {
  const struct redbook_contents_track *last = &contents->track[contents->tracks - 1];
  int32_t end = cdio_get_track_lsn(image, CDIO_CDROM_LEADOUT_TRACK);
  if (kind != REDBOOK_IMAGE_TOC) return end;
  end -= contents->tracks == 1 ? last->start : last->pregap;
  if (end > (int32_t)data_sectors)
    fail(
        "libcdio takes its end for one behind that of its data file; give its last FILE a "
        "length");
  return end;
}

static void take_contents(CdIo_t *image, enum redbook_image_kind kind, uint32_t data_sectors,
                          struct redbook_contents *out) {
  track_t first = cdio_get_first_track_num(image);
  track_t count = cdio_get_num_tracks(image);
  if (first < 1 || count < 1 || first + count - 1u > REDBOOK_TRACKS_MOST)
    fail("it has no tracks");
  for (; out->tracks < count; out->tracks++)
    take_track(image, (track_t)(first + out->tracks), &out->track[out->tracks], !out->tracks);
  struct redbook_contents_track *last = &out->track[count - 1];
  out->lead_out = end_of(image, kind, data_sectors, out);
  if (out->lead_out <= last->start) fail("its data file ends before its last track");
  last->sectors = (uint32_t)(out->lead_out - last->start);
  out->sessions = 1;
  out->session[0] = (struct redbook_session){1, first, last->number, out->lead_out};
  take_code(cdio_get_mcn(image), out->catalog, sizeof out->catalog);
  if (!redbook_cd_text_collect(cdio_get_cdtext(image), &out->text))
    fail("no memory for its CD-TEXT");
}

/* Nothing to write to but the pipe, no core file, no endless loop, no handler of the host's. */
static void confine(void) {
  const struct rlimit none = {0, 0};
  const struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS};
  sigset_t all;
  sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, NULL);
  (void)signal(SIGXCPU, SIG_DFL);
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)setrlimit(RLIMIT_CPU, &cpu);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; null >= 0 && fd <= 2; fd++)
    if (fd != pipe_end) (void)dup2(null, fd);
}

_Noreturn void redbook_image_child(enum redbook_image_kind kind, const char *name,
                                   uint32_t data_sectors, int fd) {
  pipe_end = fd;
  confine();
  answer = (struct redbook_image_answer){.ok = false};
  where[0] = warning[0] = '\0';
  cdio_loglevel_default = CDIO_LOG_INFO;
  (void)cdio_log_set_handler(listen);
  CdIo_t *image = open_image(kind, name);
  if (!image) fail_of("libcdio cannot read it");
  take_contents(image, kind, data_sectors, &answer.contents);
  answer.ok = true;
  (void)snprintf(answer.contents.problem, sizeof answer.contents.problem, "%s", warning);
  finish();
}
