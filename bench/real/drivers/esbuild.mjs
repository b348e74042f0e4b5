// esbuild, in Go: parses, lowers and minifies JavaScript.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { source } from "../inputs.mjs";

export default async function run() {
    globalThis.self = globalThis; // it is made for browsers
    const require = createRequire(import.meta.url), esbuild = require("esbuild-wasm/lib/browser.js");
    const wasmModule = await WebAssembly.compile(readFileSync(require.resolve("esbuild-wasm/esbuild.wasm")));
    await esbuild.initialize({ wasmModule, worker: false });
    return (await esbuild.transform(source(250, { esm: true }), { minify: true, target: "es2017" })).code;
}
