/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verification: a disc compared with what was sent to it, by the fingerprints of its tracks.
 *
 * Every track's payload is read back (READ CD; never the gaps between tracks, which hold
 * run-out and link blocks that many drives cannot read, MMC reference 1.10). Drives shift what
 * they write and what they read by a constant number of samples: one offset within +-2000 is
 * found for the whole disc and told. At an offset of n, n frames at one end of each track lie
 * outside of its payload and are not compared; more than a sector (588) counts as a difference.
 *
 * Reference counted; belongs to the host's thread. The operation works on a copy and the
 * results appear when its end is delivered.
 */
#ifndef REDBOOK_BURN_VERIFY_H
#define REDBOOK_BURN_VERIFY_H

#include "audio/fingerprint.h"
#include "audio/source.h"
#include "burn/operation.h"
#include "drive/recorder.h"

#define REDBOOK_VERIFY_SPEED 1200 /* sectors per second, 16x: quiet, and few read errors */
#define REDBOOK_VERIFY_RETRIES 3u
#define REDBOOK_VERIFY_WINDOW 2000 /* frames: offsets of known drives lie within (1.10) */

struct redbook_verify_track {
  unsigned number;
  int32_t start;
  uint32_t sectors; /* 300 or more */
  struct redbook_fingerprint *print;
  struct redbook_source *source; /* what it was made from, or NULL: names the very sector */
};

enum redbook_verdict {
  REDBOOK_VERDICT_NONE, /* not looked at, or not to its end */
  REDBOOK_VERDICT_IDENTICAL,
  REDBOOK_VERDICT_DIFFERS,
  REDBOOK_VERDICT_UNREADABLE
};

/* What differs. */
enum redbook_difference {
  REDBOOK_DIFFERS_NOT,
  REDBOOK_DIFFERS_SOUND,
  REDBOOK_DIFFERS_EDGE,   /* the offset is more than a sector */
  REDBOOK_DIFFERS_START,  /* the track begins elsewhere */
  REDBOOK_DIFFERS_LENGTH, /* it ends too early */
  REDBOOK_DIFFERS_MISSING /* there is no such track */
};

struct redbook_verify_result {
  enum redbook_verdict verdict;
  enum redbook_difference difference;
  int32_t edge_frames; /* not comparable */
  bool has_lba, exact; /* exact: `lba` is the sector; else the first of its second */
  int32_t lba;         /* of the first difference, or the first sector that cannot be read */
  uint32_t differing, blocks;         /* seconds that differ, of all */
  uint32_t unreadable;                /* sectors */
  uint32_t reread;                    /* seconds that were right only when read again */
  struct redbook_sense sense;         /* of the first unreadable sector */
  char message[REDBOOK_MESSAGE_SIZE]; /* a sentence, "" when identical without an edge */
};

struct redbook_verification;

struct redbook_verification *redbook_verification_create(struct redbook_error *err);
struct redbook_verification *redbook_verification_ref(
    struct redbook_verification *verification);
void redbook_verification_unref(struct redbook_verification *verification);

/* Takes references of its own. E_INVALIDARG: a number outside 1..99 or twice, fewer than 300
 * sectors, a fingerprint of another length; 0500 while it runs. */
bool redbook_verification_add(struct redbook_verification *verification,
                              const struct redbook_verify_track *track,
                              struct redbook_error *err);
/* Sectors per second, -1: the fastest. How often a sector that cannot be read is tried again.
 */
void redbook_verification_set_speed(struct redbook_verification *verification, int32_t speed);
int32_t redbook_verification_speed(const struct redbook_verification *verification);
void redbook_verification_set_retries(struct redbook_verification *verification,
                                      unsigned retries);
unsigned redbook_verification_retries(const struct redbook_verification *verification);

/* Result: success when every track is identical; C0AA0007 naming the first that is not and its
 * MSF; codes of the drive when it could not be asked; C0AA0002. E_INVALIDARG without tracks,
 * 0500 while it runs, and the codes of redbook_recorder_begin. */
struct redbook_operation *redbook_verification_begin(struct redbook_verification *verification,
                                                     struct redbook_recorder *recorder,
                                                     const char *client,
                                                     struct redbook_error *err);
bool redbook_verification_running(const struct redbook_verification *verification);

unsigned redbook_verification_count(const struct redbook_verification *verification);
const struct redbook_verify_track *redbook_verification_track(
    const struct redbook_verification *verification, unsigned i);
/* Valid until the next run. */
const struct redbook_verify_result *redbook_verification_result(
    const struct redbook_verification *verification, unsigned i);
/* Frames by which the disc is read later (+) or earlier (-) than it was sent; false when none
 * was found. A disc of silence has 0. */
bool redbook_verification_offset(const struct redbook_verification *verification,
                                 int32_t *offset);
/* All that was read fits into the drive's buffer: it may have come from there. */
bool redbook_verification_cached(const struct redbook_verification *verification);

#endif
