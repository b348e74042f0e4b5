// oxc, in Rust: parses JavaScript.
import { createRequire } from "node:module";
import { source } from "../inputs.mjs";

export default async function run() {
    const { parseSync } = createRequire(import.meta.url)("@oxc-parser/wasm");
    const parsed = parseSync(source(900, { esm: true }), { sourceType: "module", sourceFilename: "a.ts" });
    return JSON.stringify(parsed.program);
}
