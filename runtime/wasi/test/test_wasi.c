/* WASI's functions, called directly on an instance that is nothing but a memory. Every test that
 * concerns paths runs twice: with the kernel's confinement and with the portable one. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "runtime/wasi/internal.h"
#include "runtime/wasi/wasi.h"

enum {
    MEMORY_SIZE = 2 * WASM_PAGE,
    RESULT = 16, /* where functions leave what they return */
    PATH = 1024, /* the first path argument */
    OTHER_PATH = 8192,
    BUFFER = 16384,
    BUFFER_SIZE = 32768,
    ROOT = 3, /* the preopened directory */
};

static char folder[64]; /* holds box/, the preopened directory, and what must not be reached */
static Store *store;
static Wasi *wasi;
static Memory memory;
static Instance guest;
static uint8_t bytes[MEMORY_SIZE];

static const char *host_path(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text) {
    int file = open(host_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    cr_assert(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
}

static void link_to(const char *target, const char *name) {
    cr_assert(symlink(target, host_path(name)) == 0);
}

static void start(bool portable) {
    const char *arguments[] = {"program", "two words", ""};
    const char *variables[] = {"HOME=/", "EMPTY="};
    char box[128];
    snprintf(box, sizeof box, "%s/box", folder);
    WasiPreopen preopen = {box, "/sandbox"};
    WasiOptions options = {
        .argument_count = 3,
        .arguments = arguments,
        .variable_count = 2,
        .variables = variables,
        .preopen_count = 1,
        .preopens = &preopen,
        .standard_input = -1,
        .standard_output = STDOUT_FILENO,
        .standard_error = STDERR_FILENO,
        .portable_paths = portable,
    };
    Error error;
    wasi_free(wasi);
    wasi = wasi_new(store, &options, &error);
    cr_assert(wasi != NULL);
    memset(bytes, 0, sizeof bytes);
}

static void set_up(void) {
    strcpy(folder, "/tmp/tailrace-wasi-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    mkdir(host_path("box"), 0777);
    mkdir(host_path("box/inner"), 0777);
    mkdir(host_path("outside"), 0777);
    write_file("secret", "secret");
    write_file("outside/secret", "secret");
    write_file("box/file", "0123456789");
    write_file("box/inner/file", "inner");
    Error error;
    store = store_new(1024, &error);
    cr_assert(store != NULL);
    memory = (Memory){.base = bytes, .size = sizeof bytes};
    guest.memory0 = &memory;
    guest.store = store;
    start(false);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at) {
    (void)status, (void)type, (void)at;
    return remove(path);
}

static void tear_down(void) {
    wasi_free(wasi);
    store_free(store);
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(wasi, .init = set_up, .fini = tear_down);

static Trap last_trap;

static Function *find(const char *module, const char *name) {
    Import import = {
        .module = {module, (uint32_t)strlen(module)},
        .name = {name, (uint32_t)strlen(name)},
        .kind = EXTERN_FUNCTION,
    };
    Extern found;
    return wasi_resolve(wasi, &import, &found) ? found.function : NULL;
}

static WasiErrno call_in(const char *module, const char *name, const uint64_t *arguments) {
    Function *function = find(module, name);
    cr_assert(function != NULL, "%s is missing", name);
    uint64_t slots[16] = {0};
    memcpy(slots, arguments, function->type->parameter_count * sizeof slots[0]);
    last_trap = function->host(function->environment, &guest, slots);
    return (WasiErrno)slots[0];
}

#define CALL(name, ...) call_in("wasi_snapshot_preview1", #name, (const uint64_t[16]){__VA_ARGS__})
#define CALL_UNSTABLE(name, ...) call_in("wasi_unstable", #name, (const uint64_t[16]){__VA_ARGS__})
#define EXPECT(expected, call) cr_expect_eq((call), (expected))

static uint32_t put(uint32_t address, const char *path) {
    memcpy(bytes + address, path, strlen(path));
    return (uint32_t)strlen(path);
}

#define WITH_PATH(path) PATH, put(PATH, path)
#define WITH_OTHER_PATH(path) OTHER_PATH, put(OTHER_PATH, path)

static WasiErrno open_as(const char *path, uint32_t lookup, uint32_t how, WasiRights rights,
                         uint32_t flags, uint32_t *number) {
    WasiErrno error =
        CALL(path_open, ROOT, lookup, WITH_PATH(path), how, rights, ALL_RIGHTS, flags, RESULT);
    *number = load32(bytes + RESULT);
    return error;
}

enum { CREATE = 1, DIRECTORY = 2, EXCLUSIVE = 4, TRUNCATE = 8 };
#define READ_RIGHTS (RIGHT_FD_READ | RIGHT_FD_SEEK | RIGHT_FD_TELL | RIGHT_FD_FILESTAT_GET)
#define WRITE_RIGHTS                                                                               \
    (READ_RIGHTS | RIGHT_FD_WRITE | RIGHT_FD_FILESTAT_SET_SIZE | RIGHT_FD_ALLOCATE |               \
     RIGHT_FD_FDSTAT_SET_FLAGS)

/* What a file has to be opened to write for. */
enum { WRITES = RIGHT_FD_WRITE | RIGHT_FD_ALLOCATE | RIGHT_FD_FILESTAT_SET_SIZE };

static WasiErrno open_read(const char *path) {
    uint32_t number;
    WasiErrno error = open_as(path, LOOKUP_SYMLINK_FOLLOW, 0, READ_RIGHTS, 0, &number);
    if (!error) EXPECT(WASI_SUCCESS, CALL(fd_close, number));
    return error;
}

static WasiErrno write_text(uint32_t number, const char *text) {
    store32(bytes + 64, BUFFER);
    store32(bytes + 68, put(BUFFER, text));
    return CALL(fd_write, number, 64, 1, RESULT);
}

static WasiErrno read_text(uint32_t number, char *text, uint32_t size) {
    store32(bytes + 64, BUFFER);
    store32(bytes + 68, size);
    WasiErrno error = CALL(fd_read, number, 64, 1, RESULT);
    uint32_t got = error ? 0 : load32(bytes + RESULT);
    memcpy(text, bytes + BUFFER, got);
    text[got] = 0;
    return error;
}

/* ---- The table ------------------------------------------------------------------------------- */

Test(wasi, has_all_functions) {
    static const char *const names[] = {
#define X(name, signature) #name,
        WASI_FUNCTIONS(X)
#undef X
    };
    cr_expect_eq(sizeof names / sizeof names[0], 46); /* 45, and sock_accept that came later */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cr_expect(find("wasi_snapshot_preview1", names[i]) != NULL, "%s", names[i]);
        cr_expect(find("wasi_unstable", names[i]) != NULL, "%s", names[i]);
    }
    cr_expect(find("wasi_snapshot_preview1", "fd_reads") == NULL);
    cr_expect(find("wasi_snapshot_preview2", "fd_read") == NULL);
    cr_expect(find("env", "fd_read") == NULL);
}

Test(wasi, has_the_signatures) {
    const FunctionType *type = find("wasi_snapshot_preview1", "path_open")->type;
    const ValueType parameters[] = {TYPE_I32, TYPE_I32, TYPE_I32, TYPE_I32, TYPE_I32,
                                    TYPE_I64, TYPE_I64, TYPE_I32, TYPE_I32};
    const ValueType result = TYPE_I32;
    cr_expect(type == intern_function_type(parameters, 9, &result, 1));
    type = find("wasi_snapshot_preview1", "proc_exit")->type;
    cr_expect(type == intern_function_type(parameters, 1, NULL, 0));
}

/* ---- Arguments, environment, clocks, random, exit -------------------------------------------- */

Test(wasi, gives_arguments) {
    EXPECT(WASI_SUCCESS, CALL(args_sizes_get, RESULT, RESULT + 4));
    cr_expect_eq(load32(bytes + RESULT), 3);
    cr_expect_eq(load32(bytes + RESULT + 4), sizeof "program" + sizeof "two words" + 1);
    EXPECT(WASI_SUCCESS, CALL(args_get, 64, BUFFER));
    cr_expect_str_eq((char *)bytes + load32(bytes + 64), "program");
    cr_expect_str_eq((char *)bytes + load32(bytes + 68), "two words");
    cr_expect_str_eq((char *)bytes + load32(bytes + 72), "");
    EXPECT(WASI_EFAULT, CALL(args_get, 64, MEMORY_SIZE - 4));
    EXPECT(WASI_EFAULT, CALL(args_get, MEMORY_SIZE - 8, BUFFER));
    EXPECT(WASI_EFAULT, CALL(args_sizes_get, MEMORY_SIZE - 3, 0));
}

Test(wasi, gives_environment) {
    EXPECT(WASI_SUCCESS, CALL(environ_sizes_get, RESULT, RESULT + 4));
    cr_expect_eq(load32(bytes + RESULT), 2);
    EXPECT(WASI_SUCCESS, CALL(environ_get, 64, BUFFER));
    cr_expect_str_eq((char *)bytes + load32(bytes + 64), "HOME=/");
    cr_expect_str_eq((char *)bytes + load32(bytes + 68), "EMPTY=");
}

Test(wasi, tells_time) {
    EXPECT(WASI_SUCCESS, CALL(clock_time_get, 0, 0, RESULT));
    uint64_t seconds = load64(bytes + RESULT) / 1000000000u;
    cr_expect((int64_t)(seconds - (uint64_t)time(NULL)) <= 1);
    for (uint32_t clock = 0; clock < 4; clock++) {
        EXPECT(WASI_SUCCESS, CALL(clock_time_get, clock, 0, RESULT));
        EXPECT(WASI_SUCCESS, CALL(clock_res_get, clock, RESULT));
        cr_expect(load64(bytes + RESULT) > 0);
    }
    EXPECT(WASI_EINVAL, CALL(clock_time_get, 4, 0, RESULT));
    EXPECT(WASI_EFAULT, CALL(clock_time_get, 0, 0, MEMORY_SIZE - 7));
}

Test(wasi, fills_random_bytes_and_no_more) {
    EXPECT(WASI_SUCCESS, CALL(random_get, BUFFER, 1000));
    unsigned different = 0;
    for (int i = 1; i < 1000; i++)
        different += bytes[BUFFER + i] != bytes[BUFFER + i - 1];
    cr_expect(different > 900);
    cr_expect(bytes[BUFFER - 1] == 0 && bytes[BUFFER + 1000] == 0);
    EXPECT(WASI_SUCCESS, CALL(random_get, MEMORY_SIZE, 0));
    EXPECT(WASI_EFAULT, CALL(random_get, MEMORY_SIZE - 10, 11));
    EXPECT(WASI_EFAULT, CALL(random_get, 0xffffffff, 0xffffffff));
}

Test(wasi, exits_with_a_status) {
    CALL(proc_exit, 42);
    cr_expect(last_trap == TRAP_EXIT);
    cr_expect(*store_exit_status(store) == 42);
    EXPECT(WASI_SUCCESS, CALL(sched_yield));
    cr_expect(last_trap == TRAP_NONE);
    EXPECT(WASI_ENOSYS, CALL(proc_raise, 2));
}

Test(wasi, refuses_sockets) {
    EXPECT(WASI_EBADF, CALL(sock_accept, 99, 0, RESULT));
    EXPECT(WASI_ENOTSOCK, CALL(sock_send, ROOT, 64, 0, 0, RESULT));
    EXPECT(WASI_ENOTSOCK, CALL(sock_recv, ROOT, 64, 0, 0, RESULT, RESULT));
    EXPECT(WASI_ENOTSOCK, CALL(sock_shutdown, ROOT, 1));
}

/* ---- The sandbox ----------------------------------------------------------------------------- */

static void expect_sandboxed(const char *path) {
    uint32_t number;
    EXPECT(WASI_EPERM, open_read(path));
    EXPECT(WASI_EPERM,
           CALL(path_filestat_get, ROOT, LOOKUP_SYMLINK_FOLLOW, WITH_PATH(path), BUFFER));
    EXPECT(WASI_EPERM,
           open_as(path, LOOKUP_SYMLINK_FOLLOW, CREATE | TRUNCATE, WRITE_RIGHTS, 0, &number));
    EXPECT(WASI_EPERM,
           CALL(path_filestat_set_times, ROOT, LOOKUP_SYMLINK_FOLLOW, WITH_PATH(path), 0, 0, 10));
}

/* Escapes through the parent of the last component, as making and removing names would do. */
static void expect_no_names_in(const char *parent) {
    char path[128];
    snprintf(path, sizeof path, "%s/new", parent);
    EXPECT(WASI_EPERM, CALL(path_create_directory, ROOT, WITH_PATH(path)));
    EXPECT(WASI_EPERM, CALL(path_symlink, WITH_OTHER_PATH("x"), ROOT, WITH_PATH(path)));
    EXPECT(WASI_EPERM, CALL(path_rename, ROOT, WITH_OTHER_PATH("file"), ROOT, WITH_PATH(path)));
    EXPECT(WASI_EPERM, CALL(path_link, ROOT, 0, WITH_OTHER_PATH("file"), ROOT, WITH_PATH(path)));
    snprintf(path, sizeof path, "%s/secret", parent);
    expect_sandboxed(path);
    EXPECT(WASI_EPERM, CALL(path_unlink_file, ROOT, WITH_PATH(path)));
    EXPECT(WASI_EPERM, CALL(path_remove_directory, ROOT, WITH_PATH(path)));
    EXPECT(WASI_EPERM, CALL(path_rename, ROOT, WITH_PATH(path), ROOT, WITH_OTHER_PATH("got")));
    EXPECT(WASI_EPERM, CALL(path_link, ROOT, 0, WITH_PATH(path), ROOT, WITH_OTHER_PATH("got")));
    EXPECT(WASI_EPERM, CALL(path_readlink, ROOT, WITH_PATH(path), BUFFER, 100, RESULT));
}

static void expect_untouched(void) {
    cr_expect(access(host_path("secret"), F_OK) == 0);
    cr_expect(access(host_path("outside/secret"), F_OK) == 0);
    cr_expect(access(host_path("outside/new"), F_OK) != 0);
    cr_expect(access(host_path("new"), F_OK) != 0);
    struct stat status;
    cr_expect(stat(host_path("secret"), &status) == 0 && status.st_size == 6);
}

static void check_escapes(void) {
    char absolute[128];
    snprintf(absolute, sizeof absolute, "%s/secret", folder);
    expect_sandboxed("..");
    expect_sandboxed("../secret");
    expect_sandboxed("inner/../../secret");
    expect_sandboxed("./inner/./../..");
    expect_sandboxed(absolute);
    expect_sandboxed("/");
    expect_sandboxed("//file");
    expect_no_names_in("..");
    expect_no_names_in("inner/../..");
    expect_no_names_in("../box/../outside");
    EXPECT(WASI_EPERM, CALL(path_create_directory, ROOT, WITH_PATH("..")));
    EXPECT(WASI_EPERM, CALL(path_rename, ROOT, WITH_PATH("inner/.."), ROOT, WITH_OTHER_PATH("x")));

    link_to("../secret", "box/out");
    link_to("..", "box/up");
    link_to(absolute, "box/absolute");
    link_to("out", "box/chain");
    link_to("inner/../chain", "box/longer_chain");
    link_to("../outside", "box/folder");
    link_to("../up/outside", "box/inner/folder");
    link_to("..//.././../new", "box/dangling_out");
    expect_sandboxed("out");
    expect_sandboxed("up");
    expect_sandboxed("absolute");
    expect_sandboxed("chain");
    expect_sandboxed("longer_chain");
    expect_sandboxed("folder");
    expect_sandboxed("dangling_out");
    expect_no_names_in("up");
    expect_no_names_in("folder");
    expect_no_names_in("inner/folder");
    expect_no_names_in("up/box/up");
    expect_untouched();
}

Test(wasi, nothing_leads_out) { check_escapes(); }
Test(wasi, nothing_leads_out_portably) {
    start(true);
    check_escapes();
}

static void check_links(void) {
    link_to("file", "box/link");
    link_to("inner/../inner/file", "box/winding");
    link_to("inner", "box/folder");
    link_to("../file", "box/inner/back");
    link_to("nowhere", "box/dangling");
    link_to("loop2", "box/loop1");
    link_to("loop1", "box/loop2");
    link_to("self/x", "box/self");
    EXPECT(WASI_SUCCESS, open_read("link"));
    EXPECT(WASI_SUCCESS, open_read("winding"));
    EXPECT(WASI_SUCCESS, open_read("folder/file"));
    EXPECT(WASI_SUCCESS, open_read("folder/back"));
    EXPECT(WASI_SUCCESS, open_read("inner/../folder/../inner/back"));
    EXPECT(WASI_ENOENT, open_read("dangling"));
    EXPECT(WASI_ENOENT, open_read("dangling/"));
    EXPECT(WASI_ENOENT, open_read(""));
    EXPECT(WASI_ELOOP, open_read("loop1"));
    EXPECT(WASI_ELOOP, open_read("loop1/x"));
    EXPECT(WASI_ELOOP, open_read("self"));
    EXPECT(WASI_ENOTDIR, open_read("file/"));
    EXPECT(WASI_ENOTDIR, open_read("file/.."));
    EXPECT(WASI_ENOTDIR, open_read("link/x"));
    EXPECT(WASI_ENOENT, open_read("nowhere/../file"));

    uint32_t number;
    EXPECT(WASI_ELOOP, open_as("link", 0, 0, READ_RIGHTS, 0, &number));
    EXPECT(WASI_SUCCESS, open_as("folder/", 0, DIRECTORY, 0, 0, &number));
    EXPECT(WASI_EEXIST, open_as("dangling", LOOKUP_SYMLINK_FOLLOW, CREATE | EXCLUSIVE, WRITE_RIGHTS,
                                0, &number));
    EXPECT(WASI_SUCCESS,
           open_as("dangling", LOOKUP_SYMLINK_FOLLOW, CREATE, WRITE_RIGHTS, 0, &number));
    cr_expect(access(host_path("box/nowhere"), F_OK) == 0, "created through the link");
    EXPECT(WASI_EISDIR, open_as("inner", 0, CREATE, WRITE_RIGHTS, 0, &number));
    EXPECT(WASI_EISDIR, open_as("new/", 0, CREATE, WRITE_RIGHTS, 0, &number));
    EXPECT(WASI_ENOTDIR, open_as("file", 0, DIRECTORY, 0, 0, &number));
    EXPECT(WASI_SUCCESS, open_as(".", 0, DIRECTORY, RIGHT_FD_READDIR, 0, &number));
    EXPECT(WASI_SUCCESS, open_as("inner/..", 0, DIRECTORY, RIGHT_FD_READDIR, 0, &number));

    EXPECT(WASI_SUCCESS, CALL(path_filestat_get, ROOT, 0, WITH_PATH("link"), BUFFER));
    cr_expect_eq(bytes[BUFFER + 16], FILETYPE_SYMBOLIC_LINK);
    EXPECT(WASI_SUCCESS,
           CALL(path_filestat_get, ROOT, LOOKUP_SYMLINK_FOLLOW, WITH_PATH("link"), BUFFER));
    cr_expect_eq(bytes[BUFFER + 16], FILETYPE_REGULAR_FILE);
    EXPECT(WASI_SUCCESS, CALL(path_readlink, ROOT, WITH_PATH("winding"), BUFFER, 100, RESULT));
    cr_expect_eq(load32(bytes + RESULT), strlen("inner/../inner/file"));
    cr_expect(memcmp(bytes + BUFFER, "inner/../inner/file", 19) == 0);
    EXPECT(WASI_SUCCESS, CALL(path_readlink, ROOT, WITH_PATH("winding"), BUFFER, 3, RESULT));
    cr_expect_eq(load32(bytes + RESULT), 3);
    EXPECT(WASI_EINVAL, CALL(path_readlink, ROOT, WITH_PATH("file"), BUFFER, 100, RESULT));
}

Test(wasi, links_within_are_followed) { check_links(); }
Test(wasi, links_within_are_followed_portably) {
    start(true);
    check_links();
}

static void check_subdirectory(void) {
    uint32_t number;
    EXPECT(WASI_SUCCESS,
           open_as("inner", 0, DIRECTORY, ALL_RIGHTS & ~(WasiRights)WRITES, 0, &number));
    EXPECT(WASI_SUCCESS, CALL(path_filestat_get, number, 0, WITH_PATH("file"), BUFFER));
    EXPECT(WASI_EPERM, CALL(path_filestat_get, number, 0, WITH_PATH("../file"), BUFFER));
    link_to("../file", "box/inner/back");
    EXPECT(WASI_EPERM,
           CALL(path_filestat_get, number, LOOKUP_SYMLINK_FOLLOW, WITH_PATH("back"), BUFFER));
}

Test(wasi, subdirectories_confine_too) { check_subdirectory(); }
Test(wasi, subdirectories_confine_too_portably) {
    start(true);
    check_subdirectory();
}

static void check_long_paths(void) {
    static char path[PATH_MAX + 10];
    for (int i = 0; i < 2000; i++)
        memcpy(path + 2 * i, "./", 2);
    strcpy(path + 4000, "file");
    EXPECT(WASI_SUCCESS, open_read(path));
    memset(path, 'x', 256);
    path[256] = 0;
    EXPECT(WASI_ENAMETOOLONG, open_read(path));
    EXPECT(WASI_ENAMETOOLONG, CALL(path_create_directory, ROOT, WITH_PATH(path)));
    memset(path, '.', PATH_MAX);
    EXPECT(WASI_ENAMETOOLONG, open_read(path));
    EXPECT(WASI_EINVAL,
           CALL(path_create_directory, ROOT, PATH, (memcpy(bytes + PATH, "a\0b", 3), 3)));
    EXPECT(WASI_EFAULT, CALL(path_create_directory, ROOT, MEMORY_SIZE - 1, 2));
    EXPECT(WASI_EFAULT, CALL(path_create_directory, ROOT, 0xffffffff, 0xffffffff));
}

Test(wasi, checks_the_path_itself) { check_long_paths(); }
Test(wasi, checks_the_path_itself_portably) {
    start(true);
    check_long_paths();
}

static void check_deep(void) { /* climbs down and up again, and leaks no descriptor of the host */
    char path[2048] = "";
    for (int i = 0; i < 60; i++) {
        strcat(path, "d/");
        EXPECT(WASI_SUCCESS, CALL(path_create_directory, ROOT, WITH_PATH(path)));
    }
    for (int i = 0; i < 60; i++)
        strcat(path, "../");
    strcat(path, "file");
    int before = dup(0);
    close(before);
    for (int i = 0; i < 20; i++)
        EXPECT(WASI_SUCCESS, open_read(path));
    for (int i = 0; i < 20; i++)
        expect_sandboxed("d/d/d/../../../../secret");
    for (int i = 0; i < 20; i++)
        EXPECT(WASI_ENOENT, open_read("d/d/d/nothing"));
    int after = dup(0);
    close(after);
    cr_expect_eq(before, after);
}

Test(wasi, goes_deep) { check_deep(); }
Test(wasi, goes_deep_portably) {
    start(true);
    check_deep();
}

Test(wasi, standard_streams_are_no_directories) {
    int input = open(folder, O_RDONLY | O_DIRECTORY);
    WasiOptions options = {
        .standard_input = input, .standard_output = -1, .standard_error = STDERR_FILENO};
    wasi_free(wasi);
    Error error;
    wasi = wasi_new(store, &options, &error);
    cr_assert(wasi != NULL);
    EXPECT(WASI_ENOTCAPABLE,
           CALL(path_open, 0, 0, WITH_PATH("secret"), 0, RIGHT_FD_READ, 0, 0, RESULT));
    EXPECT(WASI_ENOTCAPABLE, CALL(fd_readdir, 0, BUFFER, 100, 0, RESULT));
    EXPECT(WASI_EBADF, CALL(fd_prestat_get, 0, RESULT));
    EXPECT(WASI_EBADF, CALL(fd_close, 1));
    EXPECT(WASI_SUCCESS, CALL(fd_close, 2));
    cr_expect(fcntl(STDERR_FILENO, F_GETFD) >= 0, "the host's own stream stays open");
    close(input);
}

Test(wasi, says_which_directory_cannot_be_opened) {
    WasiPreopen preopen = {"/no/such/directory", "/"};
    WasiOptions options = {.preopen_count = 1, .preopens = &preopen};
    Error error;
    cr_expect(wasi_new(store, &options, &error) == NULL);
    cr_expect_eq(error.kind, ERROR_FILE);
    cr_expect_str_eq(error.message,
                     "cannot open directory /no/such/directory: No such file or directory");
}

/* ---- Descriptors and rights ------------------------------------------------------------------ */

Test(wasi, preopened_directories_have_names) {
    EXPECT(WASI_SUCCESS, CALL(fd_prestat_get, ROOT, RESULT));
    cr_expect_eq(load32(bytes + RESULT), 0);
    cr_expect_eq(load32(bytes + RESULT + 4), 8);
    EXPECT(WASI_SUCCESS, CALL(fd_prestat_dir_name, ROOT, BUFFER, 8));
    cr_expect(memcmp(bytes + BUFFER, "/sandbox", 9) == 0, "not terminated, nothing behind");
    EXPECT(WASI_ENAMETOOLONG, CALL(fd_prestat_dir_name, ROOT, BUFFER, 7));
    EXPECT(WASI_EBADF, CALL(fd_prestat_get, 1, RESULT));
    EXPECT(WASI_EBADF, CALL(fd_prestat_get, 4, RESULT));
    EXPECT(WASI_EBADF, CALL(fd_prestat_get, 0xffffffff, RESULT));
}

static void check_opening_directories(void) {
    uint32_t number;
    EXPECT(WASI_SUCCESS, CALL(fd_fdstat_get, ROOT, BUFFER));
    WasiRights own = load64(bytes + BUFFER + 8), inheriting = load64(bytes + BUFFER + 16);
    EXPECT(WASI_SUCCESS, CALL(path_open, ROOT, 0, WITH_PATH("."), 0, own, inheriting, 0, RESULT));
    EXPECT(WASI_SUCCESS, CALL(fd_fdstat_get, load32(bytes + RESULT), BUFFER));
    cr_expect_eq(load64(bytes + BUFFER + 8), own);
    cr_expect_eq(load64(bytes + BUFFER + 16), inheriting);
    const char *const names[] = {".", "inner"};
    for (int i = 0; i < 2; i++)
        for (uint32_t how = 0; how <= DIRECTORY; how += DIRECTORY) {
            EXPECT(WASI_SUCCESS, open_as(names[i], 0, how, 0, 0, &number));
            EXPECT(WASI_SUCCESS, open_as(names[i], 0, how, RIGHT_FD_READ, 0, &number));
            EXPECT(WASI_SUCCESS, CALL(fd_datasync, ROOT));
            EXPECT(WASI_EISDIR, open_as(names[i], 0, how, RIGHT_FD_WRITE, 0, &number));
            EXPECT(WASI_EISDIR,
                   open_as(names[i], 0, how, RIGHT_FD_READ | RIGHT_FD_WRITE, 0, &number));
        }
    /* Of a file that is only read, too. */
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, RIGHT_FD_READ | RIGHT_FD_DATASYNC, 0, &number));
    EXPECT(WASI_SUCCESS, CALL(fd_datasync, number));
}

Test(wasi, directories_are_not_opened_to_write) { check_opening_directories(); }
Test(wasi, directories_are_not_opened_to_write_portably) {
    start(true);
    check_opening_directories();
}

Test(wasi, closed_descriptors_are_bad) {
    const uint32_t numbers[] = {0, 4, 1000, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < 5; i++) {
        EXPECT(WASI_EBADF, CALL(fd_close, numbers[i]));
        EXPECT(WASI_EBADF, CALL(fd_read, numbers[i], 64, 1, RESULT));
        EXPECT(WASI_EBADF, CALL(fd_fdstat_get, numbers[i], BUFFER));
        EXPECT(WASI_EBADF, CALL(fd_renumber, ROOT, numbers[i]));
        EXPECT(WASI_EBADF, CALL(path_unlink_file, numbers[i], WITH_PATH("file")));
    }
    EXPECT(WASI_SUCCESS, CALL(fd_close, ROOT));
    EXPECT(WASI_EBADF, open_read("file"));
}

Test(wasi, numbers_are_reused_and_moved) {
    uint32_t first, second;
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, READ_RIGHTS, 0, &first));
    cr_expect_eq(first, 0, "the lowest free one: standard input is closed here");
    EXPECT(WASI_SUCCESS, open_as("inner/file", 0, 0, READ_RIGHTS, 0, &second));
    cr_expect_eq(second, 4);
    EXPECT(WASI_SUCCESS, CALL(fd_renumber, second, first));
    EXPECT(WASI_EBADF, CALL(fd_close, second));
    char text[16];
    EXPECT(WASI_SUCCESS, read_text(first, text, 10));
    cr_expect_str_eq(text, "inner");
    EXPECT(WASI_SUCCESS, CALL(fd_renumber, first, first));
    EXPECT(WASI_SUCCESS, CALL(fd_close, first));
}

Test(wasi, rights_can_only_be_given_up) {
    uint32_t number;
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, READ_RIGHTS, 0, &number));
    EXPECT(WASI_ENOTCAPABLE, write_text(number, "x"));
    EXPECT(WASI_ENOTCAPABLE, CALL(fd_filestat_set_size, number, 3));
    EXPECT(WASI_ENOTCAPABLE, CALL(fd_fdstat_set_rights, number, READ_RIGHTS | RIGHT_FD_WRITE, 0));
    EXPECT(WASI_SUCCESS, CALL(fd_fdstat_set_rights, number, RIGHT_FD_READ, 0));
    EXPECT(WASI_ENOTCAPABLE, CALL(fd_seek, number, 0, 0, RESULT));
    EXPECT(WASI_ENOTCAPABLE, CALL(fd_fdstat_set_rights, number, READ_RIGHTS, 0));
    EXPECT(WASI_SUCCESS, CALL(fd_fdstat_get, number, BUFFER));
    cr_expect_eq(bytes[BUFFER], FILETYPE_REGULAR_FILE);
    cr_expect_eq(load64(bytes + BUFFER + 8), RIGHT_FD_READ);

    /* A directory that may only read hands nothing else on. */
    EXPECT(WASI_SUCCESS,
           CALL(fd_fdstat_set_rights, ROOT, RIGHT_PATH_OPEN, RIGHT_FD_READ | RIGHT_FD_SEEK));
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, RIGHT_FD_READ, 0, &number));
    EXPECT(WASI_ENOTCAPABLE, open_as("file", 0, 0, RIGHT_FD_WRITE, 0, &number));
    EXPECT(WASI_ENOTCAPABLE, open_as("new", 0, CREATE, RIGHT_FD_READ, 0, &number));
    EXPECT(WASI_ENOTCAPABLE, open_as("file", 0, TRUNCATE, RIGHT_FD_READ, 0, &number));
    EXPECT(WASI_ENOTCAPABLE, CALL(path_unlink_file, ROOT, WITH_PATH("file")));
    EXPECT(WASI_ENOTCAPABLE, CALL(path_filestat_get, ROOT, 0, WITH_PATH("file"), BUFFER));
}

Test(wasi, functions_need_the_right_kind_of_file) {
    uint32_t number;
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, READ_RIGHTS, 0, &number));
    EXPECT(WASI_ENOTDIR, CALL(fd_readdir, number, BUFFER, 100, 0, RESULT));
    EXPECT(WASI_ENOTDIR, CALL(path_unlink_file, number, WITH_PATH("x")));
    store32(bytes + 64, BUFFER);
    store32(bytes + 68, 8);
    EXPECT(WASI_EISDIR, CALL(fd_read, ROOT, 64, 1, RESULT));
    EXPECT(WASI_EISDIR, CALL(fd_write, ROOT, 64, 1, RESULT));
    EXPECT(WASI_EBADF, CALL(fd_seek, ROOT, 0, 0, RESULT));
}

Test(wasi, flags_are_kept) {
    uint32_t number;
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, WRITE_RIGHTS, FDFLAG_APPEND, &number));
    EXPECT(WASI_SUCCESS, write_text(number, "ab"));
    EXPECT(WASI_SUCCESS, CALL(fd_fdstat_get, number, BUFFER));
    cr_expect_eq(load32(bytes + BUFFER) >> 16, FDFLAG_APPEND);
    EXPECT(WASI_SUCCESS, CALL(fd_fdstat_set_flags, number, 0));
    EXPECT(WASI_SUCCESS, CALL(fd_seek, number, 0, 0, RESULT));
    EXPECT(WASI_SUCCESS, write_text(number, "XY"));
    EXPECT(WASI_ENOTSUP, CALL(fd_fdstat_set_flags, number, FDFLAG_SYNC));
    EXPECT(WASI_EINVAL, CALL(fd_fdstat_set_flags, number, 1 << 5));
    EXPECT(WASI_SUCCESS, CALL(fd_seek, number, 0, 0, RESULT));
    char text[32];
    EXPECT(WASI_SUCCESS, read_text(number, text, 20));
    cr_expect_str_eq(text, "XY23456789ab");
    EXPECT(WASI_EINVAL, open_as("file", 0, 16, READ_RIGHTS, 0, &number));
    EXPECT(WASI_EINVAL, open_as("file", 0, 0, READ_RIGHTS, 32, &number));
    EXPECT(WASI_EINVAL, open_as("new", 0, CREATE | DIRECTORY, 0, 0, &number));
}

Test(wasi, runs_out_of_files_with_an_error) {
    struct rlimit limit = {64, 64};
    setrlimit(RLIMIT_NOFILE, &limit);
    uint32_t number;
    WasiErrno error = WASI_SUCCESS;
    for (int i = 0; i < 100 && !error; i++)
        error = open_as("file", 0, 0, READ_RIGHTS, 0, &number);
    cr_expect_eq(error, WASI_EMFILE);
}

/* ---- Reading and writing --------------------------------------------------------------------- */

Test(wasi, reads_writes_and_seeks) {
    uint32_t number;
    char text[32];
    EXPECT(WASI_SUCCESS, open_as("new", 0, CREATE | EXCLUSIVE, WRITE_RIGHTS, 0, &number));
    EXPECT(WASI_SUCCESS, write_text(number, "Hello, world"));
    cr_expect_eq(load32(bytes + RESULT), 12);
    EXPECT(WASI_SUCCESS, CALL(fd_tell, number, RESULT));
    cr_expect_eq(load64(bytes + RESULT), 12);
    EXPECT(WASI_SUCCESS, CALL(fd_seek, number, (uint64_t)-5, 2, RESULT));
    cr_expect_eq(load64(bytes + RESULT), 7);
    EXPECT(WASI_SUCCESS, read_text(number, text, 20));
    cr_expect_str_eq(text, "world");
    EXPECT(WASI_SUCCESS, CALL(fd_seek, number, (uint64_t)-1, 1, RESULT));
    cr_expect_eq(load64(bytes + RESULT), 11);
    EXPECT(WASI_EINVAL, CALL(fd_seek, number, (uint64_t)-1, 0, RESULT));
    EXPECT(WASI_EINVAL, CALL(fd_seek, number, 0, 3, RESULT));

    store32(bytes + 64, BUFFER);
    store32(bytes + 68, 3);
    EXPECT(WASI_SUCCESS, CALL(fd_pread, number, 64, 1, 7, RESULT));
    cr_expect(memcmp(bytes + BUFFER, "wor", 3) == 0);
    EXPECT(WASI_SUCCESS, CALL(fd_pwrite, number, 64, 1, 0, RESULT));
    EXPECT(WASI_EINVAL, CALL(fd_pread, number, 64, 1, (uint64_t)-1, RESULT));
    EXPECT(WASI_SUCCESS, CALL(fd_tell, number, RESULT));
    cr_expect_eq(load64(bytes + RESULT), 11, "reading at a position does not move it");
    EXPECT(WASI_SUCCESS, CALL(fd_filestat_set_size, number, 5));
    EXPECT(WASI_SUCCESS, CALL(fd_allocate, number, 0, 100));
    EXPECT(WASI_EFBIG, CALL(fd_allocate, number, UINT64_MAX, 1));
    EXPECT(WASI_EFBIG, CALL(fd_filestat_set_size, number, UINT64_MAX));
    EXPECT(WASI_SUCCESS, CALL(fd_filestat_get, number, BUFFER));
    cr_expect_eq(load64(bytes + BUFFER + 32), 100);
}

Test(wasi, vectors_are_checked) {
    uint32_t number;
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, READ_RIGHTS, 0, &number));
    store32(bytes + 64, BUFFER); /* 3 bytes, nothing at a wild address, 4 bytes */
    store32(bytes + 68, 3);
    store32(bytes + 72, 0xfffffff0);
    store32(bytes + 76, 0);
    store32(bytes + 80, BUFFER + 100);
    store32(bytes + 84, 4);
    EXPECT(WASI_SUCCESS, CALL(fd_read, number, 64, 3, RESULT));
    cr_expect_eq(load32(bytes + RESULT), 7);
    cr_expect(memcmp(bytes + BUFFER + 100, "3456", 4) == 0);

    store32(bytes + 84, MEMORY_SIZE);
    EXPECT(WASI_EFAULT, CALL(fd_read, number, 64, 3, RESULT));
    store32(bytes + 80, 0xffffffff);
    store32(bytes + 84, 0xffffffff);
    EXPECT(WASI_EFAULT, CALL(fd_read, number, 64, 3, RESULT));
    EXPECT(WASI_EFAULT, CALL(fd_read, number, 64, 0xffffffff, RESULT));
    EXPECT(WASI_EFAULT, CALL(fd_read, number, MEMORY_SIZE - 4, 1, RESULT));
    EXPECT(WASI_EFAULT, CALL(fd_read, number, 64, 1, MEMORY_SIZE - 2));
    EXPECT(WASI_SUCCESS, CALL(fd_read, number, 64, 0, RESULT));
    cr_expect_eq(load32(bytes + RESULT), 0);
    EXPECT(WASI_SUCCESS, CALL(fd_tell, number, RESULT));
    cr_expect_eq(load64(bytes + RESULT), 7, "a failed read reads nothing");

    for (uint32_t i = 0; i < 2000; i++) { /* more vectors than the host takes at once */
        store32(bytes + BUFFER + 8 * i, 200);
        store32(bytes + BUFFER + 8 * i + 4, 1);
    }
    EXPECT(WASI_SUCCESS, open_as("many", 0, CREATE, WRITE_RIGHTS, 0, &number));
    EXPECT(WASI_SUCCESS, CALL(fd_write, number, BUFFER, 2000, RESULT));
    cr_expect_eq(load32(bytes + RESULT), 1024);
}

Test(wasi, an_empty_memory_is_no_crash) {
    memory = (Memory){0};
    EXPECT(WASI_EFAULT, CALL(fd_fdstat_get, ROOT, 0));
    EXPECT(WASI_EFAULT, CALL(args_get, 0, 0));
    EXPECT(WASI_SUCCESS, CALL(random_get, 0, 0));
    EXPECT(WASI_EFAULT, CALL(random_get, 0, 1));
    EXPECT(WASI_EFAULT, CALL(poll_oneoff, 0, 0, 1, 0));
    EXPECT(WASI_EFAULT, CALL(fd_write, 1, 0, 0, 0));
}

Test(wasi, the_memory_is_the_exported_one) {
    static uint8_t others[MEMORY_SIZE];
    Memory other = {.base = others, .size = sizeof others};
    Memory *memories[] = {&memory, &other};
    Export exports[] = {{{"other", 5}, EXTERN_MEMORY, 0}, {{"memory", 6}, EXTERN_MEMORY, 1}};
    Module module = {.memory_count = 2, .exports = exports, .export_count = 2};
    Instance two = {.memory0 = &memory, .memories = memories, .module = &module, .store = store};
    const uint64_t arguments[16] = {RESULT, RESULT + 4};
    Function *function = find("wasi_snapshot_preview1", "args_sizes_get");
    Instance *callers[] = {&two, &guest, &two};
    for (int i = 0; i < 3; i++) { /* one after the other: each has its own */
        uint64_t slots[16];
        memcpy(slots, arguments, sizeof slots);
        memset(bytes + RESULT, 0, 8);
        memset(others + RESULT, 0, 8);
        function->host(function->environment, callers[i], slots);
        cr_expect_eq(slots[0], WASI_SUCCESS);
        cr_expect_eq(load32(bytes + RESULT), callers[i] == &guest ? 3 : 0);
        cr_expect_eq(load32(others + RESULT), callers[i] == &two ? 3 : 0);
    }
    exports[1].name = (Name){"other memory", 12}; /* none of that name */
    wasi->caller = NULL;
    uint64_t slots[16] = {RESULT, RESULT + 4};
    function->host(function->environment, &two, slots);
    cr_expect_eq(load32(bytes + RESULT), 3);
}

/* Every function, with every bad pointer at once, ends with an error and not with a crash. */
Test(wasi, bad_pointers_never_crash) {
    static const struct {
        const char *name, *signature;
    } functions[] = {
#define X(name, signature) {#name, signature},
        WASI_FUNCTIONS(X)
#undef X
    };
    static const uint64_t values[] = {0,           1,          3,         MEMORY_SIZE - 1,
                                      MEMORY_SIZE, 0x7fffffff, 0xffffffff};
    srand(1);
    for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
        if (strcmp(functions[f].name, "poll_oneoff") == 0) continue; /* may wait: see below */
        for (int i = 0; i < 400; i++) {
            uint64_t arguments[16];
            for (size_t a = 0; a < 16; a++) {
                arguments[a] = values[rand() % 7];
                if (functions[f].signature[0] && a < strlen(functions[f].signature) &&
                    functions[f].signature[a] == 'I' && rand() % 3 == 0)
                    arguments[a] = UINT64_MAX;
            }
            if (rand() % 2) arguments[0] = ROOT;
            if (arguments[0] == 1) arguments[0] = 2; /* the report of the test goes to 1 */
            if (strcmp(functions[f].name, "fd_write") == 0) arguments[0] = ROOT;
            call_in(i % 2 ? "wasi_unstable" : "wasi_snapshot_preview1", functions[f].name,
                    arguments);
        }
    }
    expect_untouched();
}

/* ---- Directories and names ------------------------------------------------------------------- */

static unsigned read_all_names(uint32_t number, uint32_t size, char names[][256], unsigned limit) {
    uint64_t cookie = 0;
    unsigned count = 0;
    for (;;) {
        EXPECT(WASI_SUCCESS, CALL(fd_readdir, number, BUFFER, size, cookie, RESULT));
        uint32_t used = load32(bytes + RESULT), at = 0;
        while (at + 24 <= used) {
            const uint8_t *entry = bytes + BUFFER + at;
            uint32_t length = load32(entry + 16);
            if (at + 24 + length > used) break;
            if (length > 2 || entry[24] != '.') {
                cr_assert(count < limit);
                memcpy(names[count], entry + 24, length);
                names[count++][length] = 0;
            }
            cookie = load64(entry);
            at += 24 + length;
        }
        if (used < size) return count;
        cr_assert(at > 0, "no entry fits");
    }
}

Test(wasi, lists_directories_in_pieces) {
    char name[64];
    enum { FILES = 300 };
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "box/inner/entry-with-a-long-name-%d", i);
        write_file(name, "");
    }
    uint32_t number;
    static char names[FILES + 10][256];
    EXPECT(WASI_SUCCESS, open_as("inner", 0, DIRECTORY, RIGHT_FD_READDIR, 0, &number));
    const uint32_t sizes[] = {100, 333, 4096, BUFFER_SIZE};
    for (size_t s = 0; s < 4; s++) {
        unsigned count = read_all_names(number, sizes[s], names, FILES + 10);
        cr_expect_eq(count, FILES + 1, "buffer of %u: %u", sizes[s], count);
        bool seen[FILES] = {false};
        int index;
        for (unsigned i = 0; i < count; i++)
            if (sscanf(names[i], "entry-with-a-long-name-%d", &index) == 1) seen[index] = true;
        for (int i = 0; i < FILES; i++)
            cr_expect(seen[i], "%d", i);
    }
    EXPECT(WASI_EINVAL, CALL(fd_readdir, number, BUFFER, 100, UINT64_MAX, RESULT));
    EXPECT(WASI_EFAULT, CALL(fd_readdir, number, MEMORY_SIZE - 50, 100, 0, RESULT));
    EXPECT(WASI_SUCCESS, CALL(fd_readdir, number, BUFFER, 10, 0, RESULT));
    cr_expect_eq(load32(bytes + RESULT), 10, "the head is cut to what fits");
}

Test(wasi, hides_what_is_above) {
    EXPECT(WASI_SUCCESS, CALL(fd_readdir, ROOT, BUFFER, BUFFER_SIZE, 0, RESULT));
    bool found = false;
    for (uint32_t at = 0; at < load32(bytes + RESULT);) {
        const uint8_t *entry = bytes + BUFFER + at;
        uint32_t length = load32(entry + 16);
        if (length == 2 && memcmp(entry + 24, "..", 2) == 0) {
            found = true;
            cr_expect_eq(load64(entry + 8), 0);
        }
        at += 24 + length;
    }
    cr_expect(found);
}

static void check_names(void) {
    EXPECT(WASI_SUCCESS, CALL(path_create_directory, ROOT, WITH_PATH("new/")));
    EXPECT(WASI_EEXIST, CALL(path_create_directory, ROOT, WITH_PATH("new")));
    EXPECT(WASI_ENOENT, CALL(path_create_directory, ROOT, WITH_PATH("no/new")));
    EXPECT(WASI_EEXIST, CALL(path_create_directory, ROOT, WITH_PATH(".")));
    EXPECT(WASI_SUCCESS,
           CALL(path_rename, ROOT, WITH_PATH("file"), ROOT, WITH_OTHER_PATH("new/f")));
    EXPECT(WASI_ENOTDIR, CALL(path_rename, ROOT, WITH_PATH("new/f"), ROOT, WITH_OTHER_PATH("g/")));
    EXPECT(WASI_ENOTEMPTY, CALL(path_remove_directory, ROOT, WITH_PATH("new")));
    EXPECT(WASI_EISDIR, CALL(path_unlink_file, ROOT, WITH_PATH("new")));
    EXPECT(WASI_ENOTDIR, CALL(path_remove_directory, ROOT, WITH_PATH("new/f")));
    EXPECT(WASI_ENOTDIR, CALL(path_unlink_file, ROOT, WITH_PATH("new/f/")));
    EXPECT(WASI_SUCCESS,
           CALL(path_link, ROOT, 0, WITH_PATH("new/f"), ROOT, WITH_OTHER_PATH("hard")));
    EXPECT(WASI_EINVAL, CALL(path_link, ROOT, LOOKUP_SYMLINK_FOLLOW, WITH_PATH("new/f"), ROOT,
                             WITH_OTHER_PATH("hard2")));
    EXPECT(WASI_SUCCESS, CALL(path_filestat_get, ROOT, 0, WITH_PATH("hard"), BUFFER));
    cr_expect_eq(load64(bytes + BUFFER + 24), 2);
    cr_expect_eq(load64(bytes + BUFFER + 32), 10);
    EXPECT(WASI_SUCCESS, CALL(path_symlink, WITH_OTHER_PATH("new/f"), ROOT, WITH_PATH("soft")));
    EXPECT(WASI_SUCCESS, open_read("soft"));
    EXPECT(WASI_EPERM, CALL(path_symlink, WITH_OTHER_PATH("/etc"), ROOT, WITH_PATH("etc")));
    EXPECT(WASI_EEXIST, CALL(path_symlink, WITH_OTHER_PATH("x"), ROOT, WITH_PATH("soft")));
    EXPECT(WASI_SUCCESS, CALL(path_unlink_file, ROOT, WITH_PATH("soft")));
    EXPECT(WASI_SUCCESS, CALL(path_unlink_file, ROOT, WITH_PATH("new/f")));
    EXPECT(WASI_SUCCESS, CALL(path_remove_directory, ROOT, WITH_PATH("new//")));
    EXPECT(WASI_SUCCESS, open_read("hard"));
}

Test(wasi, makes_moves_and_removes_names) { check_names(); }
Test(wasi, makes_moves_and_removes_names_portably) {
    start(true);
    check_names();
}

Test(wasi, sets_times) {
    const uint64_t when = 1234567890123456789u;
    EXPECT(WASI_SUCCESS, CALL(path_filestat_set_times, ROOT, 0, WITH_PATH("file"), 7, when, 4));
    EXPECT(WASI_SUCCESS, CALL(path_filestat_get, ROOT, 0, WITH_PATH("file"), BUFFER));
    cr_expect_eq(load64(bytes + BUFFER + 48), when);
    cr_expect(load64(bytes + BUFFER + 40) > when, "the other time is left alone");
    uint32_t number;
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, ALL_RIGHTS, 0, &number));
    EXPECT(WASI_SUCCESS, CALL(fd_filestat_set_times, number, when + 1, 0, 1 | 8));
    EXPECT(WASI_SUCCESS, CALL(fd_filestat_get, number, BUFFER));
    cr_expect_eq(load64(bytes + BUFFER + 40), when + 1);
    cr_expect(load64(bytes + BUFFER + 48) > when, "now");
    EXPECT(WASI_EINVAL, CALL(fd_filestat_set_times, number, 0, 0, 1 | 2));
    EXPECT(WASI_EINVAL, CALL(fd_filestat_set_times, number, 0, 0, 16));
}

/* ---- The older snapshot ---------------------------------------------------------------------- */

Test(wasi, unstable_has_other_numbers_and_layouts) {
    uint32_t number;
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, READ_RIGHTS, 0, &number));
    EXPECT(WASI_SUCCESS, CALL_UNSTABLE(fd_seek, number, 4, 2, RESULT)); /* from the start */
    cr_expect_eq(load64(bytes + RESULT), 4);
    EXPECT(WASI_SUCCESS, CALL_UNSTABLE(fd_seek, number, 1, 0, RESULT)); /* from here */
    cr_expect_eq(load64(bytes + RESULT), 5);
    EXPECT(WASI_SUCCESS, CALL_UNSTABLE(fd_seek, number, 0, 1, RESULT)); /* from the end */
    cr_expect_eq(load64(bytes + RESULT), 10);
    memset(bytes + BUFFER, 0xaa, 64);
    EXPECT(WASI_SUCCESS, CALL_UNSTABLE(fd_filestat_get, number, BUFFER));
    cr_expect_eq(bytes[BUFFER + 16], FILETYPE_REGULAR_FILE);
    cr_expect_eq(load32(bytes + BUFFER + 20), 1);
    cr_expect_eq(load64(bytes + BUFFER + 24), 10);
    cr_expect_eq(bytes[BUFFER + 56], 0xaa, "it is 56 bytes long");

    store64(bytes + 64, 77);      /* user data */
    bytes[72] = 0;                /* a clock */
    store64(bytes + 80, 5);       /* its identifier */
    store32(bytes + 88, 1);       /* monotonic */
    store64(bytes + 96, 1000000); /* 1 ms */
    EXPECT(WASI_SUCCESS, CALL_UNSTABLE(poll_oneoff, 64, BUFFER, 1, RESULT));
    cr_expect_eq(load32(bytes + RESULT), 1);
    cr_expect_eq(load64(bytes + BUFFER), 77);
    cr_expect_eq(load32(bytes + BUFFER + 8), 0, "no error, and a clock");
}

/* ---- poll_oneoff ----------------------------------------------------------------------------- */

static void subscribe_clock(uint32_t index, uint64_t user_data, uint32_t clock, uint64_t timeout,
                            uint32_t flags) {
    uint8_t *at = bytes + 256 + 48 * index;
    memset(at, 0, 48);
    store64(at, user_data);
    store32(at + 16, clock);
    store64(at + 24, timeout);
    store32(at + 40, flags);
}

static void subscribe_file(uint32_t index, uint64_t user_data, uint8_t type, uint32_t number) {
    uint8_t *at = bytes + 256 + 48 * index;
    memset(at, 0, 48);
    store64(at, user_data);
    at[8] = type;
    store32(at + 16, number);
}

static uint64_t monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

Test(wasi, waits_for_clocks) {
    uint64_t before = monotonic();
    subscribe_clock(0, 11, 1, 20000000, 0);
    subscribe_clock(1, 12, 0, UINT64_MAX, 0);
    EXPECT(WASI_SUCCESS, CALL(poll_oneoff, 256, BUFFER, 2, RESULT));
    cr_expect(monotonic() - before >= 20000000);
    cr_expect_eq(load32(bytes + RESULT), 1);
    cr_expect_eq(load64(bytes + BUFFER), 11);
    cr_expect_eq(load32(bytes + BUFFER + 8), 0);

    subscribe_clock(0, 13, 1, before, 1); /* an absolute time that has passed */
    EXPECT(WASI_SUCCESS, CALL(poll_oneoff, 256, BUFFER, 1, RESULT));
    cr_expect_eq(load64(bytes + BUFFER), 13);
    subscribe_clock(0, 14, 2, 0, 0);
    EXPECT(WASI_SUCCESS, CALL(poll_oneoff, 256, BUFFER, 1, RESULT));
    cr_expect_eq(load32(bytes + BUFFER + 8) & 0xffff, WASI_ENOTSUP);
}

Test(wasi, waits_for_files) {
    uint32_t number;
    EXPECT(WASI_SUCCESS, open_as("file", 0, 0, READ_RIGHTS | RIGHT_POLL_FD_READWRITE, 0, &number));
    subscribe_file(0, 1, 1, number);
    subscribe_file(1, 2, 1, 99);
    subscribe_clock(2, 3, 1, 60000000000u, 0);
    EXPECT(WASI_SUCCESS, CALL(poll_oneoff, 256, BUFFER, 3, RESULT));
    cr_expect_eq(load32(bytes + RESULT), 2);
    cr_expect_eq(load64(bytes + BUFFER), 1);
    cr_expect_eq(bytes[BUFFER + 10], 1);
    cr_expect_eq(load64(bytes + BUFFER + 16), 10, "bytes that can be read");
    cr_expect_eq(load64(bytes + BUFFER + 32), 2);
    cr_expect_eq(load32(bytes + BUFFER + 40) & 0xffff, WASI_EBADF);
}

Test(wasi, waits_for_pipes) {
    int pipes[2];
    cr_assert(pipe(pipes) == 0);
    WasiOptions options = {
        .standard_input = pipes[0], .standard_output = pipes[1], .standard_error = -1};
    wasi_free(wasi);
    Error error;
    wasi = wasi_new(store, &options, &error);
    subscribe_file(0, 1, 1, 0);
    subscribe_clock(1, 2, 1, 1000000, 0);
    EXPECT(WASI_SUCCESS, CALL(poll_oneoff, 256, BUFFER, 2, RESULT));
    cr_expect_eq(load64(bytes + BUFFER), 2, "nothing to read: the clock runs out");
    EXPECT(WASI_ESPIPE, CALL(fd_seek, 0, 0, 0, RESULT));

    /* Not blocking is the guest's own affair: the host's pipe stays as it was. */
    char text[16];
    EXPECT(WASI_SUCCESS, CALL(fd_fdstat_set_flags, 0, FDFLAG_NONBLOCK));
    EXPECT(6 /* EAGAIN */, read_text(0, text, 10));
    cr_expect((fcntl(pipes[0], F_GETFL) & O_NONBLOCK) == 0);

    EXPECT(WASI_SUCCESS, write_text(1, "abc"));
    EXPECT(WASI_SUCCESS, CALL(poll_oneoff, 256, BUFFER, 2, RESULT));
    cr_expect_eq(load64(bytes + BUFFER), 1);
    cr_expect_eq(load64(bytes + BUFFER + 16), 3);
    EXPECT(WASI_SUCCESS, read_text(0, text, 10));
    cr_expect_str_eq(text, "abc");
    close(pipes[1]);
    EXPECT(WASI_SUCCESS, CALL(poll_oneoff, 256, BUFFER, 2, RESULT));
    cr_expect_eq(load64(bytes + BUFFER), 1);
    cr_expect_eq(bytes[BUFFER + 24] & 1, 1, "the other end has hung up");
}

Test(wasi, checks_subscriptions) {
    EXPECT(WASI_EINVAL, CALL(poll_oneoff, 256, BUFFER, 0, RESULT));
    EXPECT(WASI_EINVAL, CALL(poll_oneoff, 256, BUFFER, 0xffffffff, RESULT));
    EXPECT(WASI_EFAULT, CALL(poll_oneoff, MEMORY_SIZE - 47, BUFFER, 1, RESULT));
    EXPECT(WASI_EFAULT, CALL(poll_oneoff, 256, MEMORY_SIZE - 31, 1, RESULT));
    EXPECT(WASI_EFAULT, CALL(poll_oneoff, 256, BUFFER, 1, MEMORY_SIZE - 3));
    subscribe_file(0, 1, 3, 0);
    EXPECT(WASI_EINVAL, CALL(poll_oneoff, 256, BUFFER, 1, RESULT));
}
