// Snappy, in Rust: compresses fast, and decompresses.
import { createRequire } from "node:module";
import { prose, records } from "../inputs.mjs";

export default async function run() {
    const snappy = createRequire(import.meta.url)("snappy-wasm");
    const given = Buffer.from(JSON.stringify(records(8000)) + prose(400000));
    for (let i = 0; i < 6; i++) snappy.decompress_raw(snappy.compress_raw(given.subarray(i)));
    const compressed = snappy.compress_raw(given);
    return Buffer.concat([compressed, snappy.decompress_raw(compressed)]);
}
