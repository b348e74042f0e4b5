"""What a workload executes, in numbers, from what a counting executor says (`measure --profile`).

An opcode is an op with the places of its operands: it has a handler of its own. So "working set" is a number
of handlers, and "successor entropy" says how well the next handler can be guessed from the present one, which
is what a branch predictor faces that only knows which handler the jump stands in.
"""
import math

SHARES = "90", "99", "99.9"  # percent
DIGITS = 6  # behind the point: more would depend on the order in which a machine adds
HOTTEST = 10

# Sections of encoder/ops.table under the names that pictures have room for, in their order there.
GROUPS = {"Moving values": "move", "Integer arithmetic": "integer", "Integer comparison": "compare",
          "Floating point": "float", "Conversion": "convert", "Compare and branch": "compare + branch",
          "Count and branch": "count + branch", "Computed addresses": "sum + memory", "Operands in memory": "memory + operation",
          "Two in one": "two in one", "Control": "jump", "Calls": "call, return",
          "Memory": "memory", "Any memory": "memory", "Vectors in memory": "memory", "Atomic accesses": "memory", "Vectors": "vector",
          "Globals": "global", "References and tables": "table",
          "The executor's own": "executor's own"}


def entropy(counts):
    """Of a distribution, in bits."""
    total = sum(counts)
    return math.fsum(count / total * math.log2(total / count) for count in counts if count)


def working_set(counts, share):
    """How many of the most frequent make up `share` percent of all."""
    wanted, total, seen = float(share) / 100, sum(counts), 0
    for number, count in enumerate(sorted(counts, reverse=True), 1):
        seen += count
        if seen >= wanted * total:
            return number
    return 0


def successors(pairs):
    """By first opcode: how often each other one followed."""
    found = {}
    for first, second, count in pairs:
        found.setdefault(first, {})[second] = count
    return found


def groups(opcodes, instructions):
    shares = dict.fromkeys(GROUPS.values(), 0)
    for opcode in opcodes:
        group = GROUPS.get(opcode["section"], opcode["section"])
        shares[group] = shares.get(group, 0) + opcode["executed"]
    return {group: round(count / instructions, DIGITS) for group, count in shares.items()}


def numbers_of(report):
    """Of one run: everything but the name."""
    profile, instructions = report["profile"], report["instructions"]
    opcodes = sorted(profile["opcodes"], key=lambda opcode: (-opcode["executed"], opcode["name"]))
    counts = [opcode["executed"] for opcode in opcodes]
    following = successors(profile["pairs"])
    totals = {first: sum(seconds.values()) for first, seconds in following.items()}
    transitions = sum(totals.values()) or 1  # a program of one instruction has none, and entropy 0
    return {
        "instructions": instructions,
        "branches": report["branches"],
        "calls": report["calls"],
        "opcodes": len(opcodes),
        "working_set": {share: working_set(counts, share) for share in SHARES},
        "opcode_entropy": round(entropy(counts), DIGITS),
        "successor_entropy": round(math.fsum(totals[first] / transitions * entropy(seconds.values())
                                             for first, seconds in following.items()), DIGITS),
        "successor_changes": profile["successor_changes"],
        "mean_successors": round(math.fsum(totals[first] / transitions * len(seconds)
                                           for first, seconds in following.items()), DIGITS),
        "memory": profile["memory"],
        "bytecode_bytes": report["bytecode_bytes"],
        "places": profile["places"],
        "place_bytes": profile["place_bytes"],
        "groups": groups(opcodes, instructions),
        "hottest": [{"opcode": opcode["name"], "share": round(opcode["executed"] / instructions, DIGITS)}
                    for opcode in opcodes[:HOTTEST]],
    }


def pair_histogram(report):
    names = [opcode["name"] for opcode in report["profile"]["opcodes"]]
    return {(names[first], names[second]): count for first, second, count in report["profile"]["pairs"]}


def length(histogram):
    return math.sqrt(sum(count * count for count in histogram.values()))


def similarity(left, right):
    """The cosine of two histograms: 1 if they are proportional, 0 if they have nothing in common."""
    product = sum(count * right[pair] for pair, count in left.items() if pair in right)
    lengths = length(left) * length(right)
    return round(min(product / lengths, 1), DIGITS) if lengths else 0.0


def similarities(histograms):
    """A symmetric matrix."""
    matrix = [[1.0] * len(histograms) for _ in histograms]
    for row, left in enumerate(histograms):
        for column in range(row):
            matrix[row][column] = matrix[column][row] = similarity(left, histograms[column])
    return matrix
