#include "bench/sampling/plan.h"

#include <stdlib.h>

#include "bench/util/memory.h"
#include "bench/util/random.h"

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

/* Whether a contender is sampled in this layout of a round: of the controls of a group one is. */
static bool takes_part(const Recording *recording, size_t contender, size_t layout, int round) {
    for (size_t i = 0; i < recording->group_count; i++) {
        const Group *group = &recording->groups[i];
        size_t place = contender - group->first; /* huge if it is of an earlier group */
        if (place >= group->count + group->references) continue;
        if (place >= group->count) return true;
        return place < group->strategies ||
               place - group->strategies == (layout + (size_t)round) % group->strategies;
    }
    return false;
}

size_t plan_block(const Recording *recording) {
    size_t contenders = 0;
    for (size_t i = 0; i < recording->group_count; i++)
        contenders += recording->groups[i].strategies + 1 + recording->groups[i].references;
    return recording->suite.count * contenders +
           (recording->suite.count + recording_starts(recording)) * recording->engine_count;
}

size_t plan_blocks(const Recording *recording, int round) {
    return round ? recording->builds.layout_count : 1;
}

int plan_first(const Recording *recording, int round) {
    if (round == 0) return 0;
    size_t blocks = 1 + (size_t)(round - 1) * recording->builds.layout_count;
    return (int)(blocks * plan_block(recording));
}

/* Adds the places of a block: of one layout, or, for the warm-up, of each by turns. */
static Place *add_block(const Recording *recording, int round, size_t layout, uint64_t *random,
                        Place *places) {
    size_t layouts = recording->builds.layout_count, contenders = recording->contender_count;
    size_t count = recording->suite.count + recording_starts(recording);
    size_t *workloads = random_order(count, random);
    for (size_t i = 0; i < count; i++) {
        size_t workload = workloads[i], own = round ? layout : workload % layouts;
        size_t *order = random_order(contenders + recording->engine_count, random);
        for (size_t j = 0; j < contenders + recording->engine_count; j++)
            if (order[j] >= contenders)
                *places++ = (Place){workload, own, ANY, order[j] - contenders};
            else if (workload < recording->suite.count &&
                     takes_part(recording, order[j], own, round))
                *places++ = (Place){workload, own, order[j], ANY};
        free(order);
    }
    free(workloads);
    return places;
}

Place *plan_round(const Recording *recording, int round, size_t *count) {
    uint64_t random = recording->seed;
    random = random_next(&random) ^ (uint64_t)round; /* far from those of other rounds and seeds */
    size_t blocks = plan_blocks(recording, round);
    *count = blocks * plan_block(recording);
    Place *places = allocate((*count + 1) * sizeof *places), *end = places;
    size_t *layouts = random_order(blocks, &random);
    for (size_t i = 0; i < blocks; i++)
        end = add_block(recording, round, layouts[i], &random, end);
    free(layouts);
    return places;
}
