/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sectors into and out of a disc's files, and the order in which they are made to last. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "virtual/cue.h"
#include "virtual/image.h"

static int remember(struct redbook_vimage *image) {
  struct stat st;
  if (stat(image->cue, &st) == 0) {
    image->cue_exists = true;
    image->seen_cue = st.st_mtim;
  }
  if (fstat(image->fd, &st) != 0) return errno;
  image->seen_bin = st.st_mtim;
  image->seen_size = st.st_size;
  return 0;
}

static int write_at(int fd, off_t at, const uint8_t *data, size_t left) {
  while (left) {
    ssize_t n = pwrite(fd, data, left, at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : EIO;
    data += n;
    at += n;
    left -= (size_t)n;
  }
  return 0;
}

static bool silent(const uint8_t *data, size_t length) {
  return !length || (data[0] == 0 && memcmp(data, data + 1, length - 1) == 0);
}

/* The first pregap: silence needs no file. */
static int write_pregap(const struct redbook_vimage *image, int32_t lba, const uint8_t *data,
                        size_t bytes) {
  if (silent(data, bytes) && access(image->pre, F_OK) != 0) return 0;
  int fd = open(image->pre, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return errno;
  int failed = write_at(fd, (off_t)(lba + REDBOOK_VPREGAP) * REDBOOK_SECTOR_BYTES, data, bytes);
  if (!failed && fdatasync(fd) != 0) failed = errno;
  if (close(fd) != 0 && !failed) failed = errno;
  return failed;
}

static uint32_t before_zero(int32_t lba, uint32_t sectors) {
  uint32_t before = lba < 0 ? (uint32_t)-lba : 0;
  return before < sectors ? before : sectors;
}

int redbook_vimage_write(struct redbook_vimage *image, int32_t lba, const uint8_t *data,
                         uint32_t sectors) {
  uint32_t before = before_zero(lba, sectors);
  size_t pregap = (size_t)before * REDBOOK_SECTOR_BYTES;
  int failed = before ? write_pregap(image, lba, data, pregap) : 0;
  if (failed) return failed;
  off_t at = (off_t)(lba + (int32_t)before) * REDBOOK_SECTOR_BYTES;
  failed =
      write_at(image->fd, at, data + pregap, (size_t)(sectors - before) * REDBOOK_SECTOR_BYTES);
  return failed ? failed : remember(image);
}

static int read_at(int fd, off_t at, uint8_t *data, size_t left) {
  while (left) {
    ssize_t n = pread(fd, data, left, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) {
      memset(data, 0, left);
      return 0;
    }
    data += n;
    at += n;
    left -= (size_t)n;
  }
  return 0;
}

static int read_file(const char *path, off_t at, uint8_t *data, size_t bytes) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT) return errno;
  if (fd < 0) {
    memset(data, 0, bytes);
    return 0;
  }
  int failed = read_at(fd, at, data, bytes);
  close(fd);
  return failed;
}

int redbook_vimage_read(const struct redbook_vimage *image, int32_t lba, uint8_t *data,
                        uint32_t sectors) {
  uint32_t before = before_zero(lba, sectors);
  off_t at = (off_t)lba * REDBOOK_SECTOR_BYTES;
  size_t pregap = (size_t)before * REDBOOK_SECTOR_BYTES;
  if (before) {
    off_t in_pre = at + (off_t)REDBOOK_VPREGAP * REDBOOK_SECTOR_BYTES;
    int failed = read_file(image->pre, in_pre, data, pregap);
    if (failed) return failed;
  }
  size_t bytes = (size_t)(sectors - before) * REDBOOK_SECTOR_BYTES;
  at += (off_t)pregap;
  if (image->fd >= 0) return read_at(image->fd, at, data + pregap, bytes);
  return read_file(image->bin, at, data + pregap, bytes);
}

static int write_sheet(const struct redbook_vimage *image, const struct redbook_vdisc *disc,
                       const char *path) {
  const char *bin = strrchr(image->bin, '/') + 1;
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  if (!file) {
    int saved = errno;
    if (fd >= 0) close(fd);
    return saved;
  }
  redbook_vcue_write(file, disc, bin, image->cd_text, image->erasing);
  int failed = fflush(file) != 0 || ferror(file) || fsync(fd) != 0 ? errno : 0;
  if (fclose(file) != 0 && !failed) failed = errno;
  return failed;
}

static int sync_folder(const struct redbook_vimage *image) {
  char folder[4096];
  snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(image->cue, '/') - image->cue) + 1,
           image->cue);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  int failed = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
  close(fd);
  return failed;
}

static int replace_sheet(struct redbook_vimage *image, const struct redbook_vdisc *disc) {
  char fresh[sizeof image->cue + 8];
  snprintf(fresh, sizeof fresh, "%s.new", image->cue);
  int failed = write_sheet(image, disc, fresh);
  if (!failed && rename(fresh, image->cue) != 0) failed = errno;
  if (failed) {
    unlink(fresh);
    return failed;
  }
  return sync_folder(image);
}

int redbook_vimage_reach(struct redbook_vimage *image, int32_t sectors) {
  struct stat st;
  off_t end = (off_t)sectors * REDBOOK_SECTOR_BYTES;
  if (fstat(image->fd, &st) != 0) return errno;
  if (st.st_size < end && ftruncate(image->fd, end) != 0) return errno;
  return 0;
}

/* Who was killed in the middle of a write may have left a part of a sector, which no drive
 * records: what is laid behind the last whole one is silence. */
static int drop_part(struct redbook_vimage *image) {
  struct stat st;
  if (fstat(image->fd, &st) != 0) return errno;
  off_t whole = st.st_size - st.st_size % (off_t)REDBOOK_SECTOR_BYTES;
  return whole < st.st_size && ftruncate(image->fd, whole) != 0 ? errno : 0;
}

/* Whatever moment the power goes: .bin holds all payload (padding too) that the sheet names,
 * and nothing behind it that would look like one more track. So the run-out comes last. */
int redbook_vimage_commit(struct redbook_vimage *image, const struct redbook_vdisc *disc) {
  int32_t end = redbook_vdisc_recorded_end(disc);
  int failed = drop_part(image);
  if (!failed) failed = redbook_vimage_reach(image, redbook_vdisc_payload_end(disc));
  if (!failed && fdatasync(image->fd) != 0) failed = errno;
  if (!failed) failed = replace_sheet(image, disc);
  if (!failed) failed = redbook_vimage_reach(image, end);
  return failed ? failed : remember(image);
}

int redbook_vimage_fresh(struct redbook_vimage *image) {
  image->cd_text[0] = 0;
  if (unlink(image->pre) != 0 && errno != ENOENT) return errno;
  return unlink(image->cdt) != 0 && errno != ENOENT ? errno : 0;
}

int redbook_vimage_shrink(struct redbook_vimage *image, const struct redbook_vdisc *disc) {
  const struct redbook_vtrack *last = redbook_vdisc_unfinished_const(disc);
  int32_t end = last ? last->start + (int32_t)last->sectors : redbook_vdisc_recorded_end(disc);
  char cd_text[sizeof image->cd_text];
  memcpy(cd_text, image->cd_text, sizeof cd_text);
  if (!disc->sessions) image->cd_text[0] = 0;
  image->erasing = true;
  int failed = replace_sheet(image, disc);
  if (failed) memcpy(image->cd_text, cd_text, sizeof cd_text);
  if (!failed && ftruncate(image->fd, (off_t)end * REDBOOK_SECTOR_BYTES) != 0) failed = errno;
  if (!failed && !disc->tracks) failed = redbook_vimage_fresh(image);
  image->erasing = false;
  if (!failed) failed = replace_sheet(image, disc);
  if (failed)
    redbook_vimage_distrust(image); /* the sheet may tell of what the caller has not */
  return failed ? failed : remember(image);
}

int redbook_vimage_put_cd_text(struct redbook_vimage *image, const uint8_t *packs,
                               unsigned count) {
  int fd = open(image->cdt, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return errno;
  int failed = write_at(fd, 0, packs, (size_t)count * REDBOOK_VPACK);
  if (!failed && fsync(fd) != 0) failed = errno;
  if (close(fd) != 0 && !failed) failed = errno;
  if (!failed)
    snprintf(image->cd_text, sizeof image->cd_text, "%.1000s", strrchr(image->cdt, '/') + 1);
  return failed;
}

/* Some programs put the header of READ TOC before the packs, some a zero behind them. */
unsigned redbook_vimage_get_cd_text(const struct redbook_vimage *image, uint8_t *packs,
                                    unsigned most) {
  if (!image->cd_text[0]) return 0;
  char path[8192];
  int folder = image->cd_text[0] == '/' ? 0 : (int)(strrchr(image->cue, '/') - image->cue) + 1;
  snprintf(path, sizeof path, "%.*s%s", folder, image->cue, image->cd_text);
  struct stat st;
  if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return 0;
  off_t header = st.st_size % REDBOOK_VPACK == 4 ? 4 : 0;
  unsigned count =
      st.st_size / REDBOOK_VPACK < (off_t)most ? (unsigned)(st.st_size / REDBOOK_VPACK) : most;
  return read_file(path, header, packs, (size_t)count * REDBOOK_VPACK) == 0 ? count : 0;
}
