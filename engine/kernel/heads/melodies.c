/* Votes for the highest pitch, from places of the training melodies that are close to the piece; see
   engine/models/melody_memory.py.

   c_1(j) = start where a melody begins, 0 elsewhere
   c_t(j) = decay c_{t-1}(j-1) + (same if the highest pitch of frame t-1 is that at j-1, else other)
            0 where a melody begins
   v(r)   = sum over j whose highest pitch is r of exp(c_t(j) - doubt)

   numbers   places, decay, same, other, start, doubt
   tensors   the rank of each place's highest pitch, 1 where a melody begins
*/
#include "../core/floats.h"
#include "../core/kernel.h"

typedef struct {
    int num_places, has_begun;
    float decay, same, other, start, doubt;
    float *closeness; /* [place], with room before the first, whose value does not matter */
    float *votes;     /* [rank] */
} state;

static int open(part *self) {
    int places = size_of(self->numbers[0]);
    if (self->num_numbers != 6 || self->num_tensors != 2 || !places) return WRONG_SIZES;
    if (!has_shape(self, 0, places, 1) || !has_shape(self, 1, places, 1)) return WRONG_SIZES;
    for (int k = 1; k < 6; k++)
        if (!(self->numbers[k] > -1e6 && self->numbers[k] < 1e6)) return WRONG_SIZES;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    own->num_places = places;
    own->decay = self->numbers[1], own->same = self->numbers[2], own->other = self->numbers[3];
    own->start = self->numbers[4], own->doubt = self->numbers[5];
    own->closeness = reserve(PAD(places) + 4), own->votes = reserve(PAD(frame_size + 1));
    if (!own->votes) return NO_MEMORY;
    own->closeness += 4;
    return FINE;
}

static int ready(part *self) {
    const state *own = self->own;
    for (int j = 0; j < own->num_places; j++)
        if (!(VALUES(self, 0)[j] >= 0.0f && VALUES(self, 0)[j] <= (float)frame_size)) return WRONG_SIZES;
    return FINE;
}

/* The rank of the highest pitch of a frame, 0 at the top of the keyboard; ``frame_size`` for silence. */
static float melody(const float *frame) {
    int pitch = frame_size - 1;
    while (pitch >= 0 && !(frame[pitch] > 0.5f)) pitch--;
    return (float)(frame_size - 1 - pitch);
}

void advance_melodies(part *self, const float *heard) {
    state *own = self->own;
    const float *ranks = VALUES(self, 0), *begins = VALUES(self, 1);
    float *closeness = own->closeness;
    if (!own->has_begun) {
        for (int j = 0; j < own->num_places; j++) closeness[j] = begins[j] * own->start;
        own->has_begun = 1;
        return;
    }
    floats rank = all(melody(heard)), same = all(own->same), other = all(own->other), ones = all(1.0f);
    for (int j = (own->num_places - 1) / 4 * 4; j >= 0;
         j -= 4) { /* from the end, so that j - 1 still holds the old value */
        ints alike = load(ranks + j - 1) == rank;
        floats added = choose(alike, same, other);
        floats reached = added + all(own->decay) * load(closeness + j - 1);
        store(closeness + j, reached * (ones - load(begins + j)));
    }
}

const float *melody_votes(part *self) {
    state *own = self->own;
    const float *ranks = VALUES(self, 0);
    float weights[4];
    for (int r = 0; r <= frame_size; r++) own->votes[r] = 0.0f;
    for (int j = 0; j < own->num_places; j += 4) {
        store(weights, exp4(load(own->closeness + j) - all(own->doubt)));
        for (int k = 0; k < 4 && j + k < own->num_places; k++) own->votes[(int)ranks[j + k]] += weights[k];
    }
    return own->votes;
}

const kind melodies = {.name = "melodies", .open = open, .ready = ready};
