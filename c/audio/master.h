/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last stages of every sound: from stereo floats at 44.1 kHz, which may go beyond full
 * scale, to 16 bits; and what is measured there. The result does not depend on how the sound is
 * cut into blocks. */
#ifndef REDBOOK_AUDIO_MASTER_H
#define REDBOOK_AUDIO_MASTER_H

#include "audio/processing.h"
#include "audio/stages.h"

/* Frames that may wait at most for those behind them. */
#define REDBOOK_MASTER_HOLD REDBOOK_SILENCE_FRAMES

struct redbook_master {
  struct redbook_quantiser quantiser;
  struct redbook_figures figures;
  size_t seen; /* frames of the next call that have been measured already */
};

/* A fresh state. */
void redbook_master_start(struct redbook_master *master,
                          const struct redbook_processing *processing);
/* Makes the first of `count` frames in `wave` 16 bits; returns how many. The rest waits: it has
 * to be at the front of the next call's `wave`, as this one leaves it. All with `last`. */
size_t redbook_master_run(struct redbook_master *master, float *wave, int16_t *out,
                          size_t count, bool last);
/* Only measures stereo frames that are what they shall be already. */
void redbook_master_measure(struct redbook_master *master, const int16_t *frames, size_t count);

/* dB as a factor. */
float redbook_gain_factor(double gain);
void redbook_amplify(float *samples, size_t count, float factor);

#endif
