// Voy, in Rust: the nearest vectors.
import { readFileSync } from "node:fs";
import * as voy from "voy-search/voy_search_bg.js";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const bytes = readFileSync(new URL("../node_modules/voy-search/voy_search_bg.wasm", import.meta.url));
    const { instance } = await WebAssembly.instantiate(bytes, { "./voy_search_bg.js": voy });
    voy.__wbg_set_wasm(instance.exports);
    const random = randomNumbers(13), vector = () => Array.from({ length: 48 }, () => random());
    const embeddings = Array.from({ length: 1500 },
        (_, i) => ({ id: `${i}`, title: `t${i}`, url: `/${i}`, embeddings: vector() }));
    const index = new voy.Voy({ embeddings }), found = [];
    for (let i = 0; i < 60; i++) found.push(index.search(new Float32Array(vector()), 5).neighbors.map(({ id }) => id));
    return found.join();
}
