// Backtracking: a regular-expression matcher, a Sudoku solver and the queens on a chess board.
// Stands for search: deep recursion that gives up often, small sets kept as bits, and code that is
// itself data.
#include "workload.h"

// --- regular expressions: a pattern is compiled to a few steps, which are tried in order ---

typedef enum { LITERAL, ANY, SET, FORK, JUMP, AT_START, AT_END, MATCH } Kind;

typedef struct {
    uint8_t kind, byte;
    uint16_t first, second; // where to go on; a FORK prefers the first
    uint32_t set[8];        // one bit for each byte
} Step;

enum { STEPS = 64 };

typedef struct {
    Step steps[STEPS];
    uint32_t count;
    const char *at; // what is left of the pattern
} Regex;

OUTLINE static uint32_t add_step(Regex *regex, Step step) {
    check(regex->count < STEPS);
    regex->steps[regex->count] = step;
    return regex->count++;
}

// Makes room at `place` for a step before what was compiled since.
OUTLINE static void insert_step(Regex *regex, uint32_t place, Step step) {
    add_step(regex, step);
    for (uint32_t i = regex->count - 1; i > place; i--) {
        regex->steps[i] = regex->steps[i - 1];
        if (regex->steps[i].kind == FORK || regex->steps[i].kind == JUMP) {
            regex->steps[i].first++;
            regex->steps[i].second++;
        }
    }
    regex->steps[place] = step;
}

static void add_range(Step *step, uint8_t from, uint8_t to) {
    for (uint32_t c = from; c <= to; c++)
        step->set[c >> 5] |= 1u << (c & 31);
}

OUTLINE static Step parse_set(Regex *regex) {
    Step step = {.kind = SET};
    bool inverted = *regex->at == '^';
    regex->at += inverted;
    while (*regex->at != ']') {
        uint8_t from = (uint8_t)*regex->at++, to = from;
        if (*regex->at == '-') {
            to = (uint8_t)regex->at[1];
            regex->at += 2;
        }
        add_range(&step, from, to);
    }
    regex->at++;
    for (int i = 0; inverted && i < 8; i++)
        step.set[i] = ~step.set[i];
    return step;
}

static void parse_choice(Regex *regex);

OUTLINE static void parse_atom(Regex *regex) {
    char c = *regex->at++;
    Step step = {.kind = LITERAL, .byte = (uint8_t)c};
    switch (c) {
    case '(':
        parse_choice(regex);
        check(*regex->at++ == ')');
        return;
    case '[': step = parse_set(regex); break;
    case '.': step.kind = ANY; break;
    case '^': step.kind = AT_START; break;
    case '$': step.kind = AT_END; break;
    case '\\':
        c = *regex->at++;
        step.byte = (uint8_t)c;
        if (c == 'd' || c == 'w') {
            step.kind = SET;
            add_range(&step, '0', '9');
            if (c == 'w') add_range(&step, 'a', 'z');
        }
        break;
    }
    add_step(regex, step);
}

static void parse_sequence(Regex *regex) {
    while (*regex->at && *regex->at != '|' && *regex->at != ')') {
        uint32_t start = regex->count;
        parse_atom(regex);
        char times = *regex->at;
        if (times != '*' && times != '+' && times != '?') continue;
        regex->at++;
        bool lazy = *regex->at == '?';
        regex->at += lazy;
        uint32_t end = regex->count;
        if (times != '+') insert_step(regex, start, (Step){.kind = FORK}), end++;
        if (times == '*') add_step(regex, (Step){.kind = JUMP, .first = (uint16_t)start}), end++;
        uint32_t fork = start, again = start + 1;
        if (times == '+') {
            fork = add_step(regex, (Step){.kind = FORK});
            again = start;
            end++;
        }
        regex->steps[fork].first = (uint16_t)(lazy ? end : again);
        regex->steps[fork].second = (uint16_t)(lazy ? again : end);
    }
}

static void parse_choice(Regex *regex) {
    uint32_t start = regex->count;
    parse_sequence(regex);
    if (*regex->at != '|') return;
    regex->at++;
    insert_step(regex, start, (Step){.kind = FORK});
    uint32_t jump = add_step(regex, (Step){.kind = JUMP});
    regex->steps[start].first = (uint16_t)(start + 1);
    regex->steps[start].second = (uint16_t)regex->count;
    parse_choice(regex);
    regex->steps[jump].first = (uint16_t)regex->count;
}

OUTLINE static void compile(Regex *regex, const char *pattern) {
    regex->count = 0;
    regex->at = pattern;
    parse_choice(regex);
    add_step(regex, (Step){.kind = MATCH});
}

typedef struct {
    const Regex *regex;
    const uint8_t *text, *end;
    uint32_t tried;
} Matcher;

// The end of the match that starts at `at`, or NULL.
OUTLINE static const uint8_t *match_from(Matcher *matcher, uint32_t number, const uint8_t *at) {
    for (;;) {
        matcher->tried++;
        const Step *step = &matcher->regex->steps[number];
        switch ((Kind)step->kind) {
        case LITERAL:
            if (at == matcher->end || *at++ != step->byte) return NULL;
            break;
        case ANY:
            if (at == matcher->end || *at++ == '\n') return NULL;
            break;
        case SET:
            if (at == matcher->end || !(step->set[*at >> 5] >> (*at & 31) & 1)) return NULL;
            at++;
            break;
        case AT_START:
            if (at != matcher->text && at[-1] != '\n') return NULL;
            break;
        case AT_END:
            if (at != matcher->end && *at != '\n') return NULL;
            break;
        case FORK: {
            const uint8_t *found = match_from(matcher, step->first, at);
            if (found) return found;
            number = step->second;
            continue;
        }
        case JUMP: number = step->first; continue;
        case MATCH: return at;
        }
        number++;
    }
}

OUTLINE static uint32_t match_all(Matcher *matcher, uint32_t sum) {
    for (const uint8_t *at = matcher->text; at < matcher->end;) {
        const uint8_t *end = match_from(matcher, 0, at);
        if (end) sum = mix(sum, (uint32_t)(at - matcher->text) * 64 + (uint32_t)(end - at));
        at = end && end > at ? end : at + 1;
    }
    return mix(sum, matcher->tried);
}

static const char *const patterns[] = {
    "\\w+@\\w+(\\.\\w+)+",      // a mail address
    "(\\d+\\.)?\\d+(e-?\\d+)?", // a number
    "^[a-f]+.*[0-9]$",          // a line with a certain start and end
    "\"[^\"]*\"|'.*?'",         // a quotation
    "(ab|ba|a(b|c)?d)+e?",      // alternatives that share their start
    "<(\\w+)( \\w+=\\w*)*>",    // a tag
};

OUTLINE static void write_text(uint8_t *text, uint32_t size, Random *random) {
    for (uint32_t i = 0; i < size; i++) {
        uint32_t kind = random_below(random, 64);
        if (kind < 40)
            text[i] = (uint8_t)('a' + random_below(random, 6));
        else if (kind < 52)
            text[i] = (uint8_t)('0' + random_below(random, 10));
        else
            text[i] = (uint8_t) "@..\"'\n  <>=-"[kind - 52];
    }
}

// --- Sudoku: rows, columns and boxes as sets of bits; always the cell with the fewest choices ---

typedef struct {
    uint16_t rows[9], columns[9], boxes[9]; // digits that are taken
    uint8_t cells[81];                      // 0: empty
    uint32_t guesses;
} Sudoku;

OUTLINE static void place(Sudoku *sudoku, uint32_t cell, uint32_t digit) {
    uint32_t row = cell / 9, column = cell % 9;
    uint16_t bit = (uint16_t)(1u << digit);
    sudoku->rows[row] ^= bit;
    sudoku->columns[column] ^= bit;
    sudoku->boxes[row / 3 * 3 + column / 3] ^= bit;
    sudoku->cells[cell] = sudoku->cells[cell] ? 0 : (uint8_t)digit;
}

static uint32_t choices(const Sudoku *sudoku, uint32_t cell) {
    uint32_t row = cell / 9, column = cell % 9;
    uint32_t taken =
        sudoku->rows[row] | sudoku->columns[column] | sudoku->boxes[row / 3 * 3 + column / 3];
    return ~taken & 0x3fe;
}

static bool solve(Sudoku *sudoku) {
    uint32_t best = 81, fewest = 10, digits = 0;
    for (uint32_t cell = 0; cell < 81 && fewest > 1; cell++) {
        if (sudoku->cells[cell]) continue;
        uint32_t possible = choices(sudoku, cell);
        uint32_t count = (uint32_t)__builtin_popcount(possible);
        if (count < fewest) {
            best = cell;
            fewest = count;
            digits = possible;
        }
    }
    if (best == 81) return true;
    for (; digits; digits &= digits - 1) {
        uint32_t digit = (uint32_t)__builtin_ctz(digits);
        sudoku->guesses++;
        place(sudoku, best, digit);
        if (solve(sudoku)) return true;
        place(sudoku, best, digit); // takes it back
    }
    return false;
}

// A puzzle with a solution: a full grid with digits and lines renamed, and cells removed.
OUTLINE static void make_puzzle(Sudoku *sudoku, uint32_t removed, Random *random) {
    uint8_t digits[9];
    for (uint32_t i = 0; i < 9; i++) {
        uint32_t j = random_below(random, i + 1);
        digits[i] = digits[j];
        digits[j] = (uint8_t)(i + 1);
    }
    uint32_t turn = random_below(random, 9);
    bool mirrored = random_below(random, 2);
    fill_bytes(sudoku, 0, sizeof *sudoku);
    for (uint32_t cell = 0; cell < 81; cell++) {
        uint32_t row = cell / 9, column = cell % 9;
        uint32_t value = (row % 3 * 3 + row / 3 + column + turn) % 9;
        place(sudoku, mirrored ? column * 9 + row : cell, digits[value]);
    }
    while (removed > 0) {
        uint32_t cell = random_below(random, 81);
        if (!sudoku->cells[cell]) continue;
        place(sudoku, cell, sudoku->cells[cell]);
        removed--;
    }
}

// --- queens ---

static uint32_t queens(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
    if (columns == all) return 1;
    uint32_t solutions = 0;
    for (uint32_t free = all & ~(columns | left | right); free; free &= free - 1) {
        uint32_t queen = free & -free;
        solutions += queens(all, columns | queen, (left | queen) << 1, (right | queen) >> 1);
    }
    return solutions;
}

EXPORT_RUN int32_t run(int32_t n) {
    static Regex regex;
    static uint8_t text[400];
    static Sudoku sudoku;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);

        write_text(text, sizeof text, &random);
        for (uint32_t i = 0; i < LENGTH(patterns); i++) {
            compile(&regex, patterns[i]);
            Matcher matcher = {&regex, text, text + sizeof text, 0};
            sum = match_all(&matcher, sum);
        }

        make_puzzle(&sudoku, 44 + random_below(&random, 8), &random);
        check(solve(&sudoku));
        sum = mix_bytes(sum, sudoku.cells, sizeof sudoku.cells);
        sum = mix(sum, sudoku.guesses);

        sum = mix(sum, queens((1u << (7 + round % 2)) - 1, 0, 0, 0));
    }
    return (int32_t)sum;
}
