/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sound of one scan in an unlinked temporary file, so that it is decoded once: written by
 * the scan, then read by any number of streams, each with its own place.
 *
 * Threads: one writes, before the first stream; the streams then belong to whoever reads them.
 * Reference counted (atomically).
 */
#ifndef REDBOOK_AUDIO_KEPT_H
#define REDBOOK_AUDIO_KEPT_H

#include "audio/stream.h"

struct redbook_kept;

/* Room for `limit` bytes at most. NULL: no temporary file, or a process with few descriptors
 * has none to spare. */
struct redbook_kept *redbook_kept_new(uint64_t limit);
struct redbook_kept *redbook_kept_ref(struct redbook_kept *kept);
void redbook_kept_unref(struct redbook_kept *kept); /* NULL is fine */

/* Adds whole sectors. False: the limit is reached or the disk is full; of no use then. */
bool redbook_kept_add(struct redbook_kept *kept, const uint8_t *data, uint32_t sectors);
uint64_t redbook_kept_bytes(const struct redbook_kept *kept);

/* `frames` of it as a stream that stands for `like`: the same format, tags and
 * figures, which its reads do not change. Holds a reference. NULL and err on failure. Its reads
 * fail when the disk does (E_FAIL and the like), with `label` in the message. */
struct redbook_stream *redbook_kept_open(struct redbook_kept *kept,
                                         const struct redbook_stream *like, uint64_t frames,
                                         const char *label, struct redbook_error *err);

#endif
