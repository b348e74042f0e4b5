#include "bench/mining/corpus.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/memory.h"

void corpus_free(Corpus *corpus) {
    for (uint32_t i = 0; i < corpus->opcode_count; i++)
        free(corpus->names[i]);
    for (size_t i = 0; i < corpus->program_count; i++)
        free(corpus->programs[i].name);
    free(corpus->isa);
    free(corpus->names);
    free(corpus->programs);
    free(corpus->lines);
    free(corpus->opcodes);
    free(corpus->weights);
    *corpus = (Corpus){0};
}

static char *cut_end(char *text) {
    text[strcspn(text, "\n")] = 0;
    return text;
}

/* The head: which instruction set, and the names of its opcodes. */
static bool read_head(Corpus *corpus, FILE *file, const char *path, Error *error) {
    char isa[32] = "", line[2048];
    unsigned count = 0;
    if (!fgets(line, sizeof line, file) || sscanf(line, "%31s %u opcodes", isa, &count) != 2 ||
        count == 0 || count > UINT16_MAX)
        return fail(error, ERROR_MALFORMED,
                    "%s is no profile: it does not begin with an instruction set; make it with "
                    "\"tailrace profile --lines\"",
                    path);
    const bool is_first = !corpus->isa;
    if (is_first) {
        corpus->isa = copy_string(isa);
        corpus->names = allocate(count * sizeof *corpus->names);
    }
    if (strcmp(corpus->isa, isa) != 0 || (!is_first && corpus->opcode_count != count))
        return fail(error, ERROR_MALFORMED,
                    "%s is of the instruction set %s with %u opcodes, and others are of %s with "
                    "%u: make all with one build",
                    path, isa, count, corpus->isa, corpus->opcode_count);
    for (unsigned i = 0; i < count; i++) {
        if (!fgets(line, sizeof line, file))
            return fail(error, ERROR_MALFORMED, "%s ends within the names of opcodes", path);
        cut_end(line);
        if (is_first)
            corpus->names[corpus->opcode_count++] = copy_string(line);
        else if (strcmp(corpus->names[i], line) != 0)
            return fail(error, ERROR_MALFORMED, "%s: opcode %u is called %s, and %s elsewhere",
                        path, i, line, corpus->names[i]);
    }
    return true;
}

static void *make_room(void *array, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity) return array;
    *capacity = *capacity ? 2 * *capacity : 1 << 12;
    return grow(array, *capacity, size);
}

static bool add_line(Corpus *corpus, const char *text, Error *error, const char *path,
                     size_t number) {
    Line line = {.begin = corpus->instruction_count,
                 .program = (uint32_t)corpus->program_count - 1};
    for (const char *at = text; *at;) {
        char *end;
        unsigned long opcode = strtoul(at, &end, 10);
        if (end == at || *end != ':' || opcode >= corpus->opcode_count) goto malformed;
        at = end + 1;
        double count = (double)strtoull(at, &end, 10);
        if (end == at || (*end != ' ' && *end != 0)) goto malformed;
        at = *end ? end + 1 : end;
        size_t capacity = corpus->instruction_capacity;
        corpus->opcodes = make_room(corpus->opcodes, &capacity, corpus->instruction_count,
                                    sizeof *corpus->opcodes);
        corpus->weights = make_room(corpus->weights, &corpus->instruction_capacity,
                                    corpus->instruction_count, sizeof *corpus->weights);
        corpus->opcodes[corpus->instruction_count] = (uint16_t)opcode;
        corpus->weights[corpus->instruction_count++] = count;
        line.length++;
        corpus->programs[corpus->program_count - 1].executed += count;
    }
    if (!line.length) return true;
    corpus->lines =
        make_room(corpus->lines, &corpus->line_capacity, corpus->line_count, sizeof *corpus->lines);
    corpus->lines[corpus->line_count++] = line;
    return true;
malformed:
    return fail(error, ERROR_MALFORMED, "%s: line %zu behind the names is not OPCODE:COUNT ...",
                path, number);
}

/* ---- Lines that are the same ----------------------------------------------------------------- */

static const Corpus *sorted; /* for qsort */

static int compare_lines(const void *left, const void *right) {
    const Line *a = left, *b = right;
    if (a->length != b->length) return a->length < b->length ? -1 : 1;
    int order = memcmp(sorted->opcodes + a->begin, sorted->opcodes + b->begin,
                       a->length * sizeof *sorted->opcodes);
    return order ? order : (a->begin > b->begin) - (a->begin < b->begin);
}

static void unite_lines(Corpus *corpus, CorpusProgram *program) {
    Line *lines = corpus->lines + program->line_begin;
    const size_t count = corpus->line_count - program->line_begin;
    sorted = corpus;
    qsort(lines, count, sizeof *lines, compare_lines);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        Line *last = kept ? &lines[kept - 1] : NULL;
        if (last && last->length == lines[i].length &&
            memcmp(corpus->opcodes + last->begin, corpus->opcodes + lines[i].begin,
                   last->length * sizeof *corpus->opcodes) == 0) {
            for (uint32_t j = 0; j < last->length; j++)
                corpus->weights[last->begin + j] += corpus->weights[lines[i].begin + j];
        } else {
            lines[kept++] = lines[i];
        }
    }
    corpus->line_count = program->line_end = program->line_begin + kept;
}

bool corpus_read(Corpus *corpus, const char *path, const char *name, Error *error) {
    FILE *file = fopen(path, "r");
    if (!file) return fail(error, ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
    bool done = read_head(corpus, file, path, error);
    if (done) {
        corpus->programs = make_room(corpus->programs, &corpus->program_capacity,
                                     corpus->program_count, sizeof *corpus->programs);
        corpus->programs[corpus->program_count++] =
            (CorpusProgram){.name = copy_string(name), .line_begin = corpus->line_count};
        char *text = NULL;
        size_t size = 0;
        for (size_t number = 1; done && getline(&text, &size, file) >= 0; number++)
            done = add_line(corpus, cut_end(text), error, path, number);
        free(text);
    }
    if (done && ferror(file))
        done = fail(error, ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
    fclose(file);
    if (!done) return false;
    CorpusProgram *program = &corpus->programs[corpus->program_count - 1];
    if (program->executed == 0)
        return fail(error, ERROR_MALFORMED, "%s: nothing was executed", path);
    unite_lines(corpus, program);
    for (size_t i = program->line_begin; i < program->line_end; i++)
        for (uint32_t j = 0; j < corpus->lines[i].length; j++)
            corpus->weights[corpus->lines[i].begin + j] /= program->executed;
    return true;
}

void corpus_flatten(Corpus *corpus, unsigned root) {
    for (size_t i = 0; i < corpus->program_count; i++) {
        const CorpusProgram *program = &corpus->programs[i];
        double sum = 0;
        for (size_t l = program->line_begin; l < program->line_end; l++) {
            double *weights = corpus->weights + corpus->lines[l].begin;
            /* No instruction of a line is executed more often than the first. */
            const double factor = *weights > 0 ? pow(*weights, 1.0 / root) / *weights : 0;
            for (uint32_t j = 0; j < corpus->lines[l].length; j++)
                sum += weights[j] *= factor;
        }
        for (size_t l = program->line_begin; l < program->line_end; l++)
            for (uint32_t j = 0; j < corpus->lines[l].length; j++)
                corpus->weights[corpus->lines[l].begin + j] *= 1 / sum;
    }
}

/* ---- Registers that change their names ------------------------------------------------------- */

static const Corpus *named; /* for qsort and bsearch, with what they sort */

static int compare_names(const void *left, const void *right) {
    return strcmp(named->names[*(const uint16_t *)left], named->names[*(const uint16_t *)right]);
}

static int compare_name(const void *wanted, const void *right) {
    return strcmp(wanted, named->names[*(const uint16_t *)right]);
}

/* The opcode whose name is `name` with the registers p, q and r called as `order` says, UINT16_MAX if
 * there is none. Classes stand behind "__": result, "_", values. */
static uint16_t renamed(const char *name, const char *order, const uint16_t *by_name) {
    char other[256];
    const char *classes = strstr(name, "__");
    const size_t length = strlen(name);
    if (length >= sizeof other) return UINT16_MAX;
    memcpy(other, name, length + 1);
    for (size_t i = classes ? (size_t)(classes - name) + 2 : length; i < length; i++)
        if (other[i] >= 'p' && other[i] <= 'r') other[i] = order[other[i] - 'p'];
    for (int i = 0; i < 2; i++) {
        const uint16_t *found =
            bsearch(other, by_name, named->opcode_count, sizeof *by_name, compare_name);
        if (found) return *found;
        /* Of exchangeable operands there is one order. */
        char *values = strrchr(other, '_') + 1;
        if (!classes || !values[0] || !values[1]) break;
        const char first = values[0];
        values[0] = values[1];
        values[1] = first;
    }
    return UINT16_MAX;
}

static void append_renamed(Corpus *corpus, const Corpus *old, const Line *line, const uint16_t *names,
                           double weight) {
    for (uint32_t i = 0; i < line->length && names; i++)
        if (names[old->opcodes[line->begin + i]] == UINT16_MAX) return;
    corpus->lines =
        make_room(corpus->lines, &corpus->line_capacity, corpus->line_count, sizeof *corpus->lines);
    corpus->lines[corpus->line_count++] =
        (Line){corpus->instruction_count, line->length, line->program};
    for (uint32_t i = 0; i < line->length; i++) {
        const uint16_t opcode = old->opcodes[line->begin + i];
        size_t capacity = corpus->instruction_capacity;
        corpus->opcodes = make_room(corpus->opcodes, &capacity, corpus->instruction_count,
                                    sizeof *corpus->opcodes);
        corpus->weights = make_room(corpus->weights, &corpus->instruction_capacity,
                                    corpus->instruction_count, sizeof *corpus->weights);
        corpus->opcodes[corpus->instruction_count] = names ? names[opcode] : opcode;
        corpus->weights[corpus->instruction_count++] = weight * old->weights[line->begin + i];
    }
}

void corpus_rename_registers(Corpus *corpus) {
    static const char orders[][4] = {"prq", "qpr", "qrp", "rpq", "rqp"};
    enum { ORDERS = sizeof orders / sizeof *orders };
    const double share = 0.05; /* of each; the names that it has keep the rest */
    uint16_t *by_name = allocate(corpus->opcode_count * sizeof *by_name);
    uint16_t *names[ORDERS];
    for (uint32_t i = 0; i < corpus->opcode_count; i++)
        by_name[i] = (uint16_t)i;
    named = corpus;
    qsort(by_name, corpus->opcode_count, sizeof *by_name, compare_names);
    for (int order = 0; order < ORDERS; order++) {
        names[order] = allocate(corpus->opcode_count * sizeof **names);
        for (uint32_t i = 0; i < corpus->opcode_count; i++)
            names[order][i] = renamed(corpus->names[i], orders[order], by_name);
    }
    const Corpus old = *corpus;
    corpus->lines = NULL;
    corpus->opcodes = NULL;
    corpus->weights = NULL;
    corpus->line_count = corpus->line_capacity = 0;
    corpus->instruction_count = corpus->instruction_capacity = 0;
    for (size_t i = 0; i < corpus->program_count; i++) {
        CorpusProgram *program = &corpus->programs[i];
        const size_t begin = program->line_begin, end = program->line_end;
        program->line_begin = corpus->line_count;
        for (size_t line = begin; line < end; line++) {
            append_renamed(corpus, &old, &old.lines[line], NULL, 1 - ORDERS * share);
            for (int order = 0; order < ORDERS; order++)
                append_renamed(corpus, &old, &old.lines[line], names[order], share);
        }
        unite_lines(corpus, program);
    }
    for (int order = 0; order < ORDERS; order++)
        free(names[order]);
    free(by_name);
    free(old.lines);
    free(old.opcodes);
    free(old.weights);
}
