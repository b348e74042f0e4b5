#define _GNU_SOURCE 1

#include "runtime/fault.h"

#include "runtime/executor.h"

#ifdef TAILRACE_BOUNDS_EXPLICIT

/* Every access is checked: there is no fault that could be the guest's. */
Trap execute(const Code *code, uint64_t *fp, Instance *instance) {
    return executor.enter(code->entry, fp, instance);
}

void fault_watch_frame(uint64_t *const *fp) { (void)fp; }

void *fault_suspend(void) { return NULL; }

void fault_resume(void *suspended) { (void)suspended; }

#else

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

enum { MAX_REGISTERS = 31 }; /* general registers of the processors known below */

/* Wasm code running on this thread, innermost. */
typedef struct Execution {
    Store *store;
    const uint8_t *entry; /* where it began */
    sigjmp_buf landing;
    uint64_t *const *frame; /* where the executor keeps the frame pointer; NULL: in a register */
    uint64_t fp;            /* at the fault, if it was there */
    unsigned register_count; /* of the general registers at the fault */
    uint64_t registers[MAX_REGISTERS];
} Execution;

/* NULL while no wasm code or a host function runs. */
static _Thread_local Execution *volatile running;

/* Who had the signals before. */
static struct sigaction previous_segv, previous_bus;

/* Whether an access of wasm code has gone there: beyond the accessible part of a memory, or across
 * its end (where a processor may report the start of the access). */
static bool is_guarded(const Store *store, uintptr_t address) {
    for (const MemoryNode *node = store->memories; node; node = node->next) {
        uintptr_t offset = address - (uintptr_t)node->memory.base;
        if (offset < node->memory.reserved && offset + sizeof(uint64_t) > node->memory.size)
            return true;
    }
    return false;
}

static void save_registers(Execution *execution, const ucontext_t *context) {
#if defined(__x86_64__)
    execution->register_count = REG_RSP - REG_R8 + 1; /* numbered 0 to 15 in no telling order */
    memcpy(execution->registers, &context->uc_mcontext.gregs[REG_R8],
           execution->register_count * sizeof(uint64_t));
#elif defined(__aarch64__)
    execution->register_count = MAX_REGISTERS;
    memcpy(execution->registers, context->uc_mcontext.regs, sizeof execution->registers);
#else
    (void)context;
    execution->register_count = 0;
#endif
}

/* Does what the previous action would have done, had it still been installed. */
static void pass_on(int number, siginfo_t *info, void *context) {
    struct sigaction *previous = number == SIGSEGV ? &previous_segv : &previous_bus;
    bool was_sent = info->si_code <= 0; /* by kill and the like; else the instruction faulted */
    bool is_handler = (previous->sa_flags & SA_SIGINFO) ||
                      (previous->sa_handler != SIG_DFL && previous->sa_handler != SIG_IGN);
    if (!is_handler) {
        if (previous->sa_handler == SIG_IGN && was_sent) return;
        /* A faulting instruction is executed again on return, and its fault then has the default
         * action, which ignores nothing; a sent signal has to be sent again. */
        signal(number, SIG_DFL);
        if (was_sent) raise(number);
        return;
    }
    sigset_t blocked = previous->sa_mask, before;
    if (!(previous->sa_flags & SA_NODEFER)) sigaddset(&blocked, number);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    struct sigaction action = *previous;
    if (action.sa_flags & (int)SA_RESETHAND) {
        previous->sa_flags &= ~SA_SIGINFO;
        previous->sa_handler = SIG_DFL;
    }
    if (action.sa_flags & SA_SIGINFO)
        action.sa_sigaction(number, info, context);
    else
        action.sa_handler(number);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void on_fault(int number, siginfo_t *info, void *context) {
    Execution *execution = running;
    if (execution && info->si_code > 0 && is_guarded(execution->store, (uintptr_t)info->si_addr)) {
        save_registers(execution, context);
        if (execution->frame) execution->fp = (uintptr_t)*execution->frame;
        siglongjmp(execution->landing, 1);
    }
    pass_on(number, info, context);
}

/* SA_NODEFER leaves the signal mask alone, so that setting up and taking the jump need no system
 * call. SA_ONSTACK is for the previous handlers: one that reports stack overflows needs it. */
static void install(void) {
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previous_segv);
    sigaction(SIGBUS, &action, &previous_bus);
}

/* Whether `value` looks like the frame of a call of `code`. */
static bool is_frame(const Store *store, const Code *code, uint64_t value) {
    const uint64_t *fp = (const uint64_t *)(uintptr_t)value;
    if (value % sizeof *fp != 0 || fp < store->stack || fp >= store->stack_end ||
        (size_t)(store->stack_end - fp) < code->frame_slots)
        return false;
    const uint64_t *caller = (const uint64_t *)(uintptr_t)fp[code->link_slot + 1];
    return caller >= store->stack && caller <= fp;
}

/* A register that points into bytecode. */
typedef struct Candidate {
    const uint8_t *ip;
    const Code *code;
} Candidate;

/* Drops the candidates that are probably left over from before: the executor's first argument, the
 * return addresses of calls, and functions whose frame no register points to. */
static unsigned drop_stale(const Execution *execution, Candidate *candidates, unsigned count) {
    const uint64_t *frames = execution->frame ? &execution->fp : execution->registers;
    const unsigned places = execution->frame ? 1 : execution->register_count;
    bool has_frame[MAX_REGISTERS] = {false}, is_return_address[MAX_REGISTERS] = {false};
    for (unsigned i = 0; i < count; i++) {
        const Code *code = candidates[i].code;
        for (unsigned j = 0; j < places; j++) {
            if (!is_frame(execution->store, code, frames[j])) continue;
            const uint64_t *fp = (const uint64_t *)(uintptr_t)frames[j];
            has_frame[i] = true;
            for (unsigned k = 0; k < count; k++)
                if (candidates[k].code != code &&
                    (uintptr_t)candidates[k].ip == fp[code->link_slot])
                    is_return_address[k] = true;
        }
    }
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++)
        if (has_frame[i] && !is_return_address[i] && candidates[i].ip != execution->entry)
            candidates[kept++] = candidates[i];
    return kept;
}

static bool is_unanimous(const Candidate *candidates, unsigned count) {
    for (unsigned i = 1; i < count; i++)
        if (candidates[i].code != candidates[0].code) return false;
    return count > 0;
}

#if defined(__has_feature)
#define IS_INSTRUMENTED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define IS_INSTRUMENTED 1
#else
#define IS_INSTRUMENTED 0
#endif

/* Where the fault was: executors keep the instruction pointer in a register, unless they are
 * instrumented, which leaves too few. NULL if that cannot be told: rather no place than a wrong
 * one. */
static const uint8_t *find_ip(const Execution *execution) {
    if (IS_INSTRUMENTED || executor.hides_ip) return NULL;
    Candidate candidates[MAX_REGISTERS];
    unsigned count = 0;
#ifdef __x86_64__
    if (executor.ip_in_r14) {
        const uint8_t *ip = (const uint8_t *)(uintptr_t)execution->registers[REG_R14 - REG_R8];
        const Module *module;
        if (store_find_code(execution->store, ip, &module)) return ip;
    }
#endif
    for (unsigned i = 0; i < execution->register_count; i++) {
        const uint8_t *ip = (const uint8_t *)(uintptr_t)execution->registers[i];
        const Module *module;
        const Code *code = store_find_code(execution->store, ip, &module);
        if (code) candidates[count++] = (Candidate){ip, code};
    }
    if (!is_unanimous(candidates, count)) count = drop_stale(execution, candidates, count);
    return is_unanimous(candidates, count) ? candidates[0].ip : NULL;
}

/* Leaves zeros in the registers that a call may change. What the translator left there, such as
 * where it put a function's code, would look like an instruction pointer. */
#if defined(__has_attribute)
#if __has_attribute(zero_call_used_regs)
__attribute__((zero_call_used_regs("all-gpr")))
#endif
#endif
static __attribute__((noinline)) void clear_registers(void) {
    __asm__ volatile(""); /* for the compiler: the call is not without effect */
}

Trap execute(const Code *code, uint64_t *fp, Instance *instance) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
    Execution execution;
    execution.store = instance->store;
    execution.entry = code->entry;
    execution.frame = NULL;
    Trap trap;
    if (sigsetjmp(execution.landing, 0) == 0) {
        running = &execution;
        clear_registers();
        trap = executor.enter(code->entry, fp, instance);
    } else {
        trap = TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS;
        *instance->stopped_at = find_ip(&execution);
    }
    running = NULL;
    return trap;
}

void fault_watch_frame(uint64_t *const *fp) {
    if (running) running->frame = fp;
}

void *fault_suspend(void) {
    Execution *suspended = running;
    running = NULL;
    return suspended;
}

void fault_resume(void *suspended) { running = suspended; }

#endif
