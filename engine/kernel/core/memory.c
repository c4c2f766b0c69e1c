/* Memory is reserved piece after piece, and freed only with the whole instance of the module. */
#include "kernel.h"

static const long long MAX_BYTES = 1LL << 30; /* as MAX_DRAW_BYTES in engine/kernel/kernel.py */
extern unsigned char __heap_base;
static unsigned long long top;
static int is_full;

void *reserve_bytes(long long count) {
    if (!top) top = ((unsigned long)&__heap_base + 63) / 64 * 64;
    unsigned long long end = top + (unsigned long long)(count + 63) / 64 * 64;
    unsigned long long pages = (end + 65535) / 65536, now = __builtin_wasm_memory_size(0);
    if (is_full || count < 0 || count > MAX_BYTES || end > (unsigned long long)MAX_BYTES)
        return is_full = 1, (void *)0;
    if (pages > now && __builtin_wasm_memory_grow(0, pages - now) == (unsigned long)-1)
        return is_full = 1, (void *)0;
    void *start = (void *)(unsigned long)top;
    top = end;
    return start;
}

float *reserve(long long count) { return reserve_bytes(4 * count); }

int memory_is_full(void) { return is_full; }
