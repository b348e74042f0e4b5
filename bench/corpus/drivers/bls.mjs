// BLS signatures, in C++: pairings of points on an elliptic curve.
import { createRequire } from "node:module";

export default async function run() {
    const bls = createRequire(import.meta.url)("bls-eth-wasm");
    await bls.init(bls.BLS12_381);
    const found = [], keys = [1, 2, 3, 4].map((seed) => {
        const key = new bls.SecretKey();
        key.setLittleEndian(new Uint8Array(31).fill(seed));
        return key;
    });
    for (const key of keys) {
        const signature = key.sign(Buffer.from("a message of some length")), point = key.getPublicKey();
        found.push(signature.serializeToHexStr(), point.serializeToHexStr(),
            point.verify(signature, Buffer.from("a message of some length")));
    }
    return found.join();
}
