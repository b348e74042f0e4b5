// Burrows-Wheeler transform by prefix doubling with radix sort, move to front, and the inverse.
#include <stdint.h>

#define N 1024

static uint8_t data[N], last[N], mtf[N], again[N];
static int sa[N], rank_[N], tmp[N], second[N], cnt[N + 257];

static void counting_sort(int classes) {
    for (int i = 0; i <= classes; i++) cnt[i] = 0;
    for (int i = 0; i < N; i++) cnt[rank_[second[i]]]++;
    for (int i = 1; i < classes; i++) cnt[i] += cnt[i - 1];
    for (int i = N - 1; i >= 0; i--) sa[--cnt[rank_[second[i]]]] = second[i];
}

static int sort_rotations(void) {
    int classes = 256, rounds = 0;
    for (int i = 0; i < N; i++) {
        rank_[i] = data[i];
        second[i] = i;
    }
    counting_sort(classes);
    for (int len = 1; len < N; len *= 2, rounds++) {
        for (int i = 0; i < N; i++) second[i] = (sa[i] - len + N) % N;
        counting_sort(classes);
        int r = 0;
        tmp[sa[0]] = 0;
        for (int i = 1; i < N; i++) {
            int a = sa[i - 1], b = sa[i];
            if (rank_[a] != rank_[b] || rank_[(a + len) % N] != rank_[(b + len) % N]) r++;
            tmp[b] = r;
        }
        for (int i = 0; i < N; i++) rank_[i] = tmp[i];
        classes = r + 1;
        if (classes == N) break;
    }
    return rounds;
}

static int move_to_front(void) {
    uint8_t order[256];
    int zeros = 0;
    for (int i = 0; i < 256; i++) order[i] = (uint8_t)i;
    for (int i = 0; i < N; i++) {
        uint8_t c = last[i];
        int j = 0;
        while (order[j] != c) j++;
        mtf[i] = (uint8_t)j;
        zeros += j == 0;
        for (; j > 0; j--) order[j] = order[j - 1];
        order[0] = c;
    }
    return zeros;
}

static void inverse(int primary) {
    int start[257] = {0};
    for (int i = 0; i < N; i++) start[last[i] + 1]++;
    for (int i = 0; i < 256; i++) start[i + 1] += start[i];
    for (int i = 0; i < N; i++) tmp[i] = start[last[i]]++;
    for (int i = N - 1, p = primary; i >= 0; i--) {
        again[i] = last[p];
        p = tmp[p];
    }
}

__attribute__((export_name("run"))) int run(int n) {
    static const char *const words[8] = {"water ", "mill ", "race ", "the ", "of ", "stone ", "and ", "a "};
    uint32_t check = 0, seed = 1;
    for (int k = 0; k < n * 4; k++) {
        const char *w = words[0];
        for (int i = 0; i < N; i++) {
            if (!*w) {
                seed = seed * 1103515245u + 12345u;
                w = words[seed >> 16 & 7];
            }
            data[i] = (uint8_t)*w++;
        }
        check = check * 31 + (uint32_t)sort_rotations();
        int primary = 0;
        for (int i = 0; i < N; i++) {
            last[i] = data[(sa[i] + N - 1) % N];
            if (sa[i] == 0) primary = i;
        }
        check = check * 31 + (uint32_t)move_to_front();
        inverse(primary);
        for (int i = 0; i < N; i++) check = check * 3 + (again[i] == data[i]) + mtf[i];
    }
    return (int)check;
}
