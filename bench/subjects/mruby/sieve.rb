def sieve(size)
  composite = Array.new(size + 1, false)
  count = 0
  i = 2
  while i <= size
    unless composite[i]
      count += 1
      j = i * i
      while j <= size
        composite[j] = true
        j += i
      end
    end
    i += 1
  end
  count
end

count = 0
(ARGV[0].to_i / 5).times { count = sieve(500000) }
puts count
