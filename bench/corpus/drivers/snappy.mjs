// Snappy, in Rust: compresses fast, and decompresses.
import { createRequire } from "node:module";
import { prose, records } from "../inputs.mjs";

export default async function run() {
    const snappy = createRequire(import.meta.url)("snappy-wasm");
    const compressed = snappy.compress_raw(Buffer.from(JSON.stringify(records(8000)) + prose(400000)));
    return Buffer.concat([compressed, snappy.decompress_raw(compressed)]);
}
