/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disc's .bin: lock, sectors, commit. */
#include "virtual/image.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

#include "virtual/cue.h"

static bool join(char out[4096], const char *stem, size_t length, const char *suffix) {
  int n = snprintf(out, 4096, "%.*s%s", (int)length, stem, suffix);
  return n > 0 && n < 4096 - 4; /* room for ".new" */
}

bool redbook_vimage_set_path(struct redbook_vimage *image, const char *path,
                             struct redbook_error *err) {
  memset(image, 0, sizeof *image);
  image->fd = -1;
  size_t length = strlen(path);
  if (length < 5 || path[length - 5] == '/' || strcasecmp(path + length - 4, ".cue") != 0)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "the name of a disc must end in .cue: %s",
                        path);
  const char *slash = strrchr(path, '/');
  const char *base = slash ? slash + 1 : path;
  for (const char *p = base; *p; p++)
    if (*p == '"' || iscntrl((unsigned char)*p))
      return redbook_fail(err, REDBOOK_E_INVALIDARG,
                          "the name of a disc cannot hold quotes or control characters");
  char folder[4096], real[PATH_MAX], whole[PATH_MAX + 4096];
  if (slash ? !join(folder, path, (size_t)(slash - path) + 1, "") : !join(folder, ".", 1, ""))
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "the name of the disc is too long");
  if (!realpath(folder, real)) {
    if (errno == ENOENT || errno == ENOTDIR)
      return redbook_fail(err, REDBOOK_E_FILE_NOT_FOUND,
                          "the folder of the disc %s does not exist", path);
    return redbook_fail_file(err, errno, "the folder of the disc %s", path);
  }
  snprintf(whole, sizeof whole, "%s/%s", real[1] ? real : "", base);
  size_t stem = strlen(whole) - 4;
  if (!join(image->cue, whole, stem + 4, "") || !join(image->bin, whole, stem, ".bin") ||
      !join(image->pre, whole, stem, ".pre") || !join(image->cdt, whole, stem, ".cdt"))
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "the name of the disc is too long");
  return true;
}

static void remember(struct redbook_vimage *image) {
  struct stat st;
  image->cue_exists = stat(image->cue, &st) == 0;
  image->seen_cue = image->cue_exists ? st.st_mtim : (struct timespec){0};
  bool bin = stat(image->bin, &st) == 0;
  image->seen_bin = bin ? st.st_mtim : (struct timespec){0};
  image->seen_size = bin ? st.st_size : 0;
}

static bool other_sheet(const struct redbook_vimage *a, const struct redbook_vimage *b) {
  return a->cue_exists != b->cue_exists || a->seen_cue.tv_sec != b->seen_cue.tv_sec ||
         a->seen_cue.tv_nsec != b->seen_cue.tv_nsec;
}

bool redbook_vimage_changed(const struct redbook_vimage *image) {
  struct redbook_vimage now = *image;
  remember(&now);
  if (other_sheet(&now, image) || now.seen_size != image->seen_size) return true;
  return now.seen_size && (now.seen_bin.tv_sec != image->seen_bin.tv_sec ||
                           now.seen_bin.tv_nsec != image->seen_bin.tv_nsec);
}

void redbook_vimage_distrust(struct redbook_vimage *image) {
  image->seen_size = -1;
}

static bool read_text(const char *path, char **text, struct redbook_error *err) {
  *text = NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT || redbook_fail_file(err, errno, "reading the disc %s", path);
  const size_t room = 1 << 18; /* 99 tracks with all their lines need 30 KiB */
  char *buffer = calloc(1, room + 1);
  size_t have = 0;
  ssize_t n = buffer ? 1 : -1;
  while (n > 0 && have < room) {
    n = read(fd, buffer + have, room - have);
    if (n > 0) have += (size_t)n;
  }
  int saved = errno;
  close(fd);
  if (n == 0 && strlen(buffer) == have) {
    *text = buffer;
    return true;
  }
  free(buffer);
  if (n < 0) return redbook_fail_file(err, saved, "reading the disc %s", path);
  return redbook_fail(err, REDBOOK_E_INVALIDARG, "%s is not a cue sheet", path);
}

/* A sheet of another program names its own data file. */
static bool foreign_bin(struct redbook_vimage *image, struct redbook_vcue *cue,
                        struct redbook_error *err) {
  const char *slash = strrchr(image->cue, '/');
  int folder = cue->file[0] == '/' ? 0 : (int)(slash - image->cue) + 1;
  int n = snprintf(image->bin, sizeof image->bin, "%.*s%s", folder, image->cue, cue->file);
  struct stat st;
  if (n < 0 || n >= (int)sizeof image->bin || stat(image->bin, &st) != 0)
    return redbook_fail(err, REDBOOK_E_FILE_NOT_FOUND, "%s: the FILE %s cannot be found",
                        image->cue, cue->file);
  struct redbook_vdisc *disc = &cue->disc;
  struct redbook_vtrack *last = &disc->track[disc->tracks - 1];
  long long sectors = st.st_size / (long long)REDBOOK_SECTOR_BYTES;
  if (sectors <= last->start || sectors > 449849)
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "%s: the FILE %s holds %lld sectors, track %u begins at %d", image->cue,
                        cue->file, sectors, disc->tracks, last->start);
  last->sectors = (uint32_t)(sectors - last->start);
  disc->session[0].lead_out = (int32_t)sectors;
  return true;
}

/* What the .bin holds beyond the sheet: the track that was being written when the power went.
 */
static bool find_broken_track(const struct redbook_vimage *image, struct redbook_vdisc *disc,
                              struct redbook_error *err) {
  int32_t recorded = redbook_vdisc_recorded_end(disc), nwa = 0;
  int64_t sectors = image->seen_size / (int64_t)REDBOOK_SECTOR_BYTES;
  if (sectors < redbook_vdisc_payload_end(disc))
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "%s is cut off: it holds %lld sectors, its sheet says %d", image->bin,
                        (long long)sectors, recorded);
  if (image->erasing || disc->medium == REDBOOK_MEDIUM_PRESSED ||
      !redbook_vdisc_nwa(disc, &nwa))
    return true;
  if (sectors <= nwa) return true;
  struct redbook_vtrack *track = redbook_vdisc_unfinished(disc);
  if (!track) track = redbook_vdisc_begin_track(disc, 0, "", "");
  track->state = REDBOOK_VTRACK_BROKEN;
  track->sectors = (uint32_t)(sectors - track->start);
  return true;
}

/* Who has the disc may replace the sheet at any moment: what is remembered of it must be of the
 * one that was read, or the next one would never be. */
static bool read_sheet(struct redbook_vimage *image, char **text, struct redbook_error *err) {
  struct redbook_vimage before = *image;
  remember(&before);
  while (read_text(image->cue, text, err)) {
    remember(image);
    if (!other_sheet(image, &before)) return true;
    free(*text);
    before = *image;
  }
  return false;
}

bool redbook_vimage_load(struct redbook_vimage *image, struct redbook_vdisc *disc, bool *exists,
                         struct redbook_error *err) {
  char *text = NULL;
  if (!read_sheet(image, &text, err)) return false;
  *exists = text != NULL;
  if (!text) {
    if (!image->seen_size) return true;
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "%s holds data but %s does not exist",
                        image->bin, image->cue);
  }
  struct redbook_vcue cue;
  bool good = redbook_vcue_parse(image->cue, text, &cue, err);
  free(text);
  if (good && !cue.ours) {
    good = foreign_bin(image, &cue, err);
    if (good) remember(image);
  }
  image->erasing = good && cue.erasing;
  good = good && (!cue.ours || find_broken_track(image, &cue.disc, err));
  if (!good) return false;
  memcpy(image->cd_text, cue.cd_text, sizeof image->cd_text);
  *disc = cue.disc;
  return true;
}

bool redbook_vimage_lock(struct redbook_vimage *image, bool read_only,
                         struct redbook_error *err) {
  int fd = open(image->bin, (read_only ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC, 0666);
  if (fd < 0) return redbook_fail_file(err, errno, "opening the disc %s", image->bin);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    int saved = errno;
    close(fd);
    if (saved == EWOULDBLOCK)
      return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_LOCKED,
                          "another user holds the disc %s", image->cue);
    return redbook_fail_file(err, saved, "locking the disc %s", image->bin);
  }
  image->fd = fd;
  return true;
}

void redbook_vimage_unlock(struct redbook_vimage *image) {
  if (image->fd >= 0) (void)flock(image->fd, LOCK_UN);
  redbook_vimage_forget(image);
}

void redbook_vimage_forget(struct redbook_vimage *image) {
  if (image->fd >= 0) close(image->fd);
  image->fd = -1;
}
