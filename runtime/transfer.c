#include "runtime/transfer.h"

#include <string.h>

#include "runtime/executor.h"

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

/* What stands below a callee's frame when it runs in another instance than its caller. */
enum { SAVED_IP, SAVED_FP, SAVED_INSTANCE, SAVED_RESULT_COUNT, SAVED_SLOTS };

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
        memmove(fp, fp + base, callee->type->result_count * sizeof *fp);
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
    memmove(frame, arguments, callee->type->parameter_count * sizeof *frame);
    if (saves) {
        saved[SAVED_IP] = back;
        saved[SAVED_FP] = caller;
        saved[SAVED_INSTANCE] = (uintptr_t)instance;
        saved[SAVED_RESULT_COUNT] = callee->type->result_count;
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
    memmove(fp, fp + SAVED_SLOTS, fp[SAVED_RESULT_COUNT] * sizeof *fp);
    transfer->result = fp[0];
    return TRAP_NONE;
}
