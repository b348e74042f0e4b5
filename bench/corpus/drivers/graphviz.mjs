// Graphviz, in C: lays out graphs.
import { instance } from "@viz-js/viz";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const viz = await instance(), random = randomNumbers(8), lines = [];
    for (let i = 0; i < 160; i++)
        lines.push(`n${i} [label="node ${i}" shape=${i % 3 ? "box" : "ellipse"}];`,
            `n${i} -> n${Math.floor(random() * 160)} [label="${i}"];`);
    return viz.renderString(`digraph { ${lines.join("\n")} }`, { format: "svg" }) +
        viz.renderString("graph { a -- b -- c -- d -- a -- c; b -- d -- e }", { engine: "neato" });
}
