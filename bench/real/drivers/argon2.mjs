// Argon2, in C: the hash of a password, by large memory.
import { argon2id } from "hash-wasm";

export default async function run() {
    return argon2id({ password: "correct horse battery staple", salt: new Uint8Array(16).fill(7), parallelism: 1,
        iterations: 3, memorySize: 20480, hashLength: 32, outputType: "hex" });
}
