// CPython, in C: dictionaries, generators, regular expressions, JSON.
import { loadPyodide } from "pyodide";

const PROGRAM = `
import json, re
from collections import Counter
state, words = 1, []
for i in range(5000):
    state = (state * 1103515245 + 12345) & 0x7fffffff
    words.append("w%d" % (state % 300))
text = " ".join(words)
counts = Counter(re.findall(r"\\bw[1-9]\\d*\\b", text))
class Point:
    __slots__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
    def __add__(self, other): return Point(self.x + other.x, self.y - other.y)
point = sum((Point(i, i * i) for i in range(3000)), Point(0, 0))
json.dumps([sorted(counts.items())[:50], point.x, point.y, json.loads(json.dumps({"a": words[:500]}))["a"][-1],
            str(3 ** 2000)[:30], sorted(words, key=lambda word: (len(word), word[::-1]))[:10]])
`;

export default async function run() {
    const python = await loadPyodide();
    return python.runPython(PROGRAM);
}
