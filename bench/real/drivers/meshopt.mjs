// meshoptimizer, in C++: decompresses vertices, byte by byte in vectors of 16.
import { MeshoptDecoder as decoder } from "meshoptimizer/decoder";
import { MeshoptEncoder as encoder } from "meshoptimizer/encoder";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    await decoder.ready;
    await encoder.ready;
    const count = 40000, random = randomNumbers(11);
    const positions = new Uint16Array(count * 4), directions = new Float32Array(count * 4);
    for (let i = 0; i < count; i++) {
        positions.set([i % 200, Math.floor(i / 200), random() * 64, 0], i * 4);
        const [x, y] = [random() - 0.5, random() - 0.5];
        const length = Math.sqrt(x * x + y * y + 0.25);
        directions.set([x / length, y / length, 0.5 / length, 1], i * 4);
    }
    const buffers = [
        [encoder.encodeVertexBuffer(new Uint8Array(positions.buffer), count, 8), "NONE"],
        [encoder.encodeVertexBuffer(encoder.encodeFilterOct(directions, count, 8, 12), count, 8), "OCTAHEDRAL"],
        [encoder.encodeVertexBuffer(encoder.encodeFilterQuat(directions, count, 8, 12), count, 8), "QUATERNION"],
    ];
    const parts = [];
    for (let i = 0; i < 30; i++) {
        const [packed, filter] = buffers[i % buffers.length];
        const unpacked = new Uint8Array(count * 8);
        decoder.decodeVertexBuffer(unpacked, count, 8, packed, filter);
        parts.push(unpacked);
    }
    return Buffer.concat(parts);
}
