// Chess move counts with bitboards: sliding attacks by occupied-minus-slider, leapers by shifts, make and unmake.
#include <stdint.h>
typedef uint64_t bb;

enum { PAWN, KNIGHT, BISHOP, ROOK, QUEEN, KING };
typedef struct { uint8_t from, to, piece, taken; } move;

static bb pieces[2][6], side[2];
static bb diag[64], anti[64], file_[64], rank_[64], knight[64], king[64];

static bb swap(bb b) { return __builtin_bswap64(b); }

static bb reverse(bb b) {
    b = (b >> 1 & 0x5555555555555555u) | (b & 0x5555555555555555u) << 1;
    b = (b >> 2 & 0x3333333333333333u) | (b & 0x3333333333333333u) << 2;
    b = (b >> 4 & 0x0f0f0f0f0f0f0f0fu) | (b & 0x0f0f0f0f0f0f0f0fu) << 4;
    return swap(b);
}

static void tables(void) {
    for (int a = 0; a < 64; a++) {
        diag[a] = anti[a] = file_[a] = rank_[a] = knight[a] = king[a] = 0;
        for (int b = 0; b < 64; b++) {
            int dx = (b & 7) - (a & 7), dy = (b >> 3) - (a >> 3);
            bb bit = 1ull << b;
            if (a == b) continue;
            if (dx == dy) diag[a] |= bit;
            if (dx == -dy) anti[a] |= bit;
            if (!dx) file_[a] |= bit;
            if (!dy) rank_[a] |= bit;
            if (dx * dx + dy * dy == 5) knight[a] |= bit;
            if (dx * dx <= 1 && dy * dy <= 1) king[a] |= bit;
        }
    }
}

static bb line(bb occ, bb mask, int sq) {
    bb f = occ & mask, r = swap(f), s = 1ull << sq;
    return ((f - s) ^ swap(r - swap(s))) & mask;
}

static bb row(bb occ, int sq) {
    bb o = occ & rank_[sq], s = 1ull << sq;
    return ((o - 2 * s) ^ reverse(reverse(o) - 2 * reverse(s))) & rank_[sq];
}

static bb attacks(int piece, int sq, bb occ) {
    bb r = 0;
    switch (piece) {
    case KNIGHT: return knight[sq];
    case KING: return king[sq];
    case QUEEN:
    case BISHOP:
        r = line(occ, diag[sq], sq) | line(occ, anti[sq], sq);
        if (piece == BISHOP) return r;
        /* fall through */
    case ROOK: return r | line(occ, file_[sq], sq) | row(occ, sq);
    }
    return 0;
}

static int attacked(int sq, int by) {
    bb occ = side[0] | side[1], s = 1ull << sq;
    bb pawns = pieces[by][PAWN], l = pawns & ~0x0101010101010101u, r = pawns & ~0x8080808080808080u;
    if (s & (by ? l >> 9 | r >> 7 : l << 7 | r << 9)) return 1;
    if (pieces[by][KNIGHT] & knight[sq] || pieces[by][KING] & king[sq]) return 1;
    if ((pieces[by][BISHOP] | pieces[by][QUEEN]) & attacks(BISHOP, sq, occ)) return 1;
    return ((pieces[by][ROOK] | pieces[by][QUEEN]) & attacks(ROOK, sq, occ)) != 0;
}

static move *add(move *m, int piece, int from, bb to, int us) {
    for (; to; to &= to - 1) {
        int t = __builtin_ctzll(to), taken = 6;
        if (side[!us] >> t & 1)
            for (taken = 0; !(pieces[!us][taken] >> t & 1);) taken++;
        *m++ = (move){(uint8_t)from, (uint8_t)t, (uint8_t)piece, (uint8_t)taken};
    }
    return m;
}

static void toggle(const move *m, int us) {
    bb both = 1ull << m->from | 1ull << m->to;
    pieces[us][m->piece] ^= both;
    side[us] ^= both;
    if (m->taken < 6) {
        pieces[!us][m->taken] ^= 1ull << m->to;
        side[!us] ^= 1ull << m->to;
    }
}

static unsigned perft(int depth, int us) {
    move list[220], *end = list;
    bb occ = side[0] | side[1];
    for (bb p = pieces[us][PAWN]; p; p &= p - 1) {
        int sq = __builtin_ctzll(p), y = sq >> 3, x = sq & 7;
        bb to = us ? (p & -p) >> 8 : (p & -p) << 8, hit = 0;
        to &= ~occ;
        if (to && y == (us ? 6 : 1)) to |= (us ? to >> 8 : to << 8) & ~occ;
        if (x) hit |= 1ull << ((us ? sq - 9 : sq + 7) & 63);
        if (x < 7) hit |= 1ull << ((us ? sq - 7 : sq + 9) & 63);
        end = add(end, PAWN, sq, to | (hit & side[!us]), us);
    }
    for (int k = KNIGHT; k <= KING; k++)
        for (bb p = pieces[us][k]; p; p &= p - 1) {
            int sq = __builtin_ctzll(p);
            end = add(end, k, sq, attacks(k, sq, occ) & ~side[us], us);
        }
    unsigned total = 0;
    for (move *m = list; m < end; m++) {
        if (m->taken == KING) continue;
        toggle(m, us);
        if (!attacked(__builtin_ctzll(pieces[us][KING]), !us)) total += depth > 1 ? perft(depth - 1, !us) : 1;
        toggle(m, us);
    }
    return total;
}

__attribute__((export_name("run"))) int run(int n) {
    static const uint8_t back[8] = {ROOK, KNIGHT, BISHOP, QUEEN, KING, BISHOP, KNIGHT, ROOK};
    unsigned check = 0;
    tables();
    for (int k = 0; k < n; k++) {
        for (int s = 0; s < 2; s++)
            for (int i = 0; i < 6; i++) pieces[s][i] = 0;
        for (int x = 0; x < 8; x++) {
            pieces[0][back[x]] |= 1ull << x;
            pieces[1][back[x]] |= 1ull << (56 + x);
            pieces[0][PAWN] |= 1ull << ((k % 3 && x == 3 ? 24 : 8) + x);
            pieces[1][PAWN] |= 1ull << ((x == 4 ? 32 : 48) + x);
        }
        for (int s = 0; s < 2; s++) {
            side[s] = 0;
            for (int i = 0; i < 6; i++) side[s] |= pieces[s][i];
        }
        check = check * 31 + perft(3, 0);
    }
    return (int)check;
}
