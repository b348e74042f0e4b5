// RNNoise, in C: a recurrent neural network removes noise from speech.
import { readFileSync } from "node:fs";
import { sound } from "../inputs.mjs";

export default async function run() {
    const file = (name) => readFileSync(new URL(`../node_modules/@jitsi/rnnoise-wasm/dist/${name}`, import.meta.url));
    // The package has ES modules, which it does not tell node.
    const { default: create } = await import(`data:text/javascript;base64,${file("rnnoise.js").toString("base64")}`);
    const rnnoise = await create({ wasmBinary: file("rnnoise.wasm") }), state = rnnoise._rnnoise_create();
    const frame = 480, at = rnnoise._malloc(frame * 4), found = [];
    const samples = Float32Array.from(sound(frame * 80, 48000));
    for (let i = 0; i < samples.length; i += frame) {
        rnnoise.HEAPF32.set(samples.subarray(i, i + frame), at / 4);
        found.push(rnnoise._rnnoise_process_frame(state, at, at), rnnoise.HEAPF32[at / 4 + 7]);
    }
    return found.join();
}
