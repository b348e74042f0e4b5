// clingo, in C++: grounds and solves logic programs. What is wrong with one leaves the parser or the grounder as an
// exception of C++.
import clingo from "clingo-wasm";
import { randomNumbers } from "../inputs.mjs";

const QUEENS = "n(1..9). 1 { q(I,J) : n(J) } 1 :- n(I). :- q(I,J), q(K,J), I < K. " +
    ":- q(I,J), q(K,L), I < K, |I-K| == |J-L|.";

// Colours of a random graph.
function colours(nodes, edges) {
    const random = randomNumbers(14), number = () => Math.floor(random() * nodes);
    const facts = Array.from({ length: edges }, () => `edge(${number()},${number()}).`);
    return `node(0..${nodes - 1}). ${facts.join(" ")} 1 { has(X,C) : C = 1..4 } 1 :- node(X). ` +
        ":- edge(X,Y), X != Y, has(X,C), has(Y,C).";
}

const WRONG = ["a :- b(", "p(X).", "#const a = b. #const b = a. p(a).", "p(1..). q :- p(X), X = @f(1)."];

export default async function run() {
    const solve = await clingo.init({ singleThreaded: true }), found = [];
    const ask = (program, models) => {
        const { Time, ...answer } = solve(program, models);
        found.push(JSON.stringify(answer));
    };
    ask(QUEENS, 0);
    ask(colours(60, 130), 1);
    for (let i = 0; i < 100; i++) ask(WRONG[i % WRONG.length], 1);
    return found.join("\n");
}
