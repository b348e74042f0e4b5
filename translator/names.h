/* The "name" custom section (spec appendix A.6). Internal to module_read. */
#ifndef TAILRACE_TRANSLATOR_NAMES_H
#define TAILRACE_TRANSLATOR_NAMES_H

#include "translator/cursor.h"

/* Fills module->function_names from the section's contents at `section`. What is malformed ends the
 * reading but is no error, as for all custom sections. Fails only when out of memory. */
bool read_names(Module *module, const Cursor *section);

#endif
