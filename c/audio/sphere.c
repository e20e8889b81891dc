/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIST SPHERE: a head of text, in lines of "name -type value" up to "end_head", then samples.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/container.h"

#define HEAD 1024 /* the only length that libsndfile reads */

/* The value of a whole number in the head, -1 when it is not there or not sensible. Its type
 * should be -i; libsndfile writes -s1 for a text of one digit. */
static int64_t number(const char *head, const char *name) {
  char key[32], *end;
  (void)snprintf(key, sizeof key, "\n%s -", name);
  const char *line = strstr(head, key), *text = line ? strchr(line + strlen(key), ' ') : NULL;
  if (!text) return -1;
  long long value = strtoll(text, &end, 10);
  return *end == '\n' && value > 0 && value < 1LL << 40 ? value : -1;
}

bool redbook_sphere_check(const struct redbook_input *input,
                          struct redbook_container *container, struct redbook_error *err) {
  char head[HEAD + 1] = {0};
  container->kind = REDBOOK_SPHERE;
  bool whole = redbook_input_get(input, head, HEAD, 0) && strstr(head, "\nend_head");
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
  struct redbook_pcm_layout layout = {.rate = (unsigned)rate, .data = HEAD};
  layout.block = (uint32_t)(channels * width);
  layout.second = (uint32_t)rate * layout.block;
  layout.bytes = frames * layout.block;
  return redbook_pcm_judge(input, &layout, container, err);
}
