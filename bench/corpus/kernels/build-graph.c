// A build tool: rules with prerequisites, order by depth-first search, cycles found, critical path, jobs on several workers.
#include <stdint.h>

enum { FILES = 400, DEPS = 1800, WORKERS = 4 };
enum mark { WHITE, GREY, BLACK };
struct dep { uint16_t to; int16_t next; };
struct file { int16_t deps; uint8_t mark; uint8_t stale; int32_t time, cost, finish; uint16_t waiting; };

static struct file files[FILES];
static struct dep deps[DEPS];
static uint16_t order[FILES], heap[FILES];
static int n_deps, n_order, cycles, heap_len;

static void depend(int from, int to) {
    if (n_deps == DEPS) return;
    deps[n_deps] = (struct dep){(uint16_t)to, files[from].deps};
    files[from].deps = (int16_t)n_deps++;
}

static void visit(int f) {
    files[f].mark = GREY;
    for (int16_t *link = &files[f].deps; *link >= 0;) {
        struct dep *d = &deps[*link];
        if (files[d->to].mark == GREY) {  // the edge that closes a cycle is dropped
            cycles++;
            *link = d->next;
            continue;
        }
        if (files[d->to].mark == WHITE) visit(d->to);
        link = &d->next;
    }
    files[f].mark = BLACK;
    order[n_order++] = (uint16_t)f;
}

static int longer(int a, int b) { return files[a].finish > files[b].finish || (files[a].finish == files[b].finish && a < b); }

static void push(int f) {
    int i = heap_len++;
    for (; i && longer(f, heap[(i - 1) >> 1]); i = (i - 1) >> 1) heap[i] = heap[(i - 1) >> 1];
    heap[i] = (uint16_t)f;
}

static int pop(void) {
    int top = heap[0], last = heap[--heap_len], i = 0;
    for (int c; (c = 2 * i + 1) < heap_len; i = c) {
        if (c + 1 < heap_len && longer(heap[c + 1], heap[c])) c++;
        if (!longer(heap[c], last)) break;
        heap[i] = heap[c];
    }
    heap[i] = (uint16_t)last;
    return top;
}

static int schedule(void) {
    struct { int job, until; } worker[WORKERS];
    int now = 0, left = 0;
    heap_len = 0;
    for (int i = 0; i < FILES; i++) files[i].waiting = 0;
    for (int i = 0; i < FILES; i++)  // finish becomes the longest way to the end
        files[i].finish = 0;
    for (int i = FILES - 1; i >= 0; i--) {
        struct file *f = &files[order[i]];
        f->finish += f->cost;
        for (int d = f->deps; d >= 0; d = deps[d].next) {
            if (files[deps[d].to].finish < f->finish) files[deps[d].to].finish = f->finish;
            f->waiting++;
        }
    }
    for (int i = 0; i < FILES; i++)
        if (!files[i].waiting) push(i);
    for (int w = 0; w < WORKERS; w++) worker[w].job = -1;
    for (left = FILES; left;) {
        int soonest = -1;
        for (int w = 0; w < WORKERS; w++) {
            if (worker[w].job < 0 && heap_len) {
                worker[w].job = pop();
                worker[w].until = now + files[worker[w].job].cost;
            }
            if (worker[w].job >= 0 && (soonest < 0 || worker[w].until < worker[soonest].until)) soonest = w;
        }
        int done = worker[soonest].job;
        now = worker[soonest].until;
        worker[soonest].job = -1;
        left--;
        for (int i = 0; i < FILES; i++)
            for (int d = files[i].deps; d >= 0; d = deps[d].next)
                if (deps[d].to == done && --files[i].waiting == 0) push(i);
    }
    return now;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 1, h = 0;
    while (n--) {
        n_deps = n_order = cycles = 0;
        for (int i = 0; i < FILES; i++) {
            s = s * 1664525u + 1013904223u;
            files[i] = (struct file){-1, WHITE, 0, (int32_t)(s >> 20), 1 + (int32_t)(s >> 9 & 31), 0, 0};
        }
        for (int i = 1; i < FILES; i++)
            for (int k = 0; k < 4; k++) {
                s = s * 1664525u + 1013904223u;
                int to = (int)((s >> 10) % (unsigned)i);
                if (s >> 25 == 0) to = (i + 5) % FILES;
                if (to != i) depend(i, to);
            }
        for (int i = FILES - 1; i >= 0; i--)
            if (files[i].mark == WHITE) visit(i);
        int stale = 0;
        for (int i = 0; i < FILES; i++) {
            struct file *f = &files[order[i]];
            for (int d = f->deps; d >= 0; d = deps[d].next) f->stale |= files[deps[d].to].stale || files[deps[d].to].time > f->time + 3000;
            stale += f->stale;
            h = h * 31 + order[i];
        }
        h = h * 31 + (uint32_t)schedule() + (uint32_t)(cycles * 1000 + stale);
    }
    return (int)h;
}
