/* The model that is open, as reading and drawing see it. */
#ifndef MODEL_H
#define MODEL_H

#include "kernel.h"

enum { MAX_CELLS = 16, MAX_MEMORIES = 2, MAX_FRAME_SIZE = 4096, MAX_CLOCKS = 16, MAX_CLOCK = 256 };

#define EXPORT(name) __attribute__((export_name(name)))

extern part parts[MAX_CELLS + MAX_MEMORIES + 1];  /* cells, head, memories if any */
extern int num_cells, num_parts, adds[MAX_CELLS]; /* adds[k]: cell k adds its input to its output */
extern float gain_floor;                          /* least gain of what cells read; 0: no gain control */
extern float *input, *levelled, *layers[2];       /* [step][row][widest] */
extern float *pending, *context, *frames;
extern double *uniforms;
extern int widest; /* numbers from one row to the next */

/* What a step is told besides the frames: its number within each of these clocks, and the key of its row, which
   is at most ``told_keys`` semitones up or down. */
extern int num_clocks, clocks[MAX_CLOCKS], told_keys;

int is_ready(void); /* all weights are there */

#endif
