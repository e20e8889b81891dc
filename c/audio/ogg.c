/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ogg (RFC 3533): one Vorbis or Opus stream, its pages whole and in order, its end marked.
 *
 * libsndfile reads only the first link of a chained file and stops at damage, both silently.
 */
#include <string.h>

#include "audio/container.h"
#include "audio/little.h"
#include "audio/sums.h"
#include "base/bytes.h"

#define FIRST_PAGE 0x02 /* header type flags */
#define LAST_PAGE 0x04

#define HEAD (27 + 255)
#define LARGEST (HEAD + 255 * 255)

struct page {
  uint8_t data[LARGEST];
  int64_t bytes; /* head and body */
  bool whole;    /* all of it is in the file */
};

struct stream {
  const struct redbook_input *input;
  uint32_t serial, sequence;
  double rate;
  int64_t granule; /* the last one seen: how far whole pages go */
  bool ended;
  const char *outside;      /* what only ffmpeg decodes, NULL when libsndfile does */
  struct redbook_sums sums; /* of pages */
};

static double seconds(const struct stream *stream) {
  return (double)stream->granule / stream->rate;
}

static bool refuse(const struct redbook_input *input, const char *what,
                   struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED, "%s is %s", input->label,
               what);
  redbook_advise(err, "Convert it to FLAC, WAV or a single Ogg Vorbis stream.");
  return false;
}

static bool get_page(const struct redbook_input *input, int64_t at, struct page *page) {
  uint8_t *data = page->data;
  ssize_t got = redbook_read_at(input->fd, data, HEAD, at);
  if (got < 4 || memcmp(data, "OggS", 4) != 0) return false;
  page->whole = false;
  page->bytes = got;
  if (got < 27 || got < 27 + data[26]) return true;
  page->bytes = 27 + data[26];
  for (int i = 0; i < data[26]; i++)
    page->bytes += data[27 + i];
  if (page->bytes > got) {
    ssize_t more =
        redbook_read_at(input->fd, data + got, (size_t)(page->bytes - got), at + got);
    if (more < 0) return false;
    got += more;
  }
  page->whole = got >= page->bytes;
  return true;
}

/* RFC 3533, 6: most significant bit first, from 0, over the page with its own field as zero.
 * That is little-endian, in other words with its bytes reversed. libogg drops a page that
 * fails. */
static bool sum_is_right(const struct redbook_sums *sums, struct page *page) {
  uint32_t says = redbook_get32(page->data + 22);
  memset(page->data + 22, 0, 4);
  return redbook_sums_add(sums, 0, page->data, (size_t)page->bytes) == says;
}

static bool codec(const struct redbook_input *input, const struct page *page,
                  struct redbook_container *container, struct stream *stream,
                  struct redbook_error *err) {
  uint8_t id[30] = {0};
  (void)redbook_read_at(input->fd, id, sizeof id, 27 + page->data[26]);
  if (memcmp(id, "\x01vorbis", 7) == 0) {
    container->kind = REDBOOK_VORBIS;
    stream->rate = redbook_le32(id + 12) ? redbook_le32(id + 12) : 44100;
    return true;
  }
  if (memcmp(id, "OpusHead", 8) == 0) {
    container->kind = REDBOOK_OPUS;
    stream->rate = 48000; /* RFC 7845, 4: granules count at 48 kHz whatever the input was */
    return true;
  }
  if (memcmp(id,
             "\x7F"
             "FLAC",
             5) == 0)
    stream->outside = "FLAC in Ogg";
  if (memcmp(id, "Speex   ", 8) == 0) stream->outside = "Speex";
  return stream->outside ||
         refuse(input, "an Ogg file without Vorbis or Opus in its first stream", err);
}

static bool cut_off(const struct stream *stream, const char *how, struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "%s is cut off: it ends at %.2f s %s", stream->input->label, seconds(stream),
               how);
  return redbook_want_whole(err);
}

static bool damaged(const struct stream *stream, int64_t at, struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "%s is damaged at %.2f s (byte %lld)", stream->input->label, seconds(stream),
               (long long)at);
  return redbook_want_whole(err);
}

/* RFC 3533, 6: where the last packet that ends in this page ends. The longest packet is one of
 * FLAC, 65535 samples; where a stream begins to count is its own affair. */
static bool granule_is_right(const struct stream *stream, const struct page *page,
                             int64_t granule) {
  int64_t packets = 0;
  for (int i = 0; i < page->data[26]; i++)
    packets += page->data[27 + i] < 255;
  if (packets == 0 || stream->granule <= 0) return true;
  if (granule == -1) return (page->data[5] & LAST_PAGE) == 0;
  return granule >= stream->granule && granule - stream->granule <= packets * 65536;
}

static bool next_page(struct stream *stream, struct page *page, int64_t at,
                      struct redbook_error *err) {
  if (!page->whole) return cut_off(stream, "within a page", err);
  if (!sum_is_right(&stream->sums, page)) return damaged(stream, at, err);
  uint32_t serial = redbook_le32(page->data + 14), sequence = redbook_le32(page->data + 18);
  if (page->data[5] & FIRST_PAGE) {
    if (!stream->ended)
      return refuse(stream->input, "an Ogg file with several streams at once", err);
    stream->outside = "a chained Ogg file (several streams one after the other)";
    stream->serial = serial;
    stream->sequence = sequence;
    stream->ended = false;
    stream->granule = 0;
    return true;
  }
  if (serial != stream->serial || sequence != stream->sequence + 1)
    return damaged(stream, at, err);
  int64_t granule = redbook_le64(page->data + 6);
  if (!granule_is_right(stream, page, granule)) return damaged(stream, at, err);
  if (granule > 0) stream->granule = granule;
  stream->sequence = sequence;
  stream->ended = (page->data[5] & LAST_PAGE) != 0;
  return true;
}

bool redbook_ogg_check(const struct redbook_input *input, struct redbook_container *container,
                       struct redbook_error *err) {
  struct stream stream = {.input = input, .rate = 44100};
  struct page page = {0};
  redbook_sums_high_first(&stream.sums, 0x04C11DB7u);
  if (!get_page(input, 0, &page) || !page.whole || !(page.data[5] & FIRST_PAGE))
    return refuse(input, "an Ogg file without its beginning", err);
  stream.serial = redbook_le32(page.data + 14);
  stream.sequence = redbook_le32(page.data + 18);
  if (!codec(input, &page, container, &stream, err)) return false;
  int64_t at = page.bytes;
  while (at < input->size && get_page(input, at, &page)) {
    if (!next_page(&stream, &page, at, err)) return false;
    at += page.bytes;
  }
  if (stream.ended && stream.outside)
    return redbook_container_outside(container, stream.outside, "ogg");
  if (stream.ended) { /* what follows is a tag of another kind */
    container->tail_bytes = input->size - at;
    return true;
  }
  if (at >= input->size - 27) return cut_off(&stream, "without an end-of-stream page", err);
  return damaged(&stream, at, err);
}
