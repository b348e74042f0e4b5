// WASI commands in node's own WASI, for the drivers that run one.
import { mkdtempSync, openSync, readFileSync, rmSync, closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";

const SUCCESS = 0;

/** Node's WASI, except that times, random numbers and what it tells of files are the same in each run. */
function steady(imports, memory) {
    let clock = 1700000000000000000n;
    const view = () => new DataView(memory().buffer);
    const told = (stat) => (...given) => {
        const status = stat(...given), at = given.at(-1);
        // Of a filestat: device, inode, links, and the three times.
        if (status === SUCCESS) for (const field of [0, 8, 24, 40, 48, 56]) view().setBigUint64(at + field, 1n, true);
        return status;
    };
    return { ...imports,
        clock_time_get: (id, precision, at) => {
            view().setBigUint64(at, (clock += 1000000n), true);
            return SUCCESS;
        },
        random_get: (at, count) => {
            crypto.getRandomValues(new Uint8Array(memory().buffer, at, count));
            return SUCCESS;
        },
        fd_filestat_get: told(imports.fd_filestat_get),
        path_filestat_get: told(imports.path_filestat_get) };
}

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
        const instance = await WebAssembly.instantiate(module,
            { wasi_snapshot_preview1: steady(wasi.wasiImport, () => instance.exports.memory) });
        const status = wasi.start(instance);
        closeSync(stdout);
        if (status !== 0) throw new Error(`${file} ended with status ${status}`);
        return readFileSync(join(folder, output ?? ".stdout"));
    } finally {
        rmSync(folder, { recursive: true });
    }
}
