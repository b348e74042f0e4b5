#include "bench/sampling/plan.h"

#include <stdlib.h>

#include "bench/util/memory.h"

/* Splitmix64: any seed is good, and equal seeds give equal orders on every machine. */
static uint64_t random_next(uint64_t *state) {
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* 0 to count - 1 in random order. To be freed. */
static size_t *random_order(size_t count, uint64_t *random) {
    size_t *order = allocate(count * sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(random_next(random) % i), item = order[i - 1];
        order[i - 1] = order[other];
        order[other] = item;
    }
    return order;
}

static size_t round_size(const Recording *recording, int round) {
    return recording->suite.count * recording->contender_count *
           (round ? recording->builds.layout_count : 1);
}

int plan_first(const Recording *recording, int round) {
    if (round == 0) return 0;
    return (int)(round_size(recording, 0) + (size_t)(round - 1) * round_size(recording, 1));
}

Place *plan_round(const Recording *recording, int round, size_t *count) {
    size_t workloads = recording->suite.count, layouts = recording->builds.layout_count;
    size_t contenders = recording->contender_count;
    uint64_t random = recording->seed;
    random = random_next(&random) ^ (uint64_t)round; /* far from those of other rounds and seeds */
    Place *places = allocate(round_size(recording, round) * sizeof *places);
    *count = 0;
    size_t *workload_order = random_order(workloads, &random);
    for (size_t i = 0; i < workloads; i++) {
        size_t workload = workload_order[i], *layout_order = random_order(layouts, &random);
        for (size_t j = 0; j < layouts; j++) {
            if (round == 0 && layout_order[j] != workload % layouts) continue;
            size_t *order = random_order(contenders, &random);
            for (size_t k = 0; k < contenders; k++)
                places[(*count)++] = (Place){workload, layout_order[j], order[k]};
            free(order);
        }
        free(layout_order);
    }
    free(workload_order);
    return places;
}
