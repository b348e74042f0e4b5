/* The words that the op table's bodies are written in, where they are the same for every mechanism.
 *
 * Around it: the mechanisms switch.c, goto.c, tail.c and call.c; strategies/, a short file each, and
 * strategies.py, which finds them; targets.h, from dispatch words to handlers; profile.h, what was
 * counted; zero/, programs without dispatch. GUIDE.md shows how to add to them. What all of them give
 * to those who call is runtime/executor.h.
 *
 * A mechanism (switch.c, goto.c, tail.c, call.c, or a strategy of its own in strategies/) defines,
 * before it includes this and HANDLERS,
 *
 *     DISPATCH_SIZE     bytes of the dispatch word; the strategy's file has it
 *     HANDLER(name)     begins the handler of an opcode; its body follows in braces
 *     DISPATCH_TO(word) goes to the handler that a dispatch word stands for, which is the one of
 *                       the instruction at ip; or else DISPATCH(), which reads it, too
 *     STOP(trap)        ends execution with a trap known only at run time
 *     TRAP(CODE)        ends execution with TRAP_CODE; must not cost the handler a prologue
 *     CONTINUE_AT(name) goes to another handler without touching ip
 *     ONE_FUNCTION      1 if all handlers are labels of one function, handle_NAME, where the three
 *                       words before mean the same in every mechanism
 *     ONE_DISPATCH      1 if all handlers go to one place that dispatches, which then may load the
 *                       dispatch word itself
 *     FETCH_FIRST       where the next dispatch word is loaded: see "The end of a handler"
 *     NEXT(size)        goes `size` bytes further on; only if it can do so better than below
 *
 * and has in scope in every handler the executor's state:
 *
 *     ip        the instruction being executed
 *     fp        the frame: parameters, locals, link, operands (see below)
 *     memory    base of memory 0
 *     instance  whose code it is
 *     ia, fa    the accumulators, in instruction sets that have them
 *
 * A frame, in slots:
 *
 *     0 .. p-1    parameters, written by the caller at the top of its own operands
 *     p .. l-1    locals
 *     l, l+1      the link: return address, caller's frame
 *     l+2 ..      operands; a callee's frame begins at its first argument
 *
 * so that a call moves no arguments and results stand where the caller's operand stack wants
 * them. */
#ifndef TAILRACE_DISPATCH_WORDS_H
#define TAILRACE_DISPATCH_WORDS_H

#include "decoder/operands.h"
#include "runtime/call.h"
#include "runtime/executor.h"
#include "runtime/numeric.h"
#include "runtime/unwind.h"
#include "runtime/vector.h"
/* Generated for the layout: LAYOUT_SEED, LAYOUT_SHIFT, HANDLERS, LAYOUT_OPCODES. */
#include LAYOUT_FILE

/* What is at the head of the file's text moves everything behind it. */
#define STRING_OF(value) #value
#define SKIP(bytes) ".text\n.skip " STRING_OF(bytes)
#if LAYOUT_SHIFT > 0
__asm__(SKIP(LAYOUT_SHIFT));
#endif

/* What makes executors alike besides their dispatch can be left out: all of it (strategies whose
 * "Code:" is plain), or one by one (the build's option `without`):
 *
 *     barriers      the state is in registers at each dispatch: STATE_IN_REGISTERS
 *     registers     and in which: AT_DISPATCH
 *     out-of-line   what traps is behind all handlers: OUT_OF_LINE
 *     one-dispatch  no compiler copies the switch: switch.c
 *     put-away      the float accumulator is not live at a call: CALLED
 *     alignment     of handlers (lay_out.py) and of SHARED_DISPATCH */
#if PLAIN
#define NO_BARRIERS 1
#define NO_REGISTERS 1
#define NO_OUT_OF_LINE 1
#define NO_ONE_DISPATCH 1
#define NO_PUT_AWAY 1
#define NO_ALIGNMENT 1
#endif

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
/* Compilers make a select of what they think is not to be predicted: a conditional move, not a jump. */
#if __has_builtin(__builtin_unpredictable)
#define UNPREDICTABLE(condition) __builtin_unpredictable(!!(condition))
#else
#define UNPREDICTABLE(condition) (condition)
#endif

/* ---- The end of a handler -------------------------------------------------------------------- */

/* The dispatch word of the instruction at an address: an opcode, an offset or a pointer. */
#if DISPATCH_SIZE == 2
#define WORD_AT(at) ((uintptr_t)read_u16(at))
#elif DISPATCH_SIZE == 4
#define WORD_AT(at) ((uintptr_t)(intptr_t)read_i32(at))
#elif DISPATCH_SIZE == 8
#define WORD_AT(at) ((uintptr_t)read_u64(at))
#else
#error "DISPATCH_SIZE is 2 (opcode), 4 (offset) or 8 (pointer)"
#endif

/* At each dispatch the state is in registers. The asm emits nothing, and compilers neither merge
 * nor copy nor move it. Without it, clang 22
 *   - makes one piece of code of what many handlers end with: a sixth of goto-indirect's jumps were
 *     left, and 195 handlers of the switch shared a store, behind one more jump;
 *   - keeps the old ip and fp until a handler's end, and moves the new ones into place at each
 *     dispatch of the switch;
 *   - keeps `instance` on the native stack in some layouts, and not in others;
 *   - moves ip on at the beginning of handlers that are functions, into another register, from
 *     where it has to be moved again.
 * Then executors would differ by more than how they dispatch, and layouts by more than where code
 * lies. gcc 12 does nothing of this, and with operands would add a move to each handler. */
#if defined __clang__ && !NO_BARRIERS
#define STATE_IN_REGISTERS()                                                                       \
    __asm__ volatile("" : "+r"(ip), "+r"(fp), "+r"(memory), "+r"(instance))
#define IN_REGISTER(value) __asm__ volatile("" : "+r"(value))
#else
#define STATE_IN_REGISTERS() ((void)0)
#define IN_REGISTER(value) ((void)0)
#endif

/* The state of mechanisms whose handlers are one function. On x86-64 clang is told where ip and fp
 * are at each dispatch: in the registers that they have as arguments of tail calls. Else it chooses
 * others in each layout, and code that addresses memory by r12, r13 or rbp is some percent longer. */
#if defined __clang__ && defined __x86_64__ && !NO_REGISTERS
#define AT_DISPATCH(name) __asm__(#name)
#else
#define AT_DISPATCH(name)
#endif
#define STATE_VARIABLES(at, frame, of)                                                             \
    register const uint8_t *ip AT_DISPATCH(r14) = (at);                                            \
    register uint64_t *fp AT_DISPATCH(r15) = (frame);                                              \
    Instance *instance = (of);                                                                     \
    uint8_t *memory = instance->memory0->base;                                                     \
    ISA_REGISTERS(ZEROED_VARIABLE)                                                                 \
    Trap stop
#define ZEROED_VARIABLE(type, name) type name = {0};

/* Their words: control stays in the function, which ends with STOPPED(). What traps goes there by a conditional jump
 * that is not taken otherwise, as from a handler that is a function; without the asm clang sets `stop` in each handler
 * and jumps over that. */
#if defined __clang__ && !NO_OUT_OF_LINE
#define OUT_OF_LINE() __asm__ volatile("")
#else
#define OUT_OF_LINE() ((void)0)
#endif
#if ONE_FUNCTION
#define CONTINUE_AT(name) goto handle_##name
#define STOP(reason)                                                                               \
    do {                                                                                           \
        stop = (reason);                                                                           \
        goto stopped;                                                                              \
    } while (0)
#define TRAP(code) goto trap_##code
#define TRAP_LABEL(code, wording)                                                                  \
    trap_##code:                                                                                   \
    OUT_OF_LINE();                                                                                 \
    STOP(TRAP_##code);
#define STOPPED()                                                                                  \
    TRAPS(TRAP_LABEL)                                                                              \
    stopped:                                                                                       \
    *instance->stopped_at = ip;                                                                    \
    return stop
#endif

/* For the function that begins with a dispatch that all handlers share: it lies in one cache line.
 * In one layout of four it would lie in two, where the switch took 1.0 to 1.4 times as long on a
 * Zen 5 (results/README.md). Compilers align the heads of loops for that reason, but not here, where an asm
 * stands in the way. */
#if NO_ALIGNMENT
#define SHARED_DISPATCH
#else
#define SHARED_DISPATCH __attribute__((aligned(64)))
#endif

/* Whether a handler loads the next dispatch word before it moves ip on, `mov N(ip), word; add N, ip;
 * jmp *word`, so that the load need not wait for the addition, or after that, `add N, ip; mov (ip),
 * word; jmp *word`. The same for all strategies that do not ask for another; in a switch of the
 * second kind the load is part of the dispatch that all handlers share. */
#if PLAIN
#define FETCH_FIRST 0
#elif !defined FETCH_FIRST
#define FETCH_FIRST 1
#endif

/* How a handler that does not jump ends: at the instruction `size` bytes further on. */
#if !defined NEXT && FETCH_FIRST && defined DISPATCH_TO && !defined DISPATCH
#define NEXT(size)                                                                                 \
    do {                                                                                           \
        STATE_IN_REGISTERS();                                                                      \
        uintptr_t upcoming = WORD_AT(ip + (size));                                                 \
        IN_REGISTER(upcoming);                                                                     \
        ip += (size);                                                                              \
        STATE_IN_REGISTERS();                                                                      \
        DISPATCH_TO(upcoming);                                                                     \
    } while (0)
#elif !defined NEXT
#define NEXT(size)                                                                                 \
    do {                                                                                           \
        STATE_IN_REGISTERS();                                                                      \
        JUMP(ip + (size));                                                                         \
    } while (0)
#endif
#if defined DISPATCH_TO && !defined DISPATCH && !FETCH_FIRST && ONE_DISPATCH
#define DISPATCH()                                                                                 \
    do {                                                                                           \
        STATE_IN_REGISTERS();                                                                      \
        DISPATCH_TO(0); /* which loads it */                                                       \
    } while (0)
#elif defined DISPATCH_TO && !defined DISPATCH
#define DISPATCH()                                                                                 \
    do {                                                                                           \
        STATE_IN_REGISTERS();                                                                      \
        uintptr_t upcoming = WORD_AT(ip);                                                          \
        IN_REGISTER(upcoming); /* or else gotos jump through memory, which tail calls cannot */     \
        DISPATCH_TO(upcoming);                                                                     \
    } while (0)
#endif
#define JUMP(target)                                                                               \
    do {                                                                                           \
        ip = (target);                                                                             \
        DISPATCH();                                                                                \
    } while (0)

/* ---- Accumulators --------------------------------------------------------------------------- */

/* The float accumulator is a whole vector register, because going between float and double views of
 * one is then free; a scalar would be cleaned up at every change of type. So it holds vectors, too. */
typedef float FloatRegister __attribute__((vector_size(16)));
typedef double DoubleView __attribute__((vector_size(16)));

/* The lanes that nobody reads stay undefined: clearing them would be an instruction or two. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
INLINE FloatRegister float_register_f32(float value) {
    FloatRegister lanes;
    lanes[0] = value;
    return lanes;
}
INLINE FloatRegister float_register_f64(double value) {
    DoubleView lanes;
    lanes[0] = value;
    return (FloatRegister)lanes;
}
#pragma GCC diagnostic pop

#define REGISTER_I32(name) ((uint32_t)(name))
#define REGISTER_I64(name) (name)
#define REGISTER_F32(name) ((name)[0])
#define REGISTER_F64(name) (((DoubleView)(name))[0])
#define REGISTER_V128(name) ((V128)(name))
#define SET_REGISTER_I32(name, value) ((name) = (uint32_t)(value))
#define SET_REGISTER_I64(name, value) ((name) = (value))
#define SET_REGISTER_F32(name, value) ((name) = float_register_f32(value))
#define SET_REGISTER_F64(name, value) ((name) = float_register_f64(value))
#define SET_REGISTER_V128(name, value) ((name) = (FloatRegister)(value))

#if ISA_HAS_ACCUMULATORS
#define SET_INTEGER_ACCUMULATOR(value) SET_REGISTER_I64(ia, value)
#define SET_FLOAT_ACCUMULATOR(value) SET_REGISTER_F64(fa, value)
#define SET_INTEGER_ACCUMULATOR_I32(value) SET_REGISTER_I32(ia, value)
#define SET_INTEGER_ACCUMULATOR_I64(value) SET_REGISTER_I64(ia, value)
#define SET_FLOAT_ACCUMULATOR_F32(value) SET_REGISTER_F32(fa, value)
#define SET_FLOAT_ACCUMULATOR_F64(value) SET_REGISTER_F64(fa, value)
#define SET_FLOAT_ACCUMULATOR_V128(value) SET_REGISTER_V128(fa, value)
#else
#define SET_INTEGER_ACCUMULATOR(value) ((void)0)
#define SET_FLOAT_ACCUMULATOR(value) ((void)0)
#define SET_INTEGER_ACCUMULATOR_I32(value) ((void)0)
#define SET_INTEGER_ACCUMULATOR_I64(value) ((void)0)
#define SET_FLOAT_ACCUMULATOR_F32(value) ((void)0)
#define SET_FLOAT_ACCUMULATOR_F64(value) ((void)0)
#define SET_FLOAT_ACCUMULATOR_V128(value) ((void)0)
#endif
/* Pinned locals: what exchanges registers with slots. */
#define SWAP_OUT_F(to, name) (fp[to] = bits_of_f64(REGISTER_F64(name)))
#define SWAP_IN_F(name, from) SET_REGISTER_F64(name, f64_of_bits(fp[from]))
#define RESTORE_I(from)                                                                            \
    do {                                                                                           \
        i1 = fp[from];                                                                             \
        i2 = fp[(from) + 1];                                                                       \
        i3 = fp[(from) + 2];                                                                       \
    } while (0)


/* ---- Memory ---------------------------------------------------------------------------------- */

#define RELOAD_MEMORY() (memory = instance->memory0->base)

/* With guard pages every address that a 32-bit index and offset can form lies in the reservation,
 * and what is out of bounds faults (runtime/fault.c). Without, each access is compared. */
#ifdef TAILRACE_BOUNDS_EXPLICIT
#define CHECK_BOUNDS(address, offset, bytes)                                                       \
    if (UNLIKELY((uint64_t)(address) + (offset) + (bytes) > instance->memory0->size))              \
    TRAP(OUT_OF_BOUNDS_MEMORY_ACCESS)
#else
#define CHECK_BOUNDS(address, offset, bytes) ((void)0)
#endif

/* The address is what takes longest to know, so it is added last. `value` is made of `loaded`. */
#define LOAD_AT(address, stored, value)                                                            \
    do {                                                                                           \
        CHECK_BOUNDS(address, offset, sizeof(stored));                                             \
        stored loaded;                                                                             \
        memcpy(&loaded, memory + offset + (address), sizeof loaded);                               \
        r = (__typeof__(r))(value);                                                                \
    } while (0)
#define STORE_AT(address, what, stored)                                                            \
    do {                                                                                           \
        CHECK_BOUNDS(address, offset, sizeof(stored));                                             \
        const stored value = (stored)(what);                                                       \
        memcpy(memory + offset + (address), &value, sizeof value);                                 \
    } while (0)
#define LOAD_AS(stored, value) LOAD_AT(a, stored, value)
#define LOAD(stored, widened) LOAD_AT(a, stored, (widened)loaded)
#define STORE_AS(stored, what) STORE_AT(a, what, stored)
#define STORE(stored) STORE_AT(a, b, stored)
/* An operand that is in memory at `address` and that offset, as a variable of that name. */
#define LOAD_OPERAND(stored, widened, name, from)                                                  \
    CHECK_BOUNDS(address, from, sizeof(stored));                                                   \
    stored name##_stored;                                                                          \
    memcpy(&name##_stored, memory + from + address, sizeof name##_stored);                         \
    const widened name = (widened)name##_stored
#define STORE_RESULT(stored) STORE_AT(address, r, stored)
#define SUM_LOAD(stored, widened) LOAD_AT((uint32_t)(a + b), stored, (widened)loaded)
#define SUM_STORE(stored) STORE_AT((uint32_t)(a + b), c, stored)
#define SCALED_LOAD(stored, widened)                                                               \
    LOAD_AT((uint32_t)((a << (shift & 31)) + b), stored, (widened)loaded)
#define SCALED_STORE(stored) STORE_AT((uint32_t)((a << (shift & 31)) + b), c, stored)

/* Any memory, 64-bit address and offset. */
#define FAR_ADDRESS(bytes)                                                                         \
    const Memory *const far = instance->memories[index];                                           \
    uint64_t address, end;                                                                         \
    if (UNLIKELY(__builtin_add_overflow(a, offset, &address) ||                                    \
                 __builtin_add_overflow(address, (bytes), &end) || end > far->size))               \
    TRAP(OUT_OF_BOUNDS_MEMORY_ACCESS)
#define FAR_LOAD_AS(stored, value)                                                                 \
    do {                                                                                           \
        FAR_ADDRESS(sizeof(stored));                                                               \
        stored loaded;                                                                             \
        memcpy(&loaded, far->base + address, sizeof loaded);                                       \
        r = (__typeof__(r))(value);                                                                \
    } while (0)
#define FAR_LOAD(stored, widened) FAR_LOAD_AS(stored, (widened)loaded)
#define FAR_STORE_AS(stored, what)                                                                 \
    do {                                                                                           \
        FAR_ADDRESS(sizeof(stored));                                                               \
        const stored value = (stored)(what);                                                       \
        memcpy(far->base + address, &value, sizeof value);                                         \
    } while (0)
#define FAR_STORE(stored) FAR_STORE_AS(stored, b)

/* The same of accesses that must be aligned. */
#define ATOMIC_ADDRESS(stored)                                                                     \
    FAR_ADDRESS(sizeof(stored));                                                                   \
    if (UNLIKELY(address % sizeof(stored) != 0)) TRAP(UNALIGNED_ATOMIC);                           \
    uint8_t *const at = far->base + address
#define ATOMIC_LOAD(stored)                                                                        \
    do {                                                                                           \
        ATOMIC_ADDRESS(stored);                                                                    \
        stored loaded;                                                                             \
        memcpy(&loaded, at, sizeof loaded);                                                        \
        r = loaded;                                                                                \
    } while (0)
#define ATOMIC_STORE(stored)                                                                       \
    do {                                                                                           \
        ATOMIC_ADDRESS(stored);                                                                    \
        const stored value = (stored)b;                                                            \
        memcpy(at, &value, sizeof value);                                                          \
    } while (0)
#define ATOMIC_LOAD_STORE(stored, what)                                                            \
    do {                                                                                           \
        ATOMIC_ADDRESS(stored);                                                                    \
        stored loaded;                                                                             \
        memcpy(&loaded, at, sizeof loaded);                                                        \
        const stored value = (stored)(what);                                                       \
        memcpy(at, &value, sizeof value);                                                          \
        r = loaded;                                                                                \
    } while (0)
/* What a wait returns (threads proposal, memory.atomic.wait). */
enum { NOT_EQUAL = 1, TIMED_OUT = 2 };
#define WAIT_IF(is_expected)                                                                       \
    do {                                                                                           \
        if (UNLIKELY(!instance->memories[index]->type.is_shared)) TRAP(EXPECTED_SHARED_MEMORY);    \
        const bool waits = (is_expected);                                                          \
        if (UNLIKELY(waits && (int64_t)c < 0)) TRAP(ENDLESS_WAIT);                                 \
        r = waits ? TIMED_OUT : NOT_EQUAL;                                                         \
    } while (0)

/* Compilers compute the value even if nobody reads it: a load may trap, which they do not know. With
 * "X" gcc takes the place in memory for the operand, and loads nothing. */
#ifdef __clang__
#define NEEDED(value) __asm__ volatile("" : : "X"(value))
#elif defined __x86_64__
#define NEEDED(value) __asm__ volatile("" : : "rx"(value))
#else
#define NEEDED(value) __asm__ volatile("" : : "rw"(value))
#endif

/* In a superinstruction: no access moves over this, so that what stands behind one that traps has
 * not happened and what stands before it has. Emits nothing. */
#define ORDER_ACCESSES() __asm__ volatile("" : : : "memory")

/* ---- Calls of C functions -------------------------------------------------------------------- */

/* No vector register survives a call: a handler that is a function keeps the float accumulator on
 * the native stack meanwhile. Where all handlers are one function compilers may keep it there in
 * all of them, since they are reached from one that calls: clang 22 did so in 1,286 of 3,714, gcc 12
 * in 1,388. So there it is put away by hand, where they cannot know that it is the same afterwards. */
#if ONE_FUNCTION && ISA_HAS_ACCUMULATORS && !NO_PUT_AWAY
#define CALLED(call)                                                                               \
    ({                                                                                             \
        _Static_assert(sizeof fa == sizeof instance->float_accumulator, "all of it");              \
        memcpy(instance->float_accumulator, &fa, sizeof fa);                                       \
        const __typeof__(call) result_of_call = (call);                                            \
        memcpy(&fa, instance->float_accumulator, sizeof fa);                                       \
        result_of_call;                                                                            \
    })
#else
#define CALLED(call) (call)
#endif

/* An operation of the runtime that may trap. */
#define SLOW(operation)                                                                            \
    do {                                                                                           \
        const Trap trap = CALLED(operation);                                                       \
        if (UNLIKELY(trap != TRAP_NONE)) STOP(trap);                                               \
    } while (0)

/* ---- Conversions (spec 4.3.3, trunc and trunc_sat) ------------------------------------------- */

#define TRUNCATE(target, below, above)                                                             \
    do {                                                                                           \
        if (UNLIKELY(!(a > (below) && a < (above)))) {                                             \
            if (a != a) TRAP(INVALID_CONVERSION_TO_INTEGER);                                       \
            TRAP(INTEGER_OVERFLOW);                                                                \
        }                                                                                          \
        r = (__typeof__(r))(target)a;                                                              \
    } while (0)
#define SATURATE(target, lowest, highest, below, above)                                            \
    do {                                                                                           \
        if (LIKELY(a > (below) && a < (above))) r = (__typeof__(r))(target)a;                      \
        else r = a != a ? 0 : (__typeof__(r))(a < 0 ? (target)(lowest) : (target)(highest));       \
    } while (0)

/* ---- Calls ----------------------------------------------------------------------------------- */

#define LINK(code, frame, back, caller)                                                            \
    do {                                                                                           \
        uint64_t *const link = (frame) + (code)->link_slot;                                        \
        link[0] = (uintptr_t)(back);                                                               \
        link[1] = (uintptr_t)(caller);                                                             \
    } while (0)

#define ENTER(code, at, back, caller)                                                              \
    do {                                                                                           \
        const Code *const entered = (code);                                                        \
        uint64_t *const frame = (at);                                                              \
        if (UNLIKELY(frame + entered->frame_slots > instance->stack_end))                          \
            TRAP(CALL_STACK_EXHAUSTED);                                                            \
        LINK(entered, frame, back, caller);                                                        \
        fp = frame;                                                                                \
        ip = entered->entry;                                                                       \
        DISPATCH();                                                                                \
    } while (0)

/* Hands a call over to runtime/call.c: another instance's function or the host's. */
#define CALL_SLOWLY(function, slots, frame_link, return_to)                                        \
    do {                                                                                           \
        instance->transfer.callee = (function);                                                    \
        instance->transfer.base = (slots);                                                         \
        instance->transfer.link = (frame_link);                                                    \
        instance->transfer.back = (return_to);                                                     \
        CONTINUE_AT(call_slow);                                                                    \
    } while (0)

#define CALL(callee, slots, return_to)                                                             \
    do {                                                                                           \
        Function *const called = (callee);                                                         \
        if (UNLIKELY(called->instance != instance || !called->code))                               \
            CALL_SLOWLY(called, slots, NO_LINK, return_to);                                        \
        ENTER(called->code, fp + (slots), return_to, fp);                                          \
    } while (0)

#define LOOK_UP(element)                                                                           \
    const Table *const table = instance->tables[index];                                            \
    if (UNLIKELY((element) >= table->size)) TRAP(UNDEFINED_ELEMENT);                               \
    Function *const function = (Function *)(uintptr_t)table->elements[element];                    \
    if (UNLIKELY(!function)) TRAP(UNINITIALIZED_ELEMENT);                                          \
    if (UNLIKELY((uintptr_t)function->type != type)) TRAP(INDIRECT_CALL_TYPE_MISMATCH)

#define REENTER(code, arguments, argument_count, link_slot)                                        \
    do {                                                                                           \
        const Code *const reentered = (code);                                                      \
        const uint64_t back = fp[link_slot], caller = fp[(link_slot) + 1];                         \
        move_slots(fp, fp + (arguments), argument_count);                                          \
        ENTER(reentered, fp, back, caller);                                                        \
    } while (0)

#define TAIL_CALL(callee, arguments, argument_count, link_slot)                                    \
    do {                                                                                           \
        Function *const called = (callee);                                                         \
        if (UNLIKELY(called->instance != instance || !called->code))                               \
            CALL_SLOWLY(called, arguments, link_slot, NULL);                                       \
        REENTER(called->code, arguments, argument_count, link_slot);                               \
    } while (0)

/* The link is read before results are written: they may lie over it. */
#define LEAVE_WITH(link_slot, results)                                                             \
    do {                                                                                           \
        const uint8_t *const back = (const uint8_t *)(uintptr_t)fp[link_slot];                     \
        uint64_t *const caller = (uint64_t *)(uintptr_t)fp[(link_slot) + 1];                       \
        results;                                                                                   \
        fp = caller;                                                                               \
        ip = back;                                                                                 \
        DISPATCH();                                                                                \
    } while (0)
#define LEAVE(link_slot) LEAVE_WITH(link_slot, (void)0)

/* Continues where call.c says. */
#define TRANSFER(operation)                                                                        \
    do {                                                                                           \
        const Trap trap = CALLED(operation);                                                       \
        if (UNLIKELY(trap == TRAP_EXCEPTION)) CONTINUE_AT(unwind);                                 \
        if (UNLIKELY(trap != TRAP_NONE)) STOP(trap);                                               \
        const Transfer *const to = &instance->transfer;                                            \
        SET_INTEGER_ACCUMULATOR(to->result);                                                       \
        SET_FLOAT_ACCUMULATOR(f64_of_bits(to->result));                                            \
        ip = to->ip;                                                                               \
        fp = to->fp;                                                                               \
        instance = to->instance;                                                                   \
        RELOAD_MEMORY();                                                                           \
        DISPATCH();                                                                                \
    } while (0)

/* The registers of pinned locals are the throwing code's before, and the handler's after. */
#if ISA_PINS
#define PUT_PINS(pins)                                                                             \
    do {                                                                                           \
        (pins)[INTEGERS][0] = i1, (pins)[FLOATS][0] = bits_of_f64(REGISTER_F64(f1));               \
        (pins)[INTEGERS][1] = i2, (pins)[FLOATS][1] = bits_of_f64(REGISTER_F64(f2));               \
        (pins)[INTEGERS][2] = i3, (pins)[FLOATS][2] = bits_of_f64(REGISTER_F64(f3));               \
    } while (0)
#define TAKE_PINS(pins)                                                                            \
    do {                                                                                           \
        i1 = (pins)[INTEGERS][0], SET_REGISTER_F64(f1, f64_of_bits((pins)[FLOATS][0]));            \
        i2 = (pins)[INTEGERS][1], SET_REGISTER_F64(f2, f64_of_bits((pins)[FLOATS][1]));            \
        i3 = (pins)[INTEGERS][2], SET_REGISTER_F64(f3, f64_of_bits((pins)[FLOATS][2]));            \
    } while (0)
#else
#define PUT_PINS(pins) ((void)0)
#define TAKE_PINS(pins) ((void)0)
#endif

/* Continues at the handler that unwind.c finds. */
#define UNWIND(operation)                                                                          \
    do {                                                                                           \
        PUT_PINS(instance->transfer.pins);                                                         \
        const Trap trap = CALLED(operation);                                                       \
        if (UNLIKELY(trap != TRAP_NONE)) STOP(trap);                                               \
        const Transfer *const to = &instance->transfer;                                            \
        TAKE_PINS(to->pins);                                                                       \
        ip = to->ip;                                                                               \
        fp = to->fp;                                                                               \
        instance = to->instance;                                                                   \
        RELOAD_MEMORY();                                                                           \
        DISPATCH();                                                                                \
    } while (0)

/* STRATEGY is the strategy's name, from the build. */
#ifdef TAILRACE_BOUNDS_EXPLICIT
#define BOUNDS "explicit"
#else
#define BOUNDS "guard"
#endif
#ifndef IP_IN_R14
#define IP_IN_R14 false
#endif
/* The seed is the address of a symbol, so that it stands in one line of the assembly that other layouts are made of
 * (lay_out.py). */
#define SET_SEED(seed) "layout_seed = " STRING_OF(seed)
#define EXECUTOR_DEFINITION(words)                                                                 \
    __asm__(SET_SEED(LAYOUT_SEED));                                                                \
    extern const char layout_seed[] __asm__("layout_seed");                                        \
    const Executor executor = {STRATEGY,  ISA_NAME, BOUNDS, (intptr_t)layout_seed,                 \
                               IP_IN_R14, words,    enter,  false, NULL};

/* condition ? a : b. On x86 compilers jump for it, since there is no conditional move of floats. */
INLINE double select_f64(double a, double b, uint32_t condition) {
#ifdef __SSE2__
    typedef uint64_t Bits __attribute__((vector_size(16)));
    typedef double Doubles __attribute__((vector_size(16)));
    const Bits bits_of_a = (Bits)(Doubles){a}, bits_of_b = (Bits)(Doubles){b};
    Bits mask = -(Bits){condition != 0};
    __asm__("" : "+x"(mask)); /* else clang sees what it is, and jumps */
    return ((Doubles)((bits_of_a & mask) | (bits_of_b & ~mask)))[0];
#else
    return condition ? a : b;
#endif
}

INLINE void move_slots(uint64_t *to, const uint64_t *from, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) to[i] = from[i]; /* `to` is never above `from` */
}

#endif
