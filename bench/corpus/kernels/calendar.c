// Civil calendar: days from dates and back, weekdays, Easter, ISO weeks, parsing of timestamps.
#include <stdint.h>

typedef struct { int year, month, day; } date;

static int leap(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

static int month_days(int y, int m)
{
    switch (m) {
    case 4: case 6: case 9: case 11: return 30;
    case 2: return 28 + leap(y);
    default: return 31;
    }
}

static int to_days(date d) // days since 1 March of year 0
{
    int y = d.month > 2 ? d.year : d.year - 1, m = (d.month + 9) % 12;
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + d.day - 1;
}

static date from_days(int n)
{
    int y = (int)((10000 * (int64_t)n + 14780) / 3652425);
    int rest = n - (365 * y + y / 4 - y / 100 + y / 400);
    if (rest < 0) {
        y--;
        rest = n - (365 * y + y / 4 - y / 100 + y / 400);
    }
    int mi = (100 * rest + 52) / 3060;
    return (date){y + (mi + 2) / 12, (mi + 2) % 12 + 1, rest - (mi * 306 + 5) / 10 + 1};
}

static int weekday(date d) { return (to_days(d) + 2) % 7; } // 0 = Monday

static date easter(int y)
{
    int a = y % 19, b = y / 100, c = y % 100;
    int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int k = h + l - 7 * m + 114;
    return (date){y, k / 31, k % 31 + 1};
}

static int iso_week(date d)
{
    int day = to_days(d), thursday = day - weekday(d) + 3;
    int first = to_days((date){from_days(thursday).year, 1, 1});
    return (thursday - first) / 7 + 1;
}

static char *two(char *p, int v)
{
    *p++ = (char)('0' + v / 10 % 10);
    *p++ = (char)('0' + v % 10);
    return p;
}

static int number(const char **p, int digits)
{
    int v = 0;
    while (digits-- > 0) {
        if (**p < '0' || **p > '9')
            return -1;
        v = v * 10 + *(*p)++ - '0';
    }
    return v;
}

static int64_t parse(const char *p)
{
    date d;
    if ((d.year = number(&p, 4)) < 0 || *p++ != '-') return -1;
    if ((d.month = number(&p, 2)) < 1 || d.month > 12 || *p++ != '-') return -2;
    if ((d.day = number(&p, 2)) < 1 || d.day > month_days(d.year, d.month) || *p++ != 'T') return -3;
    int h = number(&p, 2), m = *p++ == ':' ? number(&p, 2) : -1;
    return h > 23 || m < 0 || m > 59 ? -4 : (int64_t)to_days(d) * 1440 + h * 60 + m;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint64_t h = 0;
    for (int r = 0; r < n; r++) {
        date d = {1890 + r % 40, 1, 1};
        for (int i = 0; i < 5000; i++) {
            char text[20], *p = two(two(text, d.year / 100), d.year % 100);
            *p++ = '-';
            p = two(p, d.month + (i % 97 == 0));
            *p++ = '-';
            p = two(p, d.day);
            *p++ = 'T';
            p = two(p, i % 25);
            *p++ = ':';
            *two(p, i % 60) = 0;
            h = h * 31 + (uint64_t)parse(text) + (uint64_t)iso_week(d);
            if ((d.day += 1 + i % 9) > month_days(d.year, d.month)) {
                d.day = 1;
                if (++d.month > 12) {
                    d.month = 1;
                    date e = easter(++d.year);
                    h ^= (uint64_t)(e.month * 32 + e.day + weekday(e));
                }
            }
        }
    }
    return (int)(h ^ h >> 32);
}
