local size, found = tonumber(arg[1]), 0
local column, rising, falling = {}, {}, {}
local function place(row)
  if row > size then
    found = found + 1
    return
  end
  for i = 1, size do
    if not (column[i] or rising[row + i] or falling[row - i]) then
      column[i], rising[row + i], falling[row - i] = true, true, true
      place(row + 1)
      column[i], rising[row + i], falling[row - i] = nil, nil, nil
    end
  end
end
place(1)
print(found)
