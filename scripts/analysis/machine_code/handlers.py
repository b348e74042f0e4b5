"""The machine code of the built executors, handler by handler.

    executor = read_executor(...)          one executor: its dispatch sites and its handlers
    executor.handlers["br"].bytes          and .instructions, .sites, .uses_stack, .calls, .returns ...
    executor.listing("br")                 the handler's assembly, a line each

A handler is the code that control can reach from its beginning until it leaves for another one: up to and
with an indirect jump, a return, or a jump to the beginning of another handler or function. Where all
handlers are one function (goto, switch), two things that several handlers share are no part of any: the
switch's dispatch, and the code that leads to the function's end. Other code that compilers made several
handlers share counts for each of them.

Where a handler begins: under tail and call it is a function; under goto the table of the labels says it,
under switch the compiler's jump table, as the linker is asked to fill them in (relocations). A jump table
of which the assembler left no relocations cannot be read (gcc and clang for aarch64): then `handlers` is None.
"""
import collections
import os
import re
import shutil
import subprocess

from .. import warnings
from ..printable import Trouble

# Layouts whose handlers differ by more than this share of their machine instructions are other code, and not
# the same code in another order.
UNLIKE_CODE = warnings.number("other code", "share")


# ---- Which opcodes are hot ---------------------------------------------------------------------------

# The opcodes that are shown first, and whose handlers' assembly goes into result files: of the twelve ops that
# the default suite executes most often (mean of their share in each workload, by `tailrace profile`,
# instruction set acc) the most frequent opcode. In an instruction set that is not listed: the first opcode of
# each of these ops.
HOT = {
    "acc": ["i32_add__s_sk", "i32_load__a_s", "copy__s_s", "i32_store__sa", "i32_xor__s_as", "i32_load8_u__a_a",
            "br_if_i32_ne__as", "const_i32__s_k", "br", "call", "i32_shl__a_ak", "br_table__a"],
    "slots": ["i32_add__s_sk", "i32_load__s_s", "copy__s_s", "i32_store__ss", "i32_xor__s_ss", "i32_load8_u__s_s",
              "br_if_i32_ne__ss", "const_i32__s_k", "br", "call", "i32_shl__s_sk", "br_table__s"],
}


def op_of(opcode):
    return opcode.split("__")[0]


def hot_opcodes(isa, opcodes):
    if isa not in HOT:
        first = {}
        for opcode in opcodes:
            first.setdefault(op_of(opcode), opcode)
        return [first[op_of(opcode)] for opcode in HOT["acc"] if op_of(opcode) in first]
    for opcode in HOT[isa]:
        if opcode not in opcodes:
            raise Trouble(f"the list HOT in scripts/analysis/machine_code/handlers.py names {opcode}, which "
                          f"{isa} does not have")
    return HOT[isa]


# ---- What objdump says ---------------------------------------------------------------------------------

Symbol = collections.namedtuple("Symbol", "name section address size kind")  # kind: F function, O object

JUMP = re.compile(r"^(?:(?:bnd|notrack) )*(?:jmpq?|b)\s+([0-9a-f]+) <")
BRANCH = re.compile(r"^(?:j[a-z]+|b\.[a-z]+|cbn?z|tbn?z)\s.*?\b([0-9a-f]+) <")
INDIRECT_JUMP = re.compile(r"^(?:(?:bnd|notrack) )*(?:jmpq?\s+\*|br\s+x|bra[ab]z?\s+x)")
INDIRECT_CALL = re.compile(r"^(?:(?:bnd|notrack) )*(?:callq?\s+\*|blr\s+x)")
CALL = re.compile(r"^(?:(?:bnd|notrack) )*(?:callq?|bl|blr)\s")
RETURN = re.compile(r"^(?:(?:bnd|repz) )*ret")
END = re.compile(r"^(?:ud2|udf|brk|hlt)\b")
NOP = re.compile(r"^(?:(?:data16|cs|nopw?|nopl|repz) ?)*(?:nop\w*|xchg\s+%ax,%ax|int3)\b")
STACK = re.compile(r"%[re]?sp\b|^(?:push|pop)[qf]*\s|\bsp\b")
FRAME_POINTER = re.compile(r"^mov\s+%rsp,%rbp$|^(?:add\s+x29, sp|mov\s+x29, sp)")
FRAME = re.compile(r"\(%rbp\)|\[x29\b")


class Instruction:
    __slots__ = ("place", "end", "text", "relocation", "target", "falls", "kind")

    def __init__(self, place, text):
        self.place, self.text = place, text  # place: (section, address)
        self.end = None  # the address behind it
        self.relocation = None  # (address, symbol, addend)
        self.target = None  # of a direct jump: a place, or the name of a symbol that is elsewhere
        self.falls = True  # control can go on to the next one
        self.kind = ""  # "site", "return", "call" or nothing of interest

    @property
    def bytes(self):
        return self.end - self.place[1]


def objdump_for(path):
    """The objdump that reads an object: the one named by $OBJDUMP, or a cross one if it is another machine's."""
    program = os.environ.get("OBJDUMP")
    if not program:
        program = "objdump"
        cross = "aarch64-linux-gnu-objdump"
        if shutil.which(program) and shutil.which(cross):
            head = subprocess.run([program, "-f", path], capture_output=True, text=True).stdout
            program = cross if "UNKNOWN" in head else program
    if not shutil.which(program):
        raise Trouble(f"{program} is missing, which reads machine code: scripts/setup installs it")
    return program


def run_objdump(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode:
        reason = done.stderr.strip().splitlines() or [done.returncode]
        raise Trouble(f"{program} cannot read {arguments[-1]}: {reason[-1]}")
    return done.stdout


class Object:
    """An object file (or an archive of one): its symbols, its instructions, the pointers in its data."""

    def __init__(self, path):
        program = objdump_for(path)
        self.symbols, self.code, self.pointers, self.sizes = [], {}, {}, {}
        text = run_objdump(program, "-h", "-t", "-d", "-r", "--no-show-raw-insn", str(path))
        self.is_x86 = "file format elf64-x86-64" in text
        self._read_code(text)
        self._read_pointers(run_objdump(program, "-r", str(path)))
        self.named = {s.name: s for s in self.symbols}
        self.starts = {(s.section, s.address): s.name for s in self.symbols if s.kind == "F"}
        self.at = {i.place: (code, n) for code in self.code.values() for n, i in enumerate(code)}
        for code in self.code.values():
            for instruction in code:
                self._classify(instruction)

    def _read_code(self, text):
        section, code = None, None
        for line in text.splitlines():
            if line.startswith("Disassembly of section "):
                section = line[len("Disassembly of section "):-1]
                code = self.code.setdefault(section, [])
            elif code is None:
                match = re.match(r"^ +\d+ (\S+) +([0-9a-f]{8,16}) ", line)
                if match:
                    self.sizes[match[1]] = int(match[2], 16)
                    continue
                match = re.match(r"^([0-9a-f]{16}) .{6}(.) (\S+)\t([0-9a-f]+) +(?:\.(?:hidden|internal|protected) )?(\S+)$", line)
                if match:
                    address, size = int(match[1], 16), int(match[4], 16)
                    self.symbols.append(Symbol(match[5], match[3], address, size, match[2]))
            elif line.startswith("\t\t\t"):
                match = re.match(r"^\t\t\t([0-9a-f]+): \S+\t(.+?)(?:([+-])0x([0-9a-f]+))?$", line)
                if match and code:
                    addend = int(f"{match[3] or '+'}{match[4] or '0'}", 16)
                    code[-1].relocation = (int(match[1], 16), match[2], addend)
            else:
                match = re.match(r"^ *([0-9a-f]+):\t(.+)$", line)
                if match:
                    address = int(match[1], 16)
                    if code and code[-1].end is None:
                        code[-1].end = address
                    code.append(Instruction((section, address), match[2].rstrip()))
        for name, code in self.code.items():
            if code:
                code[-1].end = self.sizes[name]

    def _read_pointers(self, text):
        """The relocations of the data: (section, address) -> (symbol, addend, relative)."""
        section = None
        for line in text.splitlines():
            if line.startswith("RELOCATION RECORDS FOR"):
                section = line.split("[")[1].rstrip("]:")
            elif section and re.match(r"\.(ro)?data", section):
                match = re.match(r"^([0-9a-f]+) (\S+) +(.+?)(?:([+-])0x([0-9a-f]+))?$", line)
                if match and match[2] in ("R_X86_64_64", "R_X86_64_PC32", "R_AARCH64_ABS64", "R_AARCH64_PREL32"):
                    self.pointers[section, int(match[1], 16)] = (
                        match[3], int(f"{match[4] or '+'}{match[5] or '0'}", 16), match[2].endswith("32"))

    def place_of(self, symbol, addend):
        """(section, address) of a symbol of the object or of a section; None if it is elsewhere."""
        if symbol in self.code or symbol in self.sizes:
            return symbol, addend
        known = self.named.get(symbol)
        return (known.section, known.address + addend) if known and known.section in self.sizes else None

    def _classify(self, instruction):
        text = instruction.text
        if INDIRECT_JUMP.match(text):
            instruction.kind, instruction.falls = "site", False
        elif RETURN.match(text):
            instruction.kind, instruction.falls = "return", False
        elif END.match(text):
            instruction.falls = False
        elif CALL.match(text):
            instruction.kind = "call"
        else:
            match = JUMP.match(text)
            instruction.falls = not match
            match = match or BRANCH.match(text)
            if match:
                instruction.target = (instruction.place[0], int(match[1], 16))
        if instruction.relocation and instruction.target:
            address, symbol, addend = instruction.relocation
            if text[0] == "j":  # x86 counts from the instruction's end
                addend += instruction.end - address
            instruction.target = self.place_of(symbol, addend) or symbol

    def table(self, count, relative):
        """The places in a table of `count` pointers to code; None if there is no such table."""
        width = 4 if relative else 8
        for symbol in self.symbols:  # one that has a name; a compiler's jump table has none
            if symbol.kind == "O" and symbol.size == width * count:
                places = self._entries(symbol.section, symbol.address, count, relative)
                if places:
                    return places
        for section, address in sorted(self.pointers):
            if any(self._is_entry(section, place) for place in (address - width, address + width * count)):
                continue  # not its first entry, or longer
            places = self._entries(section, address, count, relative)
            if places:
                return places
        return None

    def _is_entry(self, section, address):
        """Whether a pointer to code is there, that is not a part of something with a name."""
        symbol, addend, is_relative = self.pointers.get((section, address), (None, 0, None))
        if symbol is None or is_relative:
            return symbol is not None
        named = any(s.kind == "O" and s.section == section and s.address <= address < s.address + s.size
                    for s in self.symbols)
        return not named and self.place_of(symbol, addend) in self.at

    def _entries(self, section, address, count, relative):
        places = []
        for offset in range(0, count * (4 if relative else 8), 4 if relative else 8):
            symbol, addend, is_relative = self.pointers.get((section, address + offset), (None, 0, None))
            # A relative entry is the distance to the table's head; its addend counts from the entry.
            place = symbol and self.place_of(symbol, addend - (offset if relative else 0))
            if is_relative != relative or place not in self.at:
                return None
            places.append(place)
        return places


# ---- Executors -----------------------------------------------------------------------------------------


class Handler:
    def __init__(self, name, code, dispatch_sites):
        self.name = name
        self.code = code  # its instructions, the first one first
        self.sites = dispatch_sites  # the places of the indirect jumps that it may end in
        self.bytes = sum(i.bytes for i in code)
        self.instructions = len(code)
        self.uses_stack = False
        self.calls = any(i.kind == "call" for i in code)
        self.calls_indirectly = any(INDIRECT_CALL.match(i.text) for i in code)
        self.returns = [i.text for i in code if i.kind == "return"]


class Executor:
    """`handlers`: by opcode; None where their places cannot be found. `places`: where they begin."""

    def __init__(self, obj, mechanism):
        self.object, self.mechanism = obj, mechanism
        self.handlers, self.places = None, None
        # A switch's jump table, of distances and not of addresses. On ARM it is that in any code.
        self.has_relative_table = False
        self.dispatch = []  # the switch's common dispatch: its instructions
        self.code_bytes = sum(i.bytes for code in obj.code.values() for i in code if not NOP.match(i.text))
        self.sites = [i.place for code in obj.code.values() for i in code if i.kind == "site"]
        if mechanism == "call":  # a loop's call of a pointer
            self.sites += [i.place for code in obj.code.values() for i in code if INDIRECT_CALL.match(i.text)]

    def find_handlers(self, opcodes, order):
        """`order`: the opcodes in the order by which a switch numbers its cases."""
        obj = self.object
        if self.mechanism in ("tail", "call"):
            self.places = {s.name.removeprefix("handle_"): (s.section, s.address) for s in obj.symbols
                           if s.kind == "F" and s.name.startswith("handle_") and not s.name.endswith(".cold")}
        else:
            names = order if self.mechanism == "switch" else opcodes
            relative = obj.table(len(names), True) if self.mechanism == "switch" else None
            self.has_relative_table = bool(relative) and obj.is_x86
            table = relative or obj.table(len(names), False)
            if not table:
                return
            self.places = dict(zip(names, table))
        if self.mechanism == "switch" and len(self.sites) == 1:
            self.dispatch = self._block_before(self.sites[0])
        self._stops = set(self.places.values()) | {i.place for i in self.dispatch[:1]}
        # Parts that gcc puts away ("handle_x.cold") belong to the function.
        self._stops |= {place for place, name in obj.starts.items() if not name.endswith(".cold")}
        reached = {name: self._walk(place) for name, place in self.places.items()}
        users = collections.Counter(i.place for code in reached.values() for i in code)
        several = {place: places for place, places in collections.Counter(self.places.values()).items()}
        ends = set() if self.mechanism in ("tail", "call") else self._ends()
        self.handlers = {}
        for name in opcodes:
            if name not in reached:
                continue
            same = several[self.places[name]]  # opcodes that have the very same code
            code = [i for i in reached[name] if users[i.place] <= same or i.place not in ends]
            self.handlers[name] = handler = Handler(name, code, [i.place for i in code if i.kind == "site"])
            handler.uses_stack = any(STACK.search(i.text) for i in code) or \
                self._has_frame_pointer(code) and any(FRAME.search(i.text) for i in code)
        self.users = users

    def _has_frame_pointer(self, code):
        """Whether the function that the code is in addresses its frame by a register."""
        if not hasattr(self, "_framed"):
            self._framed = {}
            for section, instructions in self.object.code.items():
                name = None
                for i in instructions:
                    name = self.object.starts.get(i.place, name)
                    if FRAME_POINTER.match(i.text):
                        self._framed[section, name] = True
                    self._framed[i.place] = (section, name)
        return any(self._framed.get(self._framed[i.place]) for i in code[:1])

    def _next(self, instruction):
        """Where control may go: places."""
        section, places = instruction.place[0], []
        if instruction.falls:
            places.append((section, instruction.end))
        if isinstance(instruction.target, tuple):
            places.append(instruction.target)
        return [place for place in places if place in self.object.at]

    def _instruction(self, place):
        code, number = self.object.at[place]
        return code[number]

    def _walk(self, start):
        found, waiting = {}, [start]
        while waiting:
            place = waiting.pop()
            if place in found or (place in self._stops and place != start):
                continue
            found[place] = instruction = self._instruction(place)
            waiting += self._next(instruction)
        # In the order of memory, but beginning at the start.
        return sorted(found.values(), key=lambda i: (i.place[0] != start[0], i.place[1] < start[1], i.place))

    def _block_before(self, site):
        """The straight piece of code that ends with the site: back to where something jumps to, or to where
        control cannot come from above."""
        code, number = self.object.at[site]
        targets = {i.target for i in code if isinstance(i.target, tuple)} | set(self.places.values())
        first = number
        while first > 0 and code[first].place not in targets and code[first - 1].falls:
            first -= 1
        return code[first:number + 1]

    def _ends(self):
        """Places from which no dispatch is reached any more."""
        before = collections.defaultdict(list)
        waiting = []
        for code in self.object.code.values():
            for i in code:
                after = self._next(i)
                for place in after:
                    before[place].append(i.place)
                if i.kind == "site" or any(place in self._stops for place in after):
                    waiting.append(i.place)
        alive = set()
        while waiting:
            place = waiting.pop()
            if place not in alive:
                alive.add(place)
                waiting += before[place]
        return self.object.at.keys() - alive

    def leaves_to(self, handler):
        """The names of the functions that a handler jumps to."""
        targets = [i.target for i in handler.code if i.target is not None]
        names = {t if isinstance(t, str) else self.object.starts.get(t) for t in targets}
        return sorted(names - {None, f"handle_{handler.name}"})

    # -- Listings

    def listing(self, name):
        """The handler's assembly, with labels where it jumps to itself, names where it leaves; behind it the
        switch's common dispatch."""
        handler = self.handlers[name]
        code = handler.code + self.dispatch
        inside = [i.place for i in handler.code]
        targets = {i.target for i in handler.code if i.target in inside}
        labels = {place: f"L{n}" for n, place in enumerate(sorted(targets, key=inside.index), 1)}
        if self.dispatch:
            labels[self.dispatch[0].place] = "dispatch"
        lines = []
        opcode_at = {place: opcode for opcode, place in self.places.items()}
        for n, i in enumerate(code):
            if i.place in labels:
                others = self.users[i.place] - 1
                lines.append(f"{labels[i.place]}:" + (f"  # shared with {others:,} more" if others > 0 else ""))
            lines.append(self._text(i, labels, opcode_at))
            after = (i.place[0], i.end)
            if i.falls and (n + 1 == len(code) or code[n + 1].place != after):
                lines.append(f"# goes on at {self._name(after, labels, opcode_at)}")
        return lines

    def _name(self, place, labels, opcode_at):
        if isinstance(place, str):
            return place
        return labels.get(place) or opcode_at.get(place) or self.object.starts.get(place) or "exit"

    def _text(self, i, labels, opcode_at):
        if NOP.match(i.text):  # padding that is executed
            return f"nop  # {i.bytes} bytes"
        text = re.sub(r"\s+", " ", i.text.split(" # ")[0].strip())
        if i.target is not None:
            return re.sub(r"\b[0-9a-f]+ <.*>$", self._name(i.target, labels, opcode_at), text)
        if i.relocation:
            address, symbol, addend = i.relocation
            if i.kind == "call":
                return re.sub(r"\b[0-9a-f]+ <.*>$", symbol, text)
            if "(%rip)" in text:
                name = self._data_name(symbol, addend + i.end - address)
                return re.sub(r"(-?0x)?[0-9a-f]+\(%rip\)", f"{name}(%rip)", text)
            return f"{text}  # {self._data_name(symbol, addend)}"
        return text

    def _data_name(self, symbol, addend):
        place = self.object.place_of(symbol, addend)
        for s in self.object.symbols:
            if s.kind == "O" and place and s.section == place[0] and s.address <= place[1] < s.address + s.size:
                symbol, addend = s.name.split(".")[-1] if "." in s.name[:-2] else s.name, place[1] - s.address
                break
        return symbol + (f"+{addend:#x}" if addend > 0 else f"{addend:#x}" if addend else "")


def read_executor(path, mechanism, opcodes, order):
    """Reads an object or a library. `order`: the opcodes in the order of the layout that was compiled."""
    executor = Executor(Object(path), mechanism)
    executor.find_handlers(opcodes, order)
    return executor
