local function build(depth)
  if depth == 0 then return {} end
  return {build(depth - 1), build(depth - 1)}
end
local function count(tree)
  return tree[1] and 1 + count(tree[1]) + count(tree[2]) or 1
end
local depth, nodes = tonumber(arg[1]), 0
local kept = build(depth)
for d = 4, depth, 2 do
  for _ = 1, 1 << (depth - d + 2) do nodes = nodes + count(build(d)) end
end
print(nodes, count(kept))
