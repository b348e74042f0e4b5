// cjs-module-lexer, in C: finds the exports of CommonJS modules; every node process carries it.
import { init, parse } from "cjs-module-lexer";
import { source } from "../inputs.mjs";

export default async function run() {
    await init();
    const found = [];
    for (let i = 0; i < 50; i++) {
        const text = source(300, { seed: i + 1 });
        for (let times = 0; times < 3; times++) found.push([...parse(text).exports].join());
    }
    return found.join("\n");
}
