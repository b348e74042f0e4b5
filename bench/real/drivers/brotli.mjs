// Brotli, in Rust: compresses and decompresses prose.
import { createRequire } from "node:module";
import { prose } from "../inputs.mjs";

export default async function run() {
    const brotli = createRequire(import.meta.url)("brotli-wasm");
    const text = new TextEncoder().encode(prose(450000));
    const packed = brotli.compress(text, { quality: 9 });
    const unpacked = brotli.decompress(packed);
    if (Buffer.compare(text, unpacked) !== 0) throw new Error("not what was compressed");
    return packed;
}
