/* What programs execute, for choosing superinstructions: straight lines of opcodes, each with how
 * often it ran, as `lines` of a counting executor prints them (bench/executor/lines.c).
 *
 * Programs count alike: what a line weighs in one is its share of all that the program executed.
 * Lines that are the same are one. */
#ifndef TAILRACE_BENCH_MINING_CORPUS_H
#define TAILRACE_BENCH_MINING_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "translator/error.h"

typedef struct Line {
    size_t begin; /* in `opcodes` and `weights` */
    uint32_t length;
    uint32_t program;
} Line;

typedef struct CorpusProgram {
    char *name; /* owned */
    size_t line_begin, line_end;
    double executed; /* instructions */
} CorpusProgram;

typedef struct Corpus {
    char *isa;    /* owned, as is all below */
    char **names; /* by opcode */
    uint32_t opcode_count;
    CorpusProgram *programs;
    size_t program_count, program_capacity;
    Line *lines; /* by program */
    size_t line_count, line_capacity;
    uint16_t *opcodes;
    double *weights; /* by instruction: its share of what the program executed */
    size_t instruction_count, instruction_capacity;
} Corpus;

/* Adds a program's lines from a file. All files must be of one instruction set. Fails with
 * ERROR_FILE, or ERROR_MALFORMED naming the line; the corpus is then only good for being freed. */
bool corpus_read(Corpus *corpus, const char *path, const char *name, Error *error);
void corpus_free(Corpus *corpus);

/* Makes each line weigh as if it had run the root, of that degree, of how often it did: a program's
 * hottest loops are its own, and what it executes now and then is more like what others do. The
 * degree is 1 or more; the sum over a program stays 1. */
void corpus_flatten(Corpus *corpus, unsigned root);

/* Has a quarter of each line as lines of the same opcodes with the registers for locals called
 * otherwise, in each of the five ways: which register a local has is chance, and in another program
 * another one. Of instruction sets without such registers, and of opcodes that have no such form, it
 * changes weights alone. */
void corpus_rename_registers(Corpus *corpus);

#endif
