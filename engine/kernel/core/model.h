/* The model that is open, as those see it who read into it and draw from it. */
#ifndef MODEL_H
#define MODEL_H

#include "kernel.h"

enum { MAX_CELLS = 16, MAX_FRAME = 4096 };

#define EXPORT(name) __attribute__((export_name(name)))

extern part parts[MAX_CELLS + 2]; /* cells, head, melodies if any */
extern int num_cells, num_parts, adds[MAX_CELLS];
extern float *input, *layers[2]; /* [step][row][widest] */
extern float *pending, *context, *frames;
extern double *uniforms;
extern int widest;

int is_ready(void); /* all weights are there */

#endif
