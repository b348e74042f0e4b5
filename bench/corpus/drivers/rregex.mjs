// Rust's regular expressions.
import { createRequire } from "node:module";
import { prose, source } from "../inputs.mjs";

export default async function run() {
    const { RRegex } = createRequire(import.meta.url)("rregex");
    const text = prose(600000) + source(600), found = [];
    for (const pattern of ["[A-Z][a-z]+, [a-z]+", "(\\w+)\\s*=>?\\s*(\\w+)", "(?i)(qui|sol|tu)+\\b",
        "\\d+(\\.\\d+)?"]) {
        const regex = new RRegex(pattern);
        found.push(regex.replaceAll(text, "<$0>").length, regex.findAll(text.slice(0, 50000)).length);
    }
    return found.join();
}
