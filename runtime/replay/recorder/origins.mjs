// Where a module's bytes come from, for messages: the file or URL that they were read from, or else the place
// that compiles them.

import crypto from "node:crypto";
import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import process from "node:process";
import { types } from "node:util";
import url from "node:url";

const OWN = new URL(".", import.meta.url).href;
const MAGIC = Buffer.from("\0asm", "latin1");

// By the SHA-256 of what was read, the name; programs copy what they read before they compile it.
const names = new Map();

const digest = (bytes) => crypto.createHash("sha256").update(bytes).digest("latin1");

function shown(file) {
    const absolute = String(file).startsWith("file:") ? url.fileURLToPath(String(file)) : path.resolve(String(file));
    const relative = path.relative(process.cwd(), absolute);
    return relative.startsWith("..") ? absolute : relative;
}

function note(bytes, name) {
    if (types.isArrayBuffer(bytes)) bytes = new Uint8Array(bytes);
    if (!ArrayBuffer.isView(bytes) || bytes.byteLength < 8) return;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (MAGIC.compare(view, 0, 4) === 0) names.set(digest(view), name);
}

const isName = (file) => typeof file === "string" || file instanceof URL;

// Sees what the program reads and fetches from now on.
export function watch() {
    const { readFileSync, readFile } = fs, { readFile: readLater } = fs.promises, { fetch } = globalThis;
    fs.readFileSync = function (file, ...options) {
        const content = readFileSync.call(this, file, ...options);
        if (isName(file)) note(content, shown(file));
        return content;
    };
    fs.readFile = function (file, ...rest) {
        const done = rest.pop();
        return readFile.call(this, file, ...rest, typeof done !== "function" ? done : (error, content) => {
            if (!error && isName(file)) note(content, shown(file));
            return done(error, content);
        });
    };
    fs.promises.readFile = async function (file, ...options) {
        const content = await readLater.call(this, file, ...options);
        if (isName(file)) note(content, shown(file));
        return content;
    };
    module.syncBuiltinESMExports();
    if (fetch) globalThis.fetch = async (...request) => {
        const response = await fetch(...request), arrayBuffer = response.arrayBuffer;
        response.arrayBuffer = async () => {
            const content = await arrayBuffer.call(response);
            note(content, response.url);
            return content;
        };
        return response;
    };
}

// "FILE:LINE" of what calls the recorder.
function place(stack) {
    for (const line of String(stack).split("\n").slice(1)) {
        const found = /\(?((?:file:\/\/)?\/[^()]*?):(\d+):\d+\)?$/.exec(line);
        if (found && !found[1].startsWith(OWN)) return `${shown(found[1])}:${found[2]}`;
    }
    return undefined;
}

// What to call the module in a message; `from` is its URL, if it is known, and `stack` where it is compiled.
export function nameOf(bytes, from, stack) {
    const known = from || names.get(digest(bytes)), at = known ? undefined : place(stack);
    const size = `${bytes.length} bytes`;
    return known ? `${known} (${size})` : `the module of ${size}${at ? ` that ${at} compiles` : ""}`;
}
