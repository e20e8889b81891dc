/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for what people try to burn and libsndfile does not read (measured with 1.2.0). */
#include <string.h>

#include "audio/container.h"

struct mark {
  uint8_t offset, length;
  const char *bytes, *name, *advice;
};

#define CONVERT "Convert it to FLAC or WAV first, for instance with ffmpeg."
#define PLAYLIST "Burn it as a playlist, not as a sound file."

static const struct mark marks[] = {
    {4, 4, "ftyp", "AAC or ALAC in MP4 (M4A)", CONVERT},
    {0, 8, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media (WMA/ASF)", CONVERT},
    {0, 4, "wvpk", "WavPack", CONVERT},
    {0, 4, "MAC ", "Monkey's Audio (APE)", CONVERT},
    {0, 4, "MPCK", "Musepack", CONVERT},
    {0, 3, "MP+", "Musepack", CONVERT},
    {0, 4, "\x1A\x45\xDF\xA3", "Matroska or WebM", CONVERT},
    {0, 2, "\x0B\x77", "AC-3", CONVERT},
    {0, 4, "\x7F\xFE\x80\x01", "DTS", CONVERT},
    {0, 4, "DSD ", "DSD (DSF)", CONVERT},
    {0, 4, "FRM8", "DSD (DSDIFF)", CONVERT},
    {0, 4, "TTA1", "True Audio (TTA)", CONVERT},
    {0, 4, "ADIF", "AAC (ADIF)", CONVERT},
    {0, 4, "#!AM", "AMR", CONVERT},
    {0, 4, "MThd", "MIDI, which holds notes and no sound", NULL},
    {0, 7, "#EXTM3U", "a playlist (M3U)", PLAYLIST},
    {3, 7, "#EXTM3U", "a playlist (M3U8)", PLAYLIST},
    {0, 10, "[playlist]", "a playlist (PLS)", PLAYLIST},
    {0, 10, "[Playlist]", "a playlist (PLS)", PLAYLIST},
    {8, 4, "AVI ", "an AVI film", CONVERT},
    {0, 3, "\xFF\xD8\xFF", "a JPEG picture", NULL},
    {0, 4, "\x89PNG", "a PNG picture", NULL},
    {0, 4, "GIF8", "a GIF picture", NULL},
    {0, 5, "%PDF-", "a PDF document", NULL},
    {0, 4, "PK\x03\x04", "a ZIP archive", NULL},
    {0, 2, "\x1F\x8B", "a gzip archive", NULL},
    {0, 4,
     "\x7F"
     "ELF",
     "a program", NULL},
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

const char *redbook_foreign_name(const uint8_t *head, size_t length, const char **advice) {
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    const struct mark *mark = &marks[i];
    if ((size_t)mark->offset + mark->length > length) continue;
    if (memcmp(head + mark->offset, mark->bytes, mark->length) != 0) continue;
    *advice = mark->advice;
    return mark->name;
  }
  if (adts(head, length)) {
    *advice = CONVERT;
    return "AAC (ADTS)";
  }
  if (text(head, length)) {
    *advice = "If it is a playlist, burn it as one, not as a sound file.";
    return "text";
  }
  return NULL;
}
