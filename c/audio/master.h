/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last stages of every sound: from stereo floats at 44.1 kHz, which may go beyond full
 * scale, to 16 bits; and what is measured there. The result does not depend on how the sound is
 * cut into blocks. */
#ifndef REDBOOK_AUDIO_MASTER_H
#define REDBOOK_AUDIO_MASTER_H

#include "audio/limiter.h"
#include "audio/loudness.h"
#include "audio/processing.h"
#include "audio/stages.h"

/* Frames that may wait at most for those behind them. */
#define REDBOOK_MASTER_HOLD (REDBOOK_SILENCE_FRAMES + REDBOOK_LIMITER_AHEAD)

struct redbook_master {
  struct redbook_quantiser quantiser;
  struct redbook_limiter *limiter; /* NULL: none */
  struct redbook_loudness
      *loudness; /* where the loudness is measured, of another; may be NULL */
  float undo;    /* what takes the gain out of it again */
  struct redbook_figures figures;
  uint64_t limited_before; /* frames that the limiter turned down before the figures began */
  size_t seen;    /* frames of the next call that have been measured and seen by the limiter */
  size_t limited; /* of these, those that only wait for the quantiser */
};

/* A fresh state; zeroed before the first time. */
bool redbook_master_start(struct redbook_master *master,
                          const struct redbook_processing *processing,
                          struct redbook_loudness *loudness, struct redbook_error *err);
void redbook_master_stop(struct redbook_master *master);
/* The figures begin anew; the sound goes on. */
void redbook_master_mark(struct redbook_master *master);
/* Makes the first of `count` frames in `wave` 16 bits; returns how many, -1 and err on failure.
 * The rest waits: it has to be at the front of the next call's `wave`, as this one leaves it.
 * All with `last`. */
int64_t redbook_master_run(struct redbook_master *master, float *wave, int16_t *out,
                           size_t count, bool last, struct redbook_error *err);
/* Only measures stereo frames that are what they shall be already. */
bool redbook_master_measure(struct redbook_master *master, const int16_t *frames, size_t count,
                            struct redbook_error *err);

/* dB as a factor. */
float redbook_gain_factor(double gain);
void redbook_amplify(float *samples, size_t count, float factor);

#endif
