/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the first, middle and last second of a track back. */
#include <stdlib.h>
#include <string.h>

#include "burn/check.h"

#define FRAME_BYTES 4u
#define WINDOW 2000u /* frames: read and write offsets of known drives lie within (1.10) */
#define SAMPLE_BYTES ((size_t)REDBOOK_SAMPLE_SECTORS * REDBOOK_SECTOR_BYTES)
#define SAMPLE_FRAMES (SAMPLE_BYTES / FRAME_BYTES)

bool redbook_sample_init(struct redbook_sample *sample, uint32_t total,
                         struct redbook_error *err) {
  sample->total = total;
  sample->data = calloc(REDBOOK_SAMPLES, SAMPLE_BYTES);
  return sample->data ||
         redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a track's samples");
}

void redbook_sample_free(struct redbook_sample *sample) {
  free(sample->data);
  sample->data = NULL;
}

/* First sector of sample `i`. */
static uint32_t begin(const struct redbook_sample *sample, unsigned i) {
  uint32_t last = sample->total - REDBOOK_SAMPLE_SECTORS;
  return i == 0 ? 0 : i == 1 ? last / 2 : last;
}

void redbook_sample_take(struct redbook_sample *sample, uint32_t offset, uint32_t sectors,
                         const uint8_t *data) {
  for (unsigned i = 0; i < REDBOOK_SAMPLES; i++) {
    uint32_t first = begin(sample, i);
    uint32_t from = offset > first ? offset : first;
    uint32_t to = offset + sectors;
    if (to > first + REDBOOK_SAMPLE_SECTORS) to = first + REDBOOK_SAMPLE_SECTORS;
    if (from >= to) continue;
    memcpy(sample->data + i * SAMPLE_BYTES + (size_t)(from - first) * REDBOOK_SECTOR_BYTES,
           data + (size_t)(from - offset) * REDBOOK_SECTOR_BYTES,
           (size_t)(to - from) * REDBOOK_SECTOR_BYTES);
  }
}

/* Equal where both overlap, `read` being `shift` frames later than `sent`. */
static bool equal_at(const uint8_t *sent, const uint8_t *read, int shift) {
  size_t skip = (size_t)(shift < 0 ? -shift : shift);
  const uint8_t *a = shift < 0 ? sent + skip * FRAME_BYTES : sent;
  const uint8_t *b = shift > 0 ? read + skip * FRAME_BYTES : read;
  return memcmp(a, b, (SAMPLE_FRAMES - skip) * FRAME_BYTES) == 0;
}

static bool all_equal_at(const struct redbook_sample *sample, const uint8_t *read, int shift) {
  for (unsigned i = 0; i < REDBOOK_SAMPLES; i++)
    if (!equal_at(sample->data + i * SAMPLE_BYTES, read + i * SAMPLE_BYTES, shift))
      return false;
  return true;
}

static bool read_samples(const struct redbook_sample *sample, struct redbook_drive *drive,
                         int32_t start, uint8_t *read, struct redbook_error *err) {
  for (unsigned i = 0; i < REDBOOK_SAMPLES; i++) {
    int32_t lba = start + (int32_t)begin(sample, i);
    if (redbook_session_read_cd(drive, lba, REDBOOK_SAMPLE_SECTORS, read + i * SAMPLE_BYTES,
                                err))
      continue;
    return redbook_fail(
        err, REDBOOK_E_IMAPI_BURN_VERIFICATION_FAILED,
        "the track was written without an error, but cannot be read back at LBA "
        "%d to %d",
        lba, lba + (int32_t)REDBOOK_SAMPLE_SECTORS - 1);
  }
  return true;
}

bool redbook_sample_check(const struct redbook_sample *sample, struct redbook_drive *drive,
                          int32_t start, struct redbook_error *err) {
  struct redbook_drive patient = {.transport = drive->transport};
  uint8_t *read = malloc(REDBOOK_SAMPLES * SAMPLE_BYTES);
  if (!read)
    return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for reading a track back");
  bool got = read_samples(sample, &patient, start, read, err);
  bool equal = false;
  for (int shift = 0; got && !equal && shift <= (int)WINDOW; shift++)
    equal = all_equal_at(sample, read, shift) || all_equal_at(sample, read, -shift);
  free(read);
  if (got && !equal)
    return redbook_fail(
        err, REDBOOK_E_IMAPI_BURN_VERIFICATION_FAILED,
        "the drive reported success, but what it reads back at LBA %d is not what "
        "was written",
        start);
  return got;
}
