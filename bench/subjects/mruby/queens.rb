class Board
  attr_reader :found

  def initialize(size)
    @size, @found = size, 0
    @column, @rising, @falling = [false] * size, [false] * size * 2, [false] * size * 2
  end

  def place(row)
    if row == @size
      @found += 1
      return
    end
    i = 0
    while i < @size
      unless @column[i] || @rising[row + i] || @falling[row - i]
        @column[i] = @rising[row + i] = @falling[row - i] = true
        place(row + 1)
        @column[i] = @rising[row + i] = @falling[row - i] = false
      end
      i += 1
    end
  end
end

board = Board.new(ARGV[0].to_i)
board.place(0)
puts board.found
