// Lifts in a building: passengers as linked queues, cars as state machines by events on a timer wheel.
#include <stdint.h>
#include <stddef.h>

#define FLOORS 16
#define CARS 3
#define SLOTS 64

typedef struct person { struct person *next; int16_t from, to; int32_t since; } person;
typedef enum { IDLE, MOVING, OPENING, CLOSING } phase;
typedef struct event { struct event *next; int32_t when; int16_t kind, car; } event;
typedef struct { phase phase; int floor, dir, load; person *aboard; uint32_t stops, travelled; } car;

static person people[256], *spare, *queue[FLOORS][2], **tail[FLOORS][2];
static event events[64], *free_events, *wheel[SLOTS];
static car cars[CARS];
static int32_t now;
static uint32_t seed, served, waited, lost, trace;

static void at(int delay, int kind, int car) {
    event *e = free_events, **p;
    if (!e) { lost++; return; }
    free_events = e->next;
    e->when = now + delay;
    e->kind = (int16_t)kind;
    e->car = (int16_t)car;
    for (p = &wheel[e->when % SLOTS]; *p && (*p)->when <= e->when;) p = &(*p)->next;
    e->next = *p;
    *p = e;
}

static uint32_t calls(void) {
    uint32_t m = 0;
    for (int f = 0; f < FLOORS; f++)
        if (queue[f][0] || queue[f][1]) m |= 1u << f;
    return m;
}

static uint32_t targets(const car *c) {
    uint32_t m = 0;
    for (const person *p = c->aboard; p; p = p->next) m |= 1u << p->to;
    return m;
}

static int choose(const car *c) {
    uint32_t want = targets(c), above, below;
    if (c->load < 8) want |= calls();
    above = want >> c->floor >> 1;
    below = want & ((1u << c->floor) - 1);
    if (c->dir > 0) return above ? 1 : below ? -1 : 0;
    return below ? -1 : above ? 1 : 0;
}

static int exchange(car *c) {
    int moved = 0;
    for (person **p = &c->aboard; *p;) {
        person *q = *p;
        if (q->to != c->floor) { p = &q->next; continue; }
        *p = q->next;
        q->next = spare;
        spare = q;
        c->load--;
        served++;
        waited += (uint32_t)(now - q->since);
        moved++;
    }
    for (int turn = 0; turn < 2; turn++) {
        int up = (c->dir > 0) ^ turn;
        if (turn && c->aboard) break;
        while (queue[c->floor][up] && c->load < 8) {
            person *q = queue[c->floor][up];
            if (!(queue[c->floor][up] = q->next)) tail[c->floor][up] = &queue[c->floor][up];
            q->next = c->aboard;
            c->aboard = q;
            c->load++;
            moved++;
        }
    }
    return moved;
}

static void advance(int i) {
    car *c = &cars[i];
    switch (c->phase) {
    case MOVING:
        c->floor += c->dir;
        c->travelled++;
        if (!(targets(c) >> c->floor & 1) && !(c->load < 8 && calls() >> c->floor & 1) && choose(c) == c->dir) {
            at(3, 0, i);
            return;
        }
        c->phase = OPENING;
        at(2, 0, i);
        return;
    case OPENING:
        c->stops++;
        c->phase = CLOSING;
        at(4 + exchange(c), 0, i);
        return;
    case CLOSING:
    case IDLE:
        if (calls() >> c->floor & 1 && c->load < 8 && c->phase == IDLE) {
            c->phase = OPENING;
            at(2, 0, i);
            return;
        }
        int d = choose(c);
        c->phase = d ? MOVING : IDLE;
        if (d) c->dir = d;
        at(d ? 3 : 5, 0, i);
    }
}

static void arrive(void) {
    seed = seed * 1664525u + 1013904223u;
    int from = (seed >> 28) < 7 ? 0 : (int)(seed >> 20 & 15), to = (int)(seed >> 12 & 15);
    if (to == from) to = (to + 1) % FLOORS;
    person *p = spare;
    if (p) {
        spare = p->next;
        *p = (person){NULL, (int16_t)from, (int16_t)to, now};
        *tail[from][to > from] = p;
        tail[from][to > from] = &p->next;
    } else
        lost++;
    at(2 + (int)(seed >> 8 & 7), 1, 0);
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t h = 0;
    while (n--) {
        now = 0;
        served = waited = lost = 0;
        spare = NULL;
        free_events = NULL;
        seed = 77 + h;
        for (int i = 0; i < 256; i++) people[i].next = spare, spare = &people[i];
        for (int i = 0; i < 64; i++) events[i].next = free_events, free_events = &events[i];
        for (int i = 0; i < SLOTS; i++) wheel[i] = NULL;
        for (int f = 0; f < FLOORS; f++)
            for (int d = 0; d < 2; d++) queue[f][d] = NULL, tail[f][d] = &queue[f][d];
        for (int i = 0; i < CARS; i++) cars[i] = (car){.phase = IDLE, .floor = i * 5, .dir = 1}, at(i, 0, i);
        at(1, 1, 0);
        for (; now < 12000; now++)
            for (event *e; (e = wheel[now % SLOTS]) && e->when == now;) {
                int kind = e->kind, which = e->car;
                wheel[now % SLOTS] = e->next;
                e->next = free_events;
                free_events = e;
                if (kind) arrive();
                else advance(which);
                trace = trace * 31 + (uint32_t)cars[which].floor;
            }
        for (int i = 0; i < CARS; i++) h = h * 31 + cars[i].stops + cars[i].travelled * 3;
        h = h * 31 + served * 5 + waited + lost + trace;
    }
    return (int)h;
}
