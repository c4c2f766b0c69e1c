/* i_t  = sigmoid(W_i x_t + U_i h_{t-1} + V_i * c_{t-1} + b_i)
   f_t  = sigmoid(W_f x_t + U_f h_{t-1} + V_f * c_{t-1} + b_f)
   c_t  = f_t c_{t-1} + i_t tanh(W_c x_t + U_c h_{t-1} + b_c)
   o_t  = sigmoid(W_o x_t + U_o h_{t-1} + V_o * c_t + b_o)
   h_t  = o_t tanh(c_t)

   numbers   inputs, hidden
   tensors   (W_i, W_f, W_o, W_c), (b_i, b_f, b_o, b_c), (U_i, U_f, U_o, U_c), a row each of V_i, V_f, V_o
*/
#include "../core/floats.h"
#include "../core/kernel.h"

typedef struct {
    int hidden, stride, wide;
    float *h, *c, *before; /* [row][stride]; ``before`` is c of the step before */
    float *drive;          /* [step][row][wide] */
    const float *newest;   /* the last step's drive */
} state;

static int open(part *self) {
    int inputs = size_of(self->numbers[0]), hidden = size_of(self->numbers[1]),
        wide = PAD(4 * hidden) + 4; /* as in gru.c */
    if (self->num_numbers != 2 || self->num_tensors != 4 || !inputs || !hidden) return WRONG_SIZES;
    if (!has_shape(self, 0, 4 * hidden, inputs) || !has_shape(self, 1, 4 * hidden, 1)) return WRONG_SIZES;
    if (!has_shape(self, 2, 4 * hidden, hidden) || !has_shape(self, 3, 3, hidden)) return WRONG_SIZES;
    self->tensors[3].is_plain = 1;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    long long numbers = (long long)num_rows * PAD(hidden);
    own->hidden = hidden, own->stride = PAD(hidden), own->wide = wide;
    own->h = reserve(numbers), own->c = reserve(numbers), own->before = reserve(numbers);
    own->drive = reserve((long long)MAX_STEPS * num_rows * wide);
    if (!own->drive) return NO_MEMORY;
    return reserve_product(inputs > hidden ? inputs : hidden);
}

static void advance(const state *own, const float *peepholes, const float *drive, float *out,
                    int out_stride) {
    int hidden = own->hidden;
    for (int row = 0; row < num_rows; row++, drive += own->wide, out += out_stride)
        for (int k = 0; k < hidden; k += 4) {
            const float *v = peepholes + k, *gate = drive + k;
            floats c = load(own->c + row * own->stride + k);
            store(own->before + row * own->stride + k, c);
            floats in = sigmoid4(load(gate) + load(v) * c);
            floats forget = sigmoid4(load(gate + hidden) + load(v + own->stride) * c);
            c = forget * c + in * tanh4(load(gate + 3 * hidden));
            floats shown = sigmoid4(load(gate + 2 * hidden) + load(v + 2 * own->stride) * c);
            floats h = shown * tanh4(c);
            store(own->c + row * own->stride + k, c);
            store(own->h + row * own->stride + k, h);
            store(out + k, h);
        }
}

static void run(part *self, int steps, const float *x, int x_stride, float *out, int out_stride) {
    state *own = self->own;
    affine(MATRIX(self, 0), VALUES(self, 1), steps * num_rows, x, x_stride, own->drive, own->wide);
    for (int step = 0; step < steps; step++) {
        float *drive = own->drive + step * num_rows * own->wide;
        own->newest = drive;
        add_product(MATRIX(self, 2), num_rows, own->h, own->stride, drive, own->wide);
        advance(own, VALUES(self, 3), drive, out + step * num_rows * out_stride, out_stride);
    }
}

/* The input gates, then the forget gates, then the output gates. */
static int gates(const part *self, int row, float *openings) {
    const state *own = self->own;
    int hidden = own->hidden;
    for (int k = 0; own->newest && k < 3 * hidden; k++) {
        const float *cells = k < 2 * hidden ? own->before : own->c;
        float peephole = VALUES(self, 3)[k / hidden * own->stride + k % hidden];
        float logit = own->newest[row * own->wide + k] + peephole * cells[row * own->stride + k % hidden];
        openings[k] = sigmoid4(all(logit))[0];
    }
    return own->newest ? 3 * hidden : 0;
}

const kind lstm_cell = {.name = "lstm", .open = open, .run = run, .gates = gates};
