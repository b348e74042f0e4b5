"""The machine code of interpreters that are not ours: of the function with the dispatch, in each variant and layout.

Nothing is known of such a function but its name, so handlers are not told apart. What is read of it: its size, its
indirect jumps, by the table that they go through, what uses the native stack, and whether two variants are the same.
Handlers may have switches of their own, which have shorter tables than the dispatch, or the same cases but one jump.
"""
import collections
import pathlib
import re
import struct

from ..printable import Trouble
from ..results.audits import executor_name
from .handlers import Object

STACK = re.compile(r"\(%r[sb]p|\[(?:sp|x29)\b")
TABLE = re.compile(r"^(?:notrack )?jmp\s+\*(-?0x[0-9a-f]+)\(,%")
ADDRESS = re.compile(r"\b(?:0x)?[0-9a-f]{5,16}\b(?: <[^>]*>)?|<[^>]*>")
FEW = 4  # indirect jumps more than a switch has: of computed gotos there would be one for each opcode


def load_segments(path):
    """(address, bytes) of what a program (ELF, 64 bits, little-endian) is in memory."""
    data = pathlib.Path(path).read_bytes()
    start, size, count = (struct.unpack_from(form, data, offset)[0] for form, offset in (("<Q", 32), ("<H", 54), ("<H", 56)))
    for entry in range(start, start + size * count, size):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, entry)
        if kind == 1:
            yield address, data[offset:offset + length]


class Function:
    def __init__(self, path, name):
        code = Object(path)
        symbol = next((own for own in code.symbols if own.name == name and own.kind == "F"), None)
        if not symbol:
            raise Trouble(f"{path} has no function \"{name}\" of its own: was it inlined, or stripped?")
        end = symbol.address + symbol.size
        self.instructions = [own for own in code.code[symbol.section] if symbol.address <= own.place[1] < end]
        self.bytes = symbol.size
        self.sites = [own for own in self.instructions if own.kind == "site"]
        self.stack = sum(bool(STACK.search(own.text)) for own in self.instructions)
        self.copies = self._copies(list(load_segments(path)), symbol.address, end)

    def _copies(self, segments, start, end):
        """How many indirect jumps the dispatch has: the most that go through one table, of the longest tables of addresses
        in the function."""
        jumps = {int(table, 16): count for table, count in self.by_table if table != "register"}
        starts = sorted(jumps)
        lengths = {}
        for table, following in zip(starts, [*starts[1:], 1 << 64]):
            data = next((part[table - address:following - address] for address, part in segments
                         if address <= table < address + len(part)), b"")
            words = struct.unpack_from(f"<{len(data) // 8}Q", data)
            lengths[table] = next((n for n, word in enumerate(words) if not start <= word < end), len(words))
        longest = max(lengths.values(), default=0)
        found = [count for table, count in jumps.items() if 2 * lengths[table] > longest]
        # Where registers hold the addresses, tables are not told apart.
        return max(found + [count for table, count in self.by_table if table == "register"], default=0)

    @property
    def by_table(self):
        """How many indirect jumps go through each table, the most first; those by a register together, as "register"."""
        found = collections.Counter()
        for site in self.sites:
            table = TABLE.match(site.text)
            found[table[1] if table else "register"] += 1
        return found.most_common()

    @property
    def text(self):
        """The code without addresses, which differ from layout to layout."""
        return [ADDRESS.sub("@", own.text.split("#")[0].strip()) for own in self.instructions]


def plural(number, what):
    return f"{number} {what}{'' if number == 1 else 's'}"


def findings_of(function, dispatch, switches):
    """What is not as the variant says, a sentence each. A function may have switches besides its dispatch, so that
    jumps through different tables are no copies of one. `switches`: indirect jumps of the variants that are switches."""
    sites = len(function.sites)
    if dispatch == "switch" and function.copies > 1:
        yield (f"the switch was turned into threaded code: the compiler made {function.copies} copies of its indirect "
               "jump")
    if dispatch == "goto" and sites <= max(switches, default=0) + FEW:
        yield (f"the computed gotos were merged: {plural(sites, 'indirect jump')} in all" +
               (f", and {min(switches)} where it is a switch" if switches else ""))
    if dispatch == "switch" and not sites:
        yield "there is no indirect jump in it: the compiler made comparisons of the switch, or the dispatch is elsewhere"


def audit_programs(programs, seeds, subject, name, dispatches):
    """An audit as result files have it. `programs`: paths by (variant, seed)."""
    functions = {key: Function(path, name) for key, path in programs.items()}
    executors = {}
    for (variant, seed), function in functions.items():
        switches = [len(functions[other, seed].sites) for other, how in dispatches.items()
                    if how == "switch" and (other, seed) in functions]
        findings = list(findings_of(function, dispatches.get(variant), switches)) if seed == seeds[0] else []
        if seed == seeds[0]:
            before = list(dispatches)[:list(dispatches).index(variant)]
            same = [other for other in before if (other, seed) in functions and
                    functions[other, seed].text == function.text]
            findings += [f"{variant} and {other} have the same dispatch code: {name} is the same, instruction by instruction"
                         for other in same[:1]]
        elif len(function.instructions) != len(functions[variant, seeds[0]].instructions):
            findings.append("the compiler made other code than in the first layout")
        executors[executor_name(variant, subject, None if seed == seeds[0] else seed)] = {
            "opcodes": None, "dispatch_sites": len(function.sites), "code_bytes": function.bytes,
            "median_handler_bytes": None, "largest_handler_bytes": None, "largest_handler": None,
            "handler_instructions": len(function.instructions), "handlers_that_use_the_stack": None,
            "handlers_that_call": None, "function": name, "stack_instructions": function.stack,
            "jump_tables": [count for _, count in function.by_table], "findings": findings}
    return {"executors": executors, "listings": []}
