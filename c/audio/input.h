/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A regular file that is read by position only: several readers may share the descriptor. */
#ifndef REDBOOK_AUDIO_INPUT_H
#define REDBOOK_AUDIO_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct redbook_input {
  int fd;
  int64_t size;    /* bytes, when it was opened */
  char *path;      /* as it was given */
  char label[168]; /* the path for messages: of a long one the end */
};

/* 80070002 when there is no such file, E_ACCESSDENIED, 050D for a folder, a pipe or an empty
 * file. Never waits on a FIFO. */
bool redbook_input_open(struct redbook_input *input, const char *path,
                        struct redbook_error *err);
void redbook_input_close(struct redbook_input *input);

/* Fills `data` from `offset` on, through short reads and EINTR. Returns the bytes read, fewer
 * than `length` only at the end of the file; -1 and errno when the disk fails. */
ssize_t redbook_read_at(int fd, void *data, size_t length, int64_t offset);

/* True when all `length` bytes at `offset` are there. */
bool redbook_input_get(const struct redbook_input *input, void *data, size_t length,
                       int64_t offset);

/* A label of at most `size` - 1 bytes, cut at the front and at a UTF-8 boundary. */
void redbook_label(char *label, size_t size, const char *path);

#endif
