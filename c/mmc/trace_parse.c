/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the lines of a trace: flat JSON objects of whole numbers, milliseconds and strings
 * without escapes. Whatever else stands in a line is an error.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mmc/trace_line.h"

enum kind { NUMBER, MILLISECONDS, STRING };

struct field {
  const char *name;
  enum kind kind;
  uint64_t limit; /* of a number: the greatest value */
  bool optional;
};

struct value {
  bool seen;
  uint64_t number; /* MILLISECONDS: in microseconds */
  const char *text;
  size_t length;
};

struct parser {
  const char *at;
  char *problem;
  size_t size;
};

__attribute__((format(printf, 2, 3))) static bool bad(struct parser *p, const char *format,
                                                      ...) {
  va_list args;
  va_start(args, format);
  (void)vsnprintf(p->problem, p->size, format, args);
  va_end(args);
  return false;
}

static bool skip(struct parser *p, char c) {
  if (*p->at != c) return bad(p, "'%c' is missing at \"%.16s\"", c, p->at);
  p->at++;
  return true;
}

static bool read_string(struct parser *p, struct value *v) {
  if (!skip(p, '"')) return false;
  v->text = p->at;
  v->length = strcspn(p->at, "\"\\");
  p->at += v->length;
  return skip(p, '"');
}

static bool read_number(struct parser *p, struct value *v) {
  const char *start = p->at;
  v->number = 0;
  for (; *p->at >= '0' && *p->at <= '9'; p->at++) {
    if (p->at - start == 18) return bad(p, "a number is too long at \"%.16s\"", start);
    v->number = v->number * 10 + (uint64_t)(*p->at - '0');
  }
  if (p->at == start) return bad(p, "a number is missing at \"%.16s\"", start);
  if (*start == '0' && p->at - start > 1)
    return bad(p, "a number starts with 0 at \"%.16s\"", start);
  return true;
}

/* "1.250": always three digits behind the point. */
static bool read_milliseconds(struct parser *p, struct value *v) {
  if (!read_number(p, v) || !skip(p, '.')) return false;
  for (unsigned i = 0; i < 3; i++, p->at++) {
    if (*p->at < '0' || *p->at > '9')
      return bad(p, "\"ms\" needs three digits after the point");
    v->number = v->number * 10 + (uint64_t)(*p->at - '0');
  }
  return true;
}

static bool read_value(struct parser *p, const struct field *field, struct value *v) {
  switch (field->kind) {
    case STRING:
      return read_string(p, v);
    case MILLISECONDS:
      return read_milliseconds(p, v);
    case NUMBER:
      break;
  }
  if (!read_number(p, v)) return false;
  if (v->number > field->limit) return bad(p, "\"%s\" is out of range", field->name);
  return true;
}

static bool read_member(struct parser *p, const struct field *fields, size_t count,
                        struct value *values) {
  struct value key;
  if (!read_string(p, &key) || !skip(p, ':')) return false;
  for (size_t i = 0; i < count; i++) {
    if (strlen(fields[i].name) != key.length) continue;
    if (memcmp(fields[i].name, key.text, key.length) != 0) continue;
    if (values[i].seen) return bad(p, "\"%s\" is there twice", fields[i].name);
    values[i].seen = true;
    return read_value(p, &fields[i], &values[i]);
  }
  return bad(p, "unknown member \"%.*s\"", key.length > 32 ? 32 : (int)key.length, key.text);
}

static bool read_object(struct parser *p, const struct field *fields, size_t count,
                        struct value *values) {
  memset(values, 0, count * sizeof *values);
  if (!skip(p, '{')) return false;
  do {
    if (!read_member(p, fields, count, values)) return false;
  } while (*p->at == ',' && skip(p, ','));
  if (!skip(p, '}')) return false;
  if (*p->at != '\0') return bad(p, "there is more after the object: \"%.16s\"", p->at);
  for (size_t i = 0; i < count; i++) {
    if (!values[i].seen && !fields[i].optional) {
      return bad(p, "\"%s\" is missing", fields[i].name);
    }
  }
  return true;
}

bool redbook_trace_parse_header(const char *line, char *problem, size_t size) {
  static const struct field fields[] = {{"redbook_trace", NUMBER, UINT32_MAX, false},
                                        {"node", STRING, 0, false}};
  struct value values[2];
  struct parser p = {line, problem, size};
  if (!read_object(&p, fields, 2, values)) return false;
  if (values[0].number == REDBOOK_TRACE_VERSION) return true;
  return bad(&p, "trace version %u, but only version %d can be read",
             (unsigned)values[0].number, REDBOOK_TRACE_VERSION);
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "5a 00 3f": how many bytes, -1 when it is anything else or does not fit. */
static long read_bytes(const struct value *v, uint8_t *out, size_t room) {
  size_t count = (v->length + 1) / 3;
  if ((v->length + 1) % 3 != (v->length == 0 ? 1 : 0) || count > room) return -1;
  for (size_t i = 0; i < count; i++) {
    const char *s = v->text + 3 * i;
    int high = hex_digit(s[0]), low = hex_digit(s[1]);
    if (high < 0 || low < 0 || (i + 1 < count && s[2] != ' ')) return -1;
    out[i] = (uint8_t)(high << 4 | low);
  }
  return (long)count;
}

enum { N, T_US, CDB, DIR, LEN, RESID, STATUS, HOST, DRIVER, ERRNO, SENSE, MS, DATA, FIELDS };

static const struct field line_fields[FIELDS] = {
    {"n", NUMBER, UINT64_MAX, false},
    {"t_us", NUMBER, UINT64_MAX, false},
    {"cdb", STRING, 0, false},
    {"dir", STRING, 0, false},
    {"len", NUMBER, UINT32_MAX, false},
    {"resid", NUMBER, UINT32_MAX, false},
    {"status", NUMBER, UINT8_MAX, false},
    {"host", NUMBER, UINT8_MAX, false},
    {"driver", NUMBER, UINT8_MAX, false},
    {"errno", NUMBER, INT16_MAX, false},
    {"sense", STRING, 0, false},
    {"ms", MILLISECONDS, 0, false},
    {"data", STRING, 0, true},
};

static bool read_direction(const struct value *v, enum redbook_direction *out) {
  static const char *const names[] = {"none", "in", "out"};
  for (int i = 0; i < 3; i++) {
    if (v->length != strlen(names[i]) || memcmp(v->text, names[i], v->length) != 0) continue;
    *out = (enum redbook_direction)i;
    return true;
  }
  return false;
}

static bool take_data(struct parser *p, const struct value *v, struct redbook_trace_line *out) {
  if (!v->seen) return true;
  const struct redbook_command *c = &out->command;
  uint32_t moved =
      c->direction == REDBOOK_FROM_DEVICE ? c->data_length - c->residual : c->data_length;
  uint64_t digits = moved == 0 ? 0 : 3 * (uint64_t)moved - 1;
  if (v->length != digits) return bad(p, "\"data\" is not %u hexadecimal bytes", moved);
  out->has_data = true;
  out->data = malloc(moved > 0 ? moved : 1);
  if (out->data == NULL) return bad(p, "there is not enough memory for \"data\"");
  if (read_bytes(v, out->data, moved) < 0) {
    return bad(p, "\"data\" is not %u hexadecimal bytes", moved);
  }
  out->data_length = moved;
  return true;
}

static bool take_command(struct parser *p, const struct value *v,
                         struct redbook_trace_line *out) {
  struct redbook_command *c = &out->command;
  long cdb = read_bytes(&v[CDB], c->cdb, sizeof c->cdb);
  long sense = read_bytes(&v[SENSE], c->sense, sizeof c->sense);
  if (cdb < 6) return bad(p, "\"cdb\" is not 6 to 16 hexadecimal bytes");
  if (sense < 0) return bad(p, "\"sense\" is not 0 to 64 hexadecimal bytes");
  if (!read_direction(&v[DIR], &c->direction)) {
    return bad(p, "\"dir\" is neither \"in\" nor \"out\" nor \"none\"");
  }
  if (v[RESID].number > v[LEN].number) return bad(p, "\"resid\" is greater than \"len\"");
  c->cdb_length = (uint8_t)cdb;
  c->sense_length = (uint8_t)sense;
  c->data_length = (uint32_t)v[LEN].number;
  c->residual = (uint32_t)v[RESID].number;
  c->status = (uint8_t)v[STATUS].number;
  c->host_status = (uint8_t)v[HOST].number;
  c->driver_status = (uint8_t)v[DRIVER].number;
  c->os_error = (int)v[ERRNO].number;
  c->duration_us = v[MS].number;
  return true;
}

bool redbook_trace_parse(const char *line, struct redbook_trace_line *out, char *problem,
                         size_t size) {
  struct value values[FIELDS];
  struct parser p = {line, problem, size};
  *out = (struct redbook_trace_line){0};
  if (!read_object(&p, line_fields, FIELDS, values)) return false;
  out->number = values[N].number;
  out->time_us = values[T_US].number;
  if (take_command(&p, values, out) && take_data(&p, &values[DATA], out)) return true;
  redbook_trace_line_free(out);
  return false;
}

void redbook_trace_line_free(struct redbook_trace_line *line) {
  free(line->data);
  line->data = NULL;
}
