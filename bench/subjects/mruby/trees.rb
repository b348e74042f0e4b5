def build(depth)
  return [] if depth == 0
  [build(depth - 1), build(depth - 1)]
end

def count(tree)
  tree.empty? ? 1 : 1 + count(tree[0]) + count(tree[1])
end

depth, nodes = ARGV[0].to_i, 0
kept = build(depth)
4.step(depth, 2) do |d|
  (1 << (depth - d + 2)).times { nodes += count(build(d)) }
end
puts "#{nodes} #{count(kept)}"
