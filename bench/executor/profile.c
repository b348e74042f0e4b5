/* `profile`: which instructions a program executes, how often, and in which company. `stream`:
 * these instructions one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/executor/program.h"
#include "dispatch/profile.h"

enum { SHOWN = 25, LONGEST = 3 };

/* A sequence of one to three opcodes and how often it was executed. */
typedef struct Sequence {
    uint16_t opcodes[LONGEST];
    uint64_t count;
} Sequence;

static int by_count(const void *left, const void *right) {
    const Sequence *a = left, *b = right;
    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    for (int i = 0; i < LONGEST; i++)
        if (a->opcodes[i] != b->opcodes[i]) return a->opcodes[i] < b->opcodes[i] ? -1 : 1;
    return 0;
}

static void print_top(const char *title, Sequence *sequences, size_t count, int length,
                      uint64_t total) {
    qsort(sequences, count, sizeof *sequences, by_count);
    printf("\n%s (%zu different)\n%14s  %6s  %10s\n", title, count, "executed", "share",
           "cumulative");
    uint64_t sum = 0;
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        sum += sequences[i].count;
        printf("%14llu  %5.1f%%  %9.1f%%  ", (unsigned long long)sequences[i].count,
               100.0 * (double)sequences[i].count / (double)total,
               100.0 * (double)sum / (double)total);
        for (int j = 0; j < length; j++)
            printf("%s%s", j ? " + " : "", opcode_info[sequences[i].opcodes[j]].name);
        putchar('\n');
    }
}

/* Fills `sequences`, which is large enough, from the profile; returns how many there are. */
static size_t collect(Sequence *sequences, int length) {
    size_t count = 0;
    if (length == 1) {
        for (uint16_t i = 0; i < OPCODE_COUNT; i++)
            if (profile.opcodes[i]) sequences[count++] = (Sequence){{i}, profile.opcodes[i]};
    } else if (length == 2) {
        for (uint16_t i = 0; i < OPCODE_COUNT; i++)
            for (uint16_t j = 0; j < OPCODE_COUNT; j++)
                if (profile.pairs[i][j])
                    sequences[count++] = (Sequence){{i, j}, profile.pairs[i][j]};
    } else {
        for (uint32_t i = 0; i < TRIPLE_SLOTS; i++) {
            const Triple *triple = &profile.triples[i];
            if (triple->count)
                sequences[count++] =
                    (Sequence){{triple->opcodes[0], triple->opcodes[1], triple->opcodes[2]},
                               triple->count};
        }
    }
    return count;
}

bool print_profile(Error *error) {
    size_t most = (size_t)OPCODE_COUNT * OPCODE_COUNT;
    if (most < TRIPLE_SLOTS) most = TRIPLE_SLOTS;
    Sequence *sequences = malloc(most * sizeof *sequences);
    if (!sequences) return fail(error, ERROR_MEMORY, "out of memory");
    uint64_t total = profile.instructions ? profile.instructions : 1;
    printf("instruction set %s: %llu instructions executed, %llu jumps taken (%.1f%%), "
           "%llu calls\n",
           ISA_NAME, (unsigned long long)profile.instructions, (unsigned long long)profile.branches,
           100.0 * (double)profile.branches / (double)total, (unsigned long long)profile.calls);
    printf("opcodes are written op__result_operands: s slot, a accumulator, k constant\n");
    static const char *const titles[] = {"Opcodes", "Pairs", "Triples"};
    for (int length = 1; length <= LONGEST; length++)
        print_top(titles[length - 1], sequences, collect(sequences, length), length, total);
    if (profile.lost_triples)
        printf("not counted: %llu executions of triples beyond the first %d different ones\n",
               (unsigned long long)profile.lost_triples, (int)TRIPLE_SLOTS);
    free(sequences);
    return true;
}

static struct {
    uint64_t left;
    size_t held;
    uint16_t opcodes[1 << 14];
} stream;

void stream_end(void) {
    size_t size = stream.held * sizeof *stream.opcodes;
    for (const char *bytes = (const char *)stream.opcodes; size > 0;) {
        ssize_t written = write(STDOUT_FILENO, bytes, size);
        if (written <= 0) _exit(EXIT_FAILED); /* nobody listens any more */
        bytes += written;
        size -= (size_t)written;
    }
    stream.held = 0;
}

static void stream_instruction(const uint8_t *ip, uint16_t opcode, const uint64_t *fp) {
    (void)ip, (void)fp;
    stream.opcodes[stream.held++] = opcode;
    bool last = --stream.left == 0;
    if (last || stream.held == sizeof stream.opcodes / sizeof *stream.opcodes) stream_end();
    if (last) _exit(EXIT_DONE);
}

void stream_start(uint64_t limit) {
    stream.left = limit;
    profile.observe = stream_instruction;
}
