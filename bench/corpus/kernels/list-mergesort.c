// Merge sort of a singly linked list of records, bottom-up with an array of pending runs.
#include <stddef.h>
#include <stdint.h>

typedef struct rec {
    struct rec *next;
    short group;
    unsigned short serial;
    int value;
} rec;

static rec store[5000];

static int before(const rec *x, const rec *y)
{
    if (x->group != y->group)
        return x->group < y->group;
    return x->value <= y->value;
}

static rec *merge(rec *a, rec *b)
{
    rec head, *tail = &head;
    while (a && b) {
        if (before(a, b)) {
            tail->next = a;
            a = a->next;
        } else {
            tail->next = b;
            b = b->next;
        }
        tail = tail->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static rec *sort(rec *list)
{
    rec *pending[16] = {NULL};
    while (list) {
        rec *one = list;
        list = list->next;
        one->next = NULL;
        int i = 0;
        for (; pending[i]; i++) {
            one = merge(pending[i], one);
            pending[i] = NULL;
        }
        pending[i] = one;
    }
    rec *all = NULL;
    for (int i = 0; i < 16; i++)
        if (pending[i])
            all = merge(pending[i], all);
    return all;
}

static rec *reverse(rec *p)
{
    rec *done = NULL;
    while (p) {
        rec *nx = p->next;
        p->next = done;
        done = p;
        p = nx;
    }
    return done;
}

__attribute__((export_name("run"))) int run(int n)
{
    unsigned h = 0, s = 77;
    while (n-- > 0) {
        rec *list = NULL;
        for (int i = 0; i < 5000; i++) {
            s = s * 134775813u + 1u;
            rec *p = &store[i];
            p->group = (short)((int)(s >> 27) - 16);
            p->serial = (unsigned short)i;
            p->value = (int)s >> 8;
            p->next = list;
            list = p;
        }
        list = reverse(sort(list));
        list = sort(list);
        for (rec *p = list; p; p = p->next)
            h = (h << 5 | h >> 27) + p->serial + (unsigned)p->group;
    }
    return (int)h;
}
