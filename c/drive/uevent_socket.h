/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The socket on which the kernel's uevents come. Private to c/drive. */
#ifndef REDBOOK_DRIVE_UEVENT_SOCKET_H
#define REDBOOK_DRIVE_UEVENT_SOCKET_H

#include "base/error.h"
#include "drive/uevent.h"

struct redbook_uevent_socket {
  int fd;
  bool kernel; /* netlink; else a socket that was handed over */
};

enum redbook_received {
  REDBOOK_RECEIVED_NOTHING,
  REDBOOK_RECEIVED_UEVENT, /* of an optical drive */
  REDBOOK_RECEIVED_OTHER,  /* of another device, or from a sender that is not believed */
  REDBOOK_RECEIVED_LOSS,   /* messages did not fit: anything may have happened */
  REDBOOK_RECEIVED_FAILURE
};

/* `given`: a datagram socket to use in place of the kernel's (duplicated), or -1. */
bool redbook_uevent_open(struct redbook_uevent_socket *socket, int given,
                         struct redbook_error *err);
void redbook_uevent_close(struct redbook_uevent_socket *socket);
/* One message; never blocks. */
enum redbook_received redbook_uevent_receive(const struct redbook_uevent_socket *socket,
                                             struct redbook_uevent *out,
                                             struct redbook_error *err);

#endif
