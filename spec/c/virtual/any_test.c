/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever comes, in whatever order and from whatever thread: the outcome is well formed, and
 * the disc can be opened again. */
#include <pthread.h>

#include "support.h"

static uint32_t seed;

/* Marsaglia's xorshift: the same bytes in every run. */
static uint32_t any(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}

static const uint8_t opcodes[] = {0x00, 0x01, 0x03, 0x12, 0x15, 0x1A, 0x1B, 0x1E, 0x25,
                                  0x28, 0x2A, 0x2B, 0x35, 0x3C, 0x42, 0x43, 0x46, 0x4A,
                                  0x51, 0x52, 0x54, 0x55, 0x5A, 0x5B, 0x5C, 0x5D, 0xA1,
                                  0xA8, 0xAC, 0xAD, 0xB6, 0xB9, 0xBB, 0xBD, 0xBE};

/* A CDB that is often nearly right: mostly small numbers, sometimes noise. */
static void make_cdb(uint8_t cdb[16]) {
  memset(cdb, 0, 16);
  cdb[0] = any() % 16 ? opcodes[any() % sizeof opcodes] : (uint8_t)any();
  for (unsigned i = 1; i < 12; i++) {
    uint32_t kind = any() % 8;
    if (kind == 0) cdb[i] = (uint8_t)any();
    if (kind == 1) cdb[i] = (uint8_t)(any() % 4);
  }
}

static void check_outcome(const struct redbook_command *c, const uint8_t *in) {
  assert_true(c->residual <= c->data_length);
  assert_int_equal(c->os_error, 0);
  if (c->host_status) {
    assert_int_equal(c->host_status, REDBOOK_HOST_TIMEOUT);
  } else if (c->status) {
    assert_int_equal(c->status, REDBOOK_STATUS_CHECK);
    assert_int_equal(c->sense_length, 18);
    assert_int_equal(c->residual, c->data_length);
  } else if (c->direction == REDBOOK_FROM_DEVICE) {
    uint32_t got = c->data_length - c->residual;
    for (uint32_t i = got; i < c->data_length; i++)
      assert_int_equal(in[i], 0xEE);
  }
}

static void put_msf(uint8_t *p, int lba) {
  p[0] = (uint8_t)((lba + 150) / 4500);
  p[1] = (uint8_t)((lba + 150) / 75 % 60);
  p[2] = (uint8_t)((lba + 150) % 75);
}

/* A session of one or two short tracks from `base` on, its first track `number`; sometimes with
 * a lead-in of the host's, sometimes with a byte that is wrong. */
static void send_a_sheet(struct rig *r, int base, uint8_t number) {
  uint8_t sheet[48] = {1, 0, 0, 1, 0, 0, 0, 0, 1, number, 0, 0, 0, 0, 0, 0, 1, number, 1};
  unsigned entries = 3;
  if (any() % 4 == 0) sheet[3] = 0x41;
  put_msf(sheet + 13, base);
  put_msf(sheet + 21, base + 150);
  if (any() % 2) {
    memcpy(sheet + 24, (uint8_t[8]){1, (uint8_t)(number + 1), 1}, 8);
    put_msf(sheet + 29, base + 160);
    entries = 4;
  }
  memcpy(sheet + entries * 8, (uint8_t[8]){1, 0xAA, 1, 1}, 8);
  put_msf(sheet + entries * 8 + 5, base + 160 + (int)(1 + any() % 100));
  entries++;
  if (any() % 8 == 0) sheet[any() % (entries * 8)] ^= (uint8_t)any();
  to(r, CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(entries * 8)), sheet, entries * 8);
}

/* The next blocks of a session: lead-in or sectors, whatever is due. */
static void go_on(struct rig *r, int next, const uint8_t *out) {
  uint8_t count = (uint8_t)(1 + any() % 16);
  if (next < -150 && any() % 16) count = 250;
  uint32_t length = next < -150 ? count * 96u : count * SECTOR;
  to(r,
     CDB(0x2A, 0, (uint8_t)(next >> 24), (uint8_t)(next >> 16), (uint8_t)(next >> 8),
         (uint8_t)next, 0, 0, count),
     out, length);
}

/* A session begins, and goes on for a while: sometimes to its end. An open session with tracks
 * is closed first, or the disc is blanked. */
static void begin_session(struct rig *r, const uint8_t *out) {
  sync_cache(r);
  select05(r, 0x41, 0xC0);
  if (any() % 4 == 0)
    no_data(r, CDB(0xA1, (uint8_t)(any() % 2)));
  else
    close_session(r);
  select05(r, any() % 4 ? 0x42 : 0x52, any() % 4 ? 0xC0 : 0);
  if (track_info(r, 0xFF) == GOOD) send_a_sheet(r, (int)be32(r->data + 12), r->data[2]);
  for (uint32_t n = any() % 150; n && track_info(r, 0xFF) == GOOD; n--)
    go_on(r, (int)be32(r->data + 12), out);
}

/* A step of a real burn, so that all states of a disc are met. */
static void something_right(struct rig *r, const uint8_t *out) {
  no_data(r, CDB(0x1B, 0, 0, 0, 3));
  no_data(r, CDB(0x00));
  bool known = track_info(r, 0xFF) == GOOD;
  uint8_t number = r->data[2];
  int next = (int)be32(r->data + 12);
  switch (any() % 20) {
    case 0:
      sync_cache(r);
      break;
    case 1:
      no_data(r, CDB(0x5B, (uint8_t)(any() % 2), 1, 0, 0, number));
      break;
    case 2:
      close_session(r);
      break;
    case 3:
      if (!known) no_data(r, CDB(0xA1, (uint8_t)(0x10 | any() % 7), 0, 0, 0, number));
      break;
    case 4:
    case 5:
      select05(r, any() % 4 ? 0x41 : 0x51, any() % 4 ? 0xC0 : 0);
      break;
    case 6:
      begin_session(r, out);
      break;
    default:
      if (known) go_on(r, next, out);
  }
}

/* Whatever happened: tracks follow each other, sessions rise, nothing passes the last lead-out,
 * and the next writable address lies behind everything, or before LBA 0 in a first session. */
static void check_disc(struct rig *r) {
  struct redbook_virtual_view view;
  struct redbook_virtual_track track;
  int64_t end = 0;
  unsigned session = 1;
  redbook_virtual_look(r->drive, &view);
  assert_true(view.has_disc && view.medium == REDBOOK_MEDIUM_CD_RW && view.tracks <= 99);
  for (unsigned i = 0; i < view.tracks; i++) {
    assert_true(redbook_virtual_track_at(r->drive, i, &track));
    assert_true(track.start >= end && (track.sectors > 0 || !track.complete));
    assert_true(track.session == session || track.session == session + 1);
    assert_true(track.complete || i + 1 == view.tracks);
    session = track.session;
    end = track.start + (int64_t)track.sectors;
  }
  assert_true(end <= 359849);
  if (track_info(r, 0xFF) == GOOD && r->data[7] & 1 && view.tracks)
    assert_true((int)be32(r->data + 12) >= end - 150 || (int)be32(r->data + 12) < 0);
}

static void any_command(void **state) {
  (void)state;
  struct rig r;
  uint8_t *in = malloc(16 * SECTOR), *out = calloc(16, SECTOR);
  rig_make(&r, "?medium=cd-rw");
  seed = 2463534242u;
  for (unsigned i = 0; i < 16 * SECTOR; i++)
    out[i] = (uint8_t)any();
  for (unsigned i = 0; i < 40000; i++) {
    struct redbook_command c = {.cdb_length = 12,
                                .direction = (enum redbook_direction)(any() % 3),
                                .data_in = in,
                                .data_out = out,
                                .timeout_ms = 30000};
    make_cdb(c.cdb);
    if (c.cdb[0] >> 5 == 0) c.cdb_length = 6;
    if (c.cdb[0] >> 5 == 1 || c.cdb[0] >> 5 == 2) c.cdb_length = 10;
    if (c.direction != REDBOOK_NO_DATA) c.data_length = any() % 300;
    if (any() % 4 == 0) something_right(&r, out);
    memset(in, 0xEE, c.data_length);
    redbook_transport_execute(r.t, &c);
    check_outcome(&c, in);
    redbook_transport_sleep_us(r.t, (uint64_t)(any() % 100) * 10000);
    if (i % 16 == 0) check_disc(&r);
    if (i % 4000 == 0) {
      rig_close(&r);
      rig_open(&r, "?medium=cd-rw");
    }
  }
  free(in);
  free(out);
  rig_remove(&r);
}

static void *poll_it(void *argument) {
  struct rig *r = argument;
  struct redbook_error err = {0};
  struct redbook_virtual_view view;
  uint8_t data[36];
  for (unsigned i = 0; i < 2000; i++) {
    struct redbook_transport *t = r->node->ops->open(r->node, REDBOOK_ACCESS_LOOK, &err);
    struct redbook_command c = {.cdb = {0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36},
                                .cdb_length = 10,
                                .direction = REDBOOK_FROM_DEVICE,
                                .data_in = data,
                                .data_length = 36,
                                .timeout_ms = 30000};
    redbook_transport_execute(t, &c);
    redbook_virtual_look(r->drive, &view);
    redbook_transport_close(t);
  }
  return NULL;
}

/* One burns, others look: the burn is not disturbed, and no command is lost in the count. */
static void looked_at_from_threads(void **state) {
  (void)state;
  struct rig r;
  pthread_t threads[2];
  struct redbook_virtual_view view;
  rig_make(&r, "");
  for (unsigned i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, poll_it, &r), 0);
  for (int lba = 0; lba < 20 * 452; lba += 452)
    burn_track(&r, 0x41, 0, lba, 300);
  for (unsigned i = 0; i < 2; i++)
    pthread_join(threads[i], NULL);
  assert_int_equal(close_session(&r), GOOD);
  redbook_virtual_look(r.drive, &view);
  assert_int_equal(view.tracks, 20);
  assert_int_equal(view.commands, 4000 + 20 * (1 + 12 + 1) + 1);
  assert_payload(&r, 19 * 452 + 299, 0);
  rig_remove(&r);
}

static void *one_command(void *argument) {
  struct rig *r = argument;
  no_data(r, CDB(0x00));
  return NULL;
}

/* A command from another thread than the transport's owner is counted, also after its
 * transport was closed. */
static void foreign_commands(void **state) {
  (void)state;
  struct rig r;
  pthread_t thread;
  struct redbook_virtual_view view;
  rig_make(&r, "");
  redbook_transport_own(r.t);
  no_data(&r, CDB(0x00));
  redbook_virtual_look(r.drive, &view);
  assert_int_equal(view.foreign_commands, 0);
  assert_int_equal(pthread_create(&thread, NULL, one_command, &r), 0);
  pthread_join(thread, NULL);
  redbook_virtual_look(r.drive, &view);
  assert_int_equal(view.foreign_commands, 1);
  redbook_transport_disown(r.t);
  redbook_transport_close(r.t);
  r.t = NULL;
  redbook_virtual_look(r.drive, &view);
  assert_int_equal(view.foreign_commands, 1);
  assert_int_equal(view.commands, 2);
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_command),
      cmocka_unit_test(looked_at_from_threads),
      cmocka_unit_test(foreign_commands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
