// Loaded before the program: makes every WebAssembly instance that it creates a recorded one.

import process from "node:process";
import { types } from "node:util";

import { ADDED, FUNCREF, Unsupported, importName, instrument, read } from "./instrument.mjs";
import { Recording, disown, maxima, owners, rawFunction, typesOfReexports, unwatched, wrapperOf }
    from "./recording.mjs";

const directory = process.env.TAILRACE_RECORD_DIRECTORY;
const { Memory, Table, Global, Module, Instance, compile, validate } = WebAssembly;
const { exports: moduleExports, imports: moduleImports, customSections } = Module;

const recordings = [];
// By module: { original, module } as instrument() understood it, or { reason } why it cannot be recorded.
const known = new WeakMap();

let isComplete = true; // nothing was refused

function report(message, isRecorded) {
    process.stderr.write(`record: ${message}\n`);
    isComplete &&= isRecorded;
}

function define(object, name, value) {
    Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

function bytesOf(source) {
    if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
    return types.isArrayBuffer(source) ? new Uint8Array(source).slice() : undefined;
}

// What to compile instead of `source`, and what is known of it then.
function rewrite(source) {
    const original = bytesOf(source);
    if (/ \(?node:internal\/deps\//.test(new Error().stack)) return { source, fact: {} }; // a library of Node's own
    if (!original || !validate(original)) return { source }; // the engine shall say what is wrong
    try {
        const { bytes, module, isEmpty } = instrument(original);
        return { source: bytes, fact: { original, module, isEmpty } };
    } catch (error) {
        if (!(error instanceof Unsupported)) throw error;
        return { source, fact: { reason: error.message } };
    }
}

function remember(module, fact) {
    if (fact) known.set(module, fact);
    return module;
}

function factOf(module) {
    if (!known.has(module) && module instanceof Module) {
        const [section] = customSections(module, ADDED.original); // it comes from another thread
        const original = bytesOf(section);
        if (original) known.set(module, { original, module: read(original) });
    }
    return known.get(module);
}

function recordingOf(module) {
    const fact = factOf(module);
    if (!fact && module instanceof Module) report("an instance of a module from another thread is not recorded", false);
    if (fact?.reason) report(`an instance is not recorded: ${fact.reason}`, false);
    return fact?.module && !fact.isEmpty ? new Recording(directory, fact.original, fact.module, report) : undefined;
}

// An instance without a recording. What it shares with recorded ones it can change unseen. But empty modules have
// no code: what they export is what they import, or a memory or table that others may have.
function instantiateUnrecorded(module, given) {
    const instance = new Instance(module, given), fact = known.get(module);
    const shared = (kind, thing) => {
        if (typeof thing !== "object" || thing === null) return;
        disown(thing, kind);
        if (!fact?.isEmpty) unwatched.add(thing);
    };
    for (const { module: from, name, kind } of moduleImports(module)) shared(kind, given?.[from]?.[name]);
    for (const { name, kind } of moduleExports(module)) shared(kind, instance.exports[name]);
    if (fact?.isEmpty)
        for (const { name, kind, index } of fact.module.exports) {
            const thing = instance.exports[name];
            if (kind === "function") typesOfReexports.set(thing, fact.module.functions[index]);
            const maximum = { memory: fact.module.memories, table: fact.module.tables }[kind]?.[index].maximum;
            if (maximum !== undefined && !maxima.has(thing)) maxima.set(thing, maximum);
        }
    return instance;
}

// Always at once, also for those who wait for it: nobody can change what is imported in between.
function instantiateNow(module, given) {
    const recording = recordingOf(module);
    if (!recording) return instantiateUnrecorded(module, given);
    recordings.push(recording);
    const imports = recording.imports(given);
    let instance;
    try {
        instance = new Instance(module, imports ?? given);
    } catch (error) {
        recording.refuse("it could not be instantiated");
        throw error;
    }
    if (!imports) recording.refuse("it imports something of the engine's own"); // which the engine accepts
    return recording.begin(instance);
}

async function compileLater(source, ...options) {
    const rewritten = rewrite(source);
    return remember(await compile(rewritten.source, ...options), rewritten.fact);
}

async function bodyOf(source) {
    const response = await source;
    if (typeof Response === "undefined" || !(response instanceof Response)) throw new TypeError("expected a Response");
    if (!response.ok) throw new TypeError(`HTTP status code is not ok: ${response.status}`);
    if (response.headers.get("content-type") !== "application/wasm")
        throw new TypeError("Incorrect response MIME type. Expected 'application/wasm'.");
    return response.arrayBuffer();
}

function replaceConstructor(name, constructor, construct) {
    const proxy = new Proxy(constructor, { construct });
    define(constructor.prototype, "constructor", proxy);
    define(WebAssembly, name, proxy);
}

replaceConstructor("Module", Module, (target, [source, ...options], newTarget) => {
    const rewritten = rewrite(source);
    return remember(Reflect.construct(target, [rewritten.source, ...options], newTarget), rewritten.fact);
});
replaceConstructor("Instance", Instance, (target, [module, imports]) => instantiateNow(module, imports));
for (const [name, constructor] of [["Memory", Memory], ["Table", Table], ["Global", Global]])
    replaceConstructor(name, constructor, (target, given, newTarget) => {
        if (name !== "Memory" && given.length > 1) given = [given[0], rawFunction(given[1])];
        const made = Reflect.construct(target, given, newTarget);
        if (given[0].maximum !== undefined) maxima.set(made, given[0].maximum);
        return made;
    });

define(WebAssembly, "compile", compileLater);
define(WebAssembly, "compileStreaming", async (source, ...options) => compileLater(await bodyOf(source), ...options));
define(WebAssembly, "instantiate", async (source, imports, ...options) => {
    if (source instanceof Module) return instantiateNow(source, imports);
    const module = await compileLater(source, ...options);
    return { module, instance: instantiateNow(module, imports) };
});
define(WebAssembly, "instantiateStreaming", async (source, ...given) =>
    WebAssembly.instantiate(await bodyOf(source), ...given));
// Programs ask what the engine can do by validating small modules, and shall get what Tailrace can do.
define(WebAssembly, "validate", (source) => validate(source) && !rewrite(source).fact?.reason);

define(Module, "imports", (module) =>
    moduleImports(module).map((entry) => ({ ...entry, name: importName(entry.name) })));
define(Module, "exports", (module) => {
    const added = new Set(Object.values(ADDED));
    return moduleExports(module).filter(({ name }) => !factOf(module)?.module || !added.has(name));
});

const { grow: memoryGrow } = Memory.prototype;
define(Memory.prototype, "grow", function grow(pages) {
    const before = memoryGrow.call(this, pages);
    owners.get(this)?.recording.grewMemory(this.buffer.byteLength / 65536 - before);
    return before;
});

const { get: tableGet, set: tableSet, grow: tableGrow } = Table.prototype;
function readTable(table, index) {
    const element = tableGet.call(table, index), owner = owners.get(table);
    return owner ? owner.recording.toHost(owner.type.type, element) : wrapperOf(element);
}
function forTable(owner, value) {
    if (!owner) return rawFunction(value);
    return owner.recording.stopped ? rawFunction(value) : owner.recording.toModule(owner.type.type, value);
}
define(Table.prototype, "get", function get(index) {
    return readTable(this, index);
});
define(Table.prototype, "set", function set(index, ...value) {
    const owner = owners.get(this);
    tableSet.call(this, index, ...value.map((each) => forTable(owner, each)));
    const written = typeof value[0] === "function" ? value[0] : readTable(this, index); // it may be missing
    owner?.recording.wroteTable(owner.index, index, owner.type.type, written);
});
define(Table.prototype, "grow", function grow(count, ...value) {
    const owner = owners.get(this);
    const before = tableGrow.call(this, count, ...value.map((each) => forTable(owner, each)));
    if (owner && this.length > before) {
        const written = typeof value[0] === "function" ? value[0] : readTable(this, before);
        owner.recording.grewTable(owner.index, this.length - before, owner.type.type, written);
    }
    return before;
});

const globalValue = Object.getOwnPropertyDescriptor(Global.prototype, "value");
Object.defineProperty(Global.prototype, "value", {
    ...globalValue,
    get() {
        const value = globalValue.get.call(this), owner = owners.get(this);
        return owner ? owner.recording.toHost(owner.type.type, value) : wrapperOf(value);
    },
    set(value) {
        const owner = owners.get(this);
        globalValue.set.call(this, rawFunction(value));
        if (!owner) return;
        const { type } = owner.type;
        owner.recording.wroteGlobal(owner.index, type, type === FUNCREF ? value : globalValue.get.call(this));
    },
});

process.on("exit", () => {
    for (const recording of recordings) recording.end();
    if (!isComplete && !process.exitCode) process.exitCode = 1;
});
