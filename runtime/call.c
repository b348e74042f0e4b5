/* Calls from the host into wasm, from wasm to the host, and from instance to instance. */
#include "runtime/call.h"

#include <string.h>

#include "runtime/executor.h"
#include "runtime/fault.h"

static const uint8_t *single_instruction(uint8_t *bytes, uint16_t opcode) {
    const DispatchWords *words = executor.words();
    memcpy(bytes, &words->words[opcode], words->size); /* little-endian: the low bytes */
    return bytes;
}

const uint8_t *halt_code(void) {
    static uint8_t bytes[8];
    return single_instruction(bytes, op_info[OP_halt].variants[0]);
}

const uint8_t *leave_code(void) {
    static uint8_t bytes[8];
    return single_instruction(bytes, op_info[OP_leave].variants[0]);
}

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

void clean_values(const SlotType *types, uint32_t count, uint64_t *slots) {
    for (uint32_t i = 0; i < count; i++)
        if (types[i] == TYPE_F32 || types[i] == TYPE_I32) slots[i] = (uint32_t)slots[i];
}

/* Calls wasm code in a new frame at the top of the value stack. */
static Trap call_code(Store *store, Function *function, uint64_t *slots) {
    const Code *code = function->code;
    const FunctionType *type = function->type;
    uint64_t *fp = store->top;
    store->stopped_at = code->entry;
    if ((size_t)(store->stack_end - fp) < larger(code->frame_slots, type->result_slots))
        return TRAP_CALL_STACK_EXHAUSTED;
    if (type->parameter_slots) memcpy(fp, slots, type->parameter_slots * sizeof *fp);
    clean_values(type->parameter_slot_types, type->parameter_slots, fp);
    fp[code->link_slot] = (uintptr_t)halt_code();
    fp[code->link_slot + 1] = (uintptr_t)fp;
    Trap trap = execute(code, fp, function->instance);
    if (trap != TRAP_NONE || type->result_slots == 0) return trap;
    memcpy(slots, fp, type->result_slots * sizeof *fp);
    clean_values(type->result_slot_types, type->result_slots, slots);
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

/* Calls a host function from a handler: `slots` holds arguments, then results, and everything above
 * them is free for nested calls. */
static Trap call_host(Instance *caller, Function *function, uint64_t *slots) {
    Store *store = caller->store;
    uint64_t *top = store->top;
    const FunctionType *type = function->type;
    uint64_t *end = slots + larger(type->parameter_slots, type->result_slots);
    if (end > store->stack_end) return TRAP_CALL_STACK_EXHAUSTED;
    clean_values(type->parameter_slot_types, type->parameter_slots, slots);
    store->top = end;
    Trap trap = run_host(caller, function, slots);
    clean_values(type->result_slot_types, type->result_slots, slots);
    store->top = top;
    return trap;
}

/* What stands below a callee's frame when it runs in another instance than its caller. */
enum { SAVED_IP, SAVED_FP, SAVED_INSTANCE, SAVED_RESULT_SLOTS, SAVED_SLOTS };

static Trap call_host_function(Instance *instance, uint64_t *fp) {
    Transfer *transfer = &instance->transfer;
    const uint32_t base = transfer->base, link = transfer->link;
    const uint8_t *back = transfer->back;
    const Function *callee = transfer->callee;
    /* Nested calls use the same Transfer: nothing of the request is read behind this line. */
    const Trap trap = call_host(instance, transfer->callee, fp + base);
    transfer->instance = instance;
    if (link == NO_LINK) {
        transfer->ip = back;
        transfer->fp = fp;
    } else { /* a tail call: return at once */
        transfer->ip = (const uint8_t *)(uintptr_t)fp[link];
        transfer->fp = (uint64_t *)(uintptr_t)fp[link + 1];
    }
    if (trap != TRAP_NONE) return trap;
    if (link == NO_LINK) {
        transfer->result = fp[base];
    } else {
        memmove(fp, fp + base, callee->type->result_slots * sizeof *fp);
        transfer->result = fp[0];
    }
    return TRAP_NONE;
}

Trap call_slow(Instance *instance, uint64_t *fp) {
    Transfer *transfer = &instance->transfer;
    Function *callee = transfer->callee;
    if (!callee->code) return call_host_function(instance, fp);

    const bool is_tail_call = transfer->link != NO_LINK;
    uint64_t *arguments = fp + transfer->base;
    uint64_t *saved = is_tail_call ? fp : arguments;
    uint64_t back = (uintptr_t)transfer->back, caller = (uintptr_t)fp;
    uint64_t *frame = saved + SAVED_SLOTS;
    bool saves = true;
    if (is_tail_call) {
        back = fp[transfer->link];
        caller = fp[transfer->link + 1];
        /* The frame below already leads back to another instance: it serves the callee, too, so
         * that chains of tail calls between instances run in constant space (spec 4.4.8). */
        if (back == (uintptr_t)leave_code()) {
            saves = false;
            saved = (uint64_t *)(uintptr_t)caller;
            frame = fp;
        }
    }
    if (frame + callee->code->frame_slots > instance->stack_end) return TRAP_CALL_STACK_EXHAUSTED;
    memmove(frame, arguments, callee->type->parameter_slots * sizeof *frame);
    if (saves) {
        saved[SAVED_IP] = back;
        saved[SAVED_FP] = caller;
        saved[SAVED_INSTANCE] = (uintptr_t)instance;
        saved[SAVED_RESULT_SLOTS] = callee->type->result_slots;
    }
    frame[callee->code->link_slot] = (uintptr_t)leave_code();
    frame[callee->code->link_slot + 1] = (uintptr_t)saved;
    transfer->ip = callee->code->entry;
    transfer->fp = frame;
    transfer->instance = callee->instance;
    return TRAP_NONE;
}

void leave_frame(uint64_t **fp, const uint8_t **back, Instance **instance) {
    const uint64_t *saved = *fp;
    *back = (const uint8_t *)(uintptr_t)saved[SAVED_IP];
    *fp = (uint64_t *)(uintptr_t)saved[SAVED_FP];
    *instance = (Instance *)(uintptr_t)saved[SAVED_INSTANCE];
}

Trap leave_instance(Instance *instance, uint64_t *fp) {
    Transfer *transfer = &instance->transfer;
    transfer->fp = fp;
    leave_frame(&transfer->fp, &transfer->ip, &transfer->instance);
    memmove(fp, fp + SAVED_SLOTS, fp[SAVED_RESULT_SLOTS] * sizeof *fp);
    transfer->result = fp[0];
    return TRAP_NONE;
}
