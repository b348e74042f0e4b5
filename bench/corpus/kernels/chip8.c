// A CHIP-8 machine: sprites by exclusive or, timers, calls, decimal conversion; runs a bouncing ball and a digit counter.
#include <stdint.h>

static struct { uint8_t mem[4096], v[16], sp, delay, sound; uint16_t pc, i, stack[16]; uint64_t screen[32]; uint32_t rng, cycles; } c;

static int draw(int x, int y, int rows) {
    int hit = 0;
    x &= 63;
    for (int r = 0; r < rows && (y & 31) + r < 32; r++) {
        uint64_t bits = (uint64_t)c.mem[(c.i + r) & 4095] << 56 >> x, *line = &c.screen[(y & 31) + r];
        hit |= (*line & bits) != 0;
        *line ^= bits;
    }
    return hit;
}

static void alu(int op, uint8_t *x, uint8_t y) {
    int r, flag = -1;
    switch (op) {
    case 0: r = y; break;
    case 1: r = *x | y; break;
    case 2: r = *x & y; break;
    case 3: r = *x ^ y; break;
    case 4: r = *x + y; flag = r > 255; break;
    case 5: r = *x - y; flag = r >= 0; break;
    case 6: flag = *x & 1; r = *x >> 1; break;
    case 7: r = y - *x; flag = r >= 0; break;
    default: flag = *x >> 7; r = *x << 1; break;
    }
    *x = (uint8_t)r;
    if (flag >= 0) c.v[15] = (uint8_t)flag;
}

static void step(void) {
    unsigned op = (unsigned)c.mem[c.pc & 4095] << 8 | c.mem[(c.pc + 1) & 4095], nnn = op & 0xfff, kk = op & 0xff;
    uint8_t *x = &c.v[op >> 8 & 15], y = c.v[op >> 4 & 15];
    c.pc = (uint16_t)(c.pc + 2);
    c.cycles++;
    switch (op >> 12) {
    case 0:
        if (op == 0xe0) for (int i = 0; i < 32; i++) c.screen[i] = 0;
        else if (op == 0xee) c.pc = c.stack[--c.sp & 15];
        break;
    case 1: c.pc = (uint16_t)nnn; break;
    case 2: c.stack[c.sp++ & 15] = c.pc; c.pc = (uint16_t)nnn; break;
    case 3: if (*x == kk) c.pc = (uint16_t)(c.pc + 2); break;
    case 4: if (*x != kk) c.pc = (uint16_t)(c.pc + 2); break;
    case 5: if (*x == y) c.pc = (uint16_t)(c.pc + 2); break;
    case 6: *x = (uint8_t)kk; break;
    case 7: *x = (uint8_t)(*x + kk); break;
    case 8: alu(op & 15, x, y); break;
    case 9: if (*x != y) c.pc = (uint16_t)(c.pc + 2); break;
    case 10: c.i = (uint16_t)nnn; break;
    case 11: c.pc = (uint16_t)(nnn + c.v[0]); break;
    case 12: c.rng = c.rng * 1103515245u + 12345u; *x = (uint8_t)(c.rng >> 16 & kk); break;
    case 13: c.v[15] = (uint8_t)draw(*x, y, op & 15); break;
    case 15:
        switch (kk) {
        case 0x07: *x = c.delay; break;
        case 0x15: c.delay = *x; break;
        case 0x18: c.sound = *x; break;
        case 0x1e: c.i = (uint16_t)(c.i + *x); break;
        case 0x29: c.i = (uint16_t)((*x & 15) * 5); break;
        case 0x33:
            c.mem[c.i & 4095] = *x / 100;
            c.mem[(c.i + 1) & 4095] = *x / 10 % 10;
            c.mem[(c.i + 2) & 4095] = *x % 10;
            break;
        case 0x55: for (unsigned k = 0; k <= (op >> 8 & 15); k++) c.mem[c.i++ & 4095] = c.v[k]; break;
        case 0x65: for (unsigned k = 0; k <= (op >> 8 & 15); k++) c.v[k] = c.mem[c.i++ & 4095]; break;
        }
    }
}

__attribute__((export_name("run"))) int run(int n) {
    static const uint8_t font[] = {0xf0, 0x90, 0x90, 0x90, 0xf0, 0x20, 0x60, 0x20, 0x20, 0x70, 0xf0, 0x10, 0xf0, 0x80, 0xf0, 0xf0, 0x10,
        0xf0, 0x10, 0xf0, 0x90, 0x90, 0xf0, 0x10, 0x10, 0xf0, 0x80, 0xf0, 0x10, 0xf0, 0xf0, 0x80, 0xf0, 0x90, 0xf0, 0xf0, 0x10, 0x20, 0x40,
        0x40, 0xf0, 0x90, 0xf0, 0x90, 0xf0, 0xf0, 0x90, 0xf0, 0x10, 0xf0};
    static const uint16_t rom[] = {
        0x6008, 0x6105, 0x6201, 0x6301, 0x6400, /* x y dx dy count */
        0x00e0, 0xa240, 0xd014,                 /* 20a: clear, ball */
        0x8024, 0x8134,                         /* move */
        0x303c, 0x1218, 0x62ff,                 /* right edge turns */
        0x3000, 0x121e, 0x6201, 0x7401,         /* 218 */
        0x311c, 0x1226, 0x63ff, 0x3100, 0x122c, 0x6301, 0x2230, /* 21e */
        0x120a, 0xa300, 0xf433, 0xf265, 0xf029, 0x6a02, 0xdaa5, 0xf129, 0x7a06, 0xdaa5, 0xc507, 0x8456, 0x6008, 0x00ee};
    uint32_t h = 0;
    for (int k = 0; k < n; k++) {
        __builtin_memset(&c, 0, sizeof c);
        __builtin_memcpy(c.mem, font, sizeof font);
        for (unsigned i = 0; i < sizeof rom / 2; i++) c.mem[0x200 + 2 * i] = (uint8_t)(rom[i] >> 8), c.mem[0x201 + 2 * i] = (uint8_t)rom[i];
        for (int i = 0; i < 4; i++) c.mem[0x260 + i] = 0x60;
        c.pc = 0x200;
        c.rng = (uint32_t)k;
        for (int frame = 0; frame < 1500; frame++) {
            for (int i = 0; i < 40; i++) step();
            c.delay -= c.delay > 0;
            for (int i = 0; i < 32; i += 3) h = h * 31 + (uint32_t)(c.screen[i] ^ c.screen[i] >> 32);
        }
        h += c.v[4] + c.pc;
    }
    return (int)h;
}
