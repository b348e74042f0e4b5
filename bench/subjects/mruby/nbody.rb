class Body
  attr_accessor :x, :y, :z, :vx, :vy, :vz
  attr_reader :mass

  def initialize(x, y, z, vx, vy, vz, mass)
    @x, @y, @z, @vx, @vy, @vz, @mass = x, y, z, vx, vy, vz, mass
  end

  def move(step)
    @x += step * @vx
    @y += step * @vy
    @z += step * @vz
  end

  def pull(factor, x, y, z)
    @vx += x * factor
    @vy += y * factor
    @vz += z * factor
  end
end

# A sun and two planets, in some units.
BODIES = [
  Body.new(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0), Body.new(5.0, -1.0, 0.1, 0.6, 2.8, -0.02, 0.04),
  Body.new(8.0, 4.0, -0.4, -1.0, 1.8, 0.01, 0.01)]
PAIRS = [[0, 1], [0, 2], [1, 2]].map { |i, j| [BODIES[i], BODIES[j]] }
STEP = 0.001

def energy
  sum = 0.0
  BODIES.each { |a| sum += a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz) / 2 }
  PAIRS.each do |a, b|
    x, y, z = a.x - b.x, a.y - b.y, a.z - b.z
    sum -= a.mass * b.mass / Math.sqrt(x * x + y * y + z * z)
  end
  sum
end

ARGV[0].to_i.times do
  PAIRS.each do |a, b|
    x, y, z = a.x - b.x, a.y - b.y, a.z - b.z
    square = x * x + y * y + z * z
    force = STEP / (square * Math.sqrt(square))
    a.pull(-b.mass * force, x, y, z)
    b.pull(a.mass * force, x, y, z)
  end
  BODIES.each { |a| a.move(STEP) }
end
puts format("%.9f", energy)
