/* `tailrace mine`: chooses superinstructions from profiles, and tells what they bring programs that
 * they were not chosen for. */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/mining/miner.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"
#include "bench/util/output_file.h"
#include "bench/util/progress.h"
#include "bench/util/table.h"

enum {
    OPTION_FORMS = 256,
    OPTION_LONGEST,
    OPTION_PROGRAMS,
    OPTION_ONE_OUT,
    OPTION_RENAME,
    OPTION_ROOT,
};

typedef struct Options {
    MinerWishes miner;
    size_t forms;
    unsigned root;
    bool leave_one_out, renames;
    const char *output;
    char **profiles; /* that it is trained on, and those that it is judged by; owned */
    char **judged;
    size_t profile_count, judged_count;
} Options;

static size_t parse_number(const char *text, size_t least, size_t most, const char *option,
                           struct argp_state *state) {
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || number < least || number > most)
        argp_error(state, "%s takes a number from %zu to %zu, not \"%s\"", option, least, most,
                   text);
    return (size_t)number;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    Options *options = state->input;
    switch (key) {
    case 'c': options->miner.most = parse_number(argument, 1, 50000, "--count", state); return 0;
    case OPTION_FORMS:
        options->forms = parse_number(argument, 0, 50000, "--forms", state);
        return 0;
    case OPTION_LONGEST:
        options->miner.longest =
            (uint32_t)parse_number(argument, 2, LONGEST_SEQUENCE, "--longest", state);
        return 0;
    case OPTION_PROGRAMS:
        options->miner.least_programs =
            (uint32_t)parse_number(argument, 1, 64, "--programs", state);
        return 0;
    case OPTION_ONE_OUT: options->leave_one_out = true; return 0;
    case OPTION_RENAME: options->renames = true; return 0;
    case OPTION_ROOT:
        options->root = (unsigned)parse_number(argument, 1, 9, "--root", state);
        return 0;
    case 'j': options->judged[options->judged_count++] = argument; return 0;
    case 'o': options->output = argument; return 0;
    case ARGP_KEY_ARG: options->profiles[options->profile_count++] = argument; return 0;
    case ARGP_KEY_END:
        if (!options->profile_count) argp_error(state, "a profile is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp MINE = {
    .options =
        (const struct argp_option[]){
            {"count", 'c', "N", 0, "choose so many superinstructions (default: 4000)", 0},
            {"longest", OPTION_LONGEST, "N", 0, "of at most N opcodes (default: 12)", 0},
            {"programs", OPTION_PROGRAMS, "N", 0,
             "that occur in at least N of the profiles (default: an eighth of them, at most 8)", 0},
            {"forms", OPTION_FORMS, "N", 0,
             "also name the N forms that are executed most, and those that superinstructions are "
             "made of: the instruction set then has no others that it can do without (default: 0, "
             "it has all)",
             0},
            {"rename-registers", OPTION_RENAME, NULL, 0,
             "choose as if a quarter of each profile had its registers for locals called "
             "otherwise: which has which is chance",
             0},
            {"root", OPTION_ROOT, "N", 0,
             "choose as if each line had run the N-th root of how often it did: a program's "
             "hottest loops are its own, what it does now and then is more like others (default: "
             "1)",
             0},
            {"judge", 'j', "PROFILE", 0,
             "tell what they bring this one, which nothing is chosen from; may be repeated", 0},
            {"leave-one-out", OPTION_ONE_OUT, NULL, 0,
             "for each profile, also choose from all the others, and tell what that brings it", 0},
            {"output", 'o', "FILE", 0,
             "write them, a line each, for the build's option superinstructions (default: none)",
             0},
            {0}},
    .parser = parse,
    .args_doc = "PROFILE...",
    .doc = "Chooses superinstructions: sequences of opcodes that become one instruction. A PROFILE "
           "is what \"tailrace profile --lines\" prints of a program. Programs count alike, "
           "however long they run. Prints how many instructions are left to be dispatched, as a "
           "share of those without superinstructions, over the number of these.\v"
           "Exit status: 0 done; 1 something failed; 2 usage."};

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool read_all(Corpus *corpus, char **paths, size_t count, Error *error) {
    for (size_t i = 0; i < count; i++)
        if (!corpus_read(corpus, paths[i], base_name(paths[i]), error)) return false;
    return true;
}

/* Both have the same opcodes: sequences of the one are those of the other. */
static bool have_same_opcodes(const Corpus *one, const Corpus *other) {
    if (strcmp(one->isa, other->isa) != 0 || one->opcode_count != other->opcode_count) return false;
    for (uint32_t i = 0; i < one->opcode_count; i++)
        if (strcmp(one->names[i], other->names[i]) != 0) return false;
    return true;
}

static void show_progress(size_t done, size_t most) {
    progress_show((double)done / (double)most, -1, "choosing superinstructions");
}

/* ---- What they bring ------------------------------------------------------------------------- */

static const size_t CURVE[] = {100, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000};
enum { CURVE_LENGTH = sizeof CURVE / sizeof *CURVE };

/* The numbers of the curve up to `count`, which is the last. Returns how many. */
static size_t curve(size_t count, size_t points[CURVE_LENGTH + 1]) {
    size_t length = 0;
    while (length < CURVE_LENGTH && CURVE[length] < count) {
        points[length] = CURVE[length];
        length++;
    }
    points[length++] = count;
    return length;
}

/* A row for each program and one for their mean. */
static void add_rows(Table *table, const Corpus *corpus, const MinedSequence *sequences,
                     const size_t *points, size_t length, bool each, const char *mean_of) {
    double sums[CURVE_LENGTH + 1] = {0};
    for (size_t i = 0; i < corpus->program_count; i++) {
        if (each) table_cell(table, "%s", corpus->programs[i].name);
        for (size_t j = 0; j < length; j++) {
            double left = judge(corpus, &corpus->programs[i], sequences, points[j]);
            sums[j] += left;
            if (each) table_cell(table, "%.3f", left);
        }
    }
    table_cell(table, "mean of %zu %s", corpus->program_count, mean_of);
    for (size_t j = 0; j < length; j++)
        table_cell(table, "%.3f", sums[j] / (double)corpus->program_count);
}

static void print_curve(const Corpus *trained, const Corpus *judged, const MinedSequence *sequences,
                        size_t count) {
    size_t points[CURVE_LENGTH + 1], length = curve(count, points);
    Table table;
    table_start(&table, 1 + length);
    table_cell(&table, "superinstructions");
    for (size_t j = 0; j < length; j++)
        table_cell(&table, "%zu", points[j]);
    add_rows(&table, trained, sequences, points, length, false, "trained on");
    if (judged->program_count)
        add_rows(&table, judged, sequences, points, length, true, "held out");
    table_print_folded(&table, 1, stdout);
    table_free(&table);
}

/* What is chosen from all others brings each. */
/* Chooses from `source`, which has the programs of `corpus` with lines that may count otherwise;
 * what is left is told of what was executed. */
static void print_left_out(const Corpus *corpus, const Corpus *source, const Options *options,
                           const MinedSequence *sequences, size_t count) {
    Table table;
    table_start(&table, 3);
    table_cell(&table, "program");
    table_cell(&table, "trained on");
    table_cell(&table, "left out");
    double trained = 0, left_out = 0;
    for (size_t i = 0; i < corpus->program_count; i++) {
        const CorpusProgram *program = &corpus->programs[i];
        MinerWishes others = options->miner;
        others.left_out = &source->programs[i];
        progress_show((double)i / (double)corpus->program_count, -1, "leaving one program out");
        size_t other_count;
        MinedSequence *other = mine(source, &others, &other_count);
        double with = judge(corpus, program, sequences, count);
        double without = judge(corpus, program, other, other_count);
        free(other);
        table_cell(&table, "%s", program->name);
        table_cell(&table, "%.3f", with);
        table_cell(&table, "%.3f", without);
        trained += with;
        left_out += without;
    }
    progress_clear();
    table_cell(&table, "mean of %zu", corpus->program_count);
    table_cell(&table, "%.3f", trained / (double)corpus->program_count);
    table_cell(&table, "%.3f", left_out / (double)corpus->program_count);
    putchar('\n');
    table_print(&table, 1, stdout);
    table_free(&table);
}

/* ---- The file -------------------------------------------------------------------------------- */

static const double *executed; /* by opcode, for qsort */

static int by_executed(const void *left, const void *right) {
    const uint16_t a = *(const uint16_t *)left, b = *(const uint16_t *)right;
    if (executed[a] != executed[b]) return executed[a] < executed[b] ? 1 : -1;
    return (a > b) - (a < b);
}

/* The forms to name: the `wanted` most executed, and the parts of sequences. */
static void write_forms(FILE *out, const Corpus *corpus, size_t wanted,
                        const MinedSequence *sequences, size_t count) {
    double *weights = allocate(corpus->opcode_count * sizeof *weights);
    uint16_t *order = allocate(corpus->opcode_count * sizeof *order);
    bool *named = allocate(corpus->opcode_count);
    for (size_t i = 0; i < corpus->line_count; i++)
        for (uint32_t j = 0; j < corpus->lines[i].length; j++)
            weights[corpus->opcodes[corpus->lines[i].begin + j]] +=
                corpus->weights[corpus->lines[i].begin + j];
    for (uint32_t i = 0; i < corpus->opcode_count; i++)
        order[i] = (uint16_t)i;
    executed = weights;
    qsort(order, corpus->opcode_count, sizeof *order, by_executed);
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < sequences[i].length; j++)
            named[sequences[i].opcodes[j]] = true;
    for (size_t i = 0; i < wanted && i < corpus->opcode_count; i++)
        if (weights[order[i]] > 0) named[order[i]] = true;
    fputs("\n# Forms.\n", out);
    for (uint32_t i = 0; i < corpus->opcode_count; i++)
        if (named[i]) fprintf(out, "%s\n", corpus->names[i]);
    free(weights);
    free(order);
    free(named);
}

static bool write_table(const Corpus *corpus, const Options *options,
                        const MinedSequence *sequences, size_t count, Error *error) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = need(open_memstream(&text, &size));
    fprintf(out,
            "# Superinstructions of the instruction set %s, the one that saves most first: opcodes "
            "that are\n"
            "# executed one after the other, as one instruction. Chosen by `tailrace mine` from "
            "%zu profiles.\n"
            "# Lines of one name say which forms there are, beside those that the translator "
            "cannot do without.\n",
            corpus->isa, corpus->program_count);
    if (options->forms) write_forms(out, corpus, options->forms, sequences, count);
    fputs("\n# Sequences.\n", out);
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < sequences[i].length; j++)
            fprintf(out, "%s%c", corpus->names[sequences[i].opcodes[j]],
                    j + 1 < sequences[i].length ? ' ' : '\n');
    bool done = fclose(out) == 0 && output_write(options->output, text, size, error);
    free(text);
    return done;
}

int command_mine(int argc, char **argv) {
    Options options = {
        .root = 1,
        .miner = {.most = 4000, .longest = LONGEST_SEQUENCE, .progress = show_progress},
        .profiles = allocate((size_t)argc * sizeof(char *)),
        .judged = allocate((size_t)argc * sizeof(char *)),
    };
    parse_options(&MINE, argc, argv, 0, &options);
    if (!options.miner.least_programs)
        options.miner.least_programs = options.profile_count < 8 ? 1
                                      : options.profile_count > 64
                                          ? 8
                                          : (uint32_t)(options.profile_count / 8);
    Corpus trained = {0}, judged = {0};
    Error error = {.kind = ERROR_NONE};
    bool done = (!options.output || output_can_write(options.output, &error)) &&
                read_all(&trained, options.profiles, options.profile_count, &error) &&
                read_all(&judged, options.judged, options.judged_count, &error);
    if (done && judged.isa && !have_same_opcodes(&trained, &judged))
        done = fail(&error, ERROR_MALFORMED,
                    "profiles to train on are of %s with %u opcodes, and those to judge are of %s "
                    "with %u or are called otherwise: make all with one build",
                    trained.isa, trained.opcode_count, judged.isa, judged.opcode_count);
    Corpus changed = {0};
    const bool changes = options.renames || options.root > 1;
    if (done && changes) {
        done = read_all(&changed, options.profiles, options.profile_count, &error);
        if (done && options.root > 1) corpus_flatten(&changed, options.root);
        if (done && options.renames) corpus_rename_registers(&changed);
    }
    if (done) {
        const Corpus *source = changes ? &changed : &trained;
        size_t count;
        MinedSequence *sequences = mine(source, &options.miner, &count);
        progress_clear();
        if (options.output) done = write_table(source, &options, sequences, count, &error);
        if (done) print_curve(&trained, &judged, sequences, count);
        if (done && options.leave_one_out)
            print_left_out(&trained, source, &options, sequences, count);
        free(sequences);
    }
    corpus_free(&trained);
    corpus_free(&changed);
    corpus_free(&judged);
    free(options.profiles);
    free(options.judged);
    return done ? EXIT_DONE : complain(&error, EXIT_FAILED);
}
