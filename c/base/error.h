/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one error type of redbook, plain data that is copied by value between threads.
 *
 * Every function of the C core that can fail returns bool (or a pointer) and takes a
 * `struct redbook_error *` as its last argument; on failure it fills that error through
 * redbook_fail() and returns false (or NULL). Nothing below c/lua/ prints or raises.
 */
#ifndef REDBOOK_BASE_ERROR_H
#define REDBOOK_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"

/* What the failed job did to the disc. */
enum redbook_disc_state {
  REDBOOK_DISC_UNKNOWN,    /* could not be found out */
  REDBOOK_DISC_UNTOUCHED,  /* nothing was written */
  REDBOOK_DISC_OPEN,       /* tracks written, session open: append or rescue goes on */
  REDBOOK_DISC_APPENDABLE, /* session closed, another may follow */
  REDBOOK_DISC_FINALISED,  /* closed for good */
  REDBOOK_DISC_SPOILED,    /* cannot be used any more */
  REDBOOK_DISC_BLANK,      /* erased: only after a CD-RW was being erased */
};

/* Sense data as SPC gives it, decoded from fixed (70h/71h) or descriptor (72h/73h) format. */
struct redbook_sense {
  bool valid;    /* a sense was received and understood */
  bool deferred; /* 71h/73h: belongs to an earlier command */
  uint8_t key;   /* sense key, 0..15 */
  uint8_t asc;   /* additional sense code */
  uint8_t ascq;  /* its qualifier */
  bool has_information;
  uint32_t information; /* usually an LBA */
  bool has_progress;
  uint16_t progress; /* of 65536, sense-key specific bytes */
  uint8_t raw[64];
  uint8_t raw_length;
};

#define REDBOOK_MESSAGE_SIZE 320

struct redbook_error {
  uint32_t code; /* HRESULT, a row of base/codes.c */
  enum redbook_disc_state disc;
  bool transient;  /* worth retrying as it is */
  int errno_value; /* 0 when no system call failed */
  int opcode;      /* first byte of the failed command, -1 when none */
  bool has_lba;
  int32_t lba;
  struct redbook_sense sense;         /* sense.valid false when there was none */
  char message[REDBOOK_MESSAGE_SIZE]; /* one sentence: what happened */
  char advice[REDBOOK_MESSAGE_SIZE];  /* what to do about it; advice, not fact */
};

/* Empties an error: code S_OK, opcode -1, disc unknown. */
void redbook_error_clear(struct redbook_error *err);

/* Fills `err` with `code` and a sentence; advice and transience come from the code table.
 * Keeps disc, sense, opcode, lba and errno_value as they were cleared. Always returns false,
 * so that a caller can write `return redbook_fail(err, ...)`. `err` may be NULL. */
bool redbook_fail(struct redbook_error *err, uint32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As redbook_fail, for a failed system call: maps `errno_value` to its code (EINVAL
 * E_INVALIDARG, EFAULT E_POINTER, ENOMEM E_OUTOFMEMORY, EACCES/EPERM E_ACCESSDENIED, EBADF
 * 80070006, ENODEV/ENXIO/ENOENT 80070037, EBUSY 0210, ETIMEDOUT 020D, else E_FAIL) and appends
 * ": strerror text" to the sentence. */
bool redbook_fail_errno(struct redbook_error *err, int errno_value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same where the system call was about a file, not a device: ENOENT and ENOTDIR are
 * E_FILE_NOT_FOUND, what is only said of devices (ENODEV, ENXIO, EBUSY, ETIMEDOUT) E_FAIL, and
 * the advice speaks of the file. */
bool redbook_fail_file(struct redbook_error *err, int errno_value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Replaces the advice of an error that has been filled. */
void redbook_advise(struct redbook_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "untouched", "open", ... as the Lua error object and the JSON events spell it. */
const char *redbook_disc_state_name(enum redbook_disc_state state);

#endif
