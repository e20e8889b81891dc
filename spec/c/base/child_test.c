/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Children: what they write, what they say, how they end, what is left of them. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"

static struct redbook_child start(const char *script) {
  const char *const arguments[] = {"sh", "-c", script, NULL};
  struct redbook_child child;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_child_start(&child, arguments, 60, &err)) fail_msg("%s", err.message);
  return child;
}

static size_t read_all(struct redbook_child *child, char *data, size_t room) {
  struct redbook_error err;
  size_t used = 0;
  ssize_t got;
  redbook_error_clear(&err);
  while ((got = redbook_child_read(child, data + used, room - used, NULL, 100, &err)) > 0)
    used += (size_t)got;
  assert_int_equal(got, 0);
  return used;
}

static void no_child_is_left(void) {
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
}

static void output_and_exit_code(void **state) {
  (void)state;
  char data[64];
  struct redbook_child child = start("echo one; echo two; exit 7");
  assert_int_equal(read_all(&child, data, sizeof data), 8);
  assert_memory_equal(data, "one\ntwo\n", 8);
  assert_int_equal(redbook_child_end(&child, false), 7);
  assert_int_equal(redbook_child_end(&child, false), -1);
  assert_string_equal(child.said, "");
  no_child_is_left();
}

/* More than a pipe holds, on the side that nobody asks about. */
static void what_it_says_never_stops_it(void **state) {
  (void)state;
  char data[8];
  struct redbook_child child = start(
      "printf '\\n\\na\\tb\\n' >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo done");
  assert_int_equal(read_all(&child, data, sizeof data), 5);
  assert_int_equal(redbook_child_end(&child, false), 0);
  assert_string_equal(child.said, "a b");
  child = start("head -c 1000 /dev/zero | tr '\\0' y >&2");
  assert_int_equal(read_all(&child, data, sizeof data), 0);
  assert_int_equal(redbook_child_end(&child, false), 0);
  assert_int_equal(strspn(child.said, "y"), sizeof child.said - 1);
  no_child_is_left();
}

static void killed_with_all_it_started(void **state) {
  (void)state;
  struct redbook_error err;
  char data[8];
  redbook_error_clear(&err);
  struct redbook_child child = start("sleep 1000 & echo; sleep 1000");
  assert_int_equal(redbook_child_read(&child, data, sizeof data, NULL, 100, &err), 1);
  pid_t group = child.pid;
  assert_int_equal(redbook_child_end(&child, true), 128 + SIGKILL);
  no_child_is_left();
  for (int i = 0; i < 3000 && kill(-group, 0) == 0; i++)
    usleep(20000);
  assert_int_equal(kill(-group, 0), -1);
}

/* It has closed its output and does not end: nobody waits for it for ever. */
static void one_that_lives_on_is_killed(void **state) {
  (void)state;
  char data[8];
  struct redbook_child child = start("echo said >&2; exec >&-; sleep 1000");
  assert_int_equal(read_all(&child, data, sizeof data), 0);
  assert_int_equal(redbook_child_end(&child, false), 128 + SIGKILL);
  assert_string_equal(child.said, "said");
  no_child_is_left();
}

static void waits_end(void **state) {
  (void)state;
  struct redbook_error err;
  char data[8];
  atomic_bool cancel = true;
  redbook_error_clear(&err);
  struct redbook_child child = start("sleep 1000");
  assert_int_equal(redbook_child_read(&child, data, sizeof data, NULL, 0.1, &err), -1);
  assert_int_equal(err.code, REDBOOK_E_FAIL);
  assert_int_equal(redbook_child_read(&child, data, sizeof data, &cancel, 100, &err), -1);
  assert_int_equal(err.code, REDBOOK_E_IMAPI_REQUEST_CANCELLED);
  assert_int_equal(redbook_child_end(&child, true), 128 + SIGKILL);
  no_child_is_left();
}

/* Blocked and ignored signals are inherited, standard input would be the host's. */
static void it_starts_fresh(void **state) {
  (void)state;
  char data[256] = "";
  sigset_t all, before;
  sigfillset(&all);
  assert_int_equal(sigprocmask(SIG_SETMASK, &all, &before), 0);
  assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  struct redbook_child child =
      start("grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d ' \\t\\n'; cat; echo .");
  size_t length = read_all(&child, data, sizeof data - 1);
  assert_int_equal(redbook_child_end(&child, false), 0);
  assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
  data[length] = '\0';
  /* 32 and 33 are the C library's own. */
  assert_string_equal(data, "SigBlk:0000000000000000SigIgn:0000000180000000.\n");
}

static void it_writes_no_files(void **state) {
  (void)state;
  char data[8];
  struct redbook_child child =
      start("name=$(mktemp -u); dd if=/dev/zero of=$name bs=1 count=1; rm -f $name");
  assert_int_equal(read_all(&child, data, sizeof data), 0);
  redbook_child_end(&child, false);
  assert_non_null(strstr(child.said, "ile size limit"));
}

static void no_such_program(void **state) {
  (void)state;
  const char *const arguments[] = {"redbook-has-no-such-program", NULL};
  struct redbook_child child;
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_false(redbook_child_start(&child, arguments, 60, &err));
  assert_int_equal(err.code, REDBOOK_E_FILE_NOT_FOUND);
  no_child_is_left();
}

/* Hosts may ignore SIGCHLD: then nobody learns the exit code. */
static void host_that_reaps_for_itself(void **state) {
  (void)state;
  char data[8];
  assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
  struct redbook_child child = start("echo; exit 3");
  assert_int_equal(read_all(&child, data, sizeof data), 1);
  assert_int_equal(redbook_child_end(&child, false), -1);
  assert_true(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(output_and_exit_code),
      cmocka_unit_test(what_it_says_never_stops_it),
      cmocka_unit_test(killed_with_all_it_started),
      cmocka_unit_test(one_that_lives_on_is_killed),
      cmocka_unit_test(waits_end),
      cmocka_unit_test(it_starts_fresh),
      cmocka_unit_test(it_writes_no_files),
      cmocka_unit_test(no_such_program),
      cmocka_unit_test(host_that_reaps_for_itself),
  };
  return cmocka_run_group_tests_name("base/child", tests, NULL, NULL);
}
