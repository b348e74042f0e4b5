#include "runtime/trap.h"

const char *trap_words(Trap trap) {
    static const char *const words[] = {
#define X(code, words) words,
        TRAPS(X)
#undef X
    };
    return words[trap];
}
