// FLAC, in C: compresses sound without loss.
import { createRequire } from "node:module";
import { sound } from "../inputs.mjs";

export default async function run() {
    delete globalThis.fetch; // with it, the package takes itself to be in a browser
    const Flac = createRequire(import.meta.url)("libflacjs")("wasm");
    if (!Flac.isReady()) await new Promise((resolve) => Flac.on("ready", resolve));
    const samples = sound(20 * 44100), pieces = [];
    const encoder = Flac.create_libflac_encoder(44100, 1, 16, 5, samples.length, true, 0);
    Flac.init_encoder_stream(encoder, (bytes) => { pieces.push(Buffer.from(bytes)); }, () => {});
    Flac.FLAC__stream_encoder_process_interleaved(encoder, samples, samples.length);
    Flac.FLAC__stream_encoder_finish(encoder);
    Flac.FLAC__stream_encoder_delete(encoder);
    return Buffer.concat(pieces);
}
