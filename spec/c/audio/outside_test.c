/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that ffmpeg decodes for us, against what they were made of and what ffmpeg itself says;
 * and an ffmpeg that misbehaves. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../support/audio/fixtures.h"
#include "audio/outside.h"
#include "base/child.h"

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -D -r 44100 -n -b 16 -c 2 a.wav synth 3.0137 sine 440 sine 550 gain -3");
  run("sox -D -r 44100 -n -b 16 -c 2 b.wav synth 2.5 sine 330 sine 220 gain -3");
  run("ffmpeg -v error -i a.wav -metadata title='T \"q\" \\ ü' -metadata artist=A -metadata "
      "album=L -metadata track=3/12 -metadata date=1999 a.m4a");
  return 0;
}

static struct bytes original(void) {
  return output("sox a.wav -t raw -e signed -b 16 -L -");
}

static void lossless_passes_bit_for_bit(void **state) {
  (void)state;
  static const char *const rows[][2] = {
      {"ffmpeg -v error -i a.wav -c:a alac l.m4a", "l.m4a"},
      {"ffmpeg -v error -i a.wav -c:a alac l.caf", "l.caf"},
      {"ffmpeg -v error -i a.wav -c:a wavpack -sample_fmt s16p l.wv", "l.wv"},
      {"ffmpeg -v error -i a.wav l.tta", "l.tta"},
      {"ffmpeg -v error -i a.wav -c:a flac l.mka", "l.mka"},
      {"ffmpeg -v error -i a.wav -c:a pcm_s16le p.mka", "p.mka"},
      {"flac -s --ogg -o l.oga a.wav", "l.oga"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run("%s", rows[i][0]);
    struct redbook_source *source = open_whole(rows[i][1]);
    if (!redbook_source_format(source)->exact) fail_msg("%s is not exact", rows[i][1]);
    redbook_source_unref(source);
    assert_same(render(rows[i][1]), original());
  }
}

/* TPDF dither adds less than one step to either side, rounding half a one; what is over full
 * scale is clamped. */
static void lossy_is_what_ffmpeg_decodes(void **state) {
  (void)state;
  static const char *const rows[][2] = {{"ffmpeg -v error -i a.wav a.aac", "a.aac"},
                                        {"ffmpeg -v error -i a.wav a.wma", "a.wma"},
                                        {"ffmpeg -v error -i a.wav -c:a aac a.mka", "a.mka"},
                                        {"ffmpeg -v error -i a.wav a.ac3", "a.ac3"},
                                        {"ffmpeg -v error -i a.wav a.eac3", "a.eac3"},
                                        {"true", "a.m4a"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run("%s", rows[i][0]);
    struct bytes ours = render(rows[i][1]);
    struct bytes theirs = output("ffmpeg -v error -i %s -f f32le -", rows[i][1]);
    assert_true(ours.size > 2 * 44100 * 4);
    assert_true(ours.size <= theirs.size / 2);
    for (size_t n = 0; n < ours.size / 2; n++) {
      float exact;
      memcpy(&exact, theirs.data + 4 * n, 4);
      exact = fminf(fmaxf(exact * 32768, -32768), 32767);
      float off = (float)sample(ours, n) - exact;
      if (off < -1.51f || off > 1.51f)
        fail_msg("%s: sample %zu is off by %f", rows[i][1], n, (double)off);
    }
    free(ours.data);
    free(theirs.data);
  }
}

/* The edit list of an MP4 cuts the encoder's delay and padding off. ffmpeg writes it in
 * milliseconds. */
static void length_of_an_mp4_is_what_it_says(void **state) {
  (void)state;
  struct bytes ours = render("a.m4a");
  struct bytes says =
      output("ffprobe -v error -show_entries stream=duration_ts -of csv=p=0 a.m4a");
  assert_int_equal(ours.size / 4, atoi((char *)says.data));
  assert_int_equal(ours.size / 4, 3013 * 441 / 10);
  free(ours.data);
  free(says.data);
}

static void tags_and_format(void **state) {
  (void)state;
  struct redbook_source *source = open_whole("a.m4a");
  const struct redbook_source_tags *tags = redbook_source_tags(source);
  assert_string_equal(tags->title, "T \"q\" \\ ü");
  assert_string_equal(tags->artist, "A");
  assert_string_equal(tags->album, "L");
  assert_string_equal(tags->track_number, "3/12");
  assert_string_equal(tags->date, "1999");
  const struct redbook_source_format *format = redbook_source_format(source);
  assert_string_equal(format->container, "AAC or ALAC in MP4 (M4A)");
  assert_string_equal(format->encoding, "aac");
  assert_int_equal(format->sample_rate, 44100);
  assert_int_equal(format->channels, 2);
  assert_int_equal(format->bits, 0);
  assert_false(format->exact);
  assert_int_equal(redbook_source_announced_sectors(source), -1);
  redbook_source_unref(source);
}

/* The only one of Windows Media's own names that ffprobe hands on as it is. */
static void isrc_of_windows_media(void **state) {
  (void)state;
  run("ffmpeg -v error -i a.wav -metadata WM/ISRC=USRC17607839 -metadata title=T isrc.wma");
  struct redbook_source *source = open_whole("isrc.wma");
  assert_string_equal(redbook_source_tags(source)->isrc, "USRC17607839");
  assert_string_equal(redbook_source_tags(source)->title, "T");
  redbook_source_unref(source);
}

/* Tags that nobody asks for, and one that is longer than all of the answer that is kept. */
static void long_tags_are_no_damage(void **state) {
  (void)state;
  static const char *const rows[] = {"lyrics", "comment"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run("ffmpeg -v error -y -i a.wav -metadata title=T -metadata %s=\"$(yes la | head -n 25000 "
        "| "
        "tr '\\n' ' ')\" long.m4a",
        rows[i]);
    struct redbook_source *source = open_whole("long.m4a");
    const struct redbook_source_tags *tags = redbook_source_tags(source);
    assert_string_equal(tags->title, "T");
    assert_int_equal(strncmp(tags->comment, "la la la", 8) == 0, i == 1);
    assert_int_equal(redbook_source_format(source)->sample_rate, 44100);
    redbook_source_unref(source);
  }
}

static void parts_and_unscanned_reads(void **state) {
  (void)state;
  run("ffmpeg -v error -i a.wav -c:a alac part.m4a");
  struct bytes part = render_part("part.m4a", 75, 60, 26), whole = original();
  assert_int_equal(part.size, 60 * 2352);
  assert_memory_equal(part.data, whole.data + 75 * 2352, part.size);
  free(part.data);
  struct redbook_source *source = open_whole("part.m4a");
  struct redbook_error err;
  uint8_t data[10 * 2352];
  redbook_error_clear(&err);
  for (int round = 0; round < 2; round++) {
    assert_int_equal(redbook_source_read(source, data, 10, &err), 10);
    assert_memory_equal(data, whole.data, sizeof data);
    assert_true(redbook_source_rewind(source, &err));
  }
  free(whole.data);
  redbook_source_unref(source);
}

/* ffmpeg does not cut the last block of a link: up to a block (8192 frames at most, 2048 as the
 * encoder makes them) more lies at each joint. */
static void chained_ogg_is_read_to_its_end(void **state) {
  (void)state;
  run("oggenc -Q -q 6 -o a.ogg a.wav && oggenc -Q -q 6 -o b.ogg b.wav && cat a.ogg b.ogg > "
      "chain.ogg && size=$(stat -c %%s chain.ogg) && head -c $((size - 5000)) chain.ogg > "
      "cut.ogg");
  struct bytes both = render("chain.ogg"), first = render("a.ogg"), second = render("b.ogg");
  assert_in_range(both.size, first.size + second.size, first.size + second.size + 2048 * 4);
  free(both.data);
  free(first.data);
  free(second.data);
  assert_refused("cut.ogg", "is cut off");
}

static void damage_is_not_burned(void **state) {
  (void)state;
  run("ffmpeg -v error -i a.wav -movflags +faststart fast.m4a && size=$(stat -c %%s fast.m4a) "
      "&& "
      "head -c $((size * 2 / 3)) fast.m4a > cut.m4a && head -c 1000 a.m4a > stump.m4a");
  run("cp a.m4a noise.m4a && head -c 3000 /dev/urandom | dd of=noise.m4a bs=1 seek=12000 "
      "conv=notrunc");
  run("ffmpeg -v error -i a.wav -c:a wavpack whole.wv && size=$(stat -c %%s whole.wv) && "
      "head -c $((size / 2)) whole.wv > cut.wv");
  run("ffmpeg -v error -f lavfi -i testsrc=d=1 film.mp4");
  assert_refused("cut.m4a", "cut.m4a");
  assert_refused("stump.m4a", "stump.m4a");
  assert_refused("noise.m4a", "ffmpeg cannot decode");
  assert_refused("cut.wv", "cut.wv");
  assert_refused("film.mp4", "no sound in it can be found");
}

static void names_are_names(void **state) {
  (void)state;
  static const char *const names[] = {"-i.m4a", "http:x.m4a", "%d.m4a", "a b;c'd.m4a",
                                      "\n.m4a"};
  run("ffmpeg -v error -i a.wav -c:a alac named.m4a");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_int_equal(link(in_folder("named.m4a"), in_folder(names[i])), 0);
    assert_same(render(names[i]), original());
  }
}

/* --- An ffmpeg of our own that misbehaves ----------------------------------------------------
 */

static char programs[4096];

static void replace_program(const char *name, const char *script) {
  char path[4096], file[64];
  const char *before = getenv("PATH");
  (void)snprintf(programs, sizeof programs, "%s", before);
  (void)snprintf(file, sizeof file, "bin/%s", name);
  run("mkdir -p bin");
  write_file(file, script, strlen(script));
  assert_int_equal(chmod(in_folder(file), 0755), 0);
  (void)snprintf(path, sizeof path, "%s:%s", in_folder("bin"), before);
  assert_int_equal(setenv("PATH", path, 1), 0);
}

/* ffprobe stays the machine's. */
static void replace_ffmpeg(const char *script) {
  replace_program("ffmpeg", script);
}

static void restore_ffmpeg(void) {
  assert_int_equal(setenv("PATH", programs, 1), 0);
}

static void *cancel_soon(void *argument) {
  const struct timespec soon = {.tv_nsec = 200 * 1000 * 1000};
  nanosleep(&soon, NULL);
  atomic_store((atomic_bool *)argument, true);
  return NULL;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void one_that_hangs_is_killed_by_a_cancel(void **state) {
  (void)state;
  replace_ffmpeg("#!/bin/sh\nexec sleep 1000\n");
  atomic_bool cancel = false;
  pthread_t thread;
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_source *source = open_whole("a.m4a");
  double began = now();
  assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &cancel), 0);
  assert_false(redbook_source_scan(source, &cancel, NULL, &err));
  assert_int_equal(err.code, 0xC0AA0002u);
  assert_true(now() - began < 60);
  assert_int_equal(pthread_join(thread, NULL), 0);
  redbook_source_unref(source);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
  assert_int_equal(errno, ECHILD);
  restore_ffmpeg();
}

static void *signal_soon(void *argument) {
  const struct timespec soon = {.tv_nsec = 200 * 1000 * 1000};
  (void)argument;
  nanosleep(&soon, NULL);
  atomic_store(&redbook_signals_waiting, UINT64_C(1) << SIGTERM);
  return NULL;
}

/* Files are opened in the foreground, where a trapped signal is all there is to end it. */
static void an_ffprobe_that_hangs_is_killed_by_a_signal(void **state) {
  (void)state;
  replace_program("ffprobe", "#!/bin/sh\nexec sleep 1000\n");
  pthread_t thread;
  struct redbook_error err;
  redbook_error_clear(&err);
  double began = now();
  assert_int_equal(pthread_create(&thread, NULL, signal_soon, NULL), 0);
  assert_null(redbook_source_open(in_folder("a.m4a"), NULL, NULL, &err));
  assert_int_equal(err.code, 0xC0AA0002u);
  assert_true(now() - began < 60);
  assert_int_equal(pthread_join(thread, NULL), 0);
  atomic_store(&redbook_signals_waiting, 0);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
  assert_int_equal(errno, ECHILD);
  assert_int_equal(unlink(in_folder("bin/ffprobe")), 0);
  restore_ffmpeg();
}

/* What is opened later, while others' signals wait to be taken, is not ended by them. */
static void an_ffprobe_for_a_worker_heeds_no_signal(void **state) {
  (void)state;
  struct redbook_container container = {.name = "AAC", .demuxer = "mov", .frames = -1};
  struct redbook_outside outside = redbook_outside_of(in_folder("a.m4a"), &container);
  struct redbook_error err;
  static const atomic_bool never;
  redbook_error_clear(&err);
  atomic_store(&redbook_signals_waiting, UINT64_C(1) << SIGTERM);
  assert_false(redbook_outside_probe(&outside, NULL, &err));
  assert_int_equal(err.code, 0xC0AA0002u);
  redbook_error_clear(&err);
  assert_true(redbook_outside_probe(&outside, &never, &err));
  atomic_store(&redbook_signals_waiting, 0);
}

static void what_it_says_is_told(void **state) {
  (void)state;
  replace_ffmpeg("#!/bin/sh\nprintf 'first\\tline\\nsecond' >&2\nexit 3\n");
  assert_refused("a.m4a", "ffmpeg cannot decode (first line)");
  restore_ffmpeg();
  replace_ffmpeg("#!/bin/sh\nkill -9 $$\n");
  assert_refused("a.m4a", "it does not say why");
  restore_ffmpeg();
  replace_ffmpeg("#!/bin/sh\necho no sound at all\n");
  assert_refused("a.m4a", "a.m4a");
  restore_ffmpeg();
  replace_ffmpeg("#!/bin/sh\nexit 0\n");
  assert_refused("a.m4a", "a.m4a");
  restore_ffmpeg();
}

static void less_than_promised_is_cut_off(void **state) {
  (void)state;
  run("sox a.wav short.wav trim 0 1 && ffmpeg -v error -i short.wav -f caf short.caf");
  replace_ffmpeg("#!/bin/sh\nexec cat short.caf\n");
  char before[4096];
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(in_folder(".")), 0);
  assert_refused("a.m4a", "is cut off: it ends at 1.00 s, its header says 3.01 s");
  assert_int_equal(chdir(before), 0);
  restore_ffmpeg();
}

static void output_without_end_is_stopped(void **state) {
  (void)state;
  run("sox -r 4000 -n -c 1 tiny.wav synth 1 sine 100 && ffmpeg -v error -i tiny.wav -c:a alac "
      "tiny.m4a");
  replace_ffmpeg("#!/bin/sh\nexec cat /dev/zero\n");
  assert_refused("tiny.m4a", "longer than any disc: 100 minutes and no end");
  restore_ffmpeg();
}

static unsigned open_descriptors(void) {
  unsigned count = 0;
  DIR *folder = opendir("/proc/self/fd");
  assert_non_null(folder);
  while (readdir(folder))
    count++;
  assert_int_equal(closedir(folder), 0);
  return count;
}

static void nothing_is_left_open(void **state) {
  (void)state;
  unsigned before = open_descriptors();
  struct bytes bytes = render("a.m4a");
  free(bytes.data);
  assert_refused("stump.m4a", "stump.m4a");
  assert_int_equal(open_descriptors(), before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lossless_passes_bit_for_bit),
      cmocka_unit_test(lossy_is_what_ffmpeg_decodes),
      cmocka_unit_test(length_of_an_mp4_is_what_it_says),
      cmocka_unit_test(tags_and_format),
      cmocka_unit_test(isrc_of_windows_media),
      cmocka_unit_test(long_tags_are_no_damage),
      cmocka_unit_test(parts_and_unscanned_reads),
      cmocka_unit_test(chained_ogg_is_read_to_its_end),
      cmocka_unit_test(damage_is_not_burned),
      cmocka_unit_test(names_are_names),
      cmocka_unit_test(one_that_hangs_is_killed_by_a_cancel),
      cmocka_unit_test(an_ffprobe_that_hangs_is_killed_by_a_signal),
      cmocka_unit_test(an_ffprobe_for_a_worker_heeds_no_signal),
      cmocka_unit_test(what_it_says_is_told),
      cmocka_unit_test(less_than_promised_is_cut_off),
      cmocka_unit_test(output_without_end_is_stopped),
      cmocka_unit_test(nothing_is_left_open),
  };
  return cmocka_run_group_tests_name("audio/outside", tests, make_files, remove_folder);
}
