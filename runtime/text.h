/* Types and values as text, and text as values: what users type, and what messages and results say.
 * (Names: name_text in translator/module.h.) */
#ifndef TAILRACE_RUNTIME_TEXT_H
#define TAILRACE_RUNTIME_TEXT_H

#include "translator/module.h"

/* "[i32 i64] -> [f32]". Returns `buffer`, always NUL-terminated. */
const char *describe_function_type(const FunctionType *type, char *buffer, size_t size);

/* Reads a value into its slot, a v128 into two: integers in decimal or 0x hexadecimal, signed or not;
 * floats as strtod reads them, with inf and nan; "null" for references; of a v128 the 128 bits as a
 * number, 0x and up to 32 hexadecimal digits, lane 0 being the lowest ones. False if `text` is no
 * value of the type. */
bool parse_value(ValueType type, const char *text, uint64_t *value);

enum { VALUE_TEXT_SIZE = 40 };
/* Writes the value in a slot, a v128's in two: integers in signed decimal, floats with the fewest
 * digits that read back as the same value, nan, inf, -inf; references as null, funcref or externref;
 * a v128 as 0x and 32 hexadecimal digits. Returns `buffer`. */
const char *format_value(ValueType type, const uint64_t *value, char buffer[VALUE_TEXT_SIZE]);

#endif
