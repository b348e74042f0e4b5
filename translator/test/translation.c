#include "translator/test/translation.h"

#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "decoder/disassembler.h"

Module module;
Program program;
Error error;
static Encoder expected;
Encoder *const code = &expected;
static bool is_read, is_translated;
static uint8_t *wasm; /* of translate_wat */

#define WAT2WASM                                                                                   \
    "command -v wat2wasm >/dev/null || exit 127; "                                                 \
    "wat2wasm --enable-tail-call --enable-memory64 --enable-multi-memory --enable-exceptions "     \
    "--enable-threads --output=- "

/* Once, in front of all tests; each that needs it is then skipped in silence. */
ReportHook(PRE_ALL)(struct criterion_test_set *tests) {
    (void)tests;
    if (system("command -v wat2wasm >/dev/null"))
        fputs("wat2wasm is missing (package wabt): most translation tests are skipped\n", stderr);
}

bool translate_bytes(const uint8_t *bytes, size_t size) {
    is_read = module_read(bytes, size, &module, &error);
    is_translated = is_read && translate(&module, opcode_words(), &program, &error);
    if (is_translated) encoder_init(&expected, opcode_words());
    return is_translated;
}

void free_translation(void) {
    encoder_free(&expected);
    if (is_translated) program_free(&program);
    if (is_read) module_free(&module);
    is_read = is_translated = false;
    free(wasm);
    wasm = NULL;
}

/* Runs wat2wasm; returns what it writes and stores its size. */
static uint8_t *compile(const char *fields, size_t *size) {
    char path[] = "/tmp/tailrace-translation-XXXXXX", command[200];
    int file = mkstemp(path);
    cr_assert(file >= 0, "cannot make a temporary file");
    cr_assert(dprintf(file, "(module %s)\n", fields) > 0);
    close(file);
    snprintf(command, sizeof command, WAT2WASM "%s", path);
    FILE *output = popen(command, "r");
    cr_assert_not_null(output);
    size_t capacity = 1 << 20;
    uint8_t *bytes = malloc(capacity);
    *size = fread(bytes, 1, capacity, output);
    cr_assert(*size < capacity);
    int status = pclose(output);
    unlink(path);
    if (status == 127 << 8) cr_skip_test("wat2wasm is missing\n");
    cr_assert(status == 0, "wat2wasm refuses the text");
    return bytes;
}

void translate_wat(const char *fields) {
    size_t size;
    free_translation();
    wasm = compile(fields, &size);
    cr_assert(translate_bytes(wasm, size), "%s", error.message);
}

/* ---- Comparing ------------------------------------------------------------------------------ */

static char *listing(const uint8_t *begin, const uint8_t *end) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    disassemble(out, opcode_words(), begin, end);
    fclose(out);
    return text;
}

/* Prints both listings side by side, marking the lines that differ. */
static void show(const char *is, const char *should_be) {
    fprintf(stderr, "    %-52s %s\n", "expected (" ISA_NAME ")", "translated");
    while (*is || *should_be) {
        int left = (int)strcspn(should_be, "\n"), right = (int)strcspn(is, "\n");
        bool same = left == right && !strncmp(is, should_be, (size_t)left);
        fprintf(stderr, "  %c %-52.*s %.*s\n", same ? ' ' : '!', left, should_be, right, is);
        should_be += left + (should_be[left] == '\n');
        is += right + (is[right] == '\n');
    }
}

void expect_translation(void) {
    const bool has_zero = expected.recent[expected.newest].op == OP_zero;
    const size_t expected_size = encoder_position(&expected); /* and nothing is pending any more */
    cr_assert(expected.status == ENCODER_OK, "the expected bytecode cannot be encoded");
    const uint8_t *begin = program.codes[0].begin;
    const uint8_t *end = program_code_end(&program, &program.codes[0]);
    size_t size = (size_t)(end - begin);
    if (size != expected_size || memcmp(begin, expected.bytes, size) != 0) {
        char *is = listing(begin, end);
        char *should_be = listing(expected.bytes, expected.bytes + expected_size);
        show(is, should_be);
        cr_assert(strcmp(is, should_be), "the listings are the same, the bytes are not");
        cr_assert_fail("the bytecode is not the expected one");
    }
    /* It is behind what ends control, so that no superinstruction begins in front of it. */
    const size_t zero_size =
        opcode_words()->size + opcode_info[op_info[OP_zero].variants[0]].length;
    const size_t entry = has_zero ? expected_size - zero_size : 0;
    cr_assert_eq(program.codes[0].entry, begin + entry, "it is entered at the wrong place");
    free_translation();
}

unsigned count_of(Op op) {
    const uint8_t *begin = program.codes[0].begin;
    const uint8_t *end = program_code_end(&program, &program.codes[0]);
    unsigned count = 0;
    char *text = listing(begin, end), *line = text;
    for (; *line; line = strchr(line, '\n') + 1) {
        char name[64]; /* behind the offset, or the plus of further parts of a superinstruction */
        cr_assert_eq(sscanf(line, "%*s %63s", name), 1);
        count += !strcmp(name, op_info[op].name);
    }
    free(text);
    return count;
}
