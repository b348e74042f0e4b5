/* Where in memory something is to begin: its address modulo PLACEMENT_WINDOW, or ANYWHERE. The
 * window is as large as the sets of caches that addresses choose within a core, and larger than a
 * page. */
#ifndef TAILRACE_TRANSLATOR_PLACEMENT_H
#define TAILRACE_TRANSLATOR_PLACEMENT_H

enum { PLACEMENT_WINDOW = 1 << 16, ANYWHERE = -1 };

#endif
