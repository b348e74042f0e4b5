// The recording of one instance: every crossing between it and its host, and what the host changed.
//
// How host writes to the memory are found: there is a copy of the memory, the shadow, as the module left it.
// When the module first touches a page after the host had its turn, the page is compared with the shadow, and
// what differs is what the host wrote (instrument.mjs says how the recorder gets to know of the touch). When
// the module hands over to the host, the pages that it touched are copied to the shadow. So a crossing costs
// what the module touches, whatever the size of the memory, and what the host wrote and the module never
// looks at is not recorded.

import crypto from "node:crypto";
import { isMainThread } from "node:worker_threads";

import { Bytes } from "./bytes.mjs";
import { ADDED, EXNREF, F32, F64, FUNCREF, I32, I64, PAGE, PAGES, V128 } from "./instrument.mjs";
import { RECORD, TRAP } from "./trace_file.mjs";

const { Memory, Table, Global, Module, Instance, RuntimeError, Exception, Tag, JSTag } = WebAssembly; // before they are
const isTagOf = Exception.prototype.is; // replaced
const argumentOf = Exception.prototype.getArg;
const tableGet = Table.prototype.get;
const tableGrow = Table.prototype.grow;
const tableSet = Table.prototype.set;
const globalValue = Object.getOwnPropertyDescriptor(Global.prototype, "value");

// Of memories, tables and globals, the recording that they belong to, and their index.
export const owners = new WeakMap();
// Maxima of the memories and tables that the host made: there is no other way to ask for them.
export const maxima = new WeakMap();
// By wrapper: { recording, raw, index }.
const wrapped = new WeakMap();
// The other way round: the wrapper of a raw function.
const wrappers = new WeakMap();
// Memories, tables and globals of instances that are not recorded.
export const unwatched = new WeakSet();
// By function of a module that has no code of its own, and only exports what it imports: its type. Programs
// make such modules to put a function of theirs into a table.
export const typesOfReexports = new WeakMap();

// Traps, as JavaScript sees them: no code of WebAssembly catches one that comes back.
const traps = new WeakSet();

// Makes a JavaScript function one of WebAssembly, which a table can hold: imports it and exports it.
function reexport({ parameters, results }, host) {
    const type = new Bytes(), out = new Bytes();
    for (const types of [parameters, results]) {
        type.unsigned(types.length);
        type.copy(Buffer.from(types));
    }
    out.copy(Buffer.from("0061736d0100000001", "hex"));
    out.unsigned(type.length + 2);
    out.copy(Buffer.from([1, 0x60]));
    out.copy(type.taken());
    out.copy(Buffer.from([2, 5, 1, 0, 0, 0, 0, 7, 4, 1, 0, 0, 0])); // import "" "", export it as ""
    return new Instance(new Module(out.taken()), { "": { "": host } }).exports[""];
}

const TRAPS = [
    [/^unreachable/, TRAP.unreachable],
    [/^(divide|remainder) by zero/, TRAP.divideByZero],
    [/^(divide result|float) unrepresentable/, TRAP.range],
    [/memory access out of bounds|operation does not fit in memory|data segment/, TRAP.memory],
    [/table.*out of bounds|element segment|^index out of bounds/, TRAP.table],
    [/null function|signature mismatch/, TRAP.callee],
    [/unaligned accesses/, TRAP.alignment],
];

function trapKind(error) {
    return TRAPS.find(([words]) => words.test(error.message))?.[1] ?? TRAP.any;
}

// Whose turn it is; at a crossing neither's, until its record has been made.
const HOST = 0, MODULE = 1, CROSSING = 2;

const OVERFLOW = "the stack overflowed: where a stack ends differs from engine to engine";

// As runtime/runtime.h has it: how many calls of a module may be under way at once.
const MAX_NESTED_CALLS = 1000;

// Writes less than this many equal bytes between two changes along with them: a record costs about as much.
const GAP = 6;

const isShared = (memory) => memory.buffer instanceof SharedArrayBuffer;

let hasThreads = !isMainThread;
export function threadStarts(recordings) {
    hasThreads = true;
    for (const recording of recordings) recording.sharesWithThread();
}

export class Recording {
    // `name` is the module's, for messages.
    constructor(file, name, module, report) {
        this.name = name;
        this.module = module;
        this.file = file;
        this.report = report;
        this.stopped = false;
        this.crossings = 0;
        this.turn = HOST;
        this.refusal = undefined; // the reason, until the file is removed
        this.nestedCalls = 0;
        this.entry = new Bytes(256); // the record that handed over to the module: what it finds comes before
        this.thrown = undefined; // { error }: what an import has thrown at the last crossing
        this.tags = []; // the module's
        this.exceptions = new Map(); // the numbers of those that are primitive values
        this.exceptionObjects = new WeakMap(); // and of the others
        this.exceptionCount = 0;
        this.shadow = Buffer.alloc(0);
        this.view = Buffer.alloc(0); // of the memory
        this.compared = []; // pages, since the host had its turn; and which they are
        this.isCompared = undefined;
        this.passed = []; // pages whose table entry does nothing
        this.references = new Map(); // the numbers of externrefs
        this.foreign = new Map(); // functions that are not the module's, as { index, raw }
        this.foreignOf = new Map(); // the other way round, by raw
    }

    // Gives up: the program goes on without being recorded. After an overflow there is no stack to clean up.
    refuse(reason) {
        if (this.stopped) return;
        this.stopped = true;
        this.refusal = reason;
        if (reason !== OVERFLOW) this.discard();
    }

    discard() {
        if (!this.refusal) return;
        this.file.remove();
        this.report(`${this.name} is not recorded: ${this.refusal}`, false);
        this.refusal = undefined;
        this.shadow = this.view = Buffer.alloc(0);
    }

    // ---- Values ----------------------------------------------------------------------------------

    // A function that is not the module's own, for its tables: known to the trace from now on. Undefined if its
    // type is not known.
    foreignFunction(value) {
        let foreign = this.foreign.get(value);
        if (foreign) return foreign;
        const known = wrapped.get(value);
        const type = known ? known.recording.module.functions[known.index] : typesOfReexports.get(value);
        if (!type) return undefined;
        const index = this.module.functions.length + this.foreign.size;
        this.file.byte(RECORD.foreign);
        for (const types of [type.parameters, type.results]) {
            this.file.unsigned(types.length);
            for (const each of types) this.file.byte(each);
        }
        foreign = { index, raw: reexport(type, this.importWrapper(index, type, value)) };
        this.foreign.set(value, foreign);
        this.foreignOf.set(foreign.raw, value);
        return foreign;
    }

    // The number of a reference in the trace; not a number if the function is of unknown type.
    referenceNumber(type, value) {
        if (value === null) return 0;
        if (type === FUNCREF) {
            const known = wrapped.get(value);
            return (known?.recording === this ? known.index : this.foreignFunction(value)?.index) + 1;
        }
        let number = this.references.get(value);
        if (number === undefined) this.references.set(value, (number = this.references.size + 1));
        return number;
    }

    // As WebAssembly converts it (JS API, ToWebAssemblyValue); throws what that throws.
    convert(type, value) {
        switch (type) {
        case I32: return value | 0;
        case I64: return BigInt.asIntN(64, value);
        case F32: value = Math.fround(value); return value === value ? value : NaN;
        case F64: value = +value; return value === value ? value : NaN;
        default: return value;
        }
    }

    write(out, type, value) {
        switch (type) {
        case I32: return out.signed32(value);
        case I64: return out.signed64(value);
        case F32: return out.float32(value === value ? value : NaN);
        case F64: return out.float64(value === value ? value : NaN);
        case EXNREF: return this.refuse("a reference to an exception crosses its boundary");
        case V128: return this.refuse("a vector crosses its boundary"); // in vain: JavaScript has none
        default: {
            const number = this.referenceNumber(type, value);
            if (!(number >= 0)) this.refuse("a function of unknown type is given to it as a reference");
            else out.unsigned(number);
        }
        }
    }

    writeAll(out, types, values) {
        for (let i = 0; i < types.length; i++) this.write(out, types[i], values[i]);
    }

    // An exception: the number of one that has crossed before, or a new one's with its tag and values. It has
    // tag 0 if the module has no tag for it.
    writeException(out, error) {
        const isObject = (typeof error === "object" && error !== null) || typeof error === "function";
        const numbers = isObject ? this.exceptionObjects : this.exceptions;
        const known = numbers.get(error);
        out.unsigned(known ?? this.exceptionCount);
        if (known !== undefined) return;
        numbers.set(error, this.exceptionCount++);
        const isException = error instanceof Exception;
        const index = this.tags.findIndex((tag) => (isException ? isTagOf.call(error, tag) : tag === JSTag));
        out.unsigned(index + 1);
        if (index < 0) return;
        this.module.tags[index].parameters.forEach((type, i) => {
            const value = isException ? (type === EXNREF ? null : argumentOf.call(error, this.tags[index], i)) : error;
            if (type === FUNCREF && value !== null) this.refuse("an exception carries a function");
            else this.write(out, type, value);
        });
    }

    isKnownException(error) {
        return this.exceptions.has(error) || this.exceptionObjects.has(error);
    }

    // What the host sees of a value of the module, and the other way round.
    toHost(type, value) {
        if (type !== FUNCREF || value === null) return value;
        return this.foreignOf.get(value) ?? (this.stopped ? wrapperOf(value) : this.wrapper(value));
    }

    toModule(type, value) {
        if (type !== FUNCREF || typeof value !== "function") return value;
        const known = wrapped.get(value);
        return (known?.recording === this ? known : this.foreignFunction(value))?.raw ?? rawFunction(value);
    }

    // ---- The memory ------------------------------------------------------------------------------

    // Growth gives a memory another buffer; the old one is empty then, unless the memory is shared.
    refresh() {
        if (!this.memory) return;
        if (this.view.length > 0 && !(isShared(this.memory) && this.view.buffer !== this.memory.buffer)) return;
        this.view = Buffer.from(this.memory.buffer);
        if (this.view.length <= this.shadow.length) return;
        const larger = Buffer.alloc(Math.min(Math.max(this.view.length, this.shadow.length * 2), 2 ** 32));
        this.shadow.copy(larger);
        this.shadow = larger;
    }

    // The entry of a page that is touched for the first time.
    check(page) {
        if (this.isModules()) {
            this.compare(page);
            this.compare(page + 1); // an access may reach into it
            this.passed.push(page);
        }
        tableSet.call(this.pages, page, this.pass);
    }

    compare(page) {
        if (this.isCompared[page]) return;
        this.refresh();
        const begin = page * PAGE, end = begin + PAGE;
        this.isCompared[page] = 1; // also what is not there yet: the module itself may grow the memory now
        this.compared.push(page);
        if (end > this.view.length) return;
        if (this.differs(begin)) this.writeDifferences(begin, end);
    }

    // Whether the page that begins there is another one than in the shadow.
    differs(begin) {
        return this.view.compare(this.shadow, begin, begin + PAGE, begin, begin + PAGE) !== 0;
    }

    writeDifferences(begin, end) {
        const { file, view, shadow } = this;
        for (let at = begin; at < end;) {
            while (at < end && view[at] === shadow[at]) at++;
            if (at === end) break;
            let last = at;
            for (let next = at + 1; next < end && next - last <= GAP; next++)
                if (view[next] !== shadow[next]) last = next;
            file.byte(RECORD.memoryWrite);
            file.byte(0);
            file.unsigned(at);
            file.unsigned(last + 1 - at);
            file.copy(view, at, last + 1);
            at = last + 1;
        }
        file.flushIfFull();
    }

    synchronise() {
        this.refresh();
        for (const page of this.compared) {
            const begin = page * PAGE;
            if (begin < this.view.length) this.view.copy(this.shadow, begin, begin, begin + PAGE);
            this.isCompared[page] = 0;
        }
        for (const page of this.passed) tableSet.call(this.pages, page, this.checker);
        this.compared.length = this.passed.length = 0;
    }

    // ---- Crossings -------------------------------------------------------------------------------

    // Whether it is the module's turn, as it must be. Else it was called in a way that the recorder does not see.
    isModules() {
        if (this.turn === HOST) this.refuse("an instance that is not recorded calls a function of it");
        else if (this.turn === CROSSING) this.refuse(OVERFLOW);
        return !this.stopped;
    }

    // The same of the host. Else the stack overflowed while the recorder was at a crossing.
    isHosts() {
        if (this.turn !== HOST) this.refuse(OVERFLOW);
        return !this.stopped;
    }

    // The host hands over to the module. What is left to be written into `entry` is the caller's, and that it
    // is the module's turn then.
    enter(record) {
        this.isHosts();
        this.turn = CROSSING;
        this.crossings++;
        this.thrown = undefined;
        this.entry.length = 0;
        this.entry.byte(record);
        return this.entry;
    }

    // The module hands over to the host, whose turn the caller begins when the record is complete.
    leave(record) {
        const goesOn = this.isModules();
        this.turn = CROSSING;
        if (!goesOn) return this.file; // what the caller writes goes no further
        this.crossings++;
        this.synchronise();
        this.file.copy(this.entry.buffer, 0, this.entry.length);
        this.file.byte(record);
        this.file.flushIfFull();
        return this.file;
    }

    leaveByException(error) {
        const isThrown = this.thrown !== undefined && this.thrown.error === error;
        if (this.turn !== MODULE) {
            this.refuse(OVERFLOW);
        } else if (isThrown && (!this.module.handlesExceptions || traps.has(error))) {
            this.leave(RECORD.unwound);
        } else if (this.isKnownException(error) || error instanceof Exception) {
            this.writeException(this.leave(RECORD.exception), error);
        } else if (error instanceof RuntimeError) {
            this.leave(RECORD.trap).byte(trapKind(error));
            traps.add(error);
        } else {
            this.refuse(OVERFLOW);
        }
        this.thrown = undefined;
        this.turn = HOST;
    }

    // An import has thrown: the module may catch what is no trap.
    enterByException(error) {
        if (this.module.handlesExceptions && !traps.has(error))
            this.writeException(this.enter(RECORD.throwException), error);
        else this.enter(RECORD.throw);
        this.thrown = { error };
        this.turn = MODULE;
    }

    // What the host sees of a function of the instance.
    wrapper(raw) {
        let wrapper = wrappers.get(raw);
        if (wrapper) return wrapper;
        const index = Number(raw.name), { parameters, results } = this.module.functions[index];
        wrapper = (...given) => {
            if (this.stopped) return this.resultToHost(results, raw(...given.map(rawFunction)));
            const values = parameters.map((type, i) => this.convert(type, given[i]));
            if (this.nestedCalls === MAX_NESTED_CALLS)
                this.refuse(`more than ${MAX_NESTED_CALLS} calls of it are nested, which Tailrace does not do`);
            this.nestedCalls++;
            let result;
            try {
                const out = this.enter(RECORD.call);
                out.unsigned(index);
                this.writeAll(out, parameters, values);
                const taken = parameters.map((type, i) => this.toModule(type, values[i]));
                this.turn = MODULE;
                result = raw(...taken);
            } catch (error) {
                if (!this.stopped) this.leaveByException(error);
                throw error;
            } finally {
                this.nestedCalls--;
            }
            result = this.resultToHost(results, result);
            if (!this.stopped) {
                const file = this.leave(RECORD.result);
                this.writeAll(file, results, results.length === 1 ? [result] : result);
                this.turn = HOST;
            }
            return result;
        };
        Object.defineProperties(wrapper, { name: { value: raw.name }, length: { value: raw.length } });
        wrappers.set(raw, wrapper);
        wrapped.set(wrapper, { recording: this, raw, index });
        return wrapper;
    }

    resultToHost(types, result) {
        if (types.length === 1) return this.toHost(types[0], result);
        return types.length > 1 ? types.map((type, i) => this.toHost(type, result[i])) : undefined;
    }

    // What the instance gets for a function that it imports.
    importWrapper(index, { parameters, results }, host) {
        const hasFunctions = parameters.includes(FUNCREF);
        return (...given) => {
            if (hasFunctions) given = given.map((value, i) => this.toHost(parameters[i], value));
            if (this.stopped) return host(...given);
            const out = this.leave(RECORD.import);
            out.unsigned(index);
            this.writeAll(out, parameters, given);
            this.turn = HOST;
            let values;
            try {
                const result = host(...given);
                if (results.length === 1) {
                    values = [this.convert(results[0], result)];
                } else if (results.length > 1) {
                    values = [...result];
                    if (values.length !== results.length) throw new TypeError("multi-return length mismatch");
                    values = values.map((value, i) => this.convert(results[i], value));
                }
            } catch (error) {
                if (!this.stopped) this.enterByException(error);
                throw error;
            }
            if (!this.stopped) {
                const entry = this.enter(RECORD.return);
                if (values) this.writeAll(entry, results, values);
            }
            if (values) values = values.map((value, i) => this.toModule(results[i], value));
            this.turn = MODULE;
            return values?.length === 1 ? values[0] : values;
        };
    }

    // ---- What the host does to tables, globals and the memory's size -------------------------------

    wroteTable(index, element, type, value) {
        if (this.stopped) return;
        const number = this.referenceNumber(type, value);
        if (!(number >= 0))
            return this.refuse(`a function of unknown type is put into table ${index} as element ${element}`);
        this.file.byte(RECORD.tableSet);
        this.file.unsigned(index);
        this.file.unsigned(element);
        this.file.unsigned(number);
    }

    grewTable(index, count, type, value) {
        if (this.stopped) return;
        const number = this.referenceNumber(type, value);
        if (!(number >= 0))
            return this.refuse(`table ${index} is grown with a function of unknown type`);
        this.file.byte(RECORD.tableGrow);
        this.file.unsigned(index);
        this.file.unsigned(count);
        this.file.unsigned(number);
    }

    grewMemory(pages) {
        if (this.stopped) return;
        this.file.byte(RECORD.memoryGrow);
        this.file.byte(0);
        this.file.unsigned(pages);
    }

    wroteGlobal(index, type, value) {
        if (this.stopped) return;
        this.file.byte(RECORD.globalSet);
        this.file.unsigned(index);
        this.write(this.file, type, value);
    }

    // ---- The instance ----------------------------------------------------------------------------

    own(thing, kind, index, type) {
        const owner = owners.get(thing);
        if (unwatched.has(thing)) return this.refuse(`its ${kind} ${index} belongs to another instance, too`);
        if (owner && owner.recording !== this) {
            disown(thing, kind);
            return this.refuse(`its ${kind} ${index} belongs to another instance, too`);
        }
        if (owner && owner.index !== index)
            return this.refuse(`its ${kind}s ${owner.index} and ${index} are one and the same`);
        owners.set(thing, { recording: this, index, type });
    }

    ownMemory(memory) {
        this.own(memory, "memory", 0);
        if (this.stopped) return;
        this.memory = memory;
        if (hasThreads) this.sharesWithThread();
        if (this.stopped) return;
        this.refresh();
    }

    // Another thread may change a shared memory at any time.
    sharesWithThread() {
        if (this.memory && isShared(this.memory))
            this.refuse("its memory is shared, and the program has another thread (a worker), which may change it");
    }

    // Writes the state of what is imported, and returns what to import instead; undefined if that is not what
    // the module wants, and the engine shall say so.
    imports(given) {
        const replaced = Object.create(null);
        let functions = 0, tables = 0, globals = 0;
        for (const { module, name, unique, kind, type } of this.module.imports) {
            const value = given?.[module]?.[name];
            replaced[module] ??= Object.create(null);
            replaced[module][unique] = value;
            if (kind === "function") {
                if (typeof value !== "function") return undefined;
                replaced[module][unique] = this.importWrapper(functions++, type, value);
            } else if (kind === "memory") {
                if (!(value instanceof Memory)) return undefined;
                this.ownMemory(value);
                if (this.stopped) continue;
                this.file.unsigned(value.buffer.byteLength / 65536);
                this.file.unsigned((maxima.get(value) ?? -1) + 1);
            } else if (kind === "table") {
                if (!(value instanceof Table)) return undefined;
                this.own(value, "table", tables, type);
                if (this.stopped) continue;
                this.file.unsigned(value.length);
                this.file.unsigned((maxima.get(value) ?? -1) + 1);
                tables++;
            } else if (kind === "tag") {
                if (!(value instanceof Tag)) return undefined;
                this.tags.push(value);
                if (!this.stopped) this.file.unsigned(this.tags.indexOf(value));
            } else {
                const isNumber = type.type >= F64;
                const kindOfNumber = type.type === I64 ? "bigint" : "number";
                if (!(value instanceof Global) && isNumber && typeof value !== kindOfNumber) return undefined;
                if (value instanceof Global && type.mutable) this.own(value, "global", globals, type);
                globals++;
                if (this.stopped) continue;
                const content = value instanceof Global ? globalValue.get.call(value) : value;
                if (type.type === FUNCREF && content !== null)
                    this.refuse(`the global ${module}.${name} is a function`);
                else this.write(this.file, type.type, this.convert(type.type, content));
            }
        }
        if (!this.stopped) this.writeImportedContents(replaced);
        return replaced;
    }

    writeImportedContents(imports) {
        let tables = 0;
        for (const { module, unique, kind, type } of this.module.imports) {
            const value = imports[module][unique];
            if (kind === "table") {
                for (let i = 0; i < value.length && !this.stopped; i++) {
                    const element = wrapperOf(tableGet.call(value, i));
                    if (element === null) continue;
                    this.wroteTable(tables, i, type.type, element);
                    // What the host had put there before must be recorded when the module calls it, too.
                    if (!this.stopped) tableSet.call(value, i, this.toModule(type.type, element));
                }
                tables++;
            } else if (kind === "memory" && !this.stopped) {
                for (let at = 0; at < this.view.length; at += PAGE)
                    if (this.differs(at)) this.writeDifferences(at, at + PAGE);
            }
        }
    }

    // Takes over what was instantiated from the rewritten module; runs its start function.
    begin(instance) {
        const { exports } = instance;
        this.pages = exports[ADDED.table];
        this.pass = exports[ADDED.passed];
        this.checker = reexport({ parameters: [I32], results: [] }, (page) => this.check(page));
        tableGrow.call(this.pages, PAGES, this.checker);
        this.isCompared = new Uint8Array(PAGES + 1);
        if (!this.stopped && exports[ADDED.memory]) {
            if (!this.memory) this.ownMemory(exports[ADDED.memory]);
            for (let at = 0; at < this.view.length; at += PAGE)
                if (this.differs(at)) this.view.copy(this.shadow, at, at, at + PAGE);
        }
        for (let tag = this.module.importedTags; tag < this.module.tags.length; tag++)
            this.tags.push(exports[ADDED.tag + tag]);
        const replaced = Object.create(null);
        for (const { name, kind, index } of this.module.exports) {
            replaced[name] = kind === "function" ? this.wrapper(exports[name]) : exports[name];
            if (kind === "table") this.own(exports[name], "table", index, this.module.tables[index]);
            const global = kind === "global" ? this.module.globals[index] : undefined;
            if (global?.mutable || global?.type === FUNCREF) this.own(exports[name], "global", index, global);
        }
        this.start(exports[ADDED.start]);
        Object.defineProperty(instance, "exports", { value: Object.freeze(replaced), configurable: true });
        return instance;
    }

    start(start) {
        if (this.module.start >= 0 && this.module.start < this.module.importedFunctions)
            this.refuse("its start function is an import");
        if (!this.stopped) this.enter(RECORD.instantiate);
        this.turn = MODULE;
        this.nestedCalls = 1;
        try {
            start?.();
        } catch (error) {
            this.refuse("its start function failed");
            throw error;
        }
        this.nestedCalls = 0;
        if (!this.stopped) this.leave(RECORD.result);
        this.turn = HOST;
    }

    // The process ends, maybe within a function of the host that the module has called.
    end() {
        if (!this.stopped) this.isHosts();
        this.discard();
        if (this.stopped) return;
        this.stopped = true;
        const { file } = this;
        file.byte(RECORD.end);
        file.unsigned(this.crossings);
        if (this.memory) {
            const size = this.memory.buffer.byteLength;
            this.refresh();
            file.unsigned(size);
            file.copy(crypto.createHash("sha256").update(this.shadow.subarray(0, size)).digest());
        }
        file.close();
        this.report(`${file.path}: ${this.name}, ${this.crossings} crossings, ${file.written} bytes`, true);
    }
}

export function rawFunction(value) {
    return wrapped.get(value)?.raw ?? value;
}

export function wrapperOf(value) {
    return wrappers.get(value) ?? value;
}

// Another instance may change what is a recorded one's, where nobody sees it.
export function disown(thing, kind) {
    const owner = owners.get(thing);
    owner?.recording.refuse(`its ${kind} ${owner.index} belongs to another instance, too`);
}
