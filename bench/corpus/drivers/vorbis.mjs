// libvorbis, in C: compresses sound as Ogg Vorbis.
import { createOggEncoder } from "wasm-media-encoders";
import { sound } from "../inputs.mjs";

export default async function run() {
    const encoder = await createOggEncoder();
    encoder.configure({ sampleRate: 44100, channels: 1, vbrQuality: 3 });
    const samples = Float32Array.from(sound(60000), (sample) => sample / 32768);
    const body = Buffer.from(encoder.encode([samples]));
    return Buffer.concat([body, Buffer.from(encoder.finalize())]);
}
