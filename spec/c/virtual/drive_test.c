/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive around the disc: tray, lock, attention, becoming ready, busy, clock, faults. */
#include <errno.h>

#include "support.h"

static unsigned ready(struct rig *r) {
  return no_data(r, CDB(0x00));
}

static uint64_t now(struct rig *r) {
  return redbook_transport_now_us(r->t);
}

/* The rig with only a look open, so that hands can work. */
static void rig_look(struct rig *r) {
  struct redbook_error err = {0};
  redbook_transport_close(r->t);
  r->t = r->node->ops->open(r->node, REDBOOK_ACCESS_LOOK, &err);
  assert_non_null(r->t);
}

static void tray_and_attention(void **state) {
  (void)state;
  struct rig r;
  struct redbook_error err = {0};
  rig_make(&r, "");
  rig_look(&r);
  assert_int_equal(ready(&r), GOOD); /* no attention from power-on */
  assert_true(redbook_virtual_open_tray(r.drive, &err));
  assert_int_equal(ready(&r), SENSE(2, 0x3A, 2));
  assert_int_equal(from(&r, CDB(0xBD, 0, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(r.data[1], 0x10);
  assert_int_equal(from(&r, CDB(0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8), 8), GOOD);
  REPLY(&r, 0, 6, 4, 0x10, 3, 1, 0, 0);
  assert_true(redbook_virtual_close_tray(r.drive, &err));
  /* INQUIRY, GET CONFIGURATION and GESN leave the attention for others. */
  assert_int_equal(from(&r, CDB(0x12, 0, 0, 0, 36), 36), GOOD);
  assert_int_equal(from(&r, CDB(0x46, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(from(&r, CDB(0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8), 8), GOOD);
  REPLY(&r, 0, 6, 4, 0x10, 2, 2, 0, 0);
  assert_int_equal(track_info(&r, 0xFF), SENSE(6, 0x28, 0));
  assert_int_equal(track_info(&r, 0xFF), GOOD); /* once */

  assert_true(redbook_virtual_insert(r.drive, NULL, REDBOOK_MEDIUM_UNSPECIFIED, 0, &err));
  assert_int_equal(ready(&r), SENSE(2, 0x3A, 1));
  assert_int_equal(from(&r, CDB(0x46, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(r.data[7], 0);
  assert_int_equal(from(&r, CDB(0x5A, 8, 0x2A, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(track_info(&r, 0xFF), SENSE(2, 0x3A, 1));
  assert_true(redbook_virtual_insert(r.drive, r.cue, REDBOOK_MEDIUM_CD_RW, 74, &err));
  assert_int_equal(from(&r, CDB(0x03, 0, 0, 0, 18), 18), GOOD); /* takes it too */
  REPLY(&r, 0x70, 0, 6, 0, 0, 0, 0, 0x0A, 0, 0, 0, 0, 0x28, 0, 0, 0, 0, 0);
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x46, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(r.data[7], 0x0A);
  assert_int_equal(track_info(&r, 0xFF), GOOD);
  assert_int_equal(be32(r.data + 16), 332847);
  rig_remove(&r);
}

static void lock_and_eject(void **state) {
  (void)state;
  struct rig r;
  struct redbook_error err = {0};
  struct redbook_virtual_view view;
  rig_make(&r, "");
  assert_false(redbook_virtual_open_tray(r.drive, &err)); /* held */
  assert_int_equal(err.code, REDBOOK_E_FAIL);
  assert_int_equal(no_data(&r, CDB(0x1E, 0, 0, 0, 1)), GOOD);
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 2)), SENSE(5, 0x53, 2));
  assert_false(redbook_virtual_open_tray(r.drive, &err)); /* the button is dead, and seen */
  assert_int_equal(from(&r, CDB(0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8), 8), GOOD);
  REPLY(&r, 0, 6, 4, 0x10, 1, 2, 0, 0);
  assert_int_equal(no_data(&r, CDB(0x1E)), GOOD);
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 2)), GOOD);
  assert_int_equal(ready(&r), SENSE(2, 0x3A, 2));
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 1)), SENSE(2, 0x3A, 2));
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 3)), GOOD);
  assert_int_equal(ready(&r), SENSE(6, 0x28, 0));
  assert_int_equal(ready(&r), GOOD);
  /* Closing the descriptor unlocks the tray (Linux sends ALLOW). */
  assert_int_equal(no_data(&r, CDB(0x1E, 0, 0, 0, 1)), GOOD);
  redbook_virtual_look(r.drive, &view);
  assert_true(view.prevented);
  assert_true(view.held);
  rig_look(&r);
  redbook_virtual_look(r.drive, &view);
  assert_false(view.prevented);
  assert_false(view.held);
  assert_true(redbook_virtual_open_tray(r.drive, &err));
  rig_remove(&r);
}

/* 2/04/01 for the set time on the drive's clock, then 6/28/00 once, then ready. */
static void becoming_ready(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?ready=5");
  assert_int_equal(ready(&r), SENSE(2, 4, 1));
  assert_int_equal(track_info(&r, 0xFF), SENSE(2, 4, 1));
  assert_int_equal(from(&r, CDB(0x46, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(r.data[7], 0);
  redbook_transport_sleep_us(r.t, 5000000 - now(&r) - 1);
  assert_int_equal(ready(&r), SENSE(2, 4, 1));
  assert_int_equal(ready(&r), SENSE(6, 0x28, 0));
  assert_int_equal(ready(&r), GOOD);
  /* After a load with Immed: tray time and becoming ready again. */
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 2)), GOOD);
  redbook_virtual_set_ready_after(r.drive, 2);
  assert_int_equal(no_data(&r, CDB(0x1B, 1, 0, 0, 3)), GOOD);
  assert_int_equal(ready(&r), SENSE(2, 4, 1));
  redbook_transport_sleep_us(r.t, 4990000);
  assert_int_equal(ready(&r), SENSE(2, 4, 1));
  redbook_transport_sleep_us(r.t, 10000);
  assert_int_equal(ready(&r), SENSE(6, 0x28, 0));
  /* Without Immed it takes that time. */
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 2)), GOOD);
  uint64_t before = now(&r);
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 3)), GOOD);
  assert_int_equal(now(&r) - before, 5000500);
  assert_int_equal(ready(&r), SENSE(6, 0x28, 0));
  rig_remove(&r);
}

static void busy_with_immed(void **state) {
  (void)state;
  struct rig r;
  uint8_t data[SECTOR] = {0};
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 300, 0), GOOD);
  uint64_t before = now(&r);
  assert_int_equal(no_data(&r, CDB(0x35, 2)), GOOD);
  assert_int_equal(now(&r) - before, 500);
  assert_int_equal(ready(&r), SENSE(2, 4, 7));
  assert_int_equal(r.c.sense[15], 0x80);
  unsigned progress = (unsigned)r.c.sense[16] << 8 | r.c.sense[17];
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), SENSE(2, 4, 7));
  assert_int_equal(track_info(&r, 0xFF), SENSE(2, 4, 7));
  assert_int_equal(write_cdb(&r, 452, 1, data), SENSE(2, 4, 7));
  assert_int_equal(select05(&r, 0x41, 0), SENSE(2, 4, 7));
  assert_int_equal(close_session(&r), SENSE(2, 4, 7));
  assert_int_equal(from(&r, CDB(0x12, 0, 0, 0, 36), 36), GOOD);
  assert_int_equal(from(&r, CDB(0x5C, 0, 0, 0, 0, 0, 0, 0, 12), 12), GOOD);
  redbook_transport_sleep_us(r.t, 1000000);
  assert_int_equal(from(&r, CDB(0x03, 0, 0, 0, 18), 18), GOOD);
  assert_int_equal(r.data[2], 2);
  assert_true(((unsigned)r.data[16] << 8 | r.data[17]) > progress);
  redbook_transport_sleep_us(r.t, 3000000);
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(nwa(&r), 452);
  /* CLOSE SESSION at 52x CAV: 5 s, lead-in 2.727 s inside, lead-out from LBA 300 3.999 s. */
  before = now(&r);
  assert_int_equal(no_data(&r, CDB(0x5B, 1, 2)), GOOD);
  while (ready(&r) == SENSE(2, 4, 7))
    redbook_transport_sleep_us(r.t, 100000);
  double seconds = (double)(now(&r) - before) / 1e6;
  assert_true(seconds > 11.72 && seconds < 11.94);
  rig_remove(&r);
}

/* Spin-up 6 s, start of the track 2 s; 26 WRITEs fill three quarters of the buffer in 0.013 s,
 * and the laser starts; then what does not stay in the buffer: 4000 sectors less 2 MiB are
 * 7310848 bytes, at 52x CAV 1.8655 s (the curve, integrated numerically). */
static void writing_takes_time(void **state) {
  (void)state;
  static const struct {
    uint16_t kbps;
    double seconds;
  } rows[] = {{9173, 8.0129 + 1.8655},
              {2822, 8.0129 + 2.5907},
              {1411, 8.0129 + 5.1813},
              {706, 8.0129 + 10.3553}};
  for (unsigned i = 0; i < 4; i++) {
    struct rig r;
    rig_make(&r, "");
    assert_int_equal(no_data(&r, CDB(0xBB, 0, 0xFF, 0xFF, (uint8_t)(rows[i].kbps >> 8),
                                     (uint8_t)rows[i].kbps)),
                     GOOD);
    assert_int_equal(select05(&r, 0x41, 0), GOOD);
    uint64_t before = now(&r);
    assert_int_equal(write_run(&r, 0, 4000, 0), GOOD); /* 9.4 MB, 2 MB stay in the buffer */
    uint64_t after = now(&r);
    assert_int_equal(from(&r, CDB(0x5C, 0, 0, 0, 0, 0, 0, 0, 12), 12), GOOD);
    assert_true(be32(r.data + 8) < 10000);
    double seconds = (double)(after - before) / 1e6;
    if (seconds < rows[i].seconds || seconds > rows[i].seconds + 0.01)
      fail_msg("%u kB/s: %g s", rows[i].kbps, seconds);
    redbook_transport_sleep_us(r.t, 10000000);
    assert_int_equal(from(&r, CDB(0x5C, 0, 0, 0, 0, 0, 0, 0, 12), 12), GOOD);
    assert_int_equal(be32(r.data + 8), 0x200000);
    assert_int_equal(sync_cache(&r), GOOD);
    rig_remove(&r);
  }
}

/* Twice the same: the same time to the microsecond. */
static void deterministic(void **state) {
  (void)state;
  uint64_t end[2];
  for (unsigned i = 0; i < 2; i++) {
    struct rig r;
    rig_make(&r, "");
    burn_track(&r, 0x41, 0, 0, 700);
    assert_int_equal(close_session(&r), GOOD);
    end[i] = now(&r);
    rig_remove(&r);
  }
  assert_int_equal(end[0], end[1]);
}

/* A command that outlives its timeout ends with host_status 3, the drive goes on. */
static void timeout(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0, 0, 300);
  struct redbook_command c = {
      .cdb = {0x5B, 0, 2}, .cdb_length = 10, .direction = REDBOOK_NO_DATA, .timeout_ms = 8000};
  redbook_transport_execute(r.t, &c);
  assert_int_equal(c.status, 0);
  assert_int_equal(c.host_status, REDBOOK_HOST_TIMEOUT);
  assert_int_equal(c.sense_length, 0);
  assert_int_equal(c.duration_us, 8000000);
  assert_int_equal(ready(&r), SENSE(2, 4, 7));
  redbook_transport_sleep_us(r.t, 10000000);
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x0E);
  rig_remove(&r);
}

static void fault(struct rig *r, struct redbook_virtual_fault f) {
  struct redbook_error err = {0};
  assert_true(redbook_virtual_add_fault(r->drive, &f, &err));
}

static struct redbook_command raw(struct rig *r, const uint8_t cdb[16], uint8_t *in,
                                  uint32_t room) {
  struct redbook_command c = {.cdb_length = (uint8_t)cdb_length(cdb[0]),
                              .direction = room ? REDBOOK_FROM_DEVICE : REDBOOK_NO_DATA,
                              .data_in = in,
                              .data_length = room,
                              .timeout_ms = 30000};
  memcpy(c.cdb, cdb, 16);
  redbook_transport_execute(r->t, &c);
  return c;
}

static void faults_of_every_kind(void **state) {
  (void)state;
  struct rig r;
  uint8_t in[64];
  struct redbook_virtual_view view;
  rig_make(&r, "");
  fault(&r, (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_SENSE,
                                           .opcode = 0x00,
                                           .after = 1,
                                           .times = 2,
                                           .key = 4,
                                           .asc = 0x44,
                                           .ascq = 0});
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(ready(&r), SENSE(4, 0x44, 0));
  assert_int_equal(ready(&r), SENSE(4, 0x44, 0));
  assert_int_equal(ready(&r), GOOD);

  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_STATUS, .opcode = 0x00, .times = 1, .status = 0x18});
  struct redbook_command c = raw(&r, CDB(0x00), NULL, 0);
  assert_int_equal(c.status, 0x18);
  assert_int_equal(c.sense_length, 0);

  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_HOST, .opcode = 0x12, .times = 1, .host_status = 3});
  memset(in, 0xEE, sizeof in);
  c = raw(&r, CDB(0x12, 0, 0, 0, 36), in, 36);
  assert_int_equal(c.host_status, 3);
  assert_int_equal(c.status, 0);
  assert_int_equal(c.residual, 36);
  assert_int_equal(in[0], 0xEE);

  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_ERRNO, .opcode = 0x12, .times = 1, .os_error = ENOMEM});
  c = raw(&r, CDB(0x12, 0, 0, 0, 36), in, 36);
  assert_int_equal(c.os_error, ENOMEM);

  uint8_t reply[] = {1, 2, 3, 4, 5};
  fault(&r, (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_REPLY,
                                           .opcode = 0x51,
                                           .times = 1,
                                           .reply = reply,
                                           .length = 5});
  memset(reply, 0, sizeof reply); /* it was copied */
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  REPLY(&r, 1, 2, 3, 4, 5);

  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_SHORT, .opcode = 0x51, .times = 1, .length = 3});
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  REPLY(&r, 0, 32, 0);

  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_STALL, .opcode = 0x00, .times = 1, .seconds = 12.5});
  c = raw(&r, CDB(0x00), NULL, 0);
  assert_int_equal(c.duration_us, 12500500);
  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_STALL, .opcode = 0x00, .times = 1, .seconds = 42});
  c = raw(&r, CDB(0x00), NULL, 0);
  assert_int_equal(c.host_status, REDBOOK_HOST_TIMEOUT);
  assert_int_equal(c.duration_us, 30000000);
  redbook_transport_sleep_us(r.t, 12000500);

  fault(&r, (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_VANISH, .opcode = 0x51});
  assert_int_equal(ready(&r), GOOD);
  c = raw(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), in, 34);
  assert_int_equal(c.host_status, REDBOOK_HOST_NO_CONNECT);
  c = raw(&r, CDB(0x12, 0, 0, 0, 36), in, 36);
  assert_int_equal(c.host_status, REDBOOK_HOST_NO_CONNECT);
  assert_int_equal(c.status, 0);
  struct redbook_error err = {0};
  assert_null(r.node->ops->open(r.node, REDBOOK_ACCESS_LOOK, &err));
  assert_int_equal(err.code, REDBOOK_E_DEVICE_GONE);
  redbook_virtual_clear_faults(r.drive); /* plugged in again */
  assert_int_equal(ready(&r), GOOD);
  redbook_virtual_look(r.drive, &view);
  assert_int_equal(view.fault_hits, 10);
  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_HOST, .opcode = -1, .host_status = 7});
  for (unsigned i = 0; i < 3; i++)
    assert_int_equal(raw(&r, CDB(0x00), NULL, 0).host_status, 7);
  rig_remove(&r);
}

/* At an LBA: only the WRITE or READ CD that holds it; deferred: F1. */
static void faults_at_a_sector(void **state) {
  (void)state;
  struct rig r;
  uint8_t sector[SECTOR];
  rig_make(&r, "");
  fault(&r, (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_SENSE,
                                           .opcode = 0x2A,
                                           .has_lba = true,
                                           .lba = 51,
                                           .times = 1,
                                           .key = 3,
                                           .asc = 0x0C,
                                           .deferred = true});
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 26, 0), GOOD);
  assert_int_equal(write_run(&r, 26, 26, 0), SENSE(3, 0x0C, 0));
  assert_int_equal(r.c.sense[0], 0xF1);
  assert_int_equal(be32(r.c.sense + 3), 51);
  assert_int_equal(nwa(&r), 26); /* not executed */
  assert_int_equal(write_run(&r, 26, 274, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  fault(&r, (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_SENSE,
                                           .opcode = -1,
                                           .has_lba = true,
                                           .lba = 7,
                                           .key = 3,
                                           .asc = 0x11});
  assert_int_equal(read_sector(&r, 6, sector), GOOD);
  assert_int_equal(read_sector(&r, 7, sector), SENSE(3, 0x11, 0));
  assert_int_equal(read_sector(&r, 8, sector), GOOD);
  rig_remove(&r);
}

/* A lying drive: GOOD, the position moves, nothing is on the disc; CLOSE does nothing. */
static void lies(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 104, 0), GOOD);
  fault(&r,
        (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_LIE, .opcode = 0x2A, .times = 4});
  assert_int_equal(write_run(&r, 104, 208, 0), GOOD);
  assert_int_equal(nwa(&r), 312);
  fault(&r,
        (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_LIE, .opcode = 0x35, .times = 1});
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(nwa(&r), 312); /* the track is still open */
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(nwa(&r), 464);
  assert_payload(&r, 103, 0);
  assert_silence(&r, 104);
  assert_silence(&r, 207);
  assert_payload(&r, 208, 0);
  fault(&r,
        (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_LIE, .opcode = 0x5B, .times = 1});
  uint64_t before = now(&r);
  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(now(&r) - before, 500);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x05);
  rig_remove(&r);
}

/* What Linux refuses on a read-only descriptor. */
static void look_cannot_write(void **state) {
  (void)state;
  struct rig r;
  static const uint8_t refused[] = {0x1E, 0x2A, 0x35, 0x54, 0x55, 0x5B, 0xA1, 0xBB};
  rig_make(&r, "");
  rig_look(&r);
  for (unsigned i = 0; i < sizeof refused; i++)
    assert_int_equal(raw(&r, CDB(refused[i]), NULL, 0).os_error, EPERM);
  assert_int_equal(raw(&r, CDB(0x1B, 0, 0, 0, 2), NULL, 0).os_error, 0);
  rig_remove(&r);
}

static void bad_faults(void **state) {
  (void)state;
  struct rig r;
  struct redbook_error err = {0};
  rig_make(&r, "");
  struct redbook_virtual_fault f = {.kind = (enum redbook_fault_kind)99};
  assert_false(redbook_virtual_add_fault(r.drive, &f, &err));
  assert_int_equal(err.code, REDBOOK_E_INVALIDARG);
  f = (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_STALL, .seconds = -1};
  assert_false(redbook_virtual_add_fault(r.drive, &f, &err));
  f = (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_SENSE, .opcode = 256};
  assert_false(redbook_virtual_add_fault(r.drive, &f, &err));
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tray_and_attention),
      cmocka_unit_test(lock_and_eject),
      cmocka_unit_test(becoming_ready),
      cmocka_unit_test(busy_with_immed),
      cmocka_unit_test(writing_takes_time),
      cmocka_unit_test(deterministic),
      cmocka_unit_test(timeout),
      cmocka_unit_test(faults_of_every_kind),
      cmocka_unit_test(faults_at_a_sector),
      cmocka_unit_test(lies),
      cmocka_unit_test(look_cannot_write),
      cmocka_unit_test(bad_faults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
