/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reel: parts of files that are converted as one continuous sound and cut into tracks.
 *
 * Decoder, resampler and dither run on from each part to the next, as if the files had never
 * been cut. Tracks are cut on borders of sectors: a part with a length has exactly that many;
 * of one that goes to its file's end the last sector, when it is not full, begins the next
 * track. Only the last track of all is padded.
 *
 * Whoever reads the tracks in order has every file decoded once. A track that is asked for
 * while the reel stands behind it is reached from the reel's beginning (of exact sources:
 * directly), so that its bytes are the same whatever was read before.
 *
 * Threads: any; one waits for the other. Streams that are read by turns cost a pass each turn.
 */
#ifndef REDBOOK_AUDIO_REEL_H
#define REDBOOK_AUDIO_REEL_H

#include "audio/source.h"
#include "audio/stream.h"

#define REDBOOK_REEL_MOST 99u /* as many as a disc has tracks */

/* Fills `streams` with one stream for each of `count` segments; they hold the reel, each is
 * closed by itself. A gain has to be set for all of them. Figures are counted in blocks of
 * 16384 frames of the file: what lies so near to a cut may be counted to the track before.
 * Errors as redbook_source_open's; 050D also for files that cannot be converted as one (another
 * sample rate, number or order of channels, one of 44.1 kHz and 16 bit beside another), and a
 * part within a joint whose border falls between two samples; E_INVALIDARG no segments or too
 * many.
 */
bool redbook_reel_open(const struct redbook_segment *segments, size_t count,
                       const struct redbook_processing *processing,
                       struct redbook_stream **streams, struct redbook_error *err);

#endif
