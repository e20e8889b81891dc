/* SPDX-License-Identifier: GPL-3.0-or-later */
/* soxr at HQ or VHQ, constant rate, one thread: exact length, and silence that stays silence.
 */
#include <soxr.h>
#include <stdlib.h>
#include <string.h>

#include "audio/stages.h"

#define GRANULE 32     /* source frames that share one mark */
#define GRANULES 32768 /* marks kept: about a million frames, far more than soxr holds back */
#define GROUP 64       /* frames of the result that are silenced together */
/* Frames of the lower rate, from 4 to 768 kHz (measured): HQ's filter reaches 104, VHQ's is
 * below -220 dB beyond 146. */
#define REACH 128
#define BEST_REACH 160

struct redbook_resampler {
  soxr_t soxr;
  unsigned rate;
  int width;
  int64_t in, out;            /* frames so far */
  int64_t reach;              /* in source frames */
  uint8_t sounding[GRANULES]; /* a ring: something in this granule is not zero */
};

static struct redbook_resampler *failed(struct redbook_resampler *resampler, const char *why,
                                        struct redbook_error *err) {
  redbook_resampler_free(resampler);
  redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "the resampler cannot be set up: %s", why);
  return NULL;
}

struct redbook_resampler *redbook_resampler_new(unsigned rate, int width,
                                                enum redbook_quality quality,
                                                struct redbook_error *err) {
  struct redbook_resampler *resampler = calloc(1, sizeof *resampler);
  if (!resampler) return failed(NULL, "out of memory", err);
  soxr_error_t why = NULL;
  soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  bool best = quality == REDBOOK_QUALITY_VHQ;
  soxr_quality_spec_t recipe = soxr_quality_spec(best ? SOXR_VHQ : SOXR_HQ, 0);
  soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  resampler->soxr =
      soxr_create(rate, REDBOOK_DISC_RATE, (unsigned)width, &why, &io, &recipe, &runtime);
  if (why || !resampler->soxr) return failed(resampler, why ? why : "unknown", err);
  resampler->rate = rate;
  resampler->width = width;
  resampler->reach = (int64_t)(best ? BEST_REACH : REACH) *
                     (rate > REDBOOK_DISC_RATE ? rate : REDBOOK_DISC_RATE) / REDBOOK_DISC_RATE;
  return resampler;
}

void redbook_resampler_free(struct redbook_resampler *resampler) {
  if (!resampler) return;
  soxr_delete(resampler->soxr);
  free(resampler);
}

size_t redbook_resampler_room(const struct redbook_resampler *resampler, size_t in) {
  return (in * REDBOOK_DISC_RATE + resampler->rate - 1) / resampler->rate + 64;
}

static void mark(struct redbook_resampler *resampler, const float *in, size_t frames) {
  size_t width = (size_t)resampler->width;
  for (size_t done = 0; done < frames;) {
    int64_t at = resampler->in + (int64_t)done;
    size_t step = GRANULE - (size_t)(at % GRANULE);
    if (step > frames - done) step = frames - done;
    size_t first = done * width, end = (done + step) * width;
    while (first < end && in[first] == 0)
      first++;
    uint8_t any = first < end;
    uint8_t *flag = &resampler->sounding[at / GRANULE % GRANULES];
    *flag = at % GRANULE ? *flag | any : any;
    done += step;
  }
}

/* True when the source is zero from `from` to `to`, as far as it has come. */
static bool quiet(const struct redbook_resampler *resampler, int64_t from, int64_t to) {
  if (from < 0) from = 0;
  if (to > resampler->in) to = resampler->in;
  int64_t first = from / GRANULE, end = (to + GRANULE - 1) / GRANULE;
  if (resampler->in / GRANULE - first >= GRANULES) return false;
  for (int64_t i = first; i < end; i++)
    if (resampler->sounding[i % GRANULES]) return false;
  return true;
}

/* soxr's FFT leaves rounding errors of about -140 dB over silence. What has not been fed yet
 * cannot be in `out` either. */
static void silence(const struct redbook_resampler *resampler, float *out, size_t frames) {
  size_t width = (size_t)resampler->width;
  for (size_t done = 0; done < frames;) {
    int64_t at = resampler->out + (int64_t)done;
    size_t step = GROUP - (size_t)(at % GROUP);
    if (step > frames - done) step = frames - done;
    int64_t from = at * resampler->rate / REDBOOK_DISC_RATE;
    int64_t to = (at + (int64_t)step) * resampler->rate / REDBOOK_DISC_RATE + 1;
    if (quiet(resampler, from - resampler->reach, to + resampler->reach))
      memset(out + done * width, 0, step * width * sizeof *out);
    done += step;
  }
}

/* The last frames: as many as the exact length still asks for. */
static size_t finish(struct redbook_resampler *resampler, float *out, size_t room,
                     soxr_error_t *why) {
  int64_t total = (resampler->in * REDBOOK_DISC_RATE + resampler->rate / 2) / resampler->rate;
  int64_t wanted = total - resampler->out;
  if (wanted <= 0) return 0;
  if ((size_t)wanted < room) room = (size_t)wanted;
  size_t got = 0, step = 1;
  while (got < room && step > 0 && !*why) {
    *why = soxr_process(resampler->soxr, NULL, 0, NULL, out + got * (size_t)resampler->width,
                        room - got, &step);
    got += step;
  }
  memset(out + got * (size_t)resampler->width, 0,
         (room - got) * (size_t)resampler->width * sizeof *out);
  return room;
}

int64_t redbook_resampler_run(struct redbook_resampler *resampler, const float *in,
                              size_t frames, float *out, size_t room,
                              struct redbook_error *err) {
  size_t width = (size_t)resampler->width, used = 0, got = 0;
  soxr_error_t why = NULL;
  if (in) mark(resampler, in, frames);
  if (in) resampler->in += (int64_t)frames;
  while (in && used < frames && !why) {
    size_t taken = 0, made = 0;
    why = soxr_process(resampler->soxr, in + used * width, frames - used, &taken,
                       out + got * width, room - got, &made);
    used += taken;
    got += made;
    if (!taken && !made) why = "no progress";
  }
  if (!in) got = finish(resampler, out, room, &why);
  if (why) {
    (void)redbook_fail(err, REDBOOK_E_FAIL, "resampling failed: %s", why);
    return -1;
  }
  silence(resampler, out, got);
  resampler->out += (int64_t)got;
  return (int64_t)got;
}
