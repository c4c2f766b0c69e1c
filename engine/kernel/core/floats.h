/* Four float32 at a time, and elementary functions of them, by our own polynomials so that they give the same
   bits everywhere. Their relative errors are at most 3e-7 where
   tests/engine/kernel/test_floats.py looks; exp4 gives no denormal number, sigmoid4 does far below.
*/
#ifndef FLOATS_H
#define FLOATS_H

/* A loop that is unrolled, so that the values it indexes can stay in registers. */
#define EACH(n, count) _Pragma("clang loop unroll(full)") for (int n = 0; n < count; n++)

typedef float floats __attribute__((vector_size(16), aligned(4), may_alias));
typedef int ints __attribute__((vector_size(16), aligned(4), may_alias));

static inline floats all(float x) { return (floats){x, x, x, x}; }
static inline floats load(const float *from) { return *(const floats *)from; }
static inline void store(float *to, floats x) { *(floats *)to = x; }

static inline floats choose(ints where, floats yes, floats no) {
    return (floats)(((ints)yes & where) | ((ints)no & ~where));
}

static inline float sum_of(floats x) { return (x[0] + x[1]) + (x[2] + x[3]); }

static inline floats larger(floats x, floats y) { return choose(x > y, x, y); }

static inline float largest_of(floats x) {
    float a = x[0] > x[1] ? x[0] : x[1], b = x[2] > x[3] ? x[2] : x[3];
    return a > b ? a : b;
}

/* exp(x) = 2^n exp(r), r = x - n log 2, |r| at most log(2) / 2; 0 below -87, exp(88) above 88. */
static inline floats exp4(floats x) {
    ints vanishes = x < all(-87.0f);
    x = choose(x > all(88.0f), all(88.0f), choose(vanishes, all(-87.0f), x));
    floats shifted = x * all(1.44269504f) + all(12582912.0f); /* n in the lowest bits */
    floats n = shifted - all(12582912.0f);
    floats r = x - n * all(0.693359375f) - n * all(-2.12194440e-4f);
    floats p = r * all(0.0013813144760206342f) + all(0.008369418792426586f);
    p = p * r + all(0.04166845604777336f);
    p = p * r + all(0.16666515171527863f);
    p = p * r + all(0.4999999403953552f);
    p = p * r * r + r + all(1.0f);
    return (floats)(((ints)p + ((ints)shifted << 23)) & ~vanishes);
}

static inline floats sigmoid4(floats x) { return all(1.0f) / (all(1.0f) + exp4(-x)); }

/* tanh |x| = |x| + |x|^3 P(x^2) below 0.625, else (1 - e) / (1 + e), e = exp(-2 |x|). */
static inline floats tanh4(floats x) {
    const ints sign = {(int)0x80000000, (int)0x80000000, (int)0x80000000, (int)0x80000000};
    floats size = (floats)((ints)x & ~sign), square = x * x, e = exp4(size * all(-2.0f));
    floats large = (all(1.0f) - e) / (all(1.0f) + e);
    floats p = square * all(-0.005660788621753454f) + all(0.02060200646519661f);
    p = p * square + all(-0.05372922867536545f);
    p = p * square + all(0.13331328332424164f);
    p = p * square + all(-0.33333277702331543f);
    floats magnitude = choose(size < all(0.625f), size + p * square * size, large);
    return (floats)((ints)magnitude | ((ints)x & sign));
}

/* log(x) = n log 2 + 2 artanh((m - 1) / (m + 1)), m from sqrt(1/2) to sqrt(2); x positive, not denormal. */
static inline floats log4(floats x) {
    ints exponent = ((ints)x - 0x3f3504f3) >> 23; /* the bits of sqrt(1/2) */
    floats m = (floats)((ints)x - (exponent << 23)), n = __builtin_convertvector(exponent, floats);
    floats s = (m - all(1.0f)) / (m + all(1.0f)), square = s * s;
    floats p = square * all(0.2359480857849121f) + all(0.28536680340766907f);
    p = p * square + all(0.40000343322753906f);
    p = p * square + all(0.6666666269302368f);
    return p * square * s + n * all(-2.12194440e-4f) + (s + s) + n * all(0.693359375f);
}

static inline float exp1(float x) { return exp4(all(x))[0]; }
static inline float tanh1(float x) { return tanh4(all(x))[0]; }
static inline float log1(float x) { return log4(all(x))[0]; }

/* float64, see floats.c */
double log_double(double x);
double normal_quantile(double probability);

#endif
