/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals as events: a handler that only sets a bit and wakes a descriptor. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/child.h"
#include "burn/operation.h"

#define MOST 8u

static atomic_int trap_fd = -1;
static int armed_signals[MOST];
static struct sigaction before[MOST];
static struct sigaction pipe_before;
static unsigned armed;

static void on_signal(int number) {
  int saved = errno;
  int fd = atomic_load(&trap_fd);
  uint64_t one = 1;
  atomic_fetch_or(&redbook_signals_waiting, UINT64_C(1) << (unsigned)number);
  if (fd >= 0 && write(fd, &one, sizeof one) < 0) errno = saved; /* full: readable already */
  errno = saved;
}

bool redbook_trap_arm(const int *signals, unsigned count, struct redbook_error *err) {
  if (armed) return redbook_fail(err, REDBOOK_E_FAIL, "signals are trapped already");
  if (!count || count > MOST)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "1 to %u signals can be trapped", MOST);
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return redbook_fail_errno(err, errno, "cannot create the signal descriptor");
  atomic_store(&redbook_signals_waiting, 0);
  atomic_store(&trap_fd, fd);
  struct sigaction action = {.sa_handler = on_signal};
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigemptyset(&action.sa_mask);
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGPIPE, &ignore, &pipe_before);
  for (unsigned i = 0; i < count; i++) {
    if (signals[i] < 1 || signals[i] > 63 || sigaction(signals[i], &action, &before[i])) {
      int number = errno;
      redbook_trap_disarm();
      return redbook_fail_errno(err, number, "signal %d cannot be trapped", signals[i]);
    }
    armed_signals[i] = signals[i];
    armed = i + 1;
  }
  return true;
}

void redbook_trap_disarm(void) {
  for (unsigned i = 0; i < armed; i++)
    sigaction(armed_signals[i], &before[i], NULL);
  armed = 0;
  int fd = atomic_exchange(&trap_fd, -1);
  if (fd < 0) return;
  sigaction(SIGPIPE, &pipe_before, NULL);
  close(fd);
  atomic_store(&redbook_signals_waiting, 0);
}

void redbook_trap_ignore(void) {
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  for (unsigned i = 0; i < armed; i++)
    before[i] = ignore;
  pipe_before = ignore;
  redbook_trap_disarm();
}

int redbook_trap_fd(void) {
  return atomic_load(&trap_fd);
}

static int first_of(uint64_t bits) {
  return bits ? __builtin_ctzll(bits) : 0;
}

int redbook_trap_waiting(void) {
  return first_of(atomic_load(&redbook_signals_waiting));
}

/* The descriptor is emptied before the bits are looked at, whether there are any or not: a
 * signal that comes in between, also on another thread, leaves it readable once too often and
 * never once too seldom. */
int redbook_trap_take(void) {
  int fd = atomic_load(&trap_fd);
  uint64_t value;
  if (fd < 0 || (read(fd, &value, sizeof value) < 0 && errno != EAGAIN)) return 0;
  uint64_t bits = atomic_load(&redbook_signals_waiting);
  if (!bits) return 0;
  int number = first_of(bits);
  uint64_t bit = UINT64_C(1) << (unsigned)number;
  value = 1;
  bool more = atomic_fetch_and(&redbook_signals_waiting, ~bit) & ~bit;
  if (more && write(fd, &value, sizeof value) < 0) errno = 0; /* full: readable already */
  return number;
}
