// Markdown to HTML: blocks by line (headings, lists, quotes, fences), spans by delimiters with a small stack.
#include <stdint.h>

static char html[32000];
static int at;

static void emit(const char *s) { while (*s) html[at++] = *s++; }

static void text(char c) {
    if (c == '<') emit("&lt;");
    else if (c == '>') emit("&gt;");
    else if (c == '&') emit("&amp;");
    else html[at++] = c;
}

static const char *find(const char *s, const char *end, char c) {
    for (; s < end; s++)
        if (*s == '\\') s++;
        else if (*s == c) return s;
    return 0;
}

static void spans(const char *s, const char *end) {
    char open[8];
    int depth = 0;
    for (; s < end; s++) {
        const char *q, *r;
        if (*s == '\\' && s + 1 < end) {
            text(*++s);
        } else if (*s == '`' && (q = find(s + 1, end, '`'))) {
            emit("<code>");
            while (++s < q) text(*s);
            emit("</code>");
        } else if (*s == '*' || *s == '_') {
            int strong = s + 1 < end && s[1] == *s;
            char mark = (char)(strong ? *s - 1 : *s);
            if (depth && open[depth - 1] == mark) {
                depth--;
                emit(strong ? "</strong>" : "</em>");
            } else if (depth < 8 && s + 1 + strong < end && s[1 + strong] != ' ') {
                open[depth++] = mark;
                emit(strong ? "<strong>" : "<em>");
            } else
                text(*s);
            s += strong;
        } else if (*s == '[' && (q = find(s + 1, end, ']')) && q + 1 < end && q[1] == '(' && (r = find(q + 2, end, ')'))) {
            emit("<a href=\"");
            for (const char *p = q + 2; p < r; p++) text(*p);
            emit("\">");
            spans(s + 1, q);
            emit("</a>");
            s = r;
        } else
            text(*s);
    }
    while (depth) emit((open[--depth] & 1) == 0 ? "</em>" : "</strong>");
}

enum block { NONE, PARAGRAPH, BULLETS, NUMBERS, QUOTE, FENCE };

static void change(enum block *now, enum block to) {
    static const char *const begin[] = {"", "<p>", "<ul>", "<ol>", "<blockquote>", "<pre>"};
    static const char *const finish[] = {"", "</p>\n", "</ul>\n", "</ol>\n", "</blockquote>\n", "</pre>\n"};
    if (*now == to) return;
    emit(finish[*now]);
    emit(begin[to]);
    *now = to;
}

static void convert(const char *s) {
    enum block now = NONE;
    while (*s) {
        const char *e = s;
        while (*e && *e != '\n') e++;
        int indent = 0, hashes = 0;
        while (s < e && *s == ' ') s++, indent++;
        while (s + hashes < e && s[hashes] == '#') hashes++;
        if (e - s >= 3 && s[0] == '`' && s[1] == '`' && s[2] == '`') {
            change(&now, now == FENCE ? NONE : FENCE);
        } else if (now == FENCE) {
            while (indent--) text(' ');
            while (s < e) text(*s++);
            text('\n');
        } else if (s == e) {
            change(&now, NONE);
        } else if (hashes && hashes <= 6 && s[hashes] == ' ') {
            char tag[] = "<h0>", close[] = "</h0>\n";
            change(&now, NONE);
            tag[2] = close[3] = (char)('0' + hashes);
            emit(tag);
            spans(s + hashes + 1, e);
            emit(close);
        } else if ((*s == '-' || *s == '*' || *s == '+') && s[1] == ' ') {
            change(&now, BULLETS);
            emit("<li>");
            spans(s + 2, e);
            emit("</li>");
        } else if (*s >= '0' && *s <= '9' && s[1] == '.') {
            change(&now, NUMBERS);
            emit("<li>");
            spans(s + 2, e);
            emit("</li>");
        } else if (*s == '>') {
            change(&now, QUOTE);
            spans(s + 1, e);
        } else {
            if (now != BULLETS && now != NUMBERS) change(&now, PARAGRAPH);
            spans(s, e);
            text(' ');
        }
        s = *e ? e + 1 : e;
    }
    change(&now, NONE);
}

__attribute__((export_name("run"))) int run(int n) {
    static const char *const lines[] = {
        "# The mill *and* its race", "Water turns the **wheel** slowly & `a < b` holds.", "", "- first _item_ with [a link](http://x.y/z?q=1)",
        "- second \\*not emphasised\\*", "1. numbered **strong _nested_ text**", "> quoted wisdom, __mostly__ true", "```",
        "int main(void) { return 1 < 2; }", "```", "Plain prose that has nothing special in it at all, only words and commas.", "## Two [x] * 3 * 4 = _y"};
    static char doc[9000];
    uint32_t s = 31, h = 0;
    for (int k = 0; k < n * 16; k++) {
        int len = 0;
        for (int i = 0; i < 120; i++) {
            s = s * 69069u + 5;
            int pick = i < 12 ? i : (int)((s >> 18) % 12);
            for (const char *p = lines[pick]; *p; p++) doc[len++] = *p;
            doc[len++] = '\n';
        }
        doc[len] = 0;
        at = 0;
        convert(doc);
        for (int i = 0; i < at; i++) h = h * 33 ^ (unsigned char)html[i];
    }
    return (int)h;
}
