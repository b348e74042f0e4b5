import sys


def sieve(size):
    composite, count = [False] * (size + 1), 0
    for i in range(2, size + 1):
        if not composite[i]:
            count += 1
            for j in range(i * i, size + 1, i):
                composite[j] = True
    return count


for _ in range(int(sys.argv[1]) // 5):
    count = sieve(500000)
print(count)
