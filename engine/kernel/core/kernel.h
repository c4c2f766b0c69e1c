/* What cells, heads and the model share.

   row      one of the ``num_rows`` keys in which every frame is heard; just one except in transposed models
   part     a cell, a head or a memory: its numbers and tensors, as listed at the top of its C file
   tensor   as in Python: ``rows`` x ``columns``; a bias has 1 column

   A kind's ``open`` checks the sizes, says how each tensor is kept, reserves the memory of its own state, and
   returns a code; model.c then reserves the tensors. Memory starts as zeros and is never freed: an instance of
   the module serves one draw.
*/
#ifndef KERNEL_H
#define KERNEL_H

#include "products.h"

enum code { /* engine/kernel/kernel.py has a sentence for each */
            FINE = 0,
            NO_PROGRAM = -1,   /* not a program of this version */
            WRONG_SIZES = -2,  /* sizes that do not fit, or a temperature, seed or position out of range */
            NO_MEMORY = -3,    /* more memory than there is */
            NOT_FINITE = -4,   /* a weight that is NaN, or not within 3e38 */
            WRONG_ORDER = -5,  /* weights missing, or a call out of turn */
            OUT_OF_RANGE = -6, /* frames given, or computed by the network, beyond what float32 can hold */
};

typedef struct {
    int rows, columns;
    int is_plain;  /* kept row after row, each padded; otherwise as a matrix (products.h) */
    matrix matrix; /* outputs = rows */
} tensor;

enum { MAX_TENSORS = 16, MAX_NUMBERS = 8 };

typedef struct part {
    const struct kind *kind;
    double numbers[MAX_NUMBERS];
    int num_numbers, num_tensors;
    tensor tensors[MAX_TENSORS];
    void *own; /* the kind's own state */
} part;

typedef struct kind {
    const char *name; /* as the registry of cells or heads has it */
    int (*open)(part *self);
    /* Called once all weights are there; null if there is nothing to do then. */
    int (*ready)(part *self);
    /* A cell: ``steps`` times ``num_rows`` rows go through it. */
    void (*run)(part *self, int steps, const float *x, int x_stride, float *out, int out_stride);
    /* A head: the frame that follows a step, given the last cell's output and the input of all its rows. */
    int (*draw)(part *self, const float *h, const float *x, const double *uniforms, float temperature,
                float *frame);
    /* A cell, if it has gates: how far each was open at the last step, in a row. Returns how many. */
    int (*gates)(const part *self, int row, float *openings);
    /* A head: the numbers that decide ``frame``. Returns how many, or a code. */
    int (*explain)(part *self, const float *h, const float *x, const float *frame, float *numbers);
} kind;

extern const kind tanh_cell, gru_cell, lstm_cell, attention_cell;
extern const kind bernoulli_head, gaussian_mixture_head, logistic_mixture_head, note_list_head;
extern const kind melodies, copies;

/* The model that is open. */
enum { MAX_STEPS = 16 };         /* frames of a prime that are read at once */
enum { MAX_HELD_FRAMES = 1024 }; /* frames that fit where they come in and go out */
extern int frame_size, context_frames, num_rows, transpositions;
extern int input_size;                  /* what a step is told and its frames of context */
extern int input_stride, hidden_stride; /* numbers from one row to the next of x and h, as heads get them */

/* ``count`` float32 zeros, or bytes, at an address that is a multiple of 64. A null pointer if there is no room,
   then also at every later call. */
float *reserve(long long count);
void *reserve_bytes(long long count);
int memory_is_full(void);
/* Reserves room for products with this many inputs; returns FINE or NO_MEMORY. */
int reserve_product(int inputs);

/* The number as a size, if it is a whole number from 1 to 2^20; otherwise 0. */
int size_of(double number);
int has_shape(const part *self, int place, int rows, int columns);

#define VALUES(self, place) ((self)->tensors[place].matrix.weights) /* of a vector, or plain rows */
#define MATRIX(self, place) (&(self)->tensors[place].matrix)

/* Memories beside a list of notes, null if the model has none: of melodies, and of the piece's own past. Their
   files in engine/kernel/heads explain the calls. */
extern part *melody_part, *copy_part;
void advance_melodies(part *self, const float *heard);
const float *melody_votes(part *self);
void advance_copies(part *self, const float *heard, int is_first);
void begin_copies(part *self);
void mix_copies(part *self, int last, float *shares);
void take_copies(part *self, int last, int chosen, float share);

#endif
