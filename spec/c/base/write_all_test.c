/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing whole: through a pipe that takes little at once, past signals, and to where nothing
 * can be written. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/write_all.h"

#define LENGTH (1u << 20)

static void fill(uint8_t *data) {
  for (uint32_t i = 0; i < LENGTH; i++)
    data[i] = (uint8_t)(i * 2654435761u >> 13);
}

struct writer {
  int fd;
  const uint8_t *data;
  bool ok;
};

static void *write_it(void *argument) {
  struct writer *writer = argument;
  writer->ok = redbook_write_all(writer->fd, writer->data, LENGTH);
  (void)close(writer->fd);
  return NULL;
}

static void nothing(int number) {
  (void)number;
}

static void everything_arrives_in_order(void **state) {
  (void)state;
  const struct sigaction interrupting = {.sa_handler = nothing}; /* no SA_RESTART */
  const struct timespec moment = {0, 1000000};
  uint8_t *sent = malloc(LENGTH);
  uint8_t *got = malloc(LENGTH);
  int ends[2];
  pthread_t thread;
  assert_true(sent && got);
  fill(sent);
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(sigaction(SIGUSR1, &interrupting, NULL), 0);
  struct writer writer = {.fd = ends[1], .data = sent};
  assert_int_equal(pthread_create(&thread, NULL, write_it, &writer), 0);
  for (size_t have = 0; have < LENGTH;) {
    (void)nanosleep(&moment, NULL);
    assert_int_equal(pthread_kill(thread, SIGUSR1), 0); /* joined below: still there */
    ssize_t n = read(ends[0], got + have, LENGTH - have < 50000 ? LENGTH - have : 50000);
    assert_true(n > 0);
    have += (size_t)n;
  }
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_true(writer.ok);
  assert_memory_equal(sent, got, LENGTH);
  assert_int_equal(read(ends[0], got, 1), 0);
  assert_int_equal(close(ends[0]), 0);
  free(sent);
  free(got);
}

static void nothing_is_written_at_once(void **state) {
  (void)state;
  assert_true(redbook_write_all(-1, "", 0));
}

static void the_reason_is_in_errno(void **state) {
  (void)state;
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  assert_true(full >= 0);
  assert_false(redbook_write_all(full, "text", 4));
  assert_int_equal(errno, ENOSPC);
  assert_int_equal(close(full), 0);
  assert_false(redbook_write_all(-1, "text", 4));
  assert_int_equal(errno, EBADF);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_arrives_in_order),
      cmocka_unit_test(nothing_is_written_at_once),
      cmocka_unit_test(the_reason_is_in_errno),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
