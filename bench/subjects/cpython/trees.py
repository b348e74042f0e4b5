import sys


def build(depth):
    if depth == 0:
        return ()
    return (build(depth - 1), build(depth - 1))


def count(tree):
    return 1 + count(tree[0]) + count(tree[1]) if tree else 1


depth, nodes = int(sys.argv[1]), 0
kept = build(depth)
for d in range(4, depth + 1, 2):
    for _ in range(1 << (depth - d + 2)):
        nodes += count(build(d))
print(nodes, count(kept))
