/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AudioSource: a sound file or raw PCM as whole CD-DA sectors, always 44.1 kHz 16-bit stereo.
 *
 * Path of the sound: decode to float (libsndfile) -> channels (mono doubled at 0 dB, more than
 * two by ITU-R BS.775, LFE off, never clips) -> gain -> soxr when the rate is not 44 100 ->
 * dither, fixed seed -> clamp -> 2352-byte sectors, the last one padded with zeros. A 44.1 kHz,
 * integer <= 16 bit, mono or stereo source without a gain passes bit-exactly; a run of >= 588
 * zero frames stays zero.
 *
 * Threads: one at a time. Reference counted (atomically).
 */
#ifndef REDBOOK_AUDIO_SOURCE_H
#define REDBOOK_AUDIO_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "audio/processing.h"
#include "base/error.h"
#include "base/spool.h"

#define REDBOOK_AUDIO_SECTOR_BYTES 2352u
#define REDBOOK_AUDIO_SECTOR_FRAMES 588u

struct redbook_source;

struct redbook_source_format {
  char container[32]; /* "WAV", "FLAC", "MPEG", "Ogg Vorbis", "raw PCM", ... */
  char encoding[32];  /* "16-bit integer", "float", "MP3", ... */
  unsigned sample_rate, channels, bits; /* bits 0 when lossy */
  bool exact;                           /* passes bit-exactly */
  int64_t announced_frames;             /* what the header says, source rate; -1 unknown */
};

struct redbook_tag_number {
  bool known;
  double value;
};

struct redbook_source_tags { /* UTF-8; empty when absent */
  char title[256], artist[256], album[256], album_artist[256], composer[256], comment[256];
  char date[64], genre[64], track_number[32], disc_number[32];
  char isrc[13]; /* twelve characters that are one */
  bool gapless;  /* iTunes: part of an album without pauses */
  struct redbook_tag_number replaygain_track_gain, replaygain_album_gain; /* dB */
  struct redbook_tag_number replaygain_track_peak, replaygain_album_peak; /* 1 = full scale */
  struct redbook_tag_number r128_track_gain, r128_album_gain; /* dB to -23 LUFS (RFC 7845) */
};

struct redbook_source_scan { /* what decoding it completely has shown */
  uint32_t sectors;
  uint32_t crc32;           /* IEEE 802.3 over all sector bytes, padding included */
  uint64_t frames;          /* 44.1 kHz frames before padding */
  uint64_t clipped_samples; /* clamped ones */
  uint64_t limited_frames;  /* turned down by the limiter */
  float peak;               /* redbook_figures' */
};

/* A part of a file in sectors; length -1 = to the end. */
struct redbook_source_part {
  int64_t start, length;
};

/* Opens and probes by content; `part` and `processing` may be NULL. Errors, always naming the
 * path: 80070002 no such file; E_ACCESSDENIED; 050D not audio, unsupported (says what it is,
 * e.g. chained Ogg, AAC in MP4), zero length, cut off (where the container tells without
 * decoding), a part that begins or ends beyond the end (also from scan and read, where only
 * they can tell); E_INVALIDARG a part with a negative start or no length. libmpg123 inside
 * libsndfile may print remarks on stderr, which a library cannot stop (libsndfile issue 958).
 */
struct redbook_source *redbook_source_open(const char *path,
                                           const struct redbook_source_part *part,
                                           const struct redbook_processing *processing,
                                           struct redbook_error *err);

/* Headerless 44.1 kHz s16le stereo from a descriptor (dup'ed; read from its current offset).
 * `sectors` = announced length or -1; of more that is there only those are taken, less is 050D
 * "Fewer bytes than announced" with the sector. Not seekable: spooled to an unlinked temporary
 * file by redbook_source_scan, which a cancel can end while the pipe is silent; unscanned, it
 * can be read once, and a read waits for its data without end. A length that is no multiple of
 * 4 bytes, 0, over 100 minutes, or data that begin as WAV, FLAC, Ogg, ID3 and the like do:
 * 050D. `name` for messages. */
struct redbook_source *redbook_source_open_raw(int fd, int64_t sectors, const char *name,
                                               struct redbook_error *err);

/* A part of a file of headerless 44.1 kHz 16-bit stereo: the BINARY (little-endian) and
 * MOTOROLA (big-endian) files of cue sheets. Errors as redbook_source_open's; 050D also for a
 * file with a header. */
struct redbook_source *redbook_source_open_samples(const char *path,
                                                   const struct redbook_source_part *part,
                                                   bool big_endian,
                                                   const struct redbook_processing *processing,
                                                   struct redbook_error *err);

/* A part of a file that is joined with others. */
struct redbook_segment {
  const char *path;
  struct redbook_source_part part;
};
/* Sources of parts that are converted as one continuous sound (reel.h): fills `sources` with
 * one for each segment, or none. They share decoder and conversion: read in order they cost one
 * pass; a gain has to be the same in all. Errors as redbook_source_open's, and those that
 * reel.h names. */
bool redbook_source_open_joined(const struct redbook_segment *segments, size_t count,
                                const struct redbook_processing *processing,
                                struct redbook_source **sources, struct redbook_error *err);

struct redbook_source *redbook_source_ref(struct redbook_source *source);
void redbook_source_unref(struct redbook_source *source); /* NULL is fine */

const char *redbook_source_name(const struct redbook_source *source);
const struct redbook_source_format *redbook_source_format(const struct redbook_source *source);
const struct redbook_source_tags *redbook_source_tags(const struct redbook_source *source);

const struct redbook_processing *redbook_source_processing(const struct redbook_source *source);
/* Sets the gain in dB, -60 to 60 (else E_INVALIDARG), goes back to the beginning and forgets
 * the scan. Not while it is read. */
bool redbook_source_set_gain(struct redbook_source *source, double gain,
                             struct redbook_error *err);

/* Whether scans measure the loudness as well; a scan that has not is forgotten. Not while it is
 * read. E_FAIL: that of a clone, whose sound has the gain in it. */
bool redbook_source_measure_loudness(struct redbook_source *source, bool measure,
                                     struct redbook_error *err);
#define REDBOOK_LOUDNESS_SOURCES 1000u
/* Loudness in LUFS of 1 to REDBOOK_LOUDNESS_SOURCES sources as if they were one, without their
 * gains (EBU R128, gated over all of them); -INFINITY when there is nothing but silence, NAN
 * when a scan of one has not measured it. */
double redbook_source_loudness(struct redbook_source *const *sources, size_t count);

/* Decodes everything once; keeps the result. `cancel` may be NULL (cancelled: C0AA0002).
 * `done` may be NULL; it counts sectors decoded so far for a progress display. 050D with the
 * place when it cannot be decoded to its end or ends before its own header says. */
bool redbook_source_scan(struct redbook_source *source, const atomic_bool *cancel,
                         atomic_uint_fast32_t *done, struct redbook_error *err);
/* Who is told of every block that a scan decodes, on the scanning thread: sectors so far. NULL:
 * nobody. */
typedef void redbook_scan_fn(void *context, uint32_t sectors);
void redbook_source_watch(struct redbook_source *source, redbook_scan_fn *on_block,
                          void *context);
/* A scan whose sectors go to `sink` as they come, also when it was scanned before: what a burn
 * would write, its padding to 4 seconds not included. A sink that returns false ends it with
 * its `err`. */
typedef bool redbook_sink_fn(void *context, const uint8_t *data, uint32_t sectors,
                             struct redbook_error *err);
bool redbook_source_render(struct redbook_source *source, redbook_sink_fn *sink, void *context,
                           const atomic_bool *cancel, struct redbook_error *err);
/* The next scan keeps its sectors in an unlinked temporary file of at most `limit` bytes (0:
 * none), and everything after it reads from there instead of decoding once more. Whatever is
 * wrong with that file, from too little room to a dead disk, the source is decoded again: it is
 * no error. Sound that lies in its own file as it is read (PCM of 44.1 kHz and 16 bit) is kept
 * only with `plain`. */
void redbook_source_keep(struct redbook_source *source, uint64_t limit, bool plain);
/* Bytes that the scan has kept, 0 = none. */
uint64_t redbook_source_kept(const struct redbook_source *source);
/* The same sound once more, scanned, with a place of its own, for another thread: what the scan
 * has kept, which both hold. It cannot decode instead: a dead disk is an error of its reads.
 * NULL and err: E_FAIL when nothing has been kept. */
struct redbook_source *redbook_source_clone(const struct redbook_source *source,
                                            struct redbook_error *err);
/* Samples clamped by the scan, or without one by what has been read since the beginning. */
uint64_t redbook_source_clipped(const struct redbook_source *source);
/* NULL before a scan. */
const struct redbook_source_scan *redbook_source_scanned(const struct redbook_source *source);
/* Length in sectors without decoding, -1 when the header does not tell for certain. */
int64_t redbook_source_announced_sectors(const struct redbook_source *source);

/* Back to the first sector, same bytes again. E_FAIL for a pipe that was read unscanned. */
bool redbook_source_rewind(struct redbook_source *source, struct redbook_error *err);
/* The same, and a decoder's memory is given back until it is read: of the sources of a disc one
 * is read at a time. A scan ends with it. */
bool redbook_source_rest(struct redbook_source *source, struct redbook_error *err);
/* Up to `room` whole sectors into `data`; returns how many, fewer only at the end, 0 after it,
 * -1 and err on failure (050D with the second; also when the end is not where the scan found
 * it). The bytes do not depend on `room`. */
int32_t redbook_source_read(struct redbook_source *source, uint8_t *data, uint32_t room,
                            struct redbook_error *err);

/* CRC-32 (IEEE 802.3, as zlib's), `crc` 0 at first. */
uint32_t redbook_crc32(uint32_t crc, const uint8_t *data, size_t length);

#endif
