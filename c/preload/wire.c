/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests to the drive's server and their answers. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "preload/preload.h"

static int send_request(int fd, int answer_fd, const struct redbook_wire_request *request,
                        const void *out) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
  size_t data = request->direction == REDBOOK_WIRE_OUT ? request->data_length : 0;
  struct iovec parts[] = {{(void *)(uintptr_t)request, sizeof *request},
                          {(void *)(uintptr_t)out, data}};
  struct msghdr message = {.msg_iov = parts,
                           .msg_iovlen = data ? 2 : 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof answer_fd);
  memcpy(CMSG_DATA(head), &answer_fd, sizeof answer_fd);
  for (;;) {
    if (sendmsg(fd, &message, MSG_NOSIGNAL) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

/* A signal does not end an ioctl of a drive: what is sent is waited for. */
static int receive_answer(int fd, const struct redbook_wire_request *request, void *in,
                          struct redbook_wire_answer *answer) {
  size_t room = request->direction == REDBOOK_WIRE_IN ? request->data_length : 0;
  struct iovec parts[] = {{answer, sizeof *answer}, {in, room}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = room ? 2 : 1};
  ssize_t got;
  do {
    got = recvmsg(fd, &message, 0);
  } while (got < 0 && errno == EINTR);
  if (got < (ssize_t)sizeof *answer || answer->magic != REDBOOK_WIRE_MAGIC) return ENODEV;
  return answer->os_error;
}

int redbook_preload_ask(int fd, const struct redbook_wire_request *request, const void *out,
                        void *in, struct redbook_wire_answer *answer) {
  int pair[2], room = REDBOOK_WIRE_BUFFER;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) return errno;
  (void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  int error = send_request(fd, pair[1], request, out);
  (void)close(pair[1]);
  if (error == EPIPE || error == ECONNRESET) error = ENODEV;
  if (!error) error = receive_answer(pair[0], request, in, answer);
  (void)close(pair[0]);
  return error;
}

int redbook_preload_value(int fd, enum redbook_wire_operation operation, int value) {
  struct redbook_wire_request request = {
      .magic = REDBOOK_WIRE_MAGIC, .operation = operation, .value = value};
  struct redbook_wire_answer answer = {0};
  int error = redbook_preload_ask(fd, &request, NULL, NULL, &answer);
  if (!error) return answer.value;
  errno = error;
  return -1;
}
