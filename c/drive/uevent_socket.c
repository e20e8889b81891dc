/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NETLINK_KOBJECT_UEVENT, multicast group 1 (the kernel's; group 2 is udev's), and whom to
 * believe. */
#include "drive/uevent_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_GROUP 1
#define MESSAGE_MOST 8192 /* the kernel's have 2 KiB of variables and a path */

static bool fail_listening(struct redbook_error *err) {
  redbook_fail_errno(err, errno, "cannot listen to the kernel's messages about devices");
  redbook_advise(err,
                 "A container may lack them: share the host's network with it, or look at "
                 "DiscMaster.Count from time to time.");
  return false;
}

static int open_netlink(struct redbook_error *err) {
  const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

  if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
  fail_listening(err);
  if (fd >= 0) close(fd);
  return -1;
}

/* Of a stream the end of one message cannot be told. */
static int duplicate(int given, struct redbook_error *err) {
  int type = 0;
  socklen_t size = sizeof type;
  bool is_socket = getsockopt(given, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
  int fd = is_socket ? fcntl(given, F_DUPFD_CLOEXEC, 3) : -1;

  if (fd < 0) redbook_fail_errno(err, errno, "descriptor %d cannot bring uevents", given);
  if (fd < 0 || type == SOCK_DGRAM) return fd;
  redbook_fail(err, REDBOOK_E_INVALIDARG,
               "descriptor %d cannot bring uevents: it is no datagram socket", given);
  close(fd);
  return -1;
}

bool redbook_uevent_open(struct redbook_uevent_socket *s, int given,
                         struct redbook_error *err) {
  const int on = 1;

  s->kernel = given < 0;
  s->fd = s->kernel ? open_netlink(err) : duplicate(given, err);
  if (s->fd < 0) return false;
  if (setsockopt(s->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0) return true;
  redbook_fail_errno(err, errno, "cannot tell who sends the messages about devices");
  redbook_uevent_close(s);
  return false;
}

void redbook_uevent_close(struct redbook_uevent_socket *s) {
  if (s->fd >= 0) close(s->fd);
  s->fd = -1;
}

/* Any process with CAP_NET_ADMIN may send to the group; the kernel alone has port 0. */
static bool believed(const struct redbook_uevent_socket *s, struct msghdr *message) {
  const struct sockaddr_nl *from = message->msg_name;
  struct ucred sender;

  if (s->kernel && (message->msg_namelen < sizeof *from || from->nl_family != AF_NETLINK ||
                    from->nl_pid != 0))
    return false;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS) continue;
    memcpy(&sender, CMSG_DATA(c), sizeof sender);
    return sender.uid == 0 || (!s->kernel && sender.uid == geteuid());
  }
  return false;
}

enum redbook_received redbook_uevent_receive(const struct redbook_uevent_socket *s,
                                             struct redbook_uevent *out,
                                             struct redbook_error *err) {
  char data[MESSAGE_MOST];
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
  } control = {.bytes = {0}};
  struct sockaddr_nl from = {.nl_family = AF_UNSPEC};
  struct iovec room = {.iov_base = data, .iov_len = sizeof data};
  struct msghdr message = {.msg_name = &from,
                           .msg_namelen = sizeof from,
                           .msg_iov = &room,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};

  ssize_t length = recvmsg(s->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (length < 0) {
    if (errno == ENOBUFS) return REDBOOK_RECEIVED_LOSS;
    if (errno == EINTR) return REDBOOK_RECEIVED_OTHER;
    if (errno == EAGAIN) return REDBOOK_RECEIVED_NOTHING;
    redbook_fail_errno(err, errno, "the messages about devices have stopped");
    return REDBOOK_RECEIVED_FAILURE;
  }
  if (message.msg_flags & MSG_TRUNC) return REDBOOK_RECEIVED_LOSS;
  if (!believed(s, &message)) return REDBOOK_RECEIVED_OTHER;
  return redbook_uevent_parse(data, (size_t)length, out) ? REDBOOK_RECEIVED_UEVENT
                                                         : REDBOOK_RECEIVED_OTHER;
}
