-- Position, velocity, mass: a sun and two planets, in some units.
local bodies = {
  {0, 0, 0, 0, 0, 0, 40}, {5, -1, 0.1, 0.6, 2.8, -0.02, 0.04}, {8, 4, -0.4, -1.0, 1.8, 0.01, 0.01}}
local function energy()
  local sum = 0
  for i, a in ipairs(bodies) do
    sum = sum + a[7] * (a[4] * a[4] + a[5] * a[5] + a[6] * a[6]) / 2
    for j = i + 1, #bodies do
      local b = bodies[j]
      local x, y, z = a[1] - b[1], a[2] - b[2], a[3] - b[3]
      sum = sum - a[7] * b[7] / math.sqrt(x * x + y * y + z * z)
    end
  end
  return sum
end
local step = 0.001
for _ = 1, tonumber(arg[1]) do
  for i = 1, #bodies do
    local a = bodies[i]
    for j = i + 1, #bodies do
      local b = bodies[j]
      local x, y, z = a[1] - b[1], a[2] - b[2], a[3] - b[3]
      local square = x * x + y * y + z * z
      local force = step / (square * math.sqrt(square))
      a[4], a[5], a[6] = a[4] - x * b[7] * force, a[5] - y * b[7] * force, a[6] - z * b[7] * force
      b[4], b[5], b[6] = b[4] + x * a[7] * force, b[5] + y * a[7] * force, b[6] + z * a[7] * force
    end
  end
  for i = 1, #bodies do
    local a = bodies[i]
    a[1], a[2], a[3] = a[1] + step * a[4], a[2] + step * a[5], a[3] + step * a[6]
  end
end
print(string.format("%.9f", energy()))
