// Writing a trace; runtime/replay/TRACE.md describes the format, and runtime/replay/trace.h has the same numbers.

import fs from "node:fs";
import path from "node:path";

import { Bytes } from "./bytes.mjs";

export const RECORD = { memoryWrite: 0x01, memoryGrow: 0x02, tableSet: 0x03, tableGrow: 0x04,
                        globalSet: 0x05, foreign: 0x06,
                        instantiate: 0x10, call: 0x11, return: 0x12, throw: 0x13, throwException: 0x14,
                        import: 0x20, result: 0x21, trap: 0x22, unwound: 0x23, exception: 0x24,
                        end: 0x30 };
export const TRAP = { any: 0, unreachable: 1, divideByZero: 2, range: 3, memory: 4, table: 5, callee: 6, alignment: 7 };

const VERSION = 1;
const FLUSH = 1 << 20;

// What is written goes to the file in pieces of a megabyte, at once and not later: the process may end at any
// time.
export class TraceFile extends Bytes {
    // NAME.trace, and for further instances, of other processes, too, NAME-2.trace and so on.
    constructor(directory, name, moduleBytes) {
        super(FLUSH + (1 << 16));
        fs.mkdirSync(directory, { recursive: true });
        for (let number = 1; this.descriptor === undefined; number++) {
            this.path = path.join(directory, `${name}${number > 1 ? `-${number}` : ""}.trace`);
            try {
                this.descriptor = fs.openSync(this.path, "wx");
            } catch (error) {
                if (error.code !== "EEXIST") throw error;
            }
        }
        this.written = 0;
        this.copy(Buffer.from("\x7ftrc", "latin1"));
        this.unsigned(VERSION);
        this.unsigned(moduleBytes.length);
        this.copy(moduleBytes);
        this.flush();
    }

    flush() {
        for (let at = 0; at < this.length;) at += fs.writeSync(this.descriptor, this.buffer, at, this.length - at);
        this.written += this.length;
        this.length = 0;
    }

    flushIfFull() {
        if (this.length >= FLUSH) this.flush();
    }

    close() {
        this.flush();
        fs.closeSync(this.descriptor);
    }

    remove() {
        fs.closeSync(this.descriptor);
        fs.unlinkSync(this.path);
    }
}
