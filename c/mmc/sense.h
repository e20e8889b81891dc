/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sense data: decoding, text, and the mapping to error codes (mmc reference 3, imapi2 part 5).
 */
#ifndef REDBOOK_MMC_SENSE_H
#define REDBOOK_MMC_SENSE_H

#include "mmc/transport.h"

/* Decodes fixed or descriptor format of any length; out->valid tells whether it was sense. */
void redbook_sense_parse(const uint8_t *raw, size_t length, struct redbook_sense *out);

/* "medium error, write error - recovery needed (3/0C/07)". */
void redbook_sense_text(const struct redbook_sense *sense, char *buffer, size_t size);

/* key<<16 | asc<<8 | ascq, for comparing and switch labels. */
static inline uint32_t redbook_sense_triple(const struct redbook_sense *sense) {
  return (uint32_t)sense->key << 16 | (uint32_t)sense->asc << 8 | sense->ascq;
}
#define REDBOOK_TRIPLE(key, asc, ascq) ((uint32_t)(key) << 16 | (uint32_t)(asc) << 8 | (ascq))

/* What a caller does about an outcome (mmc reference 3, column REC). */
enum redbook_outcome {
  REDBOOK_OUTCOME_GOOD,           /* done; also recovered errors (key 1) */
  REDBOOK_OUTCOME_BECOMING_READY, /* 2/04/00,01, 2/3E/00: wait */
  REDBOOK_OUTCOME_NEEDS_START,    /* 2/04/02 */
  REDBOOK_OUTCOME_BUFFER_FULL,    /* 2/04/08 on WRITE: resend the same command */
  REDBOOK_OUTCOME_IN_PROGRESS,    /* 2/04/04, 2/04/07, 2/04/08 elsewhere, 6/2E/00 on close */
  REDBOOK_OUTCOME_ATTENTION,      /* 6/28, 6/29, 6/2A, other 6: retry once outside a burn */
  REDBOOK_OUTCOME_NO_MEDIUM,      /* 2/3A */
  REDBOOK_OUTCOME_UNSUPPORTED, /* 5/20/00, 5/24/00, 5/26/xx, EPERM: optional commands go on */
  REDBOOK_OUTCOME_ABORTED,     /* B/xx, 4/08/xx: one retry if nothing was transferred */
  REDBOOK_OUTCOME_FAILED,      /* everything else, deferred errors, host errors */
};
/* `sense`, unless NULL, is filled with whatever sense came. A CHECK CONDITION without sense
 * that can be understood is a failure; so is a deferred error, which says that this command was
 * not executed. Status BUSY and TASK SET FULL count as IN_PROGRESS. */
enum redbook_outcome redbook_outcome_of(const struct redbook_command *c,
                                        struct redbook_sense *sense);

/* Which command family a failure belongs to: some senses map differently (imapi2 5.1-5.3). */
enum redbook_context {
  REDBOOK_CONTEXT_GENERAL,
  REDBOOK_CONTEXT_WRITE,
  REDBOOK_CONTEXT_CLOSE,
  REDBOOK_CONTEXT_MODE
};

/* Fills `err` from a command that did not succeed: code, sentence, advice, sense, opcode, lba,
 * errno. Always returns false. A transport's own problem text takes the place of the sense's
 * words, its remedy that of the code's advice. Host status 1, 4, 0Eh -> 80070037, 3 -> 020D,
 * status 18h -> 0210, 08h and 28h -> 0207. WRITE, SYNCHRONIZE CACHE, CLOSE and deferred errors
 * are writing whatever `context` says; what fails while writing is not transient, except 0207.
 * err->disc stays. */
bool redbook_fail_command(struct redbook_error *err, const struct redbook_command *c,
                          enum redbook_context context);

/* For a reply that is too short or nonsense: E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE. */
bool redbook_fail_reply(struct redbook_error *err, const struct redbook_command *c,
                        const char *what);

#endif
