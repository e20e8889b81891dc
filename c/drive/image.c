/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image file, and the child process that reads it. */
#include "drive/image.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "drive/image_private.h"

#define SECONDS_MOST 20
#define TEXT_MOST (8u << 20) /* 8 blocks, 100 tracks, 10 texts of 765 bytes */

struct image {
  enum redbook_image_kind kind;
  char folder[PATH_MAX]; /* to read it in */
  char name[NAME_MAX + 1];
  char temporary[PATH_MAX]; /* folder of links or a copy, "" for none */
  uint32_t data_sectors;    /* of the first data file of a .toc */
};

static bool has_end(const char *name, const char *lower, const char *upper) {
  size_t length = strlen(name);
  return length > 4 && (!strcmp(name + length - 4, lower) || !strcmp(name + length - 4, upper));
}

/* A .bin is read by the .cue beside it. */
static bool find_kind(const char *path, struct image *image, struct redbook_error *err) {
  char *name = image->name;
  if (has_end(name, ".bin", ".BIN"))
    memcpy(name + strlen(name) - 3, has_end(name, ".bin", ".bin") ? "cue" : "CUE", 3);
  if (has_end(name, ".cue", ".CUE"))
    image->kind = REDBOOK_IMAGE_CUE;
  else if (has_end(name, ".toc", ".TOC"))
    image->kind = REDBOOK_IMAGE_TOC;
  else if (has_end(name, ".nrg", ".NRG"))
    image->kind = REDBOOK_IMAGE_NRG;
  else
    return redbook_image_refuse(err, path, "libcdio knows no image by this name");
  return true;
}

/* Folder and name of the file itself, links followed. */
static bool locate(const char *path, struct image *image, struct redbook_error *err) {
  char *real = realpath(path, NULL);
  if (!real) return redbook_fail_file(err, errno, "cannot read %s", path);
  char *slash = strrchr(real, '/');
  int n = snprintf(image->name, sizeof image->name, "%s", slash + 1);
  slash[slash == real] = '\0';
  int m = snprintf(image->folder, sizeof image->folder, "%s", real);
  free(real);
  if (n < 0 || (size_t)n >= sizeof image->name || m < 0 || (size_t)m >= sizeof image->folder)
    return redbook_fail_file(err, ENAMETOOLONG, "cannot read %s", path);
  return find_kind(path, image, err);
}

static bool join(char out[PATH_MAX], const char *folder, const char *name) {
  int n = name[0] == '/' ? snprintf(out, PATH_MAX, "%s", name)
                         : snprintf(out, PATH_MAX, "%s/%s", folder, name);
  return n >= 0 && n < PATH_MAX;
}

static bool link_to(const struct image *image, const char *target, const char *name) {
  char from[PATH_MAX], to[PATH_MAX];
  return join(from, image->folder, target) && join(to, image->temporary, name) &&
         symlink(from, to) == 0;
}

/* "a.bin" of "a.cue". */
static void data_name(const char *cue, char out[NAME_MAX + 1]) {
  size_t length = strlen(cue);
  memcpy(out, cue, length + 1);
  memcpy(out + length - 3, has_end(cue, ".cue", ".cue") ? "bin" : "BIN", 3);
}

static bool make_folder(struct image *image, struct redbook_error *err) {
  const char *folder = getenv("TMPDIR");
  if (!folder || !*folder) folder = "/tmp";
  if (join(image->temporary, folder, "redbook-XXXXXX") && mkdtemp(image->temporary))
    return true;
  int reason = errno;
  image->temporary[0] = '\0';
  redbook_fail_file(err, reason, "no temporary folder can be made in %s", folder);
  redbook_advise(err, "Set TMPDIR to a folder that you may write to.");
  return false;
}

/* libcdio takes the file that is named like the sheet, whatever FILE says: where that is
 * another one, sheet and data get links side by side in a folder of their own. */
static bool place_cue(const char *path, const struct redbook_image_sheet *sheet,
                      struct image *image, struct redbook_error *err) {
  char data[NAME_MAX + 1], named[PATH_MAX];
  struct stat about;
  if (!join(named, image->folder, sheet->file) || stat(named, &about) != 0)
    return redbook_fail_file(err, ENOENT, "%s: its data file %s", path, sheet->file);
  if (!S_ISREG(about.st_mode))
    return redbook_image_refuse(err, path, "%s is not a regular file", sheet->file);
  data_name(image->name, data);
  if (strcmp(sheet->file, data) == 0) return true;
  if (!make_folder(image, err)) return false;
  if (!link_to(image, image->name, image->name) || !link_to(image, sheet->file, data) ||
      (sheet->cd_text[0] && !strchr(sheet->cd_text, '/') &&
       !link_to(image, sheet->cd_text, sheet->cd_text)))
    return redbook_fail_file(err, errno, "no links can be made in %s", image->temporary);
  return true;
}

/* The copy is read from the image's own folder, where libcdio looks for the data. */
static bool place_toc(const char *file, const struct redbook_image_sheet *sheet,
                      struct image *image, struct redbook_error *err) {
  char copy[PATH_MAX], data[PATH_MAX];
  struct stat about;
  if (join(data, image->folder, sheet->file) && stat(data, &about) == 0)
    image->data_sectors =
        (uint32_t)((about.st_size + REDBOOK_SECTOR_BYTES - 1) / REDBOOK_SECTOR_BYTES);
  if (!make_folder(image, err)) return false;
  FILE *in = fopen(file, "re");
  FILE *out = join(copy, image->temporary, image->name) ? fopen(copy, "wxe") : NULL;
  bool ok = in && out && redbook_image_copy_toc(in, out);
  int reason = errno;
  if (in) (void)fclose(in);
  if (out && fclose(out) != 0 && ok) {
    ok = false;
    reason = errno;
  }
  return ok || redbook_fail_file(err, reason, "%s cannot be copied", file);
}

static void remove_links(const struct image *image, const struct redbook_image_sheet *sheet) {
  char data[NAME_MAX + 1], path[PATH_MAX];
  if (!image->temporary[0]) return;
  data_name(image->name, data);
  const char *names[] = {image->name, data, sheet->cd_text};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i][0] && !strchr(names[i], '/') && join(path, image->temporary, names[i]))
      (void)unlink(path);
  (void)rmdir(image->temporary);
}

struct reader {
  int fd;
  struct timespec end;
  bool late;
};

static int left_ms(const struct timespec *end) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long long ms = (end->tv_sec - now.tv_sec) * 1000LL + (end->tv_nsec - now.tv_nsec) / 1000000;
  return ms > 0 ? (int)ms : 0;
}

/* False when the child has ended before, or the time is over. */
static bool read_all(struct reader *r, void *data, size_t left) {
  char *at = data;
  while (left) {
    struct pollfd ready = {.fd = r->fd, .events = POLLIN};
    int n = poll(&ready, 1, left_ms(&r->end));
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) r->late = true;
    if (n <= 0) return false;
    ssize_t got = read(r->fd, at, left);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    left -= (size_t)got;
  }
  return true;
}

static bool ended(const char *text, size_t room) {
  return memchr(text, '\0', room) != NULL;
}

/* A damaged image can make libcdio write where it should not, also into the answer. */
static bool plausible(const struct redbook_image_answer *answer) {
  const struct redbook_contents *contents = &answer->contents;
  bool counts = contents->tracks <= REDBOOK_TRACKS_MOST &&
                contents->sessions <= REDBOOK_SESSIONS_MOST &&
                contents->text.length <= TEXT_MOST;
  bool texts = ended(answer->message, sizeof answer->message) &&
               ended(contents->problem, sizeof contents->problem) &&
               ended(contents->catalog, sizeof contents->catalog);
  for (unsigned i = 0; counts && texts && i < contents->tracks; i++)
    texts = ended(contents->track[i].isrc, sizeof contents->track[i].isrc);
  return counts && texts;
}

static bool receive(struct reader *r, struct redbook_image_answer *answer) {
  struct redbook_cd_text *text = &answer->contents.text;
  clock_gettime(CLOCK_MONOTONIC, &r->end);
  r->end.tv_sec += SECONDS_MOST;
  if (!read_all(r, answer, sizeof *answer) || !plausible(answer)) return false;
  if (!text->length) return true;
  text->data = malloc(text->length);
  if (text->data && read_all(r, text->data, text->length)) return true;
  redbook_cd_text_free(text);
  return false;
}

/* The child that was started; -1 and errno. Its end of the pipe is the parent's to read. */
static pid_t start(const struct image *image, int *fd) {
  int ends[2];
  char copy[PATH_MAX];
  bool links = image->kind == REDBOOK_IMAGE_CUE && image->temporary[0];
  const char *folder = links ? image->temporary : image->folder;
  const char *name = image->name;
  if (image->kind == REDBOOK_IMAGE_TOC && join(copy, image->temporary, name)) name = copy;
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  pid_t child = fork();
  int reason = errno;
  if (child == 0) {
    (void)close(ends[0]);
    if (chdir(folder) != 0) _exit(1);
    redbook_image_child(image->kind, name, image->data_sectors, ends[1]);
  }
  (void)close(ends[1]);
  if (child < 0) (void)close(ends[0]);
  *fd = ends[0];
  errno = reason;
  return child;
}

/* Killed only when it hangs: a host that collects all children itself may have been faster, and
 * the number be another process's by now. */
static void collect(pid_t child, bool hangs) {
  if (hangs) (void)kill(child, SIGKILL);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
}

/* Messages of libcdio begin with the name of the sheet, a copy's perhaps; ours do already. */
static const char *without_name(const struct image *image, const char *message) {
  size_t folder = strlen(image->temporary), name = strlen(image->name);
  const char *at = message;
  if (folder && strncmp(at, image->temporary, folder) == 0) at += folder + 1;
  if (strncmp(at, image->name, name) == 0 && at[name] == ' ') at += name + 1;
  return at;
}

static bool read_image(const char *path, const struct image *image,
                       struct redbook_contents *out, struct redbook_error *err) {
  struct redbook_image_answer *answer = calloc(1, sizeof *answer);
  struct reader reader = {.fd = -1};
  pid_t child = answer ? start(image, &reader.fd) : -1;
  if (child < 0) {
    int reason = answer ? errno : ENOMEM;
    free(answer);
    return redbook_fail_file(err, reason, "cannot start reading %s", path);
  }
  bool told = receive(&reader, answer);
  (void)close(reader.fd);
  collect(child, reader.late);
  bool ok = told && answer->ok;
  if (ok) *out = answer->contents;
  if (!ok)
    redbook_image_refuse(
        err, path, "%s",
        told ? without_name(image, answer->message) : "libcdio fails to read it");
  free(answer);
  return ok;
}

bool redbook_image_read(const char *path, struct redbook_contents *out,
                        struct redbook_error *err) {
  struct redbook_image_sheet sheet = {.tracks = 0};
  struct image image = {.kind = REDBOOK_IMAGE_NRG};
  char file[PATH_MAX];

  *out = (struct redbook_contents){.tracks = 0};
  if (!locate(path, &image, err)) return false;
  if (!join(file, image.folder, image.name))
    return redbook_fail_file(err, ENAMETOOLONG, "cannot read %s", path);
  const char *shown = has_end(path, ".bin", ".BIN") ? file : path;
  struct stat about;
  if (stat(file, &about) != 0) return redbook_fail_file(err, errno, "cannot read %s", shown);
  /* Opening a pipe would wait for somebody who writes to it. */
  if (!S_ISREG(about.st_mode)) return redbook_image_refuse(err, shown, "not a regular file");
  bool ok = true;
  if (image.kind == REDBOOK_IMAGE_CUE)
    ok = redbook_image_check_cue(file, shown, &sheet, err) &&
         place_cue(path, &sheet, &image, err);
  if (image.kind == REDBOOK_IMAGE_TOC)
    ok = redbook_image_check_toc(file, shown, &sheet, err) &&
         place_toc(file, &sheet, &image, err);
  ok = ok && read_image(path, &image, out, err);
  remove_links(&image, &sheet);
  return ok;
}
