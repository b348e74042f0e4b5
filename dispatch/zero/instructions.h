/* A program's bytecode, instruction by instruction, for what writes it as C: unroll.c, and
 * ../single/snapshot.c. Programs are those of the build's own instruction set, whose dispatch words
 * begin with the opcode's number, in 2, 4 or 8 bytes. */
#ifndef TAILRACE_DISPATCH_ZERO_INSTRUCTIONS_H
#define TAILRACE_DISPATCH_ZERO_INSTRUCTIONS_H

#include "translator/translate.h"

/* The bytes of a .wasm file, or of the module of a trace; to be freed, and NULL on failure. */
bool load_module(const char *path, uint8_t **bytes, size_t *size, Error *error);

/* What is known of a byte of the bytecode: of the first of an instruction, and of its address. */
enum { IS_TARGET = 1, IS_KNOWN_BY_DATA = 2, IS_ADDRESS = 4, IS_INSTRUCTION = 8 };

typedef struct Unit {
    const Program *program; /* borrowed */
    const bool *holds; /* [function_count]: which functions; NULL: all. Borrowed */
    uint32_t function_count; /* of the program; functions are named by their places in Program.codes */
    uint8_t *marks;     /* [size]: of the above, of what it holds */
    int64_t *callees;   /* [size]: where an address is: the function's place; -1: a type */
    uint32_t addresses; /* how many there are */
    uint32_t *moved;    /* [function_count]: bytes before it that the unit does not hold */
    int64_t *places;    /* [function_count]: of its Code among those printed; -1: it is not */
    uint32_t codes;     /* how many there are: of all that it holds or calls directly */
} Unit;

/* Finds all of that out. False and an Error if there is no memory. To be freed. */
bool unit_read(Unit *unit, const Program *program, const bool *holds, Error *error);
void unit_free(Unit *unit);

bool is_held(const Unit *unit, uint32_t function);

/* Where the function begins in the bytecode, where calls of it go, and where it ends. */
uint32_t begin_of(const Unit *unit, uint32_t function);
uint32_t entry_of(const Unit *unit, uint32_t function);
uint32_t end_of(const Unit *unit, uint32_t function);

/* A part of an instruction, or all of one. */
typedef struct InstructionPart {
    const OpcodeInfo *opcode;
    const OpInfo *op;
    uint32_t at;      /* as HERE in unit.h */
    int64_t target;   /* of its label; -1: it has none, or is a br_table */
    int64_t address;  /* where its address is; -1: it has none */
    uint32_t entries; /* of a br_table, the default one included; 0: it is none */
    uint32_t table;   /* where they are */
} InstructionPart;

typedef struct InstructionText {
    InstructionPart parts[255];
    unsigned part_count;
    uint32_t end; /* where the next instruction begins */
} InstructionText;

/* The instruction at `head`. */
void read_instruction(const Program *program, uint32_t head, InstructionText *instruction);

/* Whether the address is a function's, and control goes there. */
bool calls_directly(Op op);

/* Where an entry of a br_table leads. */
int64_t table_target(const Program *program, const InstructionPart *part, uint32_t entry);

/* Print the bytecode as an array, with zeros for addresses, and the tables of its functions and
 * addresses, as ZeroUnit has them (zero.h): `bytecode`, `codes` and `addresses`. UNIT_BYTES is the size
 * of the program's bytecode, FUNCTION_COUNT and ADDRESS_COUNT those of the tables; print_sizes defines
 * them. */
void print_sizes(const Unit *unit);
void print_bytecode(const Unit *unit);
void print_tables(const Unit *unit);

#endif
