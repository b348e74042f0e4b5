#!/usr/bin/env python3
"""Puts an executor's handlers into the order of a layout, in the assembly that the compiler has made of it once.

    lay_out.py ALIGNMENT FROM.h TO.h EXECUTOR.s OBJECT ASSEMBLER...

FROM.h is the layout that the assembly was compiled in (encoder/generate.py), TO.h the one wanted: its order of
handlers, its shift and its seed. OBJECT is what the command ASSEMBLER makes of the result. So every layout has the same
instructions, each handler's as it is, and costs a second instead of the compiler's many. Each handler begins at a
multiple of ALIGNMENT bytes; 0: where the compiler would have it. What moves:

    handlers that are functions (tail, call)   from their alignment to their end
    handlers of one function (goto, switch)    from the label in the table of labels, or of the switch, to the next
                                               handler's; cut only behind instructions after which control never
                                               goes on, so that whatever falls through into something stays before it

What belongs to no handler stays where it is: behind the last one what several share, such as the function's end; in
front of the first one its beginning, with a switch's dispatch and the handler that falls into that, if one does.
For x86-64, whose jumps reach as far as they need to, and in the syntax that gcc and clang write.
"""
import pathlib
import re
import subprocess
import sys

LAYOUT = re.compile(r"#define LAYOUT_SEED (\d+)\n#define LAYOUT_SHIFT (\d+)\n")
SEED = re.compile(r"^\s*layout_seed = \d+$", re.M)  # words.h
LABEL = re.compile(r"([\w.$]+):")
ENTRY = re.compile(r"\s+\.(?:quad|long)\s+(\.L\w+)(?:-\.L\w+)?\s*(?:#.*)?$")
LEAVES = re.compile(r"\s+(?:notrack\s+)?(?:jmpq?|retq?|ud2)\b")
TABLE_JUMP = re.compile(r"\s+(?:notrack\s+)?jmpq?\s+\*")
NAMES = re.compile(r"\.L[\w.$]+")
FUNCTION = re.compile(r"\s+\.type\s+(handle_\w+),\s*@function")
END = re.compile(r"\.Lfunc_end\d+:|\s+\.(?:size|cfi_endproc)\b|\s+\.section\s+\.text")
ALIGNMENT = re.compile(r"\s+\.(?:p2)?align\b")


class Unlike(Exception):
    """The assembly is not what it is expected to be: a sentence."""


def read_layout(path):
    """Seed, shift and the opcodes in their order."""
    text = pathlib.Path(path).read_text()
    seed, shift = LAYOUT.search(text).groups()
    return int(seed), int(shift), re.findall(r"\bX\((\w+)\)", text.partition("LAYOUT_OPCODES(X)")[2])


def permute_functions(lines, order, align):
    """Each handler from its alignment to its size, put where the first of them was."""
    units, others, place, at = {}, [], None, 0
    while at < len(lines):
        found = FUNCTION.match(lines[at])
        if not found:
            others.append(lines[at])
            at += 1
            continue
        size = re.compile(rf"\s+\.size\s+{found[1]},")
        end = next(n for n in range(at, len(lines)) if size.match(lines[n])) + 1
        unit = []
        while ALIGNMENT.match(others[-1]):
            unit.insert(0, others.pop())
        unit = ["\t.text", *(align or unit)]
        if place is None:
            place = len(others)
        others.append("\t.text")
        units[found[1].removeprefix("handle_")] = unit + lines[at:end]
        at = end
    if sorted(units) != sorted(order):
        raise Unlike(f"{len(units):,} functions of handlers for {len(order):,} opcodes")
    return others[:place] + [line for name in order for line in units[name]] + others[place:]


def handler_labels(lines, count):
    """The labels of the table with an entry for each opcode: the first one whose entries are labels of code."""
    run = []
    for line in lines:
        found = ENTRY.match(line)
        if found:
            run.append(found[1])
            continue
        if len(run) == count:
            return run
        run = []
    raise Unlike(f"no table of {count:,} labels")


def chunks_of(lines):
    """Pieces of a function's code, each but the last ending where control does not go on."""
    chunk = []
    for line in lines:
        chunk.append(line)
        if LEAVES.match(line):
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def permute_labels(lines, base, order, align):
    """The pieces of the one function that has all handlers."""
    name_of = dict(zip(handler_labels(lines, len(base)), base))
    defined = {found[1]: n for n, found in enumerate(map(LABEL.match, lines)) if found}
    first = min(defined[label] for label in name_of)
    begin = max(n for label, n in defined.items() if n <= first and not label.startswith(".L"))
    end = next(n for n in range(max(defined[label] for label in name_of), len(lines)) if END.match(lines[n]))

    head, groups, rest = [], {}, []
    last = None  # handler
    chunks = list(chunks_of(lines[begin:end]))
    handlers = [[name_of[label] for label in names_in(chunk) if label in name_of] for chunk in chunks]
    final = max(n for n, names in enumerate(handlers) if names)
    users = {}  # of labels: the numbers of chunks
    for n, chunk in enumerate(chunks):
        for line in chunk:
            for label in () if LABEL.match(line) else NAMES.findall(line):
                users.setdefault(label, set()).add(n)
    mine = set()  # its chunks
    for n, (chunk, names) in enumerate(zip(chunks, handlers)):
        if last is None and (not names or any(map(TABLE_JUMP.match, chunk)) and is_shared(chunk, users)):
            head += chunk
            continue
        if names:
            last = names[0]
            mine = {n}
            groups[last] = chunk
        elif n < final or n > final and {u for label in names_in(chunk) for u in users.get(label, ())} <= mine | {n}:
            mine.add(n)
            groups[last] += chunk
        else:
            rest += chunk
    laid_out = [line for name in order if name in groups for line in align + groups[name]]
    return lines[:begin] + head + laid_out + rest + lines[end:]


def names_in(chunk):
    return [found[1] for found in map(LABEL.match, chunk) if found]


def is_shared(chunk, users):
    """Whether many jump to what the chunk ends with: a switch's dispatch."""
    return any(len(users.get(label, ())) > 100 for label in names_in(chunk))


def lay_out(text, alignment, base, seed, shift, order):
    text, found = SEED.subn(f"layout_seed = {seed}", text)
    if found != 1:
        raise Unlike("no line that sets layout_seed")
    lines = [*(["\t.text", f"\t.skip {shift}"] if shift else []), *text.split("\n")]
    align = [f"\t.balign {alignment}"] if alignment else []
    if any(map(FUNCTION.match, lines)):
        return "\n".join(permute_functions(lines, order, align))
    return "\n".join(permute_labels(lines, base, order, align))


def main():
    alignment, base, wanted, source, output, *assembler = sys.argv[1:]
    try:
        text = lay_out(pathlib.Path(source).read_text(), int(alignment), read_layout(base)[2], *read_layout(wanted))
    except (Unlike, StopIteration, KeyError, ValueError) as error:
        sys.exit(f"lay_out.py: {source}: {error}: build with -Dlayouts_from=source, which compiles each layout")
    done = subprocess.run([*assembler, "-c", "-x", "assembler", "-o", output, "-"], input=text, text=True)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
