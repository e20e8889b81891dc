/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TrackAtOnce against the virtual recorder, with several threads at once: what Lua never does
 * by itself, but a host in C may. Run under TSan, too. */
#include "burn/tao.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "virtual/virtual.h"

#define FIFO (1u << 20)
#define FED (3u << 19) /* the writer waits for a full FIFO: from here on it has written */
#define LONG 2000u     /* sectors */
#define APPENDABLE 1   /* disc status of READ DISC INFORMATION */
#define COMPLETE 2     /* the same */
#define SESSION_OPEN 1 /* its session status: incomplete */
#define SESSION_DONE 3 /* complete */
#define BETWEEN 152    /* sectors from the end of a track to the start of the next */
#define SYNCHRONIZE 0x35

struct rig {
  char folder[32];
  char disc[48];
  struct redbook_virtual *drive;
  struct redbook_tao *tao;
};

static bool rig_open(struct rig *rig) {
  (void)snprintf(rig->folder, sizeof rig->folder, "/tmp/redbook-tao-XXXXXX");
  if (!mkdtemp(rig->folder)) return false;
  (void)snprintf(rig->disc, sizeof rig->disc, "%s/disc.cue", rig->folder);
  struct redbook_virtual_options options = {.disc = rig->disc};
  rig->drive = redbook_virtual_create(&options, NULL);
  rig->tao = redbook_tao_create(NULL);
  if (!rig->drive || !rig->tao) return false;
  struct redbook_node *node = redbook_virtual_node(rig->drive);
  struct redbook_recorder *recorder = redbook_recorder_create_on(node, "virtual:", NULL, NULL);
  redbook_node_unref(node);
  bool ok = recorder && redbook_tao_set_recorder(rig->tao, recorder, NULL) &&
            redbook_tao_set_client_name(rig->tao, "tao_test", NULL) &&
            redbook_tao_set_fifo_bytes(rig->tao, FIFO, NULL);
  redbook_recorder_unref(recorder);
  return ok;
}

static void rig_close(struct rig *rig) {
  static const char *const names[] = {"disc.cue", "disc.bin", "disc.pre", "disc.cdt"};
  char path[64];
  redbook_tao_unref(rig->tao);
  redbook_virtual_unref(rig->drive);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", rig->folder, names[i]);
    (void)unlink(path);
  }
  (void)rmdir(rig->folder);
}

/* The sound that is fed: every 16-bit word is its place. */
static uint32_t pattern(uint8_t *out, uint64_t at, uint32_t length) {
  for (uint32_t i = 0; i < length; i++)
    out[i] = (uint8_t)((at + i) / 2 >> 8 * ((at + i) % 2));
  return length;
}

/* Steps and feeds until that many bytes have been given, or until the end. */
static bool feed_until(struct redbook_operation *op, uint64_t *given, uint64_t limit) {
  static _Thread_local uint8_t data[65536];
  struct redbook_event event;
  while (*given < limit) {
    if (redbook_operation_step(op, -1, &event) == REDBOOK_STEP_FINISHED) return false;
    if (event.type != REDBOOK_EVENT_WANT) continue;
    uint32_t length = event.bytes < sizeof data ? event.bytes : (uint32_t)sizeof data;
    pattern(data, *given, length);
    if (!redbook_operation_feed(op, data, length, false, NULL)) return false;
    *given += length;
  }
  return true;
}

static void drain(struct redbook_operation *op) {
  struct redbook_event event;
  while (redbook_operation_step(op, -1, &event) != REDBOOK_STEP_FINISHED)
    if (event.type == REDBOOK_EVENT_WANT) redbook_operation_feed(op, NULL, 0, true, NULL);
}

/* Steps to the end; the result. */
static bool end_of(struct redbook_operation *op, struct redbook_error *err) {
  if (!op) return false;
  drain(op);
  bool ok = redbook_operation_result(op, NULL, err);
  redbook_operation_unref(op);
  return ok;
}

static bool prepare(struct rig *rig) {
  return end_of(redbook_tao_begin_prepare(rig->tao, NULL), NULL);
}

static bool release(struct rig *rig) {
  return end_of(redbook_tao_begin_release(rig->tao, NULL), NULL);
}

static struct redbook_operation *begin(struct rig *rig, uint32_t sectors) {
  struct redbook_track_options options = {.fed = true, .sectors = sectors};
  return redbook_tao_begin_track(rig->tao, NULL, &options, NULL);
}

static bool whole_track(struct rig *rig, uint32_t sectors) {
  struct redbook_operation *op = begin(rig, sectors);
  uint64_t given = 0;
  if (!op || !feed_until(op, &given, (uint64_t)sectors * REDBOOK_SECTOR_BYTES)) return false;
  return end_of(op, NULL);
}

/* In the middle of a long track. */
static struct redbook_operation *within(struct rig *rig) {
  struct redbook_operation *op = begin(rig, LONG);
  uint64_t given = 0;
  return op && feed_until(op, &given, FED) ? op : NULL;
}

/* What lies there from `lba` on: sectors of the pattern from its beginning, then of zeros. */
static void count_sound(const struct rig *rig, int32_t lba, uint32_t sectors, uint32_t *sound,
                        uint32_t *silence) {
  char path[64];
  uint8_t wanted[REDBOOK_SECTOR_BYTES];
  uint8_t read[REDBOOK_SECTOR_BYTES];
  static const uint8_t zeros[REDBOOK_SECTOR_BYTES];
  (void)snprintf(path, sizeof path, "%s/disc.bin", rig->folder);
  FILE *file = fopen(path, "rbe");
  assert_non_null(file);
  assert_int_equal(fseek(file, (long)lba * (long)REDBOOK_SECTOR_BYTES, SEEK_SET), 0);
  *sound = *silence = 0;
  for (uint32_t i = 0; i < sectors && fread(read, sizeof read, 1, file) == 1; i++) {
    pattern(wanted, (uint64_t)i * sizeof wanted, sizeof wanted);
    if (*silence == 0 && !memcmp(read, wanted, sizeof read))
      ++*sound;
    else if (!memcmp(read, zeros, sizeof read))
      ++*silence;
    else
      break;
  }
  (void)fclose(file);
}

static void check_state(const struct rig *rig, bool held, int disc, int session,
                        unsigned tracks) {
  struct redbook_virtual_view view;
  redbook_virtual_look(rig->drive, &view);
  assert_int_equal(view.held, held);
  assert_int_equal(view.prevented, held);
  assert_int_equal(view.disc_status, disc);
  assert_int_equal(view.session_status, session);
  assert_int_equal(view.tracks, tracks);
  assert_int_equal(view.incomplete_tracks, 0);
  assert_int_equal(view.foreign_commands, 0);
}

/* Track `index` begins at `start` with the fed sound and is complete: cut short, or whole. */
static void check_track(const struct rig *rig, unsigned index, int32_t start, bool cut) {
  struct redbook_virtual_track track;
  uint32_t sound;
  uint32_t silence;
  assert_true(redbook_virtual_track_at(rig->drive, index, &track));
  assert_int_equal(track.number, index + 1);
  assert_int_equal(track.start, start);
  assert_true(track.complete);
  count_sound(rig, start, track.sectors, &sound, &silence);
  assert_int_equal(sound + silence, track.sectors);
  if (!cut) {
    assert_int_equal(silence, 0);
    return;
  }
  assert_in_range(sound, 200, LONG - 1);
  assert_int_equal(track.sectors, sound > 300 ? sound : 300);
}

static void *cancel_often(void *argument) {
  for (int i = 0; i < 100; i++)
    redbook_operation_cancel(argument);
  return NULL;
}

static void another_thread_cancels_in_the_middle_of_a_track(void **state) {
  (void)state;
  struct rig rig;
  pthread_t thread;
  struct redbook_error err;
  assert_true(rig_open(&rig) && prepare(&rig));
  struct redbook_operation *op = within(&rig);
  assert_non_null(op);
  assert_int_equal(redbook_tao_state(rig.tao), REDBOOK_TAO_WRITING);
  assert_int_equal(pthread_create(&thread, NULL, cancel_often, op), 0);
  while (!redbook_operation_cancelled(op))
    usleep(1000); /* drain ends the data: not before they are cancelled */
  redbook_error_clear(&err);
  drain(op);
  assert_false(redbook_operation_result(op, NULL, &err));
  pthread_join(thread, NULL);
  redbook_operation_unref(op);
  assert_int_equal(err.code, REDBOOK_E_IMAPI_REQUEST_CANCELLED);
  assert_int_equal(err.disc, REDBOOK_DISC_OPEN);
  assert_int_equal(redbook_tao_state(rig.tao), REDBOOK_TAO_PREPARED);
  check_state(&rig, true, APPENDABLE, SESSION_OPEN, 1);
  check_track(&rig, 0, 0, true);

  struct redbook_virtual_track first;
  assert_true(redbook_virtual_track_at(rig.drive, 0, &first));
  assert_true(whole_track(&rig, 500) && release(&rig));
  check_state(&rig, false, COMPLETE, SESSION_DONE, 2);
  check_track(&rig, 1, (int32_t)first.sectors + BETWEEN, false);
  rig_close(&rig);
}

static void letting_go_later_ends_what_runs(void **state) {
  (void)state;
  struct rig rig;
  assert_true(rig_open(&rig) && prepare(&rig) && whole_track(&rig, 400));
  struct redbook_operation *op = within(&rig);
  assert_non_null(op);
  redbook_operation_unref(op);
  redbook_tao_let_go_later(rig.tao);
  redbook_tao_unref(rig.tao);
  rig.tao = NULL;
  redbook_let_go_all();
  check_state(&rig, false, APPENDABLE, SESSION_OPEN, 2);
  check_track(&rig, 0, 0, false);
  check_track(&rig, 1, 400 + BETWEEN, true);
  assert_false(redbook_last_release_error(NULL));
  rig_close(&rig);
}

static void an_operation_that_was_let_go_of_can_be_asked(void **state) {
  (void)state;
  struct rig rig;
  struct redbook_error err;
  assert_true(rig_open(&rig) && prepare(&rig));
  struct redbook_operation *op = within(&rig);
  assert_non_null(op);
  redbook_tao_let_go_later(rig.tao);
  redbook_let_go_all();
  assert_int_equal(redbook_tao_state(rig.tao), REDBOOK_TAO_IDLE);
  redbook_error_clear(&err);
  assert_false(end_of(op, &err));
  assert_int_equal(err.code, REDBOOK_E_IMAPI_REQUEST_CANCELLED);
  check_state(&rig, false, APPENDABLE, SESSION_OPEN, 1);
  rig_close(&rig);
}

struct burn {
  pthread_t thread;
  struct rig rig;
  bool ok;
};

/* No assertions: a failed one would leave by longjmp on another thread. */
static void *burn_disc(void *argument) {
  struct burn *burn = argument;
  burn->ok = rig_open(&burn->rig);
  for (int round = 0; burn->ok && round < 3; round++)
    burn->ok = (round > 0 || prepare(&burn->rig)) && whole_track(&burn->rig, LONG);
  burn->ok = burn->ok && release(&burn->rig);
  return NULL;
}

static void two_threads_burn_two_discs(void **state) {
  (void)state;
  struct burn burns[2];
  for (int i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&burns[i].thread, NULL, burn_disc, &burns[i]), 0);
  for (int i = 0; i < 2; i++)
    pthread_join(burns[i].thread, NULL);
  for (int i = 0; i < 2; i++) {
    assert_true(burns[i].ok);
    check_state(&burns[i].rig, false, COMPLETE, SESSION_DONE, 3);
    for (unsigned n = 0; n < 3; n++)
      check_track(&burns[i].rig, n, (int32_t)(n * (LONG + BETWEEN)), false);
    rig_close(&burns[i].rig);
  }
}

static void all_that_is_held_is_let_go_of(void **state) {
  (void)state;
  struct rig rigs[4];
  struct redbook_operation *op;
  for (int i = 0; i < 4; i++)
    assert_true(rig_open(&rigs[i]) && prepare(&rigs[i]));
  assert_true(whole_track(&rigs[1], 400));
  assert_non_null(op = within(&rigs[2]));
  struct redbook_operation *other = within(&rigs[3]);
  assert_non_null(other);
  redbook_operation_unref(other);
  redbook_tao_let_go_later(rigs[3].tao);
  redbook_let_go_all();
  redbook_let_go_all();
  check_state(&rigs[0], false, 0, 0, 0);
  check_state(&rigs[1], false, APPENDABLE, SESSION_OPEN, 1);
  check_track(&rigs[1], 0, 0, false);
  check_state(&rigs[2], false, APPENDABLE, SESSION_OPEN, 1);
  check_track(&rigs[2], 0, 0, true);
  check_state(&rigs[3], false, APPENDABLE, SESSION_OPEN, 1);
  check_track(&rigs[3], 0, 0, true);
  redbook_operation_unref(op);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(redbook_tao_state(rigs[i].tao), REDBOOK_TAO_IDLE);
    assert_true(i == 0 || !prepare(&rigs[i])); /* not blank, and not held either */
    rig_close(&rigs[i]);
  }
}

static void a_failure_of_letting_go_is_kept(void **state) {
  (void)state;
  struct rig rig;
  struct redbook_error err;
  struct redbook_virtual_fault fault = {
      .kind = REDBOOK_FAULT_SENSE, .opcode = SYNCHRONIZE, .key = 3, .asc = 0x0C};
  assert_true(rig_open(&rig) && prepare(&rig));
  assert_true(redbook_virtual_add_fault(rig.drive, &fault, NULL));
  struct redbook_operation *op = within(&rig);
  assert_non_null(op);
  redbook_tao_let_go(rig.tao);
  redbook_operation_unref(op);
  redbook_error_clear(&err);
  assert_true(redbook_last_release_error(&err));
  assert_int_equal(err.code, REDBOOK_E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE);
  assert_int_equal(err.opcode, SYNCHRONIZE);
  assert_int_equal(err.disc, REDBOOK_DISC_OPEN);
  assert_false(redbook_last_release_error(&err));
  struct redbook_virtual_view view;
  redbook_virtual_look(rig.drive, &view);
  assert_false(view.held);
  assert_false(view.prevented);
  rig_close(&rig);
}

/* The drive says for ever that it writes (2/04/08): 120 s are enough. */
static void a_drive_that_never_ends_is_let_go_of(void **state) {
  (void)state;
  struct rig rig;
  struct redbook_error err;
  struct redbook_virtual_view before;
  struct redbook_virtual_view after;
  struct redbook_virtual_fault fault = {
      .kind = REDBOOK_FAULT_SENSE, .opcode = 0x00, .key = 2, .asc = 0x04, .ascq = 0x08};
  assert_true(rig_open(&rig) && prepare(&rig));
  struct redbook_operation *op = within(&rig);
  assert_non_null(op);
  assert_true(redbook_virtual_add_fault(rig.drive, &fault, NULL));
  redbook_virtual_look(rig.drive, &before);
  redbook_tao_let_go(rig.tao);
  redbook_virtual_look(rig.drive, &after);
  redbook_operation_unref(op);
  assert_in_range(after.clock_us - before.clock_us, 120000000, 130000000);
  assert_false(after.held);
  assert_false(after.prevented);
  redbook_error_clear(&err);
  assert_true(redbook_last_release_error(&err));
  assert_int_equal(err.code, REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY);
  rig_close(&rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(another_thread_cancels_in_the_middle_of_a_track),
      cmocka_unit_test(letting_go_later_ends_what_runs),
      cmocka_unit_test(an_operation_that_was_let_go_of_can_be_asked),
      cmocka_unit_test(two_threads_burn_two_discs),
      cmocka_unit_test(all_that_is_held_is_let_go_of),
      cmocka_unit_test(a_failure_of_letting_go_is_kept),
      cmocka_unit_test(a_drive_that_never_ends_is_let_go_of)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
