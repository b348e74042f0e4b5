// Heap sort of 64-bit keys and a d-ary (4-ary) heap used for the k largest of a stream.
#include <stdint.h>

static int64_t a[4000];
static int32_t top[257];

static void sift(int64_t *v, int i, int n)
{
    int64_t x = v[i];
    int c;
    while ((c = 2 * i + 1) < n) {
        if (c + 1 < n && v[c + 1] > v[c])
            c++;
        if (v[c] <= x)
            break;
        v[i] = v[c];
        i = c;
    }
    v[i] = x;
}

static void heapsort(int64_t *v, int n)
{
    for (int i = n / 2 - 1; i >= 0; i--)
        sift(v, i, n);
    for (int end = n - 1; end > 0; end--) {
        int64_t t = v[0];
        v[0] = v[end];
        v[end] = t;
        sift(v, 0, end);
    }
}

static void down4(int32_t *h, unsigned n)
{
    unsigned i = 0;
    for (;;) {
        unsigned first = 4 * i + 1, best = i;
        for (unsigned c = first; c < first + 4 && c < n; c++)
            if (h[c] < h[best])
                best = c;
        if (best == i)
            return;
        int32_t t = h[i];
        h[i] = h[best];
        h[best] = t;
        i = best;
    }
}

static void up4(int32_t *h, unsigned i)
{
    while (i > 0) {
        unsigned p = (i - 1) / 4;
        if (h[p] <= h[i])
            break;
        int32_t t = h[i];
        h[i] = h[p];
        h[p] = t;
        i = p;
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    uint64_t s = 0x1234567, sum = 0;
    for (int r = 0; r < n; r++) {
        for (int i = 0; i < 4000; i++) {
            s = s * 6364136223846793005ull + 1442695040888963407ull;
            a[i] = (int64_t)s >> 3;
        }
        heapsort(a, 4000);
        for (int i = 0; i < 4000; i++)
            sum = sum * 3 + (uint64_t)a[i];
        unsigned k = 0;
        for (int i = 0; i < 10000; i++) {
            s = s * 6364136223846793005ull + 1442695040888963407ull;
            int32_t x = (int32_t)(s >> 33) - 100;
            if (k < 256) {
                top[k] = x;
                up4(top, k++);
            } else if (x > top[0]) {
                top[0] = x;
                down4(top, k);
            }
        }
        for (unsigned i = 0; i < k; i++)
            sum ^= (uint64_t)top[i] << (i % 24);
    }
    return (int)(sum ^ sum >> 32);
}
