// Rewrites a module so that the recorder learns which pages of its memory it is about to use.
//
// Before each access of the memory, the code makes an indirect call through a table of ours that has an
// entry for each page of 4 KiB of the address space: while a page has not been looked at since the host had
// its turn, the entry is the recorder's `check`, and then a function that does nothing (recording.mjs).
// That costs some nanoseconds an access, and nothing depends on the size of the memory.
//
// All indices stay as they are: what is added comes last in its index space. Imports stay, too; only where two
// have the same name, one gets another. The start function becomes an
// export, because the table must be filled before it runs.

import { Bytes, Cursor } from "./bytes.mjs";

export const PAGE_BITS = 12;
export const PAGE = 1 << PAGE_BITS;
export const PAGES = 2 ** (32 - PAGE_BITS); // of an address space: no address is outside

export const ADDED = { table: "tailrace:pages", memory: "tailrace:memory", start: "tailrace:start",
                       passed: "tailrace:passed", original: "tailrace:original", tag: "tailrace:tag " };

export const I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c, V128 = 0x7b, FUNCREF = 0x70, EXTERNREF = 0x6f, EXNREF = 0x69;
const KINDS = ["function", "table", "memory", "global", "tag"];
const SECTION = { type: 1, import: 2, function: 3, table: 4, memory: 5, global: 6, export: 7, start: 8, code: 10,
                  tag: 13 };
const ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

// Something that Tailrace does not run, or that the recorder does not rewrite; the message names it.
export class Unsupported extends Error {}

const hexadecimal = (number) => `0x${number.toString(16).padStart(2, "0")}`;

// In the words of translator/cursor.c.
function needs(proposal, what, code, at) {
    throw new Unsupported(`it needs the ${proposal} proposal (${what} ${hexadecimal(code)} at byte 0x${at.toString(16)}),`
                          + " which Tailrace does not have");
}

function isNotRewritten(what, at) {
    throw new Unsupported(`it has ${what} (at byte 0x${at.toString(16)}), which the recorder does not rewrite`);
}

function readLimits(cursor, what) {
    const at = cursor.at, flags = cursor.byte();
    if (flags & 4) isNotRewritten(`a 64-bit ${what}`, at);
    if (flags & 8) isNotRewritten("a memory with pages of another size", at);
    const minimum = cursor.unsigned();
    return { minimum, maximum: flags & 1 ? cursor.unsigned() : undefined };
}

// As in translator/cursor.c.
const PROPOSAL_OF_TYPE = { 0x67: "reference-typed strings", 0x68: "stack switching", 0x75: "stack switching" };

function readValueType(cursor) {
    const type = cursor.byte();
    if ([I32, I64, F32, F64, V128, FUNCREF, EXTERNREF, EXNREF].includes(type)) return type;
    if (type === 0x63 || type === 0x64) isNotRewritten("a typed function reference", cursor.at - 1);
    return needs(PROPOSAL_OF_TYPE[type] ?? "garbage collection", "type", type, cursor.at - 1);
}

function readTable(cursor) {
    const type = readValueType(cursor);
    return { type, ...readLimits(cursor, "table") };
}

function readGlobal(cursor) {
    const type = readValueType(cursor);
    return { type, mutable: cursor.byte() === 1 };
}

function readTypes(cursor, module) {
    for (let count = cursor.unsigned(); count > 0; count--) {
        const form = cursor.byte();
        if (form !== 0x60)
            needs({ 0x4c: "custom descriptors", 0x4d: "custom descriptors", 0x5d: "stack switching" }[form]
                  ?? "garbage collection", "type form", form, cursor.at - 1);
        const list = () => Array.from({ length: cursor.unsigned() }, () => readValueType(cursor));
        const parameters = list();
        module.types.push({ parameters, results: list() });
    }
}

// An attribute, which is 0, and a function type.
function readTag(cursor, module) {
    cursor.byte();
    return module.types[cursor.unsigned()];
}

const SEPARATOR = "\0tailrace:";

function readImports(cursor, module) {
    const seen = new Set();
    for (let count = cursor.unsigned(); count > 0; count--) {
        const entry = { module: cursor.text(), name: cursor.text() };
        const key = JSON.stringify([entry.module, entry.name]), kind = cursor.byte();
        entry.unique = seen.has(key) ? `${entry.name}${SEPARATOR}${module.imports.length}` : entry.name;
        seen.add(key);
        entry.kind = KINDS[kind];
        entry.begin = cursor.at - 1;
        if (kind === 0) {
            entry.type = module.types[cursor.unsigned()];
            module.functions.push(entry.type);
        } else if (kind === 1) {
            entry.type = readTable(cursor);
            module.tables.push(entry.type);
        } else if (kind === 2) {
            entry.type = readLimits(cursor, "memory");
            module.memories.push(entry.type);
        } else if (kind === 3) {
            entry.type = readGlobal(cursor);
            module.globals.push(entry.type);
        } else {
            entry.type = readTag(cursor, module);
            module.tags.push(entry.type);
        }
        if ((kind === 1 || kind === 3) && entry.type.type === EXNREF)
            isNotRewritten(`an imported ${entry.kind} of exceptions`, entry.begin);
        if (kind === 3 && entry.type.type === V128) isNotRewritten("an imported global of vectors", entry.begin);
        entry.end = cursor.at;
        module.imports.push(entry);
    }
    module.importedFunctions = module.functions.length;
    module.importedTags = module.tags.length;
}

// What the recorder must know of a module that instrument() takes; `sections` are places in the bytes.
export function read(bytes) {
    const module = { types: [], imports: [], functions: [], importedFunctions: 0, tables: [], memories: [], globals: [],
                     tags: [], importedTags: 0, handlesExceptions: false,
                     exports: [], start: -1, sections: [], dataCount: 0 };
    const cursor = new Cursor(bytes, 8);
    while (cursor.at < bytes.length) {
        const begin = cursor.at, id = cursor.byte(), size = cursor.unsigned(), body = cursor.at;
        const section = { id, begin, body, end: body + size };
        const inside = new Cursor(bytes, body, section.end);
        module.sections.push(section);
        if (id === SECTION.type) readTypes(inside, module);
        else if (id === SECTION.import) readImports(inside, module);
        else if (id === SECTION.function)
            for (let count = inside.unsigned(); count > 0; count--)
                module.functions.push(module.types[inside.unsigned()]);
        else if (id === SECTION.table)
            for (let count = inside.unsigned(); count > 0; count--) {
                if (bytes[inside.at] === 0x40) isNotRewritten("a table with an initial value", inside.at);
                module.tables.push(readTable(inside));
            }
        else if (id === SECTION.memory)
            for (let count = inside.unsigned(); count > 0; count--) module.memories.push(readLimits(inside, "memory"));
        else if (id === SECTION.global)
            for (let count = inside.unsigned(); count > 0; count--) {
                module.globals.push(readGlobal(inside));
                skipConstant(inside);
            }
        else if (id === SECTION.export)
            for (let count = inside.unsigned(); count > 0; count--) {
                const name = inside.text(), code = inside.byte();
                module.exports.push({ name, kind: KINDS[code], index: inside.unsigned() });
            }
        else if (id === SECTION.start) module.start = inside.unsigned();
        else if (id === SECTION.tag)
            for (let count = inside.unsigned(); count > 0; count--) module.tags.push(readTag(inside, module));
        if (module.memories.length > 1) isNotRewritten("more than one memory", begin);
        cursor.at = section.end;
    }
    module.handlesExceptions = module.tags.length > 0;
    return module;
}

// An import's own name, of the `unique` one.
export function importName(unique) {
    return unique.split(SEPARATOR)[0];
}

function rewriteImports(bytes, { imports }) {
    const out = new Bytes();
    out.unsigned(imports.length);
    for (const { module, unique, begin, end } of imports) {
        out.text(module);
        out.text(unique);
        out.copy(bytes, begin, end);
    }
    return out;
}

function skipConstant(cursor) {
    for (;;) {
        const opcode = cursor.byte();
        if (opcode === 0x0b) return;
        if (opcode === 0x43) cursor.at += 4;
        else if (opcode === 0x44) cursor.at += 8;
        else if (opcode === 0xfd) cursor.at += 1 + 16; // v128.const
        else if (opcode in NOT_OURS) refuse(opcode, cursor.at - 1);
        else if ([0x23, 0x41, 0x42, 0xd0, 0xd2].includes(opcode)) cursor.skip(); // global.get, constants, references
    }
}

// By opcode of the stores, what they store.
const STORED = { 0x36: I32, 0x37: I64, 0x38: F32, 0x39: F64, 0x3a: I32, 0x3b: I32, 0x3c: I64, 0x3d: I64, 0x3e: I64 };

// As in translator/validate.c.
const NOT_OURS = { 0x14: "call_ref", 0x15: "return_call_ref", 0xd4: "ref.as_non_null", 0xd5: "br_on_null",
                   0xd6: "br_on_non_null", 0xd3: "garbage collection", 0xfb: "garbage collection" };

function refuse(opcode, at) {
    const what = NOT_OURS[opcode];
    if (what === "garbage collection") needs(what, "opcode", opcode, at);
    isNotRewritten(what, at);
}

// The n-th instruction behind the prefix 0xfd: whether it has a memarg, a v128 above the address (what is stored, or
// what a lane is loaded into), and how many bytes of other immediates.
function vectorInstruction(n) {
    const hasLane = n >= 0x54 && n <= 0x5b;
    const isAccess = n <= 0x0b || hasLane || n === 0x5c || n === 0x5d;
    const isLane = n >= 0x15 && n <= 0x22;
    return { isAccess, takesVector: n === 0x0b || hasLane,
             bytes: n === 0x0c || n === 0x0d ? 16 : hasLane || isLane ? 1 : 0 };
}

// The n-th instruction behind the prefix 0xfe: the types of what it takes above the address; undefined: it is a fence.
function atomicOperands(n) {
    if (n < 0x10) return [[I32], [I32, I64], [I64, I64]][n]; // notify, wait32, wait64
    const type = [I32, I64, I32, I32, I64, I64, I64][(n - 0x10) % 7];
    return n < 0x17 ? [] : n < 0x48 ? [type] : [type, type]; // loads, what takes a value, exchanges if it is as expected
}

// What one function's body becomes. `added` says where our things are; `module` is what read() found.
class Body {
    constructor(module, added) {
        this.module = module;
        this.added = added;
        this.out = new Bytes(1 << 16);
    }

    rewrite(bytes, begin, end, parameterCount) {
        const { out, added } = this;
        const cursor = new Cursor(bytes, begin, end);
        let runs = cursor.unsigned(), locals = parameterCount;
        const runsBegin = cursor.at;
        for (let i = 0; i < runs; i++) {
            locals += cursor.unsigned();
            readValueType(cursor);
        }
        const runsEnd = cursor.at;
        out.length = 0;
        out.unsigned(runs + 8);
        out.copy(bytes, runsBegin, runsEnd);
        for (const type of [I32, I32, I64, F32, F64, V128, I32, I64]) {
            out.byte(1);
            out.byte(type);
        }
        const page = locals, value = { [I32]: locals + 1, [I64]: locals + 2, [F32]: locals + 3, [F64]: locals + 4,
                                       [V128]: locals + 5 }, second = { [I32]: locals + 6, [I64]: locals + 7 };
        let copied = cursor.at; // up to here the code has been written out
        while (cursor.at < end) {
            const at = cursor.at, opcode = cursor.byte();
            const vector = opcode === 0xfd ? vectorInstruction(cursor.unsigned()) : undefined;
            const atomic = opcode === 0xfe ? atomicOperands(cursor.unsigned()) : undefined;
            if ((opcode >= 0x28 && opcode <= 0x3e) || vector?.isAccess || atomic) {
                cursor.skip();
                const offset = cursor.unsigned(), stored = vector?.takesVector ? V128 : STORED[opcode];
                cursor.at += vector?.bytes ?? 0;
                out.copy(bytes, copied, at);
                const above = atomic ?? (stored ? [stored] : []);
                if (above.length > 1) this.local(0x21, second[above[1]]);
                if (above.length > 0) this.local(0x21, value[above[0]]);
                this.local(0x22, page);
                this.local(0x20, page);
                if (offset > 0) {
                    out.byte(0x41); // i32.const; what wraps around is out of bounds, and will trap by itself
                    out.signed32(offset | 0);
                    out.byte(0x6a); // i32.add
                }
                out.byte(0x41);
                out.byte(PAGE_BITS);
                out.byte(0x76); // i32.shr_u
                this.local(0x22, page);
                this.local(0x20, page);
                out.byte(0x11); // call_indirect
                out.unsigned(added.checkType);
                out.unsigned(added.table);
                if (above.length > 0) this.local(0x20, value[above[0]]);
                if (above.length > 1) this.local(0x20, second[above[1]]);
                copied = at;
            } else if (opcode === 0xfe) {
                cursor.skip();
            } else if (vector) {
                cursor.at += vector.bytes;
            } else if (opcode === 0xfc) {
                const sub = cursor.unsigned();
                if (sub === 0x12) needs("memory control", "opcode", 0xfc00 | sub, at);
                let helper = -1;
                if (sub === 8) helper = added.initialiser(cursor.unsigned());
                else if (sub === 10) helper = added.copier;
                else if (sub === 11) helper = added.filler;
                else if (sub > 7 && sub < 0x13) cursor.skip();
                if (sub === 12 || sub === 14 || sub === 10) cursor.skip();
                if (sub === 8 || sub === 11 || sub === 10) cursor.skip();
                if (helper >= 0) {
                    out.copy(bytes, copied, at);
                    out.byte(0x10);
                    out.unsigned(helper);
                    copied = cursor.at;
                }
            } else {
                if (opcode === 0x06 || opcode === 0x1f) this.module.handlesExceptions = true;
                skipImmediates(cursor, opcode);
            }
        }
        out.copy(bytes, copied, end);
        return out;
    }

    local(opcode, index) {
        this.out.byte(opcode);
        this.out.unsigned(index);
    }
}

function skipImmediates(cursor, opcode) {
    if (opcode <= 0x24) {
        switch (opcode) {
        case 0x02: case 0x03: case 0x04: case 0x06: // block, loop, if, try
        case 0x07: case 0x08: case 0x09: case 0x18: // catch, throw, rethrow, delegate
        case 0x0c: case 0x0d: // br, br_if
        case 0x10: case 0x12: // call, return_call
        case 0x20: case 0x21: case 0x22: case 0x23: case 0x24: // variables
            return cursor.skip();
        case 0x11: case 0x13: // call_indirect, return_call_indirect
            cursor.skip();
            return cursor.skip();
        case 0x0e: // br_table
            for (let count = cursor.unsigned(); count >= 0; count--) cursor.skip();
            return;
        case 0x1f: // try_table
            cursor.skip();
            for (let count = cursor.unsigned(); count > 0; count--) {
                const kind = cursor.byte(); // 0 and 1 have a tag, all have a label
                if (kind < 2) cursor.skip();
                cursor.skip();
            }
            return;
        case 0x1c: // select with types
            for (let count = cursor.unsigned(); count > 0; count--) cursor.byte();
            return;
        }
    } else if (opcode <= 0x44) {
        if (opcode === 0x43) cursor.at += 4;
        else if (opcode === 0x44) cursor.at += 8;
        else cursor.skip(); // table.get, table.set, memory.size, memory.grow, i32.const, i64.const
        return;
    } else if (opcode === 0xd0 || opcode === 0xd2) {
        return cursor.skip();
    }
    if (opcode in NOT_OURS) refuse(opcode, cursor.at - 1);
}

// range(address, count): checks all pages that this touches. What is out of bounds will trap by itself.
function rangeBody(added) {
    const out = new Bytes(), last = 2;
    const code = [
        1, 1, I32, // local `last`
        0x20, 1, 0x45, 0x04, 0x40, 0x0f, 0x0b, // nothing
        0x20, 0, 0x20, 1, 0x6a, 0x41, 1, 0x6b, 0x22, last, 0x20, 0, 0x49, 0x04, 0x40, 0x0f, 0x0b, // beyond 4 GiB
        0x20, last, 0x41, 16, 0x76, 0x3f, 0, 0x4f, 0x04, 0x40, 0x0f, 0x0b, // beyond the memory
        0x20, 0, 0x41, PAGE_BITS, 0x76, 0x21, 0,
        0x20, last, 0x41, PAGE_BITS, 0x76, 0x21, last,
        0x03, 0x40, 0x20, 0, 0x20, 0, 0x11,
    ];
    out.copy(Buffer.from(code));
    out.unsigned(added.checkType);
    out.unsigned(added.table);
    out.copy(Buffer.from([0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x20, last, 0x4d, 0x0d, 0, 0x0b, 0x0b]));
    return out;
}

// A function of the operands of memory.fill, copy or init that checks ranges and does the same.
function bulkBody(added, instruction, ranges) {
    const out = new Bytes();
    out.byte(0);
    for (const address of ranges) {
        out.copy(Buffer.from([0x20, address, 0x20, 2, 0x10]));
        out.unsigned(added.range);
    }
    out.copy(Buffer.from([0x20, 0, 0x20, 1, 0x20, 2, ...instruction, 0x0b]));
    return out;
}

// Where our things are in the new module's index spaces, and the functions that are added.
function plan(module) {
    const bodies = [];
    const first = module.functions.length;
    const types = module.types.length; // ours have one, two and three i32 parameters
    const added = { checkType: types, rangeType: types + 1, bulkType: types + 2, table: module.tables.length, bodies };
    const add = (type, body) => first + bodies.push({ type, body }) - 1;
    const empty = new Bytes();
    empty.copy(Buffer.from([0, 0x0b]));
    added.passed = add(added.checkType, empty);
    if (module.memories.length > 0) {
        added.range = add(added.rangeType, rangeBody(added));
        added.filler = add(added.bulkType, bulkBody(added, [0xfc, 11, 0], [0]));
        added.copier = add(added.bulkType, bulkBody(added, [0xfc, 10, 0, 0], [0, 1]));
        const initialisers = new Map();
        added.initialiser = (segment) => {
            if (!initialisers.has(segment)) {
                const instruction = new Bytes();
                instruction.copy(Buffer.from([0xfc, 8]));
                instruction.unsigned(segment);
                instruction.byte(0);
                initialisers.set(segment, add(added.bulkType, bulkBody(added, instruction.taken(), [0])));
            }
            return initialisers.get(segment);
        };
    }
    return added;
}

function rewriteCode(bytes, section, module, added, out) {
    const cursor = new Cursor(bytes, section ? section.body : 0);
    const count = section ? cursor.unsigned() : 0;
    const bodies = new Bytes(section ? (section.end - section.body) * 2 : 64);
    const body = new Body(module, added);
    for (let i = 0; i < count; i++) {
        const size = cursor.unsigned(), parameters = module.functions[module.importedFunctions + i].parameters.length;
        bodies.sized(body.rewrite(bytes, cursor.at, cursor.at + size, parameters));
        cursor.at += size;
    }
    for (const { body } of added.bodies) bodies.sized(body);
    out.unsigned(count + added.bodies.length);
    out.copy(bodies.buffer, 0, bodies.length);
}

// A section that is the old one with more entries: `more` are written by `write`.
function extended(bytes, section, more, write) {
    const out = new Bytes();
    const cursor = new Cursor(bytes, section ? section.body : 0);
    out.unsigned((section ? cursor.unsigned() : 0) + more);
    if (section) out.copy(bytes, cursor.at, section.end);
    write(out);
    return out;
}

// Returns { bytes, module, isEmpty }: the rewritten module and what is to be known of it; if it is empty, it has
// no code and is not rewritten. Throws Unsupported, or
// anything if the bytes are no valid module.
export function instrument(bytes) {
    const module = read(bytes);
    if (module.functions.length === module.importedFunctions) return { bytes, module, isEmpty: true };
    const added = plan(module);
    const has = new Map(module.sections.filter(({ id }) => id !== 0).map((section) => [section.id, section]));
    const fresh = new Map();
    const code = new Bytes();
    rewriteCode(bytes, has.get(SECTION.code), module, added, code); // may add functions, so it goes first
    fresh.set(SECTION.code, code);
    if (module.imports.some(({ name, unique }) => name !== unique))
        fresh.set(SECTION.import, rewriteImports(bytes, module));
    fresh.set(SECTION.type, extended(bytes, has.get(SECTION.type), 3, (out) => {
        for (const parameters of [1, 2, 3])
            out.copy(Buffer.from([0x60, parameters, ...Array(parameters).fill(I32), 0]));
    }));
    fresh.set(SECTION.function, extended(bytes, has.get(SECTION.function), added.bodies.length, (out) => {
        for (const { type } of added.bodies) out.unsigned(type);
    }));
    fresh.set(SECTION.table, extended(bytes, has.get(SECTION.table), 1,
                                      (out) => out.copy(Buffer.from([FUNCREF, 0, 0]))));
    const exported = [[ADDED.table, 1, added.table], [ADDED.passed, 0, added.passed]];
    if (module.memories.length > 0) exported.push([ADDED.memory, 2, 0]);
    if (module.start >= 0) exported.push([ADDED.start, 0, module.start]);
    for (let tag = module.importedTags; tag < module.tags.length; tag++) exported.push([ADDED.tag + tag, 4, tag]);
    fresh.set(SECTION.export, extended(bytes, has.get(SECTION.export), exported.length, (out) => {
        for (const [name, kind, index] of exported) {
            out.text(name);
            out.byte(kind);
            out.unsigned(index);
        }
    }));
    const out = new Bytes(bytes.length * 2);
    out.copy(bytes, 0, 8);
    const write = (id) => {
        out.byte(id);
        out.sized(fresh.get(id));
        fresh.delete(id);
    };
    // What is new goes where its number has its turn.
    for (const { id, begin, end } of module.sections) {
        if (id !== 0)
            for (const other of ORDER.slice(0, ORDER.indexOf(id))) if (fresh.has(other)) write(other);
        if (fresh.has(id)) write(id);
        else if (id !== SECTION.start) out.copy(bytes, begin, end);
    }
    for (const id of ORDER) if (fresh.has(id)) write(id);
    const original = new Bytes(bytes.length + 64); // goes with the module when it is given to another thread
    original.text(ADDED.original);
    original.copy(bytes);
    out.byte(0);
    out.sized(original);
    return { bytes: out.taken(), module };
}
