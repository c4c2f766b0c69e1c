/* The model that is open, as reading and drawing see it. */
#ifndef MODEL_H
#define MODEL_H

#include "kernel.h"

enum { MAX_CELLS = 16, MAX_MEMORIES = 2, MAX_FRAME_SIZE = 4096, MAX_CLOCKS = 16, MAX_CLOCK = 256 };

#define EXPORT(name) __attribute__((export_name(name)))

extern part parts[MAX_CELLS + MAX_MEMORIES + 1];  /* cells, head, memories if any */
extern int num_cells, num_parts, adds[MAX_CELLS]; /* adds[k]: cell k adds its input to its output */
extern float gain_floor;                          /* least gain of what cells read; 0: no gain control */
/* levelled: the input with its gain controlled; layers: outputs of cells, two in turn. All [step][row][widest] */
extern float *input, *levelled, *layers[2];
/* pending: the frame drawn or given last; context: the last context_frames; frames: what goes in and out */
extern float *pending, *context, *frames;
extern double *uniforms;
extern int widest; /* numbers from one row to the next: those of the widest row, padded */

/* What a step is told besides the frames, one-hot: the number of the frame to come modulo each of ``clocks``,
   and the key of its row, which is all zeros beyond ``told_keys`` semitones. */
extern int num_clocks, clocks[MAX_CLOCKS], told_keys;

int is_ready(void); /* all weights are there */

#endif
