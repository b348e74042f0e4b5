// Loaded before the program: makes every WebAssembly instance that it creates a recorded one.

import fs from "node:fs";
import process from "node:process";
import { syncBuiltinESMExports } from "node:module";
import { types } from "node:util";
import threads, { isMainThread } from "node:worker_threads";

import { ADDED, FUNCREF, Unsupported, importName, instrument, read } from "./instrument.mjs";
import { Recording, disown, maxima, owners, rawFunction, threadStarts, typesOfReexports, unwatched, wrapperOf }
    from "./recording.mjs";
import { nameOf, watch } from "./origins.mjs";
import { TraceFile } from "./trace_file.mjs";

const { TAILRACE_RECORD_DIRECTORY: directory, TAILRACE_RECORD_NAME: program } = process.env;
// The process that was asked to be recorded, and none of its children or threads.
const isFirst = isMainThread && process.pid === Number(process.env.TAILRACE_RECORD_PROCESS);
const { Memory, Table, Global, Module, Instance, compile, validate } = WebAssembly;
const { exports: moduleExports, imports: moduleImports, customSections } = Module;

const recordings = [];
// By module: { original, module } as instrument() understood it, or { reason } why it cannot be recorded; and its
// name for messages.
const known = new WeakMap();

let isComplete = true; // nothing was refused

function report(message, isRecorded) {
    process.stderr.write(`record: ${message.replace(/[\p{Cc}\p{Cf}]/gu, "?")}\n`);
    isComplete &&= isRecorded;
}

function define(object, name, value) {
    Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

function bytesOf(source) {
    if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
    return types.isArrayBuffer(source) ? new Uint8Array(source).slice() : undefined;
}

// What to compile instead of `source`, and what is known of it then; `from` is its URL, if there is one.
function rewrite(source, from) {
    const original = bytesOf(source), { stack } = new Error();
    if (/ \(?node:internal\/deps\//.test(stack)) return { source, fact: {} }; // a library of Node's own
    if (!original || !validate(original)) return { source }; // the engine shall say what is wrong
    const name = nameOf(original, from, stack);
    try {
        const { bytes, module, isEmpty } = instrument(original);
        return { source: bytes, fact: { name, original, module, isEmpty } };
    } catch (error) {
        if (!(error instanceof Unsupported)) throw error;
        return { source, fact: { name, reason: error.message } };
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
        if (original)
            known.set(module, { name: nameOf(original, undefined, new Error().stack), original, module: read(original) });
    }
    return known.get(module);
}

function recordingOf(module) {
    const fact = factOf(module);
    if (!fact && module instanceof Module) report("a module from another thread is not recorded", false);
    if (fact?.reason) report(`${fact.name} is not recorded: ${fact.reason}`, false);
    if (!fact?.module || fact.isEmpty) return undefined;
    fact.instances = (fact.instances ?? 0) + 1;
    const title = fact.instances > 1 ? `${fact.name}, instance ${fact.instances}` : fact.name;
    return new Recording(new TraceFile(directory, program, fact.original), title, fact.module, report);
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

async function compileLater(source, from, options) {
    const rewritten = rewrite(source, from);
    return remember(await compile(rewritten.source, ...options), rewritten.fact);
}

async function bodyOf(source) {
    const response = await source;
    if (typeof Response === "undefined" || !(response instanceof Response)) throw new TypeError("expected a Response");
    if (!response.ok) throw new TypeError(`HTTP status code is not ok: ${response.status}`);
    if (response.headers.get("content-type") !== "application/wasm")
        throw new TypeError("Incorrect response MIME type. Expected 'application/wasm'.");
    return { body: await response.arrayBuffer(), from: response.url };
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

async function instantiateLater(source, from, imports, options) {
    const module = await compileLater(source, from, options);
    return { module, instance: instantiateNow(module, imports) };
}

define(WebAssembly, "compile", async (source, ...options) => compileLater(source, undefined, options));
define(WebAssembly, "compileStreaming", async (source, ...options) => {
    const { body, from } = await bodyOf(source);
    return compileLater(body, from, options);
});
define(WebAssembly, "instantiate", async (source, imports, ...options) =>
    source instanceof Module ? instantiateNow(source, imports)
                             : instantiateLater(source, undefined, imports, options));
define(WebAssembly, "instantiateStreaming", async (source, imports, ...options) => {
    const { body, from } = await bodyOf(source);
    return instantiateLater(body, from, imports, options);
});

// Programs ask what the engine can do by validating small modules, and shall get what Tailrace can do. It is said,
// once for each reason: they may take another module then.
const denied = new Set();
define(WebAssembly, "validate", (source) => {
    if (!validate(source)) return false;
    const { fact } = rewrite(source);
    if (!fact?.reason) return true;
    const kind = fact.reason.replace(/ \(.*?\)/, "");
    if (!denied.has(kind))
        report(`${fact.name} is refused at validation: ${fact.reason}; the program may have chosen another module than`
               + " it takes without the recorder", true);
    denied.add(kind);
    return false;
});

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

threads.Worker = new Proxy(threads.Worker, {
    construct(target, given, newTarget) {
        threadStarts(recordings);
        return Reflect.construct(target, given, newTarget);
    },
});
syncBuiltinESMExports();

// Whether this recording has made traces, in whatever process.
function hasTraces() {
    return fs.readdirSync(directory).some((file) =>
        file.startsWith(program) && /^(-\d+)?\.trace$/.test(file.slice(program.length)));
}

watch();
process.on("exit", () => {
    for (const recording of recordings) recording.end();
    if (isFirst && isComplete && !hasTraces())
        report("no WebAssembly was seen here, and there is no trace. Not seen are modules in a context of node:vm, modules that "
               + "Node imports by itself (import \"x.wasm\"), and processes or threads that are started with an "
               + "environment of their own, without this one's NODE_OPTIONS", false);
    if (!isComplete && !process.exitCode) process.exitCode = 1;
});
