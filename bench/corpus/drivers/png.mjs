// The png crate, in Rust: compresses a picture losslessly, and decompresses it.
import { readFileSync } from "node:fs";
import init, { encode, decode } from "@jsquash/png/codec/pkg/squoosh_png.js";
import { picture } from "../inputs.mjs";

export default async function run() {
    await init(readFileSync(new URL("../node_modules/@jsquash/png/codec/pkg/squoosh_png_bg.wasm", import.meta.url)));
    const { data, width, height } = picture(800, 600);
    const file = encode(data, width, height, 8);
    return Buffer.concat([file, Buffer.from(decode(file).data ?? decode(file))]);
}
