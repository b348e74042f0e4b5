// Suffix array by prefix doubling with counting sorts, then LCP by Kasai's method.
#include <stdint.h>

#define N 4000
static uint8_t text[N];
static int sa[N], rank_[N], tmp[N], cnt[N + 257], lcp[N];

static void counting_sort(int classes)
{
    for (int c = 0; c < classes; c++)
        cnt[c] = 0;
    for (int i = 0; i < N; i++)
        cnt[rank_[i]]++;
    for (int c = 1; c < classes; c++)
        cnt[c] += cnt[c - 1];
    for (int i = N - 1; i >= 0; i--)
        sa[--cnt[rank_[tmp[i]]]] = tmp[i];
}

static int second(int i, int k) { return i + k < N ? rank_[i + k] : -1; }

static void build(void)
{
    int classes = 256;
    for (int i = 0; i < N; i++) {
        rank_[i] = text[i];
        tmp[i] = i;
    }
    counting_sort(classes);
    for (int k = 1;; k <<= 1) {
        int p = 0;
        for (int i = N - k; i < N; i++)
            tmp[p++] = i;
        for (int i = 0; i < N; i++)
            if (sa[i] >= k)
                tmp[p++] = sa[i] - k;
        counting_sort(classes);
        tmp[sa[0]] = 0;
        p = 1;
        for (int i = 1; i < N; i++) {
            int a = sa[i - 1], b = sa[i];
            if (rank_[a] != rank_[b] || second(a, k) != second(b, k))
                p++;
            tmp[b] = p - 1;
        }
        for (int i = 0; i < N; i++)
            rank_[i] = tmp[i];
        if (p == N || k >= N / 2)
            break;
        classes = p;
    }
}

static void kasai(void)
{
    int h = 0;
    for (int i = 0; i < N; i++) {
        if (rank_[i] == 0) {
            h = 0;
            continue;
        }
        int j = sa[rank_[i] - 1];
        while (i + h < N && j + h < N && text[i + h] == text[j + h])
            h++;
        lcp[rank_[i]] = h;
        if (h > 0)
            h--;
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    unsigned s = 11, sum = 0;
    for (int r = 0; r < n; r++) {
        for (int i = 0; i < N; i++) {
            s = s * 69069u + 5u;
            text[i] = (uint8_t)(i >= 300 && (s >> 30) ? text[i - 300] : 'a' + (s >> 20) % 6);
        }
        build();
        kasai();
        for (int i = 0; i < N; i++)
            sum = sum * 31 + (unsigned)sa[i] + (unsigned)lcp[i];
    }
    return (int)sum;
}
