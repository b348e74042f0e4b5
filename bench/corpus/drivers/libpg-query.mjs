// PostgreSQL's parser, in C: queries to trees, normal forms and fingerprints.
import { createRequire } from "node:module";

const query = (i) => `WITH recent AS (SELECT id, sum(amount) OVER (PARTITION BY grp ORDER BY day) AS total FROM orders
    WHERE day > now() - interval '${i} days' AND status IN ('open', 'paid', $1))
    SELECT p.name, count(*) FILTER (WHERE r.total > ${i}.5) AS n FROM person p LEFT JOIN recent r ON r.id = p.id + ${i}
    WHERE p.name ~* 'a.*b' OR (p.age BETWEEN ${i} AND 70 AND NOT p.gone) GROUP BY 1 HAVING count(*) > 2
    ORDER BY n DESC NULLS LAST, lower(p.name) LIMIT 10`;

export default async function run() {
    const sql = createRequire(import.meta.url)("libpg-query");
    await sql.loadModule();
    const found = [];
    for (let i = 1; i <= 120; i++)
        found.push(JSON.stringify(sql.parseSync(query(i))), sql.normalizeSync(query(i)), sql.fingerprintSync(query(i)));
    return found.join();
}
