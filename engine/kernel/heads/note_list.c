/* The notes of a frame from high to low, each given those above it, in all keys; votes of a memory of
   melodies join the first choice.

   g_k             = silu(A h + B x + sum_{i<k} C[pitch_i] + D[pitch_{k-1}] + b)
   logits_k        = V g_k + c + s + t_k + q_k,  over the pitches below pitch_{k-1} and "stop"
   s[p]            = sum_d (M h + m)_d y[p - d]     how notes of the last frame move
   t_k[p]          = (R g_k)_{pitch_{k-1} - p}      the interval between neighbours
   q_k[p]          = sum_{i<k} u_j [p = y_k + pitch_i - y_i, pitch_i other than y_i]    y_k: notes of the last
                     frame from above, k up to MAX_VOICES; j = 0 where y_i is one or more octaves above y_k,
                     1 where it is a fifth above, with or without octaves in between
   p(choice)       = sum over keys of the key's weight times softmax(its logits); the weight is how likely the
                     key found the choices so far; for the first choice, with votes v: (p + v) / (1 + sum v)

   numbers   hidden, pitches, inputs, units, reach, 1 for the terms q
   tensors   A, B, b, C, D, V, c, with a reach R, M, m, and with the terms q u

   If the model has a memory of the piece's own past, its guides join every choice: see copies.c.

   rank      place in the order: 0 is the highest pitch, the number of pitches is the stop. A key of n
             semitones hears the written rank r at r - n; it never chooses ranks that would leave the
             keyboard.
*/
#include "../core/floats.h"
#include "../core/kernel.h"

enum { MAX_PITCHES = 512 };
enum { A, B, UNIT_BIAS, C, D, V, BIAS, R, M, MOTION_BIAS };
enum { NUM_PARALLELS = 2, MAX_VOICES = 8 };

typedef struct {
    int hidden, inputs, units, reach, stride, wide; /* stride: units, padded; wide: ranks, padded */
    int parallel_weight;                            /* place of u among the tensors; 0 without */
    int *voices;   /* [row][MAX_VOICES]: ranks of the last frame's notes, then the number of pitches */
    int *chosen;   /* [row][1 + MAX_VOICES]: how many notes so far, and their ranks */
    float *base;   /* [row][stride]: A h + B x + b + C of the notes so far */
    float *g;      /* [row][stride] */
    float *moves;  /* [row][wide]: s */
    float *motion; /* [row][d]: M h + m */
    float *logits, *probabilities; /* [row][wide] */
    float *by_interval;            /* [row][wide]: R g */
    float *totals;                 /* [row]: logarithm of the sum that the probabilities were divided by */
    float *log_weights, *weights;  /* [row]: of the keys; the largest weight is 1 */
    float *mixed;                  /* [rank]: shares of the next choice */
} state;

static int has_shapes(part *self, int hidden, int inputs, int units, int reach, int has_parallels) {
    int size = frame_size, num_moves = 2 * reach + 1, weights = reach ? 10 : 7;
    if (self->num_tensors != weights + has_parallels) return 0;
    if (has_parallels && !has_shape(self, weights, NUM_PARALLELS, 1)) return 0;
    if (!has_shape(self, A, units, hidden) || !has_shape(self, B, units, inputs)) return 0;
    if (!has_shape(self, UNIT_BIAS, units, 1) || !has_shape(self, C, size, units)) return 0;
    if (!has_shape(self, D, size + 1, units) || !has_shape(self, V, size + 1, units)) return 0;
    if (!has_shape(self, BIAS, size + 1, 1)) return 0;
    if (!reach) return 1;
    return has_shape(self, R, size, units) && has_shape(self, M, num_moves, hidden) &&
           has_shape(self, MOTION_BIAS, num_moves, 1);
}

static int open(part *self) {
    int hidden = size_of(self->numbers[0]), inputs = size_of(self->numbers[2]),
        units = size_of(self->numbers[3]);
    int reach = size_of(self->numbers[4]), has_parallels = self->numbers[5] == 1.0;
    if (self->num_numbers != 6 || size_of(self->numbers[1]) != frame_size || !hidden || !units)
        return WRONG_SIZES;
    if (frame_size > MAX_PITCHES) return WRONG_SIZES;
    if (inputs != input_size || reach >= frame_size) return WRONG_SIZES;
    if (!has_shapes(self, hidden, inputs, units, reach, has_parallels)) return WRONG_SIZES;
    self->tensors[C].is_plain = self->tensors[D].is_plain = 1;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    int stride = PAD(units), wide = PAD(frame_size + 1);
    long long rows = num_rows;
    own->hidden = hidden, own->inputs = inputs, own->units = units, own->reach = reach;
    own->stride = stride, own->wide = wide;
    own->parallel_weight = has_parallels ? self->num_tensors - 1 : 0;
    own->voices = reserve_bytes(4 * rows * MAX_VOICES);
    own->chosen = reserve_bytes(4 * rows * (MAX_VOICES + 1));
    own->base = reserve(rows * stride), own->g = reserve(rows * stride);
    own->moves = reserve(rows * wide), own->motion = reserve(rows * PAD(2 * reach + 1));
    own->logits = reserve(rows * wide), own->probabilities = reserve(rows * wide);
    own->by_interval = reserve(rows * wide), own->totals = reserve(rows);
    own->log_weights = reserve(rows), own->weights = reserve(rows), own->mixed = reserve(wide);
    if (!own->mixed) return NO_MEMORY; /* the last one: once memory is full, it stays so */
    int widest = hidden > inputs ? hidden : inputs;
    return reserve_product(widest > units ? widest : units);
}

/* s of a row, from the notes of its last frame. */
static void move_notes(const state *own, const float *last_frame, const float *motion, float *moves) {
    for (int rank = 0; rank <= frame_size; rank++) moves[rank] = 0.0f;
    for (int rank = 0; rank < frame_size; rank++) {
        float note = last_frame[frame_size - 1 - rank];
        if (note == 0.0f) continue;
        for (int k = 0; k <= 2 * own->reach; k++) {
            int to = rank - k + own->reach;
            if (to >= 0 && to < frame_size) moves[to] += motion[k] * note;
        }
    }
}

/* The voices of a row's last frame; no note is chosen yet. */
static void find_voices(const state *own, const float *last_frame, int *voices, int *chosen) {
    int count = chosen[0] = 0;
    for (int rank = 0; rank < frame_size && count < MAX_VOICES; rank++)
        if (last_frame[frame_size - 1 - rank] > 0.5f) voices[count++] = rank;
    while (count < MAX_VOICES) voices[count++] = frame_size;
}

/* Adds q of a row. */
static void add_parallels(const part *self, const int *voices, const int *chosen, float *logits) {
    const state *own = self->own;
    int number = chosen[0], here = number < MAX_VOICES ? voices[number] : frame_size;
    for (int voice = 0; here < frame_size && voice < number; voice++) {
        int was = voices[voice], now = chosen[1 + voice], to = here + now - was, interval = (here - was) % 12;
        if (now == was || to < 0 || to >= frame_size || (interval != 0 && interval != 7)) continue;
        logits[to] += VALUES(self, own->parallel_weight)[interval == 7];
    }
}

/* Computes what h and the step's input give, in all keys; no note is chosen yet. */
static void begin(part *self, const float *h, const float *x) {
    state *own = self->own;
    int num_moves = PAD(2 * own->reach + 1);
    affine(MATRIX(self, B), VALUES(self, UNIT_BIAS), num_rows, x, input_stride, own->base, own->stride);
    add_product(MATRIX(self, A), num_rows, h, hidden_stride, own->base, own->stride);
    for (int row = 0; row < num_rows; row++) own->weights[row] = 1.0f, own->log_weights[row] = 0.0f;
    for (int row = 0; own->parallel_weight && row < num_rows; row++)
        find_voices(own, x + row * input_stride + own->inputs - frame_size, own->voices + row * MAX_VOICES,
                    own->chosen + row * (MAX_VOICES + 1));
    if (!own->reach) return;
    affine(MATRIX(self, M), VALUES(self, MOTION_BIAS), num_rows, h, hidden_stride, own->motion, num_moves);
    for (int row = 0; row < num_rows; row++)
        move_notes(own, x + row * input_stride + own->inputs - frame_size, own->motion + row * num_moves,
                   own->moves + row * own->wide);
}

/* The rank at which a key hears a written rank; below 0 or from ``frame_size`` on it is off the keyboard. */
static int heard(int rank, int row) { return rank - (row - transpositions); }

/* The lowest note so far as a key hears it: -1 for none or one above the keyboard, the lowest if below it. */
static int heard_last(int last, int row) {
    int rank = heard(last, row);
    return last < 0 || rank < 0 ? -1 : rank >= frame_size ? frame_size - 1 : rank;
}

static void find_units(part *self, int last) {
    state *own = self->own;
    for (int row = 0; row < num_rows; row++) {
        const float *base = own->base + row * own->stride;
        const float *of_last = VALUES(self, D) + (heard_last(last, row) + 1) * own->stride;
        for (int k = 0; k < own->stride; k += 4) {
            floats sum = load(base + k) + load(of_last + k);
            store(own->g + row * own->stride + k, sum * sigmoid4(sum));
        }
    }
}

/* The matrix of the outputs from ``first``, a multiple of 4, to before ``end``. */
static matrix part_of(const matrix *w, int first, int end) {
    return (matrix){end - first, w->inputs, w->weights + (long long)first * w->inputs};
}

/* Computes the logits of all keys, but only for ranks from the last written one less ``transpositions`` on,
   since no key needs those before. */
static void find_logits(part *self, int last) {
    state *own = self->own;
    int highest = last > transpositions ? last - transpositions : 0, first = highest / 4 * 4;
    matrix to_logits = part_of(MATRIX(self, V), first, frame_size + 1);
    fill_rows(VALUES(self, BIAS), own->wide, num_rows, own->logits, own->wide);
    add_product(&to_logits, num_rows, own->g, own->stride, own->logits + first, own->wide);
    for (int row = 0; own->parallel_weight && row < num_rows; row++)
        add_parallels(self, own->voices + row * MAX_VOICES, own->chosen + row * (MAX_VOICES + 1),
                      own->logits + row * own->wide);
    if (!own->reach) return;
    for (int k = 0; k < num_rows * own->wide; k += 4)
        store(own->logits + k, load(own->logits + k) + load(own->moves + k));
    if (last < 0) return;
    matrix intervals = part_of(MATRIX(self, R), 0, frame_size - highest);
    for (int k = 0; k < num_rows * own->wide; k++) own->by_interval[k] = 0.0f;
    add_product(&intervals, num_rows, own->g, own->stride, own->by_interval, own->wide);
    for (int row = 0; row < num_rows; row++) {
        int from = heard_last(last, row);
        for (int rank = from < 0 ? frame_size : from; rank < frame_size; rank++)
            own->logits[row * own->wide + rank] += own->by_interval[row * own->wide + rank - from];
    }
}

/* The softmax of one key, over the ranks from ``first`` to before ``end`` and the stop; afterwards the
   logarithms of the shares are logits - totals. */
static void share_out(const state *own, int row, int first, int end) {
    float *logits = own->logits + row * own->wide;
    float largest = logits[frame_size], *shares = own->probabilities + row * own->wide;
    for (int rank = first; rank < end; rank++) largest = logits[rank] > largest ? logits[rank] : largest;
    for (int rank = 0; rank < own->wide; rank++) {
        int may_be = (rank >= first && rank < end) || rank == frame_size;
        logits[rank] = may_be ? logits[rank] - largest : -3.0e38f;
    }
    floats sum = all(0.0f);
    for (int rank = 0; rank < own->wide; rank += 4) {
        floats weight = exp4(load(logits + rank));
        store(shares + rank, weight);
        sum += weight;
    }
    float total = sum_of(sum);
    own->totals[row] = log1(total);
    for (int rank = 0; rank < own->wide; rank += 4) store(shares + rank, load(shares + rank) / all(total));
}

/* A temperature decides which pitch comes next, but not whether one does. */
static void temper(const state *own, int row, int first, int end, float temperature) {
    float *logits = own->logits + row * own->wide, *shares = own->probabilities + row * own->wide;
    float largest = -3.0e38f, total = 0.0f, some = 0.0f;
    for (int rank = first; rank < end; rank++) {
        largest = logits[rank] > largest ? logits[rank] : largest;
        some += shares[rank];
    }
    if (!(some > 1e-37f)) return;
    for (int rank = first; rank < end; rank++) {
        logits[rank] = (logits[rank] - largest) / temperature;
        total += shares[rank] = exp1(logits[rank]);
    }
    float scale = some / total, log_scale = log1(some) - log1(total) + own->totals[row];
    for (int rank = first; rank < end; rank++) shares[rank] *= scale, logits[rank] += log_scale;
}

/* The softmax of every key, over the ranks after the last that are on the keyboard as written and heard. */
static void share_out_all(part *self, int last, float temperature) {
    const state *own = self->own;
    find_logits(self, last);
    for (int row = 0; row < num_rows; row++) {
        int from = heard_last(last, row) + 1, key = row - transpositions;
        int first = from > -key ? from : -key,
            end = frame_size - (key > 0 ? key : 0); /* written: 0 <= rank + key < size */
        share_out(own, row, first, end);
        if (temperature != 1.0f) temper(own, row, first, end, temperature);
    }
}

/* The mean over the keys, by written rank: not normalised, since each key counts by its weight. */
static void mix(const state *own) {
    for (int rank = 0; rank < own->wide; rank++) own->mixed[rank] = 0.0f;
    for (int row = 0; row < num_rows; row++) {
        const float *shares = own->probabilities + row * own->wide;
        int key = row - transpositions, first = key > 0 ? key : 0, end = frame_size + (key < 0 ? key : 0);
        for (int rank = first; rank < end; rank++) own->mixed[rank] += own->weights[row] * shares[rank - key];
        own->mixed[frame_size] += own->weights[row] * shares[frame_size];
    }
}

/* Makes the shares in ``mixed`` sum to 1; returns whether that is possible. */
static int normalise(const state *own) {
    float total = 0.0f;
    for (int rank = 0; rank <= frame_size; rank++) total += own->mixed[rank];
    for (int rank = 0; rank <= frame_size; rank++) own->mixed[rank] /= total;
    return total > 0.0f && total < 3.0e38f;
}

/* Adds the memory's votes to the network's one vote; the result is tempered as in ``temper``. */
static void help(const state *own, const float *votes, float temperature) {
    float largest = 0.0f, some = 0.0f, total = 0.0f;
    for (int rank = 0; rank <= frame_size; rank++) own->mixed[rank] += votes[rank];
    if (!normalise(own) || temperature == 1.0f) return;
    for (int rank = 0; rank < frame_size; rank++) {
        some += own->mixed[rank];
        largest = own->mixed[rank] > largest ? own->mixed[rank] : largest;
    }
    if (!(largest > 1e-37f)) return;
    for (int rank = 0; rank < frame_size; rank++) {
        float share = own->mixed[rank] / largest;
        total += own->mixed[rank] = share > 1e-37f ? exp1(log1(share) / temperature) : 0.0f;
    }
    for (int rank = 0; rank < frame_size; rank++) own->mixed[rank] *= some / total;
}

/* Puts the shares of the next choice, from network and melodies, into ``mixed``. Votes are added to shares
   without a temperature; the keys are then weighed by shares with it. */
static int weigh_choices(part *self, int last, float temperature) {
    state *own = self->own;
    int is_helped = melody_part && last < 0;
    find_units(self, last);
    share_out_all(self, last, is_helped ? 1.0f : temperature);
    mix(own);
    if (!normalise(own)) return OUT_OF_RANGE;
    if (!is_helped) return FINE;
    help(own, melody_votes(melody_part), temperature);
    if (temperature != 1.0f) share_out_all(self, last, temperature);
    return FINE;
}

/* Takes a chosen note: weighs each key by how likely it found the note, and adds it to the notes so far. */
static void take_note(part *self, int rank) {
    state *own = self->own;
    float largest = -3.0e38f;
    for (int row = 0; row < num_rows; row++) {
        int there = heard(rank, row), fits = there >= 0 && there < frame_size;
        float logit = fits ? own->logits[row * own->wide + there] : -3.0e38f;
        own->log_weights[row] += logit - own->totals[row];
        largest = own->log_weights[row] > largest ? own->log_weights[row] : largest;
        if (!fits) continue;
        const float *added = VALUES(self, C) + there * own->stride;
        float *base = own->base + row * own->stride;
        for (int k = 0; k < own->stride; k += 4) store(base + k, load(base + k) + load(added + k));
        int *chosen = own->chosen + row * (MAX_VOICES + 1);
        if (chosen[0] < MAX_VOICES) chosen[1 + chosen[0]++] = there;
    }
    for (int row = 0; row < num_rows; row++) {
        own->log_weights[row] -= largest;
        own->weights[row] = exp1(own->log_weights[row]);
    }
}

/* The first rank after the last whose number is less than its share of what is left; or the stop. */
static int next_rank(const state *own, int last, const double *uniforms) {
    double left[MAX_PITCHES + 1], sum = own->mixed[frame_size];
    for (int rank = frame_size - 1; rank > last; rank--) left[rank] = sum += own->mixed[rank];
    for (int rank = last + 1; rank < frame_size; rank++)
        if (uniforms[frame_size - 1 - rank] * left[rank] < own->mixed[rank]) return rank;
    return frame_size;
}

/* The shares of the choice after ``last``, copies included; ``own_shares`` are those without copies. */
static int expect(part *self, int last, float temperature, float *own_shares) {
    state *own = self->own;
    int code = weigh_choices(self, last, temperature);
    if (code || !copy_part) return code;
    for (int rank = 0; rank <= frame_size; rank++) own_shares[rank] = own->mixed[rank];
    mix_copies(copy_part, last, own->mixed);
    return normalise(own) ? FINE : OUT_OF_RANGE;
}

/* Tells copies and keys which rank was chosen. */
static void take(part *self, int last, int rank, const float *own_shares) {
    if (copy_part) take_copies(copy_part, last, rank, own_shares[rank]);
    if (rank < frame_size) take_note(self, rank);
}

static int draw(part *self, const float *h, const float *x, const double *uniforms, float temperature,
                float *frame) {
    float own_shares[MAX_PITCHES + 1];
    for (int pitch = 0; pitch < frame_size; pitch++) frame[pitch] = 0.0f;
    begin(self, h, x);
    if (copy_part) begin_copies(copy_part);
    for (int last = -1; last < frame_size - 1;) {
        int code = expect(self, last, temperature, own_shares);
        if (code) return code;
        int rank = next_rank(self->own, last, uniforms);
        if (rank == frame_size) break;
        take(self, last, rank, own_shares);
        last = rank;
        frame[frame_size - 1 - last] = 1.0f;
    }
    return FINE;
}

/* The logarithms of all ranks' shares at each choice of the frame: [choice][rank, the stop last]. */
static int explain(part *self, const float *h, const float *x, const float *frame, float *numbers) {
    state *own = self->own;
    const float *start = numbers;
    float own_shares[MAX_PITCHES + 1];
    begin(self, h, x);
    if (copy_part) begin_copies(copy_part);
    for (int last = -1; last < frame_size; numbers += frame_size + 1) {
        int code = expect(self, last, 1.0f, own_shares), next = last + 1;
        if (code) return code;
        for (int rank = 0; rank <= frame_size; rank++)
            numbers[rank] = own->mixed[rank] > 1e-37f ? log1(own->mixed[rank]) : -100.0f;
        while (next < frame_size && !(frame[frame_size - 1 - next] > 0.5f)) next++;
        take(self, last, next, own_shares);
        last = next;
    }
    return numbers - start;
}

const kind note_list_head = {.name = "note_list", .open = open, .draw = draw, .explain = explain};
