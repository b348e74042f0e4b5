// Cedar, in Rust: decides requests by policies.
import { createRequire } from "node:module";

const policy = (i) => `permit(principal in Group::"g${i}", action == Action::"read", resource)
    when { resource.level < ${i} && (principal.age > 20 || resource.tags.contains("t${i}")) }
    unless { context.ip like "10.${i}.*" };`;

export default async function run() {
    const cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs"), found = [];
    const staticPolicies = Array.from({ length: 30 }, (_, i) => policy(i)).join("\n");
    const thing = (type, id, attrs = {}, parents = []) => ({ uid: { type, id }, attrs, parents });
    for (let i = 0; i < 12; i++)
        found.push(JSON.stringify(cedar.isAuthorized({ principal: { type: "User", id: "u" },
            action: { type: "Action", id: "read" }, resource: { type: "Document", id: "d" },
            context: { ip: `10.${i}.0.1` }, policies: { staticPolicies },
            entities: [thing("User", "u", { age: 10 + i * 3 }, [{ type: "Group", id: `g${i}` }]),
                thing("Group", `g${i}`), thing("Document", "d", { level: i - 1, tags: [`t${i}`] })] })));
    return found.join("\n");
}
