/* The samples of a frame one after another, each from a mixture of discretised logistics.

   G    = exp(d . h + d') within bounds,  z_i the last samples before i, divided by G
   p    = 0.999 tanh(B h + b),  q_i = sum_j damping^j c_j(p) z_ij by Levinson's recursion
   z_i, q_i from here on between -32 and 32
   u_i  = silu(W [z_i, (C h + c)_i, q_i] + w),  n_i = u_i + silu(U u_i + u)
   a_i, m_i, r_i = V n_i + v
   l_ik = G (q_i + 2 tanh(m_ik / 2)),  s_ik = G exp(min(r_ik, 0)) + smallest
   y_i  = the 16-bit integer nearest to l_ik + s_ik log(t / (1 - t)), component k and t both from uniform i;
          at a temperature T, a_i / T and s_ik T

   numbers   hidden, samples, inputs, units, components, step, damping
   tensors   C, c, B, b, d, d', W, w, U, u, V, v
*/
#include "../core/floats.h"
#include "../core/kernel.h"

enum { C, C_BIAS, B, B_BIAS, D, D_BIAS, W, W_BIAS, U, U_BIAS, V, V_BIAS, NUM_TENSORS };
enum { INPUTS = 2, UNITS, COMPONENTS, STEP, DAMPING, NUM_NUMBERS };
enum { LOWEST = -32768, HIGHEST = 32767, UNITS_PER_CONDITION = 4, MOST_REFLECTIONS = 24 };
static const float SMALLEST_STEPS = 0.1f, SMALLEST_LEVEL = -12.0f, LARGEST_RAW = 0.0f;
static const double LARGEST_GAIN = 0.03; /* of full scale */
static const float LARGEST_OFFSET = 2.0f, LARGEST_HEARD = 32.0f, LARGEST_REFLECTION = 0.999f;

typedef struct {
    int inputs, units, components, conditions, reflections;
    double exact_step;
    float step, gain, largest_level, damping;
    float *said;              /* C h + c */
    float *prediction, *kept; /* damping^j c_j(p), the last sample's first; B h + b */
    float *known;             /* the samples of x, then those of the frame */
    float *near;              /* [z_i, what h says to sample i, q_i] */
    float *first, *second, *parts;
} state;

static int has_shapes(part *self, int hidden, int units) {
    const state *own = self->own;
    int said = frame_size * own->conditions, near = own->inputs + own->conditions + 1;
    return has_shape(self, C, said, hidden) && has_shape(self, C_BIAS, said, 1) &&
           has_shape(self, B, own->reflections, hidden) && has_shape(self, B_BIAS, own->reflections, 1) &&
           has_shape(self, D, 1, hidden) && has_shape(self, D_BIAS, 1, 1) &&
           has_shape(self, W, units, near) && has_shape(self, W_BIAS, units, 1) &&
           has_shape(self, U, units, units) && has_shape(self, U_BIAS, units, 1) &&
           has_shape(self, V, 3 * own->components, units) && has_shape(self, V_BIAS, 3 * own->components, 1);
}

static int open(part *self) {
    if (self->num_numbers != NUM_NUMBERS || self->num_tensors != NUM_TENSORS) return WRONG_SIZES;
    int hidden = size_of(self->numbers[0]), units = size_of(self->numbers[UNITS]);
    int inputs = size_of(self->numbers[INPUTS]), components = size_of(self->numbers[COMPONENTS]);
    int conditions = units < UNITS_PER_CONDITION ? 1 : units / UNITS_PER_CONDITION;
    double step = self->numbers[STEP], damping = self->numbers[DAMPING];
    if (!hidden || !units || !components || inputs != input_size) return WRONG_SIZES;
    if (size_of(self->numbers[1]) != frame_size || num_rows != 1) return WRONG_SIZES;
    if (components > MAX_HELD_FRAMES / 3 || !(step >= 1e-9 && step <= 1e9)) return WRONG_SIZES;
    if (!(damping > 0.0 && damping <= 1.0)) return WRONG_SIZES;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    own->inputs = inputs, own->units = units, own->components = components, own->conditions = conditions;
    own->reflections = inputs < MOST_REFLECTIONS ? inputs : MOST_REFLECTIONS;
    own->largest_level = (float)log_double(LARGEST_GAIN * -LOWEST * step);
    own->exact_step = step, own->step = (float)step, own->damping = (float)damping;
    if (!has_shapes(self, hidden, units)) return WRONG_SIZES;
    own->said = reserve(PAD((long long)frame_size * conditions) + 4), own->prediction = reserve(PAD(inputs));
    own->kept = reserve(PAD(inputs));
    own->known = reserve(PAD(inputs + frame_size)), own->near = reserve(PAD(inputs + conditions + 1));
    own->first = reserve(PAD(units)), own->second = reserve(PAD(units));
    own->parts = reserve(PAD(3 * components));
    if (!own->parts) return NO_MEMORY;
    int widest = inputs + conditions + 1 > units ? inputs + conditions + 1 : units;
    return reserve_product(hidden > widest ? hidden : widest);
}

/* Levinson's recursion: computes own->prediction from B h + b. */
static void predict(part *self, const float *h) {
    state *own = self->own;
    float *coefficients = own->prediction, turned[MOST_REFLECTIONS];
    affine(MATRIX(self, B), VALUES(self, B_BIAS), 1, h, 0, own->kept, 0);
    for (int i = 0; i < own->reflections; i++) {
        float reflection = LARGEST_REFLECTION * tanh1(own->kept[i]);
        for (int j = 0; j < i; j++) turned[j] = coefficients[i - 1 - j];
        for (int j = 0; j < i; j++) coefficients[j] -= reflection * turned[j];
        coefficients[i] = reflection;
    }
    float shrunk = 1.0f;
    for (int i = 0; i < own->reflections; i++) coefficients[i] *= shrunk *= own->damping;
}

/* Computes what is the same for all samples of a frame. */
static void begin(part *self, const float *h, const float *x) {
    state *own = self->own;
    affine(MATRIX(self, C), VALUES(self, C_BIAS), 1, h, 0, own->said, 0);
    predict(self, h);
    float level[4];
    affine(MATRIX(self, D), VALUES(self, D_BIAS), 1, h, 0, level, 0);
    level[0] = level[0] < SMALLEST_LEVEL ? SMALLEST_LEVEL : level[0];
    own->gain = exp1(level[0] > own->largest_level ? own->largest_level : level[0]);
    for (int k = 0; k < own->inputs; k++) own->known[k] = x[k];
}

/* silu of x, added to what is at ``to`` or written over it. */
static void silu(float *x, int count, float *to, int adds) {
    for (int k = 0; k < count; k += 4) {
        floats units = load(x + k) * sigmoid4(load(x + k));
        store(to + k, adds ? load(to + k) + units : units);
    }
}

/* The number, clipped to LARGEST_HEARD on either side of 0. */
static float held(float number) {
    number = number > LARGEST_HEARD ? LARGEST_HEARD : number;
    return number < -LARGEST_HEARD ? -LARGEST_HEARD : number;
}

/* Logits, centres and scales of sample ``place``, into own->parts. */
static void explain_sample(part *self, int place) {
    state *own = self->own;
    int inputs = own->inputs, conditions = own->conditions, components = own->components;
    float predicted = 0.0f, *near = own->near;
    for (int k = 0; k < inputs; k++) near[k] = own->known[place + k] / own->gain;
    for (int k = 0; k < own->reflections; k++) predicted += near[inputs - 1 - k] * own->prediction[k];
    predicted = held(predicted);
    for (int k = 0; k < inputs; k++) near[k] = held(near[k]);
    for (int k = 0; k < conditions; k++) near[inputs + k] = own->said[place * conditions + k];
    near[inputs + conditions] = predicted;
    fill_rows(VALUES(self, W_BIAS), PAD(own->units), 1, own->first, 0);
    add_product(MATRIX(self, W), 1, near, 0, own->first, 0);
    silu(own->first, own->units, own->first, 0);
    fill_rows(VALUES(self, U_BIAS), PAD(own->units), 1, own->second, 0);
    add_product(MATRIX(self, U), 1, own->first, 0, own->second, 0);
    silu(own->second, own->units, own->first, 1);
    fill_rows(VALUES(self, V_BIAS), PAD(3 * components), 1, own->parts, 0);
    add_product(MATRIX(self, V), 1, own->first, 0, own->parts, 0);
    float *centres = own->parts + components, *scales = centres + components;
    for (int k = 0; k < components; k++) {
        float offset = LARGEST_OFFSET * tanh1(centres[k] / LARGEST_OFFSET);
        centres[k] = own->gain * (predicted + offset);
        float raw = scales[k] > LARGEST_RAW ? LARGEST_RAW : scales[k];
        scales[k] = own->gain * exp1(raw) + SMALLEST_STEPS * own->step;
    }
}

/* The sample that a uniform number draws from own->parts; NaN if these hold NaN. */
static double draw_sample(const state *own, double number, float temperature) {
    const float *logits = own->parts, *centres = logits + own->components;
    const float *scales = centres + own->components;
    float largest = logits[0];
    double total = 0.0, below = 0.0, share = 0.0;
    for (int k = 1; k < own->components; k++) largest = logits[k] > largest ? logits[k] : largest;
    for (int k = 0; k < own->components; k++) total += exp1((logits[k] - largest) / temperature);
    int chosen = 0;
    for (int k = 0; k < own->components; k++) {
        double weight = exp1((logits[k] - largest) / temperature) / total;
        if (weight <= 0.0) continue;
        if (k && share > 0.0 && number < below + share) break;
        below += share, share = weight, chosen = k;
    }
    double where = (number - below) / share;
    where = where > 1.0 - 0x1p-53 ? 1.0 - 0x1p-53 : where < 0x1p-53 ? 0x1p-53 : where;
    return centres[chosen] +
           (double)temperature * scales[chosen] * (log_double(where) - log_double(1.0 - where));
}

/* The nearest 16-bit integer, in units of the frame. */
static float rounded(const state *own, double number) {
    double integer = __builtin_floor(number / own->exact_step + 0.5);
    integer = integer < LOWEST ? LOWEST : integer > HIGHEST ? HIGHEST : integer;
    return (float)(integer * own->exact_step);
}

static int draw(part *self, const float *h, const float *x, const double *uniforms, float temperature,
                float *frame) {
    state *own = self->own;
    begin(self, h, x);
    for (int place = 0; place < frame_size; place++) {
        explain_sample(self, place);
        double number = draw_sample(own, uniforms[place], temperature);
        if (!(number > -1e30 && number < 1e30)) return OUT_OF_RANGE;
        frame[place] = own->known[own->inputs + place] = rounded(own, number);
    }
    return FINE;
}

/* Logits, centres and scales of each sample, given those before it. */
static int explain(part *self, const float *h, const float *x, const float *frame, float *numbers) {
    state *own = self->own;
    int count = 3 * own->components;
    begin(self, h, x);
    for (int place = 0; place < frame_size; place++) own->known[own->inputs + place] = frame[place];
    for (int place = 0; place < frame_size; place++) {
        explain_sample(self, place);
        for (int k = 0; k < count; k++) numbers[place * count + k] = own->parts[k];
    }
    return frame_size * count;
}

const kind logistic_mixture_head = {
    .name = "logistic_mixture", .open = open, .draw = draw, .explain = explain};
