/* Calls from the host into wasm and from wasm to the host. */
#include <string.h>

#include "runtime/fault.h"
#include "runtime/transfer.h"

/* Says which exception has left, and where it was thrown. */
static bool report_exception(Store *store, Error *error) {
    const Exception *exception = store->exception;
    const Instance *instance = store_find_instance(store, exception->thrown_at);
    if (!instance) return fail(error, ERROR_EXCEPTION, "uncaught exception, thrown by the host");
    const Code *code = program_find(instance->program, exception->thrown_at);
    char name[128], function[128];
    module_tag_name(instance->module, exception->tag_index, name, sizeof name);
    bool has_name =
        module_function_name(instance->module, code->function, function, sizeof function);
    return fail(error, ERROR_EXCEPTION, "uncaught exception with tag %s, thrown in %s%s", name,
                has_name ? "function " : "", function);
}

/* Reports a trap in the function that was executed last, if there is one. */
static bool report(Store *store, Trap trap, Error *error) {
    if (trap == TRAP_EXIT) {
        error->kind = ERROR_NONE;
        error->message[0] = '\0';
        return false;
    }
    if (trap == TRAP_EXCEPTION) return report_exception(store, error);
    const char *words =
        trap == TRAP_HOST && store->host_message[0] ? store->host_message : trap_words(trap);
    const Module *module;
    const Code *code = store_find_code(store, store->stopped_at, &module);
    if (!code) return fail(error, ERROR_TRAP, "%s", words);
    char buffer[128];
    bool has_name = module_function_name(module, code->function, buffer, sizeof buffer);
    return fail(error, ERROR_TRAP, "%s in %s%s", words, has_name ? "function " : "", buffer);
}

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

void clean_values(const ValueType *types, uint32_t count, uint64_t *slots) {
    for (uint32_t i = 0; i < count; i++)
        if (types[i] == TYPE_F32 || types[i] == TYPE_I32) slots[i] = (uint32_t)slots[i];
}

/* Calls wasm code in a new frame at the top of the value stack. */
static Trap call_code(Store *store, Function *function, uint64_t *slots) {
    const Code *code = function->code;
    const FunctionType *type = function->type;
    uint64_t *fp = store->top;
    store->stopped_at = code->entry;
    if ((size_t)(store->stack_end - fp) < larger(code->frame_slots, type->result_count))
        return TRAP_CALL_STACK_EXHAUSTED;
    if (type->parameter_count) memcpy(fp, slots, type->parameter_count * sizeof *fp);
    clean_values(type->parameters, type->parameter_count, fp);
    fp[code->link_slot] = (uintptr_t)halt_code();
    fp[code->link_slot + 1] = (uintptr_t)fp;
    Trap trap = execute(code, fp, function->instance);
    if (trap != TRAP_NONE || type->result_count == 0) return trap;
    memcpy(slots, fp, type->result_count * sizeof *fp);
    clean_values(type->results, type->result_count, slots);
    return trap;
}

static Trap run_host(Instance *caller, Function *function, uint64_t *slots) {
    caller->store->host_message[0] = '\0';
    void *suspended = fault_suspend();
    Trap trap = function->host(function->environment, caller, slots);
    fault_resume(suspended);
    return trap;
}

bool function_call(Store *store, Function *function, uint64_t *slots, Error *error) {
    Trap trap = TRAP_CALL_STACK_EXHAUSTED;
    store->stopped_at = NULL;
    if (store->nested_calls < MAX_NESTED_CALLS) {
        store->nested_calls++;
        trap = function->code ? call_code(store, function, slots)
                              : run_host(&store->outside, function, slots);
        store->nested_calls--;
    }
    return trap == TRAP_NONE || report(store, trap, error);
}

Trap call_host(Instance *caller, Function *function, uint64_t *slots) {
    Store *store = caller->store;
    uint64_t *top = store->top;
    const FunctionType *type = function->type;
    uint64_t *end = slots + larger(type->parameter_count, type->result_count);
    if (end > store->stack_end) return TRAP_CALL_STACK_EXHAUSTED;
    clean_values(type->parameters, type->parameter_count, slots);
    store->top = end;
    Trap trap = run_host(caller, function, slots);
    clean_values(type->results, type->result_count, slots);
    store->top = top;
    return trap;
}
