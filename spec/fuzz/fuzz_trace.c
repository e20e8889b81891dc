/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a trace of any content: refused with a reason, or understood so well that writing
 * them again and reading that gives the same command.
 */
#include <stdlib.h>
#include <string.h>

#include "mmc/trace_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void same(const struct redbook_trace_line *a, const struct redbook_trace_line *b) {
  const struct redbook_command *x = &a->command, *y = &b->command;
  require(a->number == b->number && a->time_us == b->time_us);
  require(x->cdb_length == y->cdb_length && memcmp(x->cdb, y->cdb, sizeof x->cdb) == 0);
  require(x->direction == y->direction && x->data_length == y->data_length);
  require(x->residual == y->residual && x->status == y->status);
  require(x->host_status == y->host_status && x->driver_status == y->driver_status);
  require(x->os_error == y->os_error && x->duration_us == y->duration_us);
  require(x->sense_length == y->sense_length);
  require(memcmp(x->sense, y->sense, sizeof x->sense) == 0);
  if (b->has_data && a->has_data) {
    require(a->data_length == b->data_length);
    require(memcmp(a->data, b->data, a->data_length) == 0);
  }
}

/* Only what has its data can be written again: the buffers must be as long as they say. */
static bool can_be_written(const struct redbook_trace_line *line) {
  return line->command.data_length == 0 ||
         (line->has_data && line->data_length == line->command.data_length);
}

static void write_and_read_again(struct redbook_trace_line *line) {
  struct redbook_command c = line->command;
  c.data_in = line->data;
  c.data_out = line->data;
  size_t length = 0;
  char *text = redbook_trace_format(line->number, line->time_us, &c, &length);
  if (text == NULL) return;
  require(length > 0 && text[length - 1] == '\n' && strlen(text) == length);
  text[length - 1] = '\0';
  struct redbook_trace_line again;
  char problem[96];
  require(redbook_trace_parse(text, &again, problem, sizeof problem));
  same(line, &again);
  redbook_trace_line_free(&again);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  if (text == NULL) return 0;
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  struct redbook_trace_line line;
  char problem[96] = "";
  if (!redbook_trace_parse(text, &line, problem, sizeof problem)) {
    require(problem[0] != '\0' && line.data == NULL);
  } else {
    if (can_be_written(&line)) write_and_read_again(&line);
    redbook_trace_line_free(&line);
  }
  problem[0] = '\0';
  if (!redbook_trace_parse_header(text, problem, sizeof problem)) require(problem[0] != '\0');
  free(text);
  return 0;
}
