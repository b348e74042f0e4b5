// secp256k1, in C: signatures of two kinds on an elliptic curve.
import { createRequire } from "node:module";

export default async function run() {
    const curve = createRequire(import.meta.url)("tiny-secp256k1");
    const key = new Uint8Array(32).fill(3), found = [];
    const point = curve.pointFromScalar(key);
    for (let i = 0; i < 40; i++) {
        const hash = new Uint8Array(32).fill(i + 1), signature = curve.sign(hash, key);
        const schnorr = curve.signSchnorr(hash, key);
        found.push(signature, schnorr, [curve.verify(hash, point, signature),
            curve.verifySchnorr(hash, curve.xOnlyPointFromScalar(key), schnorr)], curve.pointMultiply(point, hash));
    }
    return Buffer.concat(found.map((bytes) => Buffer.from(bytes)));
}
