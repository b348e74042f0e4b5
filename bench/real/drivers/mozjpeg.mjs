// MozJPEG, in C and C++: compresses a picture.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import encode, { init } from "@jsquash/jpeg/encode.js";
import { picture } from "../inputs.mjs";

export default async function run() {
    const file = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm");
    await init(await WebAssembly.compile(readFileSync(file)));
    return new Uint8Array(await encode(picture(800, 600), { quality: 80 }));
}
