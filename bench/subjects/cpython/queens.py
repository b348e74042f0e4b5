import sys

size, found = int(sys.argv[1]), 0
column, rising, falling = [False] * size, [False] * 2 * size, [False] * 2 * size


def place(row):
    global found
    if row == size:
        found += 1
        return
    for i in range(size):
        if not (column[i] or rising[row + i] or falling[row - i]):
            column[i] = rising[row + i] = falling[row - i] = True
            place(row + 1)
            column[i] = rising[row + i] = falling[row - i] = False


place(0)
print(found)
