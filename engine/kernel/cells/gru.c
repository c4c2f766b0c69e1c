/* r_t  = sigmoid(W_r x_t + U_r h_{t-1} + b_r)       reset gate
   z_t  = sigmoid(W_z x_t + U_z h_{t-1} + b_z)       update gate
   h~_t = tanh(W x_t + U (r_t * h_{t-1}) + b)        *: unit by unit
   h_t  = h_{t-1} + z_t * (h~_t - h_{t-1})

   numbers   inputs, hidden
   tensors   (W_r, W_z, W), (b_r, b_z, b), (U_r, U_z), U
*/
#include "../core/floats.h"
#include "../core/kernel.h"

typedef struct {
    int hidden, stride, wide;
    float *h, *read, *update; /* [row][stride]; ``read`` is r h */
    float *drive;             /* [step][row][wide] */
    const float *newest;      /* of the last step: what its gates are the sigmoid of */
} state;

static int open(part *self) {
    int inputs = size_of(self->numbers[0]), hidden = size_of(self->numbers[1]),
        wide = PAD(3 * hidden) + 4; /* room for the padding of U's product */
    if (self->num_numbers != 2 || self->num_tensors != 4 || !inputs || !hidden) return WRONG_SIZES;
    if (!has_shape(self, 0, 3 * hidden, inputs) || !has_shape(self, 1, 3 * hidden, 1)) return WRONG_SIZES;
    if (!has_shape(self, 2, 2 * hidden, hidden) || !has_shape(self, 3, hidden, hidden)) return WRONG_SIZES;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    long long numbers = (long long)num_rows * PAD(hidden);
    own->hidden = hidden, own->stride = PAD(hidden), own->wide = wide;
    own->h = reserve(numbers), own->read = reserve(numbers), own->update = reserve(numbers);
    own->drive = reserve((long long)MAX_STEPS * num_rows * wide);
    if (!own->drive) return NO_MEMORY;
    return reserve_product(inputs > hidden ? inputs : hidden);
}

static void compute_gates(const state *own, const float *drive) {
    for (int row = 0; row < num_rows; row++, drive += own->wide)
        for (int k = 0, place = row * own->stride; k < own->hidden; k += 4, place += 4) {
            store(own->read + place, sigmoid4(load(drive + k)) * load(own->h + place));
            store(own->update + place, sigmoid4(load(drive + own->hidden + k)));
        }
}

static void mix(const state *own, const float *drive, float *out, int out_stride) {
    for (int row = 0; row < num_rows; row++, drive += own->wide, out += out_stride)
        for (int k = 0, place = row * own->stride; k < own->hidden; k += 4, place += 4) {
            floats candidate = tanh4(load(drive + 2 * own->hidden + k)), before = load(own->h + place);
            floats after = before + load(own->update + place) * (candidate - before);
            store(own->h + place, after);
            store(out + k, after);
        }
}

static void run(part *self, int steps, const float *x, int x_stride, float *out, int out_stride) {
    state *own = self->own;
    affine(MATRIX(self, 0), VALUES(self, 1), steps * num_rows, x, x_stride, own->drive, own->wide);
    for (int step = 0; step < steps; step++) {
        float *drive = own->drive + step * num_rows * own->wide;
        own->newest = drive;
        add_product(MATRIX(self, 2), num_rows, own->h, own->stride, drive, own->wide);
        compute_gates(own, drive);
        add_product(MATRIX(self, 3), num_rows, own->read, own->stride, drive + 2 * own->hidden, own->wide);
        mix(own, drive, out + step * num_rows * out_stride, out_stride);
    }
}

/* The reset gates, then the update gates. */
static int gates(const part *self, int row, float *openings) {
    const state *own = self->own;
    for (int k = 0; own->newest && k < 2 * own->hidden; k++)
        openings[k] = sigmoid4(all(own->newest[row * own->wide + k]))[0];
    return own->newest ? 2 * own->hidden : 0;
}

const kind gru_cell = {.name = "gru", .open = open, .run = run, .gates = gates};
