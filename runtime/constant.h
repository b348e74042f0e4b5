/* Constant expressions (spec 3.3.10), the extended ones included. Private to runtime/. */
#ifndef TAILRACE_RUNTIME_CONSTANT_H
#define TAILRACE_RUNTIME_CONSTANT_H

#include "runtime/instance.h"

/* Evaluates a validated constant expression (spec 4.4.11) in an instance whose functions exist and
 * whose globals are initialised as far as the expression may refer to them. */
bool constant_evaluate(const Instance *instance, ConstantExpression expression, uint64_t value[2],
                       Error *error);
/* The same for expressions that yield a reference: they are single instructions and cannot fail. */
uint64_t constant_reference(const Instance *instance, ConstantExpression expression);

#endif
