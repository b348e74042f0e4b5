// RE2, in C++: regular expressions by automata.
import { createRequire } from "node:module";
import { prose, source } from "../inputs.mjs";

export default async function run() {
    const { RE2 } = createRequire(import.meta.url)("@adguard/re2-wasm");
    const lines = (prose(60000) + source(50)).split("\n"), found = [];
    for (const pattern of ["[A-Z][a-z]+, [a-z]+", "(\\w+)\\s*=>?\\s*(\\w+)", "(qui|sol|tu)+\\b",
        "function (\\w+)_(\\d+)"]) {
        const regex = new RE2(pattern, "u");
        for (const line of lines) found.push(regex.test(line), line.replace(regex, "<$&>"));
    }
    return found.join("\n");
}
