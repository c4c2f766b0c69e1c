/* The model that is open, as reading and drawing see it. */
#ifndef MODEL_H
#define MODEL_H

#include "kernel.h"

enum { MAX_CELLS = 16, MAX_MEMORIES = 2, MAX_FRAME = 4096, MAX_CLOCKS = 16, MAX_CLOCK = 256 };

#define EXPORT(name) __attribute__((export_name(name)))

extern part parts[MAX_CELLS + MAX_MEMORIES + 1]; /* cells, head, memories if any */
extern int num_cells, num_parts, adds[MAX_CELLS];
extern float gain_floor;                /* least gain of what cells read; 0: no gain control */
extern float *input, *loud, *layers[2]; /* [step][row][widest] */
extern float *pending, *context, *frames;
extern double *uniforms;
extern int widest;

/* What a step is told besides the frames: its number within each of these, and the key of its row. */
extern int num_clocks, clocks[MAX_CLOCKS], told_keys;

int is_ready(void); /* all weights are there */

#endif
