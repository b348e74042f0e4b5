// SQLite, in C: inserts, an index, joins and aggregates in memory.
import initSqlJs from "sql.js";
import { records } from "../inputs.mjs";

export default async function run() {
    const SQL = await initSqlJs();
    const database = new SQL.Database();
    database.run("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, grp TEXT, amount REAL);" +
        "CREATE TABLE tag (person INTEGER, tag TEXT); BEGIN");
    const person = database.prepare("INSERT INTO person VALUES (?, ?, ?, ?)");
    const tag = database.prepare("INSERT INTO tag VALUES (?, ?)");
    for (const record of records(5000)) {
        person.run([record.id, record.name, record.group, record.amount]);
        for (const word of record.tags) tag.run([record.id, word]);
    }
    person.free();
    tag.free();
    database.run("COMMIT; CREATE INDEX tag_person ON tag (person)");
    const rows = database.exec("SELECT grp, tag, count(*), round(sum(amount), 2) FROM person JOIN tag ON id = person " +
        "WHERE name LIKE '%a%' GROUP BY grp, tag ORDER BY 3 DESC, 1, 2 LIMIT 200;" +
        "SELECT a.name, count(DISTINCT b.grp) FROM person a JOIN person b ON a.name = b.name GROUP BY a.name ORDER BY 1");
    const size = database.export().length;
    database.close();
    return JSON.stringify(rows) + size;
}
