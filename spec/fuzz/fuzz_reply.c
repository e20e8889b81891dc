/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies of any content and length, given to every parser; what a parser accepts must hold
 * what its header promises. The input is copied to a block of its size, so that the sanitizer
 * sees one byte read too far.
 */
#include <stdlib.h>
#include <string.h>

#include "mmc/reply.h"
#include "mmc/write_parameters.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void try_identity(const uint8_t *p, size_t n) {
  struct redbook_inquiry q;
  if (!redbook_parse_inquiry(p, n, &q)) return;
  require(strlen(q.vendor) <= 8 && strlen(q.product) <= 16 && strlen(q.revision) <= 4);
}

static void try_configuration(const uint8_t *p, size_t n) {
  uint16_t profile;
  uint32_t total;
  struct redbook_feature f;
  if (redbook_parse_configuration(p, n, &profile, &total)) require(total >= 8);
  size_t next;
  for (size_t at = 8; (next = redbook_next_feature(p, n, at, &f)) != 0; at = next) {
    require(next >= at + 4 && f.data >= p && f.data + f.length <= p + n);
  }
}

static void try_mode_page(const uint8_t *p, size_t n) {
  const uint8_t *page;
  size_t length;
  struct redbook_capabilities c;
  struct redbook_write_parameters plain = {.buffer_underrun_free = true};
  uint8_t list[8 + 257];
  for (uint8_t wanted = 0; wanted < 64; wanted++) {
    if (!redbook_parse_mode_page(p, n, wanted, &page, &length)) continue;
    require(length >= 2 && page >= p + 8 && page + length <= p + n);
    require(redbook_write_parameters_list(&plain, page, length, list, sizeof list) >= 60);
    if (redbook_parse_capabilities(page, length, &c)) {
      require(c.speed_count <= REDBOOK_MAX_SPEEDS);
    }
  }
  (void)redbook_parse_capabilities(p, n, &c);
}

static void try_speeds(const uint8_t *p, size_t n) {
  struct redbook_speed speeds[4];
  unsigned count, announced;
  bool open;
  uint32_t total, room;
  if (redbook_parse_performance(p, n, speeds, 4, &count, &announced)) {
    require(count <= 4 && count <= announced);
  }
  if (redbook_parse_buffer_capacity(p, n, &total, &room)) require(room <= total);
  (void)redbook_parse_mechanism_status(p, n, &open);
}

static void try_disc(const uint8_t *p, size_t n) {
  struct redbook_disc_information d;
  struct redbook_track_information t;
  struct redbook_toc toc;
  struct redbook_atip atip;
  if (redbook_parse_disc_information(p, n, &d)) {
    require(d.disc_status < 4 && d.session_status < 4);
    require(!d.has_lead_out_limit || (d.lead_out_limit > 0 && d.lead_out_limit < 450000));
  }
  if (redbook_parse_track_information(p, n, &t)) require(t.control < 16 && t.data_mode < 16);
  for (int msf = 0; msf < 2; msf++) {
    if (!redbook_parse_toc(p, n, msf != 0, &toc)) continue;
    require(toc.count >= 1 && toc.count <= 100);
    require(toc.entries[toc.count - 1].track == REDBOOK_LEAD_OUT);
  }
  if (redbook_parse_atip(p, n, &atip)) {
    require(atip.lead_in < -150 && atip.lead_in < atip.lead_out_limit);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t *exact = malloc(size > 0 ? size : 1);
  if (exact == NULL) return 0;
  if (size > 0) memcpy(exact, data, size);
  try_identity(exact, size);
  try_configuration(exact, size);
  try_mode_page(exact, size);
  try_speeds(exact, size);
  try_disc(exact, size);
  free(exact);
  return 0;
}
