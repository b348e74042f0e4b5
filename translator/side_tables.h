/* What is written beside the bytecode for when something is thrown: which handlers stand around a
 * place, and what registers hold there. Nothing is executed for it until then.
 *
 * Places are offsets from the beginning of the function's bytecode (Code.begin). Only instructions
 * that call or throw are looked up, by an address in them: code between two of them may count as
 * either's. */
#ifndef TAILRACE_TRANSLATOR_SIDE_TABLES_H
#define TAILRACE_TRANSLATOR_SIDE_TABLES_H

#include "translator/pins.h"

#define ANY_TAG UINT32_MAX
#define NO_CLAUSE UINT32_MAX
enum { NO_SLOT = 0xffff };

/* A way to catch: what is caught, and where it goes. */
typedef struct CatchClause {
    uint32_t tag;       /* index in the module, or ANY_TAG */
    uint32_t target;    /* the handler; while the function is translated, its label */
    uint32_t next;      /* the try's next clause, or NO_CLAUSE */
    uint16_t values;    /* the slot of the first value that it carries; NO_SLOT: unwanted */
    uint16_t reference; /* the slot of the exception itself, or NO_SLOT */
    Pins pins;          /* what registers hold at the handler */
} CatchClause;

/* Code whose exceptions are caught, without its handlers. */
typedef struct TryRegion {
    uint32_t begin, end;
    uint32_t depth;  /* of blocks around it */
    uint32_t clause; /* the first; NO_CLAUSE: exceptions go to ... */
    uint32_t outer;  /* ... the regions around it that have at most this depth */
} TryRegion;

/* From here on registers hold something else. */
typedef struct PinChange {
    uint32_t begin;
    Pins pins;
} PinChange;

/* Of a whole program. A function's entries follow one another: its regions from inside to outside,
 * its changes in the order of their places. */
typedef struct SideTables {
    TryRegion *regions; /* owned, as are the next two; they grow */
    CatchClause *clauses;
    PinChange *changes;
    uint32_t region_count, clause_count, change_count;
    size_t region_capacity, clause_capacity, change_capacity;
} SideTables;

#endif
