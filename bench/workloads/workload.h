// What the workloads share. Each workload is one freestanding C file, compiled with this header
// and nothing else: no libc, no imports, a fixed memory. Each exports one function, run(n), that
// does n rounds of its work from a fresh state and returns a checksum of everything it computed,
// so that equal n always gives an equal result and no part of the work can be left out.
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__
#define EXPORT_RUN __attribute__((export_name("run")))
#else
#define EXPORT_RUN // so that a workload can be tried natively, under sanitizers
#endif

// Marks what a larger program would have in another file: it is called, and not merged with its
// caller, as the compiler would do with a function that is called from one place only.
#define OUTLINE __attribute__((noinline))

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

// A broken promise inside a workload stops it with the trap `unreachable`.
static inline void check(bool promise) {
    if (!promise) __builtin_trap();
}

static inline void copy_bytes(void *to, const void *from, size_t size) {
    __builtin_memcpy(to, from, size); // memory.copy, or a few loads and stores if size is known
}

static inline void fill_bytes(void *to, uint8_t byte, size_t size) {
    __builtin_memset(to, byte, size);
}

static inline uint32_t rotate_left(uint32_t x, unsigned by) {
    return x << (by & 31) | x >> (-by & 31);
}

static inline uint64_t rotate_left64(uint64_t x, unsigned by) {
    return x << (by & 63) | x >> (-by & 63);
}

// Folds a value into a checksum. The order of the values matters.
static inline uint32_t mix(uint32_t sum, uint32_t value) {
    sum = (rotate_left(sum, 5) ^ value) + 0x7f4a7c15u;
    sum *= 0x9e3779b1u;
    return sum ^ sum >> 15;
}

static inline uint32_t mix64(uint32_t sum, uint64_t value) {
    return mix(mix(sum, (uint32_t)value), (uint32_t)(value >> 32));
}

static inline uint32_t mix_f64(uint32_t sum, double value) {
    uint64_t bits;
    copy_bytes(&bits, &value, sizeof bits);
    return mix64(sum, bits);
}

static inline uint32_t mix_bytes(uint32_t sum, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * 0x01000193u;
    return mix(sum, (uint32_t)size);
}

// Xorshift: small, fast and good enough to make inputs that look like data.
typedef struct {
    uint32_t state; // never zero
} Random;

static inline Random random_from(uint32_t seed) { return (Random){mix(0x2545f491u, seed) | 1}; }

static inline uint32_t random_next(Random *random) {
    uint32_t x = random->state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return random->state = x;
}

// A number from 0 to limit - 1.
static inline uint32_t random_below(Random *random, uint32_t limit) {
    return (uint32_t)((uint64_t)random_next(random) * limit >> 32);
}

// A bump allocator over a buffer of the workload's own; everything is freed at once by starting
// a new one.
typedef struct {
    uint8_t *next, *end;
} Arena;

static inline Arena arena_over(void *buffer, size_t size) {
    return (Arena){buffer, (uint8_t *)buffer + size};
}

static inline void *arena_take(Arena *arena, size_t size) {
    size = (size + 7) & ~(size_t)7;
    check(size <= (size_t)(arena->end - arena->next));
    void *taken = arena->next;
    arena->next += size;
    return taken;
}

#endif
