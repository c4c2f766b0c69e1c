/* h_t = tanh(W x_t + U h_{t-1} + b)

   numbers   inputs, hidden
   tensors   W, b, U
*/
#include "../core/floats.h"
#include "../core/kernel.h"

typedef struct {
    int hidden, stride;
    float *h; /* [row][stride] */
} state;

static int open(part *self) {
    int inputs = size_of(self->numbers[0]), hidden = size_of(self->numbers[1]);
    if (self->num_numbers != 2 || self->num_tensors != 3 || !inputs || !hidden) return WRONG_SIZES;
    if (!has_shape(self, 0, hidden, inputs) || !has_shape(self, 1, hidden, 1)) return WRONG_SIZES;
    if (!has_shape(self, 2, hidden, hidden)) return WRONG_SIZES;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    *own = (state){hidden, PAD(hidden), reserve((long long)num_rows * PAD(hidden))};
    return own->h ? reserve_product(inputs > hidden ? inputs : hidden) : NO_MEMORY;
}

static void run(part *self, int steps, const float *x, int x_stride, float *out, int out_stride) {
    state *own = self->own;
    affine(MATRIX(self, 0), VALUES(self, 1), steps * num_rows, x, x_stride, out, out_stride);
    for (int step = 0; step < steps; step++, out += num_rows * out_stride) {
        add_product(MATRIX(self, 2), num_rows, own->h, own->stride, out, out_stride);
        for (int row = 0; row < num_rows; row++)
            for (int k = 0; k < own->stride; k += 4) {
                floats h = tanh4(load(out + row * out_stride + k));
                store(out + row * out_stride + k, h);
                store(own->h + row * own->stride + k, h);
            }
    }
}

const kind tanh_cell = {.name = "tanh", .open = open, .run = run};
