/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a decoder's source is, in words and numbers. */
#include <stdio.h>

#include "audio/decode.h"

struct encoding {
  int subtype;
  unsigned bits; /* 0 lossy */
  const char *name;
};

static const struct encoding encodings[] = {
    {SF_FORMAT_PCM_S8, 8, "8-bit integer"},
    {SF_FORMAT_PCM_U8, 8, "8-bit integer"},
    {SF_FORMAT_PCM_16, 16, "16-bit integer"},
    {SF_FORMAT_PCM_24, 24, "24-bit integer"},
    {SF_FORMAT_PCM_32, 32, "32-bit integer"},
    {SF_FORMAT_FLOAT, 32, "float"},
    {SF_FORMAT_DOUBLE, 64, "double"},
    {SF_FORMAT_ULAW, 0, "u-law"},
    {SF_FORMAT_ALAW, 0, "A-law"},
    {SF_FORMAT_IMA_ADPCM, 0, "IMA ADPCM"},
    {SF_FORMAT_MS_ADPCM, 0, "Microsoft ADPCM"},
    {SF_FORMAT_GSM610, 0, "GSM 6.10"},
    {SF_FORMAT_VORBIS, 0, "Vorbis"},
    {SF_FORMAT_OPUS, 0, "Opus"},
    {SF_FORMAT_MPEG_LAYER_I, 0, "MP1"},
    {SF_FORMAT_MPEG_LAYER_II, 0, "MP2"},
    {SF_FORMAT_MPEG_LAYER_III, 0, "MP3"},
    {SF_FORMAT_ALAC_16, 16, "16-bit ALAC"},
    {SF_FORMAT_ALAC_20, 20, "20-bit ALAC"},
    {SF_FORMAT_ALAC_24, 24, "24-bit ALAC"},
    {SF_FORMAT_ALAC_32, 32, "32-bit ALAC"},
};

static const char *const containers[] = {
    [REDBOOK_WAV] = "WAV",
    [REDBOOK_RF64] = "RF64",
    [REDBOOK_W64] = "W64",
    [REDBOOK_AIFF] = "AIFF",
    [REDBOOK_AU] = "AU",
    [REDBOOK_CAF] = "CAF",
    [REDBOOK_SPHERE] = "NIST SPHERE",
    [REDBOOK_FLAC] = "FLAC",
    [REDBOOK_VORBIS] = "Ogg Vorbis",
    [REDBOOK_OPUS] = "Ogg Opus",
    [REDBOOK_MPEG] = "MPEG",
    [REDBOOK_OUTSIDE] = "other",
};

static const struct encoding *encoding_of(int format) {
  static const struct encoding other = {0, 0, "other"};
  for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
    if (encodings[i].subtype == (format & SF_FORMAT_SUBMASK)) return &encodings[i];
  return &other;
}

bool redbook_decoder_exact(const struct redbook_decoder *decoder) {
  const struct encoding *encoding = encoding_of(decoder->info.format);
  bool integer = encoding->bits == 8 || encoding->bits == 16;
  return integer && decoder->info.samplerate == 44100 && decoder->info.channels <= 2;
}

void redbook_decoder_format(const struct redbook_decoder *decoder,
                            struct redbook_source_format *format) {
  const struct encoding *encoding = encoding_of(decoder->info.format);
  *format = (struct redbook_source_format){
      .sample_rate = (unsigned)decoder->info.samplerate,
      .channels = (unsigned)decoder->info.channels,
      .bits = encoding->bits,
      .exact = redbook_decoder_exact(decoder),
      .announced_frames = decoder->promise,
  };
  (void)snprintf(format->container, sizeof format->container, "%s",
                 containers[decoder->container.kind]);
  (void)snprintf(format->encoding, sizeof format->encoding, "%s", encoding->name);
}
