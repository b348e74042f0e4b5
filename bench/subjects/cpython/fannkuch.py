import sys


def fannkuch(n):
    """The sum of all flips with the signs of their permutations, and the most flips."""
    p, s = list(range(n)), list(range(n))
    sign, most, total = 1, 0, 0
    while True:
        first = p[0]
        if first:  # count the flips of this permutation
            q, flips = p[:], 1
            while q[first]:
                other = q[first]
                q[first] = first
                i, j = 1, first - 1
                while i < j:
                    q[i], q[j] = q[j], q[i]
                    i += 1
                    j -= 1
                first = other
                flips += 1
            total += sign * flips
            if flips > most:
                most = flips
        if sign == 1:  # the next permutation
            p[0], p[1] = p[1], p[0]
        else:
            p[1], p[2] = p[2], p[1]
            for i in range(2, n):
                if s[i]:
                    s[i] -= 1
                    break
                if i == n - 1:
                    return total, most
                s[i] = i
                p.insert(i + 1, p.pop(0))
        sign = -sign


for _ in range(int(sys.argv[2])):
    result = fannkuch(int(sys.argv[1]))
print(*result)
