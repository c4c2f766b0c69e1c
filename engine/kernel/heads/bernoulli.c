/* p(v_j = 1 | h) = sigmoid(W_j h + b_j)
   at a temperature: sigmoid((W_j h + b_j) / temperature + shift), where the shift keeps the expected number
   of notes as it is

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
    return (self->own = reserve(2 * PAD(frame_size))) ? reserve_product(hidden) : NO_MEMORY;
}

static float *logits(part *self, const float *h) {
    affine(MATRIX(self, 0), VALUES(self, 1), 1, h, 0, self->own, 0);
    return self->own;
}

enum { HALVINGS = 40 };
static const float LEAST_TEMPERATURE = 0.01f; /* anything below it acts as this does */

static float expected(const float *logits, float factor, float shift, float *probabilities) {
    for (int j = 0; j < frame_size; j += 4)
        store(probabilities + j, sigmoid4(load(logits + j) * all(factor) + all(shift)));
    float total = 0.0f;
    for (int j = 0; j < frame_size; j++) total += probabilities[j];
    return total;
}

/* The probabilities at a temperature; the shift lies between the least and the largest of those that would give
   one logit its old value back. */
static float temper(const float *logits, float temperature, float *probabilities) {
    float wanted = expected(logits, 1.0f, 0.0f, probabilities), low = 0.0f, high = 0.0f;
    if (temperature == 1.0f) return wanted;
    float factor = 1.0f / (temperature > LEAST_TEMPERATURE ? temperature : LEAST_TEMPERATURE);
    for (int j = 0; j < frame_size; j++) {
        float moved = logits[j] * (1.0f - factor);
        low = j && low < moved ? low : moved, high = j && high > moved ? high : moved;
    }
    for (int k = 0; k < HALVINGS; k++) {
        float shift = 0.5f * low + 0.5f * high;
        if (expected(logits, factor, shift, probabilities) < wanted)
            low = shift;
        else
            high = shift;
    }
    return expected(logits, factor, 0.5f * low + 0.5f * high, probabilities);
}

/* Event j happens where uniform j is below its probability. */
static int draw(part *self, const float *h, const float *x, const double *uniforms, float temperature,
                float *frame) {
    float *probabilities = (float *)self->own + PAD(frame_size);
    float total = temper(logits(self, h), temperature, probabilities);
    for (int j = 0; j < frame_size; j++) frame[j] = uniforms[j] < probabilities[j] ? 1.0f : 0.0f;
    return total == total ? FINE : OUT_OF_RANGE;
}

/* The logits; they do not depend on the frame. */
static int explain(part *self, const float *h, const float *x, const float *frame, float *numbers) {
    fill_rows(logits(self, h), PAD(frame_size), 1, numbers, 0);
    return frame_size;
}

const kind bernoulli_head = {.name = "bernoulli", .open = open, .draw = draw, .explain = explain};
