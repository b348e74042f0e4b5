// Lua 5.4, in C: an interpreter in the interpreter.
import wasmoon from "wasmoon";

const PROGRAM = `
local function ackermann(m, n)
    if m == 0 then return n + 1 end
    if n == 0 then return ackermann(m - 1, 1) end
    return ackermann(m - 1, ackermann(m, n - 1))
end
local counts = {}
local state = 12345
for i = 1, 160000 do
    state = (state * 1103515245 + 12345) % 2147483648
    local key = string.format("%03d", state % 700)
    counts[key] = (counts[key] or 0) + 1
end
local keys = {}
for key in pairs(counts) do keys[#keys + 1] = key end
table.sort(keys, function(a, b) return counts[a] == counts[b] and a < b or counts[a] > counts[b] end)
local text = {}
for i = 1, 100 do text[i] = keys[i] .. "=" .. counts[keys[i]] end
local joined = table.concat(text, ","):gsub("(%d)=", "%1:")
return joined .. ackermann(2, 400)
`;

export default async function run() {
    const engine = await new wasmoon.LuaFactory().createEngine();
    const text = await engine.doString(PROGRAM);
    engine.global.close();
    return text;
}
