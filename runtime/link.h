/* Linking: finds what a module imports and checks its type (spec 4.5.3 and 3.2.7, import matching).
 * Private to runtime/. */
#ifndef TAILRACE_RUNTIME_LINK_H
#define TAILRACE_RUNTIME_LINK_H

#include "runtime/runtime.h"

/* Finds every import of the instance's module and enters it into the instance's index spaces, which
 * have been allocated. Fails with ERROR_LINK. */
bool link_imports(Instance *instance, ImportResolver resolve, void *context, Error *error);

#endif
