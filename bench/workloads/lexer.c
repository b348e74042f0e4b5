// Branches on data: a hand-written lexer and a table-driven automaton read pseudo-random source
// text. Stands for compilers and configuration readers: one character at a time, a decision at
// each, and none that a branch predictor could learn.
#include "workload.h"

enum { TEXT_SIZE = 8192, SYMBOLS = 1024 };

// --- the text: words, numbers, strings, comments and operators of a small C-like language ---

static const char *const keywords[] = {
    "break", "case", "const", "continue", "do",     "else",   "enum",   "for",
    "if",    "int",  "long",  "return",   "static", "struct", "switch", "while",
};

static const char *const operators[] = {
    "+", "-", "*", "/", "%",  "=",  "==", "!=", "<",  "<=", "<<", ">", ">=", ">>", "&&", "||", "!",
    "&", "|", "^", "~", "++", "--", "+=", "-=", "->", ".",  ",",  ";", "(",  ")",  "{",  "}",
};

static char *put(char *at, const char *text) {
    while (*text)
        *at++ = *text++;
    return at;
}

OUTLINE static char *put_number(char *at, Random *random) {
    uint32_t value = random_next(random) >> random_below(random, 30);
    if (value % 4 == 0) {
        at = put(at, "0x");
        do
            *at++ = "0123456789abcdef"[value & 15];
        while (value >>= 4);
        return at;
    }
    do
        *at++ = (char)('0' + value % 10);
    while (value /= 10);
    if (random_below(random, 3) == 0) {
        *at++ = '.';
        *at++ = (char)('0' + random_below(random, 10));
        if (random_below(random, 2)) at = put(at, "e-7");
    }
    return at;
}

OUTLINE static char *put_letters(char *at, Random *random, uint32_t count) {
    while (count--)
        *at++ = "etaoinshrdlucmfw_ygpbvk"[random_below(random, 23)];
    return at;
}

OUTLINE static size_t write_source(char *text, Random *random) {
    char *at = text;
    while (at < text + TEXT_SIZE - 80) {
        uint32_t kind = random_below(random, 100);
        if (kind < 18) {
            at = put(at, keywords[random_below(random, LENGTH(keywords))]);
        } else if (kind < 42) {
            at = put_letters(at, random, 1 + random_below(random, 4));
        } else if (kind < 48) {
            at = put_letters(at, random, 6 + random_below(random, 9));
        } else if (kind < 58) {
            at = put_number(at, random);
        } else if (kind < 62) {
            *at++ = '"';
            at = put_letters(at, random, random_below(random, 12));
            at = put(at, random_below(random, 3) ? "\\n\"" : "\\\"\"");
        } else if (kind < 64) {
            at = put(at, "// ");
            at = put_letters(at, random, random_below(random, 30));
            *at++ = '\n';
        } else if (kind < 66) {
            at = put(at, "/* ");
            at = put_letters(at, random, random_below(random, 30));
            at = put(at, " **/");
        } else {
            at = put(at, operators[random_below(random, LENGTH(operators))]);
        }
        *at++ = random_below(random, 12) ? ' ' : '\n';
    }
    *at = 0;
    return (size_t)(at - text);
}

// --- the lexer ---

typedef enum { END, NAME, KEYWORD, INTEGER, FLOAT, STRING, OPERATOR, BROKEN } TokenKind;

typedef struct {
    TokenKind kind;
    uint32_t value; // symbol number, number, hash of the string, or the operator's characters
} Token;

typedef struct {
    const char *at;
    uint32_t line;
    // Interned names: an open hash table of where each was first seen.
    struct {
        const char *name;
        uint32_t length, uses;
    } symbols[SYMBOLS];
} Lexer;

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool same(const char *a, const char *b, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        if (a[i] != b[i]) return false;
    }
    return true;
}

OUTLINE static bool is_keyword(const char *name, uint32_t length) {
    uint32_t low = 0, high = LENGTH(keywords);
    while (low < high) {
        uint32_t middle = (low + high) / 2, i = 0;
        const char *keyword = keywords[middle];
        while (i < length && keyword[i] == name[i])
            i++;
        if (i == length && !keyword[i]) return true;
        if (i < length && keyword[i] < name[i])
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

OUTLINE static uint32_t intern(Lexer *lexer, const char *name, uint32_t length) {
    uint32_t slot = mix_bytes(0x811c9dc5u, (const uint8_t *)name, length) % SYMBOLS;
    for (uint32_t tries = 0; tries < SYMBOLS; tries++, slot = (slot + 1) % SYMBOLS) {
        if (!lexer->symbols[slot].name) {
            lexer->symbols[slot].name = name;
            lexer->symbols[slot].length = length;
        } else if (lexer->symbols[slot].length != length ||
                   !same(lexer->symbols[slot].name, name, length)) {
            continue;
        }
        lexer->symbols[slot].uses++;
        return slot;
    }
    check(false); // more names than the text has room for
    return 0;
}

OUTLINE static void skip_blanks(Lexer *lexer) {
    for (;;) {
        switch (*lexer->at) {
        case '\n':
            lexer->line++;
            lexer->at++;
            break;
        case ' ':
        case '\t': lexer->at++; break;
        case '/':
            if (lexer->at[1] == '/') {
                while (*lexer->at && *lexer->at != '\n')
                    lexer->at++;
            } else if (lexer->at[1] == '*') {
                lexer->at += 2;
                while (*lexer->at && !(lexer->at[0] == '*' && lexer->at[1] == '/'))
                    lexer->at++;
                if (*lexer->at) lexer->at += 2;
            } else {
                return;
            }
            break;
        default: return;
        }
    }
}

OUTLINE static Token read_number(Lexer *lexer) {
    uint32_t value = 0;
    if (lexer->at[0] == '0' && lexer->at[1] == 'x') {
        lexer->at += 2;
        for (;; lexer->at++) {
            char c = *lexer->at;
            if (is_digit(c))
                value = value * 16 + (uint32_t)(c - '0');
            else if (c >= 'a' && c <= 'f')
                value = value * 16 + (uint32_t)(c - 'a') + 10;
            else
                return (Token){INTEGER, value};
        }
    }
    TokenKind kind = INTEGER;
    while (is_digit(*lexer->at))
        value = value * 10 + (uint32_t)(*lexer->at++ - '0');
    if (*lexer->at == '.') {
        kind = FLOAT;
        for (lexer->at++; is_digit(*lexer->at); lexer->at++) {
            value = mix(value, (uint32_t)*lexer->at);
        }
    }
    if (*lexer->at == 'e') {
        kind = FLOAT;
        lexer->at++;
        if (*lexer->at == '+' || *lexer->at == '-') value = mix(value, (uint32_t)*lexer->at++);
        while (is_digit(*lexer->at))
            value = mix(value, (uint32_t)*lexer->at++);
    }
    return (Token){kind, value};
}

OUTLINE static Token read_string(Lexer *lexer) {
    uint32_t hash = 0;
    for (lexer->at++; *lexer->at != '"'; lexer->at++) {
        char c = *lexer->at;
        if (c == 0 || c == '\n') return (Token){BROKEN, hash};
        if (c == '\\') {
            c = *++lexer->at;
            if (c == 'n')
                c = '\n';
            else if (c == 't')
                c = '\t';
        }
        hash = hash * 31 + (uint8_t)c;
    }
    lexer->at++;
    return (Token){STRING, hash};
}

OUTLINE static Token read_operator(Lexer *lexer) {
    char first = *lexer->at++, second = *lexer->at;
    bool pair;
    switch (first) {
    case '+':
    case '&':
    case '|': pair = second == first || second == '='; break;
    case '-': pair = second == '-' || second == '=' || second == '>'; break;
    case '<':
    case '>': pair = second == first || second == '='; break;
    case '=':
    case '!':
    case '*':
    case '/':
    case '%':
    case '^': pair = second == '='; break;
    case '~':
    case '.':
    case ',':
    case ';':
    case ':':
    case '(':
    case ')':
    case '{':
    case '}':
    case '[':
    case ']': pair = false; break;
    default: return (Token){BROKEN, (uint8_t)first};
    }
    if (!pair) return (Token){OPERATOR, (uint8_t)first};
    lexer->at++;
    return (Token){OPERATOR, (uint32_t)((uint8_t)first << 8 | (uint8_t)second)};
}

OUTLINE static Token next_token(Lexer *lexer) {
    skip_blanks(lexer);
    const char *start = lexer->at;
    if (!*start) return (Token){END, 0};
    if (is_letter(*start)) {
        while (is_letter(*lexer->at) || is_digit(*lexer->at))
            lexer->at++;
        uint32_t length = (uint32_t)(lexer->at - start);
        if (is_keyword(start, length)) return (Token){KEYWORD, (uint8_t)start[length - 1]};
        return (Token){NAME, intern(lexer, start, length)};
    }
    if (is_digit(*start)) return read_number(lexer);
    if (*start == '"') return read_string(lexer);
    return read_operator(lexer);
}

// --- the automaton: which part of the text is code, string or comment ---

typedef enum { CODE, QUOTED, ESCAPED, SLASH, LINE, BLOCK, STAR, STATES } State;
typedef enum { OTHER, QUOTE, BACKSLASH, DIVIDE, TIMES, NEWLINE, CLASSES } Class;

// clang-format off
static const uint8_t next_state[STATES][CLASSES] = {
    //           OTHER      QUOTE      BACKSLASH  DIVIDE     TIMES      NEWLINE
    [CODE]    = {CODE,      QUOTED,    CODE,      SLASH,     CODE,      CODE},
    [QUOTED]  = {QUOTED,    CODE,      ESCAPED,   QUOTED,    QUOTED,    CODE},
    [ESCAPED] = {QUOTED,    QUOTED,    QUOTED,    QUOTED,    QUOTED,    CODE},
    [SLASH]   = {CODE,      QUOTED,    CODE,      LINE,      BLOCK,     CODE},
    [LINE]    = {LINE,      LINE,      LINE,      LINE,      LINE,      CODE},
    [BLOCK]   = {BLOCK,     BLOCK,     BLOCK,     BLOCK,     STAR,      BLOCK},
    [STAR]    = {BLOCK,     BLOCK,     BLOCK,     CODE,      STAR,      BLOCK},
};
// clang-format on

OUTLINE static uint32_t colour(const char *text, size_t size) {
    static uint8_t classes[256];
    classes['"'] = QUOTE;
    classes['\\'] = BACKSLASH;
    classes['/'] = DIVIDE;
    classes['*'] = TIMES;
    classes['\n'] = NEWLINE;
    uint32_t spent[STATES] = {0}, changes = 0;
    uint8_t state = CODE;
    for (size_t i = 0; i < size; i++) {
        uint8_t next = next_state[state][classes[(uint8_t)text[i]]];
        changes += next != state;
        state = next;
        spent[state]++;
    }
    uint32_t sum = changes;
    for (int i = 0; i < STATES; i++)
        sum = mix(sum, spent[i]);
    return sum;
}

EXPORT_RUN int32_t run(int32_t n) {
    static char text[TEXT_SIZE];
    static Lexer lexer;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);
        size_t size = write_source(text, &random);
        sum = mix(sum, colour(text, size));

        fill_bytes(&lexer, 0, sizeof lexer);
        lexer.at = text;
        uint32_t counts[BROKEN + 1] = {0};
        for (Token token; (token = next_token(&lexer)).kind != END;) {
            counts[token.kind]++;
            sum = mix(sum, token.value + token.kind);
        }
        check(counts[BROKEN] == 0);
        for (int i = 0; i < BROKEN; i++)
            sum = mix(sum, counts[i]);
        for (int i = 0; i < SYMBOLS; i++)
            sum += lexer.symbols[i].uses << (i & 7);
        sum = mix(sum, lexer.line);
    }
    return (int32_t)sum;
}
