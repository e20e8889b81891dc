/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults that end neither in the usual sense nor in nothing: a recovered error, which is
 * carried out; sense as descriptors; data for the drive that did not all arrive. */
#include "support.h"

static void fault(struct rig *r, struct redbook_virtual_fault f) {
  struct redbook_error err = {0};
  assert_true(redbook_virtual_add_fault(r->drive, &f, &err));
}

static void recovered_is_carried_out(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_SENSE, .opcode = -1, .key = 1, .asc = 0x17, .ascq = 1});
  assert_int_equal(select05(&r, 0x41, 0), SENSE(1, 0x17, 1));
  assert_int_equal(r.c.residual, 0);
  assert_int_equal(write_cdb(&r, 0, 1, (const uint8_t[SECTOR]){7}), SENSE(1, 0x17, 1));
  assert_int_equal(r.c.residual, 0);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), SENSE(1, 0x17, 1));
  assert_int_equal(r.got, 34);
  assert_int_equal(r.data[1], 32);
  redbook_virtual_clear_faults(r.drive);
  assert_int_equal(nwa(&r), 1);
  rig_remove(&r);
}

/* What fails by itself keeps its own sense, and a deferred error is always an error. */
static void recovered_hides_nothing(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  fault(&r,
        (struct redbook_virtual_fault){
            .kind = REDBOOK_FAULT_SENSE, .opcode = 0x2A, .key = 1, .asc = 0x0C, .times = 1});
  assert_int_equal(write_cdb(&r, 0, 1, (const uint8_t[SECTOR]){7}), SENSE(5, 0x64, 0));
  fault(&r, (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_SENSE,
                                           .opcode = 0x55,
                                           .key = 1,
                                           .asc = 0x0C,
                                           .deferred = true});
  assert_int_equal(select05(&r, 0x41, 0), SENSE(1, 0x0C, 0));
  assert_int_equal(r.c.residual, 60);
  rig_remove(&r);
}

static struct redbook_command with_descriptors(struct redbook_virtual_fault f) {
  struct rig r;
  uint8_t in[SECTOR];
  rig_make(&r, "");
  f.kind = REDBOOK_FAULT_SENSE;
  f.opcode = 0xBE;
  f.descriptor = true;
  fault(&r, f);
  struct redbook_command c = {.cdb = {0xBE, 4, 0, 0, 0x02, 0x58, 0, 0, 1, 0x10},
                              .cdb_length = 12,
                              .direction = REDBOOK_FROM_DEVICE,
                              .data_in = in,
                              .data_length = SECTOR,
                              .timeout_ms = 30000};
  redbook_transport_execute(r.t, &c);
  assert_int_equal(c.status, REDBOOK_STATUS_CHECK);
  assert_int_equal(c.driver_status, 8);
  assert_int_equal(c.residual, SECTOR);
  rig_remove(&r);
  return c;
}

static void descriptors(void **state) {
  (void)state;
  static const uint8_t plain[] = {0x72, 3, 0x11, 5, 0, 0, 0, 0};
  static const uint8_t placed[] = {0x73, 3, 0x0C, 0, 0, 0, 0, 12, 0, 10,
                                   0x80, 0, 0,    0, 0, 0, 0, 0,  2, 0x58};
  struct redbook_command c =
      with_descriptors((struct redbook_virtual_fault){.key = 3, .asc = 0x11, .ascq = 5});
  assert_int_equal(c.sense_length, sizeof plain);
  assert_memory_equal(c.sense, plain, sizeof plain);
  c = with_descriptors((struct redbook_virtual_fault){
      .key = 3, .asc = 0x0C, .deferred = true, .has_lba = true, .lba = 600});
  assert_int_equal(c.sense_length, sizeof placed);
  assert_memory_equal(c.sense, placed, sizeof placed);
}

/* GOOD, a residual, and nothing done; as much as there is, or more, is no fault. */
static void data_that_did_not_arrive(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_SHORT, .opcode = 0x2A, .length = 3, .times = 1});
  assert_int_equal(write_cdb(&r, 0, 2, (const uint8_t[2 * SECTOR]){7}), GOOD);
  assert_int_equal(r.c.residual, 2 * SECTOR - 3);
  assert_int_equal(nwa(&r), 0);
  fault(&r, (struct redbook_virtual_fault){
                .kind = REDBOOK_FAULT_SHORT, .opcode = 0x2A, .length = 2 * SECTOR, .times = 1});
  assert_int_equal(write_cdb(&r, 0, 2, (const uint8_t[2 * SECTOR]){7}), GOOD);
  assert_int_equal(r.c.residual, 0);
  assert_int_equal(nwa(&r), 2);
  rig_remove(&r);
}

/* The track is as after a write error of a real drive; the ones before are not. */
static void damage(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 452, 310, 0), GOOD);
  fault(&r, (struct redbook_virtual_fault){.kind = REDBOOK_FAULT_SENSE,
                                           .opcode = 0x2A,
                                           .key = 3,
                                           .asc = 0x0C,
                                           .times = 1,
                                           .damage = true});
  assert_int_equal(write_run(&r, 762, 26, 0), SENSE(3, 0x0C, 0));
  assert_int_equal(write_run(&r, 762, 26, 0), SENSE(5, 0x2C, 0));
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(track_info(&r, 2), GOOD);
  assert_int_equal(r.data[5], 0x20);
  assert_int_equal(close_session(&r), SENSE(5, 0x72, 3));
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 2)), GOOD);
  assert_int_equal(close_session(&r), GOOD);
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(recovered_is_carried_out),
      cmocka_unit_test(recovered_hides_nothing),
      cmocka_unit_test(descriptors),
      cmocka_unit_test(data_that_did_not_arrive),
      cmocka_unit_test(damage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
