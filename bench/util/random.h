/* Random numbers from a seed. */
#ifndef TAILRACE_BENCH_UTIL_RANDOM_H
#define TAILRACE_BENCH_UTIL_RANDOM_H

#include <stdint.h>

/* Splitmix64: any seed is good, and equal seeds give equal numbers on every machine. */
static inline uint64_t random_next(uint64_t *state) {
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

#endif
