// node run.mjs NAME: runs drivers/NAME.mjs on its fixed input and prints the SHA-256 of what came out.
//
// What would make two runs differ is fixed: the time stands still but for counting upwards, and random
// numbers come from a generator.
import { createHash } from "node:crypto";
import { randomNumbers } from "./inputs.mjs";

const random = randomNumbers(42);
let ticks = 0;
Math.random = random;
Date.now = () => 1700000000000 + ticks++;
performance.now = () => ticks++;
globalThis.crypto.getRandomValues = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 256;
    return array;
};

const name = process.argv[2];
if (!/^[a-z0-9-]+$/.test(name ?? "")) {
    console.error("usage: node run.mjs NAME, the name of a file in drivers/ without .mjs");
    process.exit(2);
}
const { default: run } = await import(`./drivers/${name}.mjs`);
const output = await run();
console.log(createHash("sha256").update(output).digest("hex"));
process.exit(0); // some modules leave something running
