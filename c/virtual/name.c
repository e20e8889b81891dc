/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of virtual recorders: "virtual:disc.cue?medium=cd-rw&minutes=74". */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "virtual/virtual.h"

#define KNOWN "known: medium, minutes, ready, tray, personality, clock"

static int hex(char c) {
  const char *digits = "0123456789abcdef";
  const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
  return at ? (int)(at - digits) : -1;
}

static bool decode(char *text, struct redbook_error *err) {
  char *out = text;
  for (char *p = text; *p; p++) {
    if (*p == '%') {
      int high = hex(p[1]), low = high < 0 ? -1 : hex(p[2]);
      if (low < 0 || high + low == 0)
        return redbook_fail(err, REDBOOK_E_INVALIDARG,
                            "in a virtual recorder's name %% stands before two hex digits "
                            "(%%25 is %% itself)");
      *out++ = (char)(high * 16 + low);
      p += 2;
    } else {
      *out++ = *p;
    }
  }
  *out = 0;
  return true;
}

static bool bad(struct redbook_error *err, const char *key, const char *value,
                const char *expected) {
  return redbook_fail(err, REDBOOK_E_INVALIDARG, "virtual recorder: %s=%s: expected %s", key,
                      value, expected);
}

static bool set_medium(struct redbook_virtual_options *o, const char *value,
                       struct redbook_error *err) {
  static const char *const names[] = {NULL, "none", "cd-r", "cd-rw", "pressed"};
  for (unsigned i = 1; i < 5; i++)
    if (strcmp(value, names[i]) == 0) {
      o->medium = (enum redbook_virtual_medium)i;
      return true;
    }
  return bad(err, "medium", value, "cd-r, cd-rw, pressed or none");
}

static bool set_minutes(struct redbook_virtual_options *o, const char *value,
                        struct redbook_error *err) {
  static const char *const known[] = {"74", "80", "90", "99"};
  for (unsigned i = 0; i < 4; i++)
    if (strcmp(value, known[i]) == 0) {
      o->minutes = (unsigned)strtoul(value, NULL, 10);
      return true;
    }
  return bad(err, "minutes", value, "74, 80, 90 or 99");
}

/* Plain decimals only: strtod would follow the locale. */
static bool set_ready(struct redbook_virtual_options *o, const char *value,
                      struct redbook_error *err) {
  double seconds = 0, unit = 1;
  bool point = false, digit = false;
  for (const char *p = value; *p; p++) {
    if (*p == '.' && !point) {
      point = true;
      continue;
    }
    if (!isdigit((unsigned char)*p)) return bad(err, "ready", value, "seconds, 0 to 86400");
    digit = true;
    if (point) unit /= 10;
    seconds = point ? seconds + unit * (*p - '0') : seconds * 10 + (*p - '0');
  }
  if (!digit || seconds > 86400) return bad(err, "ready", value, "seconds, 0 to 86400");
  o->ready_after = seconds;
  return true;
}

static bool set_tray(struct redbook_virtual_options *o, const char *value,
                     struct redbook_error *err) {
  o->tray_open = strcmp(value, "open") == 0;
  return o->tray_open || strcmp(value, "closed") == 0 ||
         bad(err, "tray", value, "open or closed");
}

static bool set_personality(struct redbook_virtual_options *o, const char *value,
                            struct redbook_error *err) {
  (void)err;
  o->personality = value;
  return true;
}

static bool set_clock(struct redbook_virtual_options *o, const char *value,
                      struct redbook_error *err) {
  bool real = strcmp(value, "real") == 0;
  if (!real && strcmp(value, "simulated") != 0)
    return bad(err, "clock", value, "simulated or real");
  o->clock = real ? REDBOOK_CLOCK_REAL : REDBOOK_CLOCK_SIMULATED;
  return true;
}

static const struct {
  const char *key;
  bool (*set)(struct redbook_virtual_options *o, const char *value, struct redbook_error *err);
} parameters[] = {
    {"medium", set_medium}, {"minutes", set_minutes},         {"ready", set_ready},
    {"tray", set_tray},     {"personality", set_personality}, {"clock", set_clock},
};

static bool parameter(struct redbook_virtual_options *o, char *text, unsigned *seen,
                      struct redbook_error *err) {
  char *value = strchr(text, '=');
  if (value) *value++ = 0;
  for (unsigned i = 0; i < sizeof parameters / sizeof *parameters; i++) {
    if (strcmp(text, parameters[i].key) != 0) continue;
    if (!value)
      return redbook_fail(err, REDBOOK_E_INVALIDARG, "virtual recorder: %s needs =VALUE", text);
    if (*seen & 1u << i)
      return redbook_fail(err, REDBOOK_E_INVALIDARG,
                          "virtual recorder: parameter %s is given twice; " KNOWN, text);
    *seen |= 1u << i;
    return decode(value, err) && parameters[i].set(o, value, err);
  }
  return redbook_fail(err, REDBOOK_E_INVALIDARG,
                      "virtual recorder: unknown parameter \"%s\"; " KNOWN, text);
}

static bool parse(char *text, struct redbook_virtual_options *o, struct redbook_error *err) {
  unsigned seen = 0;
  char *query = strchr(text, '?');
  if (query) *query++ = 0;
  if (!decode(text, err)) return false;
  o->disc = text[0] ? text : NULL;
  while (query) {
    char *next = strchr(query, '&');
    if (next) *next++ = 0;
    if (!parameter(o, query, &seen, err)) return false;
    query = next;
  }
  return true;
}

struct redbook_virtual *redbook_virtual_parse(const char *name, struct redbook_error *err) {
  static const char prefix[] = "virtual:";
  if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
    redbook_fail(err, REDBOOK_E_INVALIDARG,
                 "the name of a virtual recorder begins with virtual: (%s)", name);
    return NULL;
  }
  char *text = strdup(name + sizeof prefix - 1);
  if (!text) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a virtual recorder");
    return NULL;
  }
  struct redbook_virtual_options options = {0};
  struct redbook_virtual *drive =
      parse(text, &options, err) ? redbook_virtual_create(&options, err) : NULL;
  free(text);
  return drive;
}
