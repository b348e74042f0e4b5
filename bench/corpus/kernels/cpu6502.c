// Part of a 6502-like processor: flags, zero page, indexed addressing; sorts and multiplies.
#include <stdint.h>
#include <stdbool.h>

struct cpu {
    uint8_t a, x, y, sp;
    bool c, z, n;
    uint16_t pc;
    uint8_t ram[4096];
};

static struct cpu cpu;

static uint8_t nz(uint8_t v)
{
    cpu.z = v == 0;
    cpu.n = v >> 7;
    return v;
}

static uint8_t fetch(void) { return cpu.ram[cpu.pc++ & 0xfff]; }
static uint16_t fetch16(void)
{
    uint16_t lo = fetch();
    return (uint16_t)((lo | fetch() << 8) & 0xfff);
}

static void branch(bool taken)
{
    int8_t d = (int8_t)fetch();
    if (taken)
        cpu.pc = (uint16_t)(cpu.pc + d);
}

static void compare(uint8_t r, uint8_t m)
{
    cpu.c = r >= m;
    nz((uint8_t)(r - m));
}

static void adc(uint8_t m)
{
    unsigned t = (unsigned)cpu.a + m + cpu.c;
    cpu.c = t > 0xff;
    cpu.a = nz((uint8_t)t);
}

static int execute(uint16_t pc)
{
    int count = 0;
    uint8_t *ram = cpu.ram, m;
    cpu.pc = pc;
    cpu.sp = 0xff;
    for (;; count++) {
        switch (fetch()) {
        case 0x00: return count;
        case 0xa9: cpu.a = nz(fetch()); break;
        case 0xa5: cpu.a = nz(ram[fetch()]); break;
        case 0xbd: cpu.a = nz(ram[(fetch16() + cpu.x) & 0xfff]); break;
        case 0xb9: cpu.a = nz(ram[(fetch16() + cpu.y) & 0xfff]); break;
        case 0xa2: cpu.x = nz(fetch()); break;
        case 0xa0: cpu.y = nz(fetch()); break;
        case 0x85: ram[fetch()] = cpu.a; break;
        case 0x9d: ram[(fetch16() + cpu.x) & 0xfff] = cpu.a; break;
        case 0x99: ram[(fetch16() + cpu.y) & 0xfff] = cpu.a; break;
        case 0xe8: cpu.x = nz((uint8_t)(cpu.x + 1)); break;
        case 0xca: cpu.x = nz((uint8_t)(cpu.x - 1)); break;
        case 0xc8: cpu.y = nz((uint8_t)(cpu.y + 1)); break;
        case 0xe0: compare(cpu.x, fetch()); break;
        case 0xc9: compare(cpu.a, fetch()); break;
        case 0xdd: compare(cpu.a, ram[(fetch16() + cpu.x) & 0xfff]); break;
        case 0x18: cpu.c = false; break;
        case 0x65: adc(ram[fetch()]); break;
        case 0x69: adc(fetch()); break;
        case 0x46: m = fetch(); cpu.c = ram[m] & 1; ram[m] = nz(ram[m] >> 1); break;
        case 0x6a: m = cpu.a & 1; cpu.a = nz((uint8_t)(cpu.a >> 1 | cpu.c << 7)); cpu.c = m; break;
        case 0x66: m = fetch(); { bool o = ram[m] & 1; ram[m] = nz((uint8_t)(ram[m] >> 1 | cpu.c << 7)); cpu.c = o; } break;
        case 0x48: ram[0x100 + cpu.sp--] = cpu.a; break;
        case 0x68: cpu.a = nz(ram[0x100 + ++cpu.sp]); break;
        case 0x90: branch(!cpu.c); break;
        case 0xb0: branch(cpu.c); break;
        case 0xd0: branch(!cpu.z); break;
        case 0xf0: branch(cpu.z); break;
        case 0x4c: cpu.pc = fetch16(); break;
        case 0x20: m = (uint8_t)((cpu.pc + 2) & 0xff); ram[0x100 + cpu.sp--] = (uint8_t)((cpu.pc + 2) >> 8);
                   ram[0x100 + cpu.sp--] = m; cpu.pc = fetch16(); break;
        case 0x60: cpu.pc = ram[0x101 + cpu.sp]; cpu.pc |= (uint16_t)(ram[0x102 + cpu.sp] << 8); cpu.sp = (uint8_t)(cpu.sp + 2); break;
        default: return -1;
        }
    }
}

static const uint8_t bubble[] = { // at 0x200: sorts 64 bytes at 0x400
    0xa9, 0, 0x85, 0x10, 0xa2, 0, 0xbd, 0x01, 4, 0xdd, 0x00, 4, 0xb0, 15, 0x48, 0xbd, 0x00, 4, 0x9d, 0x01, 4,
    0x68, 0x9d, 0x00, 4, 0xa9, 1, 0x85, 0x10, 0xe8, 0xe0, 63, 0xd0, 228, 0xa5, 0x10, 0xd0, 218, 0x00,
};
static const uint8_t multiply[] = { // at 0x300: for y = 0..63, 0x500[y] = high(0x400[y] * 0x11)
    0xa0, 0, 0x20, 0x0f, 3, 0x99, 0x00, 5, 0xc8, 0xb9, 0x00, 4, 0xd0, 244, 0x00,
    0xb9, 0x00, 4, 0x85, 0x12, 0xa9, 0, 0xa2, 8, 0x46, 0x12, 0x90, 3, 0x18, 0x65, 0x11, 0x6a, 0x66, 0x13, 0xca, 0xd0, 243, 0x60,
};

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 15, h = 0;
    for (; n > 0; n--) {
        for (unsigned i = 0; i < sizeof bubble; i++) cpu.ram[0x200 + i] = bubble[i];
        for (unsigned i = 0; i < sizeof multiply; i++) cpu.ram[0x300 + i] = multiply[i];
        for (int k = 0; k < 4; k++) {
            for (int i = 0; i < 64; i++) {
                s = s * 1664525u + 1013904223u;
                cpu.ram[0x400 + i] = (uint8_t)(s >> 24 | 1);
            }
            cpu.ram[0x440] = 0;
            cpu.ram[0x11] = (uint8_t)(s >> 16);
            h = h * 3 + (uint32_t)execute(0x200);
            h = h * 3 + (uint32_t)execute(0x300);
            for (int i = 0x400; i < 0x540; i++)
                h = h * 31 + cpu.ram[i];
        }
    }
    return (int)h;
}
