/* SPDX-License-Identifier: GPL-3.0-or-later */
/* corpus OUT FORMAT RATE CHANNELS SECONDS KIND SEED: something like music, the same each time.
 *
 * FORMAT is a row of `formats` below; KIND is loud (limited hard, as pop is), quiet,
 * sweep (20 Hz to 20 kHz over chords), talk (vowels, consonants, pauses) or both (talk over
 * quiet music). What it costs to encode and decode comes near to that of real records. */
#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE 2048 /* points of one period */
#define PADS 6
#define BLOCK 4096

struct voice {
  const float *table;
  double phase, step;
  float level, fall, left, right;
};

struct resonator {
  float a, b, gain, y1, y2;
};

struct player {
  double rate;
  uint32_t noise;
  int64_t frame;
  struct voice pads[PADS], bass, pluck, kick, hum;
  float snare, hat, last_noise;
  double sweep;
  struct resonator formants[3];
  float breath, voiced;
};

static float reed[TABLE + 1], sine[TABLE + 1], flute[TABLE + 1];

/* A period of `count` harmonics that fall by 1/n, only each `step`th of them. */
static void make_table(float *table, int count, int step) {
  for (int i = 0; i <= TABLE; i++) {
    double sum = 0;
    for (int n = 1; n <= count; n += step)
      sum += sin(2 * M_PI * n * i / TABLE) / n;
    table[i] = (float)sum;
  }
}

static float random_value(struct player *player) {
  uint32_t x = player->noise;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  player->noise = x;
  return (float)(int32_t)x * (1 / 2147483648.0f);
}

static void strike(struct player *player, struct voice *voice, const float *table, double hz,
                   float level, double seconds, float pan) {
  voice->table = table;
  voice->step = hz / player->rate * TABLE;
  voice->level = hz < player->rate / 2 ? level : 0;
  voice->fall = (float)exp(-1 / (seconds * player->rate));
  voice->left = 0.5f - 0.5f * pan;
  voice->right = 0.5f + 0.5f * pan;
}

static float sound(struct voice *voice) {
  int at = (int)voice->phase;
  float part = (float)(voice->phase - at), value = voice->table[at];
  value += part * (voice->table[at + 1] - value);
  voice->phase += voice->step;
  if (voice->phase >= TABLE) voice->phase -= TABLE;
  voice->level *= voice->fall;
  return value * voice->level;
}

static double note(int semitones) {
  return 110 * pow(2, semitones / 12.0);
}

/* One step of the score: sixteenths at 100 beats a minute; another chord for every two beats.
 */
static void play_step(struct player *player, int64_t step) {
  static const int roots[8] = {0, 8, 3, 10, 5, 0, 8, 7};
  static const int shape[PADS] = {0, 7, 12, 15, 19, 24};
  int root = roots[step / 8 % 8] + (int)(step / 64 % 3) * 2;
  if (step % 8 == 0)
    for (int i = 0; i < PADS; i++)
      strike(player, &player->pads[i], i % 2 ? reed : flute, note(root + shape[i]), 0.16f, 1.8,
             (float)(i - 2) * 0.3f);
  if (step % 2 == 0) strike(player, &player->bass, reed, note(root) / 2, 0.4f, 0.4, 0);
  int up = shape[(int)(fabsf(random_value(player)) * PADS) % PADS];
  strike(player, &player->pluck, flute, note(root + up + 12), 0.3f, 0.2,
         random_value(player) * 0.6f);
  if (step % 4 == 0) strike(player, &player->kick, sine, 90, 0.9f, 0.15, 0);
  if (step % 8 == 4) player->snare = 0.6f;
  player->hat = step % 2 ? 0.15f : 0.3f;
}

static void music(struct player *player, float *left, float *right) {
  int64_t length = (int64_t)(player->rate * 0.15);
  if (player->frame % length == 0) play_step(player, player->frame / length);
  for (int i = 0; i < PADS; i++) {
    float value = sound(&player->pads[i]);
    *left += value * player->pads[i].left;
    *right += value * player->pads[i].right;
  }
  float pluck = sound(&player->pluck), bass = sound(&player->bass);
  *left += bass + pluck * player->pluck.left;
  *right += bass + pluck * player->pluck.right;
}

static void drums(struct player *player, float *left, float *right) {
  float noise = random_value(player), high = noise - player->last_noise;
  float kick = sound(&player->kick);
  player->last_noise = noise;
  player->kick.step *= 1 - 12 / player->rate;
  player->snare *= (float)(1 - 15 / player->rate);
  player->hat *= (float)(1 - 45 / player->rate);
  float both = kick + player->snare * noise;
  *left += both + player->hat * high * 0.9f;
  *right += both + player->hat * high * 0.6f;
}

static void tune(struct player *player, struct resonator *resonator, double hz) {
  double radius = exp(-M_PI * 90 / player->rate);
  resonator->a = (float)(2 * radius * cos(2 * M_PI * hz / player->rate));
  resonator->b = (float)(-radius * radius);
  resonator->gain = (float)((1 - radius) * 2);
}

/* A syllable is a consonant and a vowel; the fifth of each five is a pause. */
static float talk(struct player *player) {
  static const double vowels[5][3] = {{730, 1090, 2440},
                                      {530, 1840, 2480},
                                      {270, 2290, 3010},
                                      {570, 840, 2410},
                                      {300, 870, 2240}};
  int64_t length = (int64_t)(player->rate * 0.21), at = player->frame % length;
  int64_t syllable = player->frame / length;
  if (at == 0) {
    int vowel = (int)(fabsf(random_value(player)) * 5) % 5;
    bool pause = syllable % 5 == 4;
    for (int i = 0; i < 3; i++)
      tune(player, &player->formants[i], vowels[vowel][i]);
    strike(player, &player->hum, reed, 105 + 30 * fabsf(random_value(player)), 1, 0.3, 0);
    player->voiced = pause ? 0 : 0.6f;
    player->breath = pause ? 0 : 0.4f;
  }
  player->breath *= (float)(1 - 30 / player->rate);
  float noise = random_value(player) * player->breath, sum = noise * 0.5f;
  float in = sound(&player->hum) * player->voiced + noise;
  for (int i = 0; i < 3; i++) {
    struct resonator *r = &player->formants[i];
    float y = r->gain * in + r->a * r->y1 + r->b * r->y2;
    r->y2 = r->y1;
    r->y1 = y;
    sum += y;
  }
  return sum;
}

static float limited(float value) {
  return 0.98f * tanhf(2.5f * value);
}

static void play(struct player *player, const char *kind, float *left, float *right) {
  *left = *right = 0;
  if (strcmp(kind, "talk") != 0) music(player, left, right);
  if (strcmp(kind, "loud") == 0) {
    drums(player, left, right);
    *left = limited(*left);
    *right = limited(*right);
  } else if (strcmp(kind, "sweep") == 0) {
    double seconds = (double)player->frame / player->rate, part = fmod(seconds, 25) / 25;
    player->sweep = fmod(player->sweep + 20 * pow(1000, part) / player->rate, 1);
    float tone = 0.45f * sinf((float)(2 * M_PI * player->sweep));
    *left = 0.25f * *left + tone;
    *right = 0.25f * *right + 0.7f * tone;
  } else if (strcmp(kind, "talk") == 0) {
    *left = *right = 0.2f * talk(player);
  } else {
    *left = 0.25f * *left + 1e-4f * random_value(player);
    *right = 0.25f * *right + 1e-4f * random_value(player);
    if (strcmp(kind, "both") == 0) {
      float voice = 0.15f * talk(player);
      *left += voice;
      *right += voice;
    }
  }
  player->frame++;
}

static void spread(float *to, int channels, float left, float right) {
  const float six[6] = {0.8f * left,           0.8f * right, 0.4f * (left + right),
                        0.3f * (left - right), 0.5f * right, 0.5f * left};
  const float one = 0.5f * (left + right), two[2] = {left, right};
  const float *from = channels == 1 ? &one : channels == 2 ? two : six;
  memcpy(to, from, (size_t)channels * sizeof *to);
}

static int format_of(const char *name) {
  static const struct {
    const char *name;
    int format;
  } formats[] = {{"wav8", SF_FORMAT_WAV | SF_FORMAT_PCM_U8},
                 {"wav16", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
                 {"wavex16", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16},
                 {"wav24", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24},
                 {"wavf", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
                 {"aiff16", SF_FORMAT_AIFF | SF_FORMAT_PCM_16}};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcmp(name, formats[i].name) == 0) return formats[i].format;
  return 0;
}

static SNDFILE *create(char **argument) {
  SF_INFO info = {.samplerate = atoi(argument[3]), .channels = atoi(argument[4])};
  info.format = format_of(argument[2]);
  SNDFILE *file = sf_open(argument[1], SFM_WRITE, &info);
  if (!file) {
    (void)fprintf(stderr, "corpus: %s: %s\n", argument[1], sf_strerror(NULL));
    return NULL;
  }
  int map[6] = {SF_CHANNEL_MAP_LEFT, SF_CHANNEL_MAP_RIGHT,     SF_CHANNEL_MAP_CENTER,
                SF_CHANNEL_MAP_LFE,  SF_CHANNEL_MAP_REAR_LEFT, SF_CHANNEL_MAP_REAR_RIGHT};
  if (info.channels == 6) (void)sf_command(file, SFC_SET_CHANNEL_MAP_INFO, map, sizeof map);
  (void)sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  return file;
}

int main(int count, char **argument) {
  static float block[BLOCK * 6];
  struct player player = {0};
  if (count != 8) return 2;
  make_table(reed, 12, 1);
  make_table(flute, 9, 2);
  make_table(sine, 1, 1);
  player.rate = atof(argument[3]);
  player.noise = 0x9E3779B9u * (uint32_t)(atoi(argument[7]) + 1);
  player.kick.table = player.pluck.table = player.bass.table = player.hum.table = sine;
  for (int i = 0; i < PADS; i++)
    player.pads[i].table = sine;
  int channels = atoi(argument[4]);
  SNDFILE *file = channels <= 6 ? create(argument) : NULL;
  if (!file) return 1;
  int64_t left_over = (int64_t)(atof(argument[5]) * player.rate + 0.5);
  while (left_over > 0) {
    sf_count_t here = left_over < BLOCK ? left_over : BLOCK;
    for (sf_count_t i = 0; i < here; i++) {
      float left, right;
      play(&player, argument[6], &left, &right);
      spread(block + i * channels, channels, left, right);
    }
    if (sf_writef_float(file, block, here) != here) return 1;
    left_over -= here;
  }
  return sf_close(file) == 0 ? 0 : 1;
}
