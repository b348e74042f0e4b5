/* Guaranteed tail calls: each handler is a function that ends by jumping to the next one's.
 *
 * Known as tail-call threading: LLVM's musttail as used by the upb protocol buffer parser (Haberman
 * 2021), CPython 3.14's tail-calling interpreter, Wasmi 2.0. The executor's state is the argument
 * list, so that each handler gets its own register allocation with the state pinned where the
 * calling convention puts it. preserve_none (clang 19, gcc 16) leaves no callee-saved registers:
 * handlers that call nothing need no prologue and the state has twelve integer registers. The
 * build's option tail_convention chooses between it and the platform's convention.
 *
 * A strategy's file defines DISPATCH_SIZE, see dispatch/targets.h, and includes this one. It may
 * define HANDLER and DISPATCH before, to begin handlers or reach the next one in another way: see
 * GUIDE.md; and OWN_HANDLERS(X), handlers behind those of the opcodes, which it defines itself. */
#if !__has_attribute(musttail)
#error "tail strategies need the musttail attribute: clang 13 or gcc 15"
#endif

/* A counting executor of an instruction set that is too large for the switch. */
#if COUNT_INSTRUCTIONS
#include "dispatch/profile.h"
#define COUNT() profile_instruction(ip, read_u16(ip), fp)
#else
#define COUNT() ((void)0)
#endif
#define DISPATCH_TO(word)                                                                          \
    do {                                                                                           \
        COUNT();                                                                                   \
        TAIL_CALL_TO TARGET(word, TABLE, enter)(ARGUMENTS);                                        \
    } while (0)
#if TAIL_PRESERVE_NONE && defined __x86_64__
#define IP_IN_R14 true /* the third of preserve_none's registers, see PARAMETERS */
#endif
#include "dispatch/words.h"
/* Behind it, since it needs what words.h includes. */
#include "dispatch/targets.h"

#if TAIL_PRESERVE_NONE
#define CONVENTION __attribute__((preserve_none))
#else
#define CONVENTION
#endif
#define TAIL_CALL_TO __attribute__((musttail)) return
#define COLD __attribute__((noinline, cold))

#define PARAMETER(type, name) , type name
#define ARGUMENT(type, name) , name
/* preserve_none begins with r12 and r13 on x86-64, where an address needs a byte more. So what is
 * addressed most does not come first. */
#define PARAMETERS                                                                                 \
    uint8_t *memory, Instance *instance, const uint8_t *ip,                                        \
        uint64_t *fp ISA_REGISTERS(PARAMETER)
#define ARGUMENTS memory, instance, ip, fp ISA_REGISTERS(ARGUMENT)

typedef CONVENTION Trap (*Handler)(PARAMETERS);

#ifndef OWN_HANDLERS
#define OWN_HANDLERS(X)
#endif
#define X(name) +1
enum { HANDLER_COUNT = OPCODE_COUNT OWN_HANDLERS(X) };
#undef X
/* By opcode. Where handlers read the table themselves, LLVM looks at all that it names once for each
 * of them (LazyCallGraph): with some ten thousand, minutes. A file in which a load more does no harm
 * has the table behind a pointer (TABLE_POINTER), which it sets before it runs anything. */
static const Handler handlers[HANDLER_COUNT];
#ifdef TABLE_POINTER
const Handler *TABLE_POINTER;
#define TABLE TABLE_POINTER
#else
#define TABLE handlers
#endif

static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance);
#define HANDLER_AT(ip) TARGET_AT(ip, TABLE, enter)

/* "used" has them emitted where they are defined, in the layout's order. Otherwise clang emits
 * static functions in the order in which the table below refers to them, the same for every
 * layout. */
#ifndef HANDLER
#define HANDLER(name) static CONVENTION __attribute__((used)) Trap handle_##name(PARAMETERS)
#endif
#define CONTINUE_AT(name) TAIL_CALL_TO handle_##name(ARGUMENTS)
#define TRAP(code) TAIL_CALL_TO trap_##code(ARGUMENTS)
#define STOP(trap)                                                                                 \
    do {                                                                                           \
        *instance->stopped_at = ip;                                                                \
        return trap;                                                                               \
    } while (0)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* Out of line, so that handlers which may trap stay leaf functions without a prologue. */
#define X(code, wording)                                                                           \
    static COLD CONVENTION __attribute__((unused)) Trap trap_##code(PARAMETERS) {                  \
        STOP(TRAP_##code);                                                                         \
    }
TRAPS(X)
#undef X

#define X(name) HANDLER(name);
OPCODES(X)
OWN_HANDLERS(X)
#undef X

#include HANDLERS

#pragma GCC diagnostic pop

#define X(name) handle_##name,
static const Handler handlers[HANDLER_COUNT] = {OPCODES(X) OWN_HANDLERS(X)};
#undef X

static const DispatchWords *words(void) { return target_words(handlers, (uintptr_t)enter); }

static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance) {
    uint8_t *memory = instance->memory0->base;
    ISA_REGISTERS(ZEROED_VARIABLE)
    return HANDLER_AT(ip)(ARGUMENTS);
}

EXECUTOR_DEFINITION(words)
