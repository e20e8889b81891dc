/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream cut into sectors: its life, its part, its measure and its check sum. */
#include "audio/source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/input.h"
#include "audio/loudness.h"
#include "audio/reel.h"
#include "audio/source_private.h"

#define SCAN_SECTORS 32u /* between two looks at `cancel`: about 0.4 s of sound */

static const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;

static uint32_t sectors_of(uint64_t frames) {
  return (uint32_t)((frames + REDBOOK_AUDIO_SECTOR_FRAMES - 1) / REDBOOK_AUDIO_SECTOR_FRAMES);
}

static int64_t in_frames(int64_t sectors) {
  return sectors < 0 ? -1 : sectors * REDBOOK_AUDIO_SECTOR_FRAMES;
}

struct redbook_source *redbook_source_new(const char *name, struct redbook_error *err) {
  struct redbook_source *source = calloc(1, sizeof *source);
  if (source) source->name = strdup(name);
  if (!source || !source->name) {
    free(source);
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  atomic_init(&source->references, 1);
  atomic_init(&source->kept_failed, false);
  redbook_label(source->label, sizeof source->label, name);
  source->part.length = -1;
  return source;
}

static bool beyond(const struct redbook_source *source, uint64_t frames,
                   struct redbook_error *err) {
  long long start = (long long)source->part.start, length = (long long)source->part.length;
  long long there = start + (long long)sectors_of(frames);
  if (length < 0)
    (void)redbook_fail(err, refused, "%s ends before its part begins: sector %lld",
                       source->label, start);
  else
    (void)redbook_fail(err, refused,
                       "%s ends before its part does: %lld sectors from %lld, "
                       "there are %lld",
                       source->label, length, start, there);
  redbook_advise(err,
                 "Correct the times of its parts in the cue sheet or list that names it, or "
                 "take the file they were made for.");
  return false;
}

/* What can be said of a part before decoding. */
static bool part_fits(const struct redbook_source *source, struct redbook_error *err) {
  int64_t announced = source->stream->announced;
  if (announced < 0) return true;
  if (announced > 0 && (source->part.length < 0 ||
                        (int64_t)sectors_of((uint64_t)announced) >= source->part.length))
    return true;
  return beyond(source, (uint64_t)announced, err);
}

static bool part_valid(const struct redbook_source_part *part, const char *label,
                       struct redbook_error *err) {
  const int64_t most = INT32_MAX;
  if (part->start >= 0 && part->start <= most && part->length >= -1 && part->length <= most &&
      part->length != 0)
    return true;
  return redbook_fail(err, REDBOOK_E_INVALIDARG,
                      "the part of %s has start %lld and length %lld sectors", label,
                      (long long)part->start, (long long)part->length);
}

static struct redbook_source *opened(struct redbook_source *source, struct redbook_error *err) {
  if (source->stream && part_fits(source, err)) return source;
  redbook_source_unref(source);
  return NULL;
}

/* Of a path only files that say themselves what they are can be taken. */
static void advise_formats(struct redbook_error *err) {
  const struct redbook_code *row = redbook_code_find(refused);
  if (err && err->code == refused && row && strcmp(err->advice, row->advice) == 0)
    redbook_advise(err,
                   "Pass a sound file that is whole: WAV, FLAC, AIFF, Ogg Vorbis, Opus, MP3, "
                   "CAF, W64 or AU.");
}

struct redbook_source *redbook_source_open(const char *path,
                                           const struct redbook_source_part *part,
                                           const struct redbook_processing *processing,
                                           struct redbook_error *err) {
  struct redbook_source *source = redbook_source_new(path, err);
  if (!source) return NULL;
  if (part) source->part = *part;
  if (part_valid(&source->part, source->label, err))
    source->stream = redbook_convert_open(path, in_frames(source->part.start),
                                          in_frames(source->part.length), processing, err);
  source = opened(source, err);
  if (!source) advise_formats(err);
  return source;
}

struct redbook_source *redbook_source_open_raw(int fd, int64_t sectors, const char *name,
                                               struct redbook_error *err) {
  struct redbook_source *source = redbook_source_new(name, err);
  if (!source) return NULL;
  source->stream =
      redbook_level_open(redbook_raw_open(fd, sectors, false, source->label, err), NULL, err);
  return opened(source, err);
}

/* Opened where the part begins; -1 and err on failure. */
static int open_samples(const char *path, const struct redbook_source *source,
                        struct redbook_error *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  off_t origin = (off_t)(source->part.start * REDBOOK_AUDIO_SECTOR_BYTES);
  struct stat status;
  bool there = fd >= 0 && fstat(fd, &status) == 0;
  if (there && S_ISREG(status.st_mode) && lseek(fd, origin, SEEK_SET) == origin) {
    if (origin == 0 || origin < status.st_size) return fd;
    (void)beyond(source, 0, err);
  } else if (there && !S_ISREG(status.st_mode)) {
    (void)redbook_fail(err, refused, "%s is not a regular file", source->label);
  } else {
    (void)redbook_fail_file(err, errno, "%s cannot be opened", source->label);
  }
  if (fd >= 0) (void)close(fd);
  return -1;
}

struct redbook_source *redbook_source_open_samples(const char *path,
                                                   const struct redbook_source_part *part,
                                                   bool big_endian,
                                                   const struct redbook_processing *processing,
                                                   struct redbook_error *err) {
  struct redbook_source *source = redbook_source_new(path, err);
  if (!source) return NULL;
  if (part) source->part = *part;
  int fd = part_valid(&source->part, source->label, err) ? open_samples(path, source, err) : -1;
  if (fd >= 0) {
    source->stream = redbook_level_open(
        redbook_raw_open(fd, source->part.length, big_endian, source->label, err), processing,
        err);
    (void)close(fd); /* the stream has its own */
  }
  return opened(source, err);
}

static bool segments_valid(const struct redbook_segment *segments, size_t count,
                           struct redbook_error *err) {
  char label[168];
  for (size_t i = 0; i < count; i++) {
    redbook_label(label, sizeof label, segments[i].path);
    if (!part_valid(&segments[i].part, label, err)) return false;
  }
  return true;
}

bool redbook_source_open_joined(const struct redbook_segment *segments, size_t count,
                                const struct redbook_processing *processing,
                                struct redbook_source **sources, struct redbook_error *err) {
  struct redbook_stream *streams[REDBOOK_REEL_MOST];
  bool good = segments_valid(segments, count, err) &&
              redbook_reel_open(segments, count, processing, streams, err);
  if (!good) advise_formats(err);
  size_t made = 0;
  for (; good && made < count; made++) {
    sources[made] = redbook_source_new(segments[made].path, err);
    if (!sources[made]) {
      streams[made]->close(streams[made]);
      break;
    }
    sources[made]->part = segments[made].part;
    sources[made]->stream = streams[made];
    if (!(sources[made] = opened(sources[made], err))) break;
  }
  if (good && made == count) return true;
  for (size_t i = 0; i < made; i++)
    redbook_source_unref(sources[i]);
  for (size_t i = made + 1; good && i < count; i++)
    streams[i]->close(streams[i]);
  return false;
}

struct redbook_source *redbook_source_ref(struct redbook_source *source) {
  atomic_fetch_add(&source->references, 1);
  return source;
}

void redbook_source_unref(struct redbook_source *source) {
  if (!source || atomic_fetch_sub(&source->references, 1) != 1) return;
  redbook_source_drop_kept(source);
  if (source->stream) source->stream->close(source->stream);
  redbook_loudness_free(source->loudness);
  free(source->name);
  free(source);
}

const char *redbook_source_name(const struct redbook_source *source) {
  return source->name;
}

const struct redbook_source_format *redbook_source_format(const struct redbook_source *source) {
  return &source->stream->format;
}

const struct redbook_source_tags *redbook_source_tags(const struct redbook_source *source) {
  return &source->stream->tags;
}

void redbook_source_watch(struct redbook_source *source, redbook_scan_fn *on_block,
                          void *context) {
  source->on_block = on_block;
  source->on_block_context = context;
}

uint64_t redbook_source_clipped(const struct redbook_source *source) {
  return source->scanned ? source->scan.clipped_samples : source->stream->figures.clipped;
}

const struct redbook_source_scan *redbook_source_scanned(const struct redbook_source *source) {
  return source->scanned ? &source->scan : NULL;
}

int64_t redbook_source_announced_sectors(const struct redbook_source *source) {
  int64_t announced = source->stream->announced;
  if (announced < 0) return -1;
  if (source->part.length >= 0) return source->part.length;
  return (int64_t)sectors_of((uint64_t)announced);
}

bool redbook_source_rewind(struct redbook_source *source, struct redbook_error *err) {
  source->frames = 0;
  source->ended = false;
  if (redbook_source_input(source) == source->stream) source->resting = false;
  return redbook_source_input(source)->rewind(redbook_source_input(source), err);
}

const struct redbook_processing *redbook_source_processing(
    const struct redbook_source *source) {
  return &source->stream->processing;
}

bool redbook_source_set_gain(struct redbook_source *source, double gain,
                             struct redbook_error *err) {
  if (!(gain >= -60 && gain <= 60))
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "the gain of %s is %g dB, not -60 to 60",
                        source->label, gain);
  if (gain == source->stream->processing.gain) return true;
  if (source->is_clone)
    return redbook_fail(err, REDBOOK_E_FAIL, "the gain of a clone of %s cannot be changed",
                        source->label);
  source->stream->processing.gain = gain;
  source->scanned = false;
  source->scan = (struct redbook_source_scan){0};
  redbook_source_drop_kept(source);
  return redbook_source_rewind(source, err);
}

bool redbook_source_measure_loudness(struct redbook_source *source, bool measure,
                                     struct redbook_error *err) {
  if (measure && source->is_clone)
    return redbook_fail(err, REDBOOK_E_FAIL,
                        "the loudness of a clone of %s cannot be measured: its gain is in it",
                        source->label);
  if (measure && !source->loudness) {
    source->scanned = false;
    redbook_source_drop_kept(source);
  }
  source->stream->processing.loudness = measure;
  return true;
}

double redbook_source_loudness(struct redbook_source *const *sources, size_t count) {
  struct redbook_loudness *parts[REDBOOK_LOUDNESS_SOURCES];
  if (count > REDBOOK_LOUDNESS_SOURCES) return NAN;
  for (size_t i = 0; i < count; i++)
    if (!(parts[i] = sources[i]->loudness)) return NAN;
  return redbook_loudness_of(parts, count);
}

/* At the end: the part is whole, and as long as it was when it was measured. */
static bool end_is_right(const struct redbook_source *source, struct redbook_error *err) {
  int64_t length = source->part.length;
  bool whole = length < 0 || sectors_of(source->frames) >= length;
  bool part = source->part.start > 0 || length >= 0;
  if (part && (source->frames == 0 || !whole)) return beyond(source, source->frames, err);
  if (source->frames == 0)
    return redbook_fail(err, refused, "%s holds no sound: its length is zero", source->label);
  if (source->scanned && source->frames != source->scan.frames)
    return redbook_fail(err, refused, "%s has changed since it was measured: it ends at %.2f s",
                        source->label, (double)source->frames / 44100);
  return true;
}

int32_t redbook_source_read(struct redbook_source *source, uint8_t *data, uint32_t room,
                            struct redbook_error *err) {
  int64_t length = source->part.length;
  uint64_t want = (uint64_t)room * REDBOOK_AUDIO_SECTOR_FRAMES;
  uint64_t left =
      length < 0 ? want : (uint64_t)length * REDBOOK_AUDIO_SECTOR_FRAMES - source->frames;
  if (source->ended || room == 0) return 0;
  if (room > INT32_MAX) want = (uint64_t)INT32_MAX * REDBOOK_AUDIO_SECTOR_FRAMES;
  if (want > left) want = left;
  int64_t got = want == 0 ? 0 : redbook_source_read_frames(source, data, want, err);
  if (got < 0) return -1;
  source->frames += (uint64_t)got;
  source->ended = (uint64_t)got < want || want == 0;
  if (source->ended && !end_is_right(source, err)) return -1;
  uint32_t sectors = sectors_of((uint64_t)got);
  size_t used = (size_t)got * REDBOOK_FRAME_BYTES;
  memset(data + used, 0, (size_t)sectors * REDBOOK_AUDIO_SECTOR_BYTES - used);
  return (int32_t)sectors;
}

/* Where a scan's sectors go, and who wants to know how far it is; either may be NULL. */
struct listener {
  redbook_sink_fn *sink;
  void *context;
  atomic_uint_fast32_t *done;
};

static bool measure(struct redbook_source *source, const struct listener *listener,
                    const atomic_bool *cancel, struct redbook_error *err) {
  uint8_t data[SCAN_SECTORS * REDBOOK_AUDIO_SECTOR_BYTES];
  struct redbook_source_scan scan = {0};
  for (;;) {
    if (redbook_cancelled(cancel, err)) return false;
    int32_t got = redbook_source_read(source, data, SCAN_SECTORS, err);
    if (got < 0) return false;
    if (got == 0) break;
    if (listener->sink && !listener->sink(listener->context, data, (uint32_t)got, err))
      return false;
    redbook_source_keep_sectors(source, data, (uint32_t)got);
    scan.crc32 = redbook_crc32(scan.crc32, data, (size_t)got * REDBOOK_AUDIO_SECTOR_BYTES);
    scan.sectors += (uint32_t)got;
    if (listener->done) atomic_store(listener->done, scan.sectors);
    if (source->on_block) source->on_block(source->on_block_context, scan.sectors);
  }
  scan.frames = source->frames;
  const struct redbook_figures *figures = &redbook_source_input(source)->figures;
  scan.clipped_samples = figures->clipped;
  scan.limited_frames = figures->limited;
  scan.peak = figures->peak;
  source->scan = scan;
  return true;
}

/* The loudness is measured once: it is that of the sound without the gain. */
static bool wants_loudness(const struct redbook_source *source) {
  return source->stream->processing.loudness && !source->loudness;
}

static void keep_loudness(struct redbook_source *source, struct redbook_stream *stream,
                          bool good) {
  if (good && stream->loudness)
    source->loudness = stream->loudness;
  else
    redbook_loudness_free(stream->loudness);
  stream->loudness = NULL;
}

static bool pass(struct redbook_source *source, const struct listener *listener,
                 const atomic_bool *cancel, struct redbook_error *err) {
  struct redbook_stream *stream = redbook_source_input(source);
  if (stream->prepare && !stream->prepare(stream, cancel, err)) return false;
  if (wants_loudness(source) && !(stream->loudness = redbook_loudness_new(err))) return false;
  source->stream->cancel = cancel;
  bool good = redbook_source_rewind(source, err);
  if (good) {
    redbook_source_begin_keeping(source);
    good = measure(source, listener, cancel, err);
    redbook_source_end_keeping(source, good);
  }
  source->stream->cancel = NULL;
  keep_loudness(source, stream, good);
  struct redbook_error second;
  bool back = redbook_source_rest(source, good ? err : &second);
  if (good && back) source->scanned = true;
  return good && back;
}

bool redbook_source_scan(struct redbook_source *source, const atomic_bool *cancel,
                         atomic_uint_fast32_t *done, struct redbook_error *err) {
  const struct listener listener = {.done = done};
  if (!source->scanned) return pass(source, &listener, cancel, err);
  if (done) atomic_store(done, source->scan.sectors);
  return redbook_source_rewind(source, err);
}

bool redbook_source_render(struct redbook_source *source, redbook_sink_fn *sink, void *context,
                           const atomic_bool *cancel, struct redbook_error *err) {
  const struct listener listener = {.sink = sink, .context = context};
  struct redbook_source_scan before = source->scan;
  if (!pass(source, &listener, cancel, err)) return false;
  if (!source->scanned || before.sectors == 0 || before.crc32 == source->scan.crc32)
    return true;
  source->scan = before;
  return redbook_fail(err, refused, "%s has changed since it was scanned", source->label);
}
