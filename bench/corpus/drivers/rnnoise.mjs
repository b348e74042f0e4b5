// RNNoise, in C: a recurrent neural network removes noise from speech.
import { createRNNWasmModuleSync } from "@jitsi/rnnoise-wasm";
import { sound } from "../inputs.mjs";

export default async function run() {
    const rnnoise = createRNNWasmModuleSync(), state = rnnoise._rnnoise_create(), frame = 480, found = [];
    await rnnoise.ready;
    const at = rnnoise._malloc(frame * 4), samples = Float32Array.from(sound(frame * 30, 48000));
    for (let i = 0; i < samples.length; i += frame) {
        rnnoise.HEAPF32.set(samples.subarray(i, i + frame), at / 4);
        found.push(rnnoise._rnnoise_process_frame(state, at, at), rnnoise.HEAPF32[at / 4 + 7]);
    }
    return found.join();
}
