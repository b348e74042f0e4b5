// Money in 64-bit integers: decimal parsing, 128-bit scaling, half-even rounding, loan schedules, printed amounts.
#include <stdint.h>

typedef int64_t money; /* in ten-thousandths */
#define SCALE 10000

static money mul_div(money a, int64_t b, int64_t c)
{
    int neg = (a < 0) ^ (b < 0);
    uint64_t x = a < 0 ? (uint64_t)-a : (uint64_t)a, y = b < 0 ? (uint64_t)-b : (uint64_t)b, d = (uint64_t)c;
    uint64_t p0 = (x & 0xffffffffu) * (y & 0xffffffffu), p1 = (x >> 32) * (y & 0xffffffffu);
    uint64_t p2 = (x & 0xffffffffu) * (y >> 32), p3 = (x >> 32) * (y >> 32);
    uint64_t mid = (p0 >> 32) + (p1 & 0xffffffffu) + (p2 & 0xffffffffu);
    uint64_t lo = (p0 & 0xffffffffu) | mid << 32, hi = p3 + (p1 >> 32) + (p2 >> 32) + (mid >> 32);
    uint64_t q = 0, r;
    if (hi == 0) {
        q = lo / d;
        r = lo % d;
    } else {
        r = hi % d;
        for (int i = 63; i >= 0; i--) {
            r = r << 1 | (lo >> i & 1);
            q <<= 1;
            if (r >= d) {
                r -= d;
                q |= 1;
            }
        }
    }
    if (2 * r > d || (2 * r == d && (q & 1)))
        q++;
    return neg ? -(money)q : (money)q;
}

static money parse(const char *s)
{
    money v = 0;
    int neg = *s == '-', places = -1;
    for (s += neg; *s; s++) {
        if (*s == '.')
            places = 0;
        else if (*s != ',' && places < 4) {
            v = v * 10 + (*s - '0');
            if (places >= 0)
                places++;
        }
    }
    for (places = places < 0 ? 0 : places; places < 4; places++)
        v *= 10;
    return neg ? -v : v;
}

static char *show(money m, char *end)
{
    uint64_t cents = (uint64_t)(m < 0 ? -m : m) / 100;
    int group = 0;
    *--end = 0;
    *--end = (char)('0' + cents % 10);
    *--end = (char)('0' + cents / 10 % 10);
    *--end = '.';
    cents /= 100;
    do {
        if (group == 3) {
            *--end = ',';
            group = 0;
        }
        *--end = (char)('0' + cents % 10);
        group++;
    } while (cents /= 10);
    if (m < 0)
        *--end = '-';
    return end;
}

static money payment(money principal, int64_t rate, int months)
{
    money lo = 0, hi = principal;
    while (lo < hi) {
        money mid = lo + (hi - lo) / 2, left = principal;
        for (int i = 0; i < months && left > 0; i++)
            left += mul_div(left, rate, 12 * (int64_t)SCALE * 100) - mid;
        if (left > 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

__attribute__((export_name("run"))) int run(int n)
{
    static const char *const amounts[] = {"250,000.00", "1999.99", "-12.345", "1,000,000", "87.5", "123,456,789.0125"};
    char text[48];
    uint64_t check = 0;
    for (int k = 0; k < n; k++)
        for (unsigned a = 0; a < 6; a++) {
            money m = parse(amounts[a]);
            if (m > 0) {
                money pay = payment(m, 30000 + 5000 * (k % 4) + (int)a * 2500, 60 + (int)a * 12), left = m, interest = 0;
                for (int i = 0; i < 60; i++) {
                    money part = mul_div(left, 42500, 12 * (int64_t)SCALE * 100);
                    interest += part;
                    left += part - pay;
                    for (char *p = show(left, text + 48); *p; p++)
                        check = check * 31 + (unsigned char)*p;
                }
                check += (uint64_t)interest;
            }
            for (int64_t r = 1; r < 600; r++)
                check = check * 7 + (uint64_t)mul_div(m * 1000003, r * 1000000007, 998244353 + r);
        }
    return (int)(check ^ check >> 32);
}
