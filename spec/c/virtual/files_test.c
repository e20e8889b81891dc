/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disc's files: reopened, cut off, locked, read by other programs, made by other programs.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "support.h"

static void reopen(struct rig *r) {
  rig_close(r);
  rig_open(r, "");
}

/* Runs `body` in a forked process; its value, or -1. The child ends by SIGKILL, so that no exit
 * handler (or leak checker) speaks for it. */
static int in_child(int (*body)(void *), void *argument) {
  int pipes[2], value = -1;
  assert_int_equal(pipe(pipes), 0);
  pid_t child = fork();
  if (child == 0) {
    value = body(argument);
    if (write(pipes[1], &value, sizeof value) != sizeof value) _exit(1);
    raise(SIGKILL);
  }
  close(pipes[1]);
  if (read(pipes[0], &value, sizeof value) != sizeof value) value = -1;
  close(pipes[0]);
  assert_int_equal(waitpid(child, NULL, 0), child);
  return value;
}

#define CHECK(x) \
  if (!(x)) return __LINE__

/* Nothing is made by a plan or a look; an exclusive open makes an empty .bin only. */
static void what_is_created(void **state) {
  (void)state;
  struct rig r = {0};
  struct redbook_error err = {0};
  char name[256];
  strcpy(r.folder, "/tmp/redbook-virtual-XXXXXX");
  assert_non_null(mkdtemp(r.folder));
  snprintf(r.cue, sizeof r.cue, "%s/disc.cue", r.folder);
  snprintf(r.bin, sizeof r.bin, "%s/disc.bin", r.folder);
  snprintf(name, sizeof name, "virtual:%s", r.cue);
  r.drive = redbook_virtual_parse(name, &err);
  r.node = redbook_virtual_node(r.drive);
  r.t = r.node->ops->open(r.node, REDBOOK_ACCESS_LOOK, &err);
  assert_int_equal(nwa(&r), 0);
  assert_int_equal(file_size(r.bin), -1);
  rig_close(&r);
  assert_int_equal(file_size(r.bin), -1);
  rig_open(&r, "?medium=cd-rw&minutes=74");
  assert_int_equal(file_size(r.bin), 0);
  assert_int_equal(file_size(r.cue), -1);
  /* The medium is written down before the first sector. */
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 1, 0), GOOD);
  char text[4096];
  read_text(r.cue, text, sizeof text);
  assert_string_equal(
      text,
      "REM REDBOOK version 1\nREM REDBOOK medium cd-rw\nREM REDBOOK minutes 74\n"
      "REM REDBOOK finalised no\nFILE \"disc.bin\" BINARY\n");
  reopen(&r);
  assert_int_equal(from(&r, CDB(0x46, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(r.data[7], 0x0A);
  rig_remove(&r);
}

static void reopened_in_every_state(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0xC0, 0, 300);
  reopen(&r);
  assert_int_equal(nwa(&r), 452);
  assert_payload(&r, 299, 0);
  assert_int_equal(file_size(r.bin), 302 * 2352); /* with the run-out */
  burn_track(&r, 0x41, 0xC0, 452, 200);           /* short */
  reopen(&r);
  assert_int_equal(nwa(&r), 652);
  assert_int_equal(close_session(&r), SENSE(5, 0x72, 3));
  burn_track(&r, 0x41, 0xC0, 652, 300);
  assert_int_equal(close_session(&r), GOOD);
  reopen(&r);
  assert_int_equal(nwa(&r), 954 + 11400);
  burn_track(&r, 0x41, 0x00, 12354, 300);
  reopen(&r);
  /* The second session is open: in the PMA, not in the TOC, not among the TRACK lines. */
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0, 1, 0), 256), GOOD);
  assert_int_equal(r.data[3], 2);
  assert_int_equal(from(&r, CDB(0x43, 0, 3, 0, 0, 0, 0, 1, 0), 256), GOOD);
  assert_int_equal(r.got, 4 + 3 * 11);
  char text[4096];
  read_text(r.cue, text, sizeof text);
  assert_non_null(strstr(text, "  TRACK 02 AUDIO"));
  assert_null(strstr(text, "TRACK 03"));
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(close_session(&r), GOOD);
  reopen(&r);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x0E);
  assert_int_equal(r.data[4], 2);
  assert_payload(&r, 0, 0);
  assert_payload(&r, 951, 0);
  assert_payload(&r, 12653, 0);
  /* The gaps are holes. */
  struct stat st;
  assert_int_equal(stat(r.bin, &st), 0);
  assert_int_equal(st.st_size, 12656 * 2352);
  assert_true(st.st_blocks * 512 < 1200 * 2352);
  rig_remove(&r);
}

static int burn_and_die(void *argument) {
  struct rig *r = argument;
  rig_open(r, "");
  CHECK(select05(r, 0x41, 0xC0) == GOOD && write_run(r, 0, 400, 0) == GOOD);
  CHECK(sync_cache(r) == GOOD);
  CHECK(write_run(r, 552, 104, 0) == GOOD);
  return 0;
}

/* kill -9 in the middle of track 2. */
static void killed(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  rig_close(&r);
  assert_int_equal(in_child(burn_and_die, &r), 0);
  rig_open(&r, "");
  struct redbook_virtual_track track;
  assert_true(redbook_virtual_track_at(r.drive, 0, &track));
  assert_true(track.complete);
  assert_int_equal(track.sectors, 400);
  assert_true(redbook_virtual_track_at(r.drive, 1, &track));
  assert_false(track.complete);
  assert_int_equal(track.start, 552);
  assert_int_equal(track.sectors, 104);
  assert_payload(&r, 399, 0);
  assert_int_equal(track_info(&r, 0xFF), GOOD); /* damaged, no NWA */
  REPLY(&r, 0, 34, 2, 1, 0, 0x20, 0x0F, 2, 0, 0, 2, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0x68, 0, 0, 2, 0x8F, 0, 0, 0, 0);
  uint8_t sector[SECTOR];
  assert_int_equal(read_sector(&r, 552, sector), SENSE(3, 0x11, 0));
  assert_int_equal(select05(&r, 0x41, 0xC0), GOOD);
  assert_int_equal(write_run(&r, 656, 1, 0), SENSE(5, 0x2C, 0));
  assert_int_equal(close_session(&r), SENSE(5, 0x72, 3));
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 2)), GOOD);
  assert_int_equal(nwa(&r), 552 + 300 + 152);
  assert_payload(&r, 655, 0);
  assert_silence(&r, 656);
  assert_int_equal(close_session(&r), GOOD);
  reopen(&r);
  assert_true(redbook_virtual_track_at(r.drive, 1, &track));
  assert_true(track.complete);
  assert_int_equal(track.sectors, 300);
  rig_remove(&r);
}

static int try_to_hold(void *argument) {
  struct redbook_node *node = argument;
  struct redbook_error err = {0};
  CHECK(!node->ops->open(node, REDBOOK_ACCESS_EXCLUSIVE, &err));
  CHECK(err.code == REDBOOK_E_IMAPI_RECORDER_LOCKED);
  return 0;
}

static void only_one_holder(void **state) {
  (void)state;
  struct rig r;
  struct redbook_error err = {0};
  char name[256];
  rig_make(&r, "");
  assert_null(r.node->ops->open(r.node, REDBOOK_ACCESS_EXCLUSIVE, &err)); /* same drive */
  assert_int_equal(err.code, REDBOOK_E_IMAPI_RECORDER_LOCKED);
  snprintf(name, sizeof name, "virtual:%s", r.cue);
  struct redbook_virtual *other = redbook_virtual_parse(name, &err);
  struct redbook_node *node = redbook_virtual_node(other);
  assert_string_equal(node->key, r.node->key);
  assert_null(node->ops->open(node, REDBOOK_ACCESS_EXCLUSIVE, &err));
  assert_int_equal(err.code, REDBOOK_E_IMAPI_RECORDER_LOCKED);
  assert_int_equal(in_child(try_to_hold, node), 0); /* another process */
  struct redbook_transport *look = node->ops->open(node, REDBOOK_ACCESS_LOOK, &err);
  assert_non_null(look);
  redbook_transport_close(look);

  /* What the first burns, the second sees when it opens. */
  burn_track(&r, 0x41, 0, 0, 300);
  redbook_transport_close(r.t);
  struct rig second = {.drive = other, .node = node};
  second.t = node->ops->open(node, REDBOOK_ACCESS_EXCLUSIVE, &err);
  assert_non_null(second.t);
  assert_int_equal(nwa(&second), 452);
  rig_close(&second);
  r.t = r.node->ops->open(r.node, REDBOOK_ACCESS_EXCLUSIVE, &err);
  assert_non_null(r.t);
  assert_int_equal(nwa(&r), 452);
  rig_remove(&r);
}

/* The child abandons, cannot hold what its parent holds, but can make itself a look. */
static int abandon(void *argument) {
  struct rig *r = argument;
  struct redbook_error err = {0};
  r->t->ops->abandon(r->t);
  CHECK(!r->node->ops->open(r->node, REDBOOK_ACCESS_EXCLUSIVE, &err));
  CHECK(err.code == REDBOOK_E_IMAPI_RECORDER_LOCKED);
  r->t = r->node->ops->open(r->node, REDBOOK_ACCESS_LOOK, &err);
  CHECK(r->t && track_info(r, 0xFF) == GOOD && be32(r->data + 12) == 452);
  return 0;
}

/* A forked child closes its copy: the parent still holds. */
static void abandoned_after_fork(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(in_child(abandon, &r), 0);
  struct redbook_error err = {0};
  char name[256];
  snprintf(name, sizeof name, "virtual:%s", r.cue);
  struct redbook_virtual *other = redbook_virtual_parse(name, &err);
  struct redbook_node *node = redbook_virtual_node(other);
  assert_null(node->ops->open(node, REDBOOK_ACCESS_EXCLUSIVE, &err));
  redbook_node_unref(node);
  redbook_virtual_unref(other);
  burn_track(&r, 0x41, 0, 452, 300);
  assert_int_equal(close_session(&r), GOOD);
  rig_remove(&r);
}

static int burn_into_a_limit(void *argument) {
  struct rig *r = argument;
  struct rlimit limit = {500 * SECTOR, 500 * SECTOR};
  rig_open(r, "");
  CHECK(select05(r, 0x41, 0) == GOOD && write_run(r, 0, 300, 0) == GOOD);
  CHECK(sync_cache(r) == GOOD);
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  CHECK(write_run(r, 452, 26, 0) == GOOD);
  CHECK(write_run(r, 478, 26, 0) == SENSE(3, 0x0C, 0));
  CHECK(be32(r->c.sense + 3) == 478);
  CHECK(write_run(r, 478, 1, 0) == SENSE(5, 0x2C, 0));
  CHECK(sync_cache(r) == GOOD);
  CHECK(close_session(r) == SENSE(5, 0x72, 3));
  return 0;
}

/* No room in the file system: 3/0C/00, the track is broken, the earlier one whole. */
static void no_space(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  rig_close(&r);
  assert_int_equal(in_child(burn_into_a_limit, &r), 0);
  rig_open(&r, "");
  struct redbook_virtual_track track;
  assert_true(redbook_virtual_track_at(r.drive, 0, &track));
  assert_true(track.complete);
  assert_true(redbook_virtual_track_at(r.drive, 1, &track));
  assert_false(track.complete);
  assert_int_equal(track.sectors, 500 - 452);
  rig_remove(&r);
}

/* /dev/full takes no byte, whoever writes. */
static void disk_full(void **state) {
  (void)state;
  struct rig r;
  char text[256];
  rig_make(&r, "?medium=cd-rw");
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(no_data(&r, CDB(0xA1, 1)), GOOD); /* a blank disc with a sheet */
  rig_close(&r);
  assert_int_equal(unlink(r.bin), 0);
  assert_int_equal(symlink("/dev/full", r.bin), 0);
  rig_open(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 26, 0), SENSE(3, 0x0C, 0));
  snprintf(text, sizeof text, "the disc's file %s: No space left on device", r.bin);
  assert_string_equal(r.c.problem, text);
  snprintf(text, sizeof text, "Free space in %s; the disc is a file there.", r.folder);
  assert_string_equal(r.c.remedy, text);
  rig_remove(&r);
}

/* The sheet cannot be written: PMA update failure at SYNC, and the disc says so. */
static void sheet_cannot_be_written(void **state) {
  (void)state;
  struct rig r;
  char blocker[128], text[256];
  rig_make(&r, "");
  snprintf(blocker, sizeof blocker, "%s.new", r.cue);
  assert_int_equal(mkdir(blocker, 0777), 0); /* works for root as well */
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 300, 0), SENSE(3, 0x0C, 0)); /* new disc: nothing begun */
  snprintf(text, sizeof text, "the disc's file %s: Is a directory", r.cue);
  assert_string_equal(r.c.problem, text);
  snprintf(text, sizeof text,
           "Look after the disk and the rights of %s; the disc is a file there.", r.folder);
  assert_string_equal(r.c.remedy, text);
  assert_int_equal(file_size(r.bin), 0);
  assert_int_equal(nwa(&r), 0);
  assert_string_equal(r.c.problem, ""); /* that was of the command before */
  assert_int_equal(rmdir(blocker), 0);
  assert_int_equal(write_run(&r, 0, 300, 0), GOOD);
  assert_int_equal(mkdir(blocker, 0777), 0);
  assert_int_equal(sync_cache(&r), SENSE(3, 0x73, 4));
  assert_int_equal(close_session(&r), SENSE(5, 0x72, 3));
  assert_int_equal(rmdir(blocker), 0);
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 1)), GOOD);
  assert_int_equal(mkdir(blocker, 0777), 0);
  assert_int_equal(close_session(&r), SENSE(3, 0x72, 1));
  assert_int_equal(rmdir(blocker), 0);
  assert_int_equal(close_session(&r), GOOD);
  reopen(&r);
  assert_payload(&r, 299, 0);
  rig_remove(&r);
}

/* Padding and sectors that were never stored are in .bin before the sheet names them: a power
 * cut between the two leaves a disc that opens. */
static void payload_before_sheet(void **state) {
  (void)state;
  struct rig r;
  char blocker[128];
  rig_make(&r, "");
  burn_track(&r, 0x41, 0, 0, 100);
  assert_int_equal(file_size(r.bin), 100 * 2352);
  snprintf(blocker, sizeof blocker, "%s.new", r.cue);
  assert_int_equal(mkdir(blocker, 0777), 0);
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 1)), SENSE(3, 0x73, 4));
  assert_int_equal(file_size(r.bin), 300 * 2352);
  assert_int_equal(rmdir(blocker), 0);
  reopen(&r);
  struct redbook_virtual_track track;
  assert_true(redbook_virtual_track_at(r.drive, 0, &track));
  assert_false(track.complete);
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 1)), GOOD);
  assert_int_equal(nwa(&r), 452);
  assert_int_equal(file_size(r.bin), 302 * 2352);
  assert_payload(&r, 99, 0);
  assert_silence(&r, 100);
  rig_remove(&r);
}

/* libcdio reads the image: tracks, starts, flags, lead-out. */
static void cd_info(void **state) {
  (void)state;
  struct rig r;
  char command[256], text[16384];
  if (system("command -v cd-info >/dev/null 2>&1") != 0) skip();
  rig_make(&r, "");
  burn_track(&r, 0x41, 0x00, 0, 300);
  burn_track(&r, 0x41, 0x03, 452, 500);
  burn_track(&r, 0x41, 0x00, 1104, 400);
  assert_int_equal(close_session(&r), GOOD);
  snprintf(command, sizeof command,
           "LC_ALL=C cd-info --no-device-info --no-cddb --cue-file='%s' > '%s/out' 2>/dev/null",
           r.cue, r.folder);
  assert_int_equal(system(command), 0);
  snprintf(command, sizeof command, "%s/out", r.folder);
  read_text(command, text, sizeof text);
  const char *const lines[] = {
      "  1: 00:02:00  000000 audio  false  no    2        no",
      "  2: 00:08:02  000452 audio  false  yes   2        yes",
      "  3: 00:16:54  001104 audio  false  no    2        no",
      "170: 00:22:06  001506 leadout",
  };
  for (unsigned i = 0; i < 4; i++)
    if (!strstr(text, lines[i])) fail_msg("cd-info lacks \"%s\":\n%s", lines[i], text);
  rig_remove(&r);
}

static void pregap_file(void **state) {
  (void)state;
  struct rig r;
  char pre[128];
  uint8_t sector[SECTOR];
  rig_make(&r, "");
  burn_track(&r, 0x41, 0x00, 0, 300);
  snprintf(pre, sizeof pre, "%s/disc.pre", r.folder);
  FILE *file = fopen(pre, "w");
  for (int i = -150; i < 0; i++) {
    fill_sector(sector, i, 5);
    fwrite(sector, SECTOR, 1, file);
  }
  fclose(file);
  assert_payload(&r, -150, 5);
  assert_payload(&r, -1, 5);
  assert_payload(&r, 0, 0);
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_created),
      cmocka_unit_test(reopened_in_every_state),
      cmocka_unit_test(killed),
      cmocka_unit_test(only_one_holder),
      cmocka_unit_test(abandoned_after_fork),
      cmocka_unit_test(no_space),
      cmocka_unit_test(disk_full),
      cmocka_unit_test(sheet_cannot_be_written),
      cmocka_unit_test(payload_before_sheet),
      cmocka_unit_test(cd_info),
      cmocka_unit_test(pregap_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
