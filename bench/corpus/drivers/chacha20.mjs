// ChaCha20-Poly1305, in AssemblyScript: encrypts messages and opens them.
import { createRequire } from "node:module";
import { prose } from "../inputs.mjs";

export default async function run() {
    const { ChaCha20Poly1305, newInstance } = createRequire(import.meta.url)("@chainsafe/as-chacha20poly1305");
    const cipher = new ChaCha20Poly1305(newInstance());
    const key = new Uint8Array(32).fill(5), nonce = new Uint8Array(12).fill(6), text = Buffer.from(prose(1000000));
    const sealed = cipher.seal(key, nonce, text);
    return Buffer.concat([sealed, cipher.open(key, nonce, sealed)]);
}
