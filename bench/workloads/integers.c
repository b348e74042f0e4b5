// Integer loops over words: number theory, integer matrices and a cellular automaton. Stands for
// tight counting loops and table-filling code, where loads, stores, compares and the four
// operations decide, and there is hardly a call.
#include "workload.h"

enum { LIMIT = 4096 };

// Counts primes with one bit for each odd number.
OUTLINE static uint32_t sieve(uint32_t *bits, uint32_t limit) {
    fill_bytes(bits, 0, LIMIT / 16);
    uint32_t primes = 1; // 2
    for (uint32_t i = 3; i < limit; i += 2) {
        if (bits[i >> 6] >> (i >> 1 & 31) & 1) continue;
        primes++;
        for (uint32_t j = i * i; j < limit; j += 2 * i)
            bits[j >> 6] |= 1u << (j >> 1 & 31);
    }
    return primes;
}

// The longest Collatz sequence that starts below the limit, its start and its highest value.
OUTLINE static uint32_t collatz(uint32_t from, uint32_t count) {
    uint32_t longest = 0, start = 0;
    uint64_t highest = 0;
    for (uint32_t i = from; i < from + count; i++) {
        uint32_t length = 0;
        for (uint64_t x = i; x > 1; length++) {
            x = x & 1 ? 3 * x + 1 : x >> 1;
            if (x > highest) highest = x;
        }
        if (length > longest) {
            longest = length;
            start = i;
        }
    }
    return mix64(mix(longest, start), highest);
}

OUTLINE static uint32_t greatest_common_divisor(uint32_t a, uint32_t b) {
    while (b) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

OUTLINE static uint32_t power(uint32_t base, uint32_t exponent, uint32_t modulus) {
    uint64_t result = 1, square = base % modulus;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1) result = result * square % modulus;
        square = square * square % modulus;
    }
    return (uint32_t)result;
}

// Miller and Rabin's test; the bases 2, 7 and 61 decide every 32-bit number.
OUTLINE static bool is_prime(uint32_t n) {
    static const uint32_t bases[] = {2, 7, 61};
    if (n % 2 == 0 || n < 62) return n == 2;
    uint32_t twos = (uint32_t)__builtin_ctz(n - 1);
    for (uint32_t i = 0; i < LENGTH(bases); i++) {
        uint64_t x = power(bases[i], (n - 1) >> twos, n);
        bool passes = x == 1;
        for (uint32_t j = 0; j < twos && !passes; j++, x = x * x % n)
            passes = x == n - 1;
        if (!passes) return false;
    }
    return true;
}

enum { SIZE = 12, PRIME = 65521 };

typedef uint32_t Matrix[SIZE][SIZE];

OUTLINE static void multiply(Matrix product, Matrix left, Matrix right) {
    for (uint32_t i = 0; i < SIZE; i++) {
        for (uint32_t j = 0; j < SIZE; j++) {
            uint32_t dot = 0;
            for (uint32_t k = 0; k < SIZE; k++)
                dot += left[i][k] * right[k][j] % PRIME;
            product[i][j] = dot % PRIME;
        }
    }
}

// Gaussian elimination in the integers modulo a prime.
OUTLINE static uint32_t determinant(Matrix matrix) {
    uint32_t result = 1;
    for (uint32_t column = 0; column < SIZE; column++) {
        uint32_t pivot = column;
        while (pivot < SIZE && matrix[pivot][column] == 0)
            pivot++;
        if (pivot == SIZE) return 0;
        if (pivot != column) {
            for (uint32_t j = 0; j < SIZE; j++) {
                uint32_t kept = matrix[pivot][j];
                matrix[pivot][j] = matrix[column][j];
                matrix[column][j] = kept;
            }
            result = PRIME - result;
        }
        result = result * matrix[column][column] % PRIME;
        uint32_t inverse = power(matrix[column][column], PRIME - 2, PRIME);
        for (uint32_t i = column + 1; i < SIZE; i++) {
            uint32_t factor = PRIME - matrix[i][column] * inverse % PRIME;
            for (uint32_t j = column; j < SIZE; j++) {
                matrix[i][j] = (matrix[i][j] + factor * matrix[column][j]) % PRIME;
            }
        }
    }
    return result;
}

// Conway's Game of Life on a torus, one word for each cell.
enum { SIDE = 32 };

typedef struct {
    uint32_t cells[2][SIDE * SIDE];
} Life;

OUTLINE static uint32_t live(Life *life, uint32_t generations) {
    uint32_t alive = 0;
    for (uint32_t generation = 0; generation < generations; generation++) {
        const uint32_t *now = life->cells[generation & 1];
        uint32_t *then = life->cells[~generation & 1];
        for (uint32_t y = 0; y < SIDE; y++) {
            const uint32_t *above = now + (y + SIDE - 1) % SIDE * SIDE;
            const uint32_t *here = now + y * SIDE;
            const uint32_t *below = now + (y + 1) % SIDE * SIDE;
            for (uint32_t x = 0; x < SIDE; x++) {
                uint32_t left = (x + SIDE - 1) % SIDE, right = (x + 1) % SIDE;
                uint32_t neighbours = above[left] + above[x] + above[right] + here[left] +
                                      here[right] + below[left] + below[x] + below[right];
                uint32_t lives = neighbours == 3 || (neighbours == 2 && here[x]);
                then[y * SIDE + x] = lives;
                alive += lives;
            }
        }
    }
    return alive;
}

EXPORT_RUN int32_t run(int32_t n) {
    static uint32_t bits[LIMIT / 64];
    static Life life;
    static Matrix left, right, product;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);

        sum = mix(sum, sieve(bits, LIMIT - random_below(&random, 512)));
        for (uint32_t i = 0; i < LENGTH(bits); i++)
            sum = mix(sum, bits[i]);

        sum = mix(sum, collatz(1 + random_below(&random, 1000000), 80));

        uint32_t coprime = 0;
        for (uint32_t i = 0; i < 200; i++) {
            coprime += greatest_common_divisor(random_next(&random), round + i) == 1;
        }
        sum = mix(sum, coprime);

        for (uint32_t i = random_next(&random) | 1, tries = 0; tries < 20; i += 2, tries++) {
            sum = mix(sum, is_prime(i));
        }

        for (uint32_t i = 0; i < SIZE * SIZE; i++) {
            left[i / SIZE][i % SIZE] = random_below(&random, PRIME);
            right[i / SIZE][i % SIZE] = random_below(&random, PRIME);
        }
        multiply(product, left, right);
        uint32_t expected = determinant(left) * determinant(right) % PRIME;
        check(determinant(product) == expected);
        sum = mix(sum, expected);

        for (uint32_t i = 0; i < SIDE * SIDE; i++) {
            life.cells[0][i] = random_below(&random, 3) == 0;
        }
        sum = mix(sum, live(&life, 2));
    }
    return (int32_t)sum;
}
