// Compression: a block is compressed with LZ77 and Huffman codes, unpacked again and compared.
// Stands for archive and image codecs: hash chains in a window, bit buffers, code tables, and
// branches on nearly random data.
#include "workload.h"

enum {
    BLOCK = 8192,
    SHORTEST = 3,
    LONGEST = SHORTEST + 255,
    HASHES = 1024,
    CHAIN = 12, // how many earlier places are tried for a match

    END = 256,         // symbols: 256 bytes, the end, and nine classes of lengths
    LENGTHS = END + 1, //
    SYMBOLS = LENGTHS + 9,
    DISTANCES = 14, // classes of distances
    CODE_BITS = 11, // the longest code
};

// Numbers are sent as the number of their bits, Huffman-coded, and the bits below the first one.
static uint32_t bit_length(uint32_t x) { return x ? 32 - (uint32_t)__builtin_clz(x) : 0; }

// --- matching ---

typedef struct {
    uint16_t length, distance; // distance 0: `length` is a byte to be copied as it is
} Token;

typedef struct {
    int16_t newest[HASHES], older[BLOCK]; // chains of places with the same hash
} Chains;

static uint32_t hash3(const uint8_t *at) {
    return (((uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2]) * 0x9e3779b1u) >> 22;
}

static void remember(Chains *chains, const uint8_t *data, size_t size, size_t at) {
    if (at + SHORTEST > size) return;
    uint32_t hash = hash3(data + at);
    chains->older[at] = chains->newest[hash];
    chains->newest[hash] = (int16_t)at;
}

OUTLINE static Token longest_match(const Chains *chains, const uint8_t *data, size_t size,
                                   size_t at) {
    Token best = {0, 0};
    if (at + SHORTEST > size) return best;
    size_t limit = size - at < LONGEST ? size - at : LONGEST;
    int earlier = chains->newest[hash3(data + at)];
    for (int tries = CHAIN; earlier >= 0 && tries > 0; tries--, earlier = chains->older[earlier]) {
        const uint8_t *a = data + earlier, *b = data + at;
        if (best.length < limit && a[best.length] != b[best.length]) continue;
        size_t length = 0;
        while (length < limit && a[length] == b[length])
            length++;
        if (length > best.length && length >= SHORTEST) {
            best = (Token){(uint16_t)length, (uint16_t)(at - (size_t)earlier)};
        }
    }
    return best;
}

OUTLINE static size_t tokenize(const uint8_t *data, size_t size, Token *tokens) {
    static Chains chains;
    for (int i = 0; i < HASHES; i++)
        chains.newest[i] = -1;
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        Token match = longest_match(&chains, data, size, at);
        remember(&chains, data, size, at);
        if (match.distance && match.length < 32 && at + 1 < size) {
            // A byte as it is, if that makes the next match longer.
            Token next = longest_match(&chains, data, size, at + 1);
            if (next.length > match.length) match.distance = 0;
        }
        if (!match.distance) {
            tokens[count++] = (Token){data[at++], 0};
            continue;
        }
        tokens[count++] = match;
        for (size_t end = at + match.length; ++at < end;)
            remember(&chains, data, size, at);
    }
    return count;
}

// --- Huffman codes ---

typedef struct {
    uint8_t lengths[SYMBOLS];
    uint16_t codes[SYMBOLS];
} Code;

// The lengths of an optimal code; false if one of them is too long. The frequencies are sorted,
// and joined pairs come out sorted by themselves, so two queues do for a heap.
OUTLINE static bool code_lengths(const uint32_t *frequencies, int symbols, uint8_t *lengths) {
    uint16_t sorted[SYMBOLS], parents[2 * SYMBOLS];
    uint32_t weights[2 * SYMBOLS];
    uint8_t depths[2 * SYMBOLS];
    int leaves = 0;
    for (int i = 0; i < symbols; i++) {
        lengths[i] = 0;
        if (!frequencies[i]) continue;
        int at = leaves++;
        for (; at > 0 && frequencies[sorted[at - 1]] > frequencies[i]; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = (uint16_t)i;
    }
    if (leaves < 2) { // a code needs a bit even if there is nothing to tell apart
        if (leaves) lengths[sorted[0]] = 1;
        return true;
    }
    for (int i = 0; i < leaves; i++)
        weights[i] = frequencies[sorted[i]];
    int leaf = 0, pair = leaves, nodes = leaves;
    for (; nodes < 2 * leaves - 1; nodes++) {
        weights[nodes] = 0;
        for (int i = 0; i < 2; i++) {
            bool take_leaf = leaf < leaves && (pair >= nodes || weights[leaf] <= weights[pair]);
            int taken = take_leaf ? leaf++ : pair++;
            weights[nodes] += weights[taken];
            parents[taken] = (uint16_t)nodes;
        }
    }
    depths[nodes - 1] = 0;
    for (int i = nodes - 1; i-- > 0;) {
        depths[i] = depths[parents[i]] + 1;
        if (i >= leaves) continue;
        if (depths[i] > CODE_BITS) return false;
        lengths[sorted[i]] = depths[i];
    }
    return true;
}

// Canonical codes: by length, then by symbol, so that the lengths alone tell the whole code.
OUTLINE static void assign_codes(Code *code, int symbols) {
    uint16_t counts[CODE_BITS + 1] = {0}, next[CODE_BITS + 1];
    for (int i = 0; i < symbols; i++)
        counts[code->lengths[i]]++;
    counts[0] = 0;
    next[0] = 0;
    for (int bits = 1; bits <= CODE_BITS; bits++) {
        next[bits] = (uint16_t)((next[bits - 1] + counts[bits - 1]) << 1);
    }
    for (int i = 0; i < symbols; i++) {
        if (code->lengths[i]) code->codes[i] = next[code->lengths[i]]++;
    }
}

OUTLINE static void make_code(Code *code, uint32_t *frequencies, int symbols) {
    while (!code_lengths(frequencies, symbols, code->lengths)) {
        for (int i = 0; i < symbols; i++)
            frequencies[i] = (frequencies[i] + 1) / 2;
    }
    assign_codes(code, symbols);
}

// --- bits ---

typedef struct {
    uint8_t *at;
    uint64_t bits;
    uint32_t count;
} Writer;

OUTLINE static void write_bits(Writer *writer, uint32_t value, uint32_t count) {
    writer->bits = writer->bits << count | value;
    writer->count += count;
    while (writer->count >= 8) {
        writer->count -= 8;
        *writer->at++ = (uint8_t)(writer->bits >> writer->count);
    }
}

static void write_symbol(Writer *writer, const Code *code, uint32_t symbol) {
    write_bits(writer, code->codes[symbol], code->lengths[symbol]);
}

typedef struct {
    const uint8_t *at, *end;
    uint32_t bits, count;
} Reader;

static uint32_t peek_bits(Reader *reader, uint32_t count) {
    while (reader->count < count) {
        reader->bits = reader->bits << 8 | (reader->at < reader->end ? *reader->at++ : 0);
        reader->count += 8;
    }
    return reader->bits >> (reader->count - count) & ((1u << count) - 1);
}

static uint32_t read_bits(Reader *reader, uint32_t count) {
    uint32_t value = peek_bits(reader, count);
    reader->count -= count;
    return value;
}

// The code lengths: four bits each, runs of unused symbols as one number.
OUTLINE static void write_code(Writer *writer, const Code *code, int symbols) {
    for (int i = 0; i < symbols;) {
        write_bits(writer, code->lengths[i], 4);
        if (code->lengths[i++]) continue;
        uint32_t run = 0;
        while (run < 63 && i < symbols && !code->lengths[i])
            i++, run++;
        write_bits(writer, run, 6);
    }
}

typedef struct {
    uint16_t entries[1 << CODE_BITS]; // by the next bits: symbol and length of its code
} DecodeTable;

OUTLINE static void read_code(Reader *reader, int symbols, DecodeTable *table) {
    Code code;
    fill_bytes(&code, 0, sizeof code);
    for (int i = 0; i < symbols;) {
        uint8_t length = (uint8_t)read_bits(reader, 4);
        code.lengths[i++] = length;
        if (length == 0) i += (int)read_bits(reader, 6);
    }
    assign_codes(&code, symbols);
    for (int i = 0; i < symbols; i++) {
        if (!code.lengths[i]) continue;
        uint32_t spare = CODE_BITS - code.lengths[i];
        uint32_t first = (uint32_t)code.codes[i] << spare;
        for (uint32_t j = 0; j < 1u << spare; j++) {
            table->entries[first + j] = (uint16_t)(i << 4 | code.lengths[i]);
        }
    }
}

OUTLINE static uint32_t read_symbol(Reader *reader, const DecodeTable *table) {
    uint16_t entry = table->entries[peek_bits(reader, CODE_BITS)];
    reader->count -= entry & 15;
    return entry >> 4;
}

// --- the two directions ---

OUTLINE static size_t compress(const uint8_t *data, size_t size, uint8_t *out) {
    static Token tokens[BLOCK];
    static Code symbol_code, distance_code;
    size_t count = tokenize(data, size, tokens);

    uint32_t symbols[SYMBOLS] = {0}, distances[DISTANCES] = {0};
    symbols[END] = 1;
    for (size_t i = 0; i < count; i++) {
        if (!tokens[i].distance) {
            symbols[tokens[i].length]++;
        } else {
            symbols[LENGTHS + bit_length(tokens[i].length - SHORTEST)]++;
            distances[bit_length(tokens[i].distance)]++;
        }
    }
    make_code(&symbol_code, symbols, SYMBOLS);
    make_code(&distance_code, distances, DISTANCES);

    Writer writer = {out, 0, 0};
    write_code(&writer, &symbol_code, SYMBOLS);
    write_code(&writer, &distance_code, DISTANCES);
    for (size_t i = 0; i < count; i++) {
        if (!tokens[i].distance) {
            write_symbol(&writer, &symbol_code, tokens[i].length);
            continue;
        }
        uint32_t length = tokens[i].length - SHORTEST, bits = bit_length(length);
        write_symbol(&writer, &symbol_code, LENGTHS + bits);
        if (bits > 1) write_bits(&writer, length & ((1u << (bits - 1)) - 1), bits - 1);
        bits = bit_length(tokens[i].distance);
        write_symbol(&writer, &distance_code, bits);
        if (bits > 1) write_bits(&writer, tokens[i].distance & ((1u << (bits - 1)) - 1), bits - 1);
    }
    write_symbol(&writer, &symbol_code, END);
    write_bits(&writer, 0, 7); // whole bytes
    return (size_t)(writer.at - out);
}

static uint32_t read_number(Reader *reader, uint32_t bits) {
    if (bits < 2) return bits;
    return 1u << (bits - 1) | read_bits(reader, bits - 1);
}

OUTLINE static size_t unpack(const uint8_t *packed, size_t packed_size, uint8_t *out) {
    static DecodeTable symbols, distances;
    Reader reader = {packed, packed + packed_size, 0, 0};
    read_code(&reader, SYMBOLS, &symbols);
    read_code(&reader, DISTANCES, &distances);
    size_t size = 0;
    for (;;) {
        uint32_t symbol = read_symbol(&reader, &symbols);
        if (symbol < END) {
            check(size < BLOCK);
            out[size++] = (uint8_t)symbol;
        } else if (symbol == END) {
            return size;
        } else {
            uint32_t length = read_number(&reader, symbol - LENGTHS) + SHORTEST;
            uint32_t distance = read_number(&reader, read_symbol(&reader, &distances));
            check(distance <= size && size + length <= BLOCK);
            for (; length > 0; length--, size++)
                out[size] = out[size - distance];
        }
    }
}

// --- data that is worth compressing: prose of made-up words, a table, and pixels ---

OUTLINE static void make_data(uint8_t *data, Random *random) {
    char words[64][10];
    for (int i = 0; i < 64; i++) {
        int length = 2 + (int)random_below(random, 7);
        for (int j = 0; j < length; j++)
            words[i][j] = "aeioulnrstdk"[random_below(random, 12)];
        words[i][length] = 0;
    }
    size_t at = 0;
    while (at < BLOCK * 5 / 8) {
        // The product of two numbers prefers small ones: some words are far more common.
        uint32_t which = random_below(random, 8) * random_below(random, 10);
        for (const char *c = words[which % 64]; *c; c++)
            data[at++] = (uint8_t)*c;
        data[at++] = random_below(random, 9) ? ' ' : random_below(random, 3) ? ',' : '\n';
    }
    for (uint32_t row = 0; at < BLOCK * 6 / 8; row++) {
        for (int i = 0; i < 4; i++)
            data[at++] = (uint8_t)(row >> (8 * (3 - i)));
        for (int i = 0; i < 4; i++)
            data[at++] = (uint8_t)(i < 3 ? 0 : random_below(random, 40));
    }
    for (uint8_t pixel = 128; at < BLOCK; at++) {
        if (random_below(random, 6) == 0) pixel += (uint8_t)(random_below(random, 9) - 4);
        data[at] = pixel;
    }
}

EXPORT_RUN int32_t run(int32_t n) {
    static uint8_t data[BLOCK], packed[BLOCK * 2], unpacked[BLOCK];
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);
        make_data(data, &random);
        size_t size = compress(data, BLOCK, packed);
        check(size < BLOCK * 3 / 4);
        sum = mix_bytes(sum, packed, size);
        check(unpack(packed, size, unpacked) == BLOCK);
        for (size_t i = 0; i < BLOCK; i++)
            check(data[i] == unpacked[i]);
    }
    return (int32_t)sum;
}
