// Recursive descent: a random document is written as JSON, parsed to a tree, queried, and written
// again, which must give the same text. Stands for parsers and serialisers: mutual recursion over
// nested data, strings with escapes, numbers, and many small nodes.
#include "workload.h"

enum { TEXT_SIZE = 32768, ARENA_SIZE = 262144 };

typedef enum { NOTHING, FALSE, TRUE, NUMBER, STRING, ARRAY, OBJECT } Type;

typedef struct Value Value;
struct Value {
    Type type;
    uint32_t size;    // bytes of a string, members of an array or object
    Value *next;      // in the same array or object
    const char *name; // of a member of an object
    uint32_t name_size;
    union {
        double number;
        const char *text;
        Value *first;
    };
};

// --- writing ---

typedef struct {
    char *at, *end;
} Output;

static void put(Output *output, char c) {
    check(output->at < output->end);
    *output->at++ = c;
}

static void put_text(Output *output, const char *text) {
    while (*text)
        put(output, *text++);
}

OUTLINE static void put_integer(Output *output, uint32_t value) {
    char digits[10];
    int count = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count > 0)
        put(output, digits[--count]);
}

// All numbers of the document have at most three places after the point.
OUTLINE static void put_number(Output *output, double number) {
    if (number < 0) put(output, '-');
    uint32_t thousandths = (uint32_t)(__builtin_fabs(number) * 1000.0 + 0.5);
    put_integer(output, thousandths / 1000);
    uint32_t rest = thousandths % 1000;
    if (rest == 0) return;
    put(output, '.');
    for (uint32_t place = 100; rest > 0; rest %= place, place /= 10) {
        put(output, (char)('0' + rest / place));
    }
}

OUTLINE static void put_string(Output *output, const char *text, uint32_t size) {
    put(output, '"');
    for (uint32_t i = 0; i < size; i++) {
        uint8_t c = (uint8_t)text[i];
        switch (c) {
        case '"': put_text(output, "\\\""); break;
        case '\\': put_text(output, "\\\\"); break;
        case '\n': put_text(output, "\\n"); break;
        case '\t': put_text(output, "\\t"); break;
        default:
            if (c >= ' ') {
                put(output, (char)c);
            } else {
                put_text(output, "\\u00");
                put(output, (char)('0' + (c >> 4)));
                put(output, "0123456789abcdef"[c & 15]);
            }
        }
    }
    put(output, '"');
}

OUTLINE static void put_line(Output *output, uint32_t depth) {
    put(output, '\n');
    while (depth--)
        put_text(output, "  ");
}

static void write(Output *output, const Value *value, uint32_t depth) {
    switch (value->type) {
    case NOTHING: put_text(output, "null"); break;
    case FALSE: put_text(output, "false"); break;
    case TRUE: put_text(output, "true"); break;
    case NUMBER: put_number(output, value->number); break;
    case STRING: put_string(output, value->text, value->size); break;
    case ARRAY:
    case OBJECT:
        put(output, value->type == ARRAY ? '[' : '{');
        for (const Value *member = value->first; member; member = member->next) {
            if (member != value->first) put(output, ',');
            put_line(output, depth + 1);
            if (value->type == OBJECT) {
                put_string(output, member->name, member->name_size);
                put_text(output, ": ");
            }
            write(output, member, depth + 1);
        }
        if (value->first) put_line(output, depth);
        put(output, value->type == ARRAY ? ']' : '}');
        break;
    }
}

// --- parsing ---

typedef struct {
    const char *at, *end;
    Arena *arena;
} Input;

OUTLINE static char peek(Input *input) {
    while (input->at < input->end) {
        char c = *input->at;
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return c;
        input->at++;
    }
    return 0;
}

static void expect(Input *input, char c) {
    check(peek(input) == c);
    input->at++;
}

static void expect_word(Input *input, const char *word) {
    for (; *word; word++) {
        check(input->at < input->end && *input->at == *word);
        input->at++;
    }
}

OUTLINE static double parse_number(Input *input) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    bool negative = *input->at == '-';
    input->at += negative;
    double number = 0;
    uint32_t places = 0;
    bool after_point = false;
    for (; input->at < input->end; input->at++) {
        char c = *input->at;
        if (c >= '0' && c <= '9') {
            number = number * 10 + (c - '0');
            places += after_point;
        } else if (c == '.' && !after_point) {
            after_point = true;
        } else {
            break;
        }
    }
    if (input->at < input->end && (*input->at | 32) == 'e') {
        uint32_t exponent = 0;
        for (input->at++; *input->at >= '0' && *input->at <= '9'; input->at++) {
            exponent = exponent * 10 + (uint32_t)(*input->at - '0');
        }
        number *= powers[exponent % 10];
    }
    number /= powers[places % 10];
    return negative ? -number : number;
}

static uint32_t parse_hex(Input *input) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = *input->at++;
        if (c >= '0' && c <= '9')
            value = value * 16 + (uint32_t)(c - '0');
        else
            value = value * 16 + (uint32_t)((c | 32) - 'a') + 10;
    }
    return value;
}

OUTLINE static const char *parse_string(Input *input, uint32_t *size) {
    expect(input, '"');
    uint32_t room = 0;
    while (input->at[room] != '"')
        room += input->at[room] == '\\' ? 2 : 1;
    char *text = arena_take(input->arena, room), *out = text;
    while (*input->at != '"') {
        char c = *input->at++;
        if (c == '\\') {
            c = *input->at++;
            switch (c) {
            case 'n': c = '\n'; break;
            case 't': c = '\t'; break;
            case 'u': c = (char)parse_hex(input); break;
            }
        }
        *out++ = c;
    }
    input->at++;
    *size = (uint32_t)(out - text);
    return text;
}

static Value *parse(Input *input);

static void parse_members(Input *input, Value *parent, char close) {
    Value **link = &parent->first;
    input->at++;
    while (peek(input) != close) {
        if (parent->size++ > 0) expect(input, ',');
        const char *name = NULL;
        uint32_t name_size = 0;
        if (parent->type == OBJECT) {
            name = parse_string(input, &name_size);
            expect(input, ':');
        }
        Value *member = parse(input);
        member->name = name;
        member->name_size = name_size;
        *link = member;
        link = &member->next;
    }
    input->at++;
}

static Value *parse(Input *input) {
    Value *value = arena_take(input->arena, sizeof *value);
    *value = (Value){.type = NOTHING};
    switch (peek(input)) {
    case 'n': expect_word(input, "null"); break;
    case 'f':
        expect_word(input, "false");
        value->type = FALSE;
        break;
    case 't':
        expect_word(input, "true");
        value->type = TRUE;
        break;
    case '"':
        value->type = STRING;
        value->text = parse_string(input, &value->size);
        break;
    case '[':
        value->type = ARRAY;
        parse_members(input, value, ']');
        break;
    case '{':
        value->type = OBJECT;
        parse_members(input, value, '}');
        break;
    default:
        value->type = NUMBER;
        value->number = parse_number(input);
        break;
    }
    return value;
}

// --- queries ---

OUTLINE static const Value *member(const Value *object, const char *name) {
    if (object->type != OBJECT) return NULL;
    for (const Value *value = object->first; value; value = value->next) {
        uint32_t i = 0;
        while (i < value->name_size && name[i] && value->name[i] == name[i])
            i++;
        if (i == value->name_size && !name[i]) return value;
    }
    return NULL;
}

typedef struct {
    uint32_t counts[OBJECT + 1], deepest, prices;
    double total;
} Statistics;

static void visit(const Value *value, uint32_t depth, Statistics *statistics) {
    statistics->counts[value->type]++;
    if (depth > statistics->deepest) statistics->deepest = depth;
    if (value->type == NUMBER) statistics->total += value->number;
    const Value *price = member(value, "price"), *amount = member(value, "amount");
    if (price && amount && price->type == NUMBER && amount->type == NUMBER) {
        statistics->prices += price->number * amount->number > 1000.0;
    }
    if (value->type != ARRAY && value->type != OBJECT) return;
    for (const Value *inner = value->first; inner; inner = inner->next) {
        visit(inner, depth + 1, statistics);
    }
}

// --- a document ---

static const char *const names[] = {
    "id",   "name",  "price", "amount", "tags", "size", "colour", "note",
    "city", "owner", "parts", "weight", "a b",  "\t",   "\"x\"",  "",
};

OUTLINE static Value *grow(Arena *arena, Random *random, uint32_t depth) {
    static const uint8_t leaves[] = {NOTHING, FALSE, TRUE, NUMBER, NUMBER, NUMBER, STRING, STRING};
    Value *value = arena_take(arena, sizeof *value);
    *value = (Value){.type = NOTHING};
    if (depth == 0 || (depth < 4 && random_below(random, 3))) {
        value->type = leaves[random_below(random, LENGTH(leaves))];
    } else {
        value->type = random_below(random, 3) ? OBJECT : ARRAY;
    }
    if (value->type == NUMBER) {
        value->number = random_below(random, 2000000) / (random_below(random, 2) ? 1000.0 : 1.0);
        if (random_below(random, 8) == 0) value->number = -1 - value->number;
    } else if (value->type == STRING) {
        value->size = random_below(random, 24);
        char *text = arena_take(arena, value->size);
        for (uint32_t i = 0; i < value->size; i++) {
            text[i] = random_below(random, 16) ? (char)(' ' + random_below(random, 95))
                                               : (char)random_below(random, 32);
        }
        value->text = text;
    } else if (value->type >= ARRAY) {
        Value **link = &value->first;
        value->size = 1 + random_below(random, 6);
        uint32_t first_name = random_below(random, LENGTH(names));
        for (uint32_t i = 0; i < value->size; i++) {
            *link = grow(arena, random, depth - 1);
            if (value->type == OBJECT) {
                (*link)->name = names[(first_name + i) % LENGTH(names)];
                while ((*link)->name[(*link)->name_size])
                    (*link)->name_size++;
            }
            link = &(*link)->next;
        }
    }
    return value;
}

EXPORT_RUN int32_t run(int32_t n) {
    static char text[TEXT_SIZE], again[TEXT_SIZE];
    static uint8_t memory[ARENA_SIZE];
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);
        Arena arena = arena_over(memory, sizeof memory);
        Output output = {text, text + sizeof text};
        write(&output, grow(&arena, &random, 6), 0);
        size_t size = (size_t)(output.at - text);
        sum = mix_bytes(sum, (const uint8_t *)text, size);

        Input input = {text, text + size, &arena};
        const Value *root = parse(&input);
        check(peek(&input) == 0);
        Statistics statistics = {.total = 0};
        visit(root, 0, &statistics);
        for (int i = 0; i <= OBJECT; i++)
            sum = mix(sum, statistics.counts[i]);
        sum = mix(mix(sum, statistics.deepest), statistics.prices);
        sum = mix_f64(sum, statistics.total);

        output = (Output){again, again + sizeof again};
        write(&output, root, 0);
        check((size_t)(output.at - again) == size);
        for (size_t i = 0; i < size; i++)
            check(again[i] == text[i]);
    }
    return (int32_t)sum;
}
