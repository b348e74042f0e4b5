// Sorting with comparison callbacks: quicksort, heapsort and a stable mergesort, all generic like
// the C library's, over records, pointers and numbers. Stands for library code that is handed a
// function: an indirect call for each comparison and copies of a size known only at run time.
#include "workload.h"

typedef int Compare(const void *a, const void *b);

OUTLINE static void exchange(uint8_t *a, uint8_t *b, size_t size) {
    for (; size >= 4; size -= 4, a += 4, b += 4) {
        uint32_t kept, other;
        copy_bytes(&kept, a, 4);
        copy_bytes(&other, b, 4);
        copy_bytes(a, &other, 4);
        copy_bytes(b, &kept, 4);
    }
    for (; size > 0; size--, a++, b++) {
        uint8_t kept = *a;
        *a = *b;
        *b = kept;
    }
}

static void copy(uint8_t *to, const uint8_t *from, size_t size) {
    for (; size >= 4; size -= 4, to += 4, from += 4)
        copy_bytes(to, from, 4);
    for (; size > 0; size--)
        *to++ = *from++;
}

OUTLINE static void insertion_sort(uint8_t *base, size_t count, size_t size, Compare *compare) {
    for (size_t i = 1; i < count; i++) {
        for (uint8_t *at = base + i * size; at > base && compare(at - size, at) > 0; at -= size) {
            exchange(at - size, at, size);
        }
    }
}

OUTLINE static void sift_down(uint8_t *base, size_t at, size_t count, size_t size,
                              Compare *compare) {
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0) {
            child++;
        }
        if (compare(base + at * size, base + child * size) >= 0) return;
        exchange(base + at * size, base + child * size, size);
    }
}

OUTLINE static void heap_sort(uint8_t *base, size_t count, size_t size, Compare *compare) {
    for (size_t i = count / 2; i-- > 0;)
        sift_down(base, i, count, size, compare);
    for (size_t left = count; left-- > 1;) {
        exchange(base, base + left * size, size);
        sift_down(base, 0, left, size, compare);
    }
}

// Quicksort with the median of three as pivot; a part that refuses to shrink goes to heapsort and
// a short one to insertion sort.
OUTLINE static void quick_sort(uint8_t *base, size_t count, size_t size, Compare *compare,
                               int patience) {
    while (count > 12) {
        if (patience-- == 0) {
            heap_sort(base, count, size, compare);
            return;
        }
        uint8_t *middle = base + count / 2 * size, *last = base + (count - 1) * size;
        if (compare(base, middle) > 0) exchange(base, middle, size);
        if (compare(middle, last) > 0) exchange(middle, last, size);
        if (compare(base, middle) > 0) exchange(base, middle, size);
        exchange(base, middle, size); // the pivot waits in front

        uint8_t *low = base, *high = base + count * size;
        for (;;) {
            do
                low += size;
            while (low < high && compare(low, base) < 0);
            do
                high -= size;
            while (compare(base, high) < 0);
            if (low >= high) break;
            exchange(low, high, size);
        }
        exchange(base, high, size);

        // The shorter part by recursion and the longer one in this loop.
        size_t before = (size_t)(high - base) / size, after = count - before - 1;
        if (before < after) {
            quick_sort(base, before, size, compare, patience);
            base = high + size;
            count = after;
        } else {
            quick_sort(high + size, after, size, compare, patience);
            count = before;
        }
    }
    insertion_sort(base, count, size, compare);
}

OUTLINE static void merge_sort(uint8_t *base, size_t count, size_t size, Compare *compare,
                               uint8_t *spare) {
    if (count <= 6) {
        insertion_sort(base, count, size, compare);
        return;
    }
    size_t half = count / 2;
    merge_sort(base, half, size, compare, spare);
    merge_sort(base + half * size, count - half, size, compare, spare);
    copy_bytes(spare, base, half * size);
    const uint8_t *left = spare, *left_end = spare + half * size;
    const uint8_t *right = base + half * size, *right_end = base + count * size;
    uint8_t *out = base;
    while (left < left_end) {
        const uint8_t **from = right < right_end && compare(left, right) > 0 ? &right : &left;
        copy(out, *from, size);
        *from += size;
        out += size;
    }
}

// --- what is sorted ---

typedef struct {
    uint32_t key;
    uint16_t group, number;
    char name[8];
} Record;

static int order(uint32_t a, uint32_t b) { return (a > b) - (a < b); }

static int by_key(const void *a, const void *b) {
    return order(((const Record *)a)->key, ((const Record *)b)->key);
}

static int by_name(const void *a, const void *b) {
    const Record *left = a, *right = b;
    for (int i = 0; i < 8; i++) {
        int letters = order((uint8_t)left->name[i], (uint8_t)right->name[i]);
        if (letters) return letters;
    }
    return 0;
}

static int by_group_then_key_down(const void *a, const void *b) {
    const Record *left = a, *right = b;
    int groups = order(left->group, right->group);
    return groups ? groups : order(right->key, left->key);
}

static int by_group(const void *a, const void *b) {
    return order(((const Record *)a)->group, ((const Record *)b)->group);
}

static int pointers_by_name(const void *a, const void *b) {
    return by_name(*(const Record *const *)a, *(const Record *const *)b);
}

static int numbers(const void *a, const void *b) {
    return order(*(const uint32_t *)a, *(const uint32_t *)b);
}

static int shorts_down(const void *a, const void *b) {
    return order(*(const uint16_t *)b, *(const uint16_t *)a);
}

OUTLINE static void check_sorted(const uint8_t *base, size_t count, size_t size, Compare *compare) {
    for (size_t i = 1; i < count; i++)
        check(compare(base + (i - 1) * size, base + i * size) <= 0);
}

// The order of a sorter's input matters as much as its values.
OUTLINE static uint32_t shaped_number(uint32_t shape, uint32_t i, uint32_t count, Random *random) {
    switch (shape) {
    case 0: return random_next(random);
    case 1: return random_below(random, 8);                                // few values
    case 2: return i * 16 + random_below(random, 64);                      // nearly sorted
    case 3: return i < count / 2 ? i : count - i;                          // up, then down
    default: return i % 32 ? (count - i) * 4 : random_below(random, 1000); // down, with strays
    }
}

enum { COUNT = 200 };

EXPORT_RUN int32_t run(int32_t n) {
    static Record records[COUNT];
    static Record *pointers[COUNT];
    static uint32_t words[COUNT * 2];
    static uint16_t shorts[COUNT];
    static uint8_t spare[COUNT * sizeof(Record)];
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);
        uint32_t shape = round % 5;
        for (uint32_t i = 0; i < COUNT; i++) {
            Record *record = &records[i];
            record->key = shaped_number(shape, i, COUNT, &random);
            record->group = (uint16_t)random_below(&random, 12);
            record->number = (uint16_t)i;
            for (int j = 0; j < 8; j++) {
                record->name[j] = (char)('a' + random_below(&random, j < 2 ? 2 : 26));
            }
            pointers[i] = record;
            shorts[i] = (uint16_t)shaped_number((shape + 2) % 5, i, COUNT, &random);
        }
        for (uint32_t i = 0; i < LENGTH(words); i++) {
            words[i] = shaped_number((shape + 1) % 5, i, LENGTH(words), &random);
        }

        uint8_t *bytes = (uint8_t *)records;
        size_t size = sizeof(Record);
        quick_sort((uint8_t *)pointers, COUNT, sizeof(Record *), pointers_by_name, 16);
        for (int i = 0; i < COUNT; i++)
            sum = mix(sum, pointers[i]->number);
        quick_sort(bytes, COUNT, size, by_key, 16);
        for (int i = 0; i < COUNT; i++)
            sum = mix(sum, records[i].key);
        merge_sort(bytes, COUNT, size, by_group, spare);
        check_sorted(bytes, COUNT, size, by_group);
        for (int i = 1; i < COUNT; i++) { // stable: the keys are still sorted in each group
            check(records[i].group != records[i - 1].group || records[i].key >= records[i - 1].key);
        }
        heap_sort(bytes, COUNT, size, by_group_then_key_down);
        check_sorted(bytes, COUNT, size, by_group_then_key_down);
        merge_sort(bytes, COUNT, size, by_name, spare);
        for (int i = 0; i < COUNT; i++)
            sum = mix(sum, records[i].number);

        if (round % 2)
            quick_sort((uint8_t *)words, LENGTH(words), 4, numbers, 18);
        else
            merge_sort((uint8_t *)words, LENGTH(words), 4, numbers, spare);
        check_sorted((uint8_t *)words, LENGTH(words), 4, numbers);
        heap_sort((uint8_t *)shorts, COUNT, 2, shorts_down);
        check_sorted((uint8_t *)shorts, COUNT, 2, shorts_down);
        for (uint32_t i = 0; i < LENGTH(words); i++)
            sum = mix(sum, words[i] + shorts[i / 2]);
    }
    return (int32_t)sum;
}
