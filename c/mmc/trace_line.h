/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a trace: written from a command, read back strictly. Grammar: trace.h. */
#ifndef REDBOOK_MMC_TRACE_LINE_H
#define REDBOOK_MMC_TRACE_LINE_H

#include "mmc/transport.h"

#define REDBOOK_TRACE_VERSION 1
/* What every trace that redbook has written begins with. */
#define REDBOOK_TRACE_HEAD "{\"redbook_trace\""

/* A recorded command. `command` has the request (without buffers) and the outcome. */
struct redbook_trace_line {
  uint64_t number;  /* from 1 */
  uint64_t time_us; /* of its start, since the trace began */
  struct redbook_command command;
  bool has_data;
  uint8_t *data; /* malloc'ed, NULL when there is none */
  uint32_t data_length;
};

/* The first line, newline included, malloc'ed; NULL without memory. */
char *redbook_trace_format_header(const char *node_key, size_t *length);

/* The line of a command that has been executed, newline included, malloc'ed; NULL without
 * memory. */
char *redbook_trace_format(uint64_t number, uint64_t time_us,
                           const struct redbook_command *command, size_t *length);

/* Each reads one line without its newline; false and `problem` (what is wrong, without the
 * line's number) when it is not exactly what the format functions write. Order of the members
 * is free. */
bool redbook_trace_parse_header(const char *line, char *problem, size_t size);
bool redbook_trace_parse(const char *line, struct redbook_trace_line *out, char *problem,
                         size_t size);

/* Frees what a line that was parsed owns. */
void redbook_trace_line_free(struct redbook_trace_line *line);

#endif
