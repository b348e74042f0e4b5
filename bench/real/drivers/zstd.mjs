// Zstandard, in C: compresses and decompresses JSON.
import zstd from "@bokuweb/zstd-wasm";
import { records } from "../inputs.mjs";

export default async function run() {
    await zstd.init();
    const text = new TextEncoder().encode(JSON.stringify(records(9000)));
    const packed = zstd.compress(text, 12);
    if (Buffer.compare(text, zstd.decompress(packed)) !== 0) throw new Error("not what was compressed");
    return packed;
}
