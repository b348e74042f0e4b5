// SWI-Prolog, in C: queens by search, and lists.
import { createRequire } from "node:module";

const PROGRAM = `
queens(N, Qs) :- numlist(1, N, Ns), select_queens(Ns, [], Qs).
select_queens([], Qs, Qs).
select_queens(Unplaced, Safe, Qs) :- select(Q, Unplaced, Rest), \\\\+ attack(Q, 1, Safe),
    select_queens(Rest, [Q|Safe], Qs).
attack(X, N, [Y|_]) :- X is Y + N ; X is Y - N.
attack(X, N, [_|Ys]) :- N1 is N + 1, attack(X, N1, Ys).
nrev([], []).
nrev([H|T], R) :- nrev(T, S), append(S, [H], R).
`;

export default async function run() {
    const swipl = await createRequire(import.meta.url)("swipl-wasm/dist/swipl-node.js")({ arguments: ["-q"] });
    swipl.prolog.load_string(PROGRAM, "queens.pl");
    const found = [];
    for (const query of ["queens(8, X)", "numlist(1, 150, L), nrev(L, X)", "atom_codes(X, \"abc\")"])
        found.push(JSON.stringify(swipl.prolog.query(query).once().X));
    return found.join();
}
