// Number theory: Miller-Rabin with 64-bit modular powers, Pollard's rho, gcds, inverses, CRT.
#include <stdint.h>
#include <stdbool.h>

static uint64_t mulmod(uint64_t a, uint64_t b, uint64_t m)
{
    if ((a | b) >> 32 == 0)
        return a * b % m;
    uint64_t r = 0;
    for (; b; b >>= 1) {
        if (b & 1) {
            r += a;
            if (r >= m) r -= m;
        }
        a += a;
        if (a >= m) a -= m;
    }
    return r;
}

static uint64_t powmod(uint64_t b, uint64_t e, uint64_t m)
{
    uint64_t r = 1;
    for (b %= m; e; e >>= 1) {
        if (e & 1)
            r = mulmod(r, b, m);
        b = mulmod(b, b, m);
    }
    return r;
}

static bool is_prime(uint64_t n)
{
    static const uint8_t bases[] = {2, 3, 5, 7, 11, 13};
    for (unsigned i = 0; i < sizeof bases; i++)
        if (n % bases[i] == 0)
            return n == bases[i];
    if (n < 2)
        return false;
    uint64_t d = n - 1;
    int s = 0;
    while (!(d & 1))
        d >>= 1, s++;
    for (unsigned i = 0; i < sizeof bases; i++) {
        uint64_t x = powmod(bases[i], d, n);
        if (x == 1 || x == n - 1)
            continue;
        int k = 1;
        for (; k < s; k++)
            if ((x = mulmod(x, x, n)) == n - 1)
                break;
        if (k >= s)
            return false;
    }
    return true;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0)
        return a | b;
    int shift = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    while (b) {
        b >>= __builtin_ctzll(b);
        if (a > b) {
            uint64_t t = a;
            a = b;
            b = t;
        }
        b -= a;
    }
    return a << shift;
}

static uint64_t rho(uint64_t n)
{
    for (uint64_t c = 1;; c++) {
        uint64_t x = 2, y = 2, d = 1;
        do {
            x = (mulmod(x, x, n) + c) % n;
            y = (mulmod(y, y, n) + c) % n;
            y = (mulmod(y, y, n) + c) % n;
            d = gcd(x > y ? x - y : y - x, n);
        } while (d == 1);
        if (d != n)
            return d;
    }
}

static uint64_t factors(uint64_t n)
{
    if (n % 2 == 0 && n > 2)
        return 2 + factors(n / 2);
    if (n < 4 || is_prime(n))
        return n;
    uint64_t d = rho(n);
    return factors(d) * 3 + factors(n / d) * 5;
}

static int64_t extended(int64_t a, int64_t b, int64_t *x, int64_t *y)
{
    if (b == 0) {
        *x = 1;
        *y = 0;
        return a;
    }
    int64_t x1, y1, g = extended(b, a % b, &x1, &y1);
    *x = y1;
    *y = x1 - a / b * y1;
    return g;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint64_t h = 0, s = 1234567;
    while (n-- > 0) {
        for (int i = 0; i < 120; i++) {
            s = s * 6364136223846793005ull + 1442695040888963407ull;
            h = h * 31 + is_prime((s >> 34) | 1) + factors((s >> 38) + 2);
            if (i % 40 == 0)
                h += is_prime((s >> 22) | 1) * 77u;
            for (int k = 1; k < 20; k++) {
                int64_t x, y, g = extended((int64_t)(s >> 40) + 1, (int64_t)(s >> 44) + k, &x, &y);
                h = h * 3 + (uint64_t)(x - y + g);
            }
        }
    }
    return (int)(h ^ h >> 32);
}
