// TensorFlow.js with XNNPACK, in C++: a small network of convolutions looks at a picture.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { picture, randomNumbers } from "../inputs.mjs";

export default async function run() {
    const require = createRequire(import.meta.url);
    const tf = require("@tensorflow/tfjs-core"), backend = require("@tensorflow/tfjs-backend-wasm");
    backend.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
    await tf.setBackend("wasm");
    const random = randomNumbers(12);
    const weights = (...shape) =>
        tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random() - 0.5), shape);
    const { data } = picture(192, 192);
    let x = tf.tensor(Float32Array.from(data, (byte) => byte / 255), [1, 192, 192, 4]);
    let channels = 4;
    for (const wider of [16, 24, 32]) {
        x = tf.relu(tf.conv2d(x, weights(3, 3, channels, wider), 2, "same"));
        x = tf.relu6(tf.depthwiseConv2d(x, weights(3, 3, wider, 1), 1, "same"));
        channels = wider;
    }
    const flat = tf.reshape(x, [1, -1]);
    const scores = tf.matMul(flat, weights(flat.shape[1], 64));
    return new Float32Array(scores.dataSync());
}
