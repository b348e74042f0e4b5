/* Where in memory what an execution uses lies: part of a layout, as the order of the handlers is.
 *
 * The low bits of addresses decide which sets of caches and predictors data share, and differ by
 * strategy if nobody sees to it: bytecode with longer dispatch words leaves other places to what is
 * allocated behind it, and the native stack begins below the name of the program. So each part is
 * put where the layout's seed says, the same for all strategies, and the bits above are left to the
 * system, which is asked not to draw them. */
#ifndef TAILRACE_BENCH_MEASURE_PLACEMENT_H
#define TAILRACE_BENCH_MEASURE_PLACEMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "translator/placement.h"

typedef enum Part {
    PART_BYTECODE,
    PART_FRAMES, /* the value stack */
    PART_MEMORY, /* linear memories: whole pages, since they end in guard pages */
    PART_STACK,  /* the native one */
    PART_COUNT,
} Part;

/* For each part the address where it begins, modulo PLACEMENT_WINDOW; ANYWHERE
 * (translator/placement.h): where it happens to be. */
typedef struct Placement {
    int32_t at[PART_COUNT];
} Placement;

Placement placement_anywhere(void);

/* Draws one by the seed; of the parts in `parts`, as bits 1 << PART, the others ANYWHERE. Equal
 * seeds give equal places, whatever else is drawn. */
Placement placement_draw(int64_t seed, unsigned parts);

/* "bytecode=64,frames=0", whatever is not ANYWHERE. False if it cannot be read. */
bool placement_parse(const char *text, Placement *placement);
/* As placement_parse takes it, "" if all is ANYWHERE. To be freed; NULL: out of memory. */
char *placement_text(const Placement *placement);

/* "bytecode,memory" as bits, "all", "none". False if it cannot be read. */
bool placement_parse_parts(const char *text, unsigned *parts);

/* An object with a number for each part, null for ANYWHERE; and what made one. False if that has
 * something else. */
json_t *placement_json(const Placement *placement);
bool placement_read(const json_t *json, Placement *placement);

#endif
