/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node as Linux sees it: who has it open, and what an open, a command, a close do. */
#ifndef REDBOOK_VDRIVE_NODE_H
#define REDBOOK_VDRIVE_NODE_H

#include "vdrive/message.h"
#include "vdrive/server.h"

/* One open() of the node. */
struct redbook_opener {
  bool open;
  int flags;
};

struct redbook_kernel {
  struct redbook_node *node;
  struct redbook_transport *transport; /* while the node is open */
  const struct redbook_opener *holder; /* the one with O_EXCL */
  unsigned openers;
  bool filter;
  bool keep_locked;
  int timeout,
      reserved;   /* SG_SET_TIMEOUT, SG_SET_RESERVED_SIZE: of the drive, not of an open */
  unsigned waits; /* not-ready answers in a row */
};

/* Answers one request; `data` is the request's data and has room for REDBOOK_WIRE_DATA bytes of
 * the answer's. Returns the length of the answer's data. */
uint32_t redbook_kernel_answer(struct redbook_kernel *kernel, struct redbook_opener *opener,
                               const struct redbook_wire_request *request, uint8_t *data,
                               struct redbook_wire_answer *answer);
/* The last descriptor of an open() is gone. */
void redbook_kernel_close(struct redbook_kernel *kernel, struct redbook_opener *opener);

#endif
