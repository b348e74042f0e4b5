local n = tonumber(arg[1])
local p, q, s, sign, maximum, sum = {}, {}, {}, 1, 0, 0
for i = 1, n do p[i], q[i], s[i] = i, i, i end
repeat
  local first = p[1]
  if first ~= 1 then -- count the flips of this permutation
    for i = 2, n do q[i] = p[i] end
    local flips = 1
    while true do
      local other = q[first]
      if other == 1 then
        sum = sum + sign * flips
        if flips > maximum then maximum = flips end
        break
      end
      q[first] = first
      local i, j = 2, first - 1
      while i < j do q[i], q[j], i, j = q[j], q[i], i + 1, j - 1 end
      first, flips = other, flips + 1
    end
  end
  local done = true -- the next permutation
  if sign == 1 then
    p[1], p[2], sign, done = p[2], p[1], -1, false
  else
    p[2], p[3], sign = p[3], p[2], 1
    for i = 3, n do
      if s[i] ~= 1 then
        s[i], done = s[i] - 1, false
        break
      end
      if i == n then break end
      s[i] = i
      local moved = p[1]
      for j = 1, i do p[j] = p[j + 1] end
      p[i + 1] = moved
    end
  end
until done
print(sum, maximum)
