// Insertion and shell sort of structs passed by value, then binary searches (lower bound).
#include <stdint.h>
#include <stdbool.h>

struct date { uint16_t year; uint8_t month, day; };
struct person {
    struct date born;
    int32_t id;
    int64_t balance;
    char initials[4];
};

static struct person people[600];

static int cmp_date(struct date a, struct date b)
{
    if (a.year != b.year)
        return a.year < b.year ? -1 : 1;
    if (a.month != b.month)
        return a.month < b.month ? -1 : 1;
    return (a.day > b.day) - (a.day < b.day);
}

static int by_born(const struct person *a, const struct person *b)
{
    int c = cmp_date(a->born, b->born);
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

static int by_balance(const struct person *a, const struct person *b)
{
    if (a->balance < b->balance) return -1;
    if (a->balance > b->balance) return 1;
    return a->id - b->id;
}

static void insertion_sort(struct person *p, int n)
{
    for (int i = 1; i < n; i++) {
        struct person x = p[i];
        int j = i - 1;
        while (j >= 0 && by_born(&x, &p[j]) < 0) {
            p[j + 1] = p[j];
            j--;
        }
        p[j + 1] = x;
    }
}

static void shell_sort(struct person *p, int n)
{
    static const short gaps[] = {301, 132, 57, 23, 10, 4, 1};
    for (unsigned g = 0; g < sizeof gaps / sizeof *gaps; g++)
        for (int gap = gaps[g], i = gap; i < n; i++) {
            struct person x = p[i];
            int j;
            for (j = i; j >= gap && by_balance(&p[j - gap], &x) > 0; j -= gap)
                p[j] = p[j - gap];
            p[j] = x;
        }
}

static int lower_bound(int64_t balance)
{
    int lo = 0, hi = 600;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (people[mid].balance < balance)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 2024, h = 0;
    for (; n > 0; --n) {
        for (int i = 0; i < 600; i++) {
            s = s * 1664525u + 1013904223u;
            struct person *p = &people[i];
            p->born = (struct date){(uint16_t)(1930 + (s >> 24) % 80), (uint8_t)(1 + (s >> 20) % 12),
                                    (uint8_t)(1 + (s >> 10) % 28)};
            p->id = i;
            p->balance = (int64_t)(int32_t)s * 37;
            p->initials[0] = (char)('A' + s % 26);
            p->initials[1] = (char)('A' + (s >> 5) % 26);
            p->initials[2] = 0;
        }
        insertion_sort(people, 600);
        for (int i = 0; i < 600; i++)
            h = h * 7 + (uint32_t)people[i].id;
        shell_sort(people, 600);
        for (int i = 0; i < 4000; i++)
            h = h * 3 + (uint32_t)lower_bound((int64_t)(i - 2000) * 39000000) +
                (uint32_t)people[i % 600].initials[1];
    }
    return (int)h;
}
