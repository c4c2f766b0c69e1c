/* q_t, k_t, u_t, w_t = W x_t + b
   v_s  = u_s + w_{s+1}
   a_t  = sum_{s<t} p_s v_s / (n + sum_{s<t} p_s)       for each head, of d numbers
   p_s  = exp(q_t . k_s / sqrt(d) + e_{t-s}),  n = exp(e_0)
   h_t  = O a_t

   numbers   inputs, hidden, heads, window
   tensors   W, b, e by head and distance, O

   engine/cells/attention.py explains it. Keys and values lie in a ring of ``window`` moments (past steps) and
   are never moved. Eight moments make a block: their keys are interleaved, so that eight scores are
   summed at once; the numbers of a value follow one another. The biases lie by falling distance, twice over, so that those of
   the ring's slots follow one another wherever the ring begins.
*/
#include "../core/floats.h"
#include "../core/kernel.h"

enum { BLOCK = 8, TOGETHER = 4 };
#define NEVER -3.0e38f

typedef struct {
    int hidden, heads, window, size, stride; /* size: of a head; stride: that, padded */
    int wide;                                /* width of a drive: q, k, u and w of a row and step */
    int ring;                                /* window, padded to whole blocks */
    long long num_moments;                   /* so far */
    int has_before;                          /* whether a step was read, whose drive is in ``before`` */
    float *keys;                             /* [block][row][head][stride][BLOCK] */
    float *values;                           /* [block][row][head][BLOCK][stride] */
    float *before, *drive;                   /* [row][wide], of the last step; [step][row][wide] */
    float *bias;                             /* [head][2 window + BLOCK] */
    float *zeros;                            /* with which outputs begin */
    float *queries;        /* [place][head][stride][4], each number four times over; place: of a glance */
    float *scores, *scale; /* [place][head][ring], later weights; [place][head], 1 / (their sum + n) */
    float *gathered;       /* [place][head][stride]; a pair is a place and a head */
    float *attended;       /* [step][row][hidden, padded] */
} state;

static int open(part *self) {
    int inputs = size_of(self->numbers[0]), hidden = size_of(self->numbers[1]);
    int heads = size_of(self->numbers[2]), window = size_of(self->numbers[3]);
    if (self->num_numbers != 4 || self->num_tensors != 4) return WRONG_SIZES;
    if (!inputs || !hidden || !heads || !window || hidden % heads) return WRONG_SIZES;
    if (!has_shape(self, 0, 4 * hidden, inputs) || !has_shape(self, 1, 4 * hidden, 1)) return WRONG_SIZES;
    if (!has_shape(self, 2, heads, window + 1) || !has_shape(self, 3, hidden, hidden)) return WRONG_SIZES;
    self->tensors[2].is_plain = 1;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    int size = hidden / heads, stride = PAD(size), ring = (window + BLOCK - 1) / BLOCK * BLOCK;
    long long rows = num_rows, of_heads = (long long)heads * stride, steps = MAX_STEPS;
    long long places = rows > steps ? rows : steps;
    own->hidden = hidden, own->heads = heads, own->window = window, own->size = size, own->stride = stride;
    own->ring = ring, own->wide = PAD(4 * hidden) + 4;
    own->keys = reserve(rows * of_heads * ring), own->values = reserve(rows * of_heads * ring);
    own->before = reserve(rows * own->wide), own->drive = reserve(steps * rows * own->wide);
    own->bias = reserve((long long)heads * (2 * window + BLOCK)), own->zeros = reserve(PAD(hidden));
    own->queries = reserve(places * of_heads * 4), own->scores = reserve(places * heads * ring);
    own->scale = reserve(places * heads), own->gathered = reserve(places * of_heads);
    own->attended = reserve(steps * rows * PAD(hidden));
    return own->attended ? reserve_product(inputs > hidden ? inputs : hidden) : NO_MEMORY;
}

/* Biases by falling distance, twice: slot i has the bias of distance window - (i mod window). */
static int ready(part *self) {
    state *own = self->own;
    for (int head = 0; head < own->heads; head++) {
        const float *given = VALUES(self, 2) + head * PAD(own->window + 1);
        float *bias = own->bias + head * (2 * own->window + BLOCK);
        for (int i = 0; i < 2 * own->window; i++) bias[i] = given[own->window - i % own->window];
    }
    return FINE;
}

/* Where a block of a row begins, both in the keys and in the values. */
static long long block_of(const state *own, int block, int row) {
    return ((long long)block * num_rows + row) * own->heads * own->stride * BLOCK;
}

/* Stores the moment before a step, which the step's own w completes. */
static void remember(const state *own, long long moment, const float *before, const float *now, int row) {
    int slot = moment % own->window;
    long long block = block_of(own, slot / BLOCK, row);
    for (int head = 0; head < own->heads; head++, block += own->stride * BLOCK) {
        float *key = own->keys + block + slot % BLOCK,
              *value = own->values + block + slot % BLOCK * own->stride;
        const float *k = before + own->hidden + head * own->size, *u = k + own->hidden;
        const float *w = now + 3 * own->hidden + head * own->size;
        for (int n = 0; n < own->size; n++) key[n * BLOCK] = k[n], value[n] = u[n] + w[n];
    }
}

/* The queries of a row and step, divided by sqrt(d). */
static void spread_queries(const state *own, const float *drive, int place) {
    float scale = 1.0f / __builtin_sqrtf((float)own->size),
          *to = own->queries + 4LL * place * own->heads * own->stride;
    for (int head = 0; head < own->heads; head++, to += 4 * own->stride, drive += own->size)
        for (int n = 0; n < own->size; n++) store(to + 4 * n, all(drive[n] * scale));
}

/* q . k of the moments of N blocks of a head, which lie ``apart`` numbers from each other. They are read from
   memory in parallel, since a single stream would keep the core waiting. */
#define SCORE(N) \
    static void score_##N(const state *own, const float *query, const float *keys, long long apart, \
                          float *const *to) { \
        floats sums[N][2]; \
        EACH(s, N) sums[s][0] = sums[s][1] = all(0.0f); \
        for (int n = 0; n < own->size; n++, query += 4, keys += BLOCK) { \
            floats q = load(query); \
            EACH(s, N) { \
                sums[s][0] += q * load(keys + s * apart); \
                sums[s][1] += q * load(keys + s * apart + 4); \
            } \
        } \
        EACH(s, N) store(to[s], sums[s][0]), store(to[s] + 4, sums[s][1]); \
    }

SCORE(1)
SCORE(4)

/* Turns scores of ``count`` moments and their biases into weights, 0 for slots without a moment. Returns one
   over the sum of the weights, including the weight of finding nothing. */
static float weigh(float *scores, const float *bias, int count, float nothing) {
    int end = (count + BLOCK - 1) / BLOCK * BLOCK;
    floats largest = all(nothing), sum = all(0.0f);
    for (int k = 0; k < end; k += 4) store(scores + k, load(scores + k) + load(bias + k));
    for (int k = count; k < end; k++) scores[k] = NEVER;
    for (int k = 0; k < end; k += 4) largest = larger(load(scores + k), largest);
    floats best = all(largest_of(largest));
    for (int k = 0; k < end; k += 4) {
        floats weight = exp4(load(scores + k) - best);
        store(scores + k, weight);
        sum += weight;
    }
    return 1.0f / (sum_of(sum) + exp1(nothing - best[0]));
}

/* to += weight x value of the moments of N blocks, which are also read from memory in parallel. */
#define GATHER(N) \
    static void gather_##N(const float *const *weights, const float *const *values, int stride, float *to) { \
        for (int slot = 0; slot < BLOCK; slot++) { \
            floats weight[N]; \
            const float *value[N]; \
            EACH(n, N) { \
                weight[n] = all(weights[n][slot]); \
                value[n] = values[n] + slot * stride; \
            } \
            for (int k = 0; k < stride; k += 4) { \
                floats sum = load(to + k); \
                EACH(n, N) sum += weight[n] * load(value[n] + k); \
                store(to + k, sum); \
            } \
        } \
    }

GATHER(1)
GATHER(4)

/* The rows and steps that look back together: several rows at one step, or several steps of one row. A row and
   a step together are a place. */
typedef struct {
    int step, num_steps, row, rows_together;
    long long moments; /* how many there are at the first step, which sees the last ``window`` of them */
} glance;

/* How many slots of the ring a step sees. */
static int seen(const state *own, const glance *at, int step) {
    long long moments = at->moments + step;
    return moments < own->window ? moments : own->window;
}

/* All scores: four blocks at once, each from a different quarter of those in use, then the blocks that are left. */
static void score_all(const state *own, const glance *at) {
    int most = seen(own, at, at->num_steps - 1), num_blocks = (most + BLOCK - 1) / BLOCK,
        quarter = num_blocks / TOGETHER;
    long long apart = block_of(own, quarter, 0);
    for (int block = 0; block < num_blocks; block++) {
        if (block == quarter) block = TOGETHER * quarter;
        if (block == num_blocks) break;
        for (int row = 0; row < at->rows_together; row++)
            for (int step = 0; step < at->num_steps; step++)
                for (int head = 0; head < own->heads; head++) {
                    int pair = (row + step) * own->heads + head;
                    const float *query = own->queries + 4LL * pair * own->stride;
                    const float *keys =
                        own->keys + block_of(own, block, at->row + row) + head * own->stride * BLOCK;
                    float *to[TOGETHER], *scores = own->scores + (long long)pair * own->ring;
                    for (int n = 0; n < TOGETHER; n++) to[n] = scores + (block + n * quarter) * BLOCK;
                    (block < quarter ? score_4 : score_1)(own, query, keys, apart, to);
                }
    }
}

static void weigh_all(part *self, const state *own, const glance *at) {
    int most = seen(own, at, at->num_steps - 1);
    for (int row = 0; row < at->rows_together; row++)
        for (int step = 0; step < at->num_steps; step++)
            for (int head = 0; head < own->heads; head++) {
                int count = seen(own, at, step), pair = (row + step) * own->heads + head;
                const float *bias = own->bias + head * (2 * own->window + BLOCK) + own->window -
                                    (at->moments + step) % own->window;
                float *scores = own->scores + (long long)pair * own->ring;
                own->scale[pair] = weigh(scores, bias, count, VALUES(self, 2)[head * PAD(own->window + 1)]);
                for (int k = (count + BLOCK - 1) / BLOCK * BLOCK; k < most; k += 4)
                    store(scores + k, all(0.0f));
            }
}

/* Whether a block's weights are too small to matter in float32. */
static int is_negligible(const float *weights, float scale) {
    return largest_of(larger(load(weights), load(weights + 4))) * scale < 1e-9f;
}

/* Gathers those of ``num_blocks`` blocks of a row's head whose weights matter; if all four do, all at once. */
static void gather(const state *own, const glance *at, int block, int num_blocks, int row, int head,
                   int pair) {
    const float *weights[TOGETHER], *values[TOGETHER];
    float *to = own->gathered + pair * own->stride;
    int count = 0;
    for (int n = block; n < block + num_blocks; n++) {
        weights[count] = own->scores + (long long)pair * own->ring + n * BLOCK;
        values[count] = own->values + block_of(own, n, at->row + row) + head * own->stride * BLOCK;
        if (!is_negligible(weights[count], own->scale[pair])) count++;
    }
    if (count == TOGETHER)
        gather_4(weights, values, own->stride, to);
    else
        for (int n = 0; n < count; n++) gather_1(weights + n, values + n, own->stride, to);
}

static void gather_all(const state *own, const glance *at) {
    int most = seen(own, at, at->num_steps - 1), num_blocks = (most + BLOCK - 1) / BLOCK;
    int count = (at->rows_together + at->num_steps - 1) * own->heads * own->stride;
    for (int k = 0; k < count; k += 4) store(own->gathered + k, all(0.0f));
    for (int block = 0; block < num_blocks; block += TOGETHER)
        for (int row = 0; row < at->rows_together; row++)
            for (int step = 0; step < at->num_steps; step++)
                for (int head = 0; head < own->heads; head++) {
                    int now = num_blocks - block < TOGETHER ? num_blocks - block : TOGETHER;
                    gather(own, at, block, now, row, head, (row + step) * own->heads + head);
                }
}

static void look_back(part *self, const state *own, const glance *at) {
    for (int row = 0; row < at->rows_together; row++)
        for (int step = 0; step < at->num_steps; step++)
            spread_queries(own, own->drive + ((at->step + step) * num_rows + at->row + row) * own->wide,
                           row + step);
    score_all(own, at);
    weigh_all(self, own, at);
    gather_all(own, at);
    for (int row = 0; row < at->rows_together; row++)
        for (int step = 0; step < at->num_steps; step++)
            for (int head = 0; head < own->heads; head++) {
                int pair = (row + step) * own->heads + head;
                const float *from = own->gathered + pair * own->stride;
                float *to = own->attended + ((at->step + step) * num_rows + at->row + row) * PAD(own->hidden);
                for (int n = 0; n < own->size; n++) to[head * own->size + n] = from[n] * own->scale[pair];
            }
}

/* Stores the moments that a row's steps from ``step`` up to, not including, ``end`` complete. */
static void remember_steps(const state *own, int step, int end, int row) {
    for (int n = step; n < end; n++) {
        const float *now = own->drive + (n * num_rows + row) * own->wide;
        const float *before = n ? now - num_rows * own->wide : own->before + row * own->wide;
        if (n || own->has_before) remember(own, own->num_moments + n - !own->has_before, before, now, row);
    }
}

/* Where several steps are read and the ring holds all moments, later ones overwrite nothing that an earlier step
   sees: all steps of a row are computed together, and its keys and values are fetched only once. Otherwise each
   step takes all rows together, in the order in which they lie in memory. */
static void run(part *self, int steps, const float *x, int x_stride, float *out, int out_stride) {
    state *own = self->own;
    affine(MATRIX(self, 0), VALUES(self, 1), steps * num_rows, x, x_stride, own->drive, own->wide);
    long long after = own->num_moments + steps - !own->has_before;
    if (steps > 1 && after <= own->window)
        for (int row = 0; row < num_rows; row++) {
            remember_steps(own, 0, steps, row);
            look_back(self, own, &(glance){0, steps, row, 1, after - steps + 1});
        }
    else
        for (int step = 0; step < steps; step++) {
            for (int row = 0; row < num_rows; row++) remember_steps(own, step, step + 1, row);
            look_back(self, own, &(glance){step, 1, 0, num_rows, after - steps + 1 + step});
        }
    fill_rows(own->zeros, PAD(own->hidden), steps * num_rows, out, out_stride);
    add_product(MATRIX(self, 3), steps * num_rows, own->attended, PAD(own->hidden), out, out_stride);
    own->num_moments = after;
    own->has_before = 1;
    fill_rows(own->drive + (steps - 1) * num_rows * own->wide, num_rows * own->wide, 1, own->before, 0);
}

const kind attention_cell = {.name = "attention", .open = open, .ready = ready, .run = run};
