// OpenJPEG, in C: JPEG 2000, there and back.
import { createRequire } from "node:module";
import { picture } from "../inputs.mjs";

export default async function run() {
    const codec = await createRequire(import.meta.url)("@cornerstonejs/codec-openjpeg/wasmjs")();
    const { data, width, height } = picture(440, 360), encoder = new codec.J2KEncoder();
    const grey = encoder.getDecodedBuffer({ width, height, bitsPerSample: 8, componentCount: 1, isSigned: false });
    for (let i = 0; i < width * height; i++) grey[i] = data[i * 4 + 1];
    encoder.encode();
    const file = Buffer.from(encoder.getEncodedBuffer()), decoder = new codec.J2KDecoder();
    decoder.getEncodedBuffer(file.length).set(file);
    decoder.decode();
    return Buffer.concat([file, Buffer.from(decoder.getDecodedBuffer())]);
}
