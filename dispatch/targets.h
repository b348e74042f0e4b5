/* From the dispatch word at the head of an instruction to its handler: the one place that tells the
 * three kinds of words apart. A mechanism that has its handlers' addresses in an array by opcode,
 * `targets`, includes this behind words.h. By DISPATCH_SIZE the word is
 *
 *     2  opcode   looked up in `targets`: indirect
 *     4  offset   the handler's distance from `base`, an address in the executor's code: direct, at
 *                 half of the size; all handlers are in one object file, far smaller than 2 GB
 *     8  pointer  the handler's address: direct */
#ifndef TAILRACE_DISPATCH_TARGETS_H
#define TAILRACE_DISPATCH_TARGETS_H

/* The handler that a dispatch word (WORD_AT in words.h) stands for, of the type of the array's
 * elements. */
#if DISPATCH_SIZE == 2
#define TARGET(word, targets, base) ((targets)[word])
#elif DISPATCH_SIZE == 4
#define TARGET(word, targets, base) ((__typeof__((targets)[0]))((uintptr_t)(base) + (word)))
#else
#define TARGET(word, targets, base) ((__typeof__((targets)[0]))(word))
#endif
#define TARGET_AT(ip, targets, base) TARGET(WORD_AT(ip), targets, base)

/* What the encoder writes. `targets`: the addresses, by opcode. */
static inline const DispatchWords *target_words(const void *targets, uintptr_t base) {
    static uint64_t values[OPCODE_COUNT];
    static const DispatchWords result = {DISPATCH_SIZE, values};
    static bool is_made;
    if (DISPATCH_SIZE == 2) return opcode_words();
    for (unsigned i = 0; i < OPCODE_COUNT && !is_made; i++) {
        const uintptr_t address = read_u64((const char *)targets + i * sizeof address);
        values[i] = DISPATCH_SIZE == 4 ? (uint32_t)(address - base) : address;
    }
    is_made = true;
    return &result;
}

#endif
