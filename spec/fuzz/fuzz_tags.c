/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file whose tags are read: FLAC, Ogg, ID3, APE, MP4, RIFF, AIFF by content. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds) {
  if (!holds) abort();
}

/* Ends within its room and holds whole characters only. */
static void check_text(const char *text, size_t size) {
  require(memchr(text, '\0', size) != NULL);
  for (const unsigned char *p = (const unsigned char *)text; *p;) {
    size_t length = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    require(*p < 0x80 || (*p >= 0xC2 && *p <= 0xF4));
    for (size_t i = 1; i < length; i++)
      require((p[i] & 0xC0) == 0x80);
    p += length;
  }
}

static void check_number(const struct redbook_tag_number *number, double least, double most) {
  require(!number->known || (number->value >= least && number->value <= most));
}

static void check(const struct redbook_source_tags *tags) {
  check_text(tags->title, sizeof tags->title);
  check_text(tags->artist, sizeof tags->artist);
  check_text(tags->album, sizeof tags->album);
  check_text(tags->album_artist, sizeof tags->album_artist);
  check_text(tags->composer, sizeof tags->composer);
  check_text(tags->comment, sizeof tags->comment);
  check_text(tags->date, sizeof tags->date);
  check_text(tags->genre, sizeof tags->genre);
  check_text(tags->track_number, sizeof tags->track_number);
  check_text(tags->disc_number, sizeof tags->disc_number);
  check_text(tags->isrc, sizeof tags->isrc);
  require(strlen(tags->isrc) == 0 || strlen(tags->isrc) == 12);
  check_number(&tags->replaygain_track_gain, -60, 60);
  check_number(&tags->replaygain_album_gain, -60, 60);
  check_number(&tags->replaygain_track_peak, 0, 64);
  check_number(&tags->replaygain_album_peak, 0, 64);
  check_number(&tags->r128_track_gain, -60, 60);
  check_number(&tags->r128_album_gain, -60, 60);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int fd = -1;
  if (fd < 0) fd = memfd_create("tags", MFD_CLOEXEC);
  require(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
  struct redbook_input input = {.fd = fd, .size = (int64_t)size};
  struct redbook_source_tags tags = {0};
  char *sheet = NULL;
  redbook_tags_read(&input, &tags, &sheet);
  check(&tags);
  require(!sheet || (strlen(sheet) > 0 && strlen(sheet) < REDBOOK_CUE_SHEET_MOST));
  free(sheet);
  return 0;
}
