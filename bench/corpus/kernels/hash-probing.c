// Open-addressing hash map with linear probing: insert, look up, delete with back-shift.
#include <stdint.h>

#define CAPACITY 8192u
#define MASK (CAPACITY - 1)

typedef struct {
    uint32_t key; // 0 means empty
    int32_t value;
} Slot;

static Slot table[CAPACITY];
static unsigned used;

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ (x >> 16);
}

static Slot *locate(uint32_t key)
{
    uint32_t i = mix(key) & MASK;
    while (table[i].key != 0 && table[i].key != key)
        i = (i + 1) & MASK;
    return &table[i];
}

static void put(uint32_t key, int32_t value)
{
    Slot *s = locate(key);
    if (s->key == 0) {
        s->key = key;
        used++;
    }
    s->value = value;
}

static int get(uint32_t key, int32_t *out)
{
    const Slot *s = locate(key);
    if (s->key == 0)
        return 0;
    *out = s->value;
    return 1;
}

static int erase(uint32_t key)
{
    Slot *s = locate(key);
    if (s->key == 0)
        return 0;
    uint32_t hole = (uint32_t)(s - table), j = hole;
    for (;;) {
        j = (j + 1) & MASK;
        if (table[j].key == 0)
            break;
        uint32_t home = mix(table[j].key) & MASK;
        if (((j - home) & MASK) >= ((j - hole) & MASK)) {
            table[hole] = table[j];
            hole = j;
        }
    }
    table[hole].key = 0;
    used--;
    return 1;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t seed = 12345, sum = 0;
    while (n-- > 0) {
        for (int i = 0; i < 40000; i++) {
            seed = seed * 1664525u + 1013904223u;
            uint32_t key = (seed >> 12) % 9000 + 1;
            int32_t v;
            if (seed & 0x800 && used < 5500)
                put(key, i);
            else if (seed & 0x400)
                sum += (uint32_t)erase(key);
            else if (get(key, &v))
                sum = sum * 31 + (uint32_t)v;
        }
        sum += used;
    }
    return (int)sum;
}
