// Cedar, in Rust: decides requests by policies.
import { createRequire } from "node:module";

const POLICIES = Array.from({ length: 30 }, (_, i) => `permit(principal in Group::"g${i}", action == Action::"read", resource)
    when { resource.level < ${i} && (principal.age > 20 || resource.tags.contains("t${i}")) }
    unless { context.ip like "10.${i}.*" };`).join("\n");

export default async function run() {
    const cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs"), found = [];
    for (let i = 0; i < 12; i++)
        found.push(JSON.stringify(cedar.isAuthorized({ principal: { type: "User", id: "u" }, action: { type: "Action", id: "read" },
            resource: { type: "Document", id: "d" }, context: { ip: `10.${i}.0.1` }, policies: { staticPolicies: POLICIES },
            entities: [{ uid: { type: "User", id: "u" }, attrs: { age: 10 + i * 3 }, parents: [{ type: "Group", id: `g${i}` }] },
                { uid: { type: "Group", id: `g${i}` }, attrs: {}, parents: [] },
                { uid: { type: "Document", id: "d" }, attrs: { level: i - 1, tags: [`t${i}`] }, parents: [] }] })));
    return found.join("\n");
}
