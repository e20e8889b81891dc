/* SPDX-License-Identifier: GPL-3.0-or-later */
/* soxr at HQ or VHQ, constant rate, one thread: exact length, and silence that stays silence.
 */
#include <soxr.h>
#include <stdlib.h>
#include <string.h>

#include "audio/stages.h"

#define PIECE 4096     /* frames that soxr is given at once, and of stereo gives at most */
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
  int64_t in, out;               /* frames so far */
  int64_t reach;                 /* in source frames */
  float *left, *right;           /* PIECE samples each of what goes in; NULL for mono */
  float *made_left, *made_right; /* and of what comes out */
  uint8_t sounding[GRANULES];    /* a ring: something in this granule is not zero */
};

static struct redbook_resampler *failed(struct redbook_resampler *resampler, const char *why,
                                        struct redbook_error *err) {
  redbook_resampler_free(resampler);
  redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "the resampler cannot be set up: %s", why);
  return NULL;
}

static bool make_planes(struct redbook_resampler *resampler) {
  resampler->left = calloc((size_t)4 * PIECE, sizeof *resampler->left);
  if (!resampler->left) return false;
  resampler->right = resampler->left + PIECE;
  resampler->made_left = resampler->right + PIECE;
  resampler->made_right = resampler->made_left + PIECE;
  return true;
}

struct redbook_resampler *redbook_resampler_new(unsigned rate, int width,
                                                enum redbook_quality quality,
                                                struct redbook_error *err) {
  struct redbook_resampler *resampler = calloc(1, sizeof *resampler);
  if (!resampler) return failed(NULL, "out of memory", err);
  soxr_error_t why = NULL;
  soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S);
  bool best = quality == REDBOOK_QUALITY_VHQ;
  soxr_quality_spec_t recipe = soxr_quality_spec(best ? SOXR_VHQ : SOXR_HQ, 0);
  soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  resampler->soxr =
      soxr_create(rate, REDBOOK_DISC_RATE, (unsigned)width, &why, &io, &recipe, &runtime);
  if (why || !resampler->soxr) return failed(resampler, why ? why : "unknown", err);
  resampler->rate = rate;
  resampler->width = width;
  if (width == 2 && !make_planes(resampler)) return failed(resampler, "out of memory", err);
  resampler->reach = (int64_t)(best ? BEST_REACH : REACH) *
                     (rate > REDBOOK_DISC_RATE ? rate : REDBOOK_DISC_RATE) / REDBOOK_DISC_RATE;
  return resampler;
}

void redbook_resampler_free(struct redbook_resampler *resampler) {
  if (!resampler) return;
  soxr_delete(resampler->soxr);
  free(resampler->left);
  free(resampler);
}

/* soxr keeps something back and brings it out later, but takes no more than what it may bring
 * out amounts to: with this room it takes all of `in`, with less as much as the room is worth.
 */
static size_t become(const struct redbook_resampler *resampler, size_t in) {
  return (in * REDBOOK_DISC_RATE + resampler->rate - 1) / resampler->rate;
}

size_t redbook_resampler_room(const struct redbook_resampler *resampler, size_t in) {
  return become(resampler, in) + 64;
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

/* soxr takes stereo apart and puts it together one sample at a time, which is a seventh of its
 * time: it is done here four frames at a time. */
typedef float four __attribute__((vector_size(16)));

static void take_apart(const float *in, float *left, float *right, size_t frames) {
  four one, two;
  for (; frames >= 4; frames -= 4, in += 8, left += 4, right += 4) {
    memcpy(&one, in, sizeof one);
    memcpy(&two, in + 4, sizeof two);
    four lefts = __builtin_shufflevector(one, two, 0, 2, 4, 6);
    four rights = __builtin_shufflevector(one, two, 1, 3, 5, 7);
    memcpy(left, &lefts, sizeof lefts);
    memcpy(right, &rights, sizeof rights);
  }
  for (size_t i = 0; i < frames; i++) {
    left[i] = in[2 * i];
    right[i] = in[2 * i + 1];
  }
}

static void put_together(const float *left, const float *right, float *out, size_t frames) {
  four lefts, rights;
  for (; frames >= 4; frames -= 4, out += 8, left += 4, right += 4) {
    memcpy(&lefts, left, sizeof lefts);
    memcpy(&rights, right, sizeof rights);
    four one = __builtin_shufflevector(lefts, rights, 0, 4, 1, 5);
    four two = __builtin_shufflevector(lefts, rights, 2, 6, 3, 7);
    memcpy(out, &one, sizeof one);
    memcpy(out + 4, &two, sizeof two);
  }
  for (size_t i = 0; i < frames; i++) {
    out[2 * i] = left[i];
    out[2 * i + 1] = right[i];
  }
}

/* One step of soxr from the channels `in`, NULL = end, to frames. */
static soxr_error_t process(struct redbook_resampler *resampler, const float *const *in,
                            size_t frames, size_t *taken, float *out, size_t room,
                            size_t *made) {
  bool mono = resampler->width == 1;
  float *channels[] = {mono ? out : resampler->made_left, resampler->made_right};
  if (!mono && room > PIECE) room = PIECE;
  soxr_error_t why = soxr_process(resampler->soxr, in, frames, taken, channels, room, made);
  if (!mono && !why) put_together(channels[0], channels[1], out, *made);
  return why;
}

/* The last frames: as many as the exact length still asks for. */
static size_t finish(struct redbook_resampler *resampler, float *out, size_t room,
                     soxr_error_t *why) {
  int64_t total = (resampler->in * REDBOOK_DISC_RATE + resampler->rate / 2) / resampler->rate;
  int64_t wanted = total - resampler->out;
  if (wanted <= 0) return 0;
  if ((size_t)wanted < room) room = (size_t)wanted;
  size_t got = 0, made = 1;
  while (got < room && made > 0 && !*why) {
    *why = process(resampler, NULL, 0, NULL, out + got * (size_t)resampler->width, room - got,
                   &made);
    got += made;
  }
  memset(out + got * (size_t)resampler->width, 0,
         (room - got) * (size_t)resampler->width * sizeof *out);
  return room;
}

/* The channels of up to PIECE frames. */
static void split(const struct redbook_resampler *resampler, const float *in, size_t frames,
                  const float **channels) {
  channels[0] = in;
  if (resampler->width == 1) return;
  take_apart(in, resampler->left, resampler->right, frames);
  channels[0] = resampler->left;
  channels[1] = resampler->right;
}

/* All of `in`; what it brings out. Room is left for what the frames behind a piece become, so
 * that it lasts to the end. */
static size_t feed(struct redbook_resampler *resampler, const float *in, size_t frames,
                   float *out, size_t room, soxr_error_t *why) {
  size_t width = (size_t)resampler->width, used = 0, got = 0;
  while (used < frames && !*why) {
    const float *channels[2];
    size_t piece = frames - used < PIECE ? frames - used : PIECE, taken = 0, made = 0;
    size_t most = room - got - become(resampler, frames - used - piece);
    split(resampler, in + used * width, piece, channels);
    *why = process(resampler, channels, piece, &taken, out + got * width, most, &made);
    used += taken;
    got += made;
    if (!taken && !made) *why = "no progress";
  }
  return got;
}

int64_t redbook_resampler_run(struct redbook_resampler *resampler, const float *in,
                              size_t frames, float *out, size_t room,
                              struct redbook_error *err) {
  size_t got = 0;
  soxr_error_t why = NULL;
  if (in) {
    mark(resampler, in, frames);
    resampler->in += (int64_t)frames;
    got = feed(resampler, in, frames, out, room, &why);
  } else {
    got = finish(resampler, out, room, &why);
  }
  if (why) {
    (void)redbook_fail(err, REDBOOK_E_FAIL, "resampling failed: %s", why);
    return -1;
  }
  silence(resampler, out, got);
  resampler->out += (int64_t)got;
  return (int64_t)got;
}
