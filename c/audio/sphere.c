/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIST SPHERE: a head of text, in lines of "name -type value" up to "end_head", then samples.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/container.h"

#define HEAD 1024 /* the head is a multiple of it, and says which */
#define MOST_HEADS 8

/* The value of a whole number in the head, -1 when it is not there or not sensible. Its type
 * should be -i; libsndfile writes -s1 for a text of one digit. */
static int64_t number(const char *head, const char *name) {
  char key[32], *end;
  (void)snprintf(key, sizeof key, "\n%s -", name);
  const char *line = strstr(head, key), *text = line ? strchr(line + strlen(key), ' ') : NULL;
  if (!text) return -1;
  long long value = strtoll(text, &end, 10);
  bool ends = *end == '\n' || *end == '\r' || *end == ' ';
  return ends && value > 0 && value < 1LL << 40 ? value : -1;
}

/* What the second line says; 0 when that is no length of a head. */
static size_t head_size(const struct redbook_input *input) {
  char start[17] = {0};
  if (!redbook_input_get(input, start, sizeof start - 1, 0)) return 0;
  long size = strtol(start + 8, NULL, 10);
  return size > 0 && size % HEAD == 0 && size <= (long)MOST_HEADS * HEAD ? (size_t)size : 0;
}

bool redbook_sphere_check(const struct redbook_input *input,
                          struct redbook_container *container, struct redbook_error *err) {
  char head[MOST_HEADS * HEAD + 1] = {0};
  container->kind = REDBOOK_SPHERE;
  size_t size = head_size(input);
  bool whole = size && redbook_input_get(input, head, size, 0) && strstr(head, "\nend_head");
  int64_t frames = number(head, "sample_count"), width = number(head, "sample_n_bytes"),
          channels = number(head, "channel_count"), rate = number(head, "sample_rate");
  if (!whole || frames < 0 || width < 0 || width > 8 || channels < 0 || channels > 256 ||
      rate < 0 || rate > 768000)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%s is cut off or damaged: its NIST SPHERE head does not say how long "
                        "it is",
                        input->label);
  if (strstr(head, ",embedded-")) {
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                 "%s is NIST SPHERE with compressed samples, which cannot be burned",
                 input->label);
    redbook_advise(err, "Convert it to FLAC or WAV first, for instance with ffmpeg.");
    return false;
  }
  struct redbook_pcm_layout layout = {.rate = (unsigned)rate, .data = (int64_t)size};
  layout.block = (uint32_t)(channels * width);
  layout.second = (uint32_t)rate * layout.block;
  layout.bytes = frames * layout.block;
  return redbook_pcm_judge(input, &layout, container, err);
}
