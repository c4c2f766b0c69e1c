/* The model: parts on top of each other, opened from a program.

   program   numbers, one after another:
               version, pitches or samples of a frame, frames of context, 1 if cells add what they read,
               floor of the gain control (0: none),
               most semitones up or down by which frames are heard (0: only as written),
               most semitones of the key that is told (0: none is told),
               number of clocks, their lengths, number of cells
               for each cell, then for the head, then for melodies and copies (if any):
                 index among ``kinds``, how many numbers, these, how many tensors, rows and columns of each

   The tensors follow in the same order: ``stage`` says where to put the next one, ``take`` keeps it.
*/
#include "model.h"

enum { VERSION = 3, FLOAT16 = 2, FLOAT32 = 4 };
static const long long MAX_NUMBERS_OF_TENSOR = 1 << 27;

static const kind *const kinds[] = {
    &tanh_cell,
    &gru_cell,
    &lstm_cell,
    &attention_cell,
    &bernoulli_head,
    &gaussian_mixture_head,
    &logistic_mixture_head,
    &note_list_head,
    &melodies,
    &copies,
};
enum { NUM_KINDS = sizeof(kinds) / sizeof(*kinds) };

int frame_size, context_frames, num_rows, transpositions, input_size, input_stride, hidden_stride;
int num_clocks, clocks[MAX_CLOCKS], told_keys;

part parts[MAX_CELLS + MAX_MEMORIES + 1], *melody_part, *copy_part;
int num_cells, num_parts, adds[MAX_CELLS], widest;
float gain_floor;
float *input, *levelled, *layers[2], *pending, *context, *frames;
double *uniforms;

static int next_part, next_tensor, is_open, most_staged;
static float *staged;

EXPORT("kind_name") const char *kind_name(int place) {
    return place < 0 || place >= NUM_KINDS ? 0 : kinds[place]->name;
}

/* Room for a program of ``count`` numbers. */
EXPORT("program") double *program(int count) {
    return count < 0 || count > 4096 ? 0 : reserve_bytes(8LL * count);
}

int size_of(double number) {
    return number >= 1 && number <= 1 << 20 && number == (int)number ? (int)number : 0;
}

int has_shape(const part *self, int place, int rows, int columns) {
    return self->tensors[place].rows == rows && self->tensors[place].columns == columns;
}

static const double *cursor, *end;

static double next_number(void) { return cursor < end ? *cursor++ : -1.0; }

static int next_count(int most) {
    double count = next_number();
    return count >= 0 && count <= most && count == (int)count ? (int)count : -1;
}

static int read_part(part *self) {
    int place = next_count(NUM_KINDS - 1);
    if (place < 0) return NO_PROGRAM;
    self->kind = kinds[place];
    if ((self->num_numbers = next_count(MAX_NUMBERS)) < 0) return NO_PROGRAM;
    for (int k = 0; k < self->num_numbers; k++) self->numbers[k] = next_number();
    if ((self->num_tensors = next_count(MAX_TENSORS)) < 0) return NO_PROGRAM;
    for (int k = 0; k < self->num_tensors; k++) {
        tensor *shape = &self->tensors[k];
        shape->rows = size_of(next_number()), shape->columns = size_of(next_number());
        if (!shape->rows || !shape->columns) return WRONG_SIZES;
        if ((long long)shape->rows * shape->columns > MAX_NUMBERS_OF_TENSOR) return NO_MEMORY;
    }
    return FINE;
}

/* Reserves room for a tensor in the form that its part wants. */
static int reserve_tensor(tensor *self) {
    int rows = self->rows, columns = self->columns;
    long long count = self->is_plain ? (long long)rows * PAD(columns) : (long long)PAD(rows) * columns;
    self->matrix = (matrix){rows, columns, reserve(count)};
    if (rows * columns > most_staged) most_staged = rows * columns;
    return self->matrix.weights ? FINE : NO_MEMORY;
}

static int open_part(part *self) {
    int code = self->kind->open(self);
    for (int k = 0; !code && k < self->num_tensors; k++) code = reserve_tensor(&self->tensors[k]);
    return memory_is_full() ? NO_MEMORY : code;
}

/* Checks that every part fits the one below, and that the head can have keys and memories; decides which cells
   add their input, how wide the widest row is, and where the memories are. */
static int stack_cells(int adds_to_input) {
    int width = input_size + (gain_floor > 0.0f);
    for (int k = 0; k < num_cells; k++) {
        int hidden = size_of(parts[k].numbers[1]);
        if (!parts[k].kind->run || size_of(parts[k].numbers[0]) != width) return WRONG_SIZES;
        adds[k] = adds_to_input && hidden == width;
        width = hidden;
        if (width > widest) widest = width;
    }
    const part *head = &parts[num_cells];
    if (!head->kind->draw || size_of(head->numbers[0]) != width) return WRONG_SIZES;
    if (transpositions && head->kind != &note_list_head) return WRONG_SIZES;
    for (int k = num_cells + 1; k < num_parts; k++) {
        part **place = parts[k].kind == &melodies ? &melody_part : parts[k].kind == &copies ? &copy_part : 0;
        if (!place || *place || head->kind != &note_list_head) return WRONG_SIZES;
        *place = &parts[k];
    }
    return FINE;
}

/* Reads what a step is told, and computes from that the size of its input. */
static int read_told(void) {
    told_keys = next_count(MAX_FRAME_SIZE), num_clocks = next_count(MAX_CLOCKS);
    if (told_keys < 0 || num_clocks < 0) return WRONG_SIZES;
    input_size = frame_size * context_frames + (told_keys ? 2 * told_keys + 1 : 0);
    for (int k = 0; k < num_clocks; k++) {
        if ((clocks[k] = next_count(MAX_CLOCK)) < 2) return WRONG_SIZES;
        input_size += clocks[k];
    }
    return FINE;
}

static int read_program(int count, double *given) {
    cursor = given, end = given + count;
    if (next_number() != VERSION) return NO_PROGRAM;
    frame_size = size_of(next_number()), context_frames = size_of(next_number());
    int adds_to_input = next_count(1);
    double floor = next_number();
    if (!(floor >= 0.0 && floor < 1e30)) return WRONG_SIZES;
    gain_floor = (float)floor;
    transpositions = next_count(MAX_FRAME_SIZE);
    if (!frame_size || !context_frames || adds_to_input < 0 || transpositions < 0) return WRONG_SIZES;
    if (frame_size > MAX_FRAME_SIZE || context_frames > MAX_FRAME_SIZE || transpositions >= frame_size)
        return WRONG_SIZES;
    if (read_told() || (num_cells = next_count(MAX_CELLS)) < 1) return WRONG_SIZES;
    num_rows = 2 * transpositions + 1;
    for (num_parts = 0; cursor < end && num_parts < num_cells + 1 + MAX_MEMORIES; num_parts++) {
        int code = read_part(&parts[num_parts]);
        if (code) return code;
    }
    if (cursor < end || num_parts <= num_cells) return NO_PROGRAM;
    widest = PAD(input_size + 1);
    return stack_cells(adds_to_input);
}

EXPORT("open") int open_model(double *given, int count) {
    if (is_open) return WRONG_ORDER;
    int code = read_program(count, given);
    widest = PAD(widest) + 4;
    input_stride = hidden_stride = widest;
    for (int k = 0; !code && k < num_parts; k++) code = open_part(&parts[k]);
    if (code) return code;
    long long rows = (long long)MAX_STEPS * num_rows;
    input = reserve(rows * widest), layers[0] = reserve(rows * widest), layers[1] = reserve(rows * widest);
    levelled = reserve(rows * widest);
    pending = reserve(PAD(frame_size)), context = reserve(PAD((long long)frame_size * context_frames));
    frames = reserve((long long)MAX_HELD_FRAMES * PAD(frame_size));
    uniforms = reserve_bytes(8LL * (frame_size + 1));
    staged = reserve(PAD(most_staged));
    is_open = !memory_is_full();
    return memory_is_full() ? NO_MEMORY : FINE;
}

static tensor *next_to_take(void) {
    while (next_part < num_parts && next_tensor == parts[next_part].num_tensors) next_part++, next_tensor = 0;
    return is_open && next_part < num_parts ? &parts[next_part].tensors[next_tensor] : 0;
}

/* Where the next tensor is to be put, row after row, as float32 or float16; null before ``open`` and
   when all are taken. */
EXPORT("stage") float *stage(void) { return next_to_take() ? staged : 0; }

/* A float16 number as float32, which is exact, also for denormal numbers. */
static float widened(unsigned short half) {
    unsigned sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
    union {
        unsigned bits;
        float value;
    } single;
    if (!exponent) {
        single.value = (float)fraction * 0x1p-24f;
        single.bits |= sign;
    } else
        single.bits = sign | (exponent == 31 ? 0x7f800000u : (exponent + 112) << 23) | fraction << 13;
    return single.value;
}

/* Copies one staged row to where its tensor keeps it. */
static void keep_row(const tensor *self, int row, const float *weights) {
    float *to = self->matrix.weights;
    int apart = self->is_plain ? 1 : 4;
    if (self->is_plain)
        to += (long long)row * PAD(self->columns);
    else
        to += (long long)(row / 4) * self->columns * 4 +
              row % 4; /* the numbers of a vector thus stay in order */
    for (int column = 0; column < self->columns; column++, to += apart) *to = weights[column];
}

static int is_finite(const float *numbers, int count) {
    for (int k = 0; k < count; k++)
        if (!(numbers[k] > -3.0e38f && numbers[k] < 3.0e38f)) return 0;
    return 1;
}

/* Keeps the staged tensor, of 2 or 4 bytes a number; after the last one the parts get ready, and may refuse. */
EXPORT("take") int take(int bytes) {
    tensor *self = next_to_take();
    if (!self || (bytes != FLOAT16 && bytes != FLOAT32)) return WRONG_ORDER;
    int count = self->rows * self->columns;
    for (int k = count; bytes == FLOAT16 && k-- > 0;) staged[k] = widened(((unsigned short *)staged)[k]);
    if (!is_finite(staged, count)) return NOT_FINITE;
    for (int row = 0; row < self->rows; row++) keep_row(self, row, staged + (long long)row * self->columns);
    next_tensor++;
    for (int k = 0; !next_to_take() && k < num_parts; k++) {
        int code = parts[k].kind->ready ? parts[k].kind->ready(&parts[k]) : FINE;
        if (code) return is_open = 0, code;
    }
    return FINE;
}

int is_ready(void) { return is_open && !next_to_take(); }
