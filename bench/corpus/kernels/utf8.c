// UTF-8: encode code points, validate bytes, decode with a state-free reader, convert to UTF-16.
#include <stdint.h>
#include <stddef.h>

static uint8_t buf[24000];
static uint16_t wide[24000];

static uint8_t *encode(uint8_t *p, uint32_t c)
{
    if (c < 0x80) {
        *p++ = (uint8_t)c;
    } else if (c < 0x800) {
        *p++ = (uint8_t)(0xc0 | c >> 6);
        *p++ = (uint8_t)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *p++ = (uint8_t)(0xe0 | c >> 12);
        *p++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        *p++ = (uint8_t)(0x80 | (c & 0x3f));
    } else {
        *p++ = (uint8_t)(0xf0 | c >> 18);
        *p++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
        *p++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        *p++ = (uint8_t)(0x80 | (c & 0x3f));
    }
    return p;
}

/* Returns the code point and advances, or 0xfffd and advances by one on malformed input. */
static uint32_t decode(const uint8_t **pp, const uint8_t *end)
{
    const uint8_t *p = *pp;
    uint32_t c = *p++;
    int more;
    uint32_t least;
    if (c < 0x80) {
        *pp = p;
        return c;
    }
    if ((c & 0xe0) == 0xc0) {
        more = 1, least = 0x80, c &= 0x1f;
    } else if ((c & 0xf0) == 0xe0) {
        more = 2, least = 0x800, c &= 0x0f;
    } else if ((c & 0xf8) == 0xf0) {
        more = 3, least = 0x10000, c &= 0x07;
    } else {
        goto bad;
    }
    if (end - p < more)
        goto bad;
    for (; more > 0; more--, p++) {
        if ((*p & 0xc0) != 0x80)
            goto bad;
        c = c << 6 | (*p & 0x3f);
    }
    if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        goto bad;
    *pp = p;
    return c;
bad:
    ++*pp;
    return 0xfffd;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 6, h = 0;
    for (; n > 0; n--) {
        uint8_t *e = buf;
        while (e < buf + sizeof buf - 4) {
            s = s * 1664525u + 1013904223u;
            static const uint32_t span[4] = {0x7f, 0x7ff, 0xd7ff, 0x10ffff};
            e = encode(e, (s >> 8) % span[(s >> 6 ^ s >> 29) & 3]);
        }
        for (int damage = 0; damage < 3; damage++) {
            const uint8_t *p = buf;
            size_t w = 0, bad = 0;
            while (p < e) {
                uint32_t c = decode(&p, e);
                bad += c == 0xfffd;
                if (c >= 0x10000) {
                    c -= 0x10000;
                    wide[w++] = (uint16_t)(0xd800 + (c >> 10));
                    wide[w++] = (uint16_t)(0xdc00 + (c & 0x3ff));
                } else {
                    wide[w++] = (uint16_t)c;
                }
            }
            for (size_t i = 0; i < w; i++)
                h = (h ^ wide[i]) * 16777619u;
            h += (uint32_t)bad;
            for (uint8_t *q = buf; q < e; q += 97)
                *q ^= 0x55;
        }
    }
    return (int)h;
}
