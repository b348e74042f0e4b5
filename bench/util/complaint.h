/* How a program says that it failed. */
#ifndef TAILRACE_BENCH_UTIL_COMPLAINT_H
#define TAILRACE_BENCH_UTIL_COMPLAINT_H

#include "translator/error.h"

/* Prints "tailrace: " and the error's sentence; returns `status`. */
int complain(const Error *error, int status);

/* Flushes standard output: a full disk or a closed pipe may show itself only now. Returns `status`,
 * or complains and returns EXIT_FAILED if not all that was printed got out. */
int finish_output(int status);

#endif
