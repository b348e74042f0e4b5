import sys


def text(number):
    state, words = 42, []
    for i in range(1, number + 1):
        letters = []
        for _ in range(3 + i % 4):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            letters.append(chr(97 + (state >> 16) % 6))
        words.append("".join(letters))
    return " ".join(words)


counts = {}
for word in text(int(sys.argv[1])).split():
    counts[word] = counts.get(word, 0) + 1
order = sorted(counts, key=lambda word: (-counts[word], word))
print(len(order), order[0], counts[order[0]], len(",".join(order).replace("a", "")))
