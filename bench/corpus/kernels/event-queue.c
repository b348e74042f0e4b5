// Discrete event simulation: customers, two servers, ring-buffer queue and a binary-heap calendar.
#include <stdint.h>
#include <stdbool.h>

typedef struct event event;
typedef void handler(event *e);
struct event {
    uint32_t time, order;
    handler *act;
    int who;
};

static event *calendar[256];
static int n_events;
static event pool[256], *spare[256];
static int n_spare;
static uint32_t now, issued, rng, served, waited, lost;
static bool busy[2];
static uint32_t ring[64];
static unsigned in, out;

static bool earlier(const event *a, const event *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static void schedule(uint32_t delay, handler *act, int who)
{
    event *e = spare[--n_spare];
    *e = (event){now + delay, issued++, act, who};
    int i = ++n_events;
    for (; i > 1 && earlier(e, calendar[i / 2]); i /= 2)
        calendar[i] = calendar[i / 2];
    calendar[i] = e;
}

static event *next_event(void)
{
    event *first = calendar[1], *last = calendar[n_events--];
    int i = 1;
    while (2 * i <= n_events) {
        int c = 2 * i;
        if (c < n_events && earlier(calendar[c + 1], calendar[c]))
            c++;
        if (!earlier(calendar[c], last))
            break;
        calendar[i] = calendar[c];
        i = c;
    }
    calendar[i] = last;
    return first;
}

static uint32_t random_delay(uint32_t mean)
{
    rng ^= rng << 13, rng ^= rng >> 17, rng ^= rng << 5;
    return 1 + rng % (2 * mean);
}

static void finish(event *e);

static void start(int server, uint32_t arrived)
{
    busy[server] = true;
    waited += now - arrived;
    schedule(random_delay(server ? 23 : 17), finish, server);
}

static void finish(event *e)
{
    busy[e->who] = false;
    served++;
    if (in != out)
        start(e->who, ring[out++ % 64]);
}

static void arrive(event *e)
{
    if (!busy[0])
        start(0, now);
    else if (!busy[1])
        start(1, now);
    else if (in - out < 64)
        ring[in++ % 64] = now;
    else
        lost++;
    schedule(random_delay(10 + (uint32_t)e->who), arrive, (e->who + 1) % 3);
}

static void inspect(event *e)
{
    waited += (uint32_t)(e->who * (int)(in - out));
    schedule(50u + (uint32_t)e->who, inspect, e->who);
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0;
    rng = 123456789;
    while (n-- > 0) {
        n_events = n_spare = 0;
        now = issued = served = waited = lost = in = out = 0;
        busy[0] = busy[1] = false;
        for (int i = 0; i < 256; i++)
            spare[n_spare++] = &pool[i];
        schedule(0, arrive, 0);
        for (int i = 0; i < 40; i++)
            schedule(random_delay(40), inspect, i);
        for (int i = 0; i < 16000; i++) {
            event *e = next_event();
            now = e->time;
            e->act(e);
            spare[n_spare++] = e;
        }
        h = h * 31 + now + served * 3 + waited * 5 + lost * 7;
    }
    return (int)h;
}
