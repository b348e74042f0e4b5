// A bytecode interpreter: a small Forth is compiled to the code of a stack machine with some ninety
// opcodes, and one big switch runs it. Stands for the scripting languages that are shipped as
// WebAssembly: an interpreter inside the interpreter, whose dispatch is a br_table.
#include "workload.h"

typedef uint32_t Cell;

// Every opcode, with the word that compiles to it. Names in parentheses cannot be written in a
// program: the compiler makes those, for control structures and for common pairs of words.
// clang-format off
#define OPS(OP)                                                                                  \
    OP(DUP, "dup") OP(DROP, "drop") OP(SWAP, "swap") OP(OVER, "over") OP(ROT, "rot")             \
    OP(UNROT, "-rot") OP(NIP, "nip") OP(TUCK, "tuck") OP(PICK, "pick") OP(DUP2, "2dup")          \
    OP(DROP2, "2drop") OP(SWAP2, "2swap") OP(OVER2, "2over") OP(MAYBE_DUP, "?dup")               \
    OP(DEPTH, "depth") OP(TO_R, ">r") OP(FROM_R, "r>") OP(COPY_R, "r@")                          \
    OP(ADD, "+") OP(SUB, "-") OP(MUL, "*") OP(DIV, "/") OP(MOD, "mod") OP(DIVMOD, "/mod")        \
    OP(SCALE, "*/") OP(NEGATE, "negate") OP(ABS, "abs") OP(MIN, "min") OP(MAX, "max")            \
    OP(INC, "1+") OP(DEC, "1-") OP(DOUBLE, "2*") OP(HALVE, "2/")                                 \
    OP(AND, "and") OP(OR, "or") OP(XOR, "xor") OP(INVERT, "invert") OP(LSHIFT, "lshift")         \
    OP(RSHIFT, "rshift") OP(ARSHIFT, "arshift") OP(ROTATE, "rotate")                             \
    OP(POPCOUNT, "popcount") OP(LEADING, "leading") OP(TRAILING, "trailing")                     \
    OP(EQ, "=") OP(NE, "<>") OP(LT, "<") OP(GT, ">") OP(LE, "<=") OP(GE, ">=") OP(ULT, "u<")     \
    OP(IS_ZERO, "0=") OP(IS_NEGATIVE, "0<") OP(IS_POSITIVE, "0>") OP(WITHIN, "within")           \
    OP(FETCH, "@") OP(STORE, "!") OP(ADD_STORE, "+!") OP(FETCH_BYTE, "c@")                       \
    OP(STORE_BYTE, "c!") OP(CELLS, "cells") OP(NEXT_CELL, "cell+") OP(FILL, "fill")              \
    OP(MOVE, "move") OP(I, "i") OP(J, "j") OP(K, "k") OP(UNLOOP, "unloop")                       \
    OP(EXECUTE, "execute") OP(EXIT, "exit") OP(EMIT, "emit")                                     \
    OP(HALT, "(halt)") OP(LITERAL, "(literal)") OP(CALL, "(call)") OP(JUMP, "(jump)")            \
    OP(JUMP_IF_ZERO, "(jump-if-zero)") OP(JUMP_UNLESS_ZERO, "(jump-unless-zero)")                \
    OP(DO, "(do)") OP(MAYBE_DO, "(?do)") OP(LOOP, "(loop)") OP(ADD_LOOP, "(+loop)")              \
    OP(LEAVE, "(leave)") OP(ADD_LITERAL, "(add-literal)") OP(MUL_LITERAL, "(mul-literal)")       \
    OP(AND_LITERAL, "(and-literal)") OP(EQ_LITERAL, "(eq-literal)")                              \
    OP(LT_LITERAL, "(lt-literal)") OP(FETCH_FROM, "(fetch-from)") OP(STORE_TO, "(store-to)")

// clang-format on
#define AS_ENUM(op, name) OP_##op,
#define AS_NAME(op, name) name,
enum { OPS(AS_ENUM) OPCODES };
static const char *const op_names[] = {OPS(AS_NAME)};

enum { CODE = 2048, MEMORY = 4096, STACK = 256, WORDS = 128, OPEN = 16 };

// A word of the program: a routine's address in the code, or a value (constant or address).
typedef struct {
    const char *name;
    uint32_t length;
    bool is_routine;
    Cell value;
} Word;

typedef struct {
    Cell code[CODE];
    Cell memory[MEMORY];
    Cell stack[STACK], returns[STACK];
    uint32_t sum; // what the program emitted

    // Of the compiler:
    const char *at;                  // what is left of the source
    uint32_t code_size, memory_used; // memory in bytes; 0 is nobody's address
    uint32_t fusable;                // where the last literal or 0= was put, if it may be fused
    Word words[WORDS];
    uint32_t word_count;
    uint32_t open[OPEN], open_count;     // unfinished control structures
    uint32_t leaves[OPEN], leaves_count; // jumps to the end of a loop that has not ended yet
} Machine;

// --- the compiler ---

static bool next_word(Machine *m, Word *word) {
    while (*m->at == ' ' || *m->at == '\n')
        m->at++;
    word->name = m->at;
    while (*m->at > ' ')
        m->at++;
    word->length = (uint32_t)(m->at - word->name);
    return word->length > 0;
}

static bool is(const Word *word, const char *name) {
    uint32_t i = 0;
    while (i < word->length && name[i] == word->name[i])
        i++;
    return i == word->length && !name[i];
}

OUTLINE static const Word *find(const Machine *m, const Word *word) {
    for (uint32_t i = m->word_count; i-- > 0;) {
        const Word *known = &m->words[i];
        if (known->length != word->length) continue;
        uint32_t j = 0;
        while (j < word->length && known->name[j] == word->name[j])
            j++;
        if (j == word->length) return known;
    }
    return NULL;
}

static bool parse_number(const Word *word, Cell *value) {
    bool negative = word->name[0] == '-' && word->length > 1;
    *value = 0;
    for (uint32_t i = negative; i < word->length; i++) {
        if (word->name[i] < '0' || word->name[i] > '9') return false;
        *value = *value * 10 + (Cell)(word->name[i] - '0');
    }
    if (negative) *value = -*value;
    return true;
}

static uint32_t put(Machine *m, Cell cell) {
    check(m->code_size < CODE);
    m->code[m->code_size] = cell;
    return m->code_size++;
}

static void put_literal(Machine *m, Cell value) {
    m->fusable = put(m, OP_LITERAL);
    put(m, value);
}

// Puts an opcode whose target is not known yet; the result is what to give to `land` later.
static uint32_t put_jump(Machine *m, Cell op) {
    put(m, op);
    return put(m, 0);
}

// What follows is a target of jumps, so it must not be fused with what stands before.
static uint32_t here(Machine *m) {
    m->fusable = 0;
    return m->code_size;
}

static void land(Machine *m, uint32_t jump) { m->code[jump] = here(m); }

static void open(Machine *m, uint32_t place) {
    check(m->open_count < OPEN);
    m->open[m->open_count++] = place;
}

static uint32_t close(Machine *m) {
    check(m->open_count > 0);
    return m->open[--m->open_count];
}

static void put_leave(Machine *m, Cell op) {
    check(m->leaves_count < OPEN);
    m->leaves[m->leaves_count++] = put_jump(m, op);
}

static void end_loop(Machine *m, Cell op) {
    put(m, op);
    put(m, close(m));
    uint32_t outer_leaves = close(m);
    while (m->leaves_count > outer_leaves)
        land(m, m->leaves[--m->leaves_count]);
    m->fusable = 0;
}

// Puts a primitive, together with the literal before it where one opcode does both.
OUTLINE static void put_primitive(Machine *m, Cell op) {
    if (m->fusable && m->code[m->fusable] == OP_LITERAL) {
        Cell fused = op == OP_ADD || op == OP_SUB ? OP_ADD_LITERAL
                     : op == OP_MUL               ? OP_MUL_LITERAL
                     : op == OP_AND               ? OP_AND_LITERAL
                     : op == OP_EQ                ? OP_EQ_LITERAL
                     : op == OP_LT                ? OP_LT_LITERAL
                     : op == OP_FETCH             ? OP_FETCH_FROM
                     : op == OP_STORE             ? OP_STORE_TO
                                                  : OP_LITERAL;
        if (fused != OP_LITERAL) {
            m->code[m->fusable] = fused;
            if (op == OP_SUB) m->code[m->fusable + 1] = -m->code[m->fusable + 1];
            m->fusable = 0;
            return;
        }
    }
    uint32_t place = put(m, op);
    m->fusable = op == OP_IS_ZERO ? place : 0;
}

// A conditional jump over what is false; `0= if` needs no 0=.
static uint32_t put_condition(Machine *m) {
    if (m->fusable && m->code[m->fusable] == OP_IS_ZERO) {
        m->code_size--;
        return put_jump(m, OP_JUMP_UNLESS_ZERO);
    }
    return put_jump(m, OP_JUMP_IF_ZERO);
}

OUTLINE static bool compile_control(Machine *m, const Word *word, uint32_t routine) {
    if (is(word, "if")) {
        open(m, put_condition(m));
    } else if (is(word, "else")) {
        uint32_t over = put_jump(m, OP_JUMP);
        land(m, close(m));
        open(m, over);
    } else if (is(word, "then")) {
        land(m, close(m));
    } else if (is(word, "begin")) {
        open(m, here(m));
    } else if (is(word, "while")) {
        open(m, put_condition(m));
    } else if (is(word, "repeat")) {
        uint32_t out = close(m);
        put(m, OP_JUMP);
        put(m, close(m));
        land(m, out);
    } else if (is(word, "until")) {
        uint32_t back = put_condition(m);
        m->code[back] = close(m);
    } else if (is(word, "do") || is(word, "?do")) {
        open(m, m->leaves_count);
        if (word->name[0] == '?')
            put_leave(m, OP_MAYBE_DO);
        else
            put(m, OP_DO);
        open(m, here(m));
    } else if (is(word, "loop")) {
        end_loop(m, OP_LOOP);
    } else if (is(word, "+loop")) {
        end_loop(m, OP_ADD_LOOP);
    } else if (is(word, "leave")) {
        put_leave(m, OP_LEAVE);
    } else if (is(word, "recurse")) {
        put(m, OP_CALL);
        put(m, routine);
    } else if (is(word, "'")) {
        Word named;
        check(next_word(m, &named));
        const Word *known = find(m, &named);
        check(known && known->is_routine);
        put_literal(m, known->value);
        return true; // a literal may be fused
    } else {
        return false;
    }
    m->fusable = 0;
    return true;
}

static Word *define(Machine *m, bool is_routine, Cell value) {
    check(m->word_count < WORDS);
    Word *word = &m->words[m->word_count++];
    check(next_word(m, word));
    word->is_routine = is_routine;
    word->value = value;
    return word;
}

static void compile_routine(Machine *m) {
    uint32_t routine = here(m);
    uint32_t number = m->word_count;
    define(m, true, routine);
    Word word;
    while (next_word(m, &word) && !is(&word, ";")) {
        if (is(&word, "(")) {
            while (*m->at++ != ')') {
            }
            continue;
        }
        if (compile_control(m, &word, routine)) continue;
        Cell value;
        const Word *known = find(m, &word);
        if (known && known->is_routine) {
            check(known != &m->words[number]); // that is spelt `recurse`
            put(m, OP_CALL);
            put(m, known->value);
            m->fusable = 0;
        } else if (known) {
            put_literal(m, known->value);
        } else if (parse_number(&word, &value)) {
            put_literal(m, value);
        } else {
            Cell op = 0;
            while (op < OPCODES && !is(&word, op_names[op]))
                op++;
            check(op < OPCODES);
            put_primitive(m, op);
        }
    }
    put(m, OP_EXIT);
    check(m->open_count == 0 && m->leaves_count == 0);
}

// Compiles the program and returns the address of its last routine. Outside of routines there are
// only `<value> constant name` and `<bytes> buffer name`.
OUTLINE static uint32_t compile(Machine *m, const char *source) {
    fill_bytes(m, 0, sizeof *m);
    m->at = source;
    m->memory_used = 16;
    put(m, OP_HALT);
    Cell value = 0;
    Word word;
    while (next_word(m, &word)) {
        if (is(&word, ":")) {
            compile_routine(m);
        } else if (is(&word, "constant")) {
            define(m, false, value);
        } else if (is(&word, "buffer")) {
            define(m, false, m->memory_used);
            m->memory_used += (value + 3) & ~3u;
            check(m->memory_used <= sizeof m->memory);
        } else {
            check(parse_number(&word, &value));
        }
    }
    return m->words[m->word_count - 1].value;
}

// --- the interpreter ---

static Cell flag(bool truth) { return truth ? ~0u : 0; }

// Runs a routine with one argument on the stack. `sp` and `rp` point at the top cells.
OUTLINE static void execute(Machine *m, uint32_t routine, Cell argument) {
    const Cell *const code = m->code;
    uint8_t *const bytes = (uint8_t *)m->memory;
    const Cell *pc = code + routine;
    Cell *sp = m->stack, *rp = m->returns;
    *++sp = argument;
    *rp = 0; // returning from the routine leads to the HALT at address 0
    Cell kept;

#define CELL(address) (m->memory[(address) >> 2 & (MEMORY - 1)])
#define BYTE(address) (bytes[(address) & (MEMORY * 4 - 1)])
#define BINARY(op, expression)                                                                     \
    case OP_##op: {                                                                                \
        Cell a = sp[-1], b = sp[0];                                                                \
        *--sp = (expression);                                                                      \
        break;                                                                                     \
    }
#define UNARY(op, expression)                                                                      \
    case OP_##op: {                                                                                \
        Cell a = sp[0];                                                                            \
        sp[0] = (expression);                                                                      \
        break;                                                                                     \
    }
    // clang-format off
    for (;;) {
        switch (*pc++) {
        case OP_DUP: sp++; sp[0] = sp[-1]; break;
        case OP_DROP: sp--; break;
        case OP_SWAP: kept = sp[0]; sp[0] = sp[-1]; sp[-1] = kept; break;
        case OP_OVER: sp++; sp[0] = sp[-2]; break;
        case OP_ROT: kept = sp[-2]; sp[-2] = sp[-1]; sp[-1] = sp[0]; sp[0] = kept; break;
        case OP_UNROT: kept = sp[0]; sp[0] = sp[-1]; sp[-1] = sp[-2]; sp[-2] = kept; break;
        case OP_NIP: sp--; sp[0] = sp[1]; break;
        case OP_TUCK: sp++; sp[0] = sp[-1]; sp[-1] = sp[-2]; sp[-2] = sp[0]; break;
        case OP_PICK: sp[0] = sp[-1 - (int32_t)sp[0]]; break;
        case OP_DUP2: sp += 2; sp[0] = sp[-2]; sp[-1] = sp[-3]; break;
        case OP_DROP2: sp -= 2; break;
        case OP_SWAP2:
            kept = sp[0]; sp[0] = sp[-2]; sp[-2] = kept;
            kept = sp[-1]; sp[-1] = sp[-3]; sp[-3] = kept;
            break;
        case OP_OVER2: sp += 2; sp[0] = sp[-4]; sp[-1] = sp[-5]; break;
        case OP_MAYBE_DUP: if (sp[0]) { sp++; sp[0] = sp[-1]; } break;
        case OP_DEPTH: kept = (Cell)(sp - m->stack); *++sp = kept; break;
        case OP_TO_R: *++rp = *sp--; break;
        case OP_FROM_R: *++sp = *rp--; break;
        case OP_COPY_R: *++sp = *rp; break;

        BINARY(ADD, a + b)
        BINARY(SUB, a - b)
        BINARY(MUL, a * b)
        BINARY(DIV, (Cell)((int32_t)a / (int32_t)b))
        BINARY(MOD, (Cell)((int32_t)a % (int32_t)b))
        case OP_DIVMOD: {
            int32_t a = (int32_t)sp[-1], b = (int32_t)sp[0];
            sp[-1] = (Cell)(a % b);
            sp[0] = (Cell)(a / b);
            break;
        }
        case OP_SCALE: {
            int64_t product = (int64_t)(int32_t)sp[-2] * (int32_t)sp[-1];
            sp -= 2;
            sp[0] = (Cell)(product / (int32_t)sp[2]);
            break;
        }
        UNARY(NEGATE, -a)
        UNARY(ABS, (int32_t)a < 0 ? -a : a)
        BINARY(MIN, (int32_t)a < (int32_t)b ? a : b)
        BINARY(MAX, (int32_t)a > (int32_t)b ? a : b)
        UNARY(INC, a + 1)
        UNARY(DEC, a - 1)
        UNARY(DOUBLE, a << 1)
        UNARY(HALVE, (Cell)((int32_t)a >> 1))
        BINARY(AND, a & b)
        BINARY(OR, a | b)
        BINARY(XOR, a ^ b)
        UNARY(INVERT, ~a)
        BINARY(LSHIFT, a << (b & 31))
        BINARY(RSHIFT, a >> (b & 31))
        BINARY(ARSHIFT, (Cell)((int32_t)a >> (b & 31)))
        BINARY(ROTATE, rotate_left(a, b))
        UNARY(POPCOUNT, (Cell)__builtin_popcount(a))
        UNARY(LEADING, a ? (Cell)__builtin_clz(a) : 32)
        UNARY(TRAILING, a ? (Cell)__builtin_ctz(a) : 32)

        BINARY(EQ, flag(a == b))
        BINARY(NE, flag(a != b))
        BINARY(LT, flag((int32_t)a < (int32_t)b))
        BINARY(GT, flag((int32_t)a > (int32_t)b))
        BINARY(LE, flag((int32_t)a <= (int32_t)b))
        BINARY(GE, flag((int32_t)a >= (int32_t)b))
        BINARY(ULT, flag(a < b))
        UNARY(IS_ZERO, flag(a == 0))
        UNARY(IS_NEGATIVE, flag((int32_t)a < 0))
        UNARY(IS_POSITIVE, flag((int32_t)a > 0))
        case OP_WITHIN: sp -= 2; sp[0] = flag(sp[0] - sp[1] < sp[2] - sp[1]); break;

        UNARY(FETCH, CELL(a))
        case OP_STORE: CELL(sp[0]) = sp[-1]; sp -= 2; break;
        case OP_ADD_STORE: CELL(sp[0]) += sp[-1]; sp -= 2; break;
        UNARY(FETCH_BYTE, BYTE(a))
        case OP_STORE_BYTE: BYTE(sp[0]) = (uint8_t)sp[-1]; sp -= 2; break;
        UNARY(CELLS, a << 2)
        UNARY(NEXT_CELL, a + 4)
        case OP_FILL: // ( address count byte -- )
            for (Cell i = 0; i < sp[-1]; i++) BYTE(sp[-2] + i) = (uint8_t)sp[0];
            sp -= 3;
            break;
        case OP_MOVE: // ( from to count -- )
            for (Cell i = 0; i < sp[0]; i++) BYTE(sp[-1] + i) = BYTE(sp[-2] + i);
            sp -= 3;
            break;

        // A loop keeps its limit and its index on the return stack.
        case OP_I: *++sp = rp[0]; break;
        case OP_J: *++sp = rp[-2]; break;
        case OP_K: *++sp = rp[-4]; break;
        case OP_UNLOOP: rp -= 2; break;
        case OP_DO: rp += 2; rp[-1] = sp[-1]; rp[0] = sp[0]; sp -= 2; break;
        case OP_MAYBE_DO:
            sp -= 2;
            if (sp[1] == sp[2]) { pc = code + *pc; break; }
            rp += 2; rp[-1] = sp[1]; rp[0] = sp[2]; pc++;
            break;
        case OP_LOOP:
            if (++rp[0] != rp[-1]) { pc = code + *pc; break; }
            rp -= 2; pc++;
            break;
        case OP_ADD_LOOP: {
            Cell step = *sp--, before = rp[0] - rp[-1], after = before + step;
            rp[0] += step;
            bool crossed = (int32_t)((before ^ after) & (before ^ step)) < 0;
            if (!crossed) { pc = code + *pc; break; }
            rp -= 2; pc++;
            break;
        }
        case OP_LEAVE: rp -= 2; pc = code + *pc; break;

        case OP_LITERAL: *++sp = *pc++; break;
        case OP_CALL:
            check(rp < m->returns + STACK - 8 && sp < m->stack + STACK - 16);
            *++rp = (Cell)(pc + 1 - code);
            pc = code + *pc;
            break;
        case OP_EXECUTE: *++rp = (Cell)(pc - code); pc = code + *sp--; break;
        case OP_EXIT: pc = code + *rp--; break;
        case OP_JUMP: pc = code + *pc; break;
        case OP_JUMP_IF_ZERO: pc = *sp-- == 0 ? code + *pc : pc + 1; break;
        case OP_JUMP_UNLESS_ZERO: pc = *sp-- != 0 ? code + *pc : pc + 1; break;
        UNARY(ADD_LITERAL, a + *pc++)
        UNARY(MUL_LITERAL, a * *pc++)
        UNARY(AND_LITERAL, a & *pc++)
        UNARY(EQ_LITERAL, flag(a == *pc++))
        UNARY(LT_LITERAL, flag((int32_t)a < (int32_t)*pc++))
        case OP_FETCH_FROM: *++sp = CELL(*pc); pc++; break;
        case OP_STORE_TO: CELL(*pc) = *sp--; pc++; break;

        case OP_EMIT: m->sum = mix(m->sum, *sp--); break;
        case OP_HALT: return;
        default: check(false);
        }
    }
    // clang-format on
}

// The program. Comments show a routine's effect on the stack.
static const char source[] =
    "4 buffer seed "
    ": random ( limit -- number ) seed @ dup 13 lshift xor dup 17 rshift xor dup 5 lshift xor "
    "    dup seed ! 8 rshift swap mod ; "

    ": fib ( n -- f ) dup 2 < if exit then dup 1- recurse swap 2 - recurse + ; "
    ": gcd ( a b -- g ) begin ?dup while tuck mod repeat ; "
    ": collatz ( n -- steps ) 0 swap begin dup 1 > while "
    "    dup 1 and if 3 * 1+ else 2/ then swap 1+ swap repeat drop ; "

    "700 constant limit 700 buffer flags "
    ": strike ( step -- ) dup 2* begin dup limit < while 0 over flags + c! over + repeat 2drop ; "
    ": sieve ( -- primes ) flags limit 1 fill "
    "    0 limit 2 do flags i + c@ if i strike 1+ then loop ; "

    "96 constant count 384 buffer items 64 buffer bins "
    ": item ( i -- address ) cells items + ; "
    ": shuffle ( -- ) count 0 do 300 random i item ! loop ; "
    ": exchange ( a b -- ) 2dup @ swap @ rot ! swap ! ; "
    ": partition ( low high -- low high l h ) 2dup over - 2/ -4 and + @ >r 2dup begin "
    "    swap begin dup @ r@ < while cell+ repeat "
    "    swap begin r@ over @ < while 4 - repeat "
    "    2dup <= if 2dup exchange >r cell+ r> 4 - then 2dup > until r> drop ; "
    ": sort ( low high -- ) partition rot >r swap r> "
    "    2dup < if recurse else 2drop then 2dup < if recurse else 2drop then ; "
    ": sorted ( -- flag ) count 1 do i item @ i 1- item @ < if 0 unloop exit then loop -1 ; "
    ": index ( x -- i ) -1 swap count 0 do "
    "    i item @ over = if nip i swap leave then loop drop ; "
    ": histogram ( -- ) bins 64 0 fill count 0 do 1 i item @ 15 and cells bins + +! loop ; "
    ": tallest ( -- n ) 0 16 0 do bins i cells + @ max loop ; "

    "4 buffer all "
    ": queens ( columns left right -- solutions ) 2 pick all @ = if 2drop drop 1 exit then "
    "    2 pick 2 pick or over or invert all @ and 0 >r begin ?dup while "
    "    dup dup negate and tuck xor >r 3 pick over or 3 pick 2 pick or 2* 3 pick 3 pick or 2/ "
    "    recurse nip r> swap r> + >r repeat 2drop drop r> ; "

    "7 constant side 196 buffer left 196 buffer right 196 buffer product "
    ": at ( row column matrix -- address ) >r swap side * + cells r> + ; "
    ": prepare ( x -- ) side 0 do side 0 do "
    "    dup i * j - j i left at ! i j 3 * xor over + j i right at ! loop loop drop ; "
    ": multiply ( -- ) side 0 do side 0 do "
    "    0 side 0 do k i left at @ i j right at @ * + loop j i product at ! loop loop ; "
    ": trace ( -- n ) 0 side 0 do i i product at @ + loop ; "

    "64 constant size 64 buffer text 64 buffer copy "
    ": hash ( address count -- h ) 5381 -rot over + swap ?do "
    "    i c@ xor 16777619 * 7 rotate loop ; "
    ": reverse ( address count -- ) over + 1- begin 2dup < while "
    "    2dup c@ swap c@ 2 pick c! 2 pick c! 1- swap 1+ swap repeat 2drop ; "
    ": write ( -- ) size 0 do 26 random 97 + text i + c! loop ; "
    ": vowels ( -- n ) 0 size 0 do text i + c@ "
    "    dup 97 = over 101 = or over 105 = or over 111 = or swap 117 = or - loop ; "

    "800 buffer pool "
    ": link ( count -- list ) 0 swap 0 do "
    "    i 3 lshift pool + tuck ! i dup * over cell+ ! loop ; "
    ": turn ( list -- list ) 0 swap begin ?dup while dup @ >r tuck ! r> repeat ; "
    ": total ( list -- n ) 0 swap begin ?dup while dup cell+ @ rot + swap @ repeat ; "

    ": root ( n -- r ) dup 2/ 1+ begin 2dup / over + 2/ 2dup > while nip repeat drop nip ; "
    ": sine ( x -- s ) dup dup dup 10000 */ 10000 */ 6 / - ; "
    ": digits ( n -- sum ) 0 swap begin 10 /mod -rot + swap ?dup 0= until ; "
    ": smaller ( a b c d -- a b ) 2over 2over -rot * -rot * > if 2drop else 2swap 2drop then ; "
    ": bits ( n -- x ) dup popcount over leading + swap dup trailing swap 3 arshift xor + ; "
    ": wave ( n -- m ) dup 100 mod 50 - abs 40 min 5 max swap 0< if negate then ; "
    ": grade ( n -- g ) dup 0 10 within if drop 1 exit then "
    "    dup 50 u< if drop 2 exit then 0> if 3 else 4 then ; "
    ": multiple ( n -- m ) 1000 1 do i over mod 0= if drop i unloop exit then 3 +loop drop -1 ; "

    ": twice 2* ; : squared dup * ; : less 3 - ; : flip invert ; "
    ": even ( n -- flag ) 1 and 0= ; "
    "16 buffer actions "
    ": setup ( -- ) ' twice actions ! ' squared actions 4 + ! ' less actions 8 + ! "
    "    ' flip actions 12 + ! ; "
    ": act ( x which -- y ) 3 and cells actions + @ execute ; "

    ": main ( round -- ) setup dup 12345 + seed ! "
    "    dup 3 and 11 + fib emit "
    "    30 0 do 5000 random 1+ 3000 random 1+ gcd emit loop "
    "    12 0 do 500 random 1+ collatz emit loop "
    "    sieve emit "
    "    shuffle histogram tallest emit 0 item count 1- item sort sorted emit "
    "    20 0 do 300 random index emit loop "
    "    dup 1 and if 63 else 31 then all ! 0 0 0 queens emit "
    "    dup prepare multiply trace emit product 196 hash emit "
    "    4 0 do write vowels emit text copy size move text size reverse "
    "        text size hash copy size hash 2dup <> emit >= emit loop "
    "    100 link turn total emit "
    "    40 0 do 100000 random dup root emit dup sine emit dup digits emit bits emit loop "
    "    1 1 20 0 do 50 random 1+ 50 random 1+ smaller loop emit emit "
    "    60 0 do i 30 - 5 * dup wave emit grade emit loop "
    "    12 2 do i multiple emit loop 0 60 0 do i 7 * 3 / even - loop emit "
    "    1 80 0 do 3 random act 65535 and loop 3 act emit "
    "    drop depth emit ; ";

EXPORT_RUN int32_t run(int32_t n) {
    static Machine machine;
    uint32_t main = compile(&machine, source);
    for (uint32_t round = 0; round < (uint32_t)n; round++)
        execute(&machine, main, round);
    return (int32_t)machine.sum;
}
