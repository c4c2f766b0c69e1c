/* The uniform numbers that decide draws: engine/sampling/uniforms.py defines them. */
#ifndef PHILOX_H
#define PHILOX_H

/* Numbers 0 ... count - 1 of a frame, each above 0 and below 1. */
void frame_uniforms(unsigned long long seed, unsigned long long frame, int count, double *numbers);

#endif
