/* Validation of instruction sequences: function bodies and constant expressions (spec 3.3, 3.4 and
 * the algorithm of appendix A.4). Internal to module_read. */
#ifndef TAILRACE_TRANSLATOR_VALIDATE_H
#define TAILRACE_TRANSLATOR_VALIDATE_H

#include "translator/cursor.h"

typedef struct Validator Validator;

/* The type of the addresses of a memory, or of the indices of a table. */
static inline ValueType address_type(const Limits *limits) {
    return limits->is_64 ? TYPE_I64 : TYPE_I32;
}

/* A validator for a module that is being read: constant expressions are judged by the index spaces
 * as they are at that moment. NULL when out of memory. */
Validator *validator_new(const Module *module);
void validator_free(Validator *validator);

/* Notes that function `index` is referred to outside of function bodies, so that ref.func may name
 * it. Call it only once all functions are known. */
bool validator_declare_function(Validator *validator, const Cursor *cursor, uint32_t index);

/* Reads the constant expression of type `type` at the cursor, `end` included. */
bool validate_constant(Validator *validator, Cursor *cursor, ValueType type,
                       ConstantExpression *expression);

/* Validates one function's instructions; `cursor` covers exactly them. `has_data_count`: whether
 * the module has a data count section. */
bool validate_body(Validator *validator, Cursor *cursor, const FunctionBody *body,
                   bool has_data_count);

#endif
