/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one door to a drive, and the clock of everything that happens behind it.
 *
 * A node says where a drive is and opens transports to it; a transport carries commands and
 * tells the time. SG_IO, the virtual recorder, a trace and a replay implement the two.
 *
 * Threads: one transport is used by one thread at a time. While an operation runs, that is its
 * worker alone (redbook_transport_own); a command from another thread is counted.
 */
#ifndef REDBOOK_MMC_TRANSPORT_H
#define REDBOOK_MMC_TRANSPORT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define REDBOOK_SENSE_SIZE 64
#define REDBOOK_PROBLEM_SIZE 288
#define REDBOOK_SECTOR_BYTES 2352u /* one CD-DA sector, 588 stereo frames, 1/75 s */
#define REDBOOK_SECTORS_PER_SECOND 75u

enum redbook_direction { REDBOOK_NO_DATA, REDBOOK_FROM_DEVICE, REDBOOK_TO_DEVICE };

/* SCSI status bytes (SPC). */
enum {
  REDBOOK_STATUS_GOOD = 0x00,
  REDBOOK_STATUS_CHECK = 0x02,
  REDBOOK_STATUS_BUSY = 0x08,
  REDBOOK_STATUS_RESERVED = 0x18
};

/* host_status of Linux' SG_IO: with these the status byte is 0 and the data buffer untouched.
 */
enum { REDBOOK_HOST_OK = 0, REDBOOK_HOST_NO_CONNECT = 1, REDBOOK_HOST_TIMEOUT = 3 };

/* One command: the request, then what became of it. */
struct redbook_command {
  uint8_t cdb[16];
  uint8_t cdb_length; /* 6, 10, 12 or 16 */
  enum redbook_direction direction;
  const uint8_t *data_out; /* TO_DEVICE: data_length bytes */
  uint8_t *data_in;        /* FROM_DEVICE: room for data_length bytes */
  uint32_t data_length;
  uint32_t timeout_ms;

  int os_error;        /* errno of a failed system call: nothing else is valid then */
  uint8_t status;      /* REDBOOK_STATUS_... */
  uint8_t host_status; /* REDBOOK_HOST_... */
  uint8_t driver_status;
  uint8_t sense[REDBOOK_SENSE_SIZE];
  uint8_t sense_length; /* bytes of `sense` that were received */
  uint32_t residual;    /* bytes of data_length that were not transferred */
  uint64_t duration_us; /* by the transport's clock */
  /* What the transport itself knows of a failure and the drive's answer does not say: a clause
   * ("the disc's file /a/b.bin cannot be written: No space left on device") and what to do
   * about it; both "" when there is nothing. */
  char problem[REDBOOK_PROBLEM_SIZE];
  char remedy[REDBOOK_PROBLEM_SIZE];
};

struct redbook_transport;

struct redbook_transport_ops {
  /* Carries one command; fills the outcome fields but duration_us. */
  void (*execute)(struct redbook_transport *transport, struct redbook_command *command);
  /* Microseconds since some fixed moment; never goes back. */
  uint64_t (*now_us)(struct redbook_transport *transport);
  /* Lets that much time pass (a simulated clock just advances). */
  void (*sleep_us)(struct redbook_transport *transport, uint64_t microseconds);
  /* Moves at least once a second in real time although sleep_us asks for more: true when
   * the clock is real, so that callers sleep in slices and look at their cancel flag. */
  bool (*is_real_time)(struct redbook_transport *transport);
  /* In a forked child: closes file descriptors, sends nothing, unlocks nothing. */
  void (*abandon)(struct redbook_transport *transport);
  /* Closes the descriptors (which drops the node's lock) and frees the transport. */
  void (*close)(struct redbook_transport *transport);
};

/* What one command may carry, where a transport does not know better: Linux' limits of an
 * optical drive that states none. */
#define REDBOOK_MAX_TRANSFER (128u * 1024)
#define REDBOOK_DATA_ALIGNMENT 4u

struct redbook_transport {
  const struct redbook_transport_ops *ops;
  uint32_t max_transfer; /* bytes of data of one command, in a buffer that begins a page */
  uint32_t alignment;    /* power of two: buffers at its multiples need not be copied */
  atomic_bool owned;
  pthread_t owner;
  atomic_uint_fast64_t commands; /* all that passed */
  atomic_uint_fast64_t foreign;  /* those sent by another thread while owned: must stay 0 */
};

/* Sets the common part, the limits to the two above; an implementation calls it first. */
void redbook_transport_init(struct redbook_transport *transport,
                            const struct redbook_transport_ops *ops);

/* The calling thread is the only one that may send commands, until redbook_transport_disown. */
void redbook_transport_own(struct redbook_transport *transport);
void redbook_transport_disown(struct redbook_transport *transport);

/* Clears the outcome fields, carries the command, measures it. Every command to every drive
 * passes this function. */
void redbook_transport_execute(struct redbook_transport *transport,
                               struct redbook_command *command);
uint64_t redbook_transport_now_us(struct redbook_transport *transport);
void redbook_transport_sleep_us(struct redbook_transport *transport, uint64_t microseconds);
void redbook_transport_close(struct redbook_transport *transport); /* NULL is fine */

/* Exclusive: for a job; only one at a time, over all processes. Forced: exclusive, but a file
 * system mounted from the disc is in nobody's way. Look: short, read-only. */
enum redbook_access { REDBOOK_ACCESS_LOOK, REDBOOK_ACCESS_EXCLUSIVE, REDBOOK_ACCESS_FORCED };

struct redbook_node;

struct redbook_node_ops {
  /* Opens a transport. Held by somebody else: E_IMAPI_RECORDER_LOCKED (0210), and with errno
   * EBUSY it may be for a moment only: worth trying again. Does not wait itself. */
  struct redbook_transport *(*open)(struct redbook_node *node, enum redbook_access access,
                                    struct redbook_error *err);
  void (*destroy)(struct redbook_node *node);
};

/* Where a drive is. Reference counted; knows nothing until it is opened. */
struct redbook_node {
  const struct redbook_node_ops *ops;
  atomic_uint references;
  /* The same for every node object of one drive, in every process: names the lock file.
   * [A-Za-z0-9:._-] only, e.g. "11:0" for /dev/sr0, "virtual-<hash of the disc's real path>".
   */
  char key[64];
};

void redbook_node_init(struct redbook_node *node, const struct redbook_node_ops *ops,
                       const char *key);
struct redbook_node *redbook_node_ref(struct redbook_node *node);
void redbook_node_unref(struct redbook_node *node); /* NULL is fine */

#endif
