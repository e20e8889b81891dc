/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading tags within bounds. */
#include "audio/tag_stream.h"

#include <string.h>

#include "audio/little.h"

#define BUDGET ((int64_t)64 << 20)
/* What a look at the file costs at least: many short ones are no loop without end. */
#define LOOK 64

struct redbook_tag_stream redbook_tag_stretch(const struct redbook_input *input, int64_t at,
                                              int64_t end) {
  if (end > input->size) end = input->size;
  if (at < 0 || at > end) at = end;
  return (struct redbook_tag_stream){.input = input, .at = at, .end = end, .budget = BUDGET};
}

struct redbook_tag_stream redbook_tag_pages(const struct redbook_input *input, int64_t at,
                                            uint32_t serial) {
  return (struct redbook_tag_stream){
      .input = input, .page_end = at, .budget = BUDGET, .paged = true, .serial = serial};
}

static bool pay(struct redbook_tag_stream *stream, size_t bytes) {
  stream->budget -= (int64_t)bytes + LOOK;
  return stream->budget >= 0;
}

/* The next page of the logical stream: "OggS", version, flags, granule, serial (14), number,
 * check sum, segments (26), their lengths. */
static bool next_page(struct redbook_tag_stream *stream) {
  uint8_t head[27];
  for (;;) {
    if (!pay(stream, sizeof head + 255) ||
        !redbook_input_get(stream->input, head, sizeof head, stream->page_end) ||
        memcmp(head, "OggS", 4) != 0)
      return false;
    int64_t body = stream->page_end + (int64_t)sizeof head;
    stream->segments = head[26];
    stream->segment = 0;
    if (!redbook_input_get(stream->input, stream->lacing, stream->segments, body)) return false;
    stream->at = stream->end = body + stream->segments;
    stream->page_end = stream->at;
    for (unsigned i = 0; i < stream->segments; i++)
      stream->page_end += stream->lacing[i];
    if (redbook_le32(head + 14) == stream->serial) return true;
  }
}

/* More of the packet: the segments up to the first that is not full. */
static bool next_stretch(struct redbook_tag_stream *stream) {
  if (!stream->paged || !stream->goes_on) return false;
  if (stream->segment == stream->segments && !next_page(stream)) {
    stream->goes_on = false;
    return false;
  }
  while (stream->segment < stream->segments && stream->goes_on) {
    uint8_t length = stream->lacing[stream->segment++];
    stream->end += length;
    stream->goes_on = length == 255;
  }
  return true;
}

bool redbook_tag_packet(struct redbook_tag_stream *stream) {
  if (!stream->paged) return false;
  do
    stream->at = stream->end;
  while (next_stretch(stream));
  stream->goes_on = true;
  return next_stretch(stream);
}

/* As the file has them. */
static size_t read_plain(struct redbook_tag_stream *stream, uint8_t *data, size_t length) {
  size_t done = 0;
  while (done < length) {
    int64_t there = stream->end - stream->at;
    size_t want = length - done;
    if (there <= 0) {
      if (next_stretch(stream)) continue;
      break;
    }
    if ((int64_t)want > there) want = (size_t)there;
    if (!pay(stream, want)) break;
    ssize_t got = redbook_read_at(stream->input->fd, data + done, want, stream->at);
    if (got <= 0) break;
    stream->at += got;
    done += (size_t)got;
  }
  return done;
}

size_t redbook_tag_undo(uint8_t *data, size_t length, bool *marked) {
  size_t kept = 0;
  for (size_t i = 0; i < length; i++) {
    bool filler = *marked && data[i] == 0;
    *marked = data[i] == 0xFF;
    if (!filler) data[kept++] = data[i];
  }
  return kept;
}

size_t redbook_tag_read(struct redbook_tag_stream *stream, void *data, size_t length) {
  uint8_t *to = data;
  if (!stream->unsync) return read_plain(stream, to, length);
  size_t done = 0;
  while (done < length) {
    size_t got = read_plain(stream, to + done, length - done);
    if (got == 0) break;
    done += redbook_tag_undo(to + done, got, &stream->marked);
  }
  return done;
}

bool redbook_tag_get(struct redbook_tag_stream *stream, void *data, size_t length) {
  return redbook_tag_read(stream, data, length) == length;
}

/* What has to be read to be stepped over. */
static bool read_over(struct redbook_tag_stream *stream, uint64_t length) {
  uint8_t unwanted[4096];
  while (length > 0) {
    size_t want = length < sizeof unwanted ? (size_t)length : sizeof unwanted;
    if (!redbook_tag_get(stream, unwanted, want)) return false;
    length -= want;
  }
  return true;
}

bool redbook_tag_skip(struct redbook_tag_stream *stream, uint64_t length) {
  if (stream->unsync) return read_over(stream, length);
  while (length > 0) {
    uint64_t there = (uint64_t)(stream->end - stream->at);
    uint64_t step = length < there ? length : there;
    if (there == 0 && !next_stretch(stream)) return false;
    stream->at += (int64_t)step;
    length -= step;
  }
  return true;
}
