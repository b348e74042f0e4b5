local state, words = 42, {}
for i = 1, tonumber(arg[1]) do
  local letters = {}
  for j = 1, 3 + i % 4 do
    state = (state * 1103515245 + 12345) & 0x7fffffff
    letters[j] = string.char(97 + (state >> 16) % 6)
  end
  words[i] = table.concat(letters)
end
local counts, order = {}, {}
for word in table.concat(words, " "):gmatch("%a+") do counts[word] = (counts[word] or 0) + 1 end
for word in pairs(counts) do order[#order + 1] = word end
table.sort(order, function(a, b)
  if counts[a] ~= counts[b] then return counts[a] > counts[b] end
  return a < b
end)
print(#order, order[1], counts[order[1]], (table.concat(order, ","):gsub("a", ""):len()))
