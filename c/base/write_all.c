/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/write_all.h"

#include <errno.h>
#include <unistd.h>

bool redbook_write_all(int fd, const void *data, size_t length) {
  const char *from = data;
  while (length > 0) {
    ssize_t done = write(fd, from, length);
    if (done < 0 && errno == EINTR) continue;
    if (done == 0) errno = EIO; /* no file does that; asked again it might for ever */
    if (done <= 0) return false;
    from += done;
    length -= (size_t)done;
  }
  return true;
}
