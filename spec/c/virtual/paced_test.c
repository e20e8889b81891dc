/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The buffer, the speed curves and the real clock. Times on the simulated clock are held to the
 * curve integrated numerically, too. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include "support.h"
#include "wall.h"

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t now(struct rig *r) {
  return redbook_transport_now_us(r->t);
}

static void set_speed(struct rig *r, unsigned kbps) {
  assert_int_equal(no_data(r, CDB(0xBB, 0, 0xFF, 0xFF, (uint8_t)(kbps >> 8), (uint8_t)kbps)),
                   GOOD);
}

static unsigned free_bytes(struct rig *r) {
  assert_int_equal(from(r, CDB(0x5C, 0, 0, 0, 0, 0, 0, 0, 12), 12), GOOD);
  return be32(r->data + 8);
}

static uint64_t underruns(struct rig *r) {
  struct redbook_virtual_view view;
  redbook_virtual_look(r->drive, &view);
  return view.underruns;
}

/* Microseconds for which the laser waited for data. */
static uint64_t idle(struct rig *r) {
  struct redbook_virtual_view view;
  redbook_virtual_look(r->drive, &view);
  return view.idle_us;
}

static uint32_t buffer_low(struct rig *r) {
  struct redbook_virtual_view view;
  redbook_virtual_look(r->drive, &view);
  return view.buffer_low;
}

static struct redbook_transport *look(struct rig *r) {
  struct redbook_error err = {0};
  struct redbook_transport *t = r->node->ops->open(r->node, REDBOOK_ACCESS_LOOK, &err);
  if (!t) fail_msg("%s", err.message);
  return t;
}

/* A command on another transport; KKAAQQ. */
static unsigned on(struct redbook_transport *t, const uint8_t cdb[16], uint8_t *in,
                   uint32_t room) {
  struct redbook_command c = {.cdb_length = (uint8_t)cdb_length(cdb[0]),
                              .direction = room ? REDBOOK_FROM_DEVICE : REDBOOK_NO_DATA,
                              .data_in = in,
                              .data_length = room,
                              .timeout_ms = 30000};
  memcpy(c.cdb, cdb, 16);
  redbook_transport_execute(t, &c);
  return c.status ? (unsigned)SENSE(c.sense[2], c.sense[12], c.sense[13]) : 0;
}

/* From the first sector to the last on the disc: 8 s of start, the curve, 3 s of run-out. The
 * whole discs are test writes, which take the same time. */
static void curves(void **state) {
  (void)state;
  static const struct {
    unsigned kbps;
    unsigned sectors;
    double curve;
  } rows[] = {{9173, 333000, 122.679},
              {9173, 359847, 129.672},
              {8467, 333000, 132.909},
              {4234, 333000, 184.983},
              {2822, 30000, 25.0035}};
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct rig r;
    rig_make(&r, "");
    set_speed(&r, rows[i].kbps);
    assert_int_equal(select05(&r, 0x51, 0), GOOD);
    uint64_t before = now(&r);
    uint8_t *data = calloc(26, SECTOR);
    for (unsigned lba = 0; lba < rows[i].sectors; lba += 26) {
      unsigned n = rows[i].sectors - lba < 26 ? rows[i].sectors - lba : 26;
      assert_int_equal(write_cdb(&r, (int)lba, n, data), GOOD);
    }
    free(data);
    assert_int_equal(sync_cache(&r), GOOD);
    double took = (double)(now(&r) - before) / 1e6 - 11;
    if (took < rows[i].curve || took > rows[i].curve + 0.03)
      fail_msg("%u kB/s, %u sectors: %g s", rows[i].kbps, rows[i].sectors, took);
    assert_int_equal(underruns(&r), 0);
    rig_remove(&r);
  }
}

/* 2 MiB are 891.65 sectors. The laser waits for three quarters; then the buffer drains at 600
 * sectors a second (8x: 1411000 / 2352 = 599.9). */
static void buffer_fills_and_drains(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  set_speed(&r, 1411);
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 650, 0), GOOD);
  assert_int_equal(free_bytes(&r), 2097152 - 650 * 2352);
  redbook_transport_sleep_us(r.t, 5000000);
  assert_int_equal(free_bytes(&r), 2097152 - 650 * 2352); /* it does not record yet */
  assert_int_equal(underruns(&r), 0);
  assert_int_equal(write_run(&r, 650, 26, 0), GOOD); /* 676 of 668.7: it starts */
  redbook_transport_sleep_us(r.t, 499500);
  unsigned left = (2097152 - free_bytes(&r)) / 2352;
  assert_in_range(left, 374, 377); /* 676 - 300 */
  assert_int_equal(no_data(&r, CDB(0x00)), GOOD);
  assert_int_equal(write_run(&r, 676, 1300, 0), GOOD); /* waits for room */
  assert_in_range(free_bytes(&r), 0, 2 * 2352);
  assert_int_equal(from(&r, CDB(0x5C, 1, 0, 0, 0, 0, 0, 0, 12), 12), GOOD);
  assert_int_equal(be32(r.data + 4), 891);
  assert_in_range(be32(r.data + 8), 0, 2);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(free_bytes(&r), 2097152);
  assert_int_equal(underruns(&r), 0);
  rig_remove(&r);
}

/* A host that dies before the laser starts: after ten seconds the drive records what it has. */
static void idle_host(void **state) {
  (void)state;
  for (unsigned bufe = 0; bufe < 2; bufe++) {
    struct rig r;
    rig_make(&r, "?personality=pioneer");
    set_speed(&r, 1411);
    assert_int_equal(select05(&r, bufe ? 0x41 : 0x01, 0), GOOD);
    assert_int_equal(write_run(&r, 0, 300, 0), GOOD);
    redbook_transport_sleep_us(r.t, 9990000);
    assert_int_equal(free_bytes(&r), 0x131800 - 300 * 2352);
    assert_int_equal(track_info(&r, 1), SENSE(2, 4, 7));
    redbook_transport_sleep_us(r.t, 480000); /* 300 sectors last 0.50007 s */
    assert_int_equal(track_info(&r, 1), SENSE(2, 4, 7));
    redbook_transport_sleep_us(r.t, 40000);
    assert_int_equal(track_info(&r, 1), GOOD);
    assert_int_equal(r.data[5], bufe ? 0 : 0x20);
    assert_int_equal(underruns(&r), 1);
    assert_int_equal(sync_cache(&r), bufe ? GOOD : (unsigned)SENSE(3, 0x0C, 9));
    rig_remove(&r);
  }
}

/* With BUFE an underrun is counted, and costs a link: half a second. */
static void underrun_with_protection(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  set_speed(&r, 1411);
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(buffer_low(&r), UINT32_MAX);
  assert_int_equal(write_run(&r, 0, 700, 0), GOOD);
  assert_int_equal(underruns(&r), 0);
  redbook_transport_sleep_us(r.t, 1000000); /* 700 sectors last 1.16682 s */
  assert_in_range(buffer_low(&r), 99 * 2352, 101 * 2352);
  assert_int_equal(idle(&r), 0);
  redbook_transport_sleep_us(r.t, 1000000);
  assert_int_equal(underruns(&r), 1);
  assert_int_equal(buffer_low(&r), 0);
  assert_in_range(idle(&r), 834000, 834500); /* and two WRITEs of 0.5 ms */
  assert_int_equal(free_bytes(&r), 2097152);
  redbook_transport_sleep_us(r.t, 2000000);
  assert_int_equal(underruns(&r), 1); /* it pauses */
  assert_in_range(idle(&r), 2834000, 2835000);
  assert_int_equal(write_run(&r, 700, 300, 0), GOOD);
  uint64_t before = now(&r);
  assert_int_equal(sync_cache(&r), GOOD);
  /* 0.5 s link, 300 sectors 0.50007 s, 3 s of run-out. */
  assert_in_range(now(&r) - before, 4000500, 4001000);
  assert_int_equal(underruns(&r), 1);
  assert_in_range(idle(&r), 2834000, 2842000); /* the link and the run-out are not in it */
  assert_int_equal(nwa(&r), 1152);
  assert_payload(&r, 699, 0);
  assert_payload(&r, 700, 0);
  rig_remove(&r);
}

/* Without BUFE the track is lost: 3/0C/09 once, by WRITE or SYNCHRONIZE CACHE. */
static void underrun_without_protection(void **state) {
  (void)state;
  for (unsigned by_sync = 0; by_sync < 2; by_sync++) {
    struct rig r;
    rig_make(&r, "");
    set_speed(&r, 1411);
    burn_track(&r, 0x01, 0, 0, 300);
    assert_int_equal(select05(&r, 0x01, 0), GOOD);
    assert_int_equal(write_run(&r, 452, 700, 0), GOOD);
    redbook_transport_sleep_us(r.t, 1100000);
    assert_int_equal(underruns(&r), 0);
    redbook_transport_sleep_us(r.t, 200000);
    assert_int_equal(underruns(&r), 1);
    assert_int_equal(by_sync ? sync_cache(&r) : write_run(&r, 1152, 26, 0), SENSE(3, 0x0C, 9));
    assert_int_equal(r.c.sense[0], 0x70);
    assert_in_range(idle(&r), 134000, 134500); /* until somebody asked */
    assert_int_equal(write_run(&r, 1152, 26, 0), SENSE(5, 0x2C, 0));
    assert_int_equal(sync_cache(&r), GOOD);
    assert_int_equal(track_info(&r, 2), GOOD);
    assert_int_equal(r.data[5], 0x20); /* damaged */
    assert_int_equal(r.data[7], 0x02); /* no NWA */
    assert_int_equal(close_session(&r), SENSE(5, 0x72, 3));
    assert_payload(&r, 299, 0);
    /* CLOSE TRACK saves the session; the next track is not blamed. */
    assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 2)), GOOD);
    burn_track(&r, 0x01, 0, 1304, 300);
    assert_int_equal(close_session(&r), GOOD);
    assert_int_equal(underruns(&r), 1);
    rig_remove(&r);
  }
}

/* Polling as the kernel does it, by a look and by the burner itself, costs nothing and moves
 * nothing. */
static void polling_disturbs_nothing(void **state) {
  (void)state;
  static const uint8_t gesn[16] = {0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8};
  struct rig r;
  uint8_t in[64];
  rig_make(&r, "");
  struct redbook_transport *other = look(&r);
  assert_int_equal(select05(&r, 0x01, 0), GOOD); /* no BUFE: an underrun would show */
  for (unsigned lba = 0; lba < 5200; lba += 26) {
    assert_int_equal(write_run(&r, (int)lba, 26, 0), GOOD);
    assert_int_equal(on(other, CDB(0x00), NULL, 0), GOOD);
    assert_int_equal(on(other, gesn, in, 8), GOOD);
    assert_memory_equal(in, ((uint8_t[]){0, 6, 4, 0x10, 0, 2, 0, 0}), 8);
    assert_int_equal(no_data(&r, CDB(0x00)), GOOD);
    assert_int_equal(from(&r, gesn, 8), GOOD);
  }
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(nwa(&r), 5352);
  assert_int_equal(underruns(&r), 0);
  for (int lba = 0; lba < 5200; lba += 650)
    assert_payload(&r, lba, 0);
  redbook_transport_close(other);
  rig_remove(&r);
}

/* Progress of CLOSE SESSION with Immed: the share of its 11.73 s that has passed. */
static void progress(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(no_data(&r, CDB(0x5B, 1, 2)), GOOD);
  for (unsigned i = 1; i <= 5; i++) {
    redbook_transport_sleep_us(r.t, 2000000);
    assert_int_equal(no_data(&r, CDB(0x00)), SENSE(2, 4, 7));
    unsigned said = (unsigned)r.c.sense[16] << 8 | r.c.sense[17];
    unsigned expected = (unsigned)(i * 2 / 11.7263 * 65536);
    assert_int_equal(r.c.sense[15], 0x80);
    assert_in_range(said, expected, expected + 40);
  }
  redbook_transport_sleep_us(r.t, 2000000);
  assert_int_equal(no_data(&r, CDB(0x00)), GOOD);
  rig_remove(&r);
}

/* Before the clock is taken over: the drive's is the machine's, and sleeps by it. */
static void the_clock_is_the_machines(void **state) {
  (void)state;
  struct rig r;
  double began = seconds();
  rig_make(&r, "?clock=real&personality=brisk");
  assert_true(r.t->ops->is_real_time(r.t));
  double before = seconds();
  redbook_transport_sleep_us(r.t, 50000);
  double after = seconds();
  assert_true(after - before >= 0.05);
  double shown = (double)now(&r) / 1e6; /* since it was made; in whole microseconds */
  assert_true(shown >= after - before - 1e-5 && shown <= seconds() - began + 1e-5);
  rig_remove(&r);
}

/* Real clock, mechanical delays a twentieth (brisk): 0.4 s of start, 4000 sectors at 52x 2.3941
 * s, 0.15 s of run-out. */
static void real_clock(void **state) {
  (void)state;
  struct rig r;
  wall_take_over();
  rig_make(&r, "?clock=real&personality=brisk");
  assert_int_equal(select05(&r, 0x01, 0), GOOD);
  double before = seconds();
  uint64_t drive_before = now(&r);
  assert_int_equal(write_run(&r, 0, 4000, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  double took = seconds() - before;
  double drive_took = (double)(now(&r) - drive_before) / 1e6;
  if (took < 0.55 + 2.3941 || took > 0.55 + 2.3941 * 1.01) fail_msg("took %g s", took);
  assert_true(drive_took < took + 1e-5 && drive_took > took - 1e-5);
  assert_int_equal(underruns(&r), 0);
  uint64_t slept_from = now(&r);
  redbook_transport_sleep_us(r.t, 50000);
  assert_int_equal(now(&r) - slept_from, 50000);
  rig_remove(&r);
}

struct burner {
  struct rig *r;
  atomic_bool done;
  unsigned failed;
};

static void *burn(void *argument) {
  struct burner *b = argument;
  waits_for_others = true;
  b->failed = write_run(b->r, 0, 3000, 0);
  if (!b->failed) b->failed = sync_cache(b->r);
  atomic_store(&b->done, true);
  return NULL;
}

/* While one thread burns in real time, another looks: every answer comes at once. Time passes
 * only with its looks, so that none would come if it had to wait for the sleeper. */
static void two_threads(void **state) {
  (void)state;
  struct rig r;
  uint8_t in[64];
  double longest = 0;
  unsigned busy = 0;
  wall_take_over();
  rig_make(&r, "?clock=real&personality=brisk");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  struct burner b = {.r = &r};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, burn, &b), 0);
  for (unsigned polls = 0; !atomic_load(&b.done); polls++) {
    struct redbook_transport *other = look(&r);
    double before = seconds();
    unsigned sense = on(other, CDB(0x00), NULL, 0);
    double took = seconds() - before;
    if (took > longest) longest = took;
    busy += sense == SENSE(2, 4, 7); /* in the run-out */
    assert_true(sense == GOOD || sense == SENSE(2, 4, 7));
    assert_int_equal(on(other, CDB(0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8), in, 8), GOOD);
    redbook_transport_close(other);
    wall_pass(2000);
  }
  pthread_join(thread, NULL);
  assert_int_equal(b.failed, 0);
  assert_false(wall.stuck);
  assert_true(busy > 0);
  if (longest > 0.01) fail_msg("an answer took %g s", longest);
  assert_int_equal(nwa(&r), 3152);
  rig_remove(&r);
}

static void *close_slowly(void *argument) {
  struct burner *b = argument;
  waits_for_others = true;
  b->failed = close_session(b->r); /* 0.59 s */
  atomic_store(&b->done, true);
  return NULL;
}

/* A fork in the middle of a command that takes its time: the child's copies can be abandoned
 * and used anew, the parent's command ends as if nothing had been. */
static void fork_while_sleeping(void **state) {
  (void)state;
  struct rig r;
  wall_take_over();
  rig_make(&r, "?clock=real&personality=brisk");
  burn_track(&r, 0x41, 0, 0, 300);
  struct redbook_transport *other = look(&r);
  struct burner b = {.r = &r};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, close_slowly, &b), 0);
  assert_true(wall_somebody_sleeps());
  assert_false(atomic_load(&b.done));
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    r.t->ops->abandon(r.t);
    other->ops->abandon(other);
    _exit(on(other, CDB(0x12, 0, 0, 0, 8), r.data, 8) == 0 ? 7 : 1);
  }
  int status = 0;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 7);
  assert_false(atomic_load(&b.done)); /* the child did not wait for the sleeper */
  redbook_transport_close(other);     /* nor does this */
  assert_false(atomic_load(&b.done));
  wall_pass(600000);
  pthread_join(thread, NULL);
  assert_false(wall.stuck);
  assert_int_equal(b.failed, 0);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x0E);
  rig_remove(&r);
}

/* A feeder that stops in real time. */
static void real_underrun(void **state) {
  (void)state;
  for (unsigned bufe = 0; bufe < 2; bufe++) {
    struct rig r;
    wall_take_over();
    rig_make(&r, "?clock=real&personality=brisk");
    assert_int_equal(select05(&r, bufe ? 0x41 : 0x01, 0), GOOD);
    assert_int_equal(write_run(&r, 0, 780, 0), GOOD);
    wall_pass(700000); /* 780 sectors last 0.47 s */
    assert_int_equal(write_run(&r, 780, 26, 0), bufe ? GOOD : (unsigned)SENSE(3, 0x0C, 9));
    assert_int_equal(underruns(&r), 1);
    assert_int_equal(sync_cache(&r), GOOD);
    assert_int_equal(track_info(&r, 1), GOOD);
    assert_int_equal(r.data[5], bufe ? 0 : 0x20);
    rig_remove(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(curves),
      cmocka_unit_test(buffer_fills_and_drains),
      cmocka_unit_test(idle_host),
      cmocka_unit_test(underrun_with_protection),
      cmocka_unit_test(underrun_without_protection),
      cmocka_unit_test(polling_disturbs_nothing),
      cmocka_unit_test(progress),
      cmocka_unit_test(the_clock_is_the_machines),
      cmocka_unit_test(real_clock),
      cmocka_unit_test(two_threads),
      cmocka_unit_test(fork_while_sleeping),
      cmocka_unit_test(real_underrun),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
