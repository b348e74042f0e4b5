local size, count = 500000, 0
for _ = 1, tonumber(arg[1]) // 5 do
  local composite = {}
  count = 0
  for i = 2, size do
    if not composite[i] then
      count = count + 1
      for j = i * i, size, i do composite[j] = true end
    end
  end
end
print(count)
