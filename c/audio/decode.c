/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libsndfile, or libopus, behind one sequential read whose end is judged, not believed. */
#include "audio/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define AHEAD (4 << 20) /* more than the last frames of FLAC and a tag take */
#define STRETCH 65536   /* bytes read at once for libsndfile, which asks for a few of them */
#define PIECE 4096      /* 16-bit samples that become floats at once */
#define BLOCK 65536     /* more frames than any ADPCM block has */

static const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;

static sf_count_t file_length(void *user) {
  const struct redbook_decoder *decoder = user;
  const struct redbook_container *container = &decoder->container;
  return decoder->input.size - container->hidden_bytes - container->tail_bytes;
}

static sf_count_t file_seek(sf_count_t offset, int whence, void *user) {
  struct redbook_decoder *decoder = user;
  int64_t from = whence == SEEK_CUR   ? decoder->offset
                 : whence == SEEK_END ? file_length(user)
                                      : 0;
  if (from + offset < 0) return -1;
  return decoder->offset = from + offset;
}

static void apply_patch(const struct redbook_decoder *decoder, uint8_t *data, size_t count,
                        int64_t offset) {
  const struct redbook_container *container = &decoder->container;
  for (size_t i = 0; i < container->patch_bytes; i++) {
    int64_t at = container->patch_at + (int64_t)i - offset;
    if (at >= 0 && at < (int64_t)count) data[at] = container->patch[i];
  }
}

/* The hidden stretch is stepped over: a read ends before it or begins behind it. */
static ssize_t read_piece(const struct redbook_decoder *decoder, uint8_t *data, size_t count,
                          int64_t offset) {
  const struct redbook_container *container = &decoder->container;
  int64_t before = container->hidden_at - offset, hidden = 0;
  if (before <= 0)
    hidden = container->hidden_bytes;
  else if (before < (int64_t)count)
    count = (size_t)before;
  ssize_t got = redbook_read_at(decoder->input.fd, data, count, offset + hidden);
  if (got > 0) apply_patch(decoder, data, (size_t)got, offset);
  return got;
}

static void drop_ahead(struct redbook_decoder *decoder) {
  free(decoder->ahead);
  decoder->ahead = NULL;
  decoder->ahead_bytes = 0;
}

/* Small reads are served from a stretch. Where that cannot be read the disk may fail further on
 * only, so from there on just what is asked for is read. */
static ssize_t read_some(struct redbook_decoder *decoder, uint8_t *data, size_t count) {
  int64_t within = decoder->offset - decoder->ahead_at;
  if (decoder->ahead && count < STRETCH &&
      (within < 0 || within >= (int64_t)decoder->ahead_bytes)) {
    ssize_t got = read_piece(decoder, decoder->ahead, STRETCH, decoder->offset);
    if (got <= 0) drop_ahead(decoder);
    decoder->ahead_bytes = got > 0 ? (size_t)got : 0;
    decoder->ahead_at = decoder->offset;
    within = 0;
  }
  if (!decoder->ahead || count >= STRETCH)
    return read_piece(decoder, data, count, decoder->offset);
  size_t here = decoder->ahead_bytes - (size_t)within;
  if (here > count) here = count;
  memcpy(data, decoder->ahead + within, here);
  return (ssize_t)here;
}

static sf_count_t file_read(void *data, sf_count_t count, void *user) {
  struct redbook_decoder *decoder = user;
  size_t done = 0, want = count > 0 ? (size_t)count : 0;
  int64_t left = file_length(user) - decoder->offset;
  if (left < (int64_t)want) want = left > 0 ? (size_t)left : 0;
  while (done < want) {
    ssize_t got = read_some(decoder, (uint8_t *)data + done, want - done);
    if (got < 0) decoder->read_errno = errno;
    if (got <= 0) break;
    decoder->offset += got;
    done += (size_t)got;
  }
  return (sf_count_t)done;
}

static sf_count_t file_write(const void *data, sf_count_t count, void *user) {
  (void)data, (void)count, (void)user;
  return 0;
}

static sf_count_t file_tell(void *user) {
  return ((struct redbook_decoder *)user)->offset;
}

static bool open_file(struct redbook_decoder *decoder, struct redbook_error *err) {
  static SF_VIRTUAL_IO io = {file_length, file_seek, file_read, file_write, file_tell};
  decoder->info = (SF_INFO){0};
  decoder->position = decoder->offset = 0;
  decoder->read_errno = 0;
  decoder->ahead_bytes = 0;
  if (!decoder->ahead) decoder->ahead = malloc(STRETCH); /* else it goes without */
  decoder->file = sf_open_virtual(&io, SFM_READ, &decoder->info, decoder);
  if (decoder->file && decoder->container.kind == REDBOOK_OPUS &&
      decoder->info.samplerate == 48000 && decoder->info.channels <= 2)
    decoder->opus = redbook_opus_open(&decoder->input);
  if (decoder->file) return true;
  if (decoder->read_errno)
    return redbook_fail_file(err, decoder->read_errno, "%s cannot be read",
                             decoder->input.label);
  const char *reason = sf_strerror(NULL);
  redbook_fail(err, refused, "%s cannot be decoded (%s)", decoder->input.label, reason);
  /* libsndfile has no 32 bits in FLAC, nor has the ffmpeg of Debian 12. */
  redbook_advise(err, decoder->container.kind == REDBOOK_FLAC
                          ? "Convert it to FLAC or WAV of 24 bits first: sox IN.flac -b 24 "
                            "OUT.flac"
                          : "Convert it to FLAC or WAV first, for instance with ffmpeg.");
  return false;
}

static bool sensible(const struct redbook_decoder *decoder, struct redbook_error *err) {
  const SF_INFO *info = &decoder->info;
  const char *label = decoder->input.label;
  if (info->samplerate < 4000 || info->samplerate > 768000)
    return redbook_fail(err, refused, "%s has a sample rate of %d Hz, not 4000 to 768000",
                        label, info->samplerate);
  if (info->channels < 1 || info->channels > 8)
    return redbook_fail(err, refused, "%s has %d channels, not 1 to 8", label, info->channels);
  return true;
}

/* libsndfile's own count is good for Ogg (granules less the start) and for ADPCM in a WAV whose
 * data chunk is whole; for MPEG without a Xing tag it is a guess. */
static int64_t promised(struct redbook_decoder *decoder) {
  struct redbook_container *container = &decoder->container;
  int64_t frames = decoder->info.frames;
  int64_t padding = container->block_frames ? container->block_frames : BLOCK;
  if (container->limited &&
      (container->frames > frames || frames - container->frames >= padding))
    container->limited = false, container->frames = frames; /* a fact chunk that is no fact */
  if (container->frames >= 0) return container->frames;
  if (container->kind == REDBOOK_MPEG || container->kind == REDBOOK_FLAC) return -1;
  if (container->open_ended || frames <= 0 || frames > INT64_MAX / 1000000) return -1;
  return frames;
}

static bool open_probed(struct redbook_decoder *decoder, struct redbook_error *err) {
  if (!redbook_container_probe(&decoder->input, &decoder->container, err)) return false;
  if (decoder->container.kind == REDBOOK_OUTSIDE) return true;
  if (!open_file(decoder, err)) {
    /* Of ALAC and AAC in CAF libsndfile reads what it has written itself. */
    return decoder->container.kind == REDBOOK_CAF && !decoder->read_errno &&
           decoder->input.path &&
           redbook_container_outside(&decoder->container, "compressed sound in CAF", "caf");
  }
  if (!sensible(decoder, err)) return false;
  decoder->promise = promised(decoder);
  return redbook_layout_read(&decoder->input, &decoder->container, decoder->file,
                             decoder->info.channels, decoder->map, err);
}

bool redbook_decoder_open(struct redbook_decoder *decoder, const char *path,
                          struct redbook_error *err) {
  *decoder = (struct redbook_decoder){.promise = -1};
  if (!redbook_input_open(&decoder->input, path, err)) return false;
  if (open_probed(decoder, err)) return true;
  redbook_decoder_close(decoder);
  return false;
}

bool redbook_decoder_open_spool(struct redbook_decoder *decoder, int spool, const char *path,
                                struct redbook_error *err) {
  struct stat status;
  *decoder = (struct redbook_decoder){.promise = -1, .input = {.fd = spool}};
  redbook_label(decoder->input.label, sizeof decoder->input.label, path);
  decoder->input.size = fstat(spool, &status) == 0 ? (int64_t)status.st_size : 0;
  if (open_probed(decoder, err) &&
      redbook_layout_of_original(path, decoder->info.channels, decoder->map, err))
    return true;
  redbook_decoder_close(decoder);
  return false;
}

void redbook_decoder_rest(struct redbook_decoder *decoder) {
  if (decoder->file) (void)sf_close(decoder->file);
  decoder->file = NULL;
  redbook_opus_close(decoder->opus);
  decoder->opus = NULL;
  drop_ahead(decoder);
}

void redbook_decoder_close(struct redbook_decoder *decoder) {
  redbook_decoder_rest(decoder);
  redbook_input_close(&decoder->input);
}

bool redbook_decoder_rewind(struct redbook_decoder *decoder, struct redbook_error *err) {
  redbook_decoder_rest(decoder);
  return open_file(decoder, err);
}

static double second(const struct redbook_decoder *decoder) {
  return (double)decoder->position / decoder->info.samplerate;
}

static int64_t unread(const struct redbook_decoder *decoder) {
  const struct redbook_container *container = &decoder->container;
  return decoder->input.size - container->hidden_bytes - container->tail_bytes -
         decoder->offset;
}

/* MPEG's headers count what the decoder gives; more is as wrong as less. Behind the last frame
 * of a FLAC file libFLAC looks for another one: not through bytes without end. */
static bool gives_more(const struct redbook_decoder *decoder) {
  const struct redbook_container *container = &decoder->container;
  if (container->kind == REDBOOK_FLAC) return container->certain && unread(decoder) > AHEAD;
  return container->kind == REDBOOK_MPEG && decoder->promise >= 0 &&
         decoder->position > decoder->promise + container->slack;
}

/* At the end, or where libsndfile says it is: 0 when all is well, -1 with the reason. */
static int judge_end(struct redbook_decoder *decoder, struct redbook_error *err) {
  const char *label = decoder->input.label;
  bool more = gives_more(decoder);
  int code = decoder->file ? sf_error(decoder->file) : SF_ERR_SYSTEM;
  int64_t least = decoder->promise - decoder->container.slack;
  double says = (double)decoder->promise / decoder->info.samplerate;
  bool fewer = decoder->promise >= 0 && decoder->position < least;
  if (decoder->read_errno)
    (void)redbook_fail_file(err, decoder->read_errno, "%s cannot be read at %.2f s", label,
                            second(decoder));
  else if (fewer && decoder->offset < file_length(decoder))
    (void)redbook_fail(err, refused,
                       "%s cannot be decoded beyond %.2f s of %.2f s: it is damaged, or "
                       "several files joined",
                       label, second(decoder), says);
  else if (fewer)
    (void)redbook_cut_off(err, label, second(decoder), says);
  else if (more)
    (void)redbook_fail(
        err, refused,
        "%s is damaged, or several files joined: more follows the %.2f s that its "
        "header says",
        label, says);
  else if (code != SF_ERR_NO_ERROR)
    (void)redbook_fail(err, refused, "%s is damaged at %.2f s (%s)", label, second(decoder),
                       sf_error_number(code));
  else
    return 0;
  return -1;
}

/* An exponent of all ones is an infinity or a NaN: they would spread through the resampler.
 * Four at a time, as vector instructions of any processor have them. */
static bool all_finite(const float *samples, size_t count) {
  typedef int32_t four __attribute__((vector_size(16)));
  const four exponent = {0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000};
  four bad = {0}, bits;
  for (; count >= 4; count -= 4, samples += 4) {
    memcpy(&bits, samples, sizeof bits);
    bad |= (bits & exponent) == exponent;
  }
  memset(&bits, 0, sizeof bits);
  memcpy(&bits, samples, count * sizeof *samples);
  bad |= (bits & exponent) == exponent;
  return (bad[0] | bad[1] | bad[2] | bad[3]) == 0;
}

/* What a read of `count` may ask for: ADPCM is padded beyond its last frame, and in a W64
 * libsndfile takes all that follows the sound for sound. */
static int64_t allowed(const struct redbook_decoder *decoder, int64_t count) {
  const struct redbook_container *container = &decoder->container;
  int64_t left = decoder->promise - decoder->position;
  bool bounded = container->limited || container->certain;
  if (container->kind == REDBOOK_FLAC) bounded &= unread(decoder) > AHEAD;
  if (left < 0) left = 0;
  return bounded && left < count ? left : count;
}

/* 16-bit samples as libsndfile itself makes floats of them. Eight at a time, which compilers
 * turn into vector instructions. */
static void widen(const int16_t *in, float *out, size_t count) {
  for (; count >= 8; count -= 8, in += 8, out += 8) {
    int32_t whole[8];
    for (size_t i = 0; i < 8; i++)
      whole[i] = in[i];
    for (size_t i = 0; i < 8; i++)
      out[i] = (float)whole[i] * (1.0f / 32768);
  }
  for (size_t i = 0; i < count; i++)
    out[i] = (float)in[i] * (1.0f / 32768);
}

static int64_t read_widened(struct redbook_decoder *decoder, float *frames, int64_t count) {
  int16_t shorts[PIECE];
  int64_t channels = decoder->info.channels, most = PIECE / channels, done = 0, got = most;
  while (done < count && got == most) {
    if (most > count - done) most = count - done;
    got = sf_readf_short(decoder->file, shorts, most);
    if (got <= 0) break;
    widen(shorts, frames + done * channels, (size_t)(got * channels));
    done += got;
  }
  return done;
}

/* PCM of 16 bits, which libsndfile hands over as it lies in the file. */
static bool lies_ready(const struct redbook_decoder *decoder) {
  return (decoder->info.format & SF_FORMAT_SUBMASK) == SF_FORMAT_PCM_16 &&
         decoder->container.kind != REDBOOK_FLAC;
}

/* The packets of Opus have fixed lengths: the last one goes beyond the end. */
static int64_t decode_some(struct redbook_decoder *decoder, float *frames, int64_t count) {
  int64_t left = decoder->promise - decoder->position;
  if (!decoder->file) return 0;
  if (lies_ready(decoder)) return read_widened(decoder, frames, allowed(decoder, count));
  if (!decoder->opus || decoder->promise < 0)
    return sf_readf_float(decoder->file, frames, allowed(decoder, count));
  int64_t got = redbook_opus_read(decoder->opus, frames, left < count ? left : count,
                                  &decoder->read_errno);
  decoder->offset = redbook_opus_offset(decoder->opus);
  return got;
}

/* What was made of an integer is a number. */
static bool of_integers(const struct redbook_decoder *decoder) {
  int encoding = decoder->info.format & SF_FORMAT_SUBMASK;
  return encoding == SF_FORMAT_PCM_16 || encoding == SF_FORMAT_PCM_24;
}

int64_t redbook_decoder_floats(struct redbook_decoder *decoder, float *frames, int64_t count,
                               struct redbook_error *err) {
  int64_t got = decode_some(decoder, frames, count);
  if (got < 0) got = 0;
  decoder->position += got;
  if (!of_integers(decoder) &&
      !all_finite(frames, (size_t)got * (size_t)decoder->info.channels)) {
    (void)redbook_fail(err, refused, "%s is damaged before %.2f s: a sample is not a number",
                       decoder->input.label, second(decoder));
    return -1;
  }
  return got < count && judge_end(decoder, err) < 0 ? -1 : got;
}

int64_t redbook_decoder_shorts(struct redbook_decoder *decoder, int16_t *frames, int64_t count,
                               struct redbook_error *err) {
  int64_t got =
      decoder->file ? sf_readf_short(decoder->file, frames, allowed(decoder, count)) : 0;
  if (got < 0) got = 0;
  decoder->position += got;
  return got < count && judge_end(decoder, err) < 0 ? -1 : got;
}

bool redbook_decoder_seeks(const struct redbook_decoder *decoder) {
  enum redbook_container_kind kind = decoder->container.kind;
  bool lossy = kind == REDBOOK_VORBIS || kind == REDBOOK_OPUS || kind == REDBOOK_MPEG;
  return !lossy && decoder->info.seekable && !decoder->container.limited;
}

bool redbook_decoder_seek(struct redbook_decoder *decoder, int64_t frame) {
  if (sf_seek(decoder->file, frame, SEEK_SET) != frame) return false;
  decoder->position = frame;
  return true;
}
