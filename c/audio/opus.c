/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus in Ogg, of mapping family 0: pages from libogg, packets to libopus. */
#include "audio/opus.h"

#include <errno.h>
#include <ogg/ogg.h>
#include <opus.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000
#define LONGEST 5760 /* frames of a packet: 120 ms (RFC 6716, 2.1.4) */
#define PIECE 16384  /* bytes read at once */

struct redbook_opus {
  const struct redbook_input *input;
  int64_t offset;
  ogg_sync_state pages;
  ogg_stream_state packets;
  OpusDecoder *decoder;
  int channels;
  int64_t skip;       /* frames still to be left out */
  int64_t first, end; /* of `ready`, what was not fetched yet */
  float ready[LONGEST * 2];
};

/* False at the end of the file or when it cannot be read. */
static bool read_piece(struct redbook_opus *opus, int *read_errno) {
  char *to = ogg_sync_buffer(&opus->pages, PIECE);
  if (!to) return false;
  ssize_t got = redbook_read_at(opus->input->fd, to, PIECE, opus->offset);
  if (got < 0) *read_errno = errno;
  if (got <= 0) return false;
  opus->offset += got;
  return ogg_sync_wrote(&opus->pages, (long)got) == 0;
}

static bool next_page(struct redbook_opus *opus, ogg_page *page, int *read_errno) {
  while (ogg_sync_pageout(&opus->pages, page) != 1)
    if (!read_piece(opus, read_errno)) return false;
  return true;
}

static bool next_packet(struct redbook_opus *opus, ogg_packet *packet, int *read_errno) {
  ogg_page page;
  int got;
  while ((got = ogg_stream_packetout(&opus->packets, packet)) == 0)
    if (!next_page(opus, &page, read_errno) || ogg_stream_pagein(&opus->packets, &page) != 0)
      return false;
  return got == 1; /* -1: there is a hole */
}

/* RFC 7845, 5.1: the head of family 0. The gain is of 1/256 dB. */
static bool take_head(struct redbook_opus *opus, const ogg_packet *packet) {
  const uint8_t *head = packet->packet;
  int error = OPUS_OK;
  if (packet->bytes < 19 || memcmp(head, "OpusHead", 8) != 0 || head[8] > 15 || head[18] != 0 ||
      head[9] < 1 || head[9] > 2)
    return false;
  opus->channels = head[9];
  opus->skip = head[10] | head[11] << 8;
  opus->decoder = opus_decoder_create(RATE, opus->channels, &error);
  int16_t gain = (int16_t)(uint16_t)(head[16] | head[17] << 8);
  return opus->decoder && opus_decoder_ctl(opus->decoder, OPUS_SET_GAIN(gain)) == OPUS_OK;
}

static bool begin(struct redbook_opus *opus) {
  ogg_page page;
  ogg_packet packet;
  int read_errno = 0;
  if (ogg_sync_init(&opus->pages) != 0 || !next_page(opus, &page, &read_errno) ||
      ogg_stream_init(&opus->packets, ogg_page_serialno(&page)) != 0)
    return false;
  return ogg_stream_pagein(&opus->packets, &page) == 0 &&
         next_packet(opus, &packet, &read_errno) && take_head(opus, &packet) &&
         next_packet(opus, &packet, &read_errno); /* the tags */
}

struct redbook_opus *redbook_opus_open(const struct redbook_input *input) {
  struct redbook_opus *opus = calloc(1, sizeof *opus);
  if (!opus) return NULL;
  opus->input = input;
  if (begin(opus)) return opus;
  redbook_opus_close(opus);
  return NULL;
}

void redbook_opus_close(struct redbook_opus *opus) {
  if (!opus) return;
  if (opus->decoder) opus_decoder_destroy(opus->decoder);
  (void)ogg_stream_clear(&opus->packets);
  (void)ogg_sync_clear(&opus->pages);
  free(opus);
}

static bool decode(struct redbook_opus *opus, int *read_errno) {
  ogg_packet packet;
  /* An empty packet is a lost one, for which libopus would make up sound. */
  if (!next_packet(opus, &packet, read_errno) || packet.bytes == 0) return false;
  int got = opus_decode_float(opus->decoder, packet.packet, (opus_int32)packet.bytes,
                              opus->ready, LONGEST, 0);
  if (got < 0) return false;
  opus->end = got;
  opus->first = opus->skip < got ? opus->skip : got;
  opus->skip -= opus->first;
  return true;
}

int64_t redbook_opus_read(struct redbook_opus *opus, float *frames, int64_t count,
                          int *read_errno) {
  int64_t done = 0, channels = opus->channels;
  while (done < count) {
    if (opus->first == opus->end && !decode(opus, read_errno)) break;
    int64_t here = opus->end - opus->first;
    if (here > count - done) here = count - done;
    memcpy(frames + done * channels, opus->ready + opus->first * channels,
           (size_t)(here * channels) * sizeof *frames);
    opus->first += here;
    done += here;
  }
  return done;
}

int64_t redbook_opus_offset(const struct redbook_opus *opus) {
  return opus->offset;
}
