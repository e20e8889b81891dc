/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus by libopus directly against libsndfile, sample for sample. */
#include "audio/opus.h"
#include "../../support/audio/fixtures.h"

#include <sndfile.h>

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  run("sox -R -n -r 48000 -c 2 -b 16 t.wav synth 3.0137 sine 100-9000 pinknoise gain -3");
  run("sox t.wav mono.wav remix 1 && sox -R t.wav -r 44100 t44.wav");
  run("opusenc --quiet --bitrate 128 t.wav stereo.opus");
  run("opusenc --quiet --bitrate 24 mono.wav mono.opus"); /* SILK and hybrid packets */
  run("opusenc --quiet --bitrate 96 --framesize 60 t44.wav long.opus");
  run("opusenc --quiet --bitrate 64 --comment \"X=$(head -c 90000 /dev/zero | tr '\\0' x)\" "
      "t.wav tags.opus"); /* tags over several pages */
  return 0;
}

/* RFC 3533, 6. */
static uint32_t page_sum(const uint8_t *data, size_t length) {
  uint32_t crc = 0;
  for (size_t i = 0; i < length; i++) {
    crc ^= (uint32_t)data[i] << 24;
    for (int bit = 0; bit < 8; bit++)
      crc = crc << 1 ^ (crc >> 31 ? 0x04C11DB7u : 0);
  }
  return crc;
}

/* The same file with a gain of -6 dB in its head, which is the whole first page: 28 + 19 bytes.
 */
static void turn_down(const char *name, const char *result) {
  struct bytes bytes = output("cat %s", name);
  uint8_t *gain = bytes.data + 28 + 16, *sum = bytes.data + 22;
  gain[0] = 0x00, gain[1] = 0xFA; /* -6 * 256 */
  memset(sum, 0, 4);
  uint32_t crc = page_sum(bytes.data, 28 + 19);
  for (int i = 0; i < 4; i++)
    sum[i] = (uint8_t)(crc >> 8 * i & 0xFF);
  write_file(result, bytes.data, bytes.size);
  free(bytes.data);
}

/* The same file with an empty packet at the front of its page `number`, which begins no packet
 * of the page before. */
static void lose_packet(const char *name, int number, const char *result) {
  struct bytes bytes = output("cat %s", name);
  uint8_t *longer = malloc(bytes.size + 1);
  size_t at = 0, size = 0;
  for (int page = 0;; page++) {
    assert_memory_equal(bytes.data + at, "OggS", 4);
    size = 27u + bytes.data[at + 26];
    for (int i = 0; i < bytes.data[at + 26]; i++)
      size += bytes.data[at + 27 + (size_t)i];
    if (page == number) break;
    at += size;
  }
  assert_int_equal(bytes.data[at + 5], 0);
  memcpy(longer, bytes.data, at + 27);
  memcpy(longer + at + 28, bytes.data + at + 27, bytes.size - at - 27);
  longer[at + 26]++;
  longer[at + 27] = 0;
  memset(longer + at + 22, 0, 4);
  uint32_t crc = page_sum(longer + at, size + 1);
  for (int i = 0; i < 4; i++)
    longer[at + 22 + (size_t)i] = (uint8_t)(crc >> 8 * i & 0xFF);
  write_file(result, longer, bytes.size + 1);
  free(longer);
  free(bytes.data);
}

/* libopus would make up 0.12 s for it, and all behind came as much later. */
static void a_lost_packet_is_told(void **state) {
  (void)state;
  struct redbook_error err;
  lose_packet("stereo.opus", 3, "lost.opus");
  struct redbook_source *source = open_whole("lost.opus");
  assert_false(redbook_source_scan(source, NULL, NULL, &err));
  assert_non_null(strstr(err.message, "lost.opus cannot be decoded beyond "));
  redbook_source_unref(source);
}

static void same_as_libsndfile(const char *name, int channels, int64_t piece) {
  static float ours[2 * 6000], theirs[2 * 6000];
  struct redbook_error err;
  struct redbook_input input;
  SF_INFO info = {0};
  int read_errno = 0;
  int64_t at = 0, got;
  assert_true(redbook_input_open(&input, in_folder(name), &err));
  struct redbook_opus *opus = redbook_opus_open(&input);
  SNDFILE *file = sf_open(in_folder(name), SFM_READ, &info);
  assert_non_null(opus);
  assert_non_null(file);
  assert_int_equal(info.channels, channels);
  while ((got = sf_readf_float(file, theirs, piece)) > 0) {
    assert_int_equal(redbook_opus_read(opus, ours, got, &read_errno), got);
    assert_memory_equal(ours, theirs, (size_t)(got * channels) * sizeof *ours);
    at += got;
  }
  assert_int_equal(at, info.frames);
  assert_true(at > 144000);
  while (redbook_opus_read(opus, ours, piece, &read_errno) == piece)
    ; /* the rest of the last packet */
  assert_int_equal(redbook_opus_offset(opus), input.size);
  assert_int_equal(read_errno, 0);
  (void)sf_close(file);
  redbook_opus_close(opus);
  redbook_input_close(&input);
}

static void sample_for_sample(void **state) {
  (void)state;
  static const int64_t pieces[] = {1, 960, 4096, 6000};
  turn_down("stereo.opus", "quieter.opus");
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    same_as_libsndfile("stereo.opus", 2, pieces[i]);
    same_as_libsndfile("mono.opus", 1, pieces[i]);
    same_as_libsndfile("long.opus", 2, pieces[i]);
    same_as_libsndfile("tags.opus", 2, pieces[i]);
    same_as_libsndfile("quieter.opus", 2, pieces[i]);
  }
}

static void other_files_are_left_to_libsndfile(void **state) {
  (void)state;
  run("sox t.wav six.wav remix 1 2 1 1 2 2 && opusenc --quiet --bitrate 256 six.wav six.opus");
  run("oggenc -Q -o vorbis.ogg t.wav && head -c 60 stereo.opus > short.opus");
  static const char *const names[] = {"six.opus", "vorbis.ogg", "short.opus", "t.wav"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct redbook_error err;
    struct redbook_input input;
    assert_true(redbook_input_open(&input, in_folder(names[i]), &err));
    struct redbook_opus *opus = redbook_opus_open(&input);
    if (opus) fail_msg("%s was opened", names[i]);
    redbook_input_close(&input);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sample_for_sample),
      cmocka_unit_test(a_lost_packet_is_told),
      cmocka_unit_test(other_files_are_left_to_libsndfile),
  };
  return cmocka_run_group_tests_name("audio/opus", tests, make_files, remove_folder);
}
