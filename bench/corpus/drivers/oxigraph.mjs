// Oxigraph, in Rust: a graph, loaded and queried with SPARQL.
import { createRequire } from "node:module";
import { records } from "../inputs.mjs";

export default async function run() {
    const { Store } = createRequire(import.meta.url)("oxigraph"), store = new Store();
    store.load(records(1200).map(({ id, name, group, amount, tags }) =>
        `<http://e/${id}> <http://e/name> "${name}" ; ` +
        `<http://e/group> <http://e/g/${group}> ; <http://e/amount> ${amount}` +
        `${tags.map((tag) => ` ; <http://e/tag> "${tag}"`).join("")} .`).join("\n"), { format: "text/turtle" });
    const rows = store.query(`SELECT ?g (COUNT(DISTINCT ?tag) AS ?n) (SUM(?a) AS ?sum) WHERE {
        ?x <http://e/group> ?g ; <http://e/amount> ?a . OPTIONAL { ?x <http://e/tag> ?tag } FILTER(?a > 100)
        } GROUP BY ?g ORDER BY DESC(?n) ?g`);
    return rows.map((row) => ["g", "n", "sum"].map((name) => row.get(name)?.value)).join("\n");
}
