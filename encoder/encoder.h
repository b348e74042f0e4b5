/* Writes bytecode: the folder's public header.
 *
 * ops.table lists the ops; for each of them the generated ops.h declares one typed function
 *
 *     encode_i32_add(Encoder *, Operand result, Operand a, Operand b)
 *     encode_br_if_i32_lt_s(Encoder *, Operand a, Operand b, Label target)
 *
 * which the translator and the translation tests use. An instruction in memory is
 *
 *     dispatch word | values (slot: 2 bytes, constant: 4 or 8, register: none) | result (slot: 2) |
 *     immediates
 *
 * with no padding: the operands are as unaligned as their sizes make them, which costs nothing on
 * the processors of today. A label is a distance in bytes: from the beginning of the instruction,
 * and in a br_table's entries from the entry. The dispatch word (2, 4 or 8 bytes)
 * says which handler executes the instruction; what stands in it is the executor's business, see
 * DispatchWords.
 *
 * Errors stick: after memory ran out or an instruction could not be expressed, `status` says so and
 * further calls do nothing. Callers check once at the end. */
#ifndef TAILRACE_ENCODER_ENCODER_H
#define TAILRACE_ENCODER_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ops.h" /* generated for the instruction set: Op, OPCODES, OPCODE_COUNT, OperandClass, and
                    OPS_OF_WASM(X): X(I32_ADD, OP_i32_add) for each op that translates the
                    instruction of WebAssembly of the same name */

/* What an executor has the encoder write at the head of each instruction: for an indirect strategy
 * the opcode's number, for a direct one the address of its handler, for `offset` ones their
 * distance from a base. Owned by the executor, constant. */
typedef struct DispatchWords {
    unsigned size;         /* bytes: 2, 4 or 8 */
    const uint64_t *words; /* [OPCODE_COUNT]; the low `size` bytes are written */
} DispatchWords;

/* The opcodes themselves, 2 bytes: what every indirect strategy uses, and listings. */
const DispatchWords *opcode_words(void);

/* Where a value comes from or a result goes. */
typedef struct Operand {
    OperandClass class;
    uint16_t slot; /* CLASS_SLOT */
    uint64_t bits; /* CLASS_CONSTANT: the value; 32-bit values in the low half */
} Operand;

static inline Operand slot(uint16_t index) { return (Operand){CLASS_SLOT, index, 0}; }
static inline Operand constant(uint64_t bits) { return (Operand){CLASS_CONSTANT, 0, bits}; }
static inline Operand accumulator(void) { return (Operand){CLASS_ACCUMULATOR, 0, 0}; }

typedef uint32_t Label; /* a place in the code, known or not yet; made by encoder_label */

typedef struct Instruction {
    Op op;
    Operand result;
    Operand values[3];
    uint64_t immediates[6]; /* in the table's order; labels as their Label */
} Instruction;

/* ---- The generated descriptions of the ops ------------------------------------------------- */

typedef enum ValueKind {
    VALUE_NONE,
    VALUE_I32,
    VALUE_I64,
    VALUE_F32,
    VALUE_F64,
    VALUE_V128, /* in two slots, of which the first is named */
} ValueKind;
typedef enum ImmediateKind {
    IMMEDIATE_SLOT,
    IMMEDIATE_U16,
    IMMEDIATE_U32,
    IMMEDIATE_U64,
    IMMEDIATE_PTR,
    IMMEDIATE_LABEL,
} ImmediateKind;

enum {                            /* OpInfo.flags */
    OP_ENDS = 1,                  /* control does not continue behind it */
    OP_MOVES = 2,                 /* a slot result leaves the accumulator as it was */
    OP_IS_BOOLEAN = 4,            /* the result is 0 or 1 */
    OP_HAS_LABEL = 8,
    OP_CALLS = 16,                /* the handler calls the runtime: no part of a superinstruction */
    OP_IS_OPERAND = 32,           /* a load that is part of ops, see OpInfo.with_load */
    OP_HAS_TABLE = 64,            /* a br_table: its last immediates are `count` and the table */
};
enum { LOADS_MOST = 2, INNER_MOST = 4 };

typedef struct OpInfo {
    const char *name; /* as in ops.table */
    uint8_t value_count;
    uint8_t value_types[3]; /* ValueKind */
    uint8_t result_type;    /* ValueKind */
    uint8_t immediate_count;
    uint8_t immediate_kinds[6]; /* ImmediateKind */
    uint16_t mirror;        /* Op with operands exchanged, itself if commutative; OP_COUNT: none */
    uint16_t inverse;       /* Op that is true when this is false; this and the next likewise */
    uint16_t branch_if;     /* compare and branch if true */
    uint16_t branch_unless; /* compare and branch if false; only where there is no inverse */
    uint16_t count;         /* add a constant to what is compared first, and branch if true */
    uint16_t modify;        /* store the result back to where the first operand was loaded from */
    uint16_t far;           /* the same access to any memory */
    uint16_t sum;           /* to a + b */
    uint16_t scaled;        /* to (a << shift) + b */
    struct {                /* the ops with an operand in memory ... */
        uint16_t load;      /* ... that this op loads; OP_COUNT: no more of them */
        uint16_t second, first; /* if it is this operand; the other one stands before the address */
    } with_load[LOADS_MOST];
    struct {                /* the ops that do first what another one does ... */
        uint16_t inner;     /* ... this; OP_COUNT: no more of them */
        uint16_t op;        /* its operands, then this op's other one */
        uint8_t operand;    /* of this op, which the inner one computes */
    } with_inner[INNER_MOST];
    uint8_t flags;
    const char *section;             /* of ops.table, or of the derived ops */
    uint8_t load_bytes, store_bytes; /* of linear memory; 0 for bulk ops, whose operands say it */
    const uint16_t *variants; /* opcode by the operand classes in mixed radix; 0xffff: none */
} OpInfo;

typedef struct OpcodeInfo {
    const char *name; /* "i32_add__s_as": op, result's class, values' classes; those of a
                       * superinstruction's parts have "__then__" between them */
    uint16_t op;      /* of the first part */
    uint8_t length;   /* bytes behind the dispatch word */
    uint8_t result_class; /* this and the next: of opcodes of one part */
    uint8_t value_classes[3];
    uint8_t part_count;    /* 1, or how many opcodes a superinstruction is made of */
    const uint16_t *parts; /* [part_count]: these opcodes, if there are several */
} OpcodeInfo;

/* A step of the automaton that finds superinstructions, see fusion_tables in generate.py. */
typedef struct FusionStep {
    uint32_t key; /* state << 16 | opcode */
    uint16_t next; /* state; 0: a free place of the table */
} FusionStep;

extern const OpInfo op_info[OP_COUNT];
extern const OpcodeInfo opcode_info[OPCODE_COUNT];
#if ISA_HAS_SEQUENCES
extern const unsigned fusion_bits; /* fusion_steps has 2^fusion_bits places */
extern const FusionStep fusion_steps[];
extern const uint16_t fusion_ends[]; /* by state: the superinstruction that ends there; or 0xffff */
#endif

/* ---- The Encoder ----------------------------------------------------------------------------- */

typedef enum EncoderStatus {
    ENCODER_OK,
    ENCODER_OUT_OF_MEMORY,
    ENCODER_NO_SUCH_FORM, /* the instruction set has no handler for these operand classes */
    ENCODER_TOO_LONG,     /* a function of more than 2 GiB, which no label could cross */
} EncoderStatus;

/* Instructions that are not written yet, in instruction sets with superinstructions: a straight
 * line of them is divided into as few as possible when its end is known. */
typedef struct PendingInstruction {
    Instruction instruction;
    uint16_t opcode;
} PendingInstruction;
enum { PENDING_MOST = ISA_HAS_SEQUENCES ? 32 : 1 };

/* The beginning of a loop up to its br_table, kept to be copied: see encoder_branch. */
enum { OPENING_MOST = 16 }; /* instructions, and labels between them */
typedef struct Opening {
    size_t first_item;  /* in Encoder.items */
    uint32_t count;     /* items */
    size_t first_entry; /* of its table, in Encoder.entries */
} Opening;

typedef struct Encoder {
    const DispatchWords *words;
    uint8_t *bytes; /* owned; moves as it grows */
    size_t size, capacity;
    struct LabelState *labels; /* owned */
    uint32_t label_count, label_capacity;
    struct Reference *references; /* to labels, of the present function; owned */
    size_t reference_count, reference_capacity;
    Instruction recent[2]; /* of which [newest] is the last, meaningful if has_last, ... */
    unsigned newest;
    size_t last_start;
    bool has_last;
    size_t previous_start; /* ... and the other one the one before it, if has_previous */
    bool has_previous;
    bool is_retracted; /* the last is what stood before what was taken back */
    PendingInstruction pending[PENDING_MOST]; /* the last is the last one, if has_last */
    unsigned pending_count;
    size_t function_begin; /* where the present function begins */
    Opening *openings; /* of the present function; owned */
    size_t opening_count, opening_capacity;
    Opening opening; /* of the loop that was begun last, so far */
    Label opening_label;
    bool is_opening; /* whether it goes on */
    Instruction *items; /* of openings; op OP_COUNT: a label, its first immediate; owned */
    size_t item_count, item_capacity;
    Label *entries; /* of tables of openings; owned */
    size_t entry_count, entry_capacity, entries_to_come;
    size_t copied; /* bytes of copies in the present function */
    EncoderStatus status;
} Encoder;

void encoder_init(Encoder *encoder, const DispatchWords *words);
void encoder_free(Encoder *encoder);

/* Appends one instruction. If the instruction set lacks the form but has the mirrored one
 * (a < constant instead of constant > a), that is written. */
void encoder_emit(Encoder *encoder, Instruction instruction);

/* Whether the instruction set has a handler for these operand classes, mirrored or not. */
bool encoder_accepts(const Instruction *instruction);

/* The instruction appended last, as given, if nothing can jump between it and what comes next:
 * NULL directly after a label or a control instruction. */
const Instruction *encoder_last(const Encoder *encoder);
/* The one before it, if that is one straight line, too; else NULL. */
const Instruction *encoder_previous(const Encoder *encoder);
/* Takes the instruction encoder_last() returned back, to be replaced by a better one; called twice,
 * also what encoder_previous() returned before. */
void encoder_retract(Encoder *encoder);

/* A new label, nowhere yet. */
Label encoder_label(Encoder *encoder);
/* Puts the label at the present end of the code and patches all jumps to it. Once for each
 * label. */
void encoder_bind(Encoder *encoder, Label label);
/* The same with the label of a loop. */
void encoder_bind_loop(Encoder *encoder, Label label);
/* Appends a jump: `br`, or, to a loop that begins with few instructions and a br_table, a copy of
 * these, with the same table. Such loops are interpreters and state machines; a copy for each way
 * back spares a jump, and tells the processor's predictor of indirect branches by its place what
 * was executed before, which is what replicating dispatch does for an interpreter of one's own
 * (Ertl and Gregg 2003). Where the index has just been set to a constant, as Go's compiler does,
 * it is a jump to where that leads. Copies are at most 4 KiB and half of a function: what comes
 * after that is jumps. */
void encoder_branch(Encoder *encoder, Label label);
/* Bytes of code so far: where the next instruction begins. */
size_t encoder_position(Encoder *encoder);
/* Bytes of code that are written. What stands between two instructions that call or end is written
 * when the second is: before it there is all that was emitted before the first ended. */
static inline size_t encoder_written(const Encoder *encoder) { return encoder->size; }
/* Where a label that is bound stands. */
size_t encoder_label_position(const Encoder *encoder, Label label);
/* Appends one entry of a br_table: count + 1 of them, one after the other, begin at its label. */
void encoder_table_entry(Encoder *encoder, Label target);
/* Forgets all labels, so that the next function's numbering starts anew. Every label that was
 * jumped to must have been bound. */
void encoder_end_function(Encoder *encoder);

#define OPS_H_ENCODE_FUNCTIONS
#include "ops.h"
#undef OPS_H_ENCODE_FUNCTIONS

/* Appends a br_table whose count + 1 entries come next. */
static inline void encode_table(Encoder *encoder, Operand index, uint32_t count) {
    const Label table = encoder_label(encoder);
    encoder_emit(encoder, (Instruction){
                              .op = OP_br_table, .values = {index}, .immediates = {count, table}});
    encoder_bind(encoder, table);
}

#endif
