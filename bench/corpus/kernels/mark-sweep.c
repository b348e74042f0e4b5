// Cons cells with a mark-sweep collector: lists are built, mapped, reversed and dropped.
#include <stdint.h>
#include <stddef.h>

typedef struct obj obj;
struct obj {
    uint8_t tag, mark;
    union {
        int32_t num;
        struct { obj *car, *cdr; } pair;
        obj *next_free;
    } u;
};
enum { FREE, NUM, PAIR };

static obj heap[3000], *free_list;
static obj *roots[64];
static int nroots, collections, freed;

static void mark(obj *o)
{
    while (o && !o->mark) {
        o->mark = 1;
        if (o->tag != PAIR)
            return;
        mark(o->u.pair.car);
        o = o->u.pair.cdr;
    }
}

static void collect(void)
{
    for (int i = 0; i < nroots; i++)
        mark(roots[i]);
    free_list = NULL;
    for (obj *o = heap + 3000; o-- > heap;) {
        if (o->mark) {
            o->mark = 0;
            continue;
        }
        freed += o->tag != FREE;
        o->tag = FREE;
        o->u.next_free = free_list;
        free_list = o;
    }
    collections++;
}

static obj *take(uint8_t tag)
{
    if (!free_list)
        collect();
    obj *o = free_list;
    if (!o)
        __builtin_trap();
    free_list = o->u.next_free;
    o->tag = tag;
    return o;
}

static obj *push(obj *o) { return roots[nroots++] = o; }
static void pop(int k) { nroots -= k; }

static obj *number(int32_t v)
{
    obj *o = take(NUM);
    o->u.num = v;
    return o;
}

static obj *cons(obj *car, obj *cdr)
{
    push(car);
    push(cdr);
    obj *o = take(PAIR);
    pop(2);
    o->u.pair.car = car;
    o->u.pair.cdr = cdr;
    return o;
}

static obj *reverse_map(obj *list, int32_t (*f)(int32_t))
{
    push(list);
    obj **done = &roots[nroots];
    push(NULL);
    for (; list; list = list->u.pair.cdr)
        *done = cons(number(f(list->u.pair.car->u.num)), *done);
    obj *result = *done;
    pop(2);
    return result;
}

static int32_t twice(int32_t v) { return (int32_t)((uint32_t)v * 2u + 1u); }
static int32_t fold(int32_t v) { return v ^ v >> 3; }

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0;
    for (obj *o = heap; o < heap + 3000; o++)
        o->tag = o->mark = 0;
    free_list = NULL;
    nroots = collections = freed = 0;
    for (int r = 0; r < n; r++) {
        for (int k = 0; k < 60; k++) {
            obj **list = &roots[nroots];
            push(NULL);
            for (int i = 0; i < 200 + k; i++)
                *list = cons(number(i * k), *list);
            *list = reverse_map(*list, twice);
            *list = reverse_map(*list, k & 1 ? fold : twice);
            for (obj *o = *list; o; o = o->u.pair.cdr)
                h = h * 5 + (uint32_t)o->u.pair.car->u.num;
            pop(1);
        }
        h += (uint32_t)(collections * 1000 + freed);
    }
    return (int)h;
}
