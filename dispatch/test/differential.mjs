// Prints what differential.c prints, with node's own WebAssembly engine: see there.
//
//     node --experimental-wasm-type-reflection differential.mjs FILE...
import { readFileSync } from "node:fs";

const VECTORS = 5;
const VALUES = {
  i32: [0, 1, 0xffffffff, 0x80000000, 0x7fffffff, 7, 65535, 0x12345678].map((n) => n | 0),
  i64: [0n, 1n, -1n, -(1n << 63n), (1n << 63n) - 1n, 33n, 0xffffffffn, 0x123456789abcdef0n],
  f32: [0, 1.5, -1, Infinity, NaN, -0, 2 ** 31, 2 ** -149],
  f64: [0, 1.5, -1, Infinity, NaN, -0, 2 ** 63, 2 ** -1074],
};
const SOMETHING = "a host's thing";

let output = [];
const print = (line) => output.push(line);

function chooseValue(type, index) {
  if (type in VALUES) return VALUES[type][index % 8];
  return type === "externref" && index % 2 ? SOMETHING : null;
}

const view = new DataView(new ArrayBuffer(8));
const hex = (number, digits) => number.toString(16).padStart(digits, "0");

function formatValue(type, value) {
  switch (type) {
    case "i32":
      return hex(value >>> 0, 8);
    case "i64":
      return hex(BigInt.asUintN(64, value), 16);
    case "f32":
      view.setFloat32(0, value);
      return Number.isNaN(value) ? "nan" : hex(view.getUint32(0), 8);
    case "f64":
      view.setFloat64(0, value);
      return Number.isNaN(value) ? "nan" : hex(view.getBigUint64(0), 16);
    default:
      return value === null ? "null" : "something";
  }
}

// Of an exported function; V8 had it as a static method first.
const functionType = (target) => WebAssembly.Function.type?.(target) ?? target.type();
const typeName = (type) => (type === "anyfunc" ? "funcref" : type);
const formatValues = (types, values) =>
  types.map((type, i) => ` ${typeName(type)}:${formatValue(typeName(type), values[i])}`).join("");

// In the specification's words. V8 does not tell some traps apart: the comparison knows.
function describeTrap(error) {
  const message = String(error?.message);
  const words = [
    [/divide by zero|remainder by zero/, "integer divide by zero"],
    [/divide result unrepresentable/, "integer overflow"],
    [/float unrepresentable/, "invalid conversion to integer"],
    [/memory access out of bounds|data segment.*out of bounds/i, "out of bounds memory access"],
    [/table.*out of bounds|element segment.*out of bounds/i, "out of bounds table access"],
    [/unaligned accesses/, "unaligned atomic"],
    [/null function or function signature mismatch/, "indirect call type mismatch"],
    [/Maximum call stack/, "call stack exhausted"],
    [/unreachable/, "unreachable"],
    [/rethrowing null value/, "null exception reference"],
  ];
  return words.find(([pattern]) => pattern.test(message))?.[1] ?? message;
}

const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;

const isException = (error) => error instanceof WebAssembly.Exception || error === FOREIGN;
const FOREIGN = new Error("foreign");
let importedTag; // of the present module

function makeImport({ name, kind, type }) {
  switch (kind) {
    case "function":
      return (...values) => {
        print(`  ${name}${formatValues(type.parameters, values)}`);
        if (name === "throw") throw new WebAssembly.Exception(importedTag, values);
        if (name === "throw-foreign") throw FOREIGN;
        const results = type.results.map((result, i) => chooseValue(result, i + 1));
        return results.length > 1 ? results : results[0];
      };
    case "table":
      return new WebAssembly.Table(type);
    case "memory":
      return new WebAssembly.Memory(type);
    case "global":
      return new WebAssembly.Global(type, chooseValue(type.value, 1));
    case "tag":
      return (importedTag = new WebAssembly.Tag(type ?? { parameters: ["i32"] })); // older V8 does not tell
    default:
      throw new Error(`cannot import a ${kind}`);
  }
}

function hashMemory(memory) {
  const words = new Int32Array(memory.buffer);
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ words[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hex(hash >>> 0, 8);
}

function printState(instance) {
  for (const [name, thing] of Object.entries(instance.exports)) {
    if (thing instanceof WebAssembly.Memory) {
      print(`  ${name} ${thing.buffer.byteLength} bytes ${hashMemory(thing)}`);
    } else if (thing instanceof WebAssembly.Global) {
      const type = thing.type().value;
      print(`  ${name}${type === "v128" ? "" : formatValues([type], [thing.value])}`);
    } else if (thing instanceof WebAssembly.Table) {
      let elements = "";
      for (let i = 0; i < thing.length; i++) elements += thing.get(i) === null ? "." : "x";
      print(`  ${name} ${thing.length} elements ${elements}`);
    }
  }
}

function printException(instance, error) {
  if (error === FOREIGN) {
    print("  throws foreign");
    return;
  }
  const tags = Object.entries(instance.exports).filter(([, thing]) => thing instanceof WebAssembly.Tag);
  if (importedTag) tags.unshift(["imported", importedTag]);
  const [name, tag] = tags.find(([, candidate]) => error.is(candidate));
  const types = tag.type().parameters;
  print(`  throws ${name}${formatValues(types, types.map((_, i) => error.getArg(tag, i)))}`);
}

function call(instance, name, target, type, vector) {
  const values = type.parameters.map((parameter, i) => chooseValue(parameter, vector + 3 * i));
  instance.exports.hangLimitInitializer?.();
  print(`call ${name}${formatValues(type.parameters, values)}`);
  try {
    const result = target(...values);
    const results = type.results.length > 1 ? result : [result];
    print(`  returns${formatValues(type.results, results)}`);
  } catch (error) {
    if (isException(error)) printException(instance, error);
    else if (isTrap(error)) print(`  trap: ${describeTrap(error)}`);
    else if (error instanceof TypeError) print("  trap: a vector crosses"); // to an import
    else throw error;
  }
  printState(instance);
}

function run(path) {
  let module, instance;
  try {
    module = new WebAssembly.Module(readFileSync(path));
  } catch (error) {
    print(`refused: ${error.message}`);
    return;
  }
  const imports = {};
  importedTag = undefined;
  for (const wanted of WebAssembly.Module.imports(module))
    (imports[wanted.module] ??= {})[wanted.name] = makeImport(wanted);
  try {
    instance = new WebAssembly.Instance(module, imports);
  } catch (error) {
    if (isException(error)) print("exception: in the start function");
    else print(isTrap(error) ? `trap: ${describeTrap(error)}` : `error: ${error.message}`);
    return;
  }
  printState(instance);
  for (const [name, target] of Object.entries(instance.exports)) {
    if (typeof target !== "function") continue;
    const type = functionType(target);
    if ([...type.parameters, ...type.results].includes("v128")) continue;
    for (let vector = 0; vector < (type.parameters.length ? VECTORS : 1); vector++)
      call(instance, name, target, type, vector);
  }
}

for (const path of process.argv.slice(2)) {
  print(`module ${path}`);
  run(path);
  process.stdout.write(output.join("\n") + "\n");
  output = [];
}
process.stdout.write("end\n");
