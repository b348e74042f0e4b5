// RV32I interpreter: decodes immediates, runs an assembled loop with loads, stores and branches.
#include <stdint.h>

static uint32_t x[32];
static uint8_t mem[8192];

static uint32_t load32(uint32_t a)
{
    return (uint32_t)mem[a] | (uint32_t)mem[a + 1] << 8 | (uint32_t)mem[a + 2] << 16 | (uint32_t)mem[a + 3] << 24;
}

static void store32(uint32_t a, uint32_t v)
{
    for (int i = 0; i < 4; i++, v >>= 8)
        mem[a + (uint32_t)i] = (uint8_t)v;
}

static uint32_t alu(unsigned f3, int alt, uint32_t a, uint32_t b)
{
    switch (f3) {
    case 0: return alt ? a - b : a + b;
    case 1: return a << (b & 31);
    case 2: return (int32_t)a < (int32_t)b;
    case 3: return a < b;
    case 4: return a ^ b;
    case 5: return alt ? (uint32_t)((int32_t)a >> (b & 31)) : a >> (b & 31);
    case 6: return a | b;
    default: return a & b;
    }
}

static int taken(unsigned f3, uint32_t a, uint32_t b)
{
    int r = f3 < 4 ? a == b : f3 < 6 ? (int32_t)a < (int32_t)b : a < b;
    return r ^ (int)(f3 & 1);
}

static uint32_t simulate(uint32_t pc)
{
    uint32_t count = 0;
    for (;; count++) {
        uint32_t w = load32(pc), next = pc + 4;
        unsigned rd = w >> 7 & 31, f3 = w >> 12 & 7;
        uint32_t a = x[w >> 15 & 31], b = x[w >> 20 & 31];
        int32_t imm = (int32_t)w >> 20;
        switch (w & 0x7f) {
        case 0x13: x[rd] = alu(f3, f3 == 5 && (w >> 30 & 1), a, (uint32_t)imm); break;
        case 0x33: x[rd] = alu(f3, w >> 30 & 1, a, b); break;
        case 0x37: x[rd] = w & 0xfffff000u; break;
        case 0x03: {
            uint32_t at = (a + (uint32_t)imm) & 0x1fff;
            x[rd] = f3 == 2 ? load32(at & ~3u) : f3 == 0 ? (uint32_t)(int8_t)mem[at] : mem[at];
            break;
        }
        case 0x23: {
            uint32_t at = (a + (uint32_t)((imm & ~31) | (int32_t)rd)) & 0x1fff;
            if (f3 == 2) store32(at & ~3u, b);
            else mem[at] = (uint8_t)b;
            break;
        }
        case 0x63: {
            int32_t off = ((int32_t)w >> 31) * 4096 + (int32_t)((w >> 7 & 1) << 11 | (w >> 25 & 63) << 5 | (w >> 8 & 15) << 1);
            if (taken(f3, a, b)) next = pc + (uint32_t)off;
            break;
        }
        case 0x67: x[rd] = next; next = (a + (uint32_t)imm) & ~1u; break;
        case 0x6f: {
            int32_t off = ((int32_t)w >> 31) * 1048576 + (int32_t)((w & 0xff000) | (w >> 20 & 1) << 11 | (w >> 21 & 1023) << 1);
            x[rd] = next;
            next = pc + (uint32_t)off;
            break;
        }
        default: return count;
        }
        x[0] = 0;
        pc = next;
    }
}

static uint32_t out;
static void word(uint32_t w) { store32(out, w); out += 4; }
static void itype(unsigned op, unsigned f3, unsigned rd, unsigned rs, int imm) { word((uint32_t)imm << 20 | rs << 15 | f3 << 12 | rd << 7 | op); }
static void rtype(unsigned f3, unsigned rd, unsigned rs, unsigned rt, unsigned f7) { word(f7 << 25 | rt << 20 | rs << 15 | f3 << 12 | rd << 7 | 0x33); }
static void store(unsigned f3, unsigned rt, unsigned base, int o) { word(((uint32_t)o >> 5 & 127) << 25 | rt << 20 | base << 15 | f3 << 12 | ((uint32_t)o & 31) << 7 | 0x23); }
static void branch(unsigned f3, unsigned rs, unsigned rt, uint32_t to)
{
    uint32_t o = to - out;
    word((o >> 12 & 1) << 31 | (o >> 5 & 63) << 25 | rt << 20 | rs << 15 | f3 << 12 | (o >> 1 & 15) << 8 | (o >> 11 & 1) << 7 | 0x63);
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0;
    for (int r = 0; r < n; r++) {
        out = 0;
        itype(0x13, 0, 5, 0, 1024);                      // li t0, 1024
        word(0x12345000u | 6 << 7 | 0x37);               // lui t1, 0x12345
        uint32_t top = out;
        itype(0x13, 1, 7, 6, 5);                         // slli t2, t1, 5
        rtype(4, 6, 6, 7, 0);                            // xor t1, t1, t2
        itype(0x13, 5, 7, 6, 7 | 1024);                  // srai t2, t1, 7
        rtype(0, 6, 6, 7, 0x20);                         // sub t1, t1, t2
        store(2, 6, 5, 64);                              // sw t1, 64(t0)
        itype(0x03, 0, 8, 5, 65);                        // lb s0, 65(t0)
        branch(5, 8, 0, out + 8);                        // bgez s0, +8
        itype(0x67, 0, 1, 0, (int)out + 16);             // jalr ra, negate
        rtype(0, 10, 10, 8, 0);                          // add a0, a0, s0
        itype(0x13, 0, 5, 5, 4);                         // addi t0, t0, 4
        branch(4, 5, 11, top);                           // blt t0, a1, top
        word(0x73);                                      // ecall: stop (also negate's place)
        x[10] = 0;
        x[11] = 1024 + 2000;
        for (int k = 0; k < 9; k++) {
            h = h * 31 + simulate(0) + x[10] + x[6];
            x[11] += 4;
        }
    }
    return (int)h;
}
