// Oniguruma, in C: the regular expressions with which editors colour source code.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import oniguruma from "vscode-oniguruma";
import { source } from "../inputs.mjs";

const RULES = ["\\b(?:const|let|var|function|return|for|of|if|else|typeof|import|export|from|as)\\b",
    "\"(?:[^\"\\\\]|\\\\.)*\"", "`(?:[^`\\\\]|\\\\.)*`", "//.*$", "/\\*[\\s\\S]*?\\*/", "\\b\\d+(?:\\.\\d+)?\\b",
    "(?<name>[A-Za-z_$][\\w$]*)(?=\\s*\\()", "[A-Za-z_$][\\w$]*", "=>|[-+*/%]?=|[{}()\\[\\];,.<>!&|?:]+"];

export default async function run() {
    const file = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
    await oniguruma.loadWASM(readFileSync(file));
    const scanner = oniguruma.createOnigScanner(RULES);
    const found = [];
    for (const line of source(480, { esm: true }).split("\n")) {
        const text = oniguruma.createOnigString(line);
        for (let place = 0; place < line.length;) {
            const match = scanner.findNextMatchSync(text, place);
            if (!match) break;
            const [{ start, end }] = match.captureIndices;
            found.push(match.index, start);
            place = Math.max(end, place + 1);
        }
        text.dispose();
    }
    scanner.dispose();
    return found.join();
}
