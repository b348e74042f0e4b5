// Fixed point with 32 and 32 bits: product, quotient, root, exponential, sine; a PID loop and a logistic map.
#include <stdint.h>
typedef int64_t fix;
#define ONE ((fix)1 << 32)
#define F(x) ((fix)((x) * 4294967296.0))

static fix fmul(fix a, fix b) {
    int neg = (a < 0) != (b < 0);
    uint64_t x = a < 0 ? -(uint64_t)a : (uint64_t)a, y = b < 0 ? -(uint64_t)b : (uint64_t)b;
    uint64_t xi = x >> 32, xf = x & 0xffffffff, yi = y >> 32, yf = y & 0xffffffff;
    uint64_t r = (xi * yi << 32) + xi * yf + xf * yi + (xf * yf >> 32);
    return neg ? -(fix)r : (fix)r;
}

static fix fdiv(fix a, fix b) {
    int neg = (a < 0) != (b < 0);
    uint64_t x = a < 0 ? -(uint64_t)a : (uint64_t)a, y = b < 0 ? -(uint64_t)b : (uint64_t)b;
    uint64_t q = x / y, r = x % y;
    for (int i = 0; i < 32; i++) {
        uint64_t carry = r >> 63;
        r <<= 1;
        q <<= 1;
        if (carry || r >= y) r -= y, q |= 1;
    }
    return neg ? -(fix)q : (fix)q;
}

static fix fsqrt(fix a) {
    uint64_t rem = 0, root = 0, v = (uint64_t)a;
    for (int i = 0; i < 48; i++) {
        rem = rem << 2 | (i < 32 ? v >> 62 : 0);
        v <<= 2;
        root <<= 1;
        uint64_t trial = root << 1 | 1;
        if (rem >= trial) rem -= trial, root |= 1;
    }
    return (fix)root;
}

static fix fexp(fix x) {
    int halvings = 0;
    while (x > ONE / 2 || x < -ONE / 2) x /= 2, halvings++;
    fix term = ONE, sum = ONE;
    for (int i = 1; i < 14 && term; i++) {
        term = fmul(term, x) / i;
        sum += term;
    }
    while (halvings--) sum = fmul(sum, sum);
    return sum;
}

static fix fsin(fix x) {
    const fix tau = F(6.283185307179586), pi = tau / 2;
    x %= tau;
    if (x > pi) x -= tau;
    if (x < -pi) x += tau;
    fix x2 = fmul(x, x), s = 0;
    static const int odd[] = {17 * 16, 15 * 14, 13 * 12, 11 * 10, 9 * 8, 7 * 6, 5 * 4, 3 * 2};
    for (int i = 0; i < 8; i++) s = fmul(x2, ONE - s) / odd[i];
    return fmul(x, ONE - s);
}

struct pid { fix kp, ki, kd, integral, last; };

static fix control(struct pid *c, fix error, fix dt) {
    c->integral += fmul(error, dt);
    if (c->integral > 5 * ONE) c->integral = 5 * ONE;
    if (c->integral < -5 * ONE) c->integral = -5 * ONE;
    fix d = fdiv(error - c->last, dt);
    c->last = error;
    return fmul(c->kp, error) + fmul(c->ki, c->integral) + fmul(c->kd, d);
}

__attribute__((export_name("run"))) int run(int n) {
    uint64_t check = 0;
    for (int k = 0; k < n; k++) {
        struct pid c = {F(2.5), F(0.8), F(0.05), 0, 0};
        fix place = 0, speed = 0, dt = F(0.01);
        for (int i = 0; i < 2500; i++) {
            fix target = 3 * fsin(i * F(0.02)) + (i > 1200 ? ONE : 0);
            fix u = control(&c, target - place, dt);
            speed += fmul(u - fmul(speed, F(0.4)), dt);
            place += fmul(speed, dt);
            check = check * 33 ^ (uint64_t)place >> 8;
        }
        fix x = F(0.3), r = F(3.7) + k;
        for (int i = 0; i < 3000; i++) x = fmul(fmul(r > 4 * ONE ? F(3.9) : r, x), ONE - x);
        check += (uint64_t)x;
        for (int i = 1; i < 500; i++) check = check * 7 + (uint64_t)(fexp(fsqrt(i * ONE) / 8) ^ fsqrt(i * F(1.7)));
    }
    return (int)(check ^ check >> 32);
}
