/* The storage of tables. Private to runtime/. */
#ifndef TAILRACE_RUNTIME_TABLE_H
#define TAILRACE_RUNTIME_TABLE_H

#include "runtime/instance.h"

/* Makes what the structure points to. `table` is zeroed; on failure it stays as it is. */
bool table_open(Table *table, TableType type, uint64_t *all, Error *error);
void table_close(Table *table);

#endif
