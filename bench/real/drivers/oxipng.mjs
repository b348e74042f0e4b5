// OxiPNG, in Rust: compresses a PNG better.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import initOxipng, { optimise_raw } from "@jsquash/oxipng/codec/pkg/squoosh_oxipng.js";
import { picture } from "../inputs.mjs";

export default async function run() {
    const file = createRequire(import.meta.url).resolve("@jsquash/oxipng/codec/pkg/squoosh_oxipng_bg.wasm");
    await initOxipng(readFileSync(file));
    const { data, width, height } = picture(280, 210);
    return optimise_raw(data, width, height, 2, false, false);
}
