// OxiPNG as it is built for threads, on one: a shared memory, and atomics in locks and reference counts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import initOxipng, { optimise_raw } from "@jsquash/oxipng/codec/pkg-parallel/squoosh_oxipng.js";
import { picture } from "../inputs.mjs";

export default async function run() {
    const file = createRequire(import.meta.url).resolve("@jsquash/oxipng/codec/pkg-parallel/squoosh_oxipng_bg.wasm");
    await initOxipng(readFileSync(file));
    const { data, width, height } = picture(160, 120, 17);
    return optimise_raw(data, width, height, 2, false, false);
}
