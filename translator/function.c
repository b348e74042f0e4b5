#include "translator/function.h"

#include <stdlib.h>
#include <string.h>

#include "translator/block_type.h"
#include "translator/opcodes.h"
#include "translator/pins.h"

/* A structured instruction that is open. */
typedef struct Control {
    uint8_t kind;     /* WASM_BLOCK, WASM_LOOP, WASM_IF; WASM_ELSE in the second arm of an if;
                       * WASM_TRY_TABLE, WASM_TRY; WASM_CATCH in any of its clauses */
    bool is_reached;  /* something jumps to `label` */
    BlockType type;
    Label label;      /* where `br` goes: a loop's start, else the end */
    Label stub;       /* where entries of the present br_table go instead, if it `has_stub` */
    bool has_stub;
    Label else_label; /* WASM_IF: the second arm, or the end if there is none */
    uint32_t height;  /* of the operand stack below the block's parameters */
    Pins pins;        /* at `label` */
    uint32_t loops;   /* that are open here, itself counted */
    Pins outer_pins;  /* of a loop: around it */
    /* Of a loop, see "loops that are unrolled" below. */
    const uint8_t *body, *latch; /* what is repeated ... */
    uint32_t repetitions;        /* ... so many times more */
    Label exit;                  /* if it `has_exit`: behind the last copy */
    bool has_exit;
    uint32_t begin;   /* WASM_TRY, WASM_TRY_TABLE: of the region */
    uint32_t clause;  /* the first one of a try_table, the last one of a try; or NO_CLAUSE */
    /* See "locals that need no zeroing" below. */
    uint32_t assigned_at_entry, assigned_at_branch, assigned_least;
} Control;

/* A way out of a loop that stands behind the function's code. It begins at `label`, where registers
 * hold `pins`, and takes the `count` values below `height` along, which are at home. */
typedef struct Exit {
    Label label;
    uint32_t height, count;
    Pins pins;
    bool returns; /* from the function, or else: */
    Label target;
    uint32_t target_height;
    Pins target_pins;
} Exit;

struct FunctionTranslator {
    const Module *module;
    const Code *codes;
    SideTables *tables; /* the program's */
    Encoder *encoder;
    Values values;
    PinChooser *pins; /* if the instruction set has any; owned */

    /* Of the present function. */
    const FunctionType *type;
    const uint8_t *at; /* in its body */
    uint32_t link_slot;
    uint32_t local_count; /* parameters included; a vector is two, as for Values */
    SlotType *local_types; /* owned, grows */
    uint32_t local_capacity;
    bool has_vectors;       /* locals that are: then ... */
    uint32_t *first_halves; /* ... by the body's number, which these locals are; owned, grows */
    uint32_t first_half_capacity;

    Control *controls; /* owned, grows */
    uint32_t depth, control_capacity;

    size_t begin; /* of the bytecode */
    uint32_t first_clause; /* in the side tables */
    Exit *exits; /* owned, grows */
    uint32_t exit_count;
    size_t exit_capacity;

    uint8_t *local_states; /* LocalState by local; owned, as long as local_types */
    uint32_t *assigned;    /* the locals that are ASSIGNED, in order; owned, likewise */
    uint32_t assigned_count;
    uint32_t first_zeroed, last_zeroed; /* range of locals to clear; none if first > last */
    bool out_of_memory;
};

FunctionTranslator *function_translator_new(Program *program, Encoder *encoder) {
    FunctionTranslator *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->module = program->module;
    t->codes = program->codes;
    t->tables = &program->tables;
    t->encoder = encoder;
    values_init(&t->values, encoder);
    t->pins = ISA_PINS ? pin_chooser_new() : NULL;
    if (ISA_PINS && !t->pins) {
        function_translator_free(t);
        return NULL;
    }
    return t;
}

void function_translator_free(FunctionTranslator *t) {
    if (!t) return;
    values_free(&t->values);
    pin_chooser_free(t->pins);
    free(t->local_types);
    free(t->local_states);
    free(t->first_halves);
    free(t->assigned);
    free(t->controls);
    free(t->exits);
    free(t);
}

/* ---- Locals that need no zeroing --------------------------------------------------------------
 *
 * A local starts as zero, but clearing all of them at each call costs more than small functions do,
 * and compilers assign nearly all before they read them. A local that is read where no assignment
 * is certain is zeroed, at the function's start, by an instruction that exists only in that case.
 *
 * What is certainly assigned at a place is kept as a log in order of assignment. Where control
 * meets, the log is cut to what all ways there have in common: at the end of a block to its length
 * at the shortest branch, but not beyond any cut made since; an if cuts to its start. That is
 * conservative and linear. */

enum LocalState { UNASSIGNED, ASSIGNED, ZEROED /* or a parameter: assigned for good */ };

static void note_assigned(FunctionTranslator *t, uint32_t local) {
    if (t->local_states[local] != UNASSIGNED) return;
    t->local_states[local] = ASSIGNED;
    t->assigned[t->assigned_count++] = local;
}

static void note_read(FunctionTranslator *t, uint32_t local) {
    if (t->local_states[local] != UNASSIGNED) return;
    t->local_states[local] = ZEROED;
    if (local < t->first_zeroed) t->first_zeroed = local;
    if (local > t->last_zeroed) t->last_zeroed = local;
}

static void cut_assigned(FunctionTranslator *t, uint32_t count) {
    while (t->assigned_count > count) {
        uint32_t local = t->assigned[--t->assigned_count];
        if (t->local_states[local] == ASSIGNED) t->local_states[local] = UNASSIGNED;
    }
}

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* ---- Side tables ----------------------------------------------------------------------------- */

/* A new element of a growing array, or NULL: out of memory. */
static void *append(FunctionTranslator *t, void *array, uint32_t *count, size_t *capacity,
                    size_t size) {
    void **items = array;
    if (*count == *capacity) {
        size_t larger = *capacity ? 2 * *capacity : 16;
        void *moved = realloc(*items, larger * size);
        if (!moved) {
            t->out_of_memory = true;
            return NULL;
        }
        *items = moved;
        *capacity = larger;
    }
    return (char *)*items + (*count)++ * size;
}

/* The place of the next instruction that calls or throws (side_tables.h). */
static uint32_t place(const FunctionTranslator *t) {
    return (uint32_t)(encoder_written(t->encoder) - t->begin);
}

/* set_pins, and a note of it. */
static void change_pins(FunctionTranslator *t, const Pins *pins) {
    const bool changes = !pins_equal(&t->values.pins, pins);
    set_pins(&t->values, pins);
    if (!changes) return;
    SideTables *tables = t->tables;
    PinChange *change = append(t, &tables->changes, &tables->change_count,
                               &tables->change_capacity, sizeof *change);
    if (change) *change = (PinChange){place(t), *pins};
}

static void add_region(FunctionTranslator *t, uint32_t begin, uint32_t clause, uint32_t outer) {
    SideTables *tables = t->tables;
    if (begin == place(t)) return; /* nothing in it can throw */
    TryRegion *region = append(t, &tables->regions, &tables->region_count,
                               &tables->region_capacity, sizeof *region);
    if (region) *region = (TryRegion){begin, place(t), t->depth - 1, clause, outer};
}

static CatchClause *add_clause(FunctionTranslator *t) {
    SideTables *tables = t->tables;
    return append(t, &tables->clauses, &tables->clause_count, &tables->clause_capacity,
                  sizeof(CatchClause));
}

/* Labels become places. All are bound by now. */
static void place_clauses(FunctionTranslator *t) {
    for (uint32_t i = t->first_clause; i < t->tables->clause_count; i++) {
        CatchClause *clause = &t->tables->clauses[i];
        clause->target = (uint32_t)(encoder_label_position(t->encoder, clause->target) - t->begin);
    }
}

/* ---- Control --------------------------------------------------------------------------------- */

static void open_control(FunctionTranslator *t, uint8_t kind, BlockType type) {
    if (t->depth == t->control_capacity) {
        uint32_t capacity = t->control_capacity ? 2 * t->control_capacity : 64;
        Control *controls = realloc(t->controls, capacity * sizeof *controls);
        if (!controls) {
            t->out_of_memory = true;
            return;
        }
        t->controls = controls;
        t->control_capacity = capacity;
    }
    const uint32_t loops = t->depth ? t->controls[t->depth - 1].loops : 0;
    t->controls[t->depth++] = (Control){
        .kind = kind,
        .type = type,
        .label = encoder_label(t->encoder),
        .height = t->values.height - type.parameter_count,
        .pins = t->values.pins,
        .loops = loops + (kind == WASM_LOOP),
        .assigned_at_entry = t->assigned_count,
        .assigned_at_branch = UINT32_MAX,
        .assigned_least = UINT32_MAX,
    };
}

static Control *control_at(FunctionTranslator *t, uint32_t depth) {
    return &t->controls[t->depth - 1 - depth];
}

static bool is_function(const FunctionTranslator *t, const Control *control) {
    return control == t->controls;
}

static uint32_t arity(const Control *control) {
    return control->kind == WASM_LOOP ? control->type.parameter_count
                                      : control->type.result_count;
}

static void bind(FunctionTranslator *t, Label label) {
    encoder_bind(t->encoder, label);
    forget_accumulators(&t->values);
}

static void mark_branch(FunctionTranslator *t, Control *target) {
    target->is_reached = true;
    target->assigned_at_branch = smaller(target->assigned_at_branch, t->assigned_count);
}

static void emit_count(FunctionTranslator *t, Instruction counting, Label label) {
    counting.immediates[0] = label;
    emit_as_it_is(&t->values, counting);
}

/* Jumps to `label` if the popped i32 is true (`sense`) or false. */
static void branch_on(FunctionTranslator *t, Popped condition, bool sense, Label label) {
    Values *values = &t->values;
    if (condition.value.place == IN_CONSTANT) {
        if ((condition.value.bits != 0) == sense) encoder_branch(t->encoder, label);
        return;
    }
    const Instruction *producer = producer_of(values, &condition);
    Instruction counting;
    if (producer) {
        const OpInfo *info = &op_info[producer->op];
        const Op test = sense ? producer->op : (Op)info->inverse;
        const Op branch = test == OP_COUNT ? (Op)info->branch_unless : (Op)op_info[test].branch_if;
        if (test != OP_COUNT && fuse_count(values, producer, test, &condition, &counting)) {
            emit_count(t, counting, label);
            return;
        }
        Instruction fused = *producer;
        fused.op = branch;
        if (branch != OP_COUNT) fused.immediates[op_info[branch].immediate_count - 1] = label;
        if (branch != OP_COUNT && encoder_accepts(&fused)) {
            retract_last(values);
            encoder_emit(t->encoder, fused);
            return;
        }
    } else if (condition.value.place == IN_LOCAL &&
               fuse_count(values, NULL, sense ? OP_i32_nez : OP_i32_eqz, &condition, &counting)) {
        emit_count(t, counting, label);
        return;
    }
    emit_with(values,
              (Instruction){.op = sense ? OP_br_if_i32_nez : OP_br_if_i32_eqz,
                            .immediates = {label}},
              &condition);
}

/* Moves the top `count` values, all of them settled, to the homes from `height` up. */
static void move_down(FunctionTranslator *t, uint32_t count, uint32_t height) {
    uint16_t from = home_of(&t->values, t->values.height - count);
    uint16_t to = home_of(&t->values, height);
    if (!count || from == to) return;
    if (count == 1)
        emit_with(&t->values, (Instruction){.op = OP_copy, .result = slot(to)},
                  &(Popped){.operand = slot(from), .value = {.place = IN_HOME}});
    else encode_copy_many(t->encoder, from, to, (uint16_t)count);
}

/* Gives the caller its registers back, where this function has them. What is done before a return
 * that restores the integer ones by itself, or before a tail call. */
static void restore_pins(FunctionTranslator *t, Bank bank) {
    if (!ISA_PINS || !t->values.pins.is_entered[bank]) return;
    if (bank == INTEGERS) encode_restore_i(t->encoder, t->values.saved_pins[bank]);
    else encode_restore_f(t->encoder, t->values.saved_pins[bank]);
}

static void emit_return(FunctionTranslator *t) {
    Values *values = &t->values;
    uint32_t count = t->type->result_slots;
    uint16_t link = (uint16_t)t->link_slot;
    bool restores = ISA_PINS && values->pins.is_entered[INTEGERS];
    if (count == 0) {
        restore_pins(t, FLOATS);
        if (restores) encode_return_restore(t->encoder, link);
        else encode_return(t->encoder, link);
    } else if (count == 1) {
        Popped result = pop(values);
        bool is_float = bank_of(result.value.type) == FLOATS;
        if (is_float && result.operand.class >= CLASS_FIRST_PIN) {
            move_to(values, &result, accumulator());
            result.operand = accumulator();
        }
        restore_pins(t, FLOATS);
        if (is_float) restore_pins(t, INTEGERS);
        /* 32-bit constants are widened by their being kept in 64 bits. */
        emit_with(values,
                  (Instruction){.op = is_float   ? OP_return_f
                                      : restores ? OP_return_i_restore
                                                 : OP_return_i,
                                .immediates = {link}},
                  &result);
        push_back(values, &result);
    } else {
        settle(values, count);
        for (int bank = 0; bank < BANKS; bank++) restore_pins(t, (Bank)bank);
        encode_return_many(t->encoder, home_of(values, values->height - count), (uint16_t)count,
                           link);
    }
}

/* Unconditionally to the target, taking its values along. The values stay on the stack. */
static void jump(FunctionTranslator *t, uint32_t depth) {
    Control *target = control_at(t, depth);
    if (is_function(t, target)) {
        emit_return(t);
        return;
    }
    uint32_t count = arity(target);
    mark_branch(t, target);
    if (count == 1) {
        Popped value = pop(&t->values);
        move_to(&t->values, &value, slot(home_of(&t->values, target->height)));
        push_back(&t->values, &value);
    } else if (count) {
        settle(&t->values, count);
        move_down(t, count, target->height);
    }
    emit_exchange(&t->values, &t->values.pins, &target->pins);
    encoder_branch(t->encoder, target->label);
}

/* Whether registers hold other things at the target than here. */
static bool changes_pins(const FunctionTranslator *t, const Control *target) {
    const Pins *pins = &t->values.pins;
    if (is_function(t, target)) return pins->is_entered[INTEGERS] || pins->is_entered[FLOATS];
    return !pins_equal(pins, &target->pins);
}

/* ---- Ways out of loops ------------------------------------------------------------------------
 *
 * Who leaves a loop has often more to do than to jump: other locals are in registers outside. That
 * stands behind the function's code, since loops go on more often than they end (Ball and Larus,
 * PLDI 1993), so that the loop is one straight line. */

enum { EXITS_COMPARED = 8 };

/* Where the way from here to the block begins, with its values below `height`. translate_exits
 * writes it. */
static Label add_exit(FunctionTranslator *t, Control *target, uint32_t height) {
    const Exit wanted = {.label = encoder_label(t->encoder),
                         .height = height,
                         .pins = t->values.pins,
                         .returns = is_function(t, target),
                         .target = target->label,
                         .count = arity(target),
                         .target_height = target->height,
                         .target_pins = target->pins};
    if (!wanted.returns) mark_branch(t, target);
    /* Those of a loop's copies are the same. */
    for (uint32_t i = t->exit_count; i-- > 0 && t->exit_count - i <= EXITS_COMPARED;) {
        const Exit *other = &t->exits[i];
        if (other->target == wanted.target && other->height == height &&
            pins_equal(&other->pins, &wanted.pins))
            return other->label;
    }
    Exit *exit = append(t, &t->exits, &t->exit_count, &t->exit_capacity, sizeof *exit);
    if (exit) *exit = wanted;
    return wanted.label;
}

/* Whether a branch to there ends a loop. */
static bool leaves_loop(const FunctionTranslator *t, uint32_t depth) {
    return t->controls[t->depth - 1].loops > t->controls[t->depth - 1 - depth].loops;
}

/* ---- Loops that are unrolled ------------------------------------------------------------------
 *
 * A small loop without loops and calls inside is translated several times over, up to its last
 * branch back, which in all copies but the last one leads on to the next. A straight line then has
 * several turns of the loop, for superinstructions to span. (Other instruction sets would gain
 * nothing but the jump of a loop that ends with `br`: results/FAST.md.) */

enum {
    UNROLLED_MOST = ISA_PINS ? 4 : 1, /* copies */
    UNROLLED_BYTES = 128,             /* of WebAssembly, all copies together */
};

/* How often more than once the loop whose body is at `at` is to be translated, up to `*latch`:
 * behind its last branch back. */
static uint32_t repetitions_of(const uint8_t *at, const uint8_t **latch) {
    const uint8_t *const begin = at;
    *latch = NULL;
    bool ends = UNROLLED_MOST == 1;
    for (uint32_t nested = 0; !ends && at < begin + UNROLLED_BYTES / 2;) {
        const Opcode opcode = opcode_read(&at);
        const bool branches = !nested && (opcode == WASM_BR_IF || opcode == WASM_BR);
        const bool is_back = branches && *at == 0;
        switch (opcode) {
        case WASM_BLOCK:
        case WASM_IF: nested++; break;
        case WASM_END: ends = nested-- == 0; break;
        case WASM_LOOP:
        case WASM_TRY:
        case WASM_TRY_TABLE:
        case WASM_BR_TABLE:
        case WASM_CALL:
        case WASM_CALL_INDIRECT:
        case WASM_CALL_REF: ends = true; break;
        default: break;
        }
        at = skip_immediates(opcode, at);
        if (is_back && at <= begin + UNROLLED_BYTES / 2) *latch = at;
        ends |= branches && opcode == WASM_BR;
    }
    if (!*latch) return 0;
    const uint32_t fitting = UNROLLED_BYTES / (uint32_t)(*latch - begin);
    return smaller(fitting, UNROLLED_MOST) - 1;
}

/* Whether the branch that was just read is that one and leads on to another copy. */
static bool is_repeated(const FunctionTranslator *t, uint32_t depth) {
    const Control *loop = &t->controls[t->depth - 1];
    return depth == 0 && loop->repetitions && t->at == loop->latch &&
           t->values.height == loop->height;
}

static void repeat(FunctionTranslator *t) {
    Control *loop = control_at(t, 0);
    loop->repetitions--;
    t->at = loop->body;
}

/* `sense`: whether to branch if the condition is true or if it is false. */
static void translate_br_if(FunctionTranslator *t, uint32_t depth, bool sense) {
    Values *values = &t->values;
    Control *target = control_at(t, depth);
    uint32_t count = arity(target);
    const bool changes = changes_pins(t, target);
    if (count || (changes && !leaves_loop(t, depth))) compute_sums(values, values->height);
    Popped condition = pop(values);
    if (is_repeated(t, depth)) {
        if (!target->has_exit) target->exit = encoder_label(t->encoder);
        target->has_exit = true;
        branch_on(t, condition, !sense, target->exit);
        repeat(t);
        return;
    }
    if (count == 0 && !changes) {
        mark_branch(t, target);
        branch_on(t, condition, sense, target->label);
        if (target->has_exit && t->at == target->latch) bind(t, target->exit);
        return;
    }
    /* Values go along. What is emitted for them stands between the condition's instruction and the
     * branch, so the condition must not be in an accumulator's last instruction any more, but
     * accumulators survive moves. */
    settle(values, count);
    if (!is_function(t, target) && !changes && target->height == values->height - count) {
        mark_branch(t, target);
        branch_on(t, condition, sense, target->label);
        return;
    }
    if (leaves_loop(t, depth)) {
        branch_on(t, condition, sense, add_exit(t, target, values->height));
        return;
    }
    Label skip = encoder_label(t->encoder);
    branch_on(t, condition, !sense, skip);
    if (is_function(t, target)) {
        emit_return(t);
    } else {
        mark_branch(t, target);
        move_down(t, count, target->height);
        emit_exchange(values, &values->pins, &target->pins);
        encoder_branch(t->encoder, target->label);
    }
    encoder_bind(t->encoder, skip);
}

/* Returns whether control continues behind it. */
static bool translate_br(FunctionTranslator *t, uint32_t depth) {
    if (!is_repeated(t, depth)) {
        jump(t, depth);
        return false;
    }
    repeat(t);
    return true;
}

/* Jumps to `label` if the popped reference is null (`sense`) or is not. */
static void branch_on_null(FunctionTranslator *t, const Popped *reference, bool sense,
                           Label label) {
    emit_with(&t->values,
              (Instruction){.op = sense ? OP_br_if_i64_eqz : OP_br_if_i64_nez,
                            .immediates = {label}},
              reference);
}

/* br_on_null, whose reference stays on the stack where it does not branch, and br_on_non_null,
 * whose reference is one of the values that go along where it does. */
static void translate_br_on_null(FunctionTranslator *t, uint32_t depth, bool sense) {
    Values *values = &t->values;
    Control *target = control_at(t, depth);
    const uint32_t count = arity(target) - !sense; /* below the reference */
    const bool changes = changes_pins(t, target);
    if (sense && count == 0 && !changes) {
        const Popped reference = pop(values);
        mark_branch(t, target);
        branch_on_null(t, &reference, true, target->label);
        push_back(values, &reference);
        return;
    }
    settle(values, count + 1);
    const Popped reference = pop(values);
    if (!is_function(t, target) && !changes && target->height == values->height - count) {
        mark_branch(t, target);
        branch_on_null(t, &reference, sense, target->label);
        if (sense) push_back(values, &reference);
        return;
    }
    const Label skip = encoder_label(t->encoder);
    branch_on_null(t, &reference, !sense, skip);
    if (!sense) push_back(values, &reference);
    if (is_function(t, target)) {
        emit_return(t);
    } else {
        mark_branch(t, target);
        move_down(t, arity(target), target->height);
        emit_exchange(values, &values->pins, &target->pins);
        encoder_branch(t->encoder, target->label);
    }
    encoder_bind(t->encoder, skip);
    if (sense) push_back(values, &reference);
    else drop(values, 1);
}

/* Whether who branches there from a table has more to do than to jump: `count` values, which are at
 * home, are wanted elsewhere, or registers hold other things there. */
static bool needs_stub(const FunctionTranslator *t, const Control *target, uint32_t count) {
    if (changes_pins(t, target)) return true;
    return count && (is_function(t, target) || target->height != t->values.height - count);
}

static void translate_br_table(FunctionTranslator *t) {
    Values *values = &t->values;
    compute_sums(values, values->height);
    Popped index = pop(values);
    const uint32_t count = leb_u32(&t->at);
    const uint8_t *const labels = t->at;
    uint32_t last = 0;
    for (uint32_t i = 0; i <= count; i++) last = leb_u32(&t->at);
    const uint32_t values_count = arity(control_at(t, last));
    settle(values, values_count);
    const Label table = encoder_label(t->encoder);
    Instruction branch = {.op = OP_br_table, .immediates = {count, table}};
    if (fuse_inner(values, &branch, &index)) emit_as_it_is(values, branch);
    else emit_with(values, branch, &index);
    encoder_bind(t->encoder, table);
    /* Entries are where control goes, or one of the stubs behind the table, of which each target
     * that needs any has one: the way out of a loop, since other locals are in registers there. */
    const uint8_t *const end = t->at;
    t->at = labels;
    uint32_t stubs = 0;
    for (uint32_t i = 0; i <= count; i++) {
        Control *target = control_at(t, leb_u32(&t->at));
        if (!needs_stub(t, target, values_count)) {
            mark_branch(t, target);
            encoder_table_entry(t->encoder, target->label);
            continue;
        }
        if (!target->has_stub) target->stub = encoder_label(t->encoder), stubs++;
        target->has_stub = true;
        encoder_table_entry(t->encoder, target->stub);
    }
    t->at = labels;
    while (stubs) {
        const uint32_t depth = leb_u32(&t->at);
        Control *target = control_at(t, depth);
        if (!target->has_stub) continue;
        target->has_stub = false;
        stubs--;
        encoder_bind(t->encoder, target->stub);
        forget_accumulators(values);
        jump(t, depth);
    }
    t->at = end;
}

/* Passes over code that cannot be reached, up to the `else` or `end` of the innermost open
 * block. */
static Opcode skip_unreachable(FunctionTranslator *t) {
    for (uint32_t nested = 0;;) {
        Opcode opcode = opcode_read(&t->at);
        switch (opcode) {
        case WASM_BLOCK:
        case WASM_LOOP:
        case WASM_IF:
        case WASM_TRY:
        case WASM_TRY_TABLE: nested++; break;
        case WASM_ELSE:
        case WASM_CATCH:
        case WASM_CATCH_ALL:
            if (!nested) return opcode;
            break;
        case WASM_END:
        case WASM_DELEGATE:
            if (!nested) return opcode;
            nested--;
            break;
        default: break;
        }
        t->at = skip_immediates(opcode, t->at);
    }
}

/* Leaves exactly these values above `height`, at home. */
static void set_stack(FunctionTranslator *t, uint32_t height, const SlotType *types,
                      uint32_t count) {
    drop(&t->values, t->values.height - height);
    for (uint32_t i = 0; i < count; i++) push_home(&t->values, types[i]);
    t->values.flushed = t->values.height;
}

static bool translate_loop(FunctionTranslator *t, BlockType type) {
    const Pins outer = t->values.pins;
    if (ISA_PINS) {
        const Pins inner = pin_chooser_loop(t->pins, t->at, &outer);
        emit_exchange(&t->values, &outer, &inner);
        change_pins(t, &inner);
    }
    open_control(t, WASM_LOOP, type);
    if (t->out_of_memory) return true;
    Control *control = control_at(t, 0);
    control->outer_pins = outer;
    control->body = t->at;
    if (!type.parameter_count) control->repetitions = repetitions_of(t->at, &control->latch);
    encoder_bind_loop(t->encoder, control->label);
    forget_accumulators(&t->values);
    return true;
}

static void translate_if(FunctionTranslator *t) {
    BlockType type = block_type_read(t->module, &t->at);
    compute_sums(&t->values, t->values.height);
    Popped condition = pop(&t->values);
    /* Values below move home between the condition and the branch; usually there are none. */
    settle(&t->values, type.parameter_count);
    flush(&t->values);
    open_control(t, WASM_IF, type);
    if (t->out_of_memory) return;
    Control *control = control_at(t, 0);
    control->else_label = encoder_label(t->encoder);
    branch_on(t, condition, false, control->else_label);
}

static void translate_else(FunctionTranslator *t, bool reachable) {
    Control *control = control_at(t, 0);
    if (reachable) {
        settle(&t->values, control->type.result_count);
        control->is_reached = true;
        encode_br(t->encoder, control->label);
    }
    set_stack(t, control->height, control->type.parameters, control->type.parameter_count);
    cut_assigned(t, control->assigned_at_entry);
    bind(t, control->else_label);
    control->kind = WASM_ELSE;
}

/* Closes the innermost block. Returns whether what follows can be reached. */
static bool translate_end(FunctionTranslator *t, bool reachable) {
    Control *control = control_at(t, 0);
    if (control->kind == WASM_LOOP && !pins_equal(&control->pins, &control->outer_pins)) {
        if (reachable) {
            settle(&t->values, control->type.result_count);
            emit_exchange(&t->values, &control->pins, &control->outer_pins);
        }
        change_pins(t, &control->outer_pins);
    }
    if (control->kind == WASM_TRY_TABLE && control->clause != NO_CLAUSE)
        add_region(t, control->begin, control->clause, 0);
    const bool is_clause = control->kind == WASM_CATCH;
    bool is_meeting = control->kind != WASM_LOOP &&
                      (control->is_reached || control->kind == WASM_IF || (is_clause && reachable));
    uint32_t count = control->type.result_count;
    if (is_meeting && reachable) settle(&t->values, count);
    if (is_clause && reachable) move_down(t, count, control->height);
    if (is_meeting || !reachable) {
        set_stack(t, control->height, control->type.results, count);
        if (control->kind == WASM_IF) bind(t, control->else_label);
        if (control->is_reached && control->kind != WASM_LOOP) bind(t, control->label);
        else forget_accumulators(&t->values);
    }
    uint32_t keep = t->assigned_count;
    if (control->kind == WASM_IF || control->kind == WASM_ELSE || is_clause)
        keep = control->assigned_at_entry;
    else if (control->kind != WASM_LOOP && control->is_reached)
        keep = smaller(control->assigned_at_branch, control->assigned_least);
    keep = smaller(keep, t->assigned_count);
    t->depth--;
    if (t->depth) {
        Control *outer = control_at(t, 0);
        uint32_t least = smaller(control->assigned_least, keep);
        outer->assigned_least = smaller(outer->assigned_least, least);
    }
    cut_assigned(t, keep);
    return reachable || is_meeting;
}

/* ---- Exceptions ------------------------------------------------------------------------------
 *
 * A handler is entered with the stack that its block began with, all of it at home, and locals as
 * they were when the exception left its instruction: in their slots, and in those registers that
 * the unwinder fills. So in this pass it is one more place from where its label is reached. */

static bool translate_try(FunctionTranslator *t, uint8_t kind, BlockType type, uint32_t clause) {
    open_control(t, kind, type);
    if (t->out_of_memory) return true;
    Control *control = control_at(t, 0);
    control->begin = place(t);
    control->clause = clause;
    return true;
}

/* Where a clause of a try_table leads: a label, or to code behind the function's that returns. */
static Label caught_label(FunctionTranslator *t, Control *target, uint32_t height) {
    if (!is_function(t, target)) {
        mark_branch(t, target);
        return target->label;
    }
    return add_exit(t, target, height + t->type->result_slots);
}

static bool translate_try_table(FunctionTranslator *t) {
    Values *values = &t->values;
    BlockType type = block_type_read(t->module, &t->at);
    settle(values, type.parameter_count);
    flush(values);
    const uint32_t first = t->tables->clause_count, count = leb_u32(&t->at);
    for (uint32_t i = 0; i < count && !t->out_of_memory; i++) {
        const Catch caught = catch_read(&t->at);
        Control *target = control_at(t, caught.label);
        const bool returns = is_function(t, target);
        const uint32_t height = returns ? values->height : target->height;
        const uint32_t carried =
            caught.has_tag ? t->module->tags[caught.tag]->parameter_slots : 0;
        CatchClause *clause = add_clause(t);
        if (!clause) break;
        *clause = (CatchClause){
            .tag = caught.has_tag ? caught.tag : ANY_TAG,
            .target = caught_label(t, target, height),
            .next = i + 1 < count ? first + i + 1 : NO_CLAUSE,
            .values = carried ? home_of(values, height) : NO_SLOT,
            .reference = caught.has_reference ? home_of(values, height + carried) : NO_SLOT,
            .pins = returns ? values->pins : target->pins,
        };
    }
    return translate_try(t, WASM_TRY_TABLE, type, count ? first : NO_CLAUSE);
}

/* A clause of a try. Below what the exception carries it has the exception, for rethrow. */
static void translate_catch(FunctionTranslator *t, Opcode opcode, bool reachable) {
    static const SlotType reference = TYPE_EXNREF;
    Control *control = control_at(t, 0);
    const uint32_t tag = opcode == WASM_CATCH ? leb_u32(&t->at) : ANY_TAG;
    const uint32_t index = t->tables->clause_count;
    if (control->kind == WASM_TRY) add_region(t, control->begin, index, 0);
    else t->tables->clauses[control->clause].next = index;
    if (reachable) {
        settle(&t->values, control->type.result_count);
        if (control->kind == WASM_CATCH)
            move_down(t, control->type.result_count, control->height);
        control->is_reached = true;
        encode_br(t->encoder, control->label);
    }
    control->kind = WASM_CATCH;
    control->clause = index;
    const FunctionType *type = tag == ANY_TAG ? NULL : t->module->tags[tag];
    const uint32_t carried = type ? type->parameter_slots : 0;
    set_stack(t, control->height, &reference, 1);
    for (uint32_t i = 0; i < carried; i++) push_home(&t->values, type->parameter_slot_types[i]);
    t->values.flushed = t->values.height;
    cut_assigned(t, control->assigned_at_entry);
    const Label label = encoder_label(t->encoder);
    bind(t, label);
    CatchClause *clause = add_clause(t);
    if (!clause) return;
    *clause = (CatchClause){
        .tag = tag,
        .target = label,
        .next = NO_CLAUSE,
        .values = carried ? home_of(&t->values, control->height + 1) : NO_SLOT,
        .reference = home_of(&t->values, control->height),
        .pins = control->pins,
    };
}

/* The end of a try without clauses: its exceptions go where those at the label's block go. */
static bool translate_delegate(FunctionTranslator *t, bool reachable) {
    const Control *control = control_at(t, 0), *target = control_at(t, leb_u32(&t->at) + 1);
    add_region(t, control->begin, NO_CLAUSE, (uint32_t)(target - t->controls));
    return translate_end(t, reachable);
}

static void translate_throw(FunctionTranslator *t, uint32_t tag) {
    const uint32_t count = t->module->tags[tag]->parameter_slots;
    settle(&t->values, count);
    encode_throw(t->encoder, tag, home_of(&t->values, t->values.height - count));
}

static void translate_rethrow(FunctionTranslator *t, uint32_t depth) {
    encode_throw_ref(t->encoder, slot(home_of(&t->values, control_at(t, depth)->height)));
}

static void translate_throw_ref(FunctionTranslator *t) {
    Popped reference = pop(&t->values);
    emit_with(&t->values, (Instruction){.op = OP_throw_ref}, &reference);
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static void push_results(FunctionTranslator *t, const FunctionType *type) {
    forget_accumulators(&t->values);
    for (uint32_t i = 0; i < type->result_slots; i++)
        push_home(&t->values, type->result_slot_types[i]);
    if (type->result_slots == 1) mirror_top(&t->values);
}

/* Puts the arguments where the callee's frame begins; returns that slot. */
static uint16_t prepare_call(FunctionTranslator *t, const FunctionType *type) {
    settle(&t->values, type->parameter_slots);
    for (int bank = 0; bank < BANKS; bank++) spill(&t->values, (Bank)bank);
    return home_of(&t->values, t->values.height - type->parameter_slots);
}

static void translate_call(FunctionTranslator *t, uint32_t function, bool is_tail) {
    const FunctionType *type = t->module->function_types[function];
    uint16_t base = prepare_call(t, type);
    uint32_t imported = t->module->imported_function_count;
    uint16_t count = (uint16_t)type->parameter_slots, link = (uint16_t)t->link_slot;
    for (int bank = 0; bank < BANKS && is_tail; bank++) restore_pins(t, (Bank)bank);
    if (function < imported && is_tail)
        encode_return_call_import(t->encoder, function, base, count, link);
    else if (function < imported) encode_call_import(t->encoder, function, base);
    else if (is_tail)
        encode_return_call(t->encoder, &t->codes[function - imported], base, count, link);
    else encode_call(t->encoder, &t->codes[function - imported], base);
    drop(&t->values, type->parameter_slots);
    push_results(t, type);
}

/* A call whose operand says what is called; `first` of its immediates are filled in. */
static void translate_call_of(FunctionTranslator *t, const FunctionType *type, Instruction call,
                              unsigned first, bool is_tail) {
    compute_sums(&t->values, t->values.height);
    Popped callee = pop(&t->values);
    call.immediates[first] = prepare_call(t, type);
    if (is_tail) {
        /* The operand is read behind what restores the registers. */
        if (callee.operand.class >= CLASS_FIRST_PIN) {
            const Operand home = slot(home_of(&t->values, callee.height));
            move_to(&t->values, &callee, home);
            callee.operand = home;
            callee.value.place = IN_HOME;
        }
        for (int bank = 0; bank < BANKS; bank++) restore_pins(t, (Bank)bank);
        call.immediates[first + 1] = type->parameter_slots;
        call.immediates[first + 2] = t->link_slot;
    }
    emit_with(&t->values, call, &callee);
    drop(&t->values, type->parameter_slots);
    push_results(t, type);
}

static void translate_call_indirect(FunctionTranslator *t, bool is_tail) {
    const FunctionType *type = t->module->types[leb_u32(&t->at)];
    uint32_t table = leb_u32(&t->at);
    bool is_64 = t->module->tables[table].type.limits.is_64;
    const Op op = is_tail ? OP_return_call_indirect : is_64 ? OP_call_indirect64 : OP_call_indirect;
    translate_call_of(t, type, (Instruction){.op = op, .immediates = {(uintptr_t)type, table}}, 2,
                      is_tail);
}

static void translate_call_ref(FunctionTranslator *t, bool is_tail) {
    const FunctionType *type = t->module->types[leb_u32(&t->at)];
    translate_call_of(t, type, (Instruction){.op = is_tail ? OP_return_call_ref : OP_call_ref}, 0,
                      is_tail);
}

/* ---- Other instructions ---------------------------------------------------------------------- */

Op op_of_wasm(Opcode opcode) {
    static const uint16_t ops[OPCODE_SLOTS] = { /* plus 1; 0: none */
#define X(name, op) [OPCODE_SLOT(WASM_##name)] = op + 1,
        OPS_OF_WASM(X)
#undef X
    };
    uint16_t op = ops[OPCODE_SLOT(opcode)];
    return op ? (Op)(op - 1) : OP_COUNT;
}

static void pop_operands(FunctionTranslator *t, Popped *operands, uint32_t count) {
    compute_sums(&t->values, count);
    while (count--) operands[count] = pop(&t->values);
}

/* To subtract a constant is to add another: fewer kinds of instructions, and addresses can be
 * sums. */
static Op negate_constant(Values *values, Op op) {
    Value *subtrahend = &values->stack[values->height - 1];
    if (subtrahend->place != IN_CONSTANT) return op;
    subtrahend->bits = op == OP_i32_sub ? (uint32_t)-subtrahend->bits : -subtrahend->bits;
    return op == OP_i32_sub ? OP_i32_add : OP_i64_add;
}

static void translate_numeric(FunctionTranslator *t, Op op) {
    if (op == OP_i32_sub || op == OP_i64_sub) op = negate_constant(&t->values, op);
    if ((op == OP_i32_add || op == OP_i32_shl) && delay_sum(&t->values, op)) return;
    const OpInfo *info = &op_info[op];
    if (fuse_load(&t->values, op, type_of_kind(info->result_type))) return;
    Popped operands[2];
    pop_operands(t, operands, info->value_count);
    if (op == OP_i32_eqz) {
        /* The negation of a comparison is the opposite comparison, where there is one. */
        const Instruction *producer = producer_of(&t->values, &operands[0]);
        Op inverse = producer ? op_info[producer->op].inverse : OP_COUNT;
        Instruction inverted = producer ? *producer : (Instruction){0};
        inverted.op = inverse;
        inverted.result = ISA_HAS_ACCUMULATORS ? accumulator() : inverted.result;
        if (inverse != OP_COUNT && op_info[inverse].flags & OP_IS_BOOLEAN &&
            encoder_accepts(&inverted)) {
            retract_last(&t->values);
            push_result(&t->values, inverted, TYPE_I32);
            return;
        }
        /* Floating-point ones have none, because of NaN; but they can branch if false. */
        if (producer && op_info[producer->op].branch_unless != OP_COUNT && *t->at == WASM_BR_IF &&
            !t->values.delayed_loads) {
            push_back(&t->values, &operands[0]);
            t->at++;
            translate_br_if(t, leb_u32(&t->at), false);
            return;
        }
    }
    Instruction instruction = {.op = op};
    if (fuse_inner(&t->values, &instruction, operands))
        push_result(&t->values, instruction, type_of_kind(info->result_type));
    else push_result_of(&t->values, instruction, operands, type_of_kind(info->result_type));
}

/* Whether an access is not to a 32-bit memory 0 whose end the operating system can guard. */
static bool is_far(const FunctionTranslator *t, const MemoryArgument *argument) {
    const MemoryType *first = &t->module->memories[0];
    return argument->memory != 0 || first->limits.is_64 || first->has_byte_pages ||
           argument->offset > UINT32_MAX;
}

static void translate_memory_access(FunctionTranslator *t, Op op) {
    MemoryArgument argument = memory_argument_read(&t->at);
    const OpInfo *info = &op_info[op];
    Instruction access = {.op = op, .immediates = {argument.offset}};
    if (is_far(t, &argument)) {
        access.op = info->far;
        access.immediates[1] = argument.memory;
    }
    Popped operands[2];
    const bool is_store = info->result_type == VALUE_NONE;
    if (access.op == info->far) {
        pop_operands(t, operands, info->value_count);
    } else {
        if (is_store ? fuse_loaded_store(&t->values, access) : delay_load(&t->values, access))
            return;
        if (is_store) operands[1] = pop(&t->values);
        operands[0] = pop_address(&t->values);
        if (fuse_address(&t->values, &access, &operands[0], is_store ? &operands[1] : NULL)) {
            if (is_store) emit_as_it_is(&t->values, access);
            else push_result(&t->values, access, type_of_kind(info->result_type));
            return;
        }
        if (is_store && (fuse_modify(&t->values, &access, &operands[0], &operands[1]) ||
                         fuse_inner(&t->values, &access, operands))) {
            emit_as_it_is(&t->values, access);
            return;
        }
    }
    if (is_store) emit_with(&t->values, access, operands);
    else push_result_of(&t->values, access, operands, type_of_kind(info->result_type));
}

static uint64_t read_bits(FunctionTranslator *t, unsigned size) {
    uint64_t bits = 0;
    memcpy(&bits, t->at, size);
    t->at += size;
    return bits;
}

/* ---- Vectors --------------------------------------------------------------------------------- */

static bool is_vector(const FunctionTranslator *t, uint32_t below_top) {
    return t->values.stack[t->values.height - 1 - below_top].type == TYPE_V128;
}

/* The op's operands, of which any may be vectors. */
static void pop_with_vectors(FunctionTranslator *t, Op op, Popped *operands) {
    const OpInfo *info = &op_info[op];
    compute_sums(&t->values, 2 * info->value_count);
    for (unsigned i = info->value_count; i-- > 0;)
        operands[i] = info->value_types[i] == VALUE_V128 ? pop_vector(&t->values) : pop(&t->values);
}

/* A product that is added to something, or subtracted from it: the relaxed instructions round it as
 * these two would (ops.table). */
static bool fuse_product(FunctionTranslator *t, Op op, const Popped *operands) {
    static const struct {
        Op sum, product, fused;
    } rules[] = {{OP_f32x4_add, OP_f32x4_mul, OP_f32x4_relaxed_madd},
                 {OP_f32x4_sub, OP_f32x4_mul, OP_f32x4_relaxed_nmadd},
                 {OP_f64x2_add, OP_f64x2_mul, OP_f64x2_relaxed_madd},
                 {OP_f64x2_sub, OP_f64x2_mul, OP_f64x2_relaxed_nmadd}};
    size_t rule = 0;
    while (rule < sizeof rules / sizeof *rules && rules[rule].sum != op) rule++;
    if (rule == sizeof rules / sizeof *rules) return false;
    const bool is_sum = op == OP_f32x4_add || op == OP_f64x2_add;
    for (int i = 1; i >= !is_sum; i--) {
        const Instruction *producer = producer_of(&t->values, &operands[i]);
        if (!producer || producer->op != rules[rule].product) continue;
        Instruction fused = {.op = rules[rule].fused,
                             .values = {producer->values[0], producer->values[1]}};
        retract_last(&t->values);
        set_vector(&t->values, &fused, 2, &operands[1 - i]);
        push_vector(&t->values, fused);
        return true;
    }
    return false;
}

static void translate_with_vectors(FunctionTranslator *t, Instruction instruction) {
    Popped operands[3];
    pop_with_vectors(t, instruction.op, operands);
    if (fuse_product(t, instruction.op, operands)) return;
    const uint8_t result = op_info[instruction.op].result_type;
    if (result == VALUE_NONE) emit_with(&t->values, instruction, operands);
    else if (result == VALUE_V128) push_vector_of(&t->values, instruction, operands);
    else push_result_of(&t->values, instruction, operands, type_of_kind(result));
}

/* An instruction behind the vectors' prefix: each is one op, and its immediates are the op's. */
static void translate_vector(FunctionTranslator *t, Opcode opcode) {
    Instruction instruction = {.op = op_of_wasm(opcode)};
    uint64_t *immediate = instruction.immediates;
    const Immediates shape = immediates_of(opcode);
    if (shape == IMMEDIATE_MEMARG || shape == IMMEDIATE_MEMARG_LANE) {
        const MemoryArgument argument = memory_argument_read(&t->at);
        *immediate++ = argument.offset;
        if (is_far(t, &argument)) {
            instruction.op = op_info[instruction.op].far;
            *immediate++ = argument.memory;
        }
    }
    if (shape == IMMEDIATE_MEMARG_LANE || shape == IMMEDIATE_LANE) *immediate = *t->at++;
    if (shape == IMMEDIATE_V128) {
        immediate[0] = read_bits(t, 8);
        immediate[1] = read_bits(t, 8);
    }
    translate_with_vectors(t, instruction);
}

/* An instruction behind the threads' prefix. A fence is nothing on one thread. */
static void translate_atomic(FunctionTranslator *t, Opcode opcode) {
    if (opcode == WASM_ATOMIC_FENCE) {
        t->at++;
        return;
    }
    const AtomicAccess wanted = atomic_access(opcode);
    const MemoryArgument argument = memory_argument_read(&t->at);
    const Instruction access = {.op = op_of_wasm(opcode),
                                .immediates = {argument.offset, argument.memory}};
    Popped operands[3];
    pop_operands(t, operands, op_info[access.op].value_count);
    if (wanted.kind == ATOMIC_STORE) emit_with(&t->values, access, operands);
    else
        push_result_of(&t->values, access, operands,
                       wanted.kind == ATOMIC_WAIT ? TYPE_I32 : wanted.type);
}

/* select(a, b, a < b) is the smaller one, and so on. */
static bool fuse_extreme(FunctionTranslator *t, const Popped *operands) {
    static const struct {
        Op compare, first, other; /* if its first operand is selected where it is true, or not */
    } rules[] = {{OP_i32_lt_s, OP_i32_min_s, OP_i32_max_s},
                 {OP_i32_gt_s, OP_i32_max_s, OP_i32_min_s},
                 {OP_i32_lt_u, OP_i32_min_u, OP_i32_max_u},
                 {OP_i32_gt_u, OP_i32_max_u, OP_i32_min_u}};
    const Instruction *compare = producer_of(&t->values, &operands[2]);
    size_t rule = 0;
    while (compare && rule < sizeof rules / sizeof *rules && rules[rule].compare != compare->op)
        rule++;
    if (!compare || rule == sizeof rules / sizeof *rules) return false;
    const Operand a = slot_of_last(&t->values, compare->values[0]);
    const Operand b = slot_of_last(&t->values, compare->values[1]);
    const bool is_first =
        is_same_operand(a, operands[0].operand) && is_same_operand(b, operands[1].operand);
    const bool is_other =
        is_same_operand(a, operands[1].operand) && is_same_operand(b, operands[0].operand);
    Instruction extreme = *compare;
    if ((!is_first && !is_other) || operands[0].value.type != TYPE_I32) return false;
    extreme.op = is_first ? rules[rule].first : rules[rule].other;
    extreme.result = ISA_HAS_ACCUMULATORS ? accumulator() : slot(0);
    if (!encoder_accepts(&extreme)) return false;
    retract_last(&t->values);
    push_result(&t->values, extreme, TYPE_I32);
    return true;
}

static void translate_select(FunctionTranslator *t) {
    if (is_vector(t, 1)) {
        translate_with_vectors(t, (Instruction){.op = OP_select_v});
        return;
    }
    Popped operands[3];
    pop_operands(t, operands, 3);
    SlotType type = operands[0].value.type;
    if (fuse_extreme(t, operands)) return;
    push_result_of(&t->values,
                   (Instruction){.op = bank_of(type) == FLOATS ? OP_select_f : OP_select}, operands,
                   type);
}

/* The last instruction has set a local to the sum of the global and a constant, and now the global is
 * to be that local, as functions begin that need space in memory. */
static bool fuse_global_add(FunctionTranslator *t, const Popped *value, uint32_t global) {
    const Instruction *sum = encoder_last(t->encoder);
    if (value->value.place != IN_LOCAL || !sum || sum->op != OP_global_sum ||
        sum->immediates[0] != global ||
        !is_same_operand(sum->result, local_operand(&t->values, value->value.local)))
        return false;
    Instruction add = *sum;
    add.op = OP_global_add;
    retract_last(&t->values);
    emit_as_it_is(&t->values, add);
    return true;
}

static void translate_global_set(FunctionTranslator *t, uint32_t global) {
    if (is_vector(t, 0)) {
        translate_with_vectors(t, (Instruction){.op = OP_global_set_v, .immediates = {global}});
        return;
    }
    Popped value = pop(&t->values);
    /* global.set takes integers; of floats, what is in memory or known looks alike. */
    bool in_float_register = bank_of(value.value.type) == FLOATS &&
                             value.operand.class != CLASS_SLOT &&
                             value.operand.class != CLASS_CONSTANT;
    Instruction set = {.op = in_float_register ? OP_global_set_f : OP_global_set,
                       .immediates = {global}};
    if (fuse_global_add(t, &value, global)) return;
    if (fuse_inner(&t->values, &set, &value)) emit_as_it_is(&t->values, set);
    else emit_with(&t->values, set, &value);
}

/* An op whose operands stand in consecutive slots, named by the first. */
static uint16_t pop_settled(FunctionTranslator *t, uint32_t count) {
    settle(&t->values, count);
    drop(&t->values, count);
    return home_of(&t->values, t->values.height);
}

/* i64.add128 and its like: the result's halves stand where the operands stood. */
static void translate_wide(FunctionTranslator *t, Opcode opcode) {
    const bool is_product = opcode == WASM_I64_MUL_WIDE_S || opcode == WASM_I64_MUL_WIDE_U;
    const uint16_t base = pop_settled(t, is_product ? 2 : 4);
    switch (opcode) {
    case WASM_I64_ADD128: encode_i64_add128(t->encoder, base); break;
    case WASM_I64_SUB128: encode_i64_sub128(t->encoder, base); break;
    case WASM_I64_MUL_WIDE_S: encode_i64_mul_wide_s(t->encoder, base); break;
    default: encode_i64_mul_wide_u(t->encoder, base); break;
    }
    forget_accumulators(&t->values);
    push_home(&t->values, TYPE_I64);
    push_home(&t->values, TYPE_I64);
}

static SlotType address_type(Limits limits) { return limits.is_64 ? TYPE_I64 : TYPE_I32; }

/* table.copy, table.init and elem.drop, which begin with no table or with another one. */
static void translate_element_op(FunctionTranslator *t, Opcode opcode) {
    uint32_t first = leb_u32(&t->at);
    if (opcode == WASM_ELEM_DROP) {
        encode_elem_drop(t->encoder, first);
        return;
    }
    uint32_t second = leb_u32(&t->at);
    uint16_t operands = pop_settled(t, 3);
    if (opcode == WASM_TABLE_COPY) encode_table_copy(t->encoder, operands, first, second);
    else encode_table_init(t->encoder, operands, second, first);
}

static void translate_table_op(FunctionTranslator *t, Opcode opcode) {
    uint32_t table = leb_u32(&t->at);
    TableType type = t->module->tables[table].type;
    Instruction instruction = {.immediates = {table}};
    Popped operands[2];
    switch (opcode) {
    case WASM_TABLE_GET:
        pop_operands(t, operands, 1);
        instruction.op = OP_table_get;
        push_result_of(&t->values, instruction, operands, slot_type(type.element));
        break;
    case WASM_TABLE_SET:
        pop_operands(t, operands, 2);
        instruction.op = OP_table_set;
        emit_with(&t->values, instruction, operands);
        break;
    case WASM_TABLE_GROW:
        pop_operands(t, operands, 2);
        instruction.op = OP_table_grow;
        push_result_of(&t->values, instruction, operands, address_type(type.limits));
        break;
    case WASM_TABLE_SIZE:
        instruction.op = OP_table_size;
        push_result(&t->values, instruction, address_type(type.limits));
        break;
    default: encode_table_fill(t->encoder, pop_settled(t, 3), table); break;
    }
}

/* memory.* and data.drop, but loads and stores. */
static void translate_memory_op(FunctionTranslator *t, Opcode opcode) {
    uint32_t first = leb_u32(&t->at), second;
    switch (opcode) {
    case WASM_MEMORY_SIZE:
        push_result(&t->values, (Instruction){.op = OP_memory_size, .immediates = {first}},
                    address_type(t->module->memories[first].limits));
        break;
    case WASM_MEMORY_GROW: {
        Popped pages = pop(&t->values);
        push_result_of(&t->values, (Instruction){.op = OP_memory_grow, .immediates = {first}},
                       &pages, address_type(t->module->memories[first].limits));
        break;
    }
    case WASM_MEMORY_COPY:
        second = leb_u32(&t->at);
        encode_memory_copy(t->encoder, pop_settled(t, 3), first, second);
        break;
    case WASM_MEMORY_FILL: encode_memory_fill(t->encoder, pop_settled(t, 3), first); break;
    case WASM_MEMORY_INIT:
        second = leb_u32(&t->at);
        encode_memory_init(t->encoder, pop_settled(t, 3), second, first);
        break;
    default: encode_data_drop(t->encoder, first); break;
    }
}

static void translate_constant(FunctionTranslator *t, Opcode opcode) {
    Values *values = &t->values;
    switch (opcode) {
    case WASM_I32_CONST: push_constant(values, TYPE_I32, (uint32_t)leb_s32(&t->at)); break;
    case WASM_I64_CONST: push_constant(values, TYPE_I64, (uint64_t)leb_s64(&t->at)); break;
    case WASM_F32_CONST: push_constant(values, TYPE_F32, read_bits(t, 4)); break;
    default: push_constant(values, TYPE_F64, read_bits(t, 8)); break;
    }
}

static void translate_reference(FunctionTranslator *t, Opcode opcode) {
    Values *values = &t->values;
    switch (opcode) {
    case WASM_REF_NULL: {
        const uint8_t heap_type = *t->at;
        push_constant(values, leb_s64(&t->at) < 0 ? heap_type : TYPE_FUNCREF, 0);
        break;
    }
    case WASM_REF_AS_NON_NULL: {
        const Popped reference = pop(values);
        emit_with(values, (Instruction){.op = OP_ref_as_non_null}, &reference);
        push_back(values, &reference);
        break;
    }
    case WASM_REF_IS_NULL: {
        Popped reference = pop(values);
        push_result_of(values, (Instruction){.op = OP_i64_eqz}, &reference, TYPE_I32);
        break;
    }
    default:
        push_result(values, (Instruction){.op = OP_ref_func, .immediates = {leb_u32(&t->at)}},
                    TYPE_FUNCREF);
        break;
    }
}

/* local.get, local.set and local.tee of a vector, whose first half is `local`. */
static void translate_vector_local(FunctionTranslator *t, Opcode opcode, uint32_t local) {
    if (opcode != WASM_LOCAL_GET) {
        const Popped value = pop_vector(&t->values);
        assign_vector(&t->values, &value, local);
    }
    for (uint32_t half = local; half < local + 2; half++) {
        if (opcode == WASM_LOCAL_GET) note_read(t, half);
        else note_assigned(t, half);
        if (opcode != WASM_LOCAL_SET) push_local(&t->values, TYPE_V128, half);
    }
}

static void translate_variable(FunctionTranslator *t, Opcode opcode) {
    uint32_t variable = leb_u32(&t->at);
    if (t->has_vectors && opcode <= WASM_LOCAL_TEE) {
        variable = t->first_halves[variable];
        if (t->local_types[variable] == TYPE_V128) {
            translate_vector_local(t, opcode, variable);
            return;
        }
    }
    switch (opcode) {
    case WASM_LOCAL_GET:
        note_read(t, variable);
        push_local(&t->values, t->local_types[variable], variable);
        break;
    case WASM_LOCAL_SET:
    case WASM_LOCAL_TEE: {
        Popped value = pop(&t->values);
        assign_local(&t->values, &value, variable);
        note_assigned(t, variable);
        if (opcode == WASM_LOCAL_TEE)
            push_local(&t->values, t->local_types[variable], variable);
        break;
    }
    case WASM_GLOBAL_GET: {
        SlotType type = slot_type(t->module->globals[variable].type.type);
        if (type == TYPE_V128) {
            const Instruction get = {.op = OP_global_get_v, .immediates = {variable}};
            push_vector_of(&t->values, get, NULL);
            break;
        }
        Op op = bank_of(type) == FLOATS ? OP_global_get_f : OP_global_get;
        push_result(&t->values, (Instruction){.op = op, .immediates = {variable}}, type);
        break;
    }
    default: translate_global_set(t, variable); break;
    }
}

/* An i32 that is widened, added to and narrowed again, which is how Go's compiler makes addresses: the
 * upper half does not matter. The instruction that widens has been read. */
static bool translate_narrow_sum(FunctionTranslator *t) {
    const uint8_t *at = t->at;
    if (opcode_read(&at) != WASM_I64_CONST) return false;
    const uint32_t constant = (uint32_t)leb_s64(&at);
    const Opcode opcode = opcode_read(&at);
    if (opcode != WASM_I64_ADD && opcode != WASM_I64_SUB) return false;
    if (opcode_read(&at) != WASM_I32_WRAP_I64) return false;
    t->at = at;
    push_constant(&t->values, TYPE_I32, opcode == WASM_I64_ADD ? constant : -constant);
    translate_numeric(t, OP_i32_add);
    return true;
}

/* Translates one instruction that is not control. */
static void translate_other(FunctionTranslator *t, Opcode opcode) {
    switch (opcode) {
    case WASM_NOP: break;
    case WASM_DROP: drop(&t->values, is_vector(t, 0) ? 2 : 1); break;
    case WASM_SELECT_TYPED:
        t->at = skip_immediates(opcode, t->at);
        __attribute__((fallthrough));
    case WASM_SELECT: translate_select(t); break;

    case WASM_LOCAL_GET:
    case WASM_LOCAL_SET:
    case WASM_LOCAL_TEE:
    case WASM_GLOBAL_GET:
    case WASM_GLOBAL_SET: translate_variable(t, opcode); break;

    case WASM_I32_CONST:
    case WASM_I64_CONST:
    case WASM_F32_CONST:
    case WASM_F64_CONST: translate_constant(t, opcode); break;

    case WASM_REF_NULL:
    case WASM_REF_IS_NULL:
    case WASM_REF_AS_NON_NULL:
    case WASM_REF_FUNC: translate_reference(t, opcode); break;

    case WASM_TABLE_GET:
    case WASM_TABLE_SET:
    case WASM_TABLE_GROW:
    case WASM_TABLE_SIZE:
    case WASM_TABLE_FILL: translate_table_op(t, opcode); break;
    case WASM_TABLE_COPY:
    case WASM_TABLE_INIT:
    case WASM_ELEM_DROP: translate_element_op(t, opcode); break;

    case WASM_MEMORY_SIZE:
    case WASM_MEMORY_GROW:
    case WASM_MEMORY_COPY:
    case WASM_MEMORY_FILL:
    case WASM_MEMORY_INIT:
    case WASM_DATA_DROP: translate_memory_op(t, opcode); break;

    case WASM_I64_ADD128:
    case WASM_I64_SUB128:
    case WASM_I64_MUL_WIDE_S:
    case WASM_I64_MUL_WIDE_U: translate_wide(t, opcode); break;

    case WASM_I32_WRAP_I64:
        if (!narrow_local(&t->values)) translate_numeric(t, op_of_wasm(opcode));
        break;
    case WASM_I64_EXTEND_I32_S:
    case WASM_I64_EXTEND_I32_U:
        if (!translate_narrow_sum(t)) translate_numeric(t, op_of_wasm(opcode));
        break;

    default:
        if (is_vector_opcode(opcode)) translate_vector(t, opcode);
        else if (opcode >= WASM_I32_LOAD && opcode <= WASM_I64_STORE32)
            translate_memory_access(t, op_of_wasm(opcode));
        else if (is_atomic_opcode(opcode)) translate_atomic(t, opcode);
        else translate_numeric(t, op_of_wasm(opcode));
        break;
    }
}

/* Whether loads that are delayed may be done behind the instruction: it changes nothing but locals,
 * and traps, if at all, as they do. */
static bool may_precede_loads(Opcode opcode) {
    if (opcode >= WASM_LOCAL_GET && opcode <= WASM_GLOBAL_GET) return true;
    if (opcode >= WASM_I32_LOAD && opcode <= WASM_I64_LOAD32_U) return true;
    if (opcode == WASM_SELECT || opcode == WASM_SELECT_TYPED) return true;
    if (opcode < WASM_I32_CONST || opcode > WASM_I64_EXTEND32_S) return false;
    const bool divides = (opcode >= WASM_I32_DIV_S && opcode <= WASM_I32_REM_U) ||
                         (opcode >= WASM_I64_DIV_S && opcode <= WASM_I64_REM_U);
    const bool truncates = (opcode >= WASM_I32_TRUNC_F32_S && opcode <= WASM_I32_TRUNC_F64_U) ||
                           (opcode >= WASM_I64_TRUNC_F32_S && opcode <= WASM_I64_TRUNC_F64_U);
    return !divides && !truncates;
}

/* The loads that are delayed are done; what is stored or tested may be one of them. */
static void do_loads_before(FunctionTranslator *t, Opcode opcode) {
    const bool stores = opcode >= WASM_I32_STORE && opcode <= WASM_I64_STORE32;
    const bool tests = opcode == WASM_BR_IF || opcode == WASM_IF;
    do_loads(&t->values, stores || tests);
    if (tests && !fuse_load(&t->values, OP_i32_nez, TYPE_I32)) do_loads(&t->values, 0);
}

/* Translates one instruction. Returns whether control continues behind it. */
static bool translate_instruction(FunctionTranslator *t, Opcode opcode) {
    if (t->values.delayed_loads && !may_precede_loads(opcode)) do_loads_before(t, opcode);
    switch (opcode) {
    case WASM_UNREACHABLE: encode_unreachable(t->encoder); return false;
    case WASM_BLOCK:
    case WASM_LOOP: {
        BlockType type = block_type_read(t->module, &t->at);
        settle(&t->values, type.parameter_count);
        flush(&t->values);
        if (opcode == WASM_LOOP) return translate_loop(t, type);
        open_control(t, (uint8_t)opcode, type);
        return true;
    }
    case WASM_IF: translate_if(t); return true;
    case WASM_ELSE: translate_else(t, true); return true;
    case WASM_END: return translate_end(t, true);
    case WASM_TRY: {
        BlockType type = block_type_read(t->module, &t->at);
        settle(&t->values, type.parameter_count);
        flush(&t->values);
        return translate_try(t, WASM_TRY, type, NO_CLAUSE);
    }
    case WASM_TRY_TABLE: return translate_try_table(t);
    case WASM_CATCH:
    case WASM_CATCH_ALL: translate_catch(t, opcode, true); return true;
    case WASM_DELEGATE: return translate_delegate(t, true);
    case WASM_THROW: translate_throw(t, leb_u32(&t->at)); return false;
    case WASM_RETHROW: translate_rethrow(t, leb_u32(&t->at)); return false;
    case WASM_THROW_REF: translate_throw_ref(t); return false;
    case WASM_BR: return translate_br(t, leb_u32(&t->at));
    case WASM_BR_IF: translate_br_if(t, leb_u32(&t->at), true); return true;
    case WASM_BR_ON_NULL: translate_br_on_null(t, leb_u32(&t->at), true); return true;
    case WASM_BR_ON_NON_NULL: translate_br_on_null(t, leb_u32(&t->at), false); return true;
    case WASM_BR_TABLE: translate_br_table(t); return false;
    case WASM_RETURN: emit_return(t); return false;
    case WASM_CALL: translate_call(t, leb_u32(&t->at), false); return true;
    case WASM_CALL_INDIRECT: translate_call_indirect(t, false); return true;
    case WASM_CALL_REF: translate_call_ref(t, false); return true;
    case WASM_RETURN_CALL: translate_call(t, leb_u32(&t->at), true); return false;
    case WASM_RETURN_CALL_INDIRECT: translate_call_indirect(t, true); return false;
    case WASM_RETURN_CALL_REF: translate_call_ref(t, true); return false;
    default: translate_other(t, opcode); return true;
    }
}

/* ---- Functions ------------------------------------------------------------------------------- */

/* Where integer registers are saved stands behind the link, which returns rely on. */
static bool begin_values(FunctionTranslator *t) {
    uint32_t first_free = t->link_slot + LINK_SLOTS;
    if (ISA_PINS) {
        if (!pin_chooser_scan(t->pins, t->at, t->local_types,
                              t->has_vectors ? t->first_halves : NULL, t->local_count))
            return false;
        bool wants[BANKS] = {pin_chooser_wants(t->pins, INTEGERS),
                             pin_chooser_wants(t->pins, FLOATS)};
        for (int bank = 0; bank < BANKS; bank++) {
            t->values.saved_pins[bank] = (uint16_t)first_free;
            if (wants[bank]) first_free += PIN_COUNT;
        }
        t->values.junk = (uint16_t)first_free;
        if (wants[INTEGERS] || wants[FLOATS]) first_free++;
    }
    values_begin(&t->values, t->local_count, first_free);
    return !t->values.out_of_memory;
}

static uint32_t vectors_declared(const FunctionBody *body) {
    uint32_t vectors = 0;
    for (uint32_t i = 0; i < body->run_count; i++)
        if (body->runs[i].type == TYPE_V128) vectors += body->runs[i].count;
    return vectors;
}

/* Which locals the body's are, where some are vectors. */
static bool number_halves(FunctionTranslator *t, uint32_t count) {
    if (count > t->first_half_capacity) {
        uint32_t *first_halves = realloc(t->first_halves, count * sizeof *first_halves);
        if (!first_halves) return false;
        t->first_halves = first_halves;
        t->first_half_capacity = count;
    }
    for (uint32_t i = 0, local = 0; i < count; i++) {
        t->first_halves[i] = local;
        local += slots_of_type(t->local_types[local]);
    }
    return true;
}

static bool begin_function(FunctionTranslator *t, const FunctionBody *body) {
    const uint32_t parameters = body->type->parameter_slots;
    const uint32_t declared = body->local_count + vectors_declared(body);
    const uint32_t count = parameters + declared;
    const uint32_t body_count = body->type->parameter_count + body->local_count;
    if (count > t->local_capacity) {
        SlotType *types = realloc(t->local_types, count * sizeof *types);
        if (types) t->local_types = types;
        uint8_t *states = realloc(t->local_states, count);
        if (states) t->local_states = states;
        uint32_t *assigned = realloc(t->assigned, count * sizeof *assigned);
        if (assigned) t->assigned = assigned;
        if (!types || !states || !assigned) return false;
        t->local_capacity = count;
    }
    if (parameters) memcpy(t->local_types, body->type->parameter_slot_types, parameters);
    SlotType *types = t->local_types + parameters;
    for (uint32_t i = 0; i < body->run_count; i++) {
        const uint32_t slots = body->runs[i].count * slots_of_type(body->runs[i].type);
        memset(types, slot_type(body->runs[i].type), slots);
        types += slots;
    }
    if (parameters) memset(t->local_states, ZEROED, parameters);
    if (declared) memset(t->local_states + parameters, UNASSIGNED, declared);
    t->assigned_count = 0;
    t->first_zeroed = UINT32_MAX;
    t->last_zeroed = 0;
    t->type = body->type;
    t->at = body->begin;
    t->local_count = count;
    t->link_slot = count;
    t->depth = 0;
    t->has_vectors = count > body_count;
    return (!t->has_vectors || number_halves(t, body_count)) && begin_values(t);
}

static void translate_exits(FunctionTranslator *t) {
    drop(&t->values, t->values.height);
    for (uint32_t i = 0; i < t->exit_count; i++) {
        const Exit *exit = &t->exits[i];
        /* What lies between the heights of two of them lies between them in the code, too: all
         * together take no longer than that did. */
        if (t->values.height > exit->height) drop(&t->values, t->values.height - exit->height);
        while (t->values.height < exit->height && !t->values.out_of_memory)
            push_home(&t->values, TYPE_I32); /* whatever was there */
        if (t->out_of_memory || t->values.out_of_memory) break;
        bind(t, exit->label);
        if (exit->returns) {
            const uint32_t results = t->type->result_slots;
            set_stack(t, exit->height - results, t->type->result_slot_types, results);
            set_pins(&t->values, &exit->pins);
            emit_return(t);
        } else {
            move_down(t, exit->count, exit->target_height);
            emit_exchange(&t->values, &exit->pins, &exit->target_pins);
            encoder_branch(t->encoder, exit->target);
        }
    }
    t->exit_count = 0;
}

/* Translates up to the end of the body. */
static void translate_body(FunctionTranslator *t) {
    if (ISA_PINS) {
        uint32_t locals[CLEARED_MOST];
        uint32_t count = pin_chooser_cleared(t->pins, t->type->parameter_slots, locals);
        for (uint32_t i = 0; i < count; i++) {
            encode_const_i32(t->encoder, slot((uint16_t)locals[i]), constant(0));
            t->local_states[locals[i]] = ZEROED;
        }
        const Pins outer = t->values.pins, inner = pin_chooser_function(t->pins);
        emit_exchange(&t->values, &outer, &inner);
        change_pins(t, &inner);
    }
    open_control(t, WASM_BLOCK, (BlockType){0, t->type->result_slots, NULL, t->type->result_slot_types});
    bool reachable = true;
    while (t->depth && !t->out_of_memory && !t->values.out_of_memory) {
        Opcode opcode = reachable ? opcode_read(&t->at) : skip_unreachable(t);
        if (reachable) reachable = translate_instruction(t, opcode);
        else if (opcode == WASM_ELSE) translate_else(t, false), reachable = true;
        else if (opcode == WASM_DELEGATE) reachable = translate_delegate(t, false);
        else if (opcode != WASM_END) translate_catch(t, opcode, false), reachable = true;
        else reachable = translate_end(t, false);
    }
    if (reachable && !t->out_of_memory && !t->values.out_of_memory) emit_return(t);
    translate_exits(t);
}

bool translate_function(FunctionTranslator *t, uint32_t function, Code *code, CodeOffsets *offsets,
                        Error *error) {
    const FunctionBody *body = &t->module->bodies[function - t->module->imported_function_count];
    t->out_of_memory = !begin_function(t, body);
    offsets->begin = offsets->entry = t->begin = encoder_position(t->encoder);
    const SideTables before = *t->tables;
    t->first_clause = before.clause_count;
    Label start = encoder_label(t->encoder);
    encoder_bind(t->encoder, start);
    if (!t->out_of_memory) translate_body(t);
    if (t->first_zeroed <= t->last_zeroed) {
        offsets->entry = encoder_position(t->encoder);
        encode_zero(t->encoder, (uint16_t)t->first_zeroed,
                    (uint16_t)(t->last_zeroed - t->first_zeroed + 1), start);
    }
    place_clauses(t);
    encoder_end_function(t->encoder);
    if (t->out_of_memory || t->values.out_of_memory ||
        t->encoder->status == ENCODER_OUT_OF_MEMORY)
        return fail(error, ERROR_MEMORY, "out of memory while translating function %u", function);

    uint64_t slots = (uint64_t)t->values.first_home + t->values.highest;
    if (slots > UINT16_MAX)
        return fail(error, ERROR_LIMIT,
                    "function %u needs a frame of %llu slots; this implementation has 65,535",
                    function, (unsigned long long)slots);
    if (t->encoder->status == ENCODER_TOO_LONG)
        return fail(error, ERROR_LIMIT,
                    "function %u is more than 2 GiB of bytecode, which this implementation does "
                    "not have",
                    function);
    if (t->encoder->status != ENCODER_OK)
        return fail(error, ERROR_LIMIT, "function %u needs an instruction that the instruction set "
                                        ISA_NAME " does not have", function);
    *code = (Code){
        .frame_slots = (uint32_t)slots,
        .link_slot = t->link_slot,
        .function = function,
        .first_region = before.region_count,
        .region_count = t->tables->region_count - before.region_count,
        .first_change = before.change_count,
        .change_count = t->tables->change_count - before.change_count,
        .saved_pins = {t->values.saved_pins[INTEGERS], t->values.saved_pins[FLOATS]},
    };
    return true;
}
