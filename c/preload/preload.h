/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in for a drive's device node inside an unmodified program: a library for LD_PRELOAD
 * that puts itself before the C library's calls on files, and answers those on the node itself.
 *
 * It keeps no list of descriptors: one is the node's when its peer is the server's socket, so
 * that dup, fork, exec and descriptors passed between processes need no care.
 *
 * An access that the library does not see (a program linked statically, a system call made
 * without the C library, a setuid program) reaches whatever really lies at the node's path.
 */
#ifndef REDBOOK_PRELOAD_H
#define REDBOOK_PRELOAD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "vdrive/message.h"

/* What goes before the C library's symbol of the same name. */
#define REDBOOK_IN_FRONT __attribute__((visibility("default")))

/* The C library's own function of that name, as a pointer of the type of `like`. */
#define REDBOOK_NEXT(like, name)                        \
  ((__typeof__(&(like)))__extension__({                 \
    static redbook_any_function *_Atomic found;         \
    redbook_any_function *now = found;                  \
    if (!now) found = now = redbook_preload_next(name); \
    now;                                                \
  }))
typedef void redbook_any_function(void);
redbook_any_function *redbook_preload_next(const char *name);

/* node.c */
bool redbook_preload_is_node(const char *path);
bool redbook_preload_is_ours(int fd); /* errno is left alone */
void redbook_preload_stat(struct stat *out);
/* As open(2). */
int redbook_preload_open(int flags);

/* wire.c: one request over the connection `fd`. `out` is its data; `in` has room for the
 * answer's data. 0, or the errno: ENODEV when the server is gone. */
int redbook_preload_ask(int fd, const struct redbook_wire_request *request, const void *out,
                        void *in, struct redbook_wire_answer *answer);
/* An operation with a value: the answer's value, or -1 with errno. */
int redbook_preload_value(int fd, enum redbook_wire_operation operation, int value);

/* ioctl.c, sg.c, cdrom.c, cdrom_audio.c: as ioctl(2) on the node, but the errno as a negative
 * number. */
#define REDBOOK_NOT_MINE (-4096)
int redbook_preload_ioctl(int fd, unsigned long request, uintptr_t argument);
int redbook_preload_sg(int fd, unsigned long request, uintptr_t argument);
int redbook_preload_cdrom(int fd, unsigned long request, uintptr_t argument);
int redbook_preload_toc(int fd, unsigned long request, uintptr_t argument);

/* sg.c: a command that Linux sends by itself, waiting 30 s, with up to `length` bytes into
 * `data`. 0, or a negative errno as sr gives it for the sense; the sense as KKAAQQ in `sense`
 * when it is not NULL. */
int redbook_preload_own(int fd, const uint8_t *cdb, unsigned cdb_length, uint8_t *data,
                        unsigned length, uint32_t *sense);

#endif
