// Capstone, in C: disassembles machine code.
import { readFileSync } from "node:fs";
import { loadCapstone, Capstone, Const } from "capstone-wasm";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const file = new URL("../node_modules/capstone-wasm/dist/capstone.wasm", import.meta.url);
    await loadCapstone({ wasmBinary: readFileSync(file) });
    const random = randomNumbers(14), code = Uint8Array.from({ length: 16000 }, () => random() * 256), found = [];
    for (const [arch, mode] of [[Const.CS_ARCH_X86, Const.CS_MODE_64], [Const.CS_ARCH_ARM64, Const.CS_MODE_ARM]]) {
        const capstone = new Capstone(arch, mode);
        for (let at = 0; at < code.length; at += 4)
            try {
                const instructions = capstone.disasm(code.subarray(at, at + 16), { address: at, count: 3 });
                for (const { mnemonic, opStr } of instructions) found.push(`${mnemonic} ${opStr}`);
            } catch {
                found.push("not an instruction");
            }
        capstone.close();
    }
    return found.join("\n");
}
