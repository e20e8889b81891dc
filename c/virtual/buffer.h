/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive's buffer: WRITE fills it, the laser drains it.
 *
 * The laser starts when the buffer is three quarters full, when nothing more will come, or when
 * nothing came for ten seconds. When it catches up with what was sent, that is an underrun:
 * with BUFE recording pauses and goes on with a link when the buffer is three quarters full
 * again; without, the track is lost.
 */
#ifndef REDBOOK_VIRTUAL_BUFFER_H
#define REDBOOK_VIRTUAL_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

struct redbook_virtual;
struct redbook_vcall;

struct redbook_vbuffer {
  bool recording;
  bool ending;     /* nothing more will come: running empty is the end, no underrun */
  bool protection; /* BUFE, as it was when the track began */
  bool linking;    /* the next start of the laser joins what an underrun left */
  bool lost;       /* an underrun without BUFE that has not been told yet */
  bool starving;   /* the laser ran out of data inside a track and waits for more */
  bool defect;     /* so with a sector that cannot be recorded */
  unsigned writes;
  int32_t fed;             /* LBA behind the last sector that was sent */
  double head;             /* LBA of the laser */
  uint64_t fed_at;         /* the moment of the last WRITE */
  uint64_t starving_since; /* the moment the last sector had been recorded */
  uint64_t at;             /* the moment, by the drive's clock, for which `head` is right */
};

/* Lets the laser work up to now, on whichever clock. */
void redbook_vbuffer_run(struct redbook_virtual *drive);
/* The same; returns the bytes that are left in the buffer. */
uint32_t redbook_vbuffer_drain(struct redbook_virtual *drive);

/* What a WRITE or SYNCHRONIZE CACHE has to say of earlier ones: 3/0C/09 after an underrun,
 * deferred 3/0C/00 of a defect; the track is broken then. Else 0. */
uint32_t redbook_vbuffer_verdict(struct redbook_virtual *drive, struct redbook_vcall *call);
/* 2/04/08 for a WRITE of so many sectors that there is no room for, if the drive refuses. */
uint32_t redbook_vbuffer_admit(struct redbook_virtual *drive, uint32_t sectors);
/* The sectors of this WRITE were taken; it lasts until there was room for them. `first`: of the
 * track; `open`: the track is being written already. */
void redbook_vbuffer_take(struct redbook_virtual *drive, struct redbook_vcall *call, bool first,
                          bool open);
/* A write error: the track that is being written is damaged, and what waits in the buffer never
 * gets to the disc. */
void redbook_vbuffer_lose(struct redbook_virtual *drive);
/* Nothing more will come: returns how long the rest takes. */
uint64_t redbook_vbuffer_flush(struct redbook_virtual *drive);

/* How long, up to `moment`, the laser waited for data in tracks that had begun: from the moment
 * the buffer was empty to that at which it is full enough to go on, or the track ends or is
 * found lost. What the link takes is not in it. */
uint64_t redbook_vbuffer_idle(const struct redbook_virtual *drive, uint64_t moment);

#endif
