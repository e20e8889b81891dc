/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling the error type: the one place where messages, advice and codes come together. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void redbook_error_clear(struct redbook_error *err) {
  *err = (struct redbook_error){.opcode = -1};
}

/* A name that did not fit must not leave half a UTF-8 character: JSON output would break. */
static void drop_cut_character(char *text) {
  size_t end = strlen(text);
  size_t tail = 0;
  while (tail < 3 && tail < end && ((unsigned char)text[end - 1 - tail] & 0xC0) == 0x80) {
    tail++;
  }
  if (tail == end) return;
  unsigned char lead = (unsigned char)text[end - 1 - tail];
  size_t wanted = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (tail < wanted) text[end - 1 - tail] = '\0';
}

/* By way of a second buffer: the arguments may point into `out` itself. */
__attribute__((format(printf, 2, 0))) static void print_text(char out[REDBOOK_MESSAGE_SIZE],
                                                             const char *format, va_list args) {
  char text[REDBOOK_MESSAGE_SIZE];
  int length = vsnprintf(text, sizeof text, format, args);
  if (length < 0) text[0] = '\0';
  if (length >= (int)sizeof text) drop_cut_character(text);
  memcpy(out, text, sizeof text);
}

__attribute__((format(printf, 3, 0))) static void fill(struct redbook_error *err, uint32_t code,
                                                       const char *format, va_list args) {
  const struct redbook_code *row = redbook_code_find(code);
  print_text(err->message, format, args);
  err->code = code;
  err->transient = row != NULL && row->transient;
  (void)snprintf(err->advice, sizeof err->advice, "%s", row == NULL ? "" : row->advice);
}

bool redbook_fail(struct redbook_error *err, uint32_t code, const char *format, ...) {
  if (err == NULL) return false;
  va_list args;
  va_start(args, format);
  fill(err, code, format, args);
  va_end(args);
  return false;
}

static uint32_t code_of_errno(int errno_value) {
  switch (errno_value) {
    case EINVAL:
      return REDBOOK_E_INVALIDARG;
    case EFAULT:
      return REDBOOK_E_POINTER;
    case ENOMEM:
      return REDBOOK_E_OUTOFMEMORY;
    case EACCES:
    case EPERM:
      return REDBOOK_E_ACCESSDENIED;
    case EBADF:
      return REDBOOK_E_INVALID_HANDLE;
    case ENODEV:
    case ENXIO:
    case ENOENT:
      return REDBOOK_E_DEVICE_GONE;
    case EBUSY:
      return REDBOOK_E_IMAPI_RECORDER_LOCKED;
    case ETIMEDOUT:
      return REDBOOK_E_IMAPI_RECORDER_COMMAND_TIMEOUT;
    default:
      return REDBOOK_E_FAIL;
  }
}

static uint32_t code_of_file_errno(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return REDBOOK_E_FILE_NOT_FOUND;
    case ENODEV:
    case ENXIO:
    case EBUSY:
    case ETIMEDOUT:
      return REDBOOK_E_FAIL;
    default:
      return code_of_errno(errno_value);
  }
}

/* NULL where the code's own advice will do. */
static const char *advice_of_errno(int errno_value) {
  switch (errno_value) {
    case EMFILE:
      return "Let the process open more files (ulimit -n), or let it have fewer at once.";
    case ENFILE:
      return "Close programs: the system has no more files to open (fs.file-max).";
    default:
      return NULL;
  }
}

static const char *advice_of_file_errno(int errno_value) {
  switch (errno_value) {
    case EACCES:
    case EPERM:
    case EROFS:
      return "Check the rights of the file and of its folder.";
    case ENOSPC:
    case EDQUOT:
      return "Free space on the disk that holds the file.";
    case EISDIR:
      return "Name a file, not a folder.";
    case EBADF:
      return "Open the file again.";
    default:
      return advice_of_errno(errno_value);
  }
}

static void add_reason(struct redbook_error *err, int errno_value) {
  char reason[96];
  const char *why = strerror_r(errno_value, reason, sizeof reason);
  size_t length = strlen(err->message);
  int more = snprintf(err->message + length, sizeof err->message - length, ": %s", why);
  if (more >= (int)(sizeof err->message - length)) drop_cut_character(err->message);
  err->errno_value = errno_value;
}

bool redbook_fail_errno(struct redbook_error *err, int errno_value, const char *format, ...) {
  if (err == NULL) return false;
  va_list args;
  va_start(args, format);
  fill(err, code_of_errno(errno_value), format, args);
  va_end(args);
  add_reason(err, errno_value);
  const char *advice = advice_of_errno(errno_value);
  if (advice != NULL) redbook_advise(err, "%s", advice);
  return false;
}

bool redbook_fail_file(struct redbook_error *err, int errno_value, const char *format, ...) {
  if (err == NULL) return false;
  va_list args;
  va_start(args, format);
  fill(err, code_of_file_errno(errno_value), format, args);
  va_end(args);
  add_reason(err, errno_value);
  const char *advice = advice_of_file_errno(errno_value);
  if (advice != NULL) redbook_advise(err, "%s", advice);
  return false;
}

void redbook_advise(struct redbook_error *err, const char *format, ...) {
  if (err == NULL) return;
  va_list args;
  va_start(args, format);
  print_text(err->advice, format, args);
  va_end(args);
}

const char *redbook_disc_state_name(enum redbook_disc_state state) {
  switch (state) {
    case REDBOOK_DISC_UNTOUCHED:
      return "untouched";
    case REDBOOK_DISC_OPEN:
      return "open";
    case REDBOOK_DISC_APPENDABLE:
      return "appendable";
    case REDBOOK_DISC_FINALISED:
      return "finalised";
    case REDBOOK_DISC_SPOILED:
      return "spoiled";
    case REDBOOK_DISC_BLANK:
      return "blank";
    case REDBOOK_DISC_UNKNOWN:
      break;
  }
  return "unknown";
}
