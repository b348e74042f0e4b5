/* Translates the function bodies of a validated Module into the bytecode of one instruction set: the
 * folder's public header.
 *
 *     bytes --module_read--> Module --translate--> Program
 *
 *     module.h        what is read, in sections (reader.c), names (names.h) and types (types.c), and
 *                     validated (validate.h)
 *     opcodes.h       the instructions of WebAssembly, once
 *     function.h      a body to bytecode; values.h has its operand stack, pins.h which locals are in
 *                     registers, side_tables.h what is known where something is thrown
 *     error.h         how the engine says what went wrong
 *     cursor.h, leb.h, block_type.h, arena.h, placement.h: what these share
 *
 * The bytecode is register style: operands are slots of the function's frame, constants, or (in
 * instruction sets that have them) accumulators. One pass over each body, no recursion, time and
 * memory linear in the size of the module. */
#ifndef TAILRACE_TRANSLATOR_TRANSLATE_H
#define TAILRACE_TRANSLATOR_TRANSLATE_H

#include "encoder/encoder.h"
#include "translator/module.h"
#include "translator/placement.h"
#include "translator/side_tables.h"

/* Slots of a frame's link: the return address and the caller's frame. */
enum { LINK_SLOTS = 2 };

/* One translated function: what a call instruction points to. */
typedef struct Code {
    const uint8_t *entry; /* where a call goes */
    const uint8_t *begin; /* the lowest address of its bytecode: not always the entry */
    uint32_t frame_slots; /* slots that the frame needs, callee arguments not included */
    uint32_t link_slot;   /* where the link is kept */
    uint32_t function;    /* its index in the module */
    /* In the program's side tables: where its regions and changes begin, and how many. */
    uint32_t first_region, region_count, first_change, change_count;
    uint16_t saved_pins[BANKS]; /* the slots where it keeps its caller's registers */
} Code;

/* A whole module's bytecode, shared by all its instances. */
typedef struct Program {
    const Module *module;
    const DispatchWords *words; /* what the dispatch words in the bytecode mean */
    Code *codes;                /* [function_count - imported_function_count] */
    uint8_t *bytes;             /* every function's bytecode, in order */
    size_t size;                /* of bytes */
    void *block;                /* what bytes lie in, to be freed */
    SideTables tables;
    const void *compiled;       /* the executor's own: what it has found for this; NULL at first */
} Program;

/* Translates all functions of `module`, writing dispatch words from `words`; both must outlive the
 * Program. Fails with ERROR_MEMORY, or with ERROR_LIMIT if a function needs more slots than an
 * operand can name; nothing needs freeing then. */
bool translate(const Module *module, const DispatchWords *words, Program *program, Error *error);
void program_free(Program *program);

/* Moves the bytecode to an address that is `at` modulo PLACEMENT_WINDOW, a multiple of 16 below it.
 * To be called before the program is instantiated. Fails with ERROR_MEMORY and moves nothing then. */
bool program_place(Program *program, size_t at, Error *error);

/* The function whose bytecode contains `ip`, or NULL. Used to name the place of a trap. */
const Code *program_find(const Program *program, const uint8_t *ip);

/* The end of a function's bytecode; it begins at code->begin. */
const uint8_t *program_code_end(const Program *program, const Code *code);

#endif
