// Runs a module in Node for `tailrace bench --peer node`, as other engines' command lines do:
//
//     node node.mjs --invoke EXPORT MODULE ARG...              prints each result on a line
//     node node.mjs [--dir HOST::GUEST] [--env NAME=VALUE] MODULE ARG...    a WASI command
//
// Tells the execution's own CPU and wall time on standard error. CPU time is that of all threads: V8 compiles
// in some of its own.
import fs from "node:fs";
import path from "node:path";

const words = process.argv.slice(2), preopens = {}, env = {};
let invoke;
while (words[0]?.startsWith("--")) {
  const [option, value] = words.splice(0, 2);
  if (option === "--invoke") {
    invoke = value;
  } else if (option === "--dir") {
    const [host, guest = host] = value.split("::");
    preopens[guest] = host;
  } else {
    env[value.slice(0, value.indexOf("="))] = value.slice(value.indexOf("=") + 1);
  }
}
const [file, ...args] = words;

/** The arguments of an export are its parameters: V8 makes numbers of strings, and BigInts only of whole ones. */
function call(exported) {
  try {
    return exported(...args.map(Number));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return exported(...args.map(text => /^[-+]?\d+$/.test(text) ? BigInt(text) : Number(text)));
  }
}

/** As `tailrace run` prints it. */
function print(value) {
  if (value === undefined) return;
  const text = Object.is(value, -0) ? "-0" : String(value);
  console.log(text.replace("Infinity", "inf").replace("NaN", "nan"));
}

const imports = {};
let wasi;
if (!invoke) {
  const { WASI } = await import("node:wasi");
  wasi = new WASI({ version: "preview1", args: [path.basename(file), ...args], env, preopens, returnOnExit: true });
  imports.wasi_snapshot_preview1 = wasi.wasiImport;
}
const { instance } = await WebAssembly.instantiate(fs.readFileSync(file), imports);
const cpu = process.cpuUsage(), wall = process.hrtime.bigint();
const result = wasi ? wasi.start(instance) : call(instance.exports[invoke]);
const took = process.cpuUsage(cpu), passed = process.hrtime.bigint() - wall;
if (wasi) process.exitCode = result;
else if (Array.isArray(result)) result.forEach(print);
else print(result);
console.error(`execution: ${(took.user + took.system) * 1000} ns CPU, ${passed} ns wall`);
