// Graphviz, in C: arranges a graph.
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const random = randomNumbers(10), edges = [];
    for (let i = 1; i < 70; i++) edges.push(`n${i} -> n${Math.floor(random() * i)} [label="e${i}"];`);
    for (let i = 0; i < 30; i++) edges.push(`n${Math.floor(random() * 70)} -> n${Math.floor(random() * 70)};`);
    return (await Graphviz.load()).dot(`digraph { rankdir=LR; node [shape=box]; ${edges.join(" ")} }`, "svg");
}
