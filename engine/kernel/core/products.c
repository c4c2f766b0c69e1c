#include "products.h"
#include "floats.h"
#include "kernel.h"

/* Adds N rows' products for 4 C outputs; the sums stay in registers. The inputs of the rows lie side by side,
   each four times over, because spreading one when it is needed would take as long as multiplying with it. */
#define TILE(N, C) \
    static void tile_##N##_##C(const float *w, int inputs, const float *x, float *out, int out_stride) { \
        floats sums[N][C]; \
        const float *weights[C]; \
        EACH(c, C) weights[c] = w + 4 * c * inputs; \
        EACH(n, N) \
            EACH(c, C) sums[n][c] = load(out + n * out_stride + 4 * c); \
        for (int k = 0; k < inputs; k++, x += 4 * N) \
            EACH(c, C) { \
                floats weight = load(weights[c]); \
                weights[c] += 4; \
                EACH(n, N) sums[n][c] += weight * load(x + 4 * n); \
            } \
        EACH(n, N) \
            EACH(c, C) store(out + n * out_stride + 4 * c, sums[n][c]); \
    }

/* The remaining outputs of N rows, 4 C at a time, as long as that many are left. */
#define SPAN(N, C) \
    for (; tile + C <= tiles; tile += C) \
        tile_##N##_##C(w->weights + 4 * tile * w->inputs, w->inputs, x, out + 4 * tile, out_stride);

/* All outputs of N rows. */
#define ROWS(N, SPANS) \
    static void rows_##N(const matrix *w, const float *x, float *out, int out_stride) { \
        int tiles = PAD(w->outputs) / 4, tile = 0; \
        SPANS \
    }

TILE(1, 6)
TILE(1, 4)
TILE(1, 2)
TILE(1, 1)
TILE(2, 4)
TILE(2, 1)
TILE(3, 3)
TILE(3, 1)
TILE(4, 2)
TILE(4, 1)
ROWS(1, SPAN(1, 6) SPAN(1, 4) SPAN(1, 2) SPAN(1, 1))
ROWS(2, SPAN(2, 4) SPAN(2, 1))
ROWS(3, SPAN(3, 3) SPAN(3, 1))
ROWS(4, SPAN(4, 2) SPAN(4, 1))

enum { MAX_ROWS = 4 };
static float *beside;   /* the inputs of some rows, side by side, each four times */
static int most_inputs; /* for which there is room */

int reserve_product(int inputs) {
    if (inputs <= most_inputs) return FINE;
    most_inputs = inputs;
    beside = reserve(4LL * inputs * MAX_ROWS);
    return beside ? FINE : NO_MEMORY;
}

static const float *side_by_side(const float *x, int x_stride, int rows, int inputs) {
    for (int n = 0; n < rows; n++, x += x_stride)
        for (int k = 0; k < inputs; k++) store(beside + 4 * (k * rows + n), all(x[k]));
    return beside;
}

void add_product(const matrix *w, int rows, const float *x, int x_stride, float *out, int out_stride) {
    while (rows > 0) {
        int now = rows == 4 ? 4 : rows >= 3 ? 3 : rows;
        const float *inputs = side_by_side(x, x_stride, now, w->inputs);
        switch (now) {
        case 1: rows_1(w, inputs, out, out_stride); break;
        case 2: rows_2(w, inputs, out, out_stride); break;
        case 3: rows_3(w, inputs, out, out_stride); break;
        default: rows_4(w, inputs, out, out_stride);
        }
        rows -= now, x += now * x_stride, out += now * out_stride;
    }
}

void add_some(const matrix *w, const float *x, int first, int count, float *out) {
    const float *inputs = side_by_side(x, 0, 1, w->inputs);
    for (int tile = first / 4; 4 * tile < first + count; tile++, out += 4)
        tile_1_1(w->weights + 4 * tile * w->inputs, w->inputs, inputs, out, 0);
}

/* out += x W^T where x is zero except at ``places``. */
static void add_columns(const matrix *w, const float *x, const int *places, int count, float *out) {
    for (int tile = 0; 4 * tile < w->outputs; tile++) {
        const float *weights = w->weights + 4 * tile * w->inputs;
        floats sum = load(out + 4 * tile);
        for (int n = 0; n < count; n++) sum += load(weights + 4 * places[n]) * all(x[places[n]]);
        store(out + 4 * tile, sum);
    }
}

void affine(const matrix *w, const float *bias, int rows, const float *x, int x_stride, float *out,
            int out_stride) {
    enum { FEW = 32 };
    int places[FEW];
    fill_rows(bias, PAD(w->outputs), rows, out, out_stride);
    for (int n = 0; n < rows; n++, x += x_stride, out += out_stride) {
        int count = 0;
        for (int k = 0; k < w->inputs && count <= FEW; k++)
            if (x[k] != 0.0f) {
                if (count < FEW) places[count] = k;
                count++;
            }
        if (count > FEW || 4 * count > w->inputs) { /* x is dense, so no notes: all remaining rows at once */
            add_product(w, rows - n, x, x_stride, out, out_stride);
            return;
        }
        add_columns(w, x, places, count, out);
    }
}

void fill_rows(const float *row, int width, int rows, float *out, int out_stride) {
    for (int n = 0; n < rows; n++)
        for (int k = 0; k < width; k += 4) store(out + n * out_stride + k, load(row + k));
}
