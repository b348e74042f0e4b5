// tiktoken, in Rust: text to the tokens of a language model, and back.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { prose, source } from "../inputs.mjs";

export default async function run() {
    const require = createRequire(import.meta.url);
    const { Tiktoken } = require("tiktoken/lite");
    const model = JSON.parse(readFileSync(require.resolve("tiktoken/encoders/r50k_base.json"), "utf8"));
    const encoder = new Tiktoken(model.bpe_ranks, model.special_tokens, model.pat_str);
    const tokens = encoder.encode(prose(120000) + source(50));
    const text = encoder.decode(tokens);
    encoder.free();
    return tokens.join() + new TextDecoder().decode(text).length;
}
