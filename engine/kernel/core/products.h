/* Matrices as the kernel keeps them, and products with them.

   rows of numbers   one after the other, each padded to a multiple of 4 numbers (PAD)
   matrix            of ``outputs`` x ``inputs`` weights, four outputs side by side: [PAD(outputs) / 4][inputs][4],
                     so that four sums grow at once and weights are read in the order in which they lie

   Every sum adds up in the order of the inputs, however many rows and outputs are computed at once, so that
   its bits do not depend on that.
*/
#ifndef PRODUCTS_H
#define PRODUCTS_H

#define PAD(n) (((n) + 3) / 4 * 4)

typedef struct {
    int outputs, inputs;
    float *weights;
} matrix;

/* out += x W^T for each of ``rows`` rows. */
void add_product(const matrix *w, int rows, const float *x, int x_stride, float *out, int out_stride);

/* The same for outputs first ... first + count - 1 of one row; out[0] belongs to output first / 4 * 4. */
void add_some(const matrix *w, const float *x, int first, int count, float *out);

/* out = bias + x W^T for each of ``rows`` rows, faster if most of x is zeros. */
void affine(const matrix *w, const float *bias, int rows, const float *x, int x_stride, float *out,
            int out_stride);

/* Every row of out becomes ``row``. */
void fill_rows(const float *row, int width, int rows, float *out, int out_stride);

#endif
