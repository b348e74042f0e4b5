/* Accesses out of bounds, and faults that are not the guest's. */
#define _GNU_SOURCE 1

#include <criterion/criterion.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/test/world.h"

#if defined(__has_feature)
#define IS_INSTRUMENTED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define IS_INSTRUMENTED 1
#else
#define IS_INSTRUMENTED 0
#endif

static const char accesses[] =
    "(module (memory 1 3)"
    "  (func $load (export \"load\") (param i32) (result i32) (i32.load (local.get 0)))"
    "  (func $byte (export \"byte\") (param i32) (result i32) (i32.load8_u (local.get 0)))"
    "  (func $far (export \"far\") (param i32) (result i64)"
    "    (i64.load offset=0xffffffff (local.get 0)))"
    "  (func $store (export \"store\") (param i32) (i64.store (local.get 0) (i64.const -1)))"
    "  (func $drop (export \"drop\") (param i32) (drop (i32.load (local.get 0))))"
    /* A straight line that is a superinstruction: the load in its middle is part of it. */
    "  (func $unread (export \"unread\") (param i32) (result i32) (local i32)"
    "    (local.set 1 (i32.const 0))"
    "    (block (br_if 0 (i32.ge_s (i32.load8_s (local.get 1)) (i32.const 5)))"
    "      (drop (i32.load (local.get 0)))"
    "      (return (call $double (i32.load (local.get 1)))))"
    "    (i32.const 1))"
    "  (func $double (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))"
    "  (func $grow (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
    "  (func $inner (param i32) (f64.store offset=8 (local.get 0) (f64.const 1)))"
    "  (func $outer (export \"outer\") (param i32) (call $inner (local.get 0)))"
    "  (func $after (export \"after\") (param i32) (result i32)"
    "    (call $inner (i32.const 0)) (i32.load (local.get 0)))"
    "  (func $deep (export \"deep\") (param $n i32)"
    "    (if (local.get $n) (then (call $deep (i32.sub (local.get $n) (i32.const 1))))"
    "      (else (call $outer (i32.const -1))))))";

/* Expects an access out of bounds in the function of that name. */
static void expect_fault(World *world, Instance *instance, const char *name, uint64_t argument,
                         const char *function) {
    static const char words[] = "out of bounds memory access";
    char message[100];
    snprintf(message, sizeof message, "%s in function %s", words, function);
    uint64_t slots[1] = {argument};
    Error error;
    cr_assert_not(function_call(
        world->store, world_export(instance, name, EXTERN_FUNCTION).function, slots, &error));
    cr_assert_eq(error.kind, ERROR_TRAP);
    /* An instrumented executor may have put its instruction pointer away. */
    if (IS_INSTRUMENTED && strcmp(error.message, words) == 0) return;
    cr_assert_str_eq(error.message, message);
}

Test(fault, accesses_beyond_the_end_trap_and_name_the_function) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, accesses);
    cr_assert_eq(world_call(&world, instance, "load", 65532), 0);
    expect_fault(&world, instance, "load", 65533, "load");
    expect_fault(&world, instance, "load", 65536, "load");
    expect_fault(&world, instance, "load", 0x80000000, "load");
    expect_fault(&world, instance, "load", 0xffffffff, "load");
    cr_assert_eq(world_call(&world, instance, "byte", 65535), 0);
    expect_fault(&world, instance, "byte", 65536, "byte");
    expect_fault(&world, instance, "far", 0, "far");
    expect_fault(&world, instance, "far", 0xffffffff, "far");
    expect_fault(&world, instance, "drop", 65536, "drop");
    expect_fault(&world, instance, "unread", 65536, "unread");
    cr_assert_eq(world_call(&world, instance, "unread", 0), 0);
    expect_fault(&world, instance, "outer", 65536, "inner");
    expect_fault(&world, instance, "after", 65536, "after");
    expect_fault(&world, instance, "deep", 0, "inner");
    expect_fault(&world, instance, "deep", 100, "inner");
    world_close(&world);
}

Test(fault, a_store_across_the_end_writes_nothing) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, accesses);
    expect_fault(&world, instance, "store", 65532, "store");
    cr_assert_eq(world_call(&world, instance, "load", 65532), 0);
    world_call(&world, instance, "store", 65528);
    cr_assert_eq(world_call(&world, instance, "load", 65532), 0xffffffff);
    world_close(&world);
}

Test(fault, the_end_moves_with_growth) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, accesses);
    expect_fault(&world, instance, "load", 2 * 65536, "load");
    cr_assert_eq(world_call(&world, instance, "grow", 2), 1);
    cr_assert_eq(world_call(&world, instance, "load", 2 * 65536), 0);
    expect_fault(&world, instance, "load", 3 * 65536, "load");
    cr_assert_eq(world_call(&world, instance, "grow", 1), UINT32_MAX);
    expect_fault(&world, instance, "load", 3 * 65536, "load");
    world_close(&world);
}

Test(fault, thousands_of_traps) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, accesses);
    for (int i = 0; i < 5000; i++)
        expect_fault(&world, instance, "load", 0x10000000u + 4096u * (unsigned)i, "load");
    world_close(&world);
}

Test(fault, other_memories_and_64_bit_addresses) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(
        &world, NULL,
        "(module (memory 1) (memory $two 2) (memory $wide i64 1)"
        "  (func $two (export \"two\") (param i32) (result i32) (i32.load $two (local.get 0)))"
        "  (func $wide (export \"wide\") (param i64) (result i32)"
        "    (i32.load $wide offset=16 (local.get 0))))");
    cr_assert_eq(world_call(&world, instance, "two", 2 * 65536 - 4), 0);
    expect_fault(&world, instance, "two", 2 * 65536 - 3, "two");
    cr_assert_eq(world_call(&world, instance, "wide", 65536 - 20), 0);
    expect_fault(&world, instance, "wide", 65536 - 19, "wide");
    expect_fault(&world, instance, "wide", UINT64_MAX, "wide");
    expect_fault(&world, instance, "wide", UINT64_MAX - 15, "wide");
    expect_fault(&world, instance, "wide", 1ull << 40, "wide");
    world_close(&world);
}

/* ---- Signals that are not ours --------------------------------------------------------------- */

static void *other_page;
static volatile sig_atomic_t handled_signal;
static volatile bool was_blocked;

/* A handler of somebody else: makes the page accessible, so that the access succeeds. */
static void unlock_page(int number, siginfo_t *info, void *context) {
    (void)context;
    if (info->si_addr != other_page) _exit(99);
    handled_signal = number;
    sigset_t now;
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    was_blocked = sigismember(&now, SIGSEGV) && sigismember(&now, SIGUSR1);
    mprotect(other_page, 4096, PROT_READ | PROT_WRITE);
}

static Trap touch_page(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment, (void)caller;
    *(volatile char *)other_page = 1;
    slots[0] = 7;
    return TRAP_NONE;
}

Test(fault, faults_elsewhere_reach_the_previous_handler) {
    struct sigaction action = {.sa_sigaction = unlock_page, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaction(SIGSEGV, &action, NULL);
    other_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    World world = world_open(DEFAULT_STACK_SLOTS);
    world_give_function(&world, "touch", 0, 1, touch_page, NULL);
    Instance *instance = world_add(&world, NULL,
                                   "(module (import \"host\" \"touch\" (func $t (result i32)))"
                                   "  (memory 1)"
                                   "  (func $f (export \"f\") (result i32) (call $t))"
                                   "  (func $load (export \"load\") (param i32) (result i32)"
                                   "    (i32.load (local.get 0))))");
    expect_fault(&world, instance, "load", 65536, "load");
    cr_assert_eq(handled_signal, 0); /* the guest's fault was not theirs */
    cr_assert_eq(world_call(&world, instance, "f", 0), 7);
    cr_assert_eq(handled_signal, SIGSEGV);
    cr_assert(was_blocked);
    expect_fault(&world, instance, "load", 65536, "load");
    world_close(&world);
}

static sigjmp_buf escape;

static void jump_away(int number) { siglongjmp(escape, number); }

Test(fault, a_previous_handler_may_jump) {
    signal(SIGSEGV, jump_away);
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, accesses);
    expect_fault(&world, instance, "load", 65536, "load");
    if (sigsetjmp(escape, 1) == 0) {
        *(volatile char *)NULL = 1;
        cr_assert_fail("not reached");
    }
    expect_fault(&world, instance, "load", 65536, "load");
    world_close(&world);
}

static Trap dereference_null(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment, (void)caller, (void)slots;
    *(volatile char *)NULL = 1;
    return TRAP_NONE;
}

#ifndef TAILRACE_BOUNDS_EXPLICIT

/* A host function that does not check a guest's pointer is wrong, and no trap hides it. */
static Trap dereference_beyond_memory(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment, (void)slots;
    ((volatile uint8_t *)caller->memory0->base)[caller->memory0->size] = 1;
    return TRAP_NONE;
}

#endif

static Trap do_nothing(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment, (void)caller, (void)slots;
    return TRAP_NONE;
}

/* The signal that ends a child process which calls `host` from wasm and then, if it is not 0, sends
 * `sent` to itself; 0 if nothing ends it. The guest had a fault before. */
static int signal_of_child(HostFunction host, int sent) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    world_give_function(&world, "bad", 0, 0, host, NULL);
    Instance *instance = world_add(&world, NULL,
                                   "(module (import \"host\" \"bad\" (func $bad)) (memory 1)"
                                   "  (func (export \"f\") (call $bad))"
                                   "  (func $load (export \"load\") (param i32)"
                                   "    (drop (i32.load (local.get 0)))))");
    expect_fault(&world, instance, "load", 65536, "load");
    Function *f = world_export(instance, "f", EXTERN_FUNCTION).function;
    fflush(NULL);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) { /* no assertions in here: they need the parent's connection */
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        Error error;
        function_call(world.store, f, NULL, &error);
        if (sent) raise(sent);
        _exit(0);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    world_close(&world);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

Test(fault, genuine_crashes_end_the_process) {
    signal(SIGSEGV, SIG_DFL); /* sanitizers and test libraries have handlers */
    signal(SIGBUS, SIG_DFL);
    cr_assert_eq(signal_of_child(do_nothing, 0), 0);
    cr_assert_eq(signal_of_child(dereference_null, 0), SIGSEGV);
#ifndef TAILRACE_BOUNDS_EXPLICIT
    cr_assert_eq(signal_of_child(dereference_beyond_memory, 0), SIGSEGV);
#endif
    cr_assert_eq(signal_of_child(do_nothing, SIGSEGV), SIGSEGV);
    cr_assert_eq(signal_of_child(do_nothing, SIGBUS), SIGBUS);
}

Test(fault, an_ignored_signal_stays_ignored) {
    signal(SIGBUS, SIG_IGN);
    cr_assert_eq(signal_of_child(do_nothing, SIGBUS), 0);
}

#ifndef TAILRACE_BOUNDS_EXPLICIT

/* The handler runs on the alternative stack if there is one, and leaves it by jumping. */
Test(fault, with_an_alternative_stack) {
    static char bytes[1 << 16];
    stack_t stack = {.ss_sp = bytes, .ss_size = sizeof bytes};
    cr_assert_eq(sigaltstack(&stack, NULL), 0);
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, accesses);
    for (int i = 0; i < 100; i++)
        expect_fault(&world, instance, "load", 65536, "load");
    world_close(&world);
}

#endif
