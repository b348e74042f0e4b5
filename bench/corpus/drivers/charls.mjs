// CharLS, in C++: JPEG-LS, there and back.
import { createRequire } from "node:module";
import { picture } from "../inputs.mjs";

export default async function run() {
    const codec = await createRequire(import.meta.url)("@cornerstonejs/codec-charls/wasmjs")();
    const { data, width, height } = picture(900, 800), encoder = new codec.JpegLSEncoder();
    const grey = encoder.getDecodedBuffer({ width, height, bitsPerSample: 8, componentCount: 1, isSigned: false });
    for (let i = 0; i < width * height; i++) grey[i] = data[i * 4 + 1];
    encoder.encode();
    const file = Buffer.from(encoder.getEncodedBuffer()), decoder = new codec.JpegLSDecoder();
    decoder.getEncodedBuffer(file.length).set(file);
    decoder.decode();
    return Buffer.concat([file, Buffer.from(decoder.getDecodedBuffer())]);
}
