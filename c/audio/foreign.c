/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for what people try to burn and libsndfile does not read (measured with 1.2.0). */
#include <string.h>

#include "audio/container.h"

struct mark {
  uint8_t offset, length;
  const char *bytes, *name, *advice, *demuxer;
};

#define CONVERT "Convert it to FLAC or WAV first, for instance with ffmpeg."
/* libsndfile reads these, but nothing here holds their lengths against what is there: sound
 * that is cut off would be burned in silence. */
#define CONVERT_OLD "Convert it to FLAC or WAV first: sox IN OUT.wav"
#define PLAYLIST "Burn it as a playlist, not as a sound file."

static const struct mark marks[] = {
    {4, 4, "ftyp", "AAC or ALAC in MP4 (M4A)", CONVERT, "mov"},
    {0, 8, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media (WMA/ASF)", CONVERT, "asf"},
    {0, 4, "wvpk", "WavPack", CONVERT, "wv"},
    {0, 4, "MAC ", "Monkey's Audio (APE)", CONVERT, "ape"},
    {0, 4, "MPCK", "Musepack", CONVERT, "mpc8"},
    {0, 3, "MP+", "Musepack", CONVERT, "mpc"},
    {0, 4, "\x1A\x45\xDF\xA3", "Matroska or WebM", CONVERT, "matroska"},
    {0, 2, "\x0B\x77", "AC-3", CONVERT, "ac3"},
    {0, 4, "\x7F\xFE\x80\x01", "DTS", CONVERT, "dts"},
    {0, 4, "DSD ", "DSD (DSF)", CONVERT, "dsf"},
    {0, 4, "FRM8", "DSD (DSDIFF)", CONVERT, "iff"},
    {0, 4, "TTA1", "True Audio (TTA)", CONVERT, "tta"},
    {0, 4, "ADIF", "AAC (ADIF)", CONVERT, NULL},
    {0, 4, "#!AM", "AMR", CONVERT, "amr"},
    {0, 19, "Creative Voice File", "a Creative Voice File (VOC)", CONVERT_OLD, NULL},
    {0, 3, "\x64\xA3\x01", "IRCAM", CONVERT_OLD, NULL},
    {0, 3, "\x64\xA3\x02", "IRCAM", CONVERT_OLD, NULL},
    {0, 3, "\x64\xA3\x03", "IRCAM", CONVERT_OLD, NULL},
    {0, 3, "\x64\xA3\x04", "IRCAM", CONVERT_OLD, NULL},
    {0, 4, " paf", "Ensoniq PARIS (PAF)", CONVERT_OLD, NULL},
    {0, 4, "fap ", "Ensoniq PARIS (PAF)", CONVERT_OLD, NULL},
    {0, 5, "PVF1\n", "Portable Voice Format (PVF)", CONVERT_OLD, NULL},
    {0, 4, "2BIT", "Audio Visual Research (AVR)", CONVERT_OLD, NULL},
    {0, 19, "MATLAB 5.0 MAT-file", "MATLAB data (MAT5)", CONVERT_OLD, NULL},
    {8, 4, "8SVX", "Amiga 8SVX", CONVERT_OLD, NULL},
    {8, 4, "16SV", "Amiga 16SV", CONVERT_OLD, NULL},
    {0, 4, "MThd", "MIDI, which holds notes and no sound", NULL, NULL},
    {0, 7, "#EXTM3U", "a playlist (M3U)", PLAYLIST, NULL},
    {3, 7, "#EXTM3U", "a playlist (M3U8)", PLAYLIST, NULL},
    {0, 10, "[playlist]", "a playlist (PLS)", PLAYLIST, NULL},
    {0, 10, "[Playlist]", "a playlist (PLS)", PLAYLIST, NULL},
    {8, 4, "AVI ", "an AVI film", CONVERT, "avi"},
    {0, 3, "\xFF\xD8\xFF", "a JPEG picture", NULL, NULL},
    {0, 4, "\x89PNG", "a PNG picture", NULL, NULL},
    {0, 4, "GIF8", "a GIF picture", NULL, NULL},
    {0, 5, "%PDF-", "a PDF document", NULL, NULL},
    {0, 4, "PK\x03\x04", "a ZIP archive", NULL, NULL},
    {0, 2, "\x1F\x8B", "a gzip archive", NULL, NULL},
    {0, 4,
     "\x7F"
     "ELF",
     "a program", NULL, NULL},
};

/* ISO 13818-7: 12 bits of sync, layer 0, then a frequency index below 13. */
static bool adts(const uint8_t *head, size_t length) {
  return length >= 7 && head[0] == 0xFF && (head[1] & 0xF6) == 0xF0 &&
         (head[2] >> 2 & 15) < 13 && (head[3] & 3) == 0 && head[4] + head[5] > 0;
}

static bool text(const uint8_t *head, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (head[i] == 0x7F || (head[i] < 0x20 && !strchr("\t\n\r\f", head[i])) || head[i] == 0)
      return false;
  return length > 0;
}

static bool enhanced_ac3(const uint8_t *head, size_t length) {
  return length > 5 && head[0] == 0x0B && head[1] == 0x77 && head[5] >> 3 > 10; /* bsid */
}

struct redbook_foreign redbook_foreign_find(const uint8_t *head, size_t length) {
  if (enhanced_ac3(head, length)) return (struct redbook_foreign){"E-AC-3", CONVERT, "eac3"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    const struct mark *mark = &marks[i];
    if ((size_t)mark->offset + mark->length > length) continue;
    if (memcmp(head + mark->offset, mark->bytes, mark->length) != 0) continue;
    return (struct redbook_foreign){mark->name, mark->advice, mark->demuxer};
  }
  if (adts(head, length)) return (struct redbook_foreign){"AAC (ADTS)", CONVERT, "aac"};
  if (text(head, length))
    return (struct redbook_foreign){
        "text", "If it is a playlist, give it a name that says so: .m3u, .pls, .xspf, .cue.",
        NULL};
  return (struct redbook_foreign){NULL, NULL, NULL};
}

/* A number of seven bits to the byte in front of `end`; -1 when it is longer than nine bytes.
 */
static int64_t read_varint(const uint8_t **at, const uint8_t *end) {
  int64_t value = 0;
  for (int i = 0; i < 9 && *at < end; i++) {
    uint8_t byte = *(*at)++;
    value = value << 7 | (byte & 0x7F);
    if (!(byte & 0x80)) return value;
  }
  return -1;
}

/* Musepack SV8: the stream header is the first packet, its samples follow a sum and a version.
 * ffprobe counts in whole packets, which may be more than a second. */
static void musepack_check(const struct redbook_input *input,
                           struct redbook_container *container) {
  uint8_t head[32] = {0};
  const uint8_t *at = head + 6, *end = head + sizeof head;
  (void)redbook_read_at(input->fd, head, sizeof head, 0);
  if (memcmp(head + 4, "SH", 2) != 0 || read_varint(&at, end) < 0) return;
  at += 5;
  int64_t frames = at < end ? read_varint(&at, end) : -1;
  if (frames > 0) container->frames = frames;
}

bool redbook_outside_check(const struct redbook_input *input,
                           struct redbook_container *container, struct redbook_error *err) {
  if (strcmp(container->demuxer, "mov") == 0) return redbook_mp4_check(input, err);
  if (strcmp(container->demuxer, "asf") == 0) return redbook_asf_check(input, container, err);
  if (strcmp(container->demuxer, "dts") == 0) return redbook_dts_check(input, err);
  if (strcmp(container->demuxer, "mpc8") == 0) musepack_check(input, container);
  return true;
}

bool redbook_container_outside(struct redbook_container *container, const char *name,
                               const char *demuxer) {
  *container = (struct redbook_container){
      .kind = REDBOOK_OUTSIDE, .frames = -1, .name = name, .demuxer = demuxer};
  return true;
}
