// Huffman coding: tree by a binary heap, canonical codes, bit stream written and read back.
#include <stdint.h>
#include <stddef.h>
#define TEXT 16000

typedef struct { uint32_t freq; int16_t left, right; } Node;

static uint8_t text[TEXT], plain[TEXT], packed[TEXT * 2];
static Node nodes[512];
static int heap[260], heap_size;
static uint8_t lengths[256];
static uint32_t codes[256];

static int less(int a, int b) {
    return nodes[a].freq != nodes[b].freq ? nodes[a].freq < nodes[b].freq : a < b;
}

static void push(int node) {
    int i = heap_size++;
    for (; i > 0 && less(node, heap[(i - 1) / 2]); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = node;
}

static int pop(void) {
    int top = heap[0], last = heap[--heap_size], i = 0;
    for (int c; (c = 2 * i + 1) < heap_size; i = c) {
        if (c + 1 < heap_size && less(heap[c + 1], heap[c])) c++;
        if (!less(heap[c], last)) break;
        heap[i] = heap[c];
    }
    heap[i] = last;
    return top;
}

static void measure(int node, int depth) {
    if (nodes[node].left < 0) {
        lengths[node] = (uint8_t)(depth ? depth : 1);
        return;
    }
    measure(nodes[node].left, depth + 1);
    measure(nodes[node].right, depth + 1);
}

static int build(void) {
    int next = 256;
    for (int i = 0; i < 256; i++) { nodes[i] = (Node){0, -1, -1}; lengths[i] = 0; }
    for (int i = 0; i < TEXT; i++) nodes[text[i]].freq++;
    heap_size = 0;
    for (int i = 0; i < 256; i++) if (nodes[i].freq) push(i);
    while (heap_size > 1) {
        int a = pop(), b = pop();
        nodes[next] = (Node){nodes[a].freq + nodes[b].freq, (int16_t)a, (int16_t)b};
        push(next++);
    }
    measure(heap[0], 0);
    uint32_t code = 0;
    for (int len = 1; len < 32; len++, code <<= 1)
        for (int s = 0; s < 256; s++) if (lengths[s] == len) codes[s] = code++;
    return next - 256;
}

static size_t encode(void) {
    uint64_t acc = 0;
    unsigned bits = 0;
    uint8_t *out = packed;
    for (const uint8_t *p = text; p < text + TEXT; p++) {
        acc = acc << lengths[*p] | codes[*p];
        bits += lengths[*p];
        while (bits >= 8) { bits -= 8; *out++ = (uint8_t)(acc >> bits); }
    }
    if (bits) *out++ = (uint8_t)(acc << (8 - bits));
    return (size_t)(out - packed);
}

static void decode(void) {
    uint32_t first[33] = {0}, count[33] = {0}, base[33], code = 0, at = 0;
    uint8_t sorted[256];
    for (int s = 0; s < 256; s++) count[lengths[s]]++;
    count[0] = 0;
    for (int len = 1; len <= 32; len++) {
        code = (code + count[len - 1]) << 1;
        first[len] = code;
        base[len] = at;
        for (int s = 0; s < 256; s++) if (lengths[s] == len) sorted[at++] = (uint8_t)s;
    }
    size_t bit = 0;
    for (int i = 0; i < TEXT; i++) {
        uint32_t c = 0;
        int len = 0;
        do {
            c = c << 1 | (packed[bit >> 3] >> (7 - (bit & 7)) & 1);
            bit++;
            len++;
        } while (c - first[len] >= count[len]);
        plain[i] = sorted[base[len] + c - first[len]];
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0, seed = 17;
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < TEXT; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = (uint8_t)(97 + (seed >> 24) * (seed >> 16 & 255) * (seed >> 8 & 255) / 650000);
        }
        check = check * 31 + (uint32_t)build();
        check = check * 31 + (uint32_t)encode();
        decode();
        for (int i = 0; i < TEXT; i++) check += (uint32_t)(text[i] == plain[i]) + packed[i / 4];
    }
    return (int)check;
}
