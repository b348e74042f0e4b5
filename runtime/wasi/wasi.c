#define _GNU_SOURCE
#include "runtime/wasi/wasi.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "runtime/wasi/internal.h"

/* ---- The table ------------------------------------------------------------------------------- */

struct WasiEntry {
    const char *name;
    const char *signature;
    WasiFunction function;
};

static const WasiEntry table[WASI_FUNCTION_COUNT] = {
#define X(name, signature) {#name, signature, wasi_##name},
    WASI_FUNCTIONS(X)
#undef X
};

/* The program's memory is the one that it exports as "memory", which need not be its first. What
 * exports none of that name, and is no WASI program to the letter, has its first one looked at. */
static Memory *memory_of(Wasi *wasi, Instance *caller) {
    if (wasi->caller == caller) return wasi->memory;
    Extern found;
    bool is_exported =
        caller->module && instance_export(caller, "memory", &found) && found.kind == EXTERN_MEMORY;
    wasi->caller = caller;
    wasi->memory = is_exported ? found.memory : caller->memory0;
    return wasi->memory;
}

/* The host function behind every import. */
static Trap call_wasi(void *environment, Instance *caller, uint64_t *slots) {
    const Binding *binding = environment;
    WasiCall call = {
        .wasi = binding->wasi,
        .memory = memory_of(binding->wasi, caller),
        .arguments = slots,
        .unstable = binding->unstable,
        .trap = TRAP_NONE,
    };
    WasiErrno error = binding->entry->function(&call);
    slots[0] = error;
    return call.trap;
}

static const FunctionType *function_type(const char *signature) {
    ValueType parameters[16];
    ValueType result = TYPE_I32;
    uint32_t parameter_count = 0, result_count = 1;
    for (; *signature; signature++) {
        if (*signature == '!')
            result_count = 0;
        else
            parameters[parameter_count++] = *signature == 'I' ? TYPE_I64 : TYPE_I32;
    }
    return intern_function_type(parameters, parameter_count, &result, result_count);
}

static bool name_is(Name name, const char *text) {
    return name.length == strlen(text) && memcmp(name.bytes, text, name.length) == 0;
}

bool wasi_resolve(void *context, const Import *import, Extern *found) {
    Wasi *wasi = context;
    bool unstable = name_is(import->module, "wasi_unstable");
    if (!unstable && !name_is(import->module, "wasi_snapshot_preview1")) return false;
    if (import->kind != EXTERN_FUNCTION) return false;
    for (size_t i = 0; i < WASI_FUNCTION_COUNT; i++) {
        if (!name_is(import->name, table[i].name)) continue;
        Binding *binding = &wasi->bindings[unstable][i];
        *binding = (Binding){.wasi = wasi, .entry = &table[i], .unstable = unstable};
        const FunctionType *type = function_type(table[i].signature);
        if (!type) return false;
        found->kind = EXTERN_FUNCTION;
        found->function = store_host_function(wasi->store, type, call_wasi, binding);
        return found->function != NULL;
    }
    return false;
}

/* ---- Making and freeing ---------------------------------------------------------------------- */

static char **copy_strings(size_t count, const char *const *strings) {
    char **copies = calloc(count + 1, sizeof *copies);
    for (size_t i = 0; copies && i < count; i++) {
        copies[i] = strdup(strings[i]);
        if (!copies[i]) return copies; /* the caller counts */
    }
    return copies;
}

static bool copied(char **copies, size_t count) {
    return copies && (count == 0 || copies[count - 1]);
}

static void free_strings(char **strings) {
    for (size_t i = 0; strings && strings[i]; i++)
        free(strings[i]);
    free(strings);
}

/* Standard streams can be read or written, asked about and waited for, whatever they are: a
 * directory as standard input is not a preopened one. */
static bool add_stream(Wasi *wasi, uint32_t expected, int host) {
    int mode = host < 0 ? -1 : fcntl(host, F_GETFL);
    if (mode < 0) return true; /* closed: the number stays free */
    uint32_t number;
    if (descriptor_add(wasi, host, true, expected, &number) != WASI_SUCCESS) return false;
    WasiRights rights = RIGHT_FD_SEEK | RIGHT_FD_TELL | RIGHT_FD_FILESTAT_GET | RIGHT_FD_SYNC |
                        RIGHT_FD_DATASYNC | RIGHT_FD_FDSTAT_SET_FLAGS | RIGHT_FD_ADVISE |
                        RIGHT_POLL_FD_READWRITE;
    int access = mode & O_ACCMODE;
    if (expected == 0 && access != O_WRONLY) rights |= RIGHT_FD_READ;
    if (expected != 0 && access != O_RDONLY) rights |= RIGHT_FD_WRITE;
    Descriptor *descriptor = &wasi->descriptors[number];
    descriptor->rights = rights & descriptor->applicable;
    descriptor->flags = mode & O_APPEND ? FDFLAG_APPEND : 0;
    return true;
}

static bool add_preopen(Wasi *wasi, const WasiPreopen *preopen, Error *error) {
    int host = open(preopen->host_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (host < 0)
        return fail(error, ERROR_FILE, "cannot open directory %s: %s", preopen->host_path,
                    strerror(errno));
    char *name = strdup(preopen->guest_path);
    uint32_t number;
    /* wasi-libc looks for these from 3 on, even if a standard stream is closed. */
    if (!name || descriptor_add(wasi, host, false, 3, &number) != WASI_SUCCESS) {
        free(name);
        close(host);
        return fail(error, ERROR_MEMORY, "out of memory");
    }
    Descriptor *descriptor = &wasi->descriptors[number];
    descriptor->rights = descriptor->applicable;
    descriptor->inheriting = ALL_RIGHTS;
    descriptor->preopen = name;
    return true;
}

static bool set_up(Wasi *wasi, const WasiOptions *options, Error *error) {
    wasi->arguments = copy_strings(options->argument_count, options->arguments);
    wasi->variables = copy_strings(options->variable_count, options->variables);
    wasi->descriptors = calloc(8, sizeof *wasi->descriptors);
    if (!wasi->descriptors) return fail(error, ERROR_MEMORY, "out of memory");
    wasi->descriptor_count = 8;
    for (uint32_t i = 0; i < wasi->descriptor_count; i++)
        wasi->descriptors[i].host = -1;

    if (!copied(wasi->arguments, options->argument_count) ||
        !copied(wasi->variables, options->variable_count) ||
        !add_stream(wasi, 0, options->standard_input) ||
        !add_stream(wasi, 1, options->standard_output) ||
        !add_stream(wasi, 2, options->standard_error))
        return fail(error, ERROR_MEMORY, "out of memory");
    for (size_t i = 0; i < options->preopen_count; i++)
        if (!add_preopen(wasi, &options->preopens[i], error)) return false;
    return true;
}

Wasi *wasi_new(Store *store, const WasiOptions *options, Error *error) {
    Wasi *wasi = calloc(1, sizeof *wasi);
    if (!wasi) {
        fail(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    wasi->store = store;
    wasi->portable_paths = options->portable_paths;
    if (!set_up(wasi, options, error)) {
        wasi_free(wasi);
        return NULL;
    }
    return wasi;
}

void wasi_free(Wasi *wasi) {
    if (!wasi) return;
    for (uint32_t i = 0; i < wasi->descriptor_count; i++)
        if (wasi->descriptors[i].host >= 0) descriptor_close(&wasi->descriptors[i]);
    free(wasi->descriptors);
    free_strings(wasi->arguments);
    free_strings(wasi->variables);
    free(wasi);
}

/* ---- Arguments and environment --------------------------------------------------------------- */

static WasiErrno strings_sizes(const WasiCall *call, char *const *strings) {
    uint8_t *count_at = guest_bytes(call, argument32(call, 0), 4);
    uint8_t *size_at = guest_bytes(call, argument32(call, 1), 4);
    if (!count_at || !size_at) return WASI_EFAULT;
    uint32_t count = 0, size = 0;
    for (; strings[count]; count++)
        size += (uint32_t)strlen(strings[count]) + 1;
    store32(count_at, count);
    store32(size_at, size);
    return WASI_SUCCESS;
}

static WasiErrno strings_get(const WasiCall *call, char *const *strings) {
    uint32_t pointer = argument32(call, 0), address = argument32(call, 1);
    for (; *strings; strings++) {
        uint32_t size = (uint32_t)strlen(*strings) + 1;
        uint8_t *pointer_at = guest_bytes(call, pointer, 4);
        uint8_t *bytes = guest_bytes(call, address, size);
        if (!pointer_at || !bytes) return WASI_EFAULT;
        memcpy(bytes, *strings, size);
        store32(pointer_at, address);
        pointer += 4;
        address += size;
    }
    return WASI_SUCCESS;
}

WasiErrno wasi_args_sizes_get(WasiCall *call) { return strings_sizes(call, call->wasi->arguments); }
WasiErrno wasi_args_get(WasiCall *call) { return strings_get(call, call->wasi->arguments); }
WasiErrno wasi_environ_sizes_get(WasiCall *call) {
    return strings_sizes(call, call->wasi->variables);
}
WasiErrno wasi_environ_get(WasiCall *call) { return strings_get(call, call->wasi->variables); }

/* ---- Clocks, random bytes, the process ------------------------------------------------------- */

static WasiErrno clock_call(const WasiCall *call, uint32_t result,
                            int (*ask)(clockid_t, struct timespec *)) {
    static const clockid_t clocks[] = {
        CLOCK_REALTIME,
        CLOCK_MONOTONIC,
        CLOCK_PROCESS_CPUTIME_ID,
        CLOCK_THREAD_CPUTIME_ID,
    };
    uint32_t clock = argument32(call, 0);
    if (clock >= sizeof clocks / sizeof clocks[0]) return WASI_EINVAL;
    uint8_t *time_at = guest_bytes(call, result, 8);
    if (!time_at) return WASI_EFAULT;
    struct timespec time;
    if (ask(clocks[clock], &time) != 0) return errno_to_wasi(errno);
    store64(time_at, (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec);
    return WASI_SUCCESS;
}

WasiErrno wasi_clock_res_get(WasiCall *call) {
    return clock_call(call, argument32(call, 1), clock_getres);
}

WasiErrno wasi_clock_time_get(WasiCall *call) { /* the precision asked for is always met */
    return clock_call(call, argument32(call, 2), clock_gettime);
}

WasiErrno wasi_random_get(WasiCall *call) {
    uint32_t size = argument32(call, 1);
    uint8_t *bytes = guest_bytes(call, argument32(call, 0), size);
    if (!bytes) return WASI_EFAULT;
    while (size > 0) {
        ssize_t got = getrandom(bytes, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno_to_wasi(errno);
        bytes += got;
        size -= (uint32_t)got;
    }
    return WASI_SUCCESS;
}

WasiErrno wasi_sched_yield(WasiCall *call) {
    (void)call;
    sched_yield();
    return WASI_SUCCESS;
}

WasiErrno wasi_proc_exit(WasiCall *call) {
    *store_exit_status(call->wasi->store) = (int)argument32(call, 0);
    call->trap = TRAP_EXIT;
    return WASI_SUCCESS;
}

WasiErrno wasi_proc_raise(WasiCall *call) {
    (void)call;
    return WASI_ENOSYS;
}

/* ---- Sockets --------------------------------------------------------------------------------- */

/* Only a standard stream can be one, and then fd_read and fd_write serve it. */

static WasiErrno socket_call(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), 0, &descriptor);
    if (error) return error;
    return descriptor->type == FILETYPE_SOCKET_STREAM ? WASI_ENOSYS : WASI_ENOTSOCK;
}

WasiErrno wasi_sock_accept(WasiCall *call) { return socket_call(call); }
WasiErrno wasi_sock_recv(WasiCall *call) { return socket_call(call); }
WasiErrno wasi_sock_send(WasiCall *call) { return socket_call(call); }
WasiErrno wasi_sock_shutdown(WasiCall *call) { return socket_call(call); }
