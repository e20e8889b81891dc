/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which speaker each channel of a file is for: what the file says, or else its kind's usual
 * order. libsndfile knows the masks of WAVE; FLAC's it does not look at, and of the layouts of
 * AIFF and CAF it knows a part, and AIFF's with memory that is not theirs (measured with
 * 1.2.0), so these are read here.
 *
 * Apple's Core Audio Format 1.0, "Channel Layout Chunk", and CoreAudioBaseTypes.h for what has
 * come since; AIFF's CHAN chunk is the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/container.h"
#include "audio/decode.h"
#include "audio/little.h"
#include "audio/tag_stream.h"
#include "base/bytes.h"

#define L SF_CHANNEL_MAP_LEFT
#define R SF_CHANNEL_MAP_RIGHT
#define C SF_CHANNEL_MAP_CENTER
#define F SF_CHANNEL_MAP_LFE
#define BL SF_CHANNEL_MAP_REAR_LEFT
#define BR SF_CHANNEL_MAP_REAR_RIGHT
#define BC SF_CHANNEL_MAP_REAR_CENTER
#define SL SF_CHANNEL_MAP_SIDE_LEFT
#define SR SF_CHANNEL_MAP_SIDE_RIGHT

#define MASK_BITS 18 /* of WAVE's mask, as many as anybody has named */
#define USE_BITMAP (1u << 16)
#define UNKNOWN 0xFFFFu /* the upper half of a tag that says nothing */
#define DESCRIPTION 20  /* label, flags, three coordinates */
#define MASK_NAME "WAVEFORMATEXTENSIBLE_CHANNEL_MASK="

struct layout {
  const struct redbook_input *input;
  int channels;
  int *map;
  bool told, good; /* the file says something; it is understood */
  char said[96];   /* what it says, for messages */
};

/* Of WAVE_FORMAT_EXTENSIBLE without a mask, and of FLAC (RFC 9639, 9.1.3). */
static const int wave_order[9][8] = {
    [3] = {L, R, C},
    [4] = {L, R, BL, BR},
    [5] = {L, R, C, BL, BR},
    [6] = {L, R, C, F, BL, BR},
    [7] = {L, R, C, F, BC, SL, SR},
    [8] = {L, R, C, F, BL, BR, SL, SR},
};

/* Vorbis I, 4.3.9; Opus mapping family 1 (RFC 7845, 5.1.1.2) is the same. */
static const int vorbis_order[9][8] = {
    [3] = {L, C, R},
    [4] = {L, R, BL, BR},
    [5] = {L, C, R, BL, BR},
    [6] = {L, C, R, BL, BR, F},
    [7] = {L, C, R, SL, SR, BC, F},
    [8] = {L, C, R, SL, SR, BL, BR, F},
};

/* By Apple's label. The first 18 are the bits of WAVE's mask, counted from 1; then the rear
 * surrounds, the wide ones, a second LFE, and the only channel there is. */
static const int places[43] = {
    [1] = L,
    [2] = R,
    [3] = C,
    [4] = F,
    [5] = BL,
    [6] = BR,
    [7] = SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER,
    [8] = SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER,
    [9] = BC,
    [10] = SL,
    [11] = SR,
    [12] = SF_CHANNEL_MAP_TOP_CENTER,
    [13] = SF_CHANNEL_MAP_TOP_FRONT_LEFT,
    [14] = SF_CHANNEL_MAP_TOP_FRONT_CENTER,
    [15] = SF_CHANNEL_MAP_TOP_FRONT_RIGHT,
    [16] = SF_CHANNEL_MAP_TOP_REAR_LEFT,
    [17] = SF_CHANNEL_MAP_TOP_REAR_CENTER,
    [18] = SF_CHANNEL_MAP_TOP_REAR_RIGHT,
    [33] = BL,
    [34] = BR,
    [35] = SL,
    [36] = SR,
    [37] = F,
    [42] = SF_CHANNEL_MAP_MONO,
};

/* A letter for each label up to 18, then for 33 to 36. */
static const char letters[] = "?LRCElrijBsSTtvubcdxywW";

/* The layouts of up to eight channels that have a number. Not here: ambisonics, channels in no
 * particular place, a layout with a second stereo mix beside the first, and Atmos 5.1.2 with
 * speakers above the listener's sides. */
static const struct tag {
  uint8_t number;
  char order[9];
} tags[] = {
    {108, "LRlr"},     {109, "LRlrC"},    {110, "LRlrCB"},   {111, "LRlrCBwW"},
    {112, "LRlrtubd"}, {113, "LRC"},      {114, "CLR"},      {115, "LRCB"},
    {116, "CLRB"},     {117, "LRClr"},    {118, "LRlrC"},    {119, "LCRlr"},
    {120, "CLRlr"},    {121, "LRCElr"},   {122, "LRlrCE"},   {123, "LCRlrE"},
    {124, "CLRlrE"},   {125, "LRCElrB"},  {126, "LRCElrij"}, {127, "CijLRlrE"},
    {128, "LRCElrxy"}, {129, "LRlrCEij"}, {131, "LRB"},      {132, "LRlr"},
    {133, "LRE"},      {134, "LREB"},     {135, "LRElr"},    {136, "LRCE"},
    {137, "LRCEB"},    {138, "LRlrE"},    {139, "LRlrCB"},   {140, "LRlrCxy"},
    {141, "CLRlrB"},   {142, "CLRlrBE"},  {143, "CLRlrxy"},  {144, "CLRlrxyB"},
    {148, "LRlrCij"},  {150, "LCR"},      {151, "LCRB"},     {152, "LCRE"},
    {153, "LRBE"},     {154, "LCRBE"},    {155, "LCRlrB"},   {156, "LCRlrxy"},
    {157, "LCRlrEB"},  {158, "LCRlrET"},  {159, "LCRlrEv"},  {160, "LCRlrExy"},
    {161, "LCRlrEij"}, {162, "LCRlrEsS"}, {163, "LCRlrEwW"}, {164, "LCRlrEtu"},
    {165, "LCRlrEBT"}, {166, "LCRlrEBv"}, {167, "LCRlrETv"}, {168, "CLRE"},
    {169, "CLRBE"},    {170, "ijLRlr"},   {171, "CLRxyT"},   {172, "CBLRxy"},
    {173, "ijLRlrE"},  {174, "CLRxyTE"},  {175, "CBLRxyE"},  {176, "iCjLRlr"},
    {177, "iCjLRlrE"}, {178, "ijLRlrxy"}, {179, "iCjLRlBr"}, {182, "CLRlrEB"},
    {183, "CLRlrxyE"}, {184, "CLRlrEtu"}, {185, "LRxy"},     {186, "LRCxy"},
    {187, "LRCExy"},   {188, "LRCEBlr"},  {189, "LRCExylr"}, {197, "LRBC"},
    {198, "LRlrBC"},   {199, "LRlrBCE"},  {200, "LCRlBrE"},  {201, "LRlrxyCE"},
    {205, "LRCElrtu"}, {212, "LCRxy"},    {213, "LCRxyE"},   {214, "LCRlrBE"},
    {215, "LCRlrxyE"}, {216, "LRxyC"},    {217, "LRxyCE"},   {218, "LRlrCBE"},
    {219, "LRxylrCE"},
};

/* A bit for each speaker, the channels in the bits' order. */
static void take_mask(struct layout *layout, const char *what, unsigned long mask) {
  int count = 0;
  (void)snprintf(layout->said, sizeof layout->said, "%s 0x%lX", what, mask);
  layout->told = true;
  for (int bit = 0; bit < MASK_BITS; bit++)
    if (mask >> bit & 1 && count++ < layout->channels) layout->map[count - 1] = places[bit + 1];
  layout->good = count == layout->channels && mask >> MASK_BITS == 0;
}

/* The ffmpeg of Debian 12 puts layout 126 over sound in WAVE's order; such a spool has no name.
 */
static const char *order_of(const struct layout *layout, const struct tag *tag) {
  return tag->number == 126 && !layout->input->path ? "LRCEijlr" : tag->order;
}

static void take_tag(struct layout *layout, uint32_t tag) {
  (void)snprintf(layout->said, sizeof layout->said, "layout %u of %u channels", tag >> 16,
                 tag & 0xFFFF);
  if (tag >> 16 == UNKNOWN) return;
  layout->told = true;
  if ((tag & 0xFFFF) != (uint32_t)layout->channels) return;
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
    if (tags[i].number != tag >> 16 || strlen(tags[i].order) != (size_t)layout->channels)
      continue;
    const char *order = order_of(layout, &tags[i]);
    for (int c = 0; c < layout->channels; c++) {
      long label = strchr(letters, order[c]) - letters;
      layout->map[c] = places[label > 18 ? label + 14 : label];
    }
    layout->good = true;
  }
}

static void take_descriptions(struct layout *layout, uint32_t count, int64_t at, int64_t size) {
  uint8_t word[4];
  layout->told = true;
  (void)snprintf(layout->said, sizeof layout->said, "descriptions of %u channels", count);
  if (count != (uint32_t)layout->channels || size < (int64_t)count * DESCRIPTION) return;
  for (int c = 0; c < layout->channels; c++) {
    if (!redbook_input_get(layout->input, word, 4, at + (int64_t)c * DESCRIPTION)) return;
    uint32_t label = redbook_get32(word);
    layout->map[c] = label < sizeof places / sizeof *places ? places[label] : 0;
    (void)snprintf(layout->said, sizeof layout->said, "channel %d with the label %u", c + 1,
                   label);
    if (!layout->map[c]) return;
  }
  layout->good = true;
}

/* Tag, bitmap, number of descriptions, descriptions. */
static void read_chunk(struct layout *layout, int64_t at, int64_t size) {
  uint8_t head[12];
  layout->told = true;
  (void)snprintf(layout->said, sizeof layout->said, "a chunk of %lld bytes", (long long)size);
  if (size < 12 || !redbook_input_get(layout->input, head, sizeof head, at)) return;
  layout->told = false;
  uint32_t tag = redbook_get32(head), mask = redbook_get32(head + 4);
  if (tag == USE_BITMAP) {
    if (mask) take_mask(layout, "bitmap", mask);
  } else if (tag == 0) {
    if (redbook_get32(head + 8))
      take_descriptions(layout, redbook_get32(head + 8), at + 12, size - 12);
  } else {
    take_tag(layout, tag);
  }
}

/* CAF has lengths of eight bytes; AIFF of four, and chunks on even borders. */
static void find_chunk(struct layout *layout, bool caf) {
  uint8_t head[12] = {0};
  size_t bytes = caf ? 12 : 8;
  int64_t at = caf ? 8 : 12;
  for (int i = 0; i < REDBOOK_MOST_CHUNKS && redbook_input_get(layout->input, head, bytes, at);
       i++) {
    int64_t size = redbook_get32(head + 4);
    if (caf) size = (int64_t)((uint64_t)size << 32 | redbook_get32(head + 8));
    at += (int64_t)bytes;
    if (memcmp(head, caf ? "chan" : "CHAN", 4) == 0) {
      read_chunk(layout, at, size);
      return;
    }
    if (size < 0 || size > INT64_MAX - at - 1) return; /* CAF: data up to the end */
    at += caf ? size : size + (size & 1);
  }
}

/* RFC 9639, 8.6.2: a hexadecimal number behind 0x, in upper or lower case. */
static void read_comments(struct layout *layout, struct redbook_tag_stream stream) {
  enum { NAME = sizeof MASK_NAME - 1, LONGEST = NAME + 32 };
  uint8_t word[4];
  char text[LONGEST + 1], *end;
  if (!redbook_tag_get(&stream, word, 4) || !redbook_tag_skip(&stream, redbook_le32(word)) ||
      !redbook_tag_get(&stream, word, 4))
    return;
  uint32_t count = redbook_le32(word);
  for (uint32_t i = 0; i < count && redbook_tag_get(&stream, word, 4); i++) {
    uint32_t length = redbook_le32(word);
    size_t kept = length < LONGEST ? length : LONGEST;
    if (!redbook_tag_get(&stream, text, kept)) return;
    text[kept] = '\0';
    if (strncasecmp(text, MASK_NAME, NAME) == 0) {
      unsigned long mask = strtoul(text + NAME, &end, 16);
      take_mask(layout, "the mask", mask);
      layout->good = layout->good && end > text + NAME && *end == '\0' && length == kept;
      return;
    }
    if (!redbook_tag_skip(&stream, length - kept)) return;
  }
}

static void find_comments(struct layout *layout) {
  uint8_t head[4] = {0};
  int64_t at = redbook_id3v2_end(layout->input) + 4;
  for (int i = 0; i < REDBOOK_MOST_CHUNKS && !layout->told && !(head[0] & 0x80) &&
                  redbook_input_get(layout->input, head, 4, at);
       i++) {
    int64_t end = at + 4 + redbook_get24(head + 1);
    if ((head[0] & 0x7F) == 4)
      read_comments(layout, redbook_tag_stretch(layout->input, at + 4, end));
    at = end;
  }
}

/* 10.1: behind the first packet the comments have one of their own, as a block of metadata. */
static void find_ogg_comments(struct layout *layout) {
  uint8_t page[27], head[5];
  if (!redbook_input_get(layout->input, page, sizeof page, 0) || memcmp(page, "OggS", 4) != 0)
    return;
  struct redbook_tag_stream stream =
      redbook_tag_pages(layout->input, 0, redbook_le32(page + 14));
  if (redbook_tag_packet(&stream) && redbook_tag_get(&stream, head, 5) &&
      memcmp(head, "\x7F\x46LAC", 5) == 0 && redbook_tag_packet(&stream) &&
      redbook_tag_get(&stream, head, 4) && (head[0] & 0x7F) == 4)
    read_comments(layout, stream);
}

/* WAVE's mask, of which fewer bits than channels leave the last ones without a place. */
static void ask_libsndfile(struct layout *layout, SNDFILE *file) {
  layout->good = layout->told = sf_command(file, SFC_GET_CHANNEL_MAP_INFO, layout->map,
                                           layout->channels * (int)sizeof *layout->map) != 0;
  (void)snprintf(layout->said, sizeof layout->said, "a mask of fewer speakers than channels");
  if (layout->map[0] == SF_CHANNEL_MAP_INVALID) layout->told = false; /* none in particular */
  for (int c = 0; c < layout->channels; c++)
    layout->good = layout->good && layout->map[c] > SF_CHANNEL_MAP_INVALID &&
                   layout->map[c] < SF_CHANNEL_MAP_AMBISONIC_B_W;
  if (sf_command(file, SFC_WAVEX_GET_AMBISONIC, NULL, 0) != SF_AMBISONIC_B_FORMAT) return;
  layout->told = true, layout->good = false;
  (void)snprintf(layout->said, sizeof layout->said, "ambisonic sound, which has no speakers");
}

static bool not_understood(const struct layout *layout, struct redbook_error *err) {
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "%s has %d channels, and what it says of their speakers cannot be followed (%s)",
               layout->input->label, layout->channels, layout->said);
  redbook_advise(err,
                 "Make a stereo file of it first; to take only the first two channels: "
                 "sox IN OUT.wav remix 1 2");
  return false;
}

/* LFE is left out: a file of nothing else would be silent. */
static bool heard(const int *map, int channels) {
  for (int c = 0; c < channels; c++)
    if (map[c] != F) return true;
  return false;
}

static bool judge(const struct layout *layout, struct redbook_error *err) {
  return !layout->told || (layout->good && heard(layout->map, layout->channels)) ||
         not_understood(layout, err);
}

bool redbook_layout_read(const struct redbook_input *input,
                         const struct redbook_container *container, SNDFILE *file, int channels,
                         int map[8], struct redbook_error *err) {
  enum redbook_container_kind kind = container->kind;
  bool ogg = kind == REDBOOK_VORBIS || kind == REDBOOK_OPUS;
  struct layout layout = {.input = input, .channels = channels, .map = map};
  if (channels <= 2) return true;
  if (kind == REDBOOK_FLAC)
    find_comments(&layout);
  else if (kind == REDBOOK_AIFF || kind == REDBOOK_CAF)
    find_chunk(&layout, kind == REDBOOK_CAF);
  else
    ask_libsndfile(&layout, file);
  if (!layout.told)
    memcpy(map, ogg ? vorbis_order[channels] : wave_order[channels], 8 * sizeof *map);
  return judge(&layout, err);
}

bool redbook_layout_of_original(const char *path, int channels, int map[8],
                                struct redbook_error *err) {
  struct redbook_input input;
  struct redbook_error ignored; /* it has been decoded already */
  if (channels <= 2 || !redbook_input_open(&input, path, &ignored)) return true;
  struct layout layout = {.input = &input, .channels = channels, .map = map};
  find_ogg_comments(&layout);
  bool good = judge(&layout, err);
  redbook_input_close(&input);
  return good;
}
