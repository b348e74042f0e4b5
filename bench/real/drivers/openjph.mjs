// OpenJPH, in C++: a picture to high-throughput JPEG 2000, and back.
import { createRequire } from "node:module";
import { picture } from "../inputs.mjs";

export default async function run() {
    const openjph = await createRequire(import.meta.url)("@cornerstonejs/codec-openjph")();
    const { data, width, height } = picture(512, 384);
    const encoder = new openjph.HTJ2KEncoder(), decoder = new openjph.HTJ2KDecoder();
    const pixels = encoder.getDecodedBuffer({ width, height, bitsPerSample: 8, componentCount: 3, isSigned: false,
                                              isUsingColorTransform: true });
    for (let i = 0; i < width * height; i++) pixels.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
    encoder.encode();
    const packed = Uint8Array.from(encoder.getEncodedBuffer());
    decoder.getEncodedBuffer(packed.length).set(packed);
    decoder.decode();
    return Buffer.concat([packed, decoder.getDecodedBuffer()]);
}
