/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ffprobe's answer, and ffmpeg's sound into a temporary file. */
#include "audio/outside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/tag.h"
#include "base/child.h"
#include "base/spool.h"

#define SILENCE_SECONDS 60.0 /* a program that writes nothing for so long hangs */
#define CPU_SECONDS 3600u
#define LONGEST_SECONDS 6000u /* 100 minutes: no disc holds more */
#define ANSWER 32768          /* bytes of ffprobe's answer that are kept */
#define LONGEST_ANSWER (16u << 20)
#define PATH_ROOM 4224 /* PATH_MAX and "file:" */
#define MAX_CHANNELS 8u

/* What is asked of ffprobe; tags in upper or lower case. */
#define TAGS                                                                     \
  "title,artist,album,album_artist,composer,date,genre,track,disc,comment,isrc," \
  "replaygain_track_gain,replaygain_track_peak,replaygain_album_gain,"           \
  "replaygain_album_peak,r128_track_gain,r128_album_gain"
static const char entries[] =
    "stream=codec_name,sample_fmt,sample_rate,channels,bits_per_raw_sample,duration_ts,"
    "time_base:stream_tags=" TAGS ":format_tags=WM/ISRC," TAGS;
static const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;

static bool fail_start(const struct redbook_outside *outside, struct redbook_error *err) {
  if (err->code != REDBOOK_E_FILE_NOT_FOUND) return false;
  redbook_fail(err, refused, "%s is %s, and there is no ffmpeg on this machine to decode it",
               outside->label, outside->name);
  redbook_advise(err, "Install the package ffmpeg, or convert the file to FLAC or WAV.");
  return false;
}

static bool fail_decoding(const struct redbook_outside *outside, const char *said,
                          struct redbook_error *err) {
  redbook_fail(err, refused, "%s is %s that ffmpeg cannot decode (%.120s)", outside->label,
               outside->name, *said ? said : "it does not say why");
  return redbook_want_whole(err);
}

struct redbook_outside redbook_outside_of(const char *path,
                                          const struct redbook_container *container) {
  struct redbook_outside outside = {.path = path,
                                    .name = container->name,
                                    .demuxer = container->demuxer,
                                    .promised = container->frames,
                                    .slack = container->slack,
                                    .open_ended = container->open_ended};
  redbook_label(outside.label, sizeof outside.label, path);
  return outside;
}

/* A name that is neither an option nor a protocol nor a pattern, whatever it begins with. */
static bool file_name(const struct redbook_outside *outside, char name[PATH_ROOM],
                      struct redbook_error *err) {
  int length = snprintf(name, PATH_ROOM, "file:%s", outside->path);
  return (length > 0 && length < PATH_ROOM) ||
         redbook_fail(err, refused, "%s has too long a path for ffmpeg", outside->label);
}

/* The value of `key` in ffprobe's flat answer, unquoted, into `out`; false when it is not
 * there.
 */
static bool value_of(const char *answer, const char *key, char *out, size_t size) {
  size_t used = 0, length = strlen(key);
  const char *line = answer;
  while (line && strncasecmp(line, key, length) != 0) {
    line = strchr(line, '\n');
    if (line) line++;
  }
  if (!line) return false;
  const char *from = line + length;
  if (*from == '"') from++;
  for (; *from && *from != '\n' && *from != '"' && used + 1 < size; from++) {
    bool escaped = *from == '\\' && from[1] && from[1] != '\n';
    if (escaped) from++;
    out[used++] = *from;
    if (escaped && (*from == 'n' || *from == 'r')) out[used - 1] = ' ';
  }
  out[used] = '\0';
  return true;
}

static unsigned number_of(const char *answer, const char *key) {
  char text[32];
  if (!value_of(answer, key, text, sizeof text)) return 0;
  unsigned long value = strtoul(text, NULL, 10);
  return value <= 10000000 ? (unsigned)value : 0;
}

/* duration_ts in units of time_base, as frames; -1 when ffprobe does not know. */
static int64_t length_of(const char *answer, unsigned rate) {
  char ticks[32], base[32], *slash;
  if (!value_of(answer, "streams.stream.0.duration_ts=", ticks, sizeof ticks) ||
      !value_of(answer, "streams.stream.0.time_base=", base, sizeof base))
    return -1;
  double numerator = strtod(base, &slash);
  double denominator = *slash == '/' ? strtod(slash + 1, NULL) : 0;
  if (!(denominator > 0)) return -1;
  double frames = strtod(ticks, NULL) * numerator / denominator * (double)rate + 0.5;
  return frames >= 1 && frames < 1e12 ? (int64_t)frames : -1;
}

/* The sample format of ffmpeg's decoder: integers stay integers. */
static void choose_pcm(const char *answer, struct redbook_outside *outside) {
  char format[16] = "";
  value_of(answer, "streams.stream.0.sample_fmt=", format, sizeof format);
  bool lossless_float = strcmp(outside->codec, "wavpack") == 0;
  outside->pcm = "pcm_f32le";
  outside->bits = lossless_float ? 32 : 0;
  if (strncmp(format, "u8", 2) == 0 || strncmp(format, "s16", 3) == 0) {
    outside->pcm = "pcm_s16le";
    outside->bits = 16;
  } else if (strncmp(format, "s32", 3) == 0) {
    unsigned bits = number_of(answer, "streams.stream.0.bits_per_raw_sample=");
    outside->pcm = "pcm_s32le";
    outside->bits = bits ? bits : 32;
  }
}

/* Tags lie in the file or, in Ogg, in the stream; `key` is ffprobe's word for `name`. */
static void tag(struct redbook_tagger *tagger, const char *answer, const char *key,
                const char *name) {
  static const char *const places[] = {"format.tags.", "streams.stream.0.tags."};
  char line[64], text[1024];
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    tagger->rank = 2 * (unsigned)i;
    (void)snprintf(line, sizeof line, "%s%s=", places[i], key);
    if (value_of(answer, line, text, sizeof text))
      redbook_tag_give(tagger, name, text, redbook_tag_whole(text, strlen(text)));
  }
}

static void read_tags(const char *answer, struct redbook_source_tags *tags) {
  struct redbook_tagger tagger = {.tags = tags};
  char names[] = TAGS, *rest = names;
  *tags = (struct redbook_source_tags){0};
  for (const char *name; (name = strsep(&rest, ",")) != NULL;)
    tag(&tagger, answer, name, name);
  tag(&tagger, answer, "WM_ISRC", "isrc"); /* Windows Media's WM/ISRC */
}

/* Of good files, measured: what counts its samples is decoded to the last one, but for the last
 * block of Musepack SV7; half a second is more than the rounding of any other container. */
static int64_t slack_of(const struct redbook_outside *outside) {
  static const char *const counted[] = {"mov", "wv", "tta", "ape"};
  for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
    if (strcmp(outside->demuxer, counted[i]) == 0) return 0;
  return strcmp(outside->demuxer, "mpc") == 0 ? 1152 : outside->rate / 2;
}

static void find_length(const char *answer, struct redbook_outside *outside) {
  if (outside->promised > 0) { /* with its own slack */
    outside->frames = outside->promised;
    return;
  }
  outside->frames = outside->open_ended ? -1 : length_of(answer, outside->rate);
  outside->slack = slack_of(outside);
  outside->exact_length = outside->frames > 0 && strcmp(outside->demuxer, "mov") == 0;
}

static bool understand(const char *answer, struct redbook_outside *outside,
                       struct redbook_error *err) {
  outside->rate = number_of(answer, "streams.stream.0.sample_rate=");
  outside->channels = number_of(answer, "streams.stream.0.channels=");
  bool known =
      value_of(answer, "streams.stream.0.codec_name=", outside->codec, sizeof outside->codec);
  if (!known || outside->rate == 0 || outside->channels == 0)
    return redbook_fail(err, refused, "%s is %s, and no sound in it can be found",
                        outside->label, outside->name);
  if (outside->rate < 4000 || outside->rate > 768000)
    return redbook_fail(err, refused, "%s has a sample rate of %u Hz, not 4000 to 768000",
                        outside->label, outside->rate);
  if (outside->channels > MAX_CHANNELS)
    return redbook_fail(err, refused, "%s has %u channels, not 1 to %u", outside->label,
                        outside->channels, MAX_CHANNELS);
  choose_pcm(answer, outside);
  find_length(answer, outside);
  read_tags(answer, &outside->tags);
  return true;
}

/* Why nothing has come to its end: a cancel stays one, a program that hangs is named. */
static bool fail_waiting(const struct redbook_outside *outside, const char *program,
                         struct redbook_error *err) {
  if (err->code != REDBOOK_E_FAIL) return false;
  redbook_fail(err, refused, "%s is %s, and %s has said nothing for %.0f seconds",
               outside->label, outside->name, program, SILENCE_SECONDS);
  redbook_advise(err, "Try it again; if it hangs anew, convert the file to FLAC or WAV first.");
  return false;
}

/* To the end of what it says, of which the beginning is kept: the stream comes first, then its
 * tags, and of lyrics that are longer than the rest the end may go. */
static bool read_answer(const struct redbook_outside *outside, struct redbook_child *child,
                        char answer[ANSWER], const atomic_bool *cancel,
                        struct redbook_error *err) {
  char beyond[4096] = {0};
  size_t used = 0;
  ssize_t got = 1;
  for (size_t all = 0; got > 0 && all < LONGEST_ANSWER; all += (size_t)got) {
    size_t room = ANSWER - 1 - used;
    got = redbook_child_read(child, room ? answer + used : beyond, room ? room : sizeof beyond,
                             cancel, SILENCE_SECONDS, err);
    if (got < 0) break;
    if (room) used += (size_t)got;
  }
  answer[used] = '\0';
  if (got > 0) return fail_decoding(outside, "what ffprobe says has no end", err);
  return got == 0 || fail_waiting(outside, "ffprobe", err);
}

bool redbook_outside_probe(struct redbook_outside *outside, const atomic_bool *cancel,
                           struct redbook_error *err) {
  char name[PATH_ROOM], answer[ANSWER];
  /* An option and its value belong together. */
  /* clang-format off */
  const char *const arguments[] = {
      "ffprobe", "-v", "error", "-protocol_whitelist", "file", "-f", outside->demuxer, "-i",
      name, "-select_streams", "a:0", "-show_entries", entries, "-of", "flat", NULL};
  /* clang-format on */
  struct redbook_child child;
  struct redbook_error ignored;
  if (!err) err = &ignored;
  if (!file_name(outside, name, err)) return false;
  if (!redbook_child_start(&child, arguments, CPU_SECONDS, err))
    return fail_start(outside, err);
  child.heeds = !cancel;
  bool all = read_answer(outside, &child, answer, cancel, err);
  int code = redbook_child_end(&child, !all);
  if (!all) return false;
  if (code > 0) return fail_decoding(outside, child.said, err);
  return understand(answer, outside, err);
}

/* Its output into the spool, to its end. */
static bool receive(struct redbook_child *child, int fd, const struct redbook_outside *outside,
                    const atomic_bool *cancel, struct redbook_error *err) {
  static const size_t room = 262144;
  uint64_t limit = (uint64_t)LONGEST_SECONDS * outside->rate * outside->channels * 4, done = 0;
  uint8_t *data = malloc(room);
  if (!data) return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
  ssize_t got;
  bool good = true;
  while (good &&
         (got = redbook_child_read(child, data, room, cancel, SILENCE_SECONDS, err)) != 0) {
    good = got > 0 && redbook_spool_write(fd, data, (size_t)got, err);
    if (good && (done += (uint64_t)got) > limit)
      good = redbook_fail(err, refused, "%s is longer than any disc: 100 minutes and no end",
                          outside->label);
    if (got < 0) good = fail_waiting(outside, "ffmpeg", err);
  }
  free(data);
  return good;
}

int redbook_outside_decode(const struct redbook_outside *outside, const atomic_bool *cancel,
                           struct redbook_error *err) {
  char name[PATH_ROOM],
      trim[96] = "asetpts=N/SR/TB"; /* a chain's times begin anew, which CAF cannot hold */
  if (outside->exact_length)
    (void)snprintf(trim, sizeof trim, "atrim=end_sample=%lld,asetpts=N/SR/TB",
                   (long long)outside->frames);
  /* An option and its value belong together. */
  /* clang-format off */
  const char *const arguments[] = {
      "ffmpeg", "-nostdin", "-v", "error", "-xerror", "-err_detect", "crccheck",
      "-protocol_whitelist", "file", "-f",
      outside->demuxer, "-i", name, "-map", "0:a:0", "-map_metadata", "-1", "-af", trim,
      "-c:a", outside->pcm, "-f", "caf", "-", NULL};
  /* clang-format on */
  struct redbook_child child;
  struct redbook_error ours;
  redbook_error_clear(&ours);
  if (!file_name(outside, name, err)) return -1;
  int fd = redbook_spool_file(err);
  if (fd < 0) return -1;
  bool good =
      redbook_child_start(&child, arguments, CPU_SECONDS, &ours) || fail_start(outside, &ours);
  if (good) {
    good = receive(&child, fd, outside, cancel, &ours);
    int code = redbook_child_end(&child, !good);
    if (good && (code > 0 || child.said_bytes > 0))
      good = fail_decoding(outside, child.said, &ours);
  }
  if (good) return fd;
  if (err) *err = ours;
  (void)close(fd);
  return -1;
}
