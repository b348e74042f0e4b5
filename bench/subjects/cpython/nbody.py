import sys

# Position, velocity, mass: a sun and two planets, in some units.
BODIES = [
    [0, 0, 0, 0, 0, 0, 40], [5, -1, 0.1, 0.6, 2.8, -0.02, 0.04], [8, 4, -0.4, -1.0, 1.8, 0.01, 0.01]]
PAIRS = [(a, b) for i, a in enumerate(BODIES) for b in BODIES[i + 1:]]
STEP = 0.001


def energy():
    total = sum(a[6] * (a[3] * a[3] + a[4] * a[4] + a[5] * a[5]) / 2 for a in BODIES)
    for a, b in PAIRS:
        x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
        total -= a[6] * b[6] / (x * x + y * y + z * z) ** 0.5
    return total


def advance(steps):
    for _ in range(steps):
        for a, b in PAIRS:
            x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
            square = x * x + y * y + z * z
            force = STEP / (square * square ** 0.5)
            mine, other = b[6] * force, a[6] * force
            a[3] -= x * mine
            a[4] -= y * mine
            a[5] -= z * mine
            b[3] += x * other
            b[4] += y * other
            b[5] += z * other
        for a in BODIES:
            a[0] += STEP * a[3]
            a[1] += STEP * a[4]
            a[2] += STEP * a[5]


advance(int(sys.argv[1]))
print(f"{energy():.9f}")
