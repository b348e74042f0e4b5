// libwebp, in C: compresses a picture.
import { readFileSync } from "node:fs";
import { defaultOptions } from "@jsquash/webp/meta.js";
import factory from "@jsquash/webp/codec/enc/webp_enc.js";
import { picture } from "../inputs.mjs";

export default async function run() {
    const file = new URL("../node_modules/@jsquash/webp/codec/enc/webp_enc.wasm", import.meta.url);
    const encoder = await factory({ noInitialRun: true, wasmBinary: readFileSync(file) });
    const { data, width, height } = picture(192, 160);
    return Buffer.concat([Buffer.from(encoder.encode(data, width, height, defaultOptions)),
        Buffer.from(encoder.encode(data.subarray(0, width * 48 * 4), width, 48, { ...defaultOptions, lossless: 1 }))]);
}
