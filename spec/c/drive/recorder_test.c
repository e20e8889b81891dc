/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorders: who holds the drive, seen within one process. */
#include <pthread.h>

#include "drive/recorder_support.h"
#include "virtual/virtual.h"

static void client_names(void **state) {
  (void)state;
  assert_true(redbook_client_name_valid("a"));
  assert_true(redbook_client_name_valid("Mix tape 2: a.b,c;d-e_f"));
  assert_true(redbook_client_name_valid(
      "123456789012345678901234567890123456789012345678901234567890123"));
  assert_false(redbook_client_name_valid(
      "1234567890123456789012345678901234567890123456789012345678901234"));
  assert_false(redbook_client_name_valid(""));
  assert_false(redbook_client_name_valid("a\nb"));
  assert_false(redbook_client_name_valid("a/b"));
  assert_false(redbook_client_name_valid("\xC3\xA4"));
}

static void nesting(void **state) {
  (void)state;
  struct redbook_recorder *r = make(name);
  assert_int_equal(redbook_recorder_lock_count(r), 0);
  assert_null(redbook_recorder_held_drive(r));
  assert_int_equal(release(r), 0x80004005);
  assert_int_equal(acquire(r, "bad/name"), 0xC0AA0211);
  assert_int_equal(acquire(r, NULL), 0xC0AA0211);
  assert_string_equal(owner(r), "");
  assert_int_equal(acquire(r, "first"), 0);
  assert_int_equal(acquire(r, "bad/name"), 0xC0AA0211);
  assert_int_equal(acquire(r, "second"), 0);
  assert_int_equal(redbook_recorder_lock_count(r), 2);
  assert_string_equal(owner(r), "first");
  assert_non_null(redbook_recorder_held_drive(r));
  assert_ptr_equal(redbook_recorder_enter(r, NULL), redbook_recorder_held_drive(r));
  redbook_recorder_leave(r, redbook_recorder_held_drive(r));
  assert_int_equal(release(r), 0);
  assert_int_equal(redbook_recorder_lock_count(r), 1);
  assert_string_equal(owner(r), "first");
  assert_int_equal(release(r), 0);
  assert_int_equal(release(r), 0x80004005);
  assert_string_equal(owner(r), "");
  redbook_recorder_unref(r);
}

static void second_recorder_of_the_process(void **state) {
  (void)state;
  struct redbook_recorder *a = make(name);
  struct redbook_recorder *b = make(name);
  struct redbook_error err;
  assert_int_equal(acquire(a, "mix tape"), 0);
  redbook_error_clear(&err);
  assert_false(redbook_recorder_acquire(b, false, "other", &err));
  assert_int_equal(err.code, 0xC0AA0210);
  assert_string_equal(err.message, "the drive is held by \"mix tape\"");
  assert_int_equal(look(b), 0xC0AA0210);
  assert_string_equal(owner(b), "mix tape");
  redbook_recorder_let_go(a);
  redbook_recorder_let_go(a);
  assert_int_equal(look(b), 0);
  assert_int_equal(acquire(b, "other"), 0);
  assert_int_equal(acquire(a, "mix tape"), 0xC0AA0210);
  redbook_recorder_unref(b);
  assert_int_equal(acquire(a, "mix tape"), 0);
  redbook_recorder_unref(a);
}

static void lock_shows_in_the_drive(void **state) {
  (void)state;
  const struct redbook_virtual_options options = {.disc = strchr(name, ':') + 1};
  struct redbook_virtual *drive = redbook_virtual_create(&options, NULL);
  struct redbook_node *node = redbook_virtual_node(drive);
  struct redbook_recorder *r = redbook_recorder_create_on(node, "virtual", NULL, NULL);
  struct redbook_virtual_view view;
  assert_int_equal(acquire(r, "me"), 0);
  redbook_virtual_look(drive, &view);
  assert_true(view.prevented && view.held);
  assert_int_equal(release(r), 0);
  redbook_virtual_look(drive, &view);
  assert_false(view.prevented || view.held);
  assert_string_equal(redbook_recorder_id(r), "virtual");
  redbook_recorder_unref(r);
  redbook_node_unref(node);
  redbook_virtual_unref(drive);
}

static void two_names_one_drive(void **state) {
  (void)state;
  char other[160], wrong[160];
  snprintf(other, sizeof other, "%s?minutes=74&medium=cd-rw", name);
  struct redbook_recorder *a = make(other);
  snprintf(other, sizeof other, "%s?medium=cd-rw&minutes=74", name);
  struct redbook_recorder *b = make(other);
  struct redbook_recorder *c = make(name);
  struct redbook_error err;
  snprintf(wrong, sizeof wrong, "%s?medium=cd-r", name);
  redbook_error_clear(&err);
  assert_null(redbook_recorder_create(wrong, NULL, &err));
  assert_int_equal(err.code, 0x80070057);
  struct redbook_drive *drive = redbook_recorder_enter(a, NULL);
  assert_true(redbook_drive_start_stop(drive, REDBOOK_EJECT, NULL));
  redbook_recorder_leave(a, drive);
  struct redbook_recorder *views[] = {b, c};
  for (size_t i = 0; i < 2; i++) {
    drive = redbook_recorder_enter(views[i], NULL);
    redbook_error_clear(&err);
    assert_false(redbook_drive_ready(drive, &err));
    assert_int_equal(err.code, 0xC0AA0202);
    redbook_recorder_leave(views[i], drive);
  }
  redbook_recorder_unref(a);
  redbook_recorder_unref(b);
  redbook_recorder_unref(c);
  /* With the last of them the drive has gone, and the next name makes another. */
  a = make(wrong);
  drive = redbook_recorder_enter(a, NULL);
  assert_true(redbook_drive_ready(drive, NULL));
  redbook_recorder_leave(a, drive);
  redbook_recorder_unref(a);
}

static void empty_drives(void **state) {
  (void)state;
  struct redbook_recorder *a = make("virtual:");
  struct redbook_recorder *b = make("virtual:");
  struct redbook_recorder *c = make("virtual:?tray=open");
  assert_int_equal(acquire(a, "a"), 0);
  assert_int_equal(acquire(b, "b"), 0xC0AA0210);
  assert_int_equal(acquire(c, "c"), 0);
  redbook_recorder_unref(a);
  redbook_recorder_unref(b);
  redbook_recorder_unref(c);
}

static void *leave_later(void *context) {
  struct redbook_recorder *r = context;
  usleep(150000);
  redbook_recorder_leave(r, redbook_recorder_enter(r, NULL));
  redbook_recorder_leave(r, redbook_recorder_enter(r, NULL));
  return NULL;
}

static void looks_are_waited_for(void **state) {
  (void)state;
  struct redbook_recorder *a = make(name);
  struct redbook_recorder *b = make(name);
  struct redbook_recorder *c = make(name);
  struct redbook_drive *drive = redbook_recorder_enter(a, NULL);
  assert_non_null(drive);
  assert_int_equal(look(b), 0);
  assert_int_equal(acquire(a, "itself"), 0x80004005);
  assert_int_equal(acquire(c, "impatient"), 0xC0AA0210);
  redbook_recorder_leave(a, drive);

  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, leave_later, a), 0);
  for (int i = 0; i < 20; i++) {
    assert_int_equal(acquire(c, "patient"), 0);
    assert_int_equal(release(c), 0);
    usleep(10000);
  }
  pthread_join(thread, NULL);
  redbook_recorder_unref(a);
  redbook_recorder_unref(b);
  redbook_recorder_unref(c);
}

static void busy_recorder(void **state) {
  (void)state;
  struct redbook_recorder *r = make(name);
  redbook_recorder_set_busy(r, true);
  assert_true(redbook_recorder_busy(r));
  assert_int_equal(look(r), 0xC0AA0500);
  assert_int_equal(acquire(r, "me"), 0xC0AA0500);
  redbook_recorder_set_busy(r, false);
  assert_int_equal(acquire(r, "me"), 0);
  redbook_recorder_set_busy(r, true);
  assert_int_equal(look(r), 0xC0AA0500);
  assert_int_equal(acquire(r, "me"), 0xC0AA0500);
  assert_int_equal(release(r), 0xC0AA0500);
  assert_string_equal(owner(r), "me");
  assert_true(redbook_recorder_job_acquire(r, "job", NULL));
  assert_int_equal(redbook_recorder_lock_count(r), 2);
  assert_true(redbook_recorder_job_release(r, NULL));
  assert_true(redbook_recorder_job_release(r, NULL));
  assert_string_equal(owner(r), "");
  assert_false(redbook_recorder_job_acquire(r, "", NULL));
  assert_true(redbook_recorder_job_acquire(r, "job", NULL));
  assert_string_equal(owner(r), "job");
  redbook_recorder_set_busy(r, false);
  assert_true(redbook_recorder_job_release(r, NULL));
  assert_string_equal(owner(r), "");
  redbook_recorder_unref(r);
}

/* What a job holds is the job's to release, whoever else holds the drive. */
static void held_by_a_job(void **state) {
  (void)state;
  struct redbook_recorder *r = make(name);
  struct redbook_error err;
  assert_true(redbook_recorder_free_of_jobs(r, NULL));
  assert_int_equal(acquire(r, "me"), 0);
  assert_true(redbook_recorder_free_of_jobs(r, NULL));
  assert_true(redbook_recorder_job_acquire(r, "job", NULL));
  redbook_error_clear(&err);
  assert_false(redbook_recorder_free_of_jobs(r, &err));
  assert_int_equal(err.code, 0xC0AA0210);
  assert_string_equal(err.message, "the recorder is held by the burn of \"job\"");
  assert_string_equal(err.advice,
                      "End the burn first: ReleaseMedia, or Close of the TrackAtOnce.");
  assert_int_equal(release(r), 0);
  assert_int_equal(release(r), 0x80004005);
  assert_int_equal(redbook_recorder_lock_count(r), 1);
  assert_true(redbook_recorder_job_release(r, NULL));
  assert_true(redbook_recorder_free_of_jobs(r, NULL));
  assert_int_equal(redbook_recorder_lock_count(r), 0);
  assert_true(redbook_recorder_job_acquire(r, "job", NULL));
  redbook_recorder_let_go(r);
  assert_true(redbook_recorder_free_of_jobs(r, NULL));
  redbook_recorder_unref(r);
}

static void let_go_of_all(void **state) {
  (void)state;
  struct redbook_recorder *a = make(name);
  struct redbook_recorder *b = make("virtual:");
  assert_int_equal(acquire(a, "a"), 0);
  assert_int_equal(acquire(a, "a"), 0);
  assert_int_equal(acquire(b, "b"), 0);
  redbook_hold_let_go_all();
  assert_int_equal(redbook_recorder_lock_count(a), 0);
  assert_int_equal(redbook_recorder_lock_count(b), 0);
  assert_int_equal(in_child(child_acquires, NULL), 0);
  redbook_hold_let_go_all();
  redbook_recorder_unref(a);
  redbook_recorder_unref(b);
}

static void change_notification(void **state) {
  (void)state;
  struct redbook_recorder *r = make(name);
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_false(redbook_recorder_enable_mcn(r, &err));
  assert_int_equal(err.code, 0x80004005);
  assert_true(redbook_recorder_disable_mcn(r, NULL));
  assert_true(redbook_recorder_disable_mcn(r, NULL));
  assert_true(redbook_recorder_enable_mcn(r, NULL));
  assert_true(redbook_recorder_enable_mcn(r, NULL));
  assert_false(redbook_recorder_enable_mcn(r, NULL));
  assert_true(redbook_recorder_disable_mcn(r, NULL));
  assert_true(redbook_recorder_job_acquire(r, "job", NULL)); /* fixed while prepared */
  assert_false(redbook_recorder_disable_mcn(r, &err));
  assert_int_equal(err.code, 0xC0AA0503);
  assert_false(redbook_recorder_enable_mcn(r, &err));
  assert_int_equal(err.code, 0xC0AA0503);
  redbook_recorder_set_busy(r, true);
  assert_false(redbook_recorder_enable_mcn(r, &err));
  assert_int_equal(err.code, 0xC0AA0500);
  redbook_recorder_set_busy(r, false);
  assert_true(redbook_recorder_job_release(r, NULL));
  assert_true(redbook_recorder_enable_mcn(r, NULL));
  redbook_recorder_unref(r);
}

static void traced(void **state) {
  (void)state;
  char path[128], line[64];
  struct redbook_error err;
  snprintf(path, sizeof path, "%s/trace", folder);
  redbook_error_clear(&err);
  struct redbook_recorder *r = redbook_recorder_create(name, path, &err);
  assert_non_null(r);
  struct redbook_recorder *plain = make(name);
  assert_int_equal(acquire(r, "me"), 0);
  assert_int_equal(acquire(plain, "you"), 0xC0AA0210);
  redbook_recorder_unref(r);
  redbook_recorder_unref(plain);
  FILE *file = fopen(path, "re");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  assert_memory_equal(line, "{\"redbook_trace\":1", 18);
  fclose(file);
}

static void ids_that_are_no_drives(void **state) {
  (void)state;
  static const struct {
    const char *id;
    uint32_t code;
  } rows[] = {{"/nonexistent/sr0", 0x80070037},
              {"/dev/null", 0x80070057},
              {"/dev", 0x80070057},
              {"/etc/passwd", 0x80070057},
              {"virtual:a.cue?colour=red", 0x80070057}};
  struct redbook_error err;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    redbook_error_clear(&err);
    assert_null(redbook_recorder_create(rows[i].id, NULL, &err));
    assert_int_equal(err.code, rows[i].code);
  }
  redbook_error_clear(&err);
  assert_null(redbook_recorder_create("replay:/nonexistent/trace", NULL, &err));
  assert_int_not_equal(err.code, REDBOOK_S_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(client_names),
      TEST(nesting),
      TEST(second_recorder_of_the_process),
      TEST(lock_shows_in_the_drive),
      TEST(two_names_one_drive),
      cmocka_unit_test(empty_drives),
      TEST(looks_are_waited_for),
      TEST(busy_recorder),
      TEST(held_by_a_job),
      TEST(let_go_of_all),
      TEST(change_notification),
      TEST(traced),
      cmocka_unit_test(ids_that_are_no_drives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
