/* The ways in which execution ends early. One table: the code and the specification's wording. */
#ifndef TAILRACE_RUNTIME_TRAP_H
#define TAILRACE_RUNTIME_TRAP_H

#define TRAPS(X)                                                                                   \
    X(NONE, "no trap")                                                                             \
    X(UNREACHABLE, "unreachable")                                                                  \
    X(INTEGER_DIVIDE_BY_ZERO, "integer divide by zero")                                            \
    X(INTEGER_OVERFLOW, "integer overflow")                                                        \
    X(INVALID_CONVERSION_TO_INTEGER, "invalid conversion to integer")                              \
    X(OUT_OF_BOUNDS_MEMORY_ACCESS, "out of bounds memory access")                                  \
    X(OUT_OF_BOUNDS_TABLE_ACCESS, "out of bounds table access")                                    \
    X(UNDEFINED_ELEMENT, "undefined element")                                                      \
    X(UNINITIALIZED_ELEMENT, "uninitialized element")                                              \
    X(INDIRECT_CALL_TYPE_MISMATCH, "indirect call type mismatch")                                  \
    X(CALL_STACK_EXHAUSTED, "call stack exhausted")                                                \
    X(UNALIGNED_ATOMIC, "unaligned atomic")                                                        \
    X(EXPECTED_SHARED_MEMORY, "expected shared memory")                                            \
    X(ENDLESS_WAIT, "endless wait") /* no other thread can wake it up */                           \
    X(NULL_EXCEPTION_REFERENCE, "null exception reference")                                        \
    X(NULL_FUNCTION_REFERENCE, "null function reference")                                          \
    X(NULL_REFERENCE, "null reference")                                                            \
    X(EXCEPTION, "uncaught exception") /* not a trap; which one is in Store */                           \
    X(HOST, "host function failed") /* a host function's own words are in Store.host_message */    \
    X(EXIT, "exit")                 /* not a trap: WASI proc_exit; the status is in Store */

typedef enum Trap {
#define X(code, words) TRAP_##code,
    TRAPS(X)
#undef X
} Trap;

/* The specification's wording, "out of bounds memory access" (text.c). */
const char *trap_words(Trap trap);

#endif
