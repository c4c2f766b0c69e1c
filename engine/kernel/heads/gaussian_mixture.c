/* p(x | h) = sum_k softmax(a)_k prod_j Normal(x_j; m_kj, exp(s_kj)),  (a, m, raw) = W h + b,
   s = log(exp(raw) + exp(bound))

   numbers   hidden, samples, components, bound
   tensors   W, b
*/
#include "../core/floats.h"
#include "../core/kernel.h"

typedef struct {
    int components;
    float bound;
    float *outputs; /* those computed last: logits, or numbers of one component */
} state;

static int open(part *self) {
    int hidden = size_of(self->numbers[0]), components = size_of(self->numbers[2]);
    if (self->num_numbers != 4 || self->num_tensors != 2 || !hidden || !components) return WRONG_SIZES;
    if (size_of(self->numbers[1]) != frame_size || num_rows != 1) return WRONG_SIZES;
    if (components > MAX_HELD_FRAMES / 3) return WRONG_SIZES; /* or ``explain`` would not fit */
    int num_outputs = components * (1 + 2 * frame_size);
    if (!has_shape(self, 0, num_outputs, hidden) || !has_shape(self, 1, num_outputs, 1)) return WRONG_SIZES;
    if (!(self->numbers[3] > -80.0 && self->numbers[3] < 80.0)) return WRONG_SIZES;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    *own = (state){components, (float)self->numbers[3], reserve(PAD(num_outputs) + 8)};
    return own->outputs ? reserve_product(hidden) : NO_MEMORY;
}

/* Outputs first ... first + count - 1. */
static const float *outputs(part *self, const float *h, int first, int count) {
    state *own = self->own;
    fill_rows(VALUES(self, 1) + first / 4 * 4, PAD(count + first % 4), 1, own->outputs, 0);
    add_some(MATRIX(self, 0), h, first, count, own->outputs);
    return own->outputs + first % 4;
}

/* log(exp(raw) + exp(bound)) */
static float soft_bound(float raw, float bound) {
    float larger = raw > bound ? raw : bound, smaller = raw > bound ? bound : raw;
    return larger + log1(1.0f + exp1(smaller - larger));
}

/* The component into whose share the number falls; -1 if the logits are not numbers. */
static int component(const state *own, const float *logits, double number, float temperature) {
    float largest = logits[0];
    double total = 0.0, so_far = 0.0;
    for (int k = 1; k < own->components; k++) largest = logits[k] > largest ? logits[k] : largest;
    for (int k = 0; k < own->components; k++) total += exp1((logits[k] - largest) / temperature);
    if (!(total >= 1.0)) return -1;
    for (int k = 0; k < own->components; k++) {
        so_far += exp1((logits[k] - largest) / temperature);
        if (number * total < so_far) return k;
    }
    return own->components - 1;
}

/* Uniform 0 picks the component, uniform j + 1 draws sample j; logits are divided by the temperature,
   scales multiplied by its root. */
static int draw(part *self, const float *h, const float *x, const double *uniforms, float temperature,
                float *frame) {
    state *own = self->own;
    int chosen = component(own, outputs(self, h, 0, own->components), uniforms[0], temperature);
    if (chosen < 0) return OUT_OF_RANGE;
    const float *means = outputs(self, h, own->components + chosen * frame_size, frame_size);
    for (int j = 0; j < frame_size; j++) frame[j] = means[j];
    const float *raw = outputs(self, h, own->components * (1 + frame_size) + chosen * frame_size, frame_size);
    for (int j = 0; j < frame_size; j++) {
        float scale = exp1(soft_bound(raw[j], own->bound)) * __builtin_sqrtf(temperature);
        frame[j] += scale * (float)normal_quantile(uniforms[j + 1]);
        if (!(frame[j] > -3.0e38f && frame[j] < 3.0e38f)) return OUT_OF_RANGE;
    }
    return FINE;
}

/* All outputs, with the raw scales bounded; they do not depend on the frame. */
static int explain(part *self, const float *h, const float *x, const float *frame, float *numbers) {
    state *own = self->own;
    int count = MATRIX(self, 0)->outputs, first = own->components * (1 + frame_size);
    const float *all = outputs(self, h, 0, count);
    for (int k = 0; k < count; k++) numbers[k] = k < first ? all[k] : soft_bound(all[k], own->bound);
    return count;
}

const kind gaussian_mixture_head = {
    .name = "gaussian_mixture", .open = open, .draw = draw, .explain = explain};
