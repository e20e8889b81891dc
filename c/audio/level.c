/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream of 16-bit samples and what is asked to happen to it: without a gain it passes as it
 * is and is only measured, with one it goes through floats and dither. */
#include <stdlib.h>
#include <string.h>

#include "audio/master.h"
#include "audio/stream.h"

#define BLOCK 4096u /* frames */

struct level {
  struct redbook_stream stream;
  struct redbook_stream *inner; /* 44.1 kHz, 16-bit */
  struct redbook_master master;
  bool ended; /* the inner stream has nothing more */
  size_t waiting;
  size_t first, end; /* what of `ready` was not fetched yet */
  float wave[2 * (BLOCK + REDBOOK_MASTER_HOLD)];
  int16_t ready[2 * (BLOCK + REDBOOK_MASTER_HOLD)];
  uint8_t bytes[BLOCK * REDBOOK_FRAME_BYTES];
};

static void unpack(int16_t *samples, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++)
    samples[i] = (int16_t)(uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
}

/* What the inner stream knows of itself once it is prepared. */
static void follow(struct level *level) {
  level->stream.announced = level->inner->announced;
  level->stream.format = level->inner->format;
  level->stream.format.exact &= level->stream.processing.gain == 0;
  level->stream.plain = level->inner->plain && level->stream.format.exact;
}

static bool level_prepare(struct redbook_stream *stream, const atomic_bool *cancel,
                          struct redbook_error *err) {
  struct level *level = (struct level *)stream;
  if (level->inner->prepare && !level->inner->prepare(level->inner, cancel, err)) return false;
  follow(level);
  return true;
}

static bool fill(struct level *level, struct redbook_error *err) {
  int64_t got = level->inner->read(level->inner, level->bytes, BLOCK, err);
  if (got < 0) return false;
  size_t samples = 2 * (size_t)got;
  float *wave = level->wave + 2 * level->waiting;
  float factor = redbook_gain_factor(level->stream.processing.gain);
  unpack(level->ready, level->bytes, samples);
  for (size_t i = 0; i < samples; i++)
    wave[i] = (float)level->ready[i] / 32768 * factor;
  level->ended = got < (int64_t)BLOCK;
  level->waiting += (size_t)got;
  level->first = 0;
  int64_t made = redbook_master_run(&level->master, level->wave, level->ready, level->waiting,
                                    level->ended, err);
  if (made < 0) return false;
  level->end = (size_t)made;
  level->waiting -= level->end;
  memmove(level->wave, level->wave + 2 * level->end, 2 * level->waiting * sizeof(float));
  return true;
}

static int64_t read_changed(struct level *level, uint8_t *bytes, size_t frames,
                            struct redbook_error *err) {
  size_t done = 0;
  while (done < frames) {
    size_t here = level->end - level->first;
    if (here > frames - done) here = frames - done;
    redbook_pack(bytes + done * REDBOOK_FRAME_BYTES, level->ready + 2 * level->first, 2 * here);
    level->first += here;
    done += here;
    if (level->first < level->end || done == frames || level->ended) break;
    if (!fill(level, err)) return -1;
  }
  return (int64_t)done;
}

static int64_t read_exact(struct level *level, uint8_t *bytes, size_t frames,
                          struct redbook_error *err) {
  int64_t got = level->inner->read(level->inner, bytes, frames, err);
  for (size_t done = 0; got > 0 && done < (size_t)got;) {
    size_t here = (size_t)got - done < BLOCK ? (size_t)got - done : BLOCK;
    unpack(level->ready, bytes + done * REDBOOK_FRAME_BYTES, 2 * here);
    if (!redbook_master_measure(&level->master, level->ready, here, err)) return -1;
    done += here;
  }
  return got;
}

static int64_t level_read(struct redbook_stream *stream, uint8_t *bytes, size_t frames,
                          struct redbook_error *err) {
  struct level *level = (struct level *)stream;
  level->inner->cancel = stream->cancel;
  bool changed = stream->processing.gain != 0;
  int64_t got =
      changed ? read_changed(level, bytes, frames, err) : read_exact(level, bytes, frames, err);
  stream->figures = level->master.figures;
  return got;
}

static bool level_rewind(struct redbook_stream *stream, struct redbook_error *err) {
  struct level *level = (struct level *)stream;
  if (!level->inner->rewind(level->inner, err) ||
      !redbook_master_start(&level->master, &stream->processing, stream->loudness, err))
    return false;
  level->ended = false;
  level->waiting = level->first = level->end = 0;
  stream->figures = level->master.figures;
  follow(level);
  return true;
}

static void level_close(struct redbook_stream *stream) {
  struct level *level = (struct level *)stream;
  level->inner->close(level->inner);
  redbook_master_stop(&level->master);
  free(level);
}

struct redbook_stream *redbook_level_open(struct redbook_stream *inner,
                                          const struct redbook_processing *processing,
                                          struct redbook_error *err) {
  struct level *level = inner ? calloc(1, sizeof *level) : NULL;
  if (!level) {
    if (!inner) return NULL;
    inner->close(inner);
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  level->inner = inner;
  level->stream = (struct redbook_stream){.prepare = level_prepare,
                                          .read = level_read,
                                          .rewind = level_rewind,
                                          .close = level_close,
                                          .tags = inner->tags};
  if (processing) level->stream.processing = *processing;
  follow(level);
  if (redbook_master_start(&level->master, &level->stream.processing, NULL, err))
    return &level->stream;
  level_close(&level->stream);
  return NULL;
}
