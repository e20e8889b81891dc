/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in an image of a disc: .cue with its data file, .toc of cdrdao, .nrg; read by
 * libcdio.
 *
 * libcdio's image drivers trust what they read: damaged files make them write beside their
 * tables, divide by zero or give up the process, names in a .toc are looked up in the working
 * folder, and nothing may run beside them. So they run in a child process of their own, which
 * has no descriptors to write to, the image's folder as its own, and a limit of time. */
#ifndef REDBOOK_DRIVE_IMAGE_H
#define REDBOOK_DRIVE_IMAGE_H

#include "drive/contents.h"

/* One session, all tracks closed. E_FILE_NOT_FOUND, E_ACCESSDENIED: of the file; E_INVALIDARG:
 * no image that libcdio knows, or one that it would read wrongly (sound in several files, a
 * PREGAP line, our own image with several sessions): the message says which line. Blocks for at
 * most 20 seconds. */
bool redbook_image_read(const char *path, struct redbook_contents *out,
                        struct redbook_error *err);

#endif
