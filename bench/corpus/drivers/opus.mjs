// Opus, in C: compresses sound, and decompresses it.
import { createRequire } from "node:module";
import { sound } from "../inputs.mjs";

export default async function run() {
    const OpusScript = createRequire(import.meta.url)("opusscript");
    const coder = new OpusScript(48000, 1, OpusScript.Application.AUDIO), frame = 960, parts = [];
    const samples = Int16Array.from(sound(frame * 60, 48000));
    for (let at = 0; at < samples.length; at += frame) {
        const packet = coder.encode(Buffer.from(samples.buffer, at * 2, frame * 2), frame);
        parts.push(Buffer.from(packet), Buffer.from(coder.decode(packet)));
    }
    return Buffer.concat(parts);
}
