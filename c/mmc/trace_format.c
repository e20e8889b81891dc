/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing the lines of a trace. Numbers are whole on purpose: "%f" would follow the locale. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mmc/sense.h"
#include "mmc/trace_line.h"

static void put_bytes(FILE *out, const char *name, const uint8_t *bytes, size_t length) {
  (void)fprintf(out, ",\"%s\":\"", name);
  for (size_t i = 0; i < length; i++) {
    (void)fprintf(out, i == 0 ? "%02x" : " %02x", bytes[i]);
  }
  (void)fputc('"', out);
}

/* Commands that move sectors: their payload is somebody's music. */
static bool carries_sectors(uint8_t opcode) {
  static const uint8_t opcodes[] = {0x08, 0x0A, 0x28, 0x2A, 0x2E, 0x88,
                                    0x8A, 0xA8, 0xAA, 0xB9, 0xBE, 0xD8};
  for (size_t i = 0; i < sizeof opcodes; i++) {
    if (opcodes[i] == opcode) return true;
  }
  return false;
}

/* A buffer that the drive has not filled says nothing and may hold anything. */
static void put_data(FILE *out, const struct redbook_command *c) {
  if (carries_sectors(c->cdb[0])) return;
  if (c->direction == REDBOOK_TO_DEVICE) put_bytes(out, "data", c->data_out, c->data_length);
  if (c->direction != REDBOOK_FROM_DEVICE || c->residual > c->data_length) return;
  if (redbook_outcome_of(c, NULL) != REDBOOK_OUTCOME_GOOD) return;
  put_bytes(out, "data", c->data_in, c->data_length - c->residual);
}

static const char *direction_name(enum redbook_direction direction) {
  switch (direction) {
    case REDBOOK_FROM_DEVICE:
      return "in";
    case REDBOOK_TO_DEVICE:
      return "out";
    case REDBOOK_NO_DATA:
      break;
  }
  return "none";
}

static void put_command(FILE *out, const struct redbook_command *c) {
  put_bytes(out, "cdb", c->cdb, c->cdb_length);
  (void)fprintf(out,
                ",\"dir\":\"%s\",\"len\":%" PRIu32 ",\"resid\":%" PRIu32
                ",\"status\":%u,\"host\":%u,\"driver\":%u,\"errno\":%d",
                direction_name(c->direction), c->data_length, c->residual, c->status,
                c->host_status, c->driver_status, c->os_error);
  put_bytes(out, "sense", c->sense, c->sense_length);
  (void)fprintf(out, ",\"ms\":%" PRIu64 ".%03" PRIu64, c->duration_us / 1000,
                c->duration_us % 1000);
  put_data(out, c);
}

/* open_memstream sets text and length at fclose, which alone tells whether memory sufficed. */
static char *finish(FILE *out, char **text) {
  (void)fputs("}\n", out);
  bool bad = ferror(out) != 0;
  if (fclose(out) == 0 && !bad) return *text;
  free(*text);
  return NULL;
}

char *redbook_trace_format_header(const char *node_key, size_t *length) {
  char *text = NULL;
  FILE *out = open_memstream(&text, length);
  if (out == NULL) return NULL;
  (void)fprintf(out, REDBOOK_TRACE_HEAD ":%d,\"node\":\"%s\"", REDBOOK_TRACE_VERSION, node_key);
  return finish(out, &text);
}

char *redbook_trace_format(uint64_t number, uint64_t time_us,
                           const struct redbook_command *command, size_t *length) {
  char *text = NULL;
  FILE *out = open_memstream(&text, length);
  if (out == NULL) return NULL;
  (void)fprintf(out, "{\"n\":%" PRIu64 ",\"t_us\":%" PRIu64, number, time_us);
  put_command(out, command);
  return finish(out, &text);
}
