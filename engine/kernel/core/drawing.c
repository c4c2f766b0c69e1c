/* Reading frames into a model, and drawing from it. The frame that was drawn or given last is ``pending``: it
   is read when the frame after it is wanted. Before the first frame ``pending`` is zeros. */
#include "floats.h"
#include "model.h"
#include "philox.h"

static long long num_read; /* frames, counting the silence before the first */
static const float
    *last; /* the last cell's output, from which the last frame was drawn; valid until the next step */

/* Writes what a row is told: the number of the frame to come within each clock, and its key. Returns the
   address after it. */
static float *tell(int row, float *told) {
    for (int k = 0; k < num_clocks; told += clocks[k++])
        for (int n = 0; n < clocks[k]; n++) told[n] = n == num_read % clocks[k] ? 1.0f : 0.0f;
    for (int key = -told_keys; told_keys && key <= told_keys; key++)
        *told++ = key == row - transpositions ? 1.0f : 0.0f;
    return told;
}

/* Adds a frame to the context, and writes the context in every key as the rows of a step. */
static void lay_out_input(const float *frame, float *rows) {
    int kept = frame_size * (context_frames - 1);
    for (int k = 0; k < kept; k++) context[k] = context[k + frame_size];
    for (int k = 0; k < frame_size; k++) context[kept + k] = frame[k];
    for (int row = 0; row < num_rows; row++, rows += widest) {
        float *heard = tell(row, rows);
        for (int lag = 0; lag < context_frames; lag++)
            for (int k = 0; k < frame_size; k++) {
                int from = k - (row - transpositions);
                int is_there = from >= 0 && from < frame_size;
                heard[lag * frame_size + k] = is_there ? context[lag * frame_size + from] : 0.0f;
            }
    }
}

/* Reads a frame: memories hear it, and the rows of a step are written. */
static void hear(const float *frame, float *rows) {
    if (melody_part) advance_melodies(melody_part, frame);
    if (copy_part) advance_copies(copy_part, frame, num_read == 0);
    lay_out_input(frame, rows);
    num_read++;
}

/* Every row of the input divided by its gain, followed by the logarithm of the gain. */
static const float *control_gain(int rows) {
    for (int row = 0; row < rows; row++) {
        const float *from = input + row * widest;
        float *to = levelled + row * widest;
        double squares = 0.0;
        for (int k = 0; k < input_size; k++) squares += (double)from[k] * from[k];
        float gain = __builtin_sqrtf((float)(squares / input_size) + gain_floor * gain_floor);
        for (int k = 0; k < input_size; k++) to[k] = from[k] / gain;
        to[input_size] = log1(gain);
    }
    return levelled;
}

/* Runs all cells; returns the last one's output. */
static const float *run_cells(int steps) {
    const float *below = gain_floor > 0.0f ? control_gain(steps * num_rows) : input;
    for (int k = 0; k < num_cells; k++) {
        float *out = layers[k % 2];
        int width = size_of(parts[k].numbers[1]);
        parts[k].kind->run(&parts[k], steps, below, widest, out, widest);
        for (int row = 0; adds[k] && row < steps * num_rows; row++)
            for (int n = row * widest; n < row * widest + width; n += 4)
                store(out + n, load(out + n) + load(below + n));
        below = out;
    }
    return below;
}

/* Reads the frame that was drawn or given last; returns the last cell's output. */
static const float *step(void) {
    hear(pending, input);
    return run_cells(1);
}

static float *frame_at(int place) { return frames + place * frame_size; }

/* How many frames fit at ``frames_at``. */
EXPORT("capacity") int capacity(void) { return MAX_HELD_FRAMES; }
EXPORT("frames_at") float *frames_at(void) { return frames; }

static void keep_pending(const float *frame) {
    for (int k = 0; k < frame_size; k++) pending[k] = frame[k];
}

/* Takes ``count`` frames that are given instead of drawn; each is read when the one after it comes. */
EXPORT("read") int read_frames(int count) {
    if (!is_ready() || count < 0 || count > capacity()) return WRONG_ORDER;
    for (int k = 0; k < count * frame_size; k++)
        if (!(frames[k] > -3.0e38f && frames[k] < 3.0e38f)) return OUT_OF_RANGE;
    for (int first = 0; first < count; first += MAX_STEPS) {
        int steps = count - first < MAX_STEPS ? count - first : MAX_STEPS;
        for (int k = 0; k < steps; k++) {
            hear(pending, input + k * num_rows * widest);
            keep_pending(frame_at(first + k));
        }
        run_cells(steps);
    }
    return FINE;
}

/* Draws the next frames; they lie from ``frames_at`` on. The first is frame ``position`` of the piece. */
EXPORT("draw") int draw(int count, double seed, double position, double temperature) {
    part *head = &parts[num_cells];
    if (!is_ready() || count < 0 || count > capacity()) return WRONG_ORDER;
    if (!(temperature > 0.0 && temperature <= 1e6 && seed >= 0 && seed < 0x1p53 && position >= 0 &&
          position < 0x1p53))
        return WRONG_SIZES;
    float warmth = temperature < 1e-30 ? 1e-30f : (float)temperature;
    for (int k = 0; k < count; k++) {
        const float *h = last = step();
        frame_uniforms(seed, position + k, frame_size + 1, uniforms);
        int code = head->kind->draw(head, h, input, uniforms, warmth, pending);
        if (code) return code;
        for (int n = 0; n < frame_size; n++) frame_at(k)[n] = pending[n];
    }
    return FINE;
}

/* Draws the last frame again with other random numbers, for example until it has certain notes. */
EXPORT("redraw") int redraw(double seed, double position, double temperature) {
    part *head = &parts[num_cells];
    if (!is_ready() || !last) return WRONG_ORDER;
    if (!(temperature > 0.0 && temperature <= 1e6 && seed >= 0 && seed < 0x1p53 && position >= 0 &&
          position < 0x1p53))
        return WRONG_SIZES;
    frame_uniforms(seed, position, frame_size + 1, uniforms);
    int code = head->kind->draw(head, last, input, uniforms,
                                temperature < 1e-30 ? 1e-30f : (float)temperature, pending);
    if (code) return code;
    for (int n = 0; n < frame_size; n++) frames[n] = pending[n];
    return FINE;
}

/* Puts the given frame in the place of the one that was drawn last. */
EXPORT("replace") int replace(void) {
    if (!is_ready()) return WRONG_ORDER;
    keep_pending(frames);
    return FINE;
}

/* How far the gates of a cell were open when the last frame was drawn, in the key as written: gate after
   gate, unit after unit, from ``frames_at`` on. Returns how many numbers; 0 where the cell has no gates. */
EXPORT("gates") int gates(int cell) {
    if (!is_ready() || cell < 0 || cell >= num_cells) return WRONG_ORDER;
    if (!parts[cell].kind->gates) return 0;
    /* no cell has more than four gates */
    if (4 * size_of(parts[cell].numbers[1]) > MAX_HELD_FRAMES * PAD(frame_size)) return WRONG_SIZES;
    return parts[cell].kind->gates(&parts[cell], transpositions, frames);
}

/* The numbers that decide the given frame, from ``frames_at`` on, in its place. The frame is ``pending`` then, as
   if it had been drawn. Returns how many numbers, or a code. */
EXPORT("explain") int explain(void) {
    part *head = &parts[num_cells];
    if (!is_ready()) return WRONG_ORDER;
    const float *h = step();
    keep_pending(frames);
    int count = head->kind->explain(head, h, input, pending, frames);
    return count;
}
