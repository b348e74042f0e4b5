// Byte memory: Base64, UTF-8, string search and edit distance. Stands for the text handling that
// surrounds every network program: narrow loads and stores, shifts, masks and small tables.
#include "workload.h"

enum { SIZE = 3072 };

// --- Base64 ---

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

OUTLINE static size_t base64_encode(const uint8_t *in, size_t size, uint8_t *out) {
    uint8_t *at = out;
    size_t i = 0;
    for (; i + 3 <= size; i += 3) {
        uint32_t group = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
        *at++ = (uint8_t)digits[group >> 18];
        *at++ = (uint8_t)digits[group >> 12 & 63];
        *at++ = (uint8_t)digits[group >> 6 & 63];
        *at++ = (uint8_t)digits[group & 63];
    }
    if (i < size) {
        uint32_t group = (uint32_t)in[i] << 16 | (i + 1 < size ? (uint32_t)in[i + 1] << 8 : 0);
        *at++ = (uint8_t)digits[group >> 18];
        *at++ = (uint8_t)digits[group >> 12 & 63];
        *at++ = i + 1 < size ? (uint8_t)digits[group >> 6 & 63] : '=';
        *at++ = '=';
    }
    return (size_t)(at - out);
}

static int base64_value(uint8_t c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

OUTLINE static size_t base64_decode(const uint8_t *in, size_t size, uint8_t *out) {
    uint8_t *at = out;
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < size; i++) {
        int value = base64_value(in[i]);
        if (value < 0) continue; // padding
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *at++ = (uint8_t)(bits >> count);
        }
    }
    return (size_t)(at - out);
}

// --- UTF-8 ---

OUTLINE static size_t utf8_encode(const uint32_t *points, size_t count, uint8_t *out) {
    uint8_t *at = out;
    for (size_t i = 0; i < count; i++) {
        uint32_t point = points[i];
        if (point < 0x80) {
            *at++ = (uint8_t)point;
        } else if (point < 0x800) {
            *at++ = (uint8_t)(0xc0 | point >> 6);
            *at++ = (uint8_t)(0x80 | (point & 63));
        } else if (point < 0x10000) {
            *at++ = (uint8_t)(0xe0 | point >> 12);
            *at++ = (uint8_t)(0x80 | (point >> 6 & 63));
            *at++ = (uint8_t)(0x80 | (point & 63));
        } else {
            *at++ = (uint8_t)(0xf0 | point >> 18);
            *at++ = (uint8_t)(0x80 | (point >> 12 & 63));
            *at++ = (uint8_t)(0x80 | (point >> 6 & 63));
            *at++ = (uint8_t)(0x80 | (point & 63));
        }
    }
    return (size_t)(at - out);
}

// Reads the code point at *at; a malformed one counts as U+FFFD and takes one byte.
OUTLINE static uint32_t utf8_next(const uint8_t **at, const uint8_t *end) {
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint8_t first = *(*at)++;
    if (first < 0x80) return first;
    int more = first >= 0xf0 && first < 0xf8 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    if (more == 0 || first >= 0xf8 || end - *at < more) return 0xfffd;
    uint32_t point = first & (0x3fu >> more);
    for (int i = 0; i < more; i++) {
        uint8_t byte = (*at)[i];
        if ((byte & 0xc0) != 0x80) return 0xfffd;
        point = point << 6 | (byte & 63);
    }
    if (point < least[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
        return 0xfffd;
    }
    *at += more;
    return point;
}

static uint32_t fold_case(uint32_t point) {
    if (point >= 'A' && point <= 'Z') return point + 32;
    if (point >= 0x410 && point <= 0x42f) return point + 32; // Cyrillic
    if (point >= 0x391 && point <= 0x3a9) return point + 32; // Greek
    return point;
}

OUTLINE static void random_points(uint32_t *points, size_t count, Random *random) {
    for (size_t i = 0; i < count; i++) {
        switch (random_below(random, 8)) {
        case 0: points[i] = 0x391 + random_below(random, 57); break;
        case 1: points[i] = 0x410 + random_below(random, 64); break;
        case 2: points[i] = 0x4e00 + random_below(random, 20000); break;
        case 3: points[i] = 0x1f600 + random_below(random, 64); break;
        default: points[i] = ' ' + random_below(random, 95); break;
        }
    }
}

// --- search ---

// Horspool: compares from the right and skips by the last character.
OUTLINE static uint32_t count_horspool(const uint8_t *text, size_t size, const uint8_t *word,
                                       size_t length) {
    uint8_t skip[256];
    fill_bytes(skip, (uint8_t)length, sizeof skip);
    for (size_t i = 0; i + 1 < length; i++)
        skip[word[i]] = (uint8_t)(length - 1 - i);
    uint32_t found = 0;
    for (size_t at = 0; at + length <= size; at += skip[text[at + length - 1]]) {
        size_t i = length;
        while (i > 0 && text[at + i - 1] == word[i - 1])
            i--;
        found += i == 0;
    }
    return found;
}

// Knuth, Morris and Pratt: never looks back in the text.
OUTLINE static uint32_t count_kmp(const uint8_t *text, size_t size, const uint8_t *word,
                                  size_t length) {
    uint8_t border[16];
    border[0] = 0;
    for (size_t i = 1, k = 0; i < length; i++) {
        while (k > 0 && word[i] != word[k])
            k = border[k - 1];
        if (word[i] == word[k]) k++;
        border[i] = (uint8_t)k;
    }
    uint32_t found = 0;
    for (size_t i = 0, k = 0; i < size; i++) {
        while (k > 0 && text[i] != word[k])
            k = border[k - 1];
        if (text[i] == word[k]) k++;
        if (k == length) {
            found++;
            k = border[k - 1];
        }
    }
    return found;
}

// Levenshtein's distance with one row of the table.
OUTLINE static uint32_t distance(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size) {
    uint8_t row[64];
    for (size_t j = 0; j <= b_size; j++)
        row[j] = (uint8_t)j;
    for (size_t i = 0; i < a_size; i++) {
        uint8_t corner = row[0];
        row[0] = (uint8_t)(i + 1);
        for (size_t j = 0; j < b_size; j++) {
            uint8_t best = (uint8_t)(corner + (a[i] != b[j]));
            if (row[j] + 1 < best) best = (uint8_t)(row[j] + 1);
            if (row[j + 1] + 1 < best) best = (uint8_t)(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[b_size];
}

// Turns runs of blanks into one space and capitalises words, in place.
OUTLINE static size_t tidy(uint8_t *text, size_t size) {
    size_t out = 0;
    bool in_word = false;
    for (size_t i = 0; i < size; i++) {
        uint8_t c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter) {
            text[out++] = in_word ? c | 32 : c & ~32;
        } else if (in_word) {
            text[out++] = ' ';
        }
        in_word = letter;
    }
    return out;
}

EXPORT_RUN int32_t run(int32_t n) {
    static uint8_t bytes[SIZE], encoded[SIZE * 2], decoded[SIZE];
    static uint32_t points[SIZE / 4];
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);

        random_points(points, LENGTH(points), &random);
        size_t size = utf8_encode(points, LENGTH(points), bytes);
        bytes[random_below(&random, (uint32_t)size)] ^= 0x80; // one wrong byte
        uint32_t folded = 0;
        for (const uint8_t *at = bytes; at < bytes + size;) {
            folded = folded * 33 + fold_case(utf8_next(&at, bytes + size));
        }
        sum = mix(sum, folded);

        size_t length = base64_encode(bytes, size - round % 3, encoded);
        sum = mix_bytes(sum, encoded, length);
        check(base64_decode(encoded, length, decoded) == size - round % 3);
        for (size_t i = 0; i < size - round % 3; i++)
            check(bytes[i] == decoded[i]);

        // Text over few letters, so that the searches have near misses and hits.
        for (size_t i = 0; i < SIZE; i++) {
            uint32_t letter = random_next(&random) >> 28;
            bytes[i] = letter < 12 ? (uint8_t)('a' + letter % 4) : letter < 14 ? ' ' : '.';
        }
        for (size_t word = 4; word < 10; word++) {
            const uint8_t *pattern = bytes + random_below(&random, SIZE - 16);
            uint32_t found = count_horspool(bytes, SIZE, pattern, word);
            if (word % 3 == 0) check(count_kmp(bytes, SIZE, pattern, word) == found);
            sum = mix(sum, found);
        }
        for (int i = 0; i < 16; i++) {
            const uint8_t *a = bytes + random_below(&random, SIZE - 64);
            const uint8_t *b = bytes + random_below(&random, SIZE - 64);
            sum = mix(sum, distance(a, 24, b, 16 + (size_t)i));
        }
        size_t left = tidy(bytes, SIZE);
        sum = mix_bytes(sum, bytes, left);
    }
    return (int32_t)sum;
}
