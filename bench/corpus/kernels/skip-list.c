// Skip list with randomised levels: insert, search and remove.
#include <stdint.h>
#include <stddef.h>

#define LEVELS 12

typedef struct item {
    int64_t score;
    int levels;
    struct item *next[];
} item;

static _Alignas(16) unsigned char heap[1 << 20];
static unsigned char *brk_;
static item *head, *spare[LEVELS + 1];
static uint32_t rng;

static uint32_t rnd(void)
{
    rng ^= rng << 13;
    rng ^= rng >> 17;
    rng ^= rng << 5;
    return rng;
}

static item *new_item(int levels, int64_t score)
{
    item *it = spare[levels];
    if (it) {
        spare[levels] = it->next[0];
    } else {
        it = (item *)brk_;
        brk_ += (sizeof(item) + (size_t)levels * sizeof(item *) + 15) & ~(size_t)15;
    }
    it->levels = levels;
    it->score = score;
    return it;
}

static item *path(int64_t score, item **prev)
{
    item *p = head;
    for (int l = LEVELS - 1; l >= 0; l--) {
        while (p->next[l] && p->next[l]->score < score)
            p = p->next[l];
        prev[l] = p;
    }
    return p->next[0];
}

static int insert(int64_t score)
{
    item *prev[LEVELS];
    item *at = path(score, prev);
    if (at && at->score == score)
        return 0;
    int levels = 1;
    for (uint32_t bits = rnd(); levels < LEVELS && (bits & 3) == 0; bits >>= 2)
        levels++;
    item *it = new_item(levels, score);
    for (int l = 0; l < levels; l++) {
        it->next[l] = prev[l]->next[l];
        prev[l]->next[l] = it;
    }
    return 1;
}

static int drop(int64_t score)
{
    item *prev[LEVELS];
    item *at = path(score, prev);
    if (!at || at->score != score)
        return 0;
    for (int l = 0; l < at->levels; l++)
        prev[l]->next[l] = at->next[l];
    at->next[0] = spare[at->levels];
    spare[at->levels] = at;
    return 1;
}

__attribute__((export_name("run"))) int run(int n)
{
    int64_t sum = 0;
    rng = 2463534242u;
    for (int round = 0; round < n; round++) {
        brk_ = heap;
        for (int l = 0; l <= LEVELS; l++)
            spare[l] = NULL;
        head = new_item(LEVELS, INT64_MIN);
        for (int l = 0; l < LEVELS; l++)
            head->next[l] = NULL;
        for (int i = 0; i < 9000; i++) {
            uint32_t r = rnd();
            int64_t score = (int64_t)(r % 4000) * 1000003 - 7;
            if (r & 0x80000000u)
                sum += drop(score);
            else
                sum -= insert(score);
        }
        for (item *p = head->next[0]; p; p = p->next[0])
            sum = (sum >> 3) * 5 + p->score;
    }
    return (int)(sum ^ (sum >> 32));
}
