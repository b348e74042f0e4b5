// SHA-256, in AssemblyScript: a Merkle tree.
import { digest, digest64, reinitializeInstance } from "@chainsafe/as-sha256";

export default async function run() {
    reinitializeInstance(false); // without SIMD
    let level = Array.from({ length: 8192 }, (_, i) => digest(Buffer.from(`leaf ${i}`)));
    while (level.length > 1)
        level = Array.from({ length: level.length / 2 }, (_, i) =>
            digest64(Buffer.concat([level[2 * i], level[2 * i + 1]])));
    return level[0];
}
