// LAME, in C: compresses sound as MP3.
import { createMp3Encoder } from "wasm-media-encoders";
import { sound } from "../inputs.mjs";

export default async function run() {
    const encoder = await createMp3Encoder();
    encoder.configure({ sampleRate: 44100, channels: 1, bitrate: 128 });
    const samples = Float32Array.from(sound(60000), (sample) => sample / 32768);
    const body = Buffer.from(encoder.encode([samples]));
    return Buffer.concat([body, Buffer.from(encoder.finalize())]);
}
