/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server: a socket in a private folder, and one thread that answers what comes in. */
#include "vdrive/server.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "mmc/trace.h"
#include "vdrive/node.h"

enum { MOST_CLIENTS = 1000, STOP = 0, LISTENER = 1, FIRST = 2 };

struct redbook_server {
  struct redbook_kernel kernel;
  pthread_t thread;
  pid_t process; /* that started it */
  int stop, listener;
  char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
  struct sockaddr_un address;
  unsigned clients;
  struct pollfd fds[FIRST + MOST_CLIENTS];
  struct redbook_opener *openers[FIRST + MOST_CLIENTS]; /* beside fds */
  struct {
    struct redbook_wire_request request;
    uint8_t data[REDBOOK_WIRE_DATA];
  } packet;
};

static void drop(struct redbook_server *server, unsigned index) {
  redbook_kernel_close(&server->kernel, server->openers[index]);
  free(server->openers[index]);
  (void)close(server->fds[index].fd);
  unsigned last = FIRST + --server->clients;
  server->fds[index] = server->fds[last];
  server->openers[index] = server->openers[last];
}

static void welcome(struct redbook_server *server) {
  int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  struct redbook_opener *opener =
      server->clients < MOST_CLIENTS ? calloc(1, sizeof *opener) : NULL;
  if (!opener) {
    (void)close(fd);
    return;
  }
  unsigned index = FIRST + server->clients++;
  server->fds[index] = (struct pollfd){.fd = fd, .events = POLLIN};
  server->openers[index] = opener;
}

/* The descriptor that came with a packet, -1 for none. */
static int descriptor_of(struct msghdr *message) {
  struct cmsghdr *control = CMSG_FIRSTHDR(message);
  int fd = -1;
  if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS &&
      control->cmsg_len == CMSG_LEN(sizeof fd))
    memcpy(&fd, CMSG_DATA(control), sizeof fd);
  return fd;
}

/* One packet into server->packet. Its length; 0 at the end of the connection. */
static size_t receive(struct redbook_server *server, int fd, int *answer_fd) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  struct iovec part = {&server->packet, sizeof server->packet};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  *answer_fd = got > 0 ? descriptor_of(&message) : -1;
  return got > 0 ? (size_t)got : 0;
}

static bool whole(const struct redbook_wire_request *request, size_t length) {
  if (length < sizeof *request || request->magic != REDBOOK_WIRE_MAGIC) return false;
  size_t data = request->direction == REDBOOK_WIRE_OUT ? request->data_length : 0;
  return length == sizeof *request + data;
}

static void answer(struct redbook_server *server, struct redbook_opener *opener, int fd) {
  struct redbook_wire_answer head;
  uint32_t length = redbook_kernel_answer(&server->kernel, opener, &server->packet.request,
                                          server->packet.data, &head);
  struct iovec parts[] = {{&head, sizeof head}, {server->packet.data, length}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  (void)sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* A packet that is no request is a stranger's: the connection ends. */
static void serve(struct redbook_server *server, unsigned index) {
  int answer_fd = -1;
  size_t length = receive(server, server->fds[index].fd, &answer_fd);
  if (!length && (errno == EAGAIN || errno == EINTR) &&
      !(server->fds[index].revents & (POLLHUP | POLLERR)))
    return;
  if (whole(&server->packet.request, length) && answer_fd >= 0)
    answer(server, server->openers[index], answer_fd);
  else
    drop(server, index);
  if (answer_fd >= 0) (void)close(answer_fd);
}

static void *run(void *argument) {
  struct redbook_server *server = argument;
  for (;;) {
    unsigned count = FIRST + server->clients;
    if (poll(server->fds, count, -1) < 0) continue;
    if (server->fds[STOP].revents) break;
    for (unsigned i = count; i-- > FIRST;)
      if (server->fds[i].revents) serve(server, i);
    if (server->fds[LISTENER].revents) welcome(server);
  }
  while (server->clients)
    drop(server, FIRST);
  redbook_transport_close(server->kernel.transport);
  return NULL;
}

static bool make_folder(struct redbook_server *server, struct redbook_error *err) {
  const char *parent = getenv("TMPDIR");
  if (!parent || !*parent) parent = "/tmp";
  int length = snprintf(server->folder, sizeof server->folder, "%s/redbook-XXXXXX", parent);
  server->address.sun_family = AF_UNIX;
  int whole_length = snprintf(server->address.sun_path, sizeof server->address.sun_path,
                              "%s/redbook-XXXXXX/node", parent);
  if (length < 0 || (size_t)whole_length >= sizeof server->address.sun_path) {
    server->folder[0] = 0;
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "$TMPDIR is too long for the path of a socket: %s", parent);
  }
  if (!mkdtemp(server->folder)) {
    int error = errno;
    server->folder[0] = 0;
    return redbook_fail_errno(err, error, "no folder for a socket can be made in %s", parent);
  }
  memcpy(server->address.sun_path, server->folder, (size_t)length);
  return true;
}

static bool listen_there(struct redbook_server *server, struct redbook_error *err) {
  server->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  server->stop = eventfd(0, EFD_CLOEXEC);
  const struct sockaddr *address = (const struct sockaddr *)&server->address;
  if (server->listener < 0 || server->stop < 0 ||
      bind(server->listener, address, sizeof server->address) || listen(server->listener, 64))
    return redbook_fail_errno(err, errno, "cannot listen on %s", server->address.sun_path);
  server->fds[STOP] = (struct pollfd){.fd = server->stop, .events = POLLIN};
  server->fds[LISTENER] = (struct pollfd){.fd = server->listener, .events = POLLIN};
  return true;
}

/* The program's signals are for its own threads. */
static bool start_thread(struct redbook_server *server, struct redbook_error *err) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&server->thread, NULL, run, server);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error) return redbook_fail_errno(err, error, "no thread for the drive's server");
  (void)pthread_setname_np(server->thread, "redbook-server");
  return true;
}

/* The socket, and lock files of the programs that took the drive for a real one. */
static void remove_folder(const struct redbook_server *server) {
  DIR *entries = opendir(server->folder);
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries));)
    (void)unlinkat(dirfd(entries), entry->d_name, 0); /* not "." and "..", which are folders */
  (void)closedir(entries);
  (void)rmdir(server->folder);
}

static void give_up(struct redbook_server *server, bool files) {
  if (server->listener >= 0) (void)close(server->listener);
  if (server->stop >= 0) (void)close(server->stop);
  if (files && server->folder[0]) remove_folder(server);
  redbook_node_unref(server->kernel.node);
  free(server);
}

static struct redbook_node *make_node(struct redbook_virtual *drive, const char *trace,
                                      struct redbook_error *err) {
  struct redbook_node *node = redbook_virtual_node(drive);
  if (!node) redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a node");
  if (!node || !trace) return node;
  struct redbook_node *traced = redbook_trace_node(node, trace, err);
  redbook_node_unref(node);
  return traced;
}

struct redbook_server *redbook_server_start(struct redbook_virtual *drive,
                                            const struct redbook_server_options *options,
                                            struct redbook_error *err) {
  struct redbook_server *server = calloc(1, sizeof *server);
  if (!server) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the drive's server");
    return NULL;
  }
  server->process = getpid();
  server->listener = server->stop = -1;
  server->kernel.filter = options->filter;
  server->kernel.timeout = 6000; /* BLK_DEFAULT_SG_TIMEOUT: 60 s */
  server->kernel.reserved = (int)REDBOOK_WIRE_DATA;
  server->kernel.node = make_node(drive, options->trace, err);
  if (server->kernel.node && make_folder(server, err) && listen_there(server, err) &&
      start_thread(server, err))
    return server;
  give_up(server, true);
  return NULL;
}

const char *redbook_server_socket(const struct redbook_server *server) {
  return server->address.sun_path;
}

int redbook_server_trace_errno(const struct redbook_server *server) {
  return redbook_trace_errno(server->kernel.node);
}

void redbook_server_stop(struct redbook_server *server) {
  if (!server) return;
  bool here = server->process == getpid();
  uint64_t one = 1;
  if (here && write(server->stop, &one, sizeof one) == (ssize_t)sizeof one)
    (void)pthread_join(server->thread, NULL);
  give_up(server, here);
}
