/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FIFO of whole sectors between one producer and one consumer.
 *
 * Both work inside the ring (no copies). Its memory is touched only as it fills, and locked as
 * it is touched when the limit allows. A producer's failure is met by the consumer after the
 * sectors before it. Stop wakes both sides for good.
 */
#ifndef REDBOOK_BURN_FIFO_H
#define REDBOOK_BURN_FIFO_H

#include "audio/source.h"

struct redbook_fifo;

struct redbook_fifo *redbook_fifo_create(uint64_t bytes, struct redbook_error *err);
void redbook_fifo_destroy(struct redbook_fifo *fifo); /* NULL is fine */

/* Producer: waits for room; returns contiguous sectors, at most `most`; 0 once stopped. */
uint32_t redbook_fifo_reserve(struct redbook_fifo *fifo, uint32_t most, uint8_t **data);
void redbook_fifo_commit(struct redbook_fifo *fifo, uint32_t sectors);
void redbook_fifo_finish(struct redbook_fifo *fifo);
void redbook_fifo_fail(struct redbook_fifo *fifo, const struct redbook_error *err);

/* Consumer: waits until `most` sectors are there or the end is in sight; returns contiguous
 * sectors, 0 at the end, after a failure, or once stopped. */
uint32_t redbook_fifo_peek(struct redbook_fifo *fifo, uint32_t most, const uint8_t **data);
void redbook_fifo_consume(struct redbook_fifo *fifo, uint32_t sectors);
/* Waits at most so long until it is full, finished, failed or stopped; whether it is. */
bool redbook_fifo_prefill(struct redbook_fifo *fifo, unsigned milliseconds);
/* The producer's failure, once it has been reached: false and err. */
bool redbook_fifo_good(struct redbook_fifo *fifo, struct redbook_error *err);

void redbook_fifo_stop(struct redbook_fifo *fifo);
uint64_t redbook_fifo_total_bytes(const struct redbook_fifo *fifo);
uint64_t redbook_fifo_used_bytes(struct redbook_fifo *fifo);
/* Sectors that reserve would give without waiting. */
uint32_t redbook_fifo_room(struct redbook_fifo *fifo);

#endif
