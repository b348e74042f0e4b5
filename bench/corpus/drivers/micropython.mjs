// MicroPython, in C: a small Python.
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

const PROGRAM = `
class Tree:
    def __init__(self, key): self.key, self.left, self.right = key, None, None
    def insert(self, key):
        side = 'left' if key < self.key else 'right'
        child = getattr(self, side)
        if child is None: setattr(self, side, Tree(key))
        else: child.insert(key)
    def walk(self):
        if self.left: yield from self.left.walk()
        yield self.key
        if self.right: yield from self.right.walk()
state, tree, words = 1, Tree(500), {}
for i in range(400):
    state = state * 1103515245 + 12345 & 0x7fffffff
    tree.insert(state % 1000)
    word = '%03d' % (state % 97)
    words[word] = words.get(word, 0) + 1
primes = [n for n in range(2, 3000) if all(n % d for d in range(2, int(n ** .5) + 1))]
print(list(tree.walk())[:20], sorted(words.items(), key=lambda item: (-item[1], item[0]))[:9], primes[-1], 2 ** 300)
`;

export default async function run() {
    const found = [];
    const python = await loadMicroPython({ stdout: (line) => found.push(line), linebuffer: true });
    python.runPython(PROGRAM);
    return found.join("\n");
}
