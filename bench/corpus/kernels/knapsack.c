// Dynamic programming: 0/1 knapsack, coin change, matrix chain, optimal search tree, longest rising run.
#include <stdint.h>
#define CAP 2000
#define ITEMS 60
#define CHAIN 44

static int best[CAP + 1], weight[ITEMS], value[ITEMS];
static int64_t ways[CAP + 1];
static int cost[CHAIN][CHAIN], dims[CHAIN + 1];
static float tree[CHAIN + 2][CHAIN + 1], mass[CHAIN + 2][CHAIN + 1], freq[CHAIN + 1];
static int seq[600], tails[600];

static int knapsack(void) {
    for (int w = 0; w <= CAP; w++) best[w] = 0;
    for (int i = 0; i < ITEMS; i++)
        for (int w = CAP; w >= weight[i]; w--) {
            int take = best[w - weight[i]] + value[i];
            if (take > best[w]) best[w] = take;
        }
    return best[CAP];
}

static int64_t change(void) {
    static const int coins[] = {1, 2, 5, 10, 20, 50, 100, 200};
    for (int i = 0; i <= CAP; i++) ways[i] = i == 0;
    for (unsigned c = 0; c < sizeof coins / sizeof *coins; c++)
        for (int i = coins[c]; i <= CAP; i++) ways[i] += ways[i - coins[c]];
    return ways[CAP];
}

static int matrix_chain(void) {
    for (int i = 0; i < CHAIN; i++) cost[i][i] = 0;
    for (int len = 2; len <= CHAIN; len++)
        for (int i = 0; i + len <= CHAIN; i++) {
            int j = i + len - 1, least = INT32_MAX;
            for (int k = i; k < j; k++) {
                int c = cost[i][k] + cost[k + 1][j] + dims[i] * dims[k + 1] * dims[j + 1];
                least = c < least ? c : least;
            }
            cost[i][j] = least;
        }
    return cost[0][CHAIN - 1];
}

static float search_tree(void) {
    for (int i = 1; i <= CHAIN + 1; i++) tree[i][i - 1] = mass[i][i - 1] = 0.0f;
    for (int len = 1; len <= CHAIN; len++)
        for (int i = 1; i + len - 1 <= CHAIN; i++) {
            int j = i + len - 1;
            float least = 1e30f;
            mass[i][j] = mass[i][j - 1] + freq[j];
            for (int r = i; r <= j; r++) {
                float c = tree[i][r - 1] + tree[r + 1][j];
                if (c < least) least = c;
            }
            tree[i][j] = least + mass[i][j];
        }
    return tree[1][CHAIN];
}

static int rising(int n) {
    int len = 0;
    for (int i = 0; i < n; i++) {
        int lo = 0, hi = len;
        while (lo < hi) {
            int mid = (lo + hi) >> 1;
            if (tails[mid] < seq[i]) lo = mid + 1;
            else hi = mid;
        }
        tails[lo] = seq[i];
        if (lo == len) len++;
    }
    return len;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned s = 1, check = 0;
    for (int k = 0; k < n; k++) {
#define RAND(m) ((int)((s = s * 1103515245u + 12345u) >> 16) % (m))
        for (int i = 0; i < ITEMS; i++) { weight[i] = 10 + RAND(150); value[i] = 1 + RAND(500); }
        for (int i = 0; i <= CHAIN; i++) { dims[i] = 2 + RAND(40); freq[i] = (float)RAND(100) * 0.01f; }
        for (int i = 0; i < 600; i++) seq[i] = RAND(10000);
        check = check * 31u + (unsigned)knapsack();
        check = check * 31u + (unsigned)change();
        check = check * 31u + (unsigned)matrix_chain();
        check = check * 31u + (unsigned)(int)(search_tree() * 10.0f);
        check = check * 31u + (unsigned)rising(600);
    }
    return (int)check;
}
