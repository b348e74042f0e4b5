// Potrace, in C: a picture to outlines.
import { createRequire } from "node:module";
import { picture } from "../inputs.mjs";

export default async function run() {
    globalThis.ImageData = class ImageData {
        constructor(data, width, height) {
            Object.assign(this, { data, width, height });
        }
    };
    const { data, width, height } = picture(1500, 1500);
    // Its Emscripten takes any node for one with CommonJS.
    Object.assign(globalThis, { require: createRequire(import.meta.url), __dirname: "." });
    const { potrace, init } = await import("esm-potrace-wasm");
    await init();
    return potrace(new ImageData(data, width, height), { turdsize: 2, extractcolors: false });
}
