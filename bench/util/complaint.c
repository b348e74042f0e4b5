#include "bench/util/complaint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/util/exit_status.h"

int complain(const Error *error, int status) {
    fprintf(stderr, "tailrace: %s\n", error->message);
    return status;
}

int finish_output(int status) {
    if (!ferror(stdout) && fflush(stdout) == 0) return status;
    Error error;
    fail(&error, ERROR_FILE, "cannot write to standard output: %s", strerror(errno));
    return complain(&error, EXIT_FAILED);
}
