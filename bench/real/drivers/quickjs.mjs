// QuickJS, a JavaScript engine in C: an interpreter in the interpreter.
import variant from "@jitl/quickjs-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";
import { records } from "../inputs.mjs";

const PROGRAM = `
const people = JSON.parse(input);
const groups = new Map();
for (const person of people) {
    if (!person.active) continue;
    const list = groups.get(person.group) ?? [];
    list.push(person);
    groups.set(person.group, list);
}
class Summary {
    constructor(name, list) { this.name = name; this.list = list; }
    get total() { return this.list.reduce((sum, { amount }) => sum + amount, 0); }
    toString() { return \`\${this.name}: \${this.list.length} \${this.total.toFixed(2)}\`; }
}
const lines = [...groups].map(([name, list]) => String(new Summary(name, list))).sort();
const tags = people.flatMap((person) => person.tags).join(" ").replace(/([aeiou])([^aeiou ])/g, "$2$1");
let sieve = [], primes = 0;
for (let i = 2; i < 20000; i++) {
    if (sieve[i]) continue;
    primes++;
    for (let j = i * i; j < 20000; j += i) sieve[j] = true;
}
lines.join("\\n") + tags.length + tags.slice(0, 500) + primes;`;

export default async function run() {
    const engine = await newQuickJSWASMModuleFromVariant(variant);
    const context = engine.newContext();
    const input = context.newString(JSON.stringify(records(5000)));
    context.setProp(context.global, "input", input);
    input.dispose();
    const result = context.unwrapResult(context.evalCode(PROGRAM));
    const text = context.getString(result);
    result.dispose();
    context.dispose();
    return text;
}
