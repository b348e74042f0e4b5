// GLPK, in C: linear programs and integer programs.
import GLPK from "glpk.js/node";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const glpk = await GLPK(), random = randomNumbers(9), found = [];
    for (const [size, generals] of [[150, false], [24, true]]) {
        const names = Array.from({ length: size }, (_, i) => `x${i}`), some = () => Math.round(random() * 20);
        const lp = { name: "lp", objective: { direction: glpk.GLP_MAX, name: "z",
            vars: names.map((name) => ({ name, coef: 1 + some() })) },
        subjectTo: names.slice(0, size / 2).map((row) => ({ name: `of ${row}`,
            vars: names.map((name) => ({ name, coef: some() })),
            bnds: { type: glpk.GLP_UP, ub: 1000 + some(), lb: 0 } })),
        bounds: names.map((name) => ({ name, type: glpk.GLP_DB, ub: 30, lb: 0 })) };
        if (generals) lp.generals = names;
        const { result } = await glpk.solve(lp, { msglev: glpk.GLP_MSG_OFF, tmlim: 60 });
        found.push(JSON.stringify([result.status, result.z, result.vars]));
    }
    return found.join();
}
