/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive's server by its socket: strangers, clients that go away, threads on one connection,
 * waiting on a simulated clock. */
#include "vdrive/server.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "vdrive/message.h"

struct rig {
  char disc[64];
  struct redbook_virtual *drive;
  struct redbook_server *server;
};

static void rig_make(struct rig *rig, double ready_after) {
  struct redbook_error err;
  redbook_error_clear(&err);
  snprintf(rig->disc, sizeof rig->disc, "/tmp/redbook-vdrive-%ld.cue", (long)getpid());
  const struct redbook_virtual_options options = {.disc = rig->disc,
                                                  .ready_after = ready_after};
  const struct redbook_server_options serve = {.filter = false};
  rig->drive = redbook_virtual_create(&options, &err);
  assert_non_null(rig->drive);
  rig->server = redbook_server_start(rig->drive, &serve, &err);
  assert_non_null(rig->server);
}

static void rig_end(struct rig *rig) {
  redbook_server_stop(rig->server);
  redbook_virtual_unref(rig->drive);
  char bin[64];
  snprintf(bin, sizeof bin, "%.*s.bin", (int)strlen(rig->disc) - 4, rig->disc);
  unlink(bin);
  unlink(rig->disc);
}

static int dial(const struct rig *rig) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", redbook_server_socket(rig->server));
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

static struct redbook_wire_request request_of(enum redbook_wire_operation operation,
                                              int32_t value) {
  return (struct redbook_wire_request){
      .magic = REDBOOK_WIRE_MAGIC, .operation = operation, .value = value};
}

/* Sends so many bytes of a packet with one end of a socket pair; returns the other end. */
static int post(int fd, const void *packet, size_t length) {
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec part = {(void *)(uintptr_t)packet, length};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(head), &pair[1], sizeof(int));
  assert_int_equal(sendmsg(fd, &message, MSG_NOSIGNAL), (ssize_t)length);
  close(pair[1]);
  return pair[0];
}

/* The answer to a request, with its data behind it; the length of the data. */
static size_t ask(int fd, const struct redbook_wire_request *request,
                  struct redbook_wire_answer *answer, uint8_t *data, size_t room) {
  int answer_fd = post(fd, request, sizeof *request);
  struct iovec parts[] = {{answer, sizeof *answer}, {data, room}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  ssize_t got = recvmsg(answer_fd, &message, 0);
  close(answer_fd);
  assert_true(got >= (ssize_t)sizeof *answer);
  assert_int_equal(answer->magic, REDBOOK_WIRE_MAGIC);
  return (size_t)got - sizeof *answer;
}

static int errno_of(int fd, const struct redbook_wire_request *request) {
  struct redbook_wire_answer answer;
  uint8_t none;
  assert_int_equal(ask(fd, request, &answer, &none, 1), 0);
  return answer.os_error;
}

static int open_node(int fd) {
  const struct redbook_wire_request request =
      request_of(REDBOOK_WIRE_OPEN, O_RDWR | O_NONBLOCK);
  return errno_of(fd, &request);
}

static bool ended(int fd) {
  char byte;
  bool over = recv(fd, &byte, 1, 0) <= 0;
  close(fd);
  return over;
}

static struct redbook_wire_request inquiry(uint8_t length, uint32_t room) {
  struct redbook_wire_request request = request_of(REDBOOK_WIRE_COMMAND, 0);
  request.cdb[0] = 0x12;
  request.cdb[4] = length;
  request.cdb_length = 6;
  request.direction = REDBOOK_WIRE_IN;
  request.data_length = room;
  return request;
}

static void strangers(void **state) {
  (void)state;
  struct rig rig;
  rig_make(&rig, 0);
  struct redbook_wire_request request = request_of(REDBOOK_WIRE_OPEN, O_NONBLOCK);
  int fd = dial(&rig);
  assert_int_equal(send(fd, &request, sizeof request, 0), sizeof request); /* no descriptor */
  assert_true(ended(fd));
  fd = dial(&rig);
  close(post(fd, "hello", 5));
  assert_true(ended(fd));
  fd = dial(&rig);
  close(post(fd, &request, sizeof request - 1));
  assert_true(ended(fd));
  request.magic++;
  fd = dial(&rig);
  close(post(fd, &request, sizeof request));
  assert_true(ended(fd));
  request = inquiry(36, 36);
  request.direction = REDBOOK_WIRE_OUT; /* and none of the data that it announces */
  fd = dial(&rig);
  close(post(fd, &request, sizeof request));
  assert_true(ended(fd));
  fd = dial(&rig);
  assert_int_equal(open_node(fd), 0);
  close(fd);
  rig_end(&rig);
}

static void nonsense(void **state) {
  (void)state;
  struct rig rig;
  rig_make(&rig, 0);
  int fd = dial(&rig);
  struct redbook_wire_request request = inquiry(36, 36);
  assert_int_equal(errno_of(fd, &request), EINVAL); /* not open yet */
  assert_int_equal(open_node(fd), 0);
  assert_int_equal(open_node(fd), EINVAL);
  request = inquiry(36, REDBOOK_WIRE_DATA + 1);
  assert_int_equal(errno_of(fd, &request), EINVAL);
  request = inquiry(36, 0);
  request.direction = 3;
  assert_int_equal(errno_of(fd, &request), EINVAL);
  request = inquiry(36, 0);
  request.cdb_length = 17;
  assert_int_equal(errno_of(fd, &request), EINVAL);
  request = request_of((enum redbook_wire_operation)99, 0);
  assert_int_equal(errno_of(fd, &request), EINVAL);
  close(fd);
  rig_end(&rig);
}

/* Who does not wait for an answer harms nobody. */
static void gone_before_the_answer(void **state) {
  (void)state;
  struct rig rig;
  rig_make(&rig, 0);
  const struct redbook_wire_request request = inquiry(36, 36);
  for (int i = 0; i < 50; i++) {
    int fd = dial(&rig);
    assert_int_equal(open_node(fd), 0);
    close(post(fd, &request, sizeof request));
    close(fd);
  }
  int fd = dial(&rig);
  struct redbook_wire_answer answer;
  uint8_t data[36];
  assert_int_equal(open_node(fd), 0);
  assert_int_equal(ask(fd, &request, &answer, data, sizeof data), 36);
  assert_memory_equal(data + 8, "VIRTUAL ", 8);
  close(fd);
  rig_end(&rig);
}

struct caller {
  int fd;
  uint8_t length;
  unsigned wrong;
};

static void *call_often(void *argument) {
  struct caller *caller = argument;
  const struct redbook_wire_request request = inquiry(caller->length, 36);
  for (int i = 0; i < 300; i++) {
    struct redbook_wire_answer answer;
    uint8_t data[36];
    size_t got = ask(caller->fd, &request, &answer, data, sizeof data);
    if (got != caller->length || answer.residual != 36u - caller->length) caller->wrong++;
  }
  return NULL;
}

static void threads_share_a_connection(void **state) {
  (void)state;
  struct rig rig;
  rig_make(&rig, 0);
  int fd = dial(&rig);
  assert_int_equal(open_node(fd), 0);
  struct caller callers[4];
  pthread_t threads[4];
  for (unsigned i = 0; i < 4; i++) {
    callers[i] = (struct caller){.fd = fd, .length = (uint8_t)(5 + i)};
    assert_int_equal(pthread_create(&threads[i], NULL, call_often, &callers[i]), 0);
  }
  for (unsigned i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    assert_int_equal(callers[i].wrong, 0);
  }
  close(fd);
  rig_end(&rig);
}

/* Ready after 5000 s: 10, 100, 1000 and 10000 s pass with four answers of 2/04/01. */
static void waiting_is_short(void **state) {
  (void)state;
  static const uint8_t senses[][3] = {{2, 0x04, 1}, {2, 0x04, 1}, {2, 0x04, 1},
                                      {2, 0x04, 1}, {6, 0x28, 0}, {0, 0, 0}};
  struct rig rig;
  rig_make(&rig, 5000);
  int fd = dial(&rig);
  assert_int_equal(open_node(fd), 0);
  struct redbook_wire_request request = request_of(REDBOOK_WIRE_COMMAND, 0);
  request.cdb_length = 6;
  for (unsigned i = 0; i < 6; i++) {
    struct redbook_wire_answer answer;
    uint8_t none;
    assert_int_equal(ask(fd, &request, &answer, &none, 1), 0);
    const uint8_t got[3] = {answer.sense[2], answer.sense[12], answer.sense[13]};
    assert_memory_equal(got, senses[i], 3);
  }
  struct redbook_virtual_view view;
  redbook_virtual_look(rig.drive, &view);
  assert_true(view.clock_us >= 11110000000u && view.clock_us < 11111000000u);
  close(fd);
  rig_end(&rig);
}

static void stops_with_users(void **state) {
  (void)state;
  struct rig rig;
  rig_make(&rig, 0);
  char path[128];
  struct stat there;
  snprintf(path, sizeof path, "%s", redbook_server_socket(rig.server));
  int fd = dial(&rig), waiting = dial(&rig);
  assert_int_equal(open_node(fd), 0);
  assert_int_equal(stat(path, &there), 0);
  *strrchr(path, '/') = 0;
  assert_int_equal(stat(path, &there), 0);
  assert_int_equal(there.st_mode & 0777, 0700);
  rig_end(&rig);
  assert_int_equal(stat(path, &there), -1);
  assert_true(ended(fd));
  assert_true(ended(waiting));
}

static void wants_a_short_folder(void **state) {
  (void)state;
  struct rig rig;
  struct redbook_error err;
  rig_make(&rig, 0);
  char folder[128];
  memset(folder, 'x', sizeof folder - 1);
  folder[0] = '/';
  folder[sizeof folder - 1] = 0;
  setenv("TMPDIR", folder, 1);
  redbook_error_clear(&err);
  const struct redbook_server_options options = {.filter = false};
  assert_null(redbook_server_start(rig.drive, &options, &err));
  assert_int_equal(err.code, REDBOOK_E_INVALIDARG);
  setenv("TMPDIR", "/no/such/folder", 1);
  assert_null(redbook_server_start(rig.drive, &options, &err));
  unsetenv("TMPDIR");
  rig_end(&rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strangers),
      cmocka_unit_test(nonsense),
      cmocka_unit_test(gone_before_the_answer),
      cmocka_unit_test(threads_share_a_connection),
      cmocka_unit_test(waiting_is_short),
      cmocka_unit_test(stops_with_users),
      cmocka_unit_test(wants_a_short_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
