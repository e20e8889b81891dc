/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quantiser's inner loop, for dither.c, which includes it once for each width: in vectors
 * of WIDTH samples as GCC and Clang have them for any processor, in functions called NAME(...)
 * with the attributes TARGET. Every width gives the same bytes: nothing is contracted or
 * reordered. */
#if !defined WIDTH || !defined NAME || !defined TARGET
#error "dither.c says how wide"
#endif

#define floats NAME(floats)
#define words NAME(words)
#define integers NAME(integers)
#define shorts NAME(shorts)
typedef float floats __attribute__((vector_size(WIDTH * sizeof(float))));
typedef uint32_t words __attribute__((vector_size(WIDTH * sizeof(uint32_t))));
typedef int32_t integers __attribute__((vector_size(WIDTH * sizeof(int32_t))));
typedef int16_t shorts __attribute__((vector_size(WIDTH * sizeof(int16_t))));

/* As redbook_dither_noise, one for each sample. */
static inline TARGET void NAME(add_noise)(words *lanes, floats *y) {
  words x = *lanes;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  *lanes = x;
  integers sum = (integers)(x >> 16) + (integers)(x & 0xFFFF) - 65535;
  *y += __builtin_convertvector(sum, floats) * (1.0f / 65536.0f);
}

/* Beyond the rails the bits of the float are replaced by those of the rail. A comparison that
 * holds is all ones. */
static inline TARGET void NAME(round_and_clamp)(const floats *y, shorts *out) {
  const floats top = (floats){0} + 32767.0f, bottom = (floats){0} - 32768.0f;
  integers over = *y > top, under = *y < bottom;
  integers bits =
      ((integers)*y & ~(over | under)) | ((integers)top & over) | ((integers)bottom & under);
  integers rounded = __builtin_convertvector(((floats)bits + ROUNDER) - ROUNDER, integers);
  *out = __builtin_convertvector(rounded, shorts);
}

/* Groups of LANES samples; `noise` false: rounded only. */
static TARGET void NAME(quantise)(bool noise, uint32_t *lanes, const float *in, int16_t *out,
                                  size_t groups, uint32_t *clipped) {
  words states[LANES / WIDTH], count[LANES / WIDTH];
  memcpy(states, lanes, sizeof states);
  memcpy(count, clipped, sizeof count);
  for (size_t i = 0; i < groups; i++)
    for (int part = 0; part < LANES / WIDTH; part++, in += WIDTH, out += WIDTH) {
      floats y;
      shorts result;
      memcpy(&y, in, sizeof y);
      y *= 32768.0f;
      if (noise) NAME(add_noise)(&states[part], &y);
      count[part] -= (words)((y >= 32767.5f) + (y < -32768.5f));
      NAME(round_and_clamp)(&y, &result);
      memcpy(out, &result, sizeof result);
    }
  memcpy(lanes, states, sizeof states);
  memcpy(clipped, count, sizeof count);
}

#undef floats
#undef words
#undef integers
#undef shorts
#undef WIDTH
#undef NAME
#undef TARGET
