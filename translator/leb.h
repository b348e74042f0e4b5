/* LEB128 integers, the binary format's variable-length numbers (spec 5.2.2).
 *
 * The checked readers are for bytes that nobody has looked at; the unchecked ones are for bytes
 * that module_read accepted, and are what translation uses. All advance `*at` behind the number.
 *
 * A number may be padded with redundant bytes up to the length that its width can need (5 bytes for
 * 32 and 33 bits, 10 for 64): linkers write such numbers to patch them later. */
#ifndef TAILRACE_TRANSLATOR_LEB_H
#define TAILRACE_TRANSLATOR_LEB_H

#include <stdbool.h>
#include <stdint.h>

typedef enum LebStatus {
    LEB_OK,
    LEB_END,       /* the bytes end within the number */
    LEB_TOO_LONG,  /* more bytes than the width can need */
    LEB_TOO_LARGE, /* does not fit the width */
} LebStatus;

/* ---- Checked: `*at` is unspecified unless LEB_OK is returned ------------------------------- */

static inline __attribute__((always_inline)) LebStatus
leb_checked_unsigned(const uint8_t **at, const uint8_t *end, unsigned width, uint64_t *value) {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < width; shift += 7) {
        if (*at == end) return LEB_END;
        uint8_t byte = *(*at)++;
        unsigned left = width - shift;
        if (left < 7 && (byte & 0x7f) >> left) return LEB_TOO_LARGE;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = number;
            return LEB_OK;
        }
    }
    return LEB_TOO_LONG;
}

static inline __attribute__((always_inline)) LebStatus
leb_checked_signed(const uint8_t **at, const uint8_t *end, unsigned width, int64_t *value) {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < width; shift += 7) {
        if (*at == end) return LEB_END;
        uint8_t byte = *(*at)++;
        unsigned left = width - shift;
        if (left < 7) { /* the unused bits must repeat the sign */
            unsigned sign_and_unused = (byte & 0x7f) >> (left - 1);
            if (sign_and_unused != 0 && sign_and_unused != 0x7fu >> (left - 1))
                return LEB_TOO_LARGE;
        }
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (byte & 0x40 && shift + 7 < 64) number |= ~(uint64_t)0 << (shift + 7);
            *value = (int64_t)number;
            return LEB_OK;
        }
    }
    return LEB_TOO_LONG;
}

static inline LebStatus leb_checked_u32(const uint8_t **at, const uint8_t *end, uint32_t *value) {
    if (*at != end && **at < 0x80) { /* nearly always */
        *value = *(*at)++;
        return LEB_OK;
    }
    uint64_t number = 0;
    LebStatus status = leb_checked_unsigned(at, end, 32, &number);
    *value = (uint32_t)number;
    return status;
}

static inline LebStatus leb_checked_u64(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    return leb_checked_unsigned(at, end, 64, value);
}

static inline LebStatus leb_checked_s32(const uint8_t **at, const uint8_t *end, int32_t *value) {
    int64_t number = 0;
    LebStatus status = leb_checked_signed(at, end, 32, &number);
    *value = (int32_t)number;
    return status;
}

/* Block types are 33 bits wide, so that a type index of 32 bits fits beside the negative codes. */
static inline LebStatus leb_checked_s33(const uint8_t **at, const uint8_t *end, int64_t *value) {
    return leb_checked_signed(at, end, 33, value);
}

static inline LebStatus leb_checked_s64(const uint8_t **at, const uint8_t *end, int64_t *value) {
    return leb_checked_signed(at, end, 64, value);
}

/* ---- Unchecked: for validated bytes only --------------------------------------------------- */

static inline uint64_t leb_u64(const uint8_t **at) {
    uint64_t byte = *(*at)++;
    uint64_t number = byte & 0x7f;
    for (unsigned shift = 7; byte >= 0x80; shift += 7) {
        byte = *(*at)++;
        number |= (byte & 0x7f) << shift;
    }
    return number;
}

static inline uint32_t leb_u32(const uint8_t **at) { return (uint32_t)leb_u64(at); }

static inline int64_t leb_s64(const uint8_t **at) {
    uint64_t number = 0;
    unsigned shift = 0;
    uint64_t byte;
    do {
        byte = *(*at)++;
        number |= (byte & 0x7f) << shift;
        shift += 7;
    } while (byte >= 0x80);
    if (byte & 0x40 && shift < 64) number |= ~(uint64_t)0 << shift;
    return (int64_t)number;
}

static inline int32_t leb_s32(const uint8_t **at) { return (int32_t)leb_s64(at); }

/* Jumps over a number of any width. */
static inline void leb_skip(const uint8_t **at) {
    while (*(*at)++ >= 0x80) {
    }
}

#endif
