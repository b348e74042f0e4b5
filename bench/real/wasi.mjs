// WASI commands in node's own WASI, for the drivers that run one.
import { mkdtempSync, openSync, readFileSync, rmSync, closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";

/**
 * Runs the command in `file` of a package, and returns what it printed and the file it wrote, if
 * `output` names one in its root folder.
 */
export async function runCommand(file, args, { prepare = () => {}, output, env = {} } = {}) {
    const folder = mkdtempSync(join(tmpdir(), "tailrace-"));
    try {
        prepare(folder);
        const stdout = openSync(join(folder, ".stdout"), "w+");
        const wasi = new WASI({ version: "preview1", args, env, preopens: { "/": folder }, stdout, returnOnExit: true });
        const module = await WebAssembly.compile(readFileSync(new URL(`node_modules/${file}`, import.meta.url)));
        const status = wasi.start(
            await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport }));
        closeSync(stdout);
        if (status !== 0) throw new Error(`${file} ended with status ${status}`);
        return readFileSync(join(folder, output ?? ".stdout"));
    } finally {
        rmSync(folder, { recursive: true });
    }
}
