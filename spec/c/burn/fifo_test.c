/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The FIFO: order, edges, endings, and two threads. */
#include "burn/fifo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#define SECTOR REDBOOK_AUDIO_SECTOR_BYTES

static struct redbook_fifo *make(uint32_t sectors) {
  struct redbook_error err;
  struct redbook_fifo *fifo = redbook_fifo_create((uint64_t)sectors * SECTOR, &err);
  assert_non_null(fifo);
  return fifo;
}

static void put(struct redbook_fifo *fifo, uint8_t mark) {
  uint8_t *data;
  assert_int_equal(redbook_fifo_reserve(fifo, 1, &data), 1);
  memset(data, mark, SECTOR);
  redbook_fifo_commit(fifo, 1);
}

static void keeps_order_round_the_edge(void **state) {
  (void)state;
  struct redbook_fifo *fifo = make(3);
  const uint8_t *data;
  put(fifo, 1);
  put(fifo, 2);
  assert_int_equal(redbook_fifo_peek(fifo, 1, &data), 1);
  assert_int_equal(data[0], 1);
  redbook_fifo_consume(fifo, 1);
  put(fifo, 3);
  put(fifo, 4);
  assert_int_equal(redbook_fifo_used_bytes(fifo), 3 * SECTOR);
  assert_int_equal(redbook_fifo_room(fifo), 0);
  assert_int_equal(redbook_fifo_peek(fifo, 3, &data), 2);
  assert_int_equal(data[0], 2);
  assert_int_equal(data[SECTOR], 3);
  redbook_fifo_consume(fifo, 2);
  redbook_fifo_finish(fifo);
  assert_int_equal(redbook_fifo_peek(fifo, 3, &data), 1);
  assert_int_equal(data[SECTOR - 1], 4);
  redbook_fifo_consume(fifo, 1);
  assert_int_equal(redbook_fifo_peek(fifo, 1, &data), 0);
  redbook_fifo_destroy(fifo);
}

static void a_failure_comes_after_the_sectors_before_it(void **state) {
  (void)state;
  struct redbook_fifo *fifo = make(4);
  const uint8_t *data;
  struct redbook_error err;
  redbook_error_clear(&err);
  redbook_fail(&err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED, "broken at 0:07");
  put(fifo, 9);
  redbook_fifo_fail(fifo, &err);
  redbook_error_clear(&err);
  assert_true(redbook_fifo_good(fifo, &err));
  assert_int_equal(redbook_fifo_peek(fifo, 2, &data), 1);
  redbook_fifo_consume(fifo, 1);
  assert_int_equal(redbook_fifo_peek(fifo, 1, &data), 0);
  assert_false(redbook_fifo_good(fifo, &err));
  assert_int_equal(err.code, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED);
  assert_string_equal(err.message, "broken at 0:07");
  redbook_fifo_destroy(fifo);
}

static void *produce(void *argument) {
  struct redbook_fifo *fifo = argument;
  for (unsigned i = 0; i < 5000; i++) {
    uint8_t *data;
    if (!redbook_fifo_reserve(fifo, 1, &data)) return NULL;
    memcpy(data, &i, sizeof i);
    redbook_fifo_commit(fifo, 1);
  }
  redbook_fifo_finish(fifo);
  return NULL;
}

static void two_threads_pass_every_sector_once(void **state) {
  (void)state;
  struct redbook_fifo *fifo = make(7);
  pthread_t producer;
  unsigned next = 0;
  const uint8_t *data;
  assert_int_equal(pthread_create(&producer, NULL, produce, fifo), 0);
  while (!redbook_fifo_prefill(fifo, 10))
    continue;
  for (uint32_t got; (got = redbook_fifo_peek(fifo, 3, &data)) > 0;) {
    for (uint32_t i = 0; i < got; i++, next++) {
      unsigned value;
      memcpy(&value, data + (size_t)i * SECTOR, sizeof value);
      assert_int_equal(value, next);
    }
    redbook_fifo_consume(fifo, got);
  }
  assert_int_equal(next, 5000);
  pthread_join(producer, NULL);
  redbook_fifo_destroy(fifo);
}

static void stop_wakes_a_waiting_producer(void **state) {
  (void)state;
  struct redbook_fifo *fifo = make(2);
  pthread_t producer;
  const uint8_t *data;
  assert_int_equal(pthread_create(&producer, NULL, produce, fifo), 0);
  while (!redbook_fifo_prefill(fifo, 10))
    continue;
  redbook_fifo_stop(fifo);
  pthread_join(producer, NULL);
  assert_int_equal(redbook_fifo_peek(fifo, 1, &data), 0);
  redbook_fifo_destroy(fifo);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keeps_order_round_the_edge),
      cmocka_unit_test(a_failure_comes_after_the_sectors_before_it),
      cmocka_unit_test(two_threads_pass_every_sector_once),
      cmocka_unit_test(stop_wakes_a_waiting_producer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
