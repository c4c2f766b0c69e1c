/* Finds where the piece went like this before, and how it went on there: guides for a list of notes.

   m_t(d) = m_{t-1}(d) + 1 where frame t-1 is frame t-1-d, else 0       d: the lag, from 1 to the window
   l_t(d), n_t(d)   the same for frames that are transposed by the same step, and for highest pitches
   four guides      same, other, moved, line: the frame d before, d the shortest lag with the longest match
   logit            trust + by_length ln L + by_record (r - 1/2) + by_standing ln s + by_count ln c
   slip             log-odds: slip + slip_by_length ln L + slip_by_record (r - 1/2)

   p(choice)        = w_0 p_0(choice) + sum over guides of w_k (s_k p_0(choice) + (1 - s_k) [choice is said])
                      w: softmax of 0 and the logits, times how likely each found the choices so far;
                       s_k: sigmoid of the slip, not the s of by_standing

   numbers   window
   tensors   a row for each guide: trust, by_length, by_record, by_standing, by_count, slip, slip_by_length,
             slip_by_record

   engine/models/copy_memory.py and engine/heads/copied_notes.py explain it in full, with L, r, s and c.
   Frames are by rank here: the highest pitch has rank 0.
*/
#include "../core/floats.h"
#include "../core/kernel.h"

enum { MAX_WINDOW = 1 << 14, GUIDES = 4, TRUST_SIZE = 8, LONG_ENOUGH = 8 };
enum { SAME, OTHER, MOVED, LINE };

typedef struct {
    int window, words, num_heard, newest; /* newest: place of the last frame in the ring */
    unsigned *frames, *shapes; /* [place][words]: a bit for each rank; a shape's highest pitch is at bit 0 */
    int *tops, *steps;         /* [place]: rank of the highest pitch; [lag]: the one there less the newest */
    int *same, *moved, *line;  /* [lag]: lengths of matches */
    int standing, count, matched[GUIDES]; /* s, c and L, 0 for nothing to say */
    float records[GUIDES];                /* r */
    int lags[GUIDES], step;               /* where they point; ranks by which ``moved`` is transposed */
    float weights[GUIDES + 1], slips[GUIDES];
} state;

static int open(part *self) {
    int window = size_of(self->numbers[0]);
    if (self->num_numbers != 1 || self->num_tensors != 1 || window < 2 || window > MAX_WINDOW)
        return WRONG_SIZES;
    if (!has_shape(self, 0, GUIDES, TRUST_SIZE)) return WRONG_SIZES;
    self->tensors[0].is_plain = 1;
    state *own = self->own = reserve_bytes(sizeof(state));
    if (!own) return NO_MEMORY;
    long long places = window + 1;
    own->window = window, own->words = (frame_size + 31) / 32;
    own->frames = reserve_bytes(4 * places * own->words),
    own->shapes = reserve_bytes(4 * places * own->words);
    own->tops = reserve_bytes(4 * places), own->steps = reserve_bytes(4 * places);
    own->same = reserve_bytes(4 * places), own->moved = reserve_bytes(4 * places);
    own->line = reserve_bytes(4 * places);
    for (int k = 0; k < GUIDES; k++) own->records[k] = 0.5f;
    return own->line ? FINE : NO_MEMORY; /* the last one: once memory is full, it stays so */
}

/* The place of the frame that came ``lag`` frames before the newest. */
static int place_before(const state *own, int lag) {
    int place = own->newest - lag;
    return place < 0 ? place + own->window + 1 : place;
}

static int has_rank(const unsigned *frame, int rank) {
    return rank >= 0 && rank < frame_size && frame[rank / 32] >> rank % 32 & 1;
}

static int are_equal(const state *own, const unsigned *frames, int place, int other) {
    const unsigned *a = frames + (long long)place * own->words, *b = frames + (long long)other * own->words;
    for (int k = 0; k < own->words; k++)
        if (a[k] != b[k]) return 0;
    return 1;
}

/* The first rank from ``from`` on that the guide's frame has; the number of pitches is the stop. */
static int said(const state *own, int guide, int from) {
    int step = guide == MOVED ? own->step : 0;
    const unsigned *frame = own->frames + (long long)place_before(own, own->lags[guide] - 1) * own->words;
    while (from < frame_size && !has_rank(frame, from + step)) from++;
    return from;
}

/* Whether a guide was right about the newest frame; its lag still counts from the frame before that. */
static int was_right(const state *own, int guide, const unsigned *frame) {
    const unsigned *guess = own->frames + (long long)place_before(own, own->lags[guide]) * own->words;
    int step = guide == MOVED ? own->step : 0;
    for (int rank = 0; rank < frame_size; rank++) {
        int has = has_rank(frame, rank);
        if (has != has_rank(guess, rank + step)) return 0;
        if (has && guide == LINE) return 1;
    }
    return 1;
}

static void keep_frame(state *own, const float *heard) {
    own->newest = own->num_heard ? (own->newest + 1) % (own->window + 1) : 0;
    unsigned *frame = own->frames + (long long)own->newest * own->words;
    unsigned *shape = own->shapes + (long long)own->newest * own->words;
    int top = 0;
    for (int k = 0; k < own->words; k++) frame[k] = shape[k] = 0;
    for (int rank = 0; rank < frame_size; rank++)
        if (heard[frame_size - 1 - rank] > 0.5f) frame[rank / 32] |= 1u << rank % 32;
    while (top < frame_size && !has_rank(frame, top)) top++;
    for (int rank = top; rank < frame_size; rank++)
        if (has_rank(frame, rank)) shape[(rank - top) / 32] |= 1u << (rank - top) % 32;
    own->tops[own->newest] = top;
}

/* Updates the lengths of all matches, once the newest frame is kept. */
static void match(state *own) {
    int top = own->tops[own->newest];
    int most = own->num_heard < own->window ? own->num_heard : own->window; /* frames before the newest */
    for (int lag = 1; lag <= most; lag++) {
        int place = place_before(own, lag), step = own->tops[place] - top;
        int is_moved = step && top < frame_size && own->tops[place] < frame_size &&
                       are_equal(own, own->shapes, place, own->newest);
        own->same[lag] = are_equal(own, own->frames, place, own->newest) ? own->same[lag] + 1 : 0;
        own->moved[lag] = !is_moved ? 0 : step == own->steps[lag] ? own->moved[lag] + 1 : 1;
        own->line[lag] = step ? 0 : own->line[lag] + 1;
        own->steps[lag] = step;
    }
}

/* Points a guide at the shortest lag with the longest match; if ``unlike`` is not 0, only frames that differ
   from the one at that lag count. */
static void point(state *own, int guide, const int *lengths, int unlike) {
    own->matched[guide] = 0, own->lags[guide] = 1;
    int most = own->num_heard < own->window ? own->num_heard : own->window;
    for (int lag = 1; lag <= most; lag++) {
        if (lengths[lag] <= own->matched[guide]) continue;
        if (unlike && are_equal(own, own->frames, place_before(own, lag - 1), place_before(own, unlike - 1)))
            continue;
        own->matched[guide] = lengths[lag], own->lags[guide] = lag;
    }
}

void advance_copies(part *self, const float *heard, int is_first) {
    state *own = self->own;
    if (is_first) return; /* the silence that is read first is no frame of the piece */
    keep_frame(own, heard);
    const unsigned *frame = own->frames + (long long)own->newest * own->words;
    for (int k = 0; k < GUIDES; k++)
        if (own->matched[k]) own->records[k] = 0.75f * own->records[k] + 0.25f * was_right(own, k, frame);
    match(own);
    int stands = own->num_heard && are_equal(own, own->frames, place_before(own, 1), own->newest);
    own->standing = stands ? own->standing + 1 : 1;
    point(own, SAME, own->same, 0), point(own, OTHER, own->same, own->lags[SAME]);
    point(own, MOVED, own->moved, 0), point(own, LINE, own->line, 0);
    own->step = own->steps[own->lags[MOVED]];
    int least = own->matched[SAME] < 1             ? 1
                : own->matched[SAME] > LONG_ENOUGH ? LONG_ENOUGH
                                                   : own->matched[SAME];
    int most = own->num_heard < own->window ? own->num_heard : own->window;
    own->count = 0;
    for (int lag = 1; lag <= most; lag++) own->count += own->same[lag] >= least;
    own->num_heard++;
}

static float logarithm(int number) { return number > 1 ? log1((float)number) : 0.0f; }

static float sigmoid(float x) { return sigmoid4(all(x))[0]; }

/* Called before the first choice of a frame: weights and slips of the guides. */
void begin_copies(part *self) {
    state *own = self->own;
    float stood = logarithm(own->standing), count = logarithm(own->count), logits[GUIDES + 1] = {0.0f};
    float largest = 0.0f, total = 0.0f;
    for (int k = 0; k < GUIDES; k++) {
        const float *trust = VALUES(self, 0) + k * PAD(TRUST_SIZE);
        float length = logarithm(own->matched[k]), record = own->records[k] - 0.5f;
        float logit = trust[0] + trust[1] * length + trust[2] * record;
        logit = logit + trust[3] * stood + trust[4] * count;
        logits[k + 1] = own->matched[k] ? logit : -3.0e38f;
        own->slips[k] = sigmoid(trust[5] + trust[6] * length + trust[7] * record);
        largest = logits[k + 1] > largest ? logits[k + 1] : largest;
    }
    for (int k = 0; k <= GUIDES; k++) total += own->weights[k] = exp1(logits[k] - largest);
    for (int k = 0; k <= GUIDES; k++) own->weights[k] /= total;
}

/* last: the rank chosen before, -1 for none; the guide of the melody decides the first choice alone. */
static int speaks(int guide, int last) { return guide != LINE || last < 0; }

/* Turns the network's shares of all ranks, which sum to 1, into those of network and guides together. */
void mix_copies(part *self, int last, float *shares) {
    const state *own = self->own;
    float copied[GUIDES], left = 1.0f;
    for (int k = 0; k < GUIDES; k++) {
        copied[k] = speaks(k, last) ? own->weights[k + 1] * (1.0f - own->slips[k]) : 0.0f;
        left -= copied[k];
    }
    left = left > 0.0f ? left : 0.0f;
    for (int rank = 0; rank <= frame_size; rank++) shares[rank] *= left;
    for (int k = 0; k < GUIDES; k++)
        if (copied[k] > 0.0f) shares[said(own, k, last + 1)] += copied[k];
}

/* Weighs network and guides by how likely they found the choice; ``share`` is the network's. */
void take_copies(part *self, int last, int chosen, float share) {
    state *own = self->own;
    float total = own->weights[0] *= share;
    for (int k = 0; k < GUIDES; k++) {
        float likelihood = share;
        if (speaks(k, last)) {
            likelihood = own->slips[k] * share;
            if (own->weights[k + 1] > 0.0f && said(own, k, last + 1) == chosen)
                likelihood += 1.0f - own->slips[k];
        }
        total += own->weights[k + 1] *= likelihood;
    }
    for (int k = 0; k <= GUIDES; k++) own->weights[k] = total > 1e-37f ? own->weights[k] / total : k == 0;
}

const kind copies = {.name = "copies", .open = open};
