// Triangle, in C: a mesh of good triangles.
import { createRequire } from "node:module";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const require = createRequire(import.meta.url), triangle = require("triangle-wasm"), random = randomNumbers(11);
    delete globalThis.fetch; // or an older Emscripten takes node for a browser
    await triangle.init(require.resolve("triangle-wasm/triangle.out.wasm"));
    const pointlist = Array.from({ length: 30000 }, () => Math.round(random() * 10000) / 10);
    const input = triangle.makeIO({ pointlist }), output = triangle.makeIO();
    triangle.triangulate({ pslg: false, quality: true }, input, output);
    return JSON.stringify([Array.from(output.trianglelist), Array.from(output.pointlist)]);
}
