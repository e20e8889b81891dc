/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chained decoders: what only they can show. */
#include "audio/chain.h"
#include "../../support/audio/fixtures.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 44100 -c 2 -b 16 a.wav synth 3 pinknoise gain -4");
  run("lame --quiet a.wav a.mp3");
  return 0;
}

/* The way to where a part of an MP3 begins is decoded, which takes long in a long file. */
static void the_way_to_a_part_can_be_cancelled(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct redbook_error err;
    struct redbook_look look;
    atomic_bool cancel = i == 1;
    struct redbook_chain chain = {.cancel = &cancel};
    struct redbook_link *link = calloc(1, sizeof *link);
    redbook_error_clear(&err);
    assert_true(redbook_look(in_folder("a.mp3"), &look, &err));
    *link = (struct redbook_link){.path = strdup(in_folder("a.mp3")),
                                  .first = 88200,
                                  .frames = -1,
                                  .end = -1,
                                  .spool = -1};
    assert_int_equal(redbook_chain_open(&chain, link, 1, &look.shape, &err), !cancel);
    if (cancel) assert_int_equal(err.code, REDBOOK_E_IMAPI_REQUEST_CANCELLED);
    redbook_chain_close(&chain);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_way_to_a_part_can_be_cancelled)};
  return cmocka_run_group_tests_name("audio/chain", tests, make_files, remove_folder);
}
