/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to a sound between its decoder and the disc, besides what has to:
 *
 *   decode -> channels -> gain -> rate (soxr) -> [limiter] -> dither -> clamp -> sectors
 */
#ifndef REDBOOK_AUDIO_PROCESSING_H
#define REDBOOK_AUDIO_PROCESSING_H

#include <stdbool.h>
#include <stdint.h>

enum redbook_quality {
  REDBOOK_QUALITY_HQ, /* soxr HQ: aliases below -130 dB, less than any 16-bit dither */
  REDBOOK_QUALITY_VHQ /* soxr VHQ: below -150 dB */
};

enum redbook_dither {
  REDBOOK_DITHER_TPDF,   /* white, triangular, 2 LSB peak to peak */
  REDBOOK_DITHER_SHAPED, /* the same, and its noise moved to where ears hear it least */
  REDBOOK_DITHER_NONE    /* rounded */
};

/* The highest sample that noise of this kind does not lift beyond 16 bits; 1 = full scale. */
float redbook_dither_ceiling(enum redbook_dither dither);

/* All zero: the default path. */
struct redbook_processing {
  enum redbook_quality quality;
  enum redbook_dither dither;
  bool limit;    /* a look-ahead limiter keeps everything within full scale */
  bool loudness; /* a scan measures the loudness as well (EBU R128) */
  double gain;   /* dB */
};

/* Measured while the sound goes by, from its beginning on. */
struct redbook_figures {
  uint64_t clipped; /* samples that were clamped */
  uint64_t limited; /* frames that the limiter turned down */
  float peak;       /* of the 44.1 kHz samples after the gain, before limiter and dither; 1 =
                       full scale */
};

#endif
