/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door that every command passes: clears, counts, measures. And the nodes' reference count.
 */
#include "mmc/transport.h"

#include <stdio.h>
#include <string.h>

void redbook_transport_init(struct redbook_transport *transport,
                            const struct redbook_transport_ops *ops) {
  transport->ops = ops;
  transport->max_transfer = REDBOOK_MAX_TRANSFER;
  transport->alignment = REDBOOK_DATA_ALIGNMENT;
  transport->owner = pthread_self();
  atomic_init(&transport->owned, false);
  atomic_init(&transport->commands, 0);
  atomic_init(&transport->foreign, 0);
}

void redbook_transport_own(struct redbook_transport *transport) {
  transport->owner = pthread_self();
  atomic_store_explicit(&transport->owned, true, memory_order_release);
}

void redbook_transport_disown(struct redbook_transport *transport) {
  atomic_store_explicit(&transport->owned, false, memory_order_release);
}

static void count(struct redbook_transport *transport) {
  atomic_fetch_add_explicit(&transport->commands, 1, memory_order_relaxed);
  if (atomic_load_explicit(&transport->owned, memory_order_acquire) &&
      !pthread_equal(transport->owner, pthread_self())) {
    atomic_fetch_add_explicit(&transport->foreign, 1, memory_order_relaxed);
  }
}

static void clear_outcome(struct redbook_command *command) {
  command->os_error = 0;
  command->status = REDBOOK_STATUS_GOOD;
  command->host_status = REDBOOK_HOST_OK;
  command->driver_status = 0;
  memset(command->sense, 0, sizeof command->sense);
  command->sense_length = 0;
  command->residual = 0;
  command->duration_us = 0;
  command->problem[0] = '\0';
  command->remedy[0] = '\0';
}

void redbook_transport_execute(struct redbook_transport *transport,
                               struct redbook_command *command) {
  count(transport);
  clear_outcome(command);
  uint64_t start = redbook_transport_now_us(transport);
  transport->ops->execute(transport, command);
  command->duration_us = redbook_transport_now_us(transport) - start;
}

uint64_t redbook_transport_now_us(struct redbook_transport *transport) {
  return transport->ops->now_us(transport);
}

void redbook_transport_sleep_us(struct redbook_transport *transport, uint64_t microseconds) {
  transport->ops->sleep_us(transport, microseconds);
}

void redbook_transport_close(struct redbook_transport *transport) {
  if (transport != NULL) transport->ops->close(transport);
}

void redbook_node_init(struct redbook_node *node, const struct redbook_node_ops *ops,
                       const char *key) {
  node->ops = ops;
  atomic_init(&node->references, 1);
  (void)snprintf(node->key, sizeof node->key, "%s", key);
}

struct redbook_node *redbook_node_ref(struct redbook_node *node) {
  atomic_fetch_add_explicit(&node->references, 1, memory_order_relaxed);
  return node;
}

void redbook_node_unref(struct redbook_node *node) {
  if (node == NULL) return;
  if (atomic_fetch_sub_explicit(&node->references, 1, memory_order_acq_rel) == 1) {
    node->ops->destroy(node);
  }
}
