/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling sound files by their first bytes, never by their names. */
#include "audio/container.h"

#include <string.h>

#include "audio/little.h"
#include "base/bytes.h"

#define HEAD 64
#define MOST_TAGS 64
#define MOST_ZEROS (64 << 20) /* of padding behind the sound */

bool redbook_want_whole(struct redbook_error *err) {
  redbook_advise(err, "Get a whole copy of the file.");
  return false;
}

bool redbook_cut_off(struct redbook_error *err, const char *label, double ends, double says) {
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "%s is cut off: it ends at %.2f s, its header says %.2f s", label, ends, says);
  return redbook_want_whole(err);
}

/* Beginnings of files that people join with `cat`. */
static bool begins_file(const uint8_t *mark) {
  static const char *const marks[] = {"RIFF", "RIFX", "RF64", "riff",
                                      "FORM", "caff", ".snd", "NIST"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (memcmp(mark, marks[i], 4) == 0) return true;
  return false;
}

/* A chunk of `kind`'s sort: four letters, and a length that fits into what is `left`. */
static bool begins_chunk(const uint8_t *mark, enum redbook_container_kind kind, int64_t left) {
  for (size_t i = 0; i < 4; i++)
    if (mark[i] < 0x20 || mark[i] > 0x7E) return false;
  int64_t size = redbook_get32(mark + 4);            /* AIFF's */
  if (kind == REDBOOK_WAV || kind == REDBOOK_RF64) { /* and RIFX's */
    if (redbook_le32(mark + 4) < size) size = redbook_le32(mark + 4);
  } else if (kind == REDBOOK_CAF) {
    size = size ? left : redbook_get32(mark + 8);
  } else if (kind == REDBOOK_W64) {
    size = redbook_le64(mark + 16);
  }
  return kind != REDBOOK_AU && kind != REDBOOK_SPHERE && size >= 0 && size < left;
}

static bool all_zero(const struct redbook_input *input, int64_t at) {
  uint8_t block[4096], any = 0;
  ssize_t got;
  while (!any && (got = redbook_read_at(input->fd, block, sizeof block, at)) > 0) {
    for (ssize_t i = 0; i < got; i++)
      any |= block[i];
    at += got;
  }
  return !any;
}

/* What follows the sound are other chunks or a few odd bytes. A second file would be left out,
 * and so would be sound behind a length that is too small: neither in silence. */
static bool judge_tail(const struct redbook_input *input, enum redbook_container_kind kind,
                       int64_t at, double second, struct redbook_error *err) {
  uint8_t tail[32] = {0};
  bool file = false, chunk;
  int64_t left = input->size - at;
  (void)redbook_read_at(input->fd, tail, sizeof tail, at);
  size_t border = (size_t)(-at & 7); /* behind padding: RIFF's byte, up to seven in a W64 */
  for (size_t i = 0; i <= 8; i++)
    file |= begins_file(tail + i);
  chunk = begins_chunk(tail, kind, left) || begins_chunk(tail + 1, kind, left) ||
          begins_chunk(tail + border, kind, left);
  if (file) {
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                 "%s holds another sound file behind its own sound (byte %lld)", input->label,
                 (long long)at);
    redbook_advise(err, "Several files were joined: burn them one by one.");
    return false;
  }
  if ((double)left <= second || chunk || (left <= MOST_ZEROS && all_zero(input, at)))
    return true;
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "%s has a wrong length in its header: %.2f s more follow the sound that it "
               "counts",
               input->label, (double)left / second);
  redbook_advise(err, "Have its header written anew: sox --ignore-length IN OUT.wav");
  return false;
}

bool redbook_pcm_judge(const struct redbook_input *input,
                       const struct redbook_pcm_layout *layout,
                       struct redbook_container *container, struct redbook_error *err) {
  int64_t there = input->size - layout->data;
  if (there < 0) there = 0;
  container->open_ended = layout->bytes < 0;
  int64_t bytes = layout->bytes < 0 ? there : layout->bytes;
  double second = layout->second ? layout->second : 176400;
  if (bytes > there)
    return redbook_cut_off(err, input->label, (double)there / second, (double)bytes / second);
  if (layout->block) {
    container->frames = bytes / layout->block;
    container->certain = true;
  }
  if (bytes == 0 || container->frames == 0)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s holds no sound: its length is zero", input->label);
  return bytes == there ||
         judge_tail(input, container->kind, layout->data + bytes, second, err);
}

/* ID3v2.4 main structure, 3.1: the size is four 7-bit bytes, without header and footer. */
int64_t redbook_id3v2_end(const struct redbook_input *input) {
  int64_t at = 0;
  uint8_t tag[10];
  for (int i = 0;
       i < MOST_TAGS && redbook_input_get(input, tag, sizeof tag, at) &&
       memcmp(tag, "ID3", 3) == 0 && ((tag[6] | tag[7] | tag[8] | tag[9]) & 0x80) == 0;
       i++) {
    int64_t size = (int64_t)tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9];
    at += 10 + size + (tag[5] & 0x10 ? 10 : 0);
  }
  return at;
}

/* 128 bytes from "TAG" on. The header of an APEv2 tag of 131 bytes has those letters, too. */
bool redbook_id3v1_ends(const struct redbook_input *input, int64_t end) {
  uint8_t mark[8];
  return redbook_input_get(input, mark, 3, end - 128) && memcmp(mark, "TAG", 3) == 0 &&
         !(redbook_input_get(input, mark, 8, end - 131) && memcmp(mark, "APETAGEX", 8) == 0);
}

/* APEv2: a footer of 32 bytes with the length of all but the
 * header, and bit 31 set for one. */
int64_t redbook_tags_begin(const struct redbook_input *input) {
  int64_t end = input->size;
  uint8_t mark[32];
  for (int i = 0; i < MOST_TAGS; i++) {
    if (redbook_id3v1_ends(input, end)) {
      end -= 128;
    } else if (redbook_input_get(input, mark, 32, end - 32) &&
               memcmp(mark, "APETAGEX", 8) == 0) {
      int64_t size = redbook_le32(mark + 12) + (redbook_le32(mark + 20) >> 31 ? 32 : 0);
      if (size < 32 || size > end) break;
      end -= size;
    } else {
      break;
    }
  }
  return end;
}

static bool not_sound(const struct redbook_input *input, struct redbook_foreign foreign,
                      struct redbook_error *err) {
  if (foreign.name)
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                 "%s is %s, which cannot be burned", input->label, foreign.name);
  else
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                 "%s is not a sound file that can be decoded", input->label);
  redbook_advise(
      err, "%s",
      foreign.advice
          ? foreign.advice
          : "Use WAV, RF64, W64, AIFF, AU, CAF, NIST SPHERE, FLAC, Ogg Vorbis, Opus, "
            "MP3 or MP2; or convert it to one of them.");
  return false;
}

static bool is(const uint8_t *head, size_t offset, const char *mark) {
  return memcmp(head + offset, mark, strlen(mark)) == 0;
}

bool redbook_container_probe(const struct redbook_input *input,
                             struct redbook_container *container, struct redbook_error *err) {
  *container = (struct redbook_container){.frames = -1};
  uint8_t head[HEAD] = {0};
  ssize_t got = redbook_read_at(input->fd, head, sizeof head, 0);
  if (got < 0) return redbook_fail(err, REDBOOK_E_FAIL, "%s cannot be read", input->label);
  if ((is(head, 0, "RIFF") || is(head, 0, "RIFX") || is(head, 0, "RF64")) &&
      is(head, 8, "WAVE"))
    return redbook_riff_check(input, container, err);
  if (is(head, 0, "riff\x2E\x91\xCF\x11")) return redbook_w64_check(input, container, err);
  if (is(head, 0, "FORM") && (is(head, 8, "AIFF") || is(head, 8, "AIFC")))
    return redbook_aiff_check(input, container, err);
  if (is(head, 0, ".snd") || is(head, 0, "dns."))
    return redbook_au_check(input, container, err);
  if (is(head, 0, "caff")) return redbook_caf_check(input, container, err);
  if (is(head, 0, "NIST_1A\n")) return redbook_sphere_check(input, container, err);
  if (is(head, 0, "OggS")) return redbook_ogg_check(input, container, err);
  int64_t at = redbook_id3v2_end(input);
  uint8_t mark[4] = {0};
  if (redbook_input_get(input, mark, 4, at) && is(mark, 0, "fLaC"))
    return redbook_flac_check(input, at, container, err);
  struct redbook_foreign foreign = redbook_foreign_find(head, (size_t)got);
  if (foreign.demuxer) {
    redbook_container_outside(container, foreign.name, foreign.demuxer);
    return redbook_outside_check(input, container, err);
  }
  int64_t first = foreign.name ? -1 : redbook_mpeg_find(input, at);
  if (first < 0) return not_sound(input, foreign, err);
  if (redbook_mpeg_ends_before(input, at))
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s is damaged: its ID3 tag says that it is longer than it is",
                        input->label);
  container->hidden_at = at;
  container->hidden_bytes = first - at;
  return redbook_mpeg_check(input, first, container, err);
}
