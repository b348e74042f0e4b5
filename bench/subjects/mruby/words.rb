def text(number)
  state, words = 42, []
  1.upto(number) do |i|
    letters = ""
    (3 + i % 4).times do
      state = (state * 1103515245 + 12345) & 0x7fffffff
      letters << (97 + (state >> 16) % 6).chr
    end
    words << letters
  end
  words.join(" ")
end

counts = Hash.new(0)
text(ARGV[0].to_i).split.each { |word| counts[word] += 1 }
order = counts.keys.sort { |a, b| counts[a] == counts[b] ? a <=> b : counts[b] <=> counts[a] }
puts "#{order.size} #{order[0]} #{counts[order[0]]} #{order.join(",").delete("a").size}"
