// HiGHS, in C++: solves a linear program by the simplex method; floating point throughout.
import highs from "highs";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const random = randomNumbers(11), plants = 80, shops = 200;
    const terms = [], supply = [], demand = [];
    for (let i = 0; i < plants; i++)
        for (let j = 0; j < shops; j++) terms.push(`${1 + Math.floor(random() * 50)} x${i}_${j}`);
    for (let i = 0; i < plants; i++)
        supply.push(`s${i}: ` + Array.from({ length: shops }, (_, j) => `x${i}_${j}`).join(" + ") + " <= 200");
    for (let j = 0; j < shops; j++)
        demand.push(`d${j}: ` + Array.from({ length: plants }, (_, i) => `x${i}_${j}`).join(" + ") +
            ` >= ${10 + Math.floor(random() * 40)}`);
    const solver = await highs();
    const solution = solver.solve(`Minimize\n obj: ${terms.join(" + ")}\nSubject To\n ${supply.join("\n ")}\n ` +
        `${demand.join("\n ")}\nEnd\n`);
    return solution.Status + solution.ObjectiveValue;
}
