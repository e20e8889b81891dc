/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus in Ogg (RFC 7845) of one or two channels at 48 kHz, by libopus and libogg directly.
 *
 * libsndfile takes the decoder for surround for every file, which asks the processor what it is
 * four times for each packet: on a virtual machine, where such a question goes to its host,
 * that is a third of all the time. The samples are the same.
 */
#ifndef REDBOOK_AUDIO_OPUS_H
#define REDBOOK_AUDIO_OPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "audio/input.h"

struct redbook_opus;

/* On a file that redbook_ogg_check has found whole; NULL when it is not of this kind, or there
 * is no memory: libsndfile reads it then. */
struct redbook_opus *redbook_opus_open(const struct redbook_input *input);
void redbook_opus_close(struct redbook_opus *opus); /* NULL is fine */
/* The next frames from behind the pre-skip on, floats as they come; fewer than `count` at the
 * end of the file, at a packet that cannot be decoded, or with `*read_errno` set. The last
 * packet may be longer than the sound: the file's granule says where that ends. */
int64_t redbook_opus_read(struct redbook_opus *opus, float *frames, int64_t count,
                          int *read_errno);
/* How far into the file it has read. */
int64_t redbook_opus_offset(const struct redbook_opus *opus);

#endif
