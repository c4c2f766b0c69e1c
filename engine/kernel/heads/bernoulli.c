/* p(v_j = 1 | h) = sigmoid(W_j h + b_j)

   numbers   hidden, pitches
   tensors   W, b
*/
#include "../core/floats.h"
#include "../core/kernel.h"

static int open(part *self) {
    int hidden = size_of(self->numbers[0]);
    if (self->num_numbers != 2 || self->num_tensors != 2 || !hidden) return WRONG_SIZES;
    if (size_of(self->numbers[1]) != frame_size || num_rows != 1) return WRONG_SIZES;
    if (!has_shape(self, 0, frame_size, hidden) || !has_shape(self, 1, frame_size, 1)) return WRONG_SIZES;
    return (self->own = reserve(PAD(frame_size))) ? reserve_product(hidden) : NO_MEMORY;
}

static float *logits(part *self, const float *h) {
    affine(MATRIX(self, 0), VALUES(self, 1), 1, h, 0, self->own, 0);
    return self->own;
}

/* Event j happens where uniform j is below its probability. */
static int draw(part *self, const float *h, const float *x, const double *uniforms, float temperature,
                float *frame) {
    float *probabilities = logits(self, h), total = 0.0f;
    floats factor = all(temperature);
    for (int j = 0; j < frame_size; j += 4)
        store(probabilities + j, sigmoid4(load(probabilities + j) / factor));
    for (int j = 0; j < frame_size; j++) {
        frame[j] = uniforms[j] < probabilities[j] ? 1.0f : 0.0f;
        total += probabilities[j];
    }
    return total == total ? FINE : OUT_OF_RANGE;
}

/* The logits, whatever the frame. */
static int explain(part *self, const float *h, const float *x, const float *frame, float *found) {
    fill_rows(logits(self, h), PAD(frame_size), 1, found, 0);
    return frame_size;
}

const kind bernoulli_head = {"bernoulli", open, 0, 0, draw, explain};
