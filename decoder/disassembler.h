/* Reading what the encoder wrote, as text: the folder's public header. Handlers read operands by
 * operands.h instead, which is for dispatch/ alone; both follow the generated ops.h. */
#ifndef TAILRACE_DECODER_DISASSEMBLER_H
#define TAILRACE_DECODER_DISASSEMBLER_H

#include <stdio.h>

#include "encoder/encoder.h"

/* Prints the instructions from `begin` to `end`, one a line:
 *
 *     0012  i32.add       acc, s3 -> s4
 *     001c  br_if.i32.eq  acc, 7, 0040
 *
 * first the offset from `begin` in hexadecimal, which is also how jump targets are written; `sN`
 * are slots, `acc` is the accumulator of the value's type, numbers are constants and immediates.
 * `words` must be those that the code was encoded with. Returns false, after printing what it
 * understood, if it meets a dispatch word that is not among them. */
bool disassemble(FILE *out, const DispatchWords *words, const uint8_t *begin, const uint8_t *end);

#endif
