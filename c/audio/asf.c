/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ASF (Windows Media), Microsoft's specification 01.20: how long the sound is and of how many
 * packets. ffmpeg plays what is left of a file that lacks some, and says nothing.
 */
#include <string.h>

#include "audio/container.h"
#include "audio/little.h"

#define OBJECT 24     /* a name of 16 bytes and the object's length */
#define HEADER 30     /* of the header, before the objects in it (3.1) */
#define PROPERTIES 96 /* of the file, as far as they are read (3.2) */
#define STREAM 86     /* of a stream: up to its sample rate (3.3 and 9.1) */
#define DATA 50       /* of the data, before its packets (5.1) */

#define SMALLEST 64u /* of packets that are looked at one by one: real ones have thousands */
#define BROADCAST 1u /* what is said of lengths and packets is not valid */
#define CORRECTION 0x80u
#define TYPES \
  0x0F /* a packet's error correction: no length of its own, two bytes, zeros (5.2.1) */

static const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;
static const char header_object[] =
    "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C";
static const char data_object[] =
    "\x36\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C";
static const char file_properties[] =
    "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\0\xC0\x0C\x20\x53\x65";
static const char stream_properties[] =
    "\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\0\xC0\x0C\x20\x53\x65";
static const char audio_stream[] =
    "\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\0\x80\x5F\x5C\x44\x2B";

/* What the header says. */
struct asf {
  bool described; /* its file properties are there */
  uint32_t flags, smallest, largest;
  int64_t packets;
  double seconds;
  unsigned streams, rate, format; /* of the first sound: Hz and WAVE format tag */
};

static bool is(const uint8_t *object, const char *name) {
  return memcmp(object, name, 16) == 0;
}

static bool damaged(const struct redbook_input *input, const char *what,
                    struct redbook_error *err) {
  redbook_fail(err, refused, "%s is damaged: %s", input->label, what);
  return redbook_want_whole(err);
}

/* Play Duration is in 100 ns and holds the preroll, which is in ms. */
static void read_properties(const uint8_t *object, struct asf *asf) {
  asf->described = true;
  asf->packets = redbook_le64(object + 56);
  asf->seconds =
      (double)redbook_le64(object + 64) / 1e7 - (double)redbook_le64(object + 80) / 1e3;
  asf->flags = redbook_le32(object + 88);
  asf->smallest = redbook_le32(object + 92);
}

static void read_stream(const uint8_t *object, struct asf *asf) {
  asf->streams++;
  if (asf->rate > 0 || !is(object + OBJECT, audio_stream)) return;
  asf->format = redbook_le16(object + 78);
  asf->rate = redbook_le32(object + 82);
}

/* The objects between `at` and `end`. */
static bool read_header(const struct redbook_input *input, int64_t at, int64_t end,
                        struct asf *asf, struct redbook_error *err) {
  uint8_t object[PROPERTIES + 4];
  for (int i = 0; i < REDBOOK_MOST_CHUNKS && end - at >= OBJECT; i++) {
    memset(object, 0, sizeof object);
    (void)redbook_read_at(input->fd, object, sizeof object, at);
    int64_t size = redbook_le64(object + 16);
    if (size < OBJECT || size > end - at)
      return damaged(input, "the objects of its header do not fit into it", err);
    if (is(object, file_properties) && size >= (int64_t)sizeof object) {
      read_properties(object, asf);
      asf->largest = redbook_le32(object + PROPERTIES);
    } else if (is(object, stream_properties) && size >= STREAM) {
      read_stream(object, asf);
    }
    at += size;
  }
  return asf->described || damaged(input, "its header says nothing of the file", err);
}

/* Each packet begins with the same error correction, where there is any: a stretch that is
 * missing or overwritten shows at the next one. */
static bool check_packets(const struct redbook_input *input, int64_t at, int64_t count,
                          uint32_t size, struct redbook_error *err) {
  uint8_t first[3] = {0}, packet[3];
  for (int64_t i = 0; i < count; i++, at += size) {
    memset(packet, 0, sizeof packet);
    (void)redbook_read_at(input->fd, packet, sizeof packet, at);
    if (i == 0) memcpy(first, packet, sizeof first);
    if (!(first[0] & CORRECTION)) return true;
    if (packet[0] == first[0] && ((first[0] & TYPES) != 2 || packet[1] + packet[2] == 0))
      continue;
    redbook_fail(err, refused,
                 "%s is damaged: its packet %lld of %lld (byte %lld) is none, a stretch is "
                 "missing or overwritten",
                 input->label, (long long)i + 1, (long long)count, (long long)at);
    return redbook_want_whole(err);
  }
  return true;
}

/* Objects behind the data are indexes. */
static bool check_behind(const struct redbook_input *input, int64_t at,
                         struct redbook_error *err) {
  uint8_t object[OBJECT];
  for (int i = 0; i < REDBOOK_MOST_CHUNKS && redbook_input_get(input, object, OBJECT, at);
       i++) {
    int64_t size = redbook_le64(object + 16);
    if (is(object, header_object)) {
      redbook_fail(err, refused, "%s holds another sound file behind its own sound (byte %lld)",
                   input->label, (long long)at);
      redbook_advise(err, "Several files were joined: burn them one by one.");
      return false;
    }
    if (size < OBJECT || size > input->size - at) break;
    at += size;
  }
  return true;
}

static bool check_data(const struct redbook_input *input, int64_t at, const struct asf *asf,
                       struct redbook_error *err) {
  uint8_t head[DATA];
  if (!redbook_input_get(input, head, sizeof head, at) || !is(head, data_object))
    return damaged(input, "its sound does not follow its header", err);
  int64_t size = redbook_le64(head + 16), count = redbook_le64(head + 40);
  int64_t there = input->size - at - DATA;
  if (count == 0) count = asf->packets;
  bool even = asf->smallest == asf->largest && asf->smallest >= SMALLEST && count > 0;
  int64_t whole = even ? there / asf->smallest : 0;
  if (even && whole < count) {
    redbook_fail(err, refused, "%s is cut off: it has %lld of its %lld packets", input->label,
                 (long long)whole, (long long)count);
  } else if (size > there + DATA) {
    redbook_fail(err, refused, "%s is cut off: it has %lld bytes, its header counts %lld",
                 input->label, (long long)input->size, (long long)size + (long long)at);
  } else {
    if (even && !check_packets(input, at + DATA, count, asf->smallest, err)) return false;
    return size < DATA || check_behind(input, at + size, err);
  }
  return redbook_want_whole(err);
}

/* What ffmpeg's decoder keeps back: one block of those that Windows Media Audio 1 and 2 are
 * made of (measured at every rate with ffmpeg's encoder), more where an encoder shares bits
 * between packets (unverified); four are allowed, and half a second of the others. Packets that
 * are missing are counted all the same. */
static int64_t slack_of(const struct asf *asf) {
  bool one_or_two = asf->format == 0x160 || asf->format == 0x161;
  if (!one_or_two || asf->streams != 1) return asf->rate / 2;
  int64_t block = asf->rate <= 16000 ? 512 : asf->rate <= 22050 ? 1024 : 2048;
  return 4 * block;
}

bool redbook_asf_check(const struct redbook_input *input, struct redbook_container *container,
                       struct redbook_error *err) {
  uint8_t head[HEADER];
  struct asf asf = {0};
  if (!redbook_input_get(input, head, sizeof head, 0) || !is(head, header_object))
    return damaged(input, "it ends within its header", err);
  int64_t end = redbook_le64(head + 16);
  if (end < HEADER || end > input->size)
    return damaged(input, "it ends within its header", err);
  if (!read_header(input, HEADER, end, &asf, err)) return false;
  container->open_ended = (asf.flags & BROADCAST) != 0;
  if (container->open_ended) return true;
  double frames = asf.seconds * asf.rate;
  if (frames >= 1 && frames < 1e12 && asf.rate <= 768000) {
    container->frames = (int64_t)frames;
    container->slack = slack_of(&asf);
  }
  return check_data(input, end, &asf, err);
}
