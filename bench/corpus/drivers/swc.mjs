// SWC, in Rust: TypeScript and modern JavaScript to old JavaScript, minified.
import { createRequire } from "node:module";
import { source } from "../inputs.mjs";

export default async function run() {
    const swc = createRequire(import.meta.url)("@swc/wasm");
    return swc.transformSync(source(160, { esm: true }), { minify: true, isModule: true,
        jsc: { target: "es5", parser: { syntax: "typescript" }, minify: { compress: true, mangle: true } } }).code;
}
