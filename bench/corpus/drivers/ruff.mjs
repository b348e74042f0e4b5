// Ruff, in Rust: checks and formats Python.
import { createRequire } from "node:module";

const part = (i) => `
import os, sys
class Thing${i}(object):
    def method_${i}(self, a, b=${i}, *args, **kwargs):
        """Does something."""
        values = {'a':a, "b" : b, 'list':[x**2 for x in range(${i}) if x%2==0]}
        if a == None or not b in values: raise ValueError("no %s" % a)
        return  lambda q: sum(values.get(k,0) for k in q) + len(args)
`;

export default async function run() {
    const { Workspace, PositionEncoding } = createRequire(import.meta.url)("@astral-sh/ruff-wasm-nodejs");
    const settings = { "line-length": 88, lint: { select: ["E", "F", "B", "UP"] } };
    const workspace = new Workspace(settings, PositionEncoding.Utf16);
    const text = Array.from({ length: 90 }, (_, i) => part(i)).join("\n");
    return JSON.stringify(workspace.check(text)) + workspace.format(text);
}
