/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of image.h. Private to c/drive. */
#ifndef REDBOOK_DRIVE_IMAGE_PRIVATE_H
#define REDBOOK_DRIVE_IMAGE_PRIVATE_H

#include <limits.h>
#include <stdio.h>

#include "drive/image.h"

enum redbook_image_kind { REDBOOK_IMAGE_CUE, REDBOOK_IMAGE_TOC, REDBOOK_IMAGE_NRG };

/* A sheet (.cue, .toc) as far as libcdio has to be kept from it. */
struct redbook_image_sheet {
  unsigned tracks, files, sessions; /* sessions: of our own images, else 0 */
  bool own;                         /* REM REDBOOK lines */
  char file[PATH_MAX];              /* of the first FILE line; .toc: or AUDIOFILE, DATAFILE */
  char cd_text[PATH_MAX];           /* CDTEXTFILE; "" for none */
};

/* Reads the sheet `file` and refuses what libcdio would read wrongly. `path` for messages. */
bool redbook_image_check_cue(const char *file, const char *path,
                             struct redbook_image_sheet *out, struct redbook_error *err);
bool redbook_image_check_toc(const char *file, const char *path,
                             struct redbook_image_sheet *out, struct redbook_error *err);
/* A .toc that libcdio can read. False when it could not be copied. */
bool redbook_image_copy_toc(FILE *in, FILE *out);
/* "PATH: WHAT" as E_INVALIDARG, with advice of its own. */
bool redbook_image_refuse(struct redbook_error *err, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What the child tells its parent; `contents.text.data` follows behind it. */
struct redbook_image_answer {
  bool ok;
  char message[REDBOOK_MESSAGE_SIZE]; /* why not */
  struct redbook_contents contents;
};

/* The child: reads `name` in the working folder, writes the answer to `fd`, ends the process.
 * `data_sectors`: length of the data file of a .toc. */
_Noreturn void redbook_image_child(enum redbook_image_kind kind, const char *name,
                                   uint32_t data_sectors, int fd);

#endif
