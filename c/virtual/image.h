/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a disc: NAME.cue (what is on it), NAME.bin (LBA 0 upward), NAME.pre (LBA
 * -150..-1 when it is not silent), NAME.cdt (CD-TEXT packs of 18 bytes), and the lock on
 * NAME.bin.
 *
 * NAME.bin is never replaced: its inode carries the lock. Gaps, run-out and what lies between
 * sessions are holes in it.
 */
#ifndef REDBOOK_VIRTUAL_IMAGE_H
#define REDBOOK_VIRTUAL_IMAGE_H

#include <sys/stat.h>

#include "virtual/disc.h"

#define REDBOOK_VPACK 18u    /* bytes of a CD-TEXT pack, CRC included */
#define REDBOOK_VPACKS 2048u /* 8 languages of 256 packs */

struct redbook_vimage {
  char cue[4096], bin[4096], pre[4096], cdt[4096];
  char cd_text[1024]; /* CDTEXTFILE of the sheet, "" when there is none */
  int fd;             /* exclusive user's descriptor on .bin, -1 */
  bool erasing;       /* .bin may still hold what the sheet has lost */
  bool cue_exists;
  struct timespec seen_cue, seen_bin; /* as the files were when last read or written */
  off_t seen_size;
};

/* `path` must end in .cue and lie in an existing folder. */
bool redbook_vimage_set_path(struct redbook_vimage *image, const char *path,
                             struct redbook_error *err);

/* Reads the disc from its files. No .cue: *exists false, `disc` untouched. Data in .bin behind
 * the last recorded track becomes a broken track, as a real disc has it after a power cut. */
bool redbook_vimage_load(struct redbook_vimage *image, struct redbook_vdisc *disc, bool *exists,
                         struct redbook_error *err);
/* Somebody else wrote the files since they were last read or written here. */
bool redbook_vimage_changed(const struct redbook_vimage *image);
/* Makes redbook_vimage_changed true until the files are read again. */
void redbook_vimage_distrust(struct redbook_vimage *image);

/* Creates .bin when missing and locks it (E_IMAPI_RECORDER_LOCKED when somebody has it). */
bool redbook_vimage_lock(struct redbook_vimage *image, bool read_only,
                         struct redbook_error *err);
/* Unlocks also what a child that is just being forked still holds a copy of. */
void redbook_vimage_unlock(struct redbook_vimage *image);
/* In such a child: closes its copy, the parent's lock stays. */
void redbook_vimage_forget(struct redbook_vimage *image);

/* These return 0 or an errno. Reading works with and without the lock; holes and what lies
 * behind the end read as zeros. */
int redbook_vimage_write(struct redbook_vimage *image, int32_t lba, const uint8_t *data,
                         uint32_t sectors);
int redbook_vimage_read(const struct redbook_vimage *image, int32_t lba, uint8_t *data,
                        uint32_t sectors);
/* A recording begins on a blank disc: .pre and .cdt of an older one vanish. */
int redbook_vimage_fresh(struct redbook_vimage *image);
/* Makes .bin at least `sectors` long; never shortens it. */
int redbook_vimage_reach(struct redbook_vimage *image, int32_t sectors);
/* CD-TEXT: written before the sheet that names it. */
int redbook_vimage_put_cd_text(struct redbook_vimage *image, const uint8_t *packs,
                               unsigned count);
/* At most `most` packs of 18 bytes; what other programs put around them is left out. 0 when
 * there is none or the file cannot be read. */
unsigned redbook_vimage_get_cd_text(const struct redbook_vimage *image, uint8_t *packs,
                                    unsigned most);
/* Data on disc, then .cue (new file, fsync, rename, fsync of the folder), then run-out. */
int redbook_vimage_commit(struct redbook_vimage *image, const struct redbook_vdisc *disc);
/* A CD-RW that lost something: a sheet that says so and that it is "erasing", then the end of
 * .bin and all else of a blank disc, then the sheet without that word. Whoever was killed in
 * between left image->erasing, and this with the same disc ends it. */
int redbook_vimage_shrink(struct redbook_vimage *image, const struct redbook_vdisc *disc);

#endif
