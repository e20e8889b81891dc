/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoders in a row. */
#include "audio/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/outside.h"
#include "audio/stream.h"

#define SKIP 512 /* frames thrown away at once where a decoder cannot seek */

static const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;

static void shape_of(const struct redbook_decoder *decoder, struct redbook_shape *shape) {
  shape->rate = (unsigned)decoder->info.samplerate;
  shape->channels = (unsigned)decoder->info.channels;
  shape->exact = redbook_decoder_exact(decoder);
  redbook_mix_init(&shape->mix, decoder->map, decoder->info.channels);
}

/* What ffprobe says of a file; its weights are known only when it is decoded. */
static bool look_outside(const char *path, const struct redbook_container *container,
                         struct redbook_look *look, struct redbook_error *err) {
  struct redbook_outside outside = redbook_outside_of(path, container);
  if (!redbook_outside_probe(&outside, NULL, err)) return false;
  redbook_outside_introduce(&outside, &look->format, &look->tags);
  look->shape = (struct redbook_shape){
      .rate = outside.rate,
      .channels = outside.channels,
      .exact = look->format.exact,
      .mix = {.channels = (int)outside.channels, .width = outside.channels == 1 ? 1 : 2}};
  return true;
}

bool redbook_look(const char *path, struct redbook_look *look, struct redbook_error *err) {
  struct redbook_decoder decoder;
  *look = (struct redbook_look){.frames = -1};
  if (!redbook_decoder_open(&decoder, path, err)) return false;
  bool good = true;
  if (decoder.container.kind == REDBOOK_OUTSIDE) {
    good = look_outside(path, &decoder.container, look, err);
  } else {
    shape_of(&decoder, &look->shape);
    redbook_decoder_format(&decoder, &look->format);
    redbook_decoder_tags(&decoder, &look->tags);
    look->plain = look->shape.exact && decoder.container.kind != REDBOOK_FLAC;
    if (decoder.container.certain) look->frames = decoder.promise;
  }
  redbook_decoder_close(&decoder);
  return good;
}

static bool same_weights(const struct redbook_mix *one, const struct redbook_mix *other) {
  for (int i = 0; i < one->channels; i++)
    if (one->left[i] != other->left[i] || one->right[i] != other->right[i]) return false;
  return true;
}

const char *redbook_shapes_differ(const struct redbook_shape *one,
                                  const struct redbook_shape *other) {
  if (one->rate != other->rate) return "has another sample rate";
  if (one->channels != other->channels) return "has another number of channels";
  if (one->exact != other->exact) return "has samples of another kind";
  if (!same_weights(&one->mix, &other->mix)) return "has its channels in another order";
  return NULL;
}

/* Decodes a file by ffmpeg, once: later passes read the spool. */
static bool make_spool(struct redbook_chain *chain, struct redbook_link *link,
                       struct redbook_error *err) {
  static const atomic_bool never; /* signals are for those who open it, not for a worker */
  struct redbook_outside outside = redbook_outside_of(link->path, &chain->decoder.container);
  redbook_decoder_close(&chain->decoder);
  if (!redbook_outside_probe(&outside, chain->cancel ? chain->cancel : &never, err))
    return false;
  int spool = redbook_outside_decode(&outside, chain->cancel, err);
  if (spool < 0) return false;
  struct redbook_source_format format;
  int copy = fcntl(spool, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) {
    (void)redbook_fail_file(err, errno, "%s cannot be used", outside.label);
  } else if (redbook_decoder_open_spool(&chain->decoder, copy, link->path, err)) {
    redbook_decoder_format(&chain->decoder, &format);
    if (redbook_outside_complete(&outside, format.announced_frames, err)) {
      link->spool = spool;
      return true;
    }
    redbook_decoder_close(&chain->decoder);
  }
  (void)close(spool);
  return false;
}

static bool open_spool(struct redbook_chain *chain, const struct redbook_link *link,
                       struct redbook_error *err) {
  int copy = fcntl(link->spool, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return redbook_fail_file(err, errno, "%s cannot be used", link->path);
  return redbook_decoder_open_spool(&chain->decoder, copy, link->path, err);
}

static bool open_decoder(struct redbook_chain *chain, struct redbook_link *link,
                         struct redbook_error *err) {
  if (link->spool >= 0) return open_spool(chain, link, err);
  if (!redbook_decoder_open(&chain->decoder, link->path, err)) return false;
  return chain->decoder.container.kind != REDBOOK_OUTSIDE || make_spool(chain, link, err);
}

/* The file as it is now: it was looked at a while ago, perhaps by others' words. */
static bool check_shape(struct redbook_chain *chain, bool outside, struct redbook_error *err) {
  struct redbook_shape now;
  shape_of(&chain->decoder, &now);
  if (outside && chain->current == 0) chain->shape.mix = now.mix;
  const char *reason = redbook_shapes_differ(&chain->shape, &now);
  if (!reason) return true;
  redbook_fail(err, refused, "%s %s than it had, or than those it is joined with",
               chain->decoder.input.label, reason);
  redbook_advise(err, "Do not change the files meanwhile, or burn it without joining.");
  return false;
}

/* Up to frame `to` of the link that is open. */
static bool skip_to(struct redbook_chain *chain, int64_t to, struct redbook_error *err) {
  struct redbook_decoder *decoder = &chain->decoder;
  float thrown[SKIP * 8];
  for (int64_t at = 0; at < to;) {
    if (redbook_cancelled(chain->cancel, err)) return false;
    int64_t want = to - at < SKIP ? to - at : SKIP;
    int64_t got = redbook_decoder_floats(decoder, thrown, want, err);
    if (got < 0) return false;
    at += got;
    if (got != want)
      return redbook_fail(err, refused, "%s ends before its part begins", decoder->input.label);
  }
  return true;
}

static bool go_to_frame(struct redbook_chain *chain, int64_t frame, struct redbook_error *err) {
  struct redbook_decoder *decoder = &chain->decoder;
  if (frame == 0) return true;
  if (redbook_decoder_seeks(decoder) && redbook_decoder_seek(decoder, frame)) return true;
  return redbook_decoder_rewind(decoder, err) && skip_to(chain, frame, err);
}

/* Where a link begins in the chain; the links before it have been read, or are certain. */
static int64_t begin_of(const struct redbook_chain *chain, size_t index) {
  return index == 0 ? 0 : chain->links[index - 1].end;
}

/* Opens a link at `frame` of its own. */
static bool open_link(struct redbook_chain *chain, size_t index, int64_t frame,
                      struct redbook_error *err) {
  struct redbook_link *link = &chain->links[index];
  redbook_decoder_close(&chain->decoder);
  chain->decoder.input.fd = -1;
  chain->current = index;
  chain->position = begin_of(chain, index) + frame;
  if (!open_decoder(chain, link, err)) return false;
  if (check_shape(chain, link->spool >= 0, err) && go_to_frame(chain, link->first + frame, err))
    return true;
  redbook_decoder_close(&chain->decoder);
  return false;
}

bool redbook_chain_open(struct redbook_chain *chain, struct redbook_link *links, size_t count,
                        const struct redbook_shape *shape, struct redbook_error *err) {
  chain->links = links;
  chain->count = count;
  chain->shape = *shape;
  chain->decoder.input.fd = -1;
  return open_link(chain, 0, 0, err);
}

void redbook_links_free(struct redbook_link *links, size_t count) {
  for (size_t i = 0; links && i < count; i++) {
    if (links[i].spool >= 0) (void)close(links[i].spool);
    free(links[i].path);
  }
  free(links);
}

void redbook_chain_close(struct redbook_chain *chain) {
  redbook_decoder_close(&chain->decoder);
  redbook_links_free(chain->links, chain->count);
  chain->links = NULL;
}

bool redbook_chain_rewind(struct redbook_chain *chain, struct redbook_error *err) {
  chain->position = 0;
  if (chain->links && (chain->current > 0 || chain->decoder.input.fd < 0))
    return open_link(chain, 0, 0, err);
  return redbook_decoder_rewind(&chain->decoder, err);
}

bool redbook_chain_seek(struct redbook_chain *chain, int64_t frame) {
  struct redbook_error trouble;
  size_t index = 0;
  while (index + 1 < chain->count && chain->links[index].end >= 0 &&
         chain->links[index].end <= frame)
    index++;
  if (!chain->links || index == chain->current) {
    int64_t first = chain->links ? chain->links[index].first - begin_of(chain, index) : 0;
    bool there = redbook_decoder_seeks(&chain->decoder) &&
                 redbook_decoder_seek(&chain->decoder, first + frame);
    if (there) chain->position = frame;
    return there;
  }
  return begin_of(chain, index) >= 0 &&
         open_link(chain, index, frame - begin_of(chain, index), &trouble);
}

/* Frames that are left of the current link, as far as they are counted. */
static int64_t left(const struct redbook_chain *chain) {
  if (!chain->links || chain->links[chain->current].frames < 0) return INT64_MAX;
  return begin_of(chain, chain->current) + chain->links[chain->current].frames -
         chain->position;
}

/* At the end of a link: it is where it was expected. */
static bool settle(struct redbook_chain *chain, struct redbook_error *err) {
  struct redbook_link *link = &chain->links[chain->current];
  double second = (double)chain->position / chain->shape.rate;
  if (left(chain) > 0 && link->frames >= 0)
    return redbook_fail(err, refused, "%s ends before its part does, at %.2f s",
                        chain->decoder.input.label, second);
  if (link->end >= 0 && link->end != chain->position)
    return redbook_fail(err, refused, "%s ends elsewhere than its header says, or has changed",
                        chain->decoder.input.label);
  link->end = chain->position;
  return true;
}

/* 1: the next link is open, 0: there is none, -1 on failure. */
static int next(struct redbook_chain *chain, struct redbook_error *err) {
  if (!chain->links) return 0;
  if (!settle(chain, err)) return -1;
  if (chain->current + 1 == chain->count) return 0;
  return open_link(chain, chain->current + 1, 0, err) ? 1 : -1;
}

/* Reads into floats or, when there are none, into shorts. */
static int64_t decode(struct redbook_chain *chain, float *floats, int16_t *shorts,
                      int64_t count, struct redbook_error *err) {
  int64_t done = 0;
  int more = 1;
  while (done < count && more == 1) {
    int64_t at = done * chain->decoder.info.channels, got = -1;
    int64_t want = left(chain) < count - done ? left(chain) : count - done;
    if (floats) got = redbook_decoder_floats(&chain->decoder, floats + at, want, err);
    if (shorts) got = redbook_decoder_shorts(&chain->decoder, shorts + at, want, err);
    if (got < 0) return -1;
    done += got;
    chain->position += got;
    if (got < want || left(chain) == 0) more = next(chain, err);
  }
  return more < 0 ? -1 : done;
}

int64_t redbook_chain_floats(struct redbook_chain *chain, float *frames, int64_t count,
                             struct redbook_error *err) {
  return decode(chain, frames, NULL, count, err);
}

int64_t redbook_chain_shorts(struct redbook_chain *chain, int16_t *frames, int64_t count,
                             struct redbook_error *err) {
  return decode(chain, NULL, frames, count, err);
}
