/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a uevent (lib/kobject_uevent.c of Linux writes them). */
#include "drive/uevent.h"

#include <string.h>

#include "drive/discovery.h"

/* The strings that matter, not ended by a zero byte; NULL where they are not in the message. */
struct fields {
  struct field {
    const char *text;
    size_t length;
  } action, subsystem, device;
};

static bool is(const struct field *field, const char *text) {
  return field->text && field->length == strlen(text) &&
         memcmp(field->text, text, field->length) == 0;
}

/* The first of two fields of one name counts. */
static bool take(struct field *field, const char *key, const char *text, size_t length) {
  size_t n = strlen(key);

  if (length < n || memcmp(text, key, n) != 0) return false;
  if (!field->text) *field = (struct field){text + n, length - n};
  return true;
}

/* "add@/devices/..."; its action must be the one that ACTION names. */
static bool headed(const char *text, size_t length, struct field *action) {
  const char *at = memchr(text, '@', length);

  if (!at || at == text || at + 1 == text + length || at[1] != '/') return false;
  *action = (struct field){text, (size_t)(at - text)};
  return true;
}

static bool action_of(const struct field *action, enum redbook_uevent_action *out) {
  if (is(action, "add"))
    *out = REDBOOK_UEVENT_ADD;
  else if (is(action, "remove"))
    *out = REDBOOK_UEVENT_REMOVE;
  else
    return false;
  return true;
}

/* The length of the string at `text`; false when no zero byte ends it. */
static bool measure(const char *text, size_t room, size_t *length) {
  const char *end = memchr(text, '\0', room);

  *length = end ? (size_t)(end - text) : 0;
  return end != NULL;
}

bool redbook_uevent_parse(const char *message, size_t length, struct redbook_uevent *out) {
  struct fields fields = {.action = {NULL, 0}};
  struct field head = {NULL, 0};
  size_t n = 0;

  if (!measure(message, length, &n) || !headed(message, n, &head)) return false;
  for (size_t at = n + 1; at < length; at += n + 1) {
    const char *text = message + at;
    if (!measure(text, length - at, &n)) return false;
    if (!take(&fields.action, "ACTION=", text, n) &&
        !take(&fields.subsystem, "SUBSYSTEM=", text, n))
      take(&fields.device, "DEVNAME=", text, n);
  }
  if (!fields.action.text || fields.action.length != head.length ||
      memcmp(fields.action.text, head.text, head.length) != 0)
    return false;
  if (!is(&fields.subsystem, "block") || !fields.device.text) return false;
  int number = redbook_drive_number(fields.device.text, fields.device.length);
  if (number < 0 || !action_of(&fields.action, &out->action)) return false;
  out->number = (unsigned)number;
  return true;
}
