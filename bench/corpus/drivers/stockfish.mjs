// Stockfish, in C++: searches for the best move.
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";

export default async function run() {
    const require = createRequire(import.meta.url), script = require.resolve("stockfish.js"), lines = [];
    delete globalThis.fetch; // or an older Emscripten takes node for a browser
    process.chdir(path.dirname(script)); // where it looks for its module
    return new Promise((done) => {
        globalThis.postMessage = (line) => {
            lines.push(line);
            if (line.startsWith("uciok")) {
                globalThis.onmessage({ data: "position startpos moves e2e4 e7e5 g1f3 b8c6" });
                globalThis.onmessage({ data: "go depth 6" });
            }
            if (line.startsWith("bestmove")) done(lines.filter((each) => !/nps|time/.test(each)).join("\n"));
        };
        require(script);
        globalThis.onmessage({ data: "uci" });
    });
}
