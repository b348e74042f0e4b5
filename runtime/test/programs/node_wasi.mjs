// Runs a WASI command under node's own WASI: node node_wasi.mjs FOLDER ENVIRONMENT FILE.wasm [ARG...]
// FOLDER becomes "/". Modules of the older snapshot, wasi_unstable, are adapted, since node gives them
// the newer one's numbers and layouts.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { WASI } from 'node:wasi';

const [folder, environment, file, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: [basename(file), ...args],
  env: JSON.parse(environment),
  preopens: { '/': folder },
  returnOnExit: true,
});
const functions = wasi.wasiImport;
let instance;
const bytes = () => new Uint8Array(instance.exports.memory.buffer);

// The older filestat is 8 bytes shorter: a 32-bit link count right behind the type.
const oldFilestat = (get) => (...args) => {
  const at = args.at(-1);
  const behind = bytes().slice(at + 56, at + 64);
  const error = get(...args);
  const memory = bytes();
  const links = memory.slice(at + 24, at + 28);
  memory.copyWithin(at + 24, at + 32, at + 64);
  memory.set(links, at + 20);
  memory.set(behind, at + 56);
  return error;
};

const unstable = {
  ...functions,
  fd_seek: (fd, offset, whence, at) => functions.fd_seek(fd, offset, [1, 2, 0][whence], at),
  fd_filestat_get: oldFilestat(functions.fd_filestat_get),
  path_filestat_get: oldFilestat(functions.path_filestat_get),
};

const module = await WebAssembly.compile(readFileSync(file));
instance = await WebAssembly.instantiate(module, {
  wasi_snapshot_preview1: functions,
  wasi_unstable: unstable,
});
process.exitCode = wasi.start(instance);
