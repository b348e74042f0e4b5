// node run.mjs NAME: runs drivers/NAME.mjs on its fixed input and prints the SHA-256 of what came out.
//
// What would make two runs differ is fixed, so that all recordings are the same: the time stands still but for
// counting upwards, random numbers come from a generator, nothing is known of the machine, and no memory of a
// module is freed when JavaScript's garbage collector happens to run.
import crypto from "node:crypto";
import process from "node:process";
import { randomNumbers } from "./inputs.mjs";

const name = process.argv[2];
if (!/^[a-z0-9-]+$/.test(name ?? "")) {
    console.error("usage: node run.mjs NAME, the name of a file in drivers/ without .mjs");
    process.exit(2);
}

const random = randomNumbers(42), Time = Date;
let ticks = 0;
const fill = (array) => {
    const bytes = ArrayBuffer.isView(array) ? new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
        : new Uint8Array(array);
    for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 256;
    return array;
};
Math.random = random;
globalThis.crypto ??= crypto.webcrypto; // node 18 has none
globalThis.crypto.getRandomValues = crypto.randomFillSync = fill;
crypto.randomBytes = (count) => fill(Buffer.alloc(count));
globalThis.Date = class Date extends Time {
    constructor(...given) {
        super(...(given.length > 0 ? given : [Date.now()]));
    }

    static now() {
        return 1700000000000 + ticks++;
    }
};
Object.defineProperty(performance, "now", { value: () => ticks++ }); // read-only in node 18
process.hrtime = () => [ticks++, 0];
process.hrtime.bigint = () => BigInt(ticks++) * 1000000n;
globalThis.FinalizationRegistry = class FinalizationRegistry {
    register() {}

    unregister() {}
};
const digest = (output) => crypto.createHash("sha256").update(output).digest("hex");
for (const variable of Object.keys(process.env)) delete process.env[variable];
process.env.TZ = "UTC";
process.argv.splice(1, Infinity, "/program");

const { default: run } = await import(`./drivers/${name}.mjs`);
console.log(digest(await run()));
process.exit(0); // some modules leave something running
