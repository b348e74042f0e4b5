// libsodium, in C: a cipher, signatures and hashes.
import { createRequire } from "node:module";
import { prose } from "../inputs.mjs";

export default async function run() {
    const sodium = createRequire(import.meta.url)("libsodium-wrappers");
    await sodium.ready;
    const text = Buffer.from(prose(500000)), key = new Uint8Array(32).fill(7), nonce = new Uint8Array(24).fill(9);
    const secret = sodium.crypto_secretbox_easy(text, nonce, key);
    const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(key);
    const found = [secret, sodium.crypto_secretbox_open_easy(secret, nonce, key), sodium.crypto_hash(text),
        sodium.crypto_generichash(32, text), sodium.crypto_auth(text, key), sodium.crypto_scalarmult_base(key)];
    for (let i = 0; i < 20; i++) {
        const message = text.subarray(i * 100, i * 100 + 500);
        const signature = sodium.crypto_sign_detached(message, privateKey);
        found.push(signature, [sodium.crypto_sign_verify_detached(signature, message, publicKey)]);
    }
    return Buffer.concat(found.map((bytes) => Buffer.from(bytes)));
}
