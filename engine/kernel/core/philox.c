/* Philox 4x64 of ten rounds (Salmon et al. 2011):

       (hi, lo)_0 = 0xD2E7470EE14C6C93 c_0,  (hi, lo)_1 = 0xCA5A826395121157 c_2       products of 128 bits
       c' = (hi_1 ^ c_1 ^ k_0, lo_1, hi_0 ^ c_3 ^ k_1, lo_0)

   and both words of the key grow by a constant from round to round. As in NumPy, the counter is advanced
   before it is used.
*/
#include "philox.h"

typedef unsigned long long word;

/* BLOCK: numbers of a frame under one key, as KEY_NUMBERS in engine/sampling/uniforms.py. */
enum { BLOCK = 128, ROUNDS = 10, WORDS = 4 };

static inline word high_product(word a, word b) {
    word a_low = (unsigned)a, a_high = a >> 32, b_low = (unsigned)b, b_high = b >> 32;
    __asm__(
        ""
        : "+r"(
            b_low)); /* or else the compiler makes this a call of a 128-bit product, whose library is not linked */
    word middle = a_high * b_low + (a_low * b_low >> 32);
    word other = a_low * b_high + (unsigned)middle;
    return a_high * b_high + (middle >> 32) + (other >> 32);
}

static void philox(word counter, word seed, word block, word *words) {
    word c0 = counter, c1 = 0, c2 = 0, c3 = 0;
    for (int round = 0; round < ROUNDS; round++) {
        word high0 = high_product(0xD2E7470EE14C6C93ULL, c0), high1 = high_product(0xCA5A826395121157ULL, c2);
        word low0 = 0xD2E7470EE14C6C93ULL * c0, low1 = 0xCA5A826395121157ULL * c2;
        c0 = high1 ^ c1 ^ seed, c1 = low1, c2 = high0 ^ c3 ^ block, c3 = low0;
        seed += 0x9E3779B97F4A7C15ULL, block += 0xBB67AE8584CAA73BULL;
    }
    words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

void frame_uniforms(word seed, word frame, int count, double *numbers) {
    for (int first = 0; first < count; first += WORDS) {
        word words[WORDS], place = first % BLOCK / WORDS;
        philox(frame * (BLOCK / WORDS) + place + 1, seed, first / BLOCK, words);
        for (int k = 0; k < WORDS && first + k < count; k++)
            numbers[first + k] = ((double)(words[k] >> 12) + 0.5) * 0x1p-52;
    }
}
