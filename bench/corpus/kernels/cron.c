// Cron schedules: fields to bit masks of 64 bits, the next time that matches on int64 seconds, printed as RFC 3339.
#include <stdint.h>

typedef struct { uint64_t minute; uint32_t hour, day, month, weekday; } Schedule;
typedef struct { int64_t year; int month, day, hour, minute, second, weekday; } Civil;

static const char *const specs[] = {
    "*/15 * * * *", "0 9-17 * * 1-5", "30 2 1,15 * *", "5 4 * * 0", "0 0 29 2 *", "10-50/20 */6 * 3-11/2 *",
    "59 23 31 12 *", "1,2,3,5,8,13,21,34,55 6 * * 2,4",
};

static uint64_t field(const char **at, int lo, int hi) {
    const char *p = *at;
    uint64_t mask = 0;
    do {
        int from = 0, to, step = 1;
        if (*p == ',') p++;
        if (*p == '*') {
            from = lo;
            to = hi;
            p++;
        } else {
            while (*p >= '0' && *p <= '9') from = from * 10 + *p++ - '0';
            to = from;
            if (*p == '-')
                for (p++, to = 0; *p >= '0' && *p <= '9';) to = to * 10 + *p++ - '0';
        }
        if (*p == '/')
            for (p++, step = 0; *p >= '0' && *p <= '9';) step = step * 10 + *p++ - '0';
        for (int i = from; i <= to && i <= hi; i += step) mask |= 1ull << i;
    } while (*p == ',');
    while (*p == ' ') p++;
    *at = p;
    return mask;
}

static Schedule parse(const char *s) {
    Schedule c;
    c.minute = field(&s, 0, 59);
    c.hour = (uint32_t)field(&s, 0, 23);
    c.day = (uint32_t)field(&s, 1, 31);
    c.month = (uint32_t)field(&s, 1, 12);
    c.weekday = (uint32_t)field(&s, 0, 6);
    return c;
}

static int64_t floordiv(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static Civil civil(int64_t t) {
    Civil c;
    int64_t days = floordiv(t, 86400), secs = t - days * 86400;
    c.weekday = (int)(((days + 4) % 7 + 7) % 7);
    int64_t z = days + 719468, era = floordiv(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
    c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
    c.year = yoe + era * 400 + (c.month <= 2);
    c.hour = (int)(secs / 3600);
    c.minute = (int)(secs / 60 % 60);
    c.second = (int)(secs % 60);
    return c;
}

static int64_t next(const Schedule *s, int64_t t) {
    t = floordiv(t, 60) * 60 + 60;
    for (int tries = 0; tries < 4000; tries++) {
        Civil c = civil(t);
        if (!(s->month >> c.month & 1) || !(s->day >> c.day & 1) || !(s->weekday >> c.weekday & 1)) {
            t += 86400 - (c.hour * 3600 + c.minute * 60);
            continue;
        }
        uint32_t hours = s->hour >> c.hour << c.hour;
        if (!hours) { t += 86400 - (c.hour * 3600 + c.minute * 60); continue; }
        int h = __builtin_ctz(hours);
        if (h != c.hour) { t += (h - c.hour) * 3600 - c.minute * 60; continue; }
        uint64_t minutes = s->minute >> c.minute << c.minute;
        if (!minutes) { t += 3600 - c.minute * 60; continue; }
        return t + (__builtin_ctzll(minutes) - c.minute) * 60;
    }
    return -1;
}

static char *digits(char *p, int64_t v, int width, char after) {
    for (int i = width - 1; i >= 0; i--, v /= 10) p[i] = (char)('0' + v % 10);
    p[width] = after;
    return p + width + 1;
}

static void stamp(char *p, int64_t t) {
    Civil c = civil(t);
    p = digits(p, c.year, 4, '-');
    p = digits(p, c.month, 2, '-');
    p = digits(p, c.day, 2, 'T');
    p = digits(p, c.hour, 2, ':');
    p = digits(p, c.minute, 2, ':');
    digits(p, c.second, 2, 'Z');
}

__attribute__((export_name("run"))) int run(int n) {
    char text[32] = {0};
    uint64_t check = 0;
    for (int k = 0; k < n; k++)
        for (unsigned i = 0; i < sizeof specs / sizeof *specs; i++) {
            Schedule s = parse(specs[i]);
            int64_t t = 1700000000 - (int64_t)k * 40000000;
            for (int j = 0; j < (i == 4 || i == 6 ? 12 : 600); j++) {
                t = next(&s, t);
                stamp(text, t);
                for (char *p = text; *p; p++) check = check * 131 + (unsigned char)*p;
            }
        }
    return (int)(check ^ check >> 32);
}
