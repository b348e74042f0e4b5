/* Where wasm code returns to that was not called by wasm code of its instance. Private to runtime/.
 */
#ifndef TAILRACE_RUNTIME_RETURN_ADDRESS_H
#define TAILRACE_RUNTIME_RETURN_ADDRESS_H

#include <stdint.h>

/* One `halt` and one `leave` instruction (ops.table) in this program's dispatch words. */
const uint8_t *halt_code(void);
const uint8_t *leave_code(void);

#endif
