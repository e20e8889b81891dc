/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The path of a sound file, or of several as one: decoder -> channels -> gain -> rate -> the
 * last stages -> frames. An exact source goes from the decoder to the frames directly. */
#include "audio/convert.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/master.h"
#include "audio/outside.h"
#include "audio/stages.h"
#include "audio/stream.h"

#define BLOCK 16384u /* source frames decoded at once: fewer take soxr longer (measured) */
#define LEAD 16 /* sectors decoded before a part: eight times the filter's reach at 4 kHz */

struct convert {
  struct redbook_stream stream;
  struct redbook_chain chain;
  struct redbook_mix mix;
  struct redbook_resampler *resampler; /* NULL at 44.1 kHz */
  struct redbook_master master;
  float factor;          /* the gain */
  int64_t start, length; /* the part in 44.1 kHz frames, length -1 = to the end */
  int64_t skip, left;    /* frames still to be left out; to come after them */
  bool drained;          /* the decoder has nothing more */
  bool ended;            /* nor has the resampler */
  size_t room;           /* frames that one block may become */
  float *raw;            /* BLOCK frames as decoded */
  float *mixed;          /* BLOCK frames after the mix */
  float *wave;           /* stereo frames that wait to be quantised */
  size_t waiting;
  int16_t *ready; /* quantised frames, those from `first` to `end` not fetched yet */
  size_t first, end;
};

static bool fill_exact(struct convert *convert, struct redbook_error *err) {
  int64_t got = redbook_chain_shorts(&convert->chain, convert->ready, BLOCK, err);
  if (got < 0) return false;
  if (convert->mix.width == 1)
    for (size_t i = (size_t)got; i-- > 0;)
      convert->ready[2 * i] = convert->ready[2 * i + 1] = convert->ready[i];
  convert->end = (size_t)got;
  convert->first = convert->skip < got ? (size_t)convert->skip : convert->end;
  convert->skip -= (int64_t)convert->first;
  size_t count = convert->end - convert->first;
  if ((int64_t)count > convert->left) count = (size_t)convert->left;
  convert->end = convert->first + count;
  convert->left -= (int64_t)count;
  convert->ended = got < (int64_t)BLOCK || convert->left == 0;
  return redbook_master_measure(&convert->master, convert->ready + 2 * convert->first, count,
                                err);
}

/* Puts the next stereo frames at the end of `wave`; mono is doubled here, at 0 dB. */
static void append(struct convert *convert, const float *frames, size_t count) {
  size_t left_out = convert->skip < (int64_t)count ? (size_t)convert->skip : count;
  convert->skip -= (int64_t)left_out;
  count -= left_out;
  if ((int64_t)count > convert->left) count = (size_t)convert->left;
  convert->left -= (int64_t)count;
  float *to = convert->wave + 2 * convert->waiting;
  if (convert->mix.width == 1)
    for (size_t i = 0; i < count; i++)
      to[2 * i] = to[2 * i + 1] = frames[left_out + i];
  else if (frames + 2 * left_out != to) /* else they were resampled to where they belong */
    memmove(to, frames + 2 * left_out, 2 * count * sizeof *to);
  convert->waiting += count;
}

static bool resample(struct convert *convert, const float *in, size_t frames,
                     struct redbook_error *err) {
  bool there = convert->mix.width == 2 && convert->skip == 0;
  float *out = there ? convert->wave + 2 * convert->waiting : convert->raw;
  int64_t got = redbook_resampler_run(convert->resampler, in, frames, out, convert->room, err);
  if (got < 0) return false;
  append(convert, out, (size_t)got);
  if (!in) convert->ended = got == 0;
  return true;
}

static bool decode(struct convert *convert, struct redbook_error *err) {
  if (convert->drained) return resample(convert, NULL, 0, err);
  bool mixes = convert->mix.channels != convert->mix.width;
  float *to = mixes ? convert->raw : convert->mixed;
  int64_t got = redbook_chain_floats(&convert->chain, to, BLOCK, err);
  if (got < 0) return false;
  if (mixes) redbook_mix_run(&convert->mix, convert->raw, convert->mixed, (size_t)got);
  if (convert->factor != 1)
    redbook_amplify(convert->mixed, (size_t)got * (size_t)convert->mix.width, convert->factor);
  convert->drained = got < (int64_t)BLOCK;
  if (convert->resampler) return resample(convert, convert->mixed, (size_t)got, err);
  append(convert, convert->mixed, (size_t)got);
  convert->ended = convert->drained;
  return true;
}

static bool fill_changed(struct convert *convert, struct redbook_error *err) {
  if (!decode(convert, err)) return false;
  convert->ended |= convert->left == 0;
  int64_t made = redbook_master_run(&convert->master, convert->wave, convert->ready,
                                    convert->waiting, convert->ended, err);
  if (made < 0) return false;
  size_t done = (size_t)made;
  convert->waiting -= done;
  memmove(convert->wave, convert->wave + 2 * done, 2 * convert->waiting * sizeof(float));
  convert->first = 0;
  convert->end = done;
  return true;
}

static bool fill(struct convert *convert, struct redbook_error *err) {
  bool exact = convert->stream.format.exact;
  bool good = exact ? fill_exact(convert, err) : fill_changed(convert, err);
  convert->stream.figures = convert->master.figures;
  return good;
}

static int64_t convert_read(struct redbook_stream *stream, uint8_t *bytes, size_t frames,
                            struct redbook_error *err) {
  struct convert *convert = (struct convert *)stream;
  size_t done = 0;
  convert->chain.cancel = stream->cancel;
  while (done < frames) {
    size_t here = convert->end - convert->first;
    if (here > frames - done) here = frames - done;
    redbook_pack(bytes + done * REDBOOK_FRAME_BYTES, convert->ready + 2 * convert->first,
                 2 * here);
    convert->first += here;
    done += here;
    if (done == frames || (convert->ended && convert->first == convert->end)) break;
    if (redbook_cancelled(stream->cancel, err)) return -1; /* a part may begin an hour in */
    if (convert->first == convert->end && !fill(convert, err)) return -1;
  }
  return (int64_t)done;
}

/* The last frame of the disc's rate before a part that falls on a source frame, far enough
 * before it for the resampler's filter to fill: decoding can begin there. */
static int64_t seek_target(const struct convert *convert) {
  int64_t rate = convert->chain.decoder.info.samplerate, sector = REDBOOK_AUDIO_SECTOR_FRAMES;
  if (rate == REDBOOK_DISC_RATE) return convert->start;
  int64_t target = convert->start - LEAD * sector;
  while (target > 0 && target * rate % REDBOOK_DISC_RATE != 0)
    target -= sector;
  return target > 0 ? target : 0;
}

/* To the beginning of the part, or as near before it as the decoder can go. */
static bool go_to_part(struct convert *convert, struct redbook_error *err) {
  int64_t target = seek_target(convert);
  convert->skip = convert->start;
  if (target == 0 || !redbook_decoder_seeks(&convert->chain.decoder)) return true;
  int64_t frame = target * convert->chain.decoder.info.samplerate / REDBOOK_DISC_RATE;
  if (!redbook_chain_seek(&convert->chain, frame))
    return redbook_chain_rewind(&convert->chain, err);
  convert->skip -= target;
  return true;
}

/* A fresh state of every stage, so that the same bytes come again. */
static bool start_stages(struct convert *convert, struct redbook_error *err) {
  unsigned rate = convert->stream.format.sample_rate;
  const struct redbook_processing *asked = &convert->stream.processing;
  convert->factor = redbook_gain_factor(asked->gain);
  convert->stream.format.exact =
      redbook_decoder_exact(&convert->chain.decoder) && asked->gain == 0;
  convert->stream.plain =
      convert->stream.format.exact && convert->chain.decoder.container.kind != REDBOOK_FLAC;
  redbook_resampler_free(convert->resampler);
  convert->resampler = NULL;
  convert->drained = convert->ended = false;
  convert->waiting = convert->first = convert->end = 0;
  convert->stream.figures = (struct redbook_figures){0};
  convert->left = convert->length < 0 ? INT64_MAX : convert->length;
  if (!redbook_master_start(&convert->master, asked, convert->stream.loudness, err) ||
      !go_to_part(convert, err))
    return false;
  if (rate == REDBOOK_DISC_RATE) return true;
  convert->resampler = redbook_resampler_new(rate, convert->mix.width, asked->quality, err);
  return convert->resampler != NULL;
}

void redbook_convert_ends(const struct redbook_stream *stream, int64_t *ends) {
  const struct convert *convert = (const struct convert *)stream;
  for (size_t i = 0; i < convert->chain.count; i++)
    ends[i] = convert->chain.links[i].end;
}

bool redbook_convert_seek(struct redbook_stream *stream, int64_t frame) {
  struct convert *convert = (struct convert *)stream;
  convert->chain.cancel = stream->cancel;
  if (!stream->format.exact || !redbook_chain_seek(&convert->chain, convert->start + frame))
    return false;
  convert->first = convert->end = 0;
  convert->skip = 0;
  convert->left = convert->length < 0 ? INT64_MAX : convert->length - frame;
  convert->ended = convert->left <= 0;
  return true;
}

void redbook_convert_listen(struct redbook_stream *stream, struct redbook_loudness *loudness) {
  stream->loudness = loudness;
  ((struct convert *)stream)->master.loudness = loudness;
}

void redbook_convert_mark(struct redbook_stream *stream) {
  struct convert *convert = (struct convert *)stream;
  redbook_master_mark(&convert->master);
  stream->figures = convert->master.figures;
}

static void give_back_room(struct convert *convert) {
  free(convert->raw);
  free(convert->mixed);
  free(convert->wave);
  free(convert->ready);
  convert->raw = convert->mixed = convert->wave = NULL;
  convert->ready = NULL;
}

static bool make_room(struct convert *convert, struct redbook_error *err) {
  unsigned rate = convert->stream.format.sample_rate;
  size_t channels = convert->stream.format.channels;
  convert->room = ((size_t)BLOCK * REDBOOK_DISC_RATE + rate - 1) / rate + 64;
  if (convert->room < BLOCK) convert->room = BLOCK;
  if (channels < 2) channels = 2;
  size_t wave = convert->room + REDBOOK_MASTER_HOLD;
  size_t raw = BLOCK * channels > 2 * convert->room ? BLOCK * channels : 2 * convert->room;
  convert->raw = calloc(raw, sizeof(float));
  convert->mixed = calloc(2 * (size_t)BLOCK, sizeof(float));
  convert->wave = calloc(2 * wave, sizeof(float));
  convert->ready = calloc(2 * wave, sizeof(int16_t));
  if (convert->raw && convert->mixed && convert->wave && convert->ready) return true;
  give_back_room(convert);
  return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
}

static bool convert_rewind(struct redbook_stream *stream, struct redbook_error *err) {
  struct convert *convert = (struct convert *)stream;
  if (!convert->raw && !make_room(convert, err)) return false;
  convert->chain.cancel = stream->cancel;
  return redbook_chain_rewind(&convert->chain, err) && start_stages(convert, err);
}

static void convert_rest(struct redbook_stream *stream, bool kept) {
  struct convert *convert = (struct convert *)stream;
  (void)kept;
  redbook_decoder_rest(&convert->chain.decoder);
  redbook_resampler_free(convert->resampler);
  convert->resampler = NULL;
  redbook_master_stop(&convert->master);
  give_back_room(convert);
}

static void convert_close(struct redbook_stream *stream) {
  struct convert *convert = (struct convert *)stream;
  convert_rest(stream, false);
  redbook_chain_close(&convert->chain);
  free(convert);
}

/* PCM and FLAC say how long they are, and the resampler keeps to the same rounding. */
static int64_t announced(const struct convert *convert) {
  const struct redbook_decoder *decoder = &convert->chain.decoder;
  int64_t rate = decoder->info.samplerate;
  if (!decoder->container.certain) return -1;
  int64_t frames = (decoder->promise * REDBOOK_DISC_RATE + rate / 2) / rate - convert->start;
  return frames < 0 ? 0 : frames;
}

static bool set_up(struct convert *convert, struct redbook_error *err) {
  struct redbook_decoder *decoder = &convert->chain.decoder;
  redbook_decoder_format(decoder, &convert->stream.format);
  redbook_decoder_tags(decoder, &convert->stream.tags);
  if (convert->chain.links)
    convert->mix = convert->chain.shape.mix;
  else
    redbook_mix_init(&convert->mix, decoder->map, decoder->info.channels);
  convert->stream.announced = announced(convert);
  return make_room(convert, err) && start_stages(convert, err);
}

static struct convert *new_convert(int64_t start, int64_t length,
                                   const struct redbook_processing *processing,
                                   struct redbook_error *err) {
  struct convert *convert = calloc(1, sizeof *convert);
  if (!convert) {
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  convert->chain.decoder.input.fd = -1;
  convert->start = start;
  convert->length = length;
  if (processing) convert->stream.processing = *processing;
  convert->stream.read = convert_read;
  convert->stream.rewind = convert_rewind;
  convert->stream.close = convert_close;
  convert->stream.rest = convert_rest;
  return convert;
}

static struct redbook_stream *opened(struct convert *convert, bool good) {
  if (good) return &convert->stream;
  convert_close(&convert->stream);
  return NULL;
}

struct redbook_stream *redbook_convert_open(const char *path, int64_t start, int64_t length,
                                            const struct redbook_processing *processing,
                                            struct redbook_error *err) {
  struct convert *convert = new_convert(start, length, processing, err);
  if (!convert || !redbook_decoder_open(&convert->chain.decoder, path, err))
    return convert ? opened(convert, false) : NULL;
  const struct redbook_container *container = &convert->chain.decoder.container;
  if (container->kind != REDBOOK_OUTSIDE) return opened(convert, set_up(convert, err));
  struct redbook_stream *stream =
      redbook_outside_open(path, container, start, length, processing, err);
  convert_close(&convert->stream);
  return stream;
}

struct redbook_stream *redbook_convert_spool(int spool, const char *path, int64_t start,
                                             int64_t length,
                                             const struct redbook_processing *processing,
                                             struct redbook_error *err) {
  struct convert *convert = new_convert(start, length, processing, err);
  if (!convert) {
    (void)close(spool);
    return NULL;
  }
  return opened(convert,
                redbook_decoder_open_spool(&convert->chain.decoder, spool, path, err) &&
                    set_up(convert, err));
}

struct redbook_stream *redbook_convert_chain(struct redbook_link *links, size_t count,
                                             const struct redbook_shape *shape, int64_t start,
                                             int64_t length,
                                             const struct redbook_processing *processing,
                                             const atomic_bool *cancel,
                                             struct redbook_error *err) {
  struct convert *convert = new_convert(start, length, processing, err);
  if (!convert) {
    redbook_links_free(links, count);
    return NULL;
  }
  convert->stream.cancel = convert->chain.cancel = cancel;
  return opened(convert, redbook_chain_open(&convert->chain, links, count, shape, err) &&
                             set_up(convert, err));
}
