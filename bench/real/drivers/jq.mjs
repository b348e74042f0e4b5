// jq, in C: a query over JSON.
import { createRequire } from "node:module";
import { records } from "../inputs.mjs";

export default async function run() {
    const jq = await createRequire(import.meta.url)("jq-web");
    const query = "group_by(.group) | map({group: .[0].group, n: length, sum: (map(.amount) | add | floor), " +
        "tags: (map(.tags[]) | unique | length), first: (map(.name) | sort | .[0] | ascii_upcase)}) | sort_by(-.n)";
    return jq.raw(JSON.stringify(records(4000)), query);
}
