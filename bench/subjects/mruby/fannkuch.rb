# The sum of all flips with the signs of their permutations, and the most flips.
def fannkuch(n)
  p, s = Array.new(n) { |i| i }, Array.new(n) { |i| i }
  sign, most, sum = 1, 0, 0
  while true
    first = p[0]
    if first != 0 # count the flips of this permutation
      q, flips = p.dup, 1
      while (other = q[first]) != 0
        q[first] = first
        i, j = 1, first - 1
        while i < j
          q[i], q[j] = q[j], q[i]
          i += 1
          j -= 1
        end
        first = other
        flips += 1
      end
      sum += sign * flips
      most = flips if flips > most
    end
    if sign == 1 # the next permutation
      p[0], p[1] = p[1], p[0]
    else
      p[1], p[2] = p[2], p[1]
      i = 2
      while s[i] == 0
        return [sum, most] if i == n - 1
        s[i] = i
        p.insert(i + 1, p.shift)
        i += 1
      end
      s[i] -= 1
    end
    sign = -sign
  end
end

puts fannkuch(ARGV[0].to_i).join(" ")
