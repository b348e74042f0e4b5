#!/usr/bin/env python3
"""Makes the product of the op table and one instruction set.

    generate.py --isa acc ops.table isa.table OUTPUT_FOLDER
    generate.py --isa acc --layout SEED ops.table isa.table OUTPUT_FOLDER
    generate.py --isa acc --layout SEED --plant OPCODE=N ops.table isa.table OUTPUT_FOLDER
    generate.py --isa fused --sequences FILE [--most N] [--unused] ...

The first writes ops.h (enums, typed encode functions), ops.c (the descriptions that encoder and
disassembler read), ops.md (the printed reference), ops.json (the names of the opcodes by number, for
scripts) and bodies.h (what each handler does, without how it begins and ends, as macros BODY_<opcode>: for
dispatch/zero/). The second writes what differs between layouts: handlers.SEED.inc (one HANDLER for each op and
combination of operand classes, in the order that the seed gives), layout.SEED.h (its name, by how many
bytes the text is shifted, and the order once more, as a list) and layout.SEED.json (the names in that
order, for scripts). Seed 0 is the order of the table and no shift. The third writes handlers.SEED.inc and
bodies.h, with N more instructions at the head of the handler of OPCODE: for scripts/calibrate, which tests
whether such differences are found. ops.table and isa.table explain their own format.

With superinstructions (isa.table) there is one more opcode for each line of several names in FILE, or of the
first N: the opcodes named there, executed one after the other. Lines of one name say which forms the
instruction set has besides those that it cannot do without; without such lines it has all. --unused has
them made, and the encoder never use them: what remains of a difference then is the layout's.
"""
import argparse
import fnmatch
import itertools
import json
import pathlib
import random
import re
import sys

VALUE_TYPES = {"i32": "uint32_t", "i64": "uint64_t", "f32": "float", "f64": "double", "v128": "V128"}
CONSTANT_SIZES = {"i32": 4, "i64": 8, "f32": 4, "f64": 8}
IMMEDIATES = {  # name: (bytes, C type in handlers, C type in encode functions)
    "slot": (2, "uint16_t", "uint16_t"),
    "u16": (2, "uint16_t", "uint16_t"),
    "u32": (4, "uint32_t", "uint32_t"),
    "u64": (8, "uint64_t", "uint64_t"),
    "ptr": (8, "uint64_t", "const void *"),
    "label": (4, "const uint8_t *", "Label"),
}
ACCESSES = re.compile(r"\b((?:FAR_|SUM_|SCALED_|ATOMIC_)?(?:LOAD|STORE|LOAD_STORE)(?:_AS|_OPERAND|_RESULT)?)\((\w+)")  # of linear memory, and the C type in it
ACCESS_SIZES = {"int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4, "uint32_t": 4,
                "uint64_t": 8, "float": 4, "double": 8, "V128": 16}
CLASS_NAMES = {"s": "SLOT", "k": "CONSTANT", "a": "ACCUMULATOR", "p": "PIN_P", "q": "PIN_Q", "r": "PIN_R"}
CLASS_ORDER = "skapqr"  # of the enum, and of the mixed radix by which forms are found
REGISTERS = {("a", "i"): "ia", ("a", "f"): "fa", ("a", "v"): "fa",  # (class, bank): the variable in handlers
             ("p", "i"): "i1", ("p", "f"): "f1", ("q", "i"): "i2", ("q", "f"): "f2", ("r", "i"): "i3",
             ("r", "f"): "f3"}
REGISTER_TYPES = {"i": "uint64_t", "f": "FloatRegister"}
LONGEST_OPERANDS = 250  # bytes behind the dispatch word of a superinstruction
SHIFT_UNIT, LARGEST_SHIFT = 16, 4096  # bytes: the alignment of code, a page
ORDER = "apqrsk"  # the order that exchangeable operands are put into
ATTRIBUTES = {"wasm", "also", "commutes", "mirror", "compare", "inverse", "load", "store", "memory", "first", "second",
              "constants", "only", "move", "ends", "pins", "changes", "repeats", "counts",
              "modifies"}
LOADS_MOST = 2  # that "memory" can name: LOADS_MOST of encoder.h
INNER_MOST = 4  # that "first" and "second" can name together: INNER_MOST of encoder.h


class TableError(Exception):
    pass


def identifier(name):
    return name.replace(".", "_")


def bank(value_type):
    """Integers, floats, vectors: the last have no registers of their own."""
    return value_type[0]


def check_classes(letters):
    for letter in letters:
        if letter not in CLASS_NAMES:
            raise TableError(f"unknown operand class '{letter}'")


class Operand:
    def __init__(self, text):
        kind, _, name = text.partition(" ")
        self.name, _, self.narrowed = name.strip().partition(":")
        if not self.name.isidentifier():
            raise TableError(f"an operand is a type and a name, not '{text}'")
        check_classes(self.narrowed)
        self.type = kind
        self.is_value = kind in VALUE_TYPES
        if not self.is_value and kind not in IMMEDIATES:
            raise TableError(f"unknown operand type '{kind}'")


class Op:
    """One line of the table, or one derived from it."""

    def __init__(self, name, operands, result, attributes, body):
        self.name, self.operands, self.body = name, operands, body
        self.inner_values = 0  # how many of the first values another op makes one of (with_inner)
        self.modify = None  # the name of the op that stores its result back to where its first operand is from
        self.result, _, self.result_narrowed = (result or "").partition(":")
        self.flags = {a for a in attributes if "=" not in a}
        self.named = dict(a.split("=", 1) for a in attributes if "=" in a)
        self.values = [o for o in operands if o.is_value]
        self.immediates = [o for o in operands if not o.is_value]
        if self.values != operands[: len(self.values)]:
            raise TableError(f"{name}: values stand before immediates")
        if self.result and self.result not in VALUE_TYPES:
            raise TableError(f"{name}: unknown result type '{self.result}'")
        check_classes(self.result_narrowed)
        for attribute in self.flags | set(self.named):
            if attribute not in ATTRIBUTES:
                raise TableError(f"{name}: unknown attribute '{attribute}'")

    @property
    def calls_runtime(self):
        """Then its handler is no leaf, and saves the state around the call."""
        return any(re.search(r"\b(SLOW|TRANSFER|UNWIND|memory_grow|table_grow)\(", line) for line in self.body)

    def access_bytes(self, kind):
        """How many bytes of linear memory it reads ("LOAD") or writes ("STORE")."""
        found = [size for access, size in ACCESSES.findall(" ".join(self.body)) if kind in access]
        return sum(ACCESS_SIZES[size] for size in found)

    def address(self):
        """Its operand that is an address in linear memory, if it has one."""
        if self.flags & {"load", "store"}:
            return self.values[0]
        return next((o for o in self.values if o.name == "address"), None)

    def loads(self):
        """The names of the loads whose value may be an operand in memory."""
        return [name for name in self.named.get("memory", "").split(",") if name]

    def inner(self):
        """(The other op, whether this op's second operand is what that computes, classes that narrow the other op's
        last operand, and this one's other operand)."""
        for attribute in "first", "second":
            for text in filter(None, self.named.get(attribute, "").split(",")):
                name, *narrowed = text.split("/")
                yield name, attribute == "second", *(narrowed + ["", ""])[:2]

    def expression(self):
        """What its result is, in C; "" if more than an expression says it."""
        match = re.fullmatch(r"r = (.*);", self.body[0]) if len(self.body) == 1 else None
        return match[1] if match else ""

    def mirror(self):
        return self.name if "commutes" in self.flags else self.named.get("mirror")


LINE = re.compile(r"^(\S+)(?:\s+(?P<operands>[^\[=]*?))?(?:\s*->\s*(?P<result>\w+(?::\w+)?))?"
                  r"(?:\s*\[(?P<attributes>(?:[^\[\]]|\[\w*\])*)\])?(?:\s*=\s(?P<expression>.*))?$")


def read_op(line):
    match = LINE.match(line)
    if not match:
        raise TableError(f"cannot read '{line.strip()}'")
    operands = [Operand(o.strip()) for o in (match["operands"] or "").split(",") if o.strip()]
    expression = match["expression"] and match["expression"].strip()
    if expression and match["result"] == "v128":
        expression = f"(V128)({expression})"  # of lanes of any type
    body = [f"r = {expression};"] if expression else []
    return Op(match[1], operands, match["result"], (match["attributes"] or "").split(), body)


def read_ops(path):
    ops, section, sections = [], None, {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith("=="):
            section = line.strip("= ")
        elif line[0].isspace() and ops:
            ops[-1].body.append(line.strip() if not line.startswith("     ") else line[4:])
        else:
            try:
                ops.append(read_op(line))
            except TableError as error:
                raise TableError(f"{path.name}, line {number}: {error}") from error
            if ops[-1].name in sections:
                raise TableError(f"{path.name}, line {number}: there is an op {ops[-1].name} already")
            sections[ops[-1].name] = section
    names = [op.name for op in ops]
    for op in ops:
        for other in (op.named.get("mirror"), op.named.get("inverse"), *op.loads(), *(name for name, *_ in op.inner())):
            if other and other not in names:
                raise TableError(f"{op.name}: no op is called {other}")
        if len(op.loads()) > LOADS_MOST:
            raise TableError(f"{op.name}: of {LOADS_MOST} loads at most the values can be operands in memory")
        if len(list(op.inner())) > INNER_MOST:
            raise TableError(f"{op.name}: at most {INNER_MOST} ops can compute operands of it")
        if not op.body:
            raise TableError(f"{op.name}: what it does is missing")
        for _, size in ACCESSES.findall(" ".join(op.body)):
            if size not in ACCESS_SIZES:
                raise TableError(f"{op.name}: it loads or stores a {size}, whose size is not known")
    return ops, sections


def has_first(op):
    """Whether its first operand in memory is another op than its second, or the opposite comparison's second."""
    return len(op.values) == 2 and not op.mirror() and "store" not in op.flags


def name_with_load(op, load, is_first):
    return f"{op.name}.{load.partition('.')[2]}{'.first' if is_first else ''}"


def with_load(op, load, is_first, others):
    """The op with its first or second operand in memory, where that load finds it."""
    match = re.fullmatch(r"LOAD\((\w+), (\w+)\);", load.body[0])
    if not match:
        raise TableError(f"{op.name}: {load.name} does more than to load its value, or something else")
    stored, widened = match.groups()
    *rest, loaded = op.values[::-1] if is_first else op.values
    # Constants are what values are compared with and stored at; what adds them is a load and a sum (values.h).
    classes = "sapqrk" if op.flags & {"compare", "store"} else "sapqr"
    attributes = ["constants", *(op.flags & {"compare", "changes"})]
    if "inverse" in op.named and load.name in others[op.named["inverse"]].loads():
        attributes.append(f"inverse={name_with_load(others[op.named['inverse']], load.name, is_first)}")
    return Op(name_with_load(op, load.name, is_first),
              [*(Operand(f"{o.type} {o.name}:{classes}") for o in rest), Operand("i32 address:spqrk"), *op.immediates,
               Operand("u32 from")], op.result, attributes,
              [f"LOAD_OPERAND({stored}, {widened}, {loaded.name}, from);", *op.body])


def modifying(op, load):
    """The op as `a = a op b` in memory, where that load finds its first operand."""
    stored, widened = re.fullmatch(r"LOAD\((\w+), (\w+)\);", load.body[0]).groups()
    first, second = op.values
    return Op(f"{op.name}.modify", [Operand("i32 address"), Operand(f"{second.type} {second.name}"), Operand("u32 offset")], None,
              ["constants", "changes"], [f"LOAD_OPERAND({stored}, {widened}, {first.name}, offset);", f"{widened} r;", *op.body,
                                         f"STORE_RESULT({stored});"])


def name_with_inner(op, inner, is_second):
    kind, _, rest = op.name.partition(".")
    return f"{inner}.{rest if kind in VALUE_TYPES else op.name}{'.second' if is_second else ''}"


def with_inner(op, inner, is_second, inner_narrowed, narrowed, others):
    """The op whose first or second operand is what another one computes, which has no place then."""
    if not inner.expression() or inner.immediates:
        raise TableError(f"{op.name}: {inner.name} is more than an expression of values, and can be no operand")
    *rest, computed = op.values if is_second else op.values[::-1]
    if inner.result != computed.type and (inner.result, computed.type) != ("i32", "i64"):  # which is zero-extended
        raise TableError(f"{op.name}: {inner.name} computes no {computed.type}")
    names = dict(zip((o.name for o in inner.values), "xyz"))
    operands = [Operand(f"{o.type} {names[o.name]}:{inner_narrowed if o is inner.values[-1] else ''}") for o in inner.values]
    operands += [Operand(f"{o.type} {o.name}:{narrowed}") for o in rest]
    attributes = ["repeats", *(op.flags & {"compare", "changes", "ends"}), *(inner.flags & {"commutes"})]
    if "inverse" in op.named and inner.name in (name for name, *_ in others[op.named["inverse"]].inner()):
        attributes.append(f"inverse={name_with_inner(others[op.named['inverse']], inner.name, is_second)}")
    expression = re.sub(rf"\b({'|'.join(names)})\b", lambda match: names[match[1]], inner.expression())
    both = Op(name_with_inner(op, inner.name, is_second), operands + op.immediates, op.result, attributes,
              [f"const {VALUE_TYPES[inner.result]} {computed.name} = {expression};", *op.body])
    both.inner_values = len(inner.values)
    return both


def derive(ops, sections):
    """What has an operand in memory or one that another op computes, the compare-and-branch and the far memory ops."""
    by_name, derived = {op.name: op for op in ops}, []

    def add(op, section):
        if op.name in sections:
            raise TableError(f"there is an op {op.name} already")
        derived.append(op)
        sections[op.name] = section

    for op in ops:
        for load in op.loads():
            for is_first in (False, True) if has_first(op) else (False,):
                add(with_load(op, by_name[load], is_first, by_name), "Operands in memory")
        if "modifies" in op.flags:
            load = by_name[op.loads()[0]]
            add(modifying(op, load), "Operands in memory")
            for one in derived:
                if one.name == name_with_load(op, load.name, has_first(op)):
                    one.modify = derived[-1].name
            op.modify = derived[-1].name
        for inner, is_second, *narrowed in op.inner():
            add(with_inner(op, by_name[inner], is_second, *narrowed, by_name), "Two in one")
    for op in ops + derived:
        if "compare" in op.flags:
            *before, last = op.body
            condition = last.removeprefix("r = ").removesuffix(";")
            forms = [("br_if", condition)]
            if "inverse" not in op.named:
                forms.append(("br_unless", f"!({condition})"))
            for prefix, test in forms:
                attributes = list(op.flags & {"commutes", "constants", "repeats"})
                if "mirror" in op.named:
                    attributes.append(f"mirror={prefix}.{op.named['mirror']}")
                branch = Op(f"{prefix}.{op.name}", op.operands + [Operand("label target")], None, attributes,
                            [*before, f"if ({test}) JUMP(target);"])
                branch.inner_values = op.inner_values
                add(branch, "Compare and branch")
            if "counts" in op.flags:
                counter, *others = op.values
                add(Op(f"count.{op.name}", [Operand(f"{counter.type} counter"), Operand(f"{counter.type} step:k"), *others,
                                            Operand("label target")], counter.type,
                       ["repeats", "only=" + ",".join(f"{place}_{place}k*" for place in "spqr")],
                       [f"const {VALUE_TYPES[counter.type]} {counter.name} = r = counter + step;", "RESULT();",
                        f"if ({condition}) JUMP(target);"]), "Count and branch")
        if op.flags & {"load", "store"}:
            operands = [Operand("i64 a:s")]
            operands += [Operand(f"{o.type} {o.name}:s") for o in op.values[1:]]
            operands += [Operand("u64 offset"), Operand("u32 index"), *op.immediates[1:]]
            add(Op(f"{op.name}.far", operands, op.result and f"{op.result}:s", [],
                   ["FAR_" + line for line in op.body]), "Any memory")
            if "v128" in {op.result, *(o.type for o in op.values)}:
                continue
            operands = [Operand("i32 a"), Operand("i32 b")]
            operands += [Operand(f"{o.type} c") for o in op.values[1:]] + [Operand("u32 offset")]
            add(Op(f"{op.name}.sum", operands, op.result, ["commutes"], ["SUM_" + line for line in op.body]),
                "Computed addresses")
            add(Op(f"{op.name}.scaled", operands + [Operand("u16 shift")], op.result, ["repeats"],
                   ["SCALED_" + line for line in op.body]), "Computed addresses")
    return ops + derived


class Sequence:
    """An opcode made of others: a superinstruction."""

    def __init__(self, parts):
        self.parts = parts
        self.name = "__then__".join(part.name for part in parts)
        self.length = sum(part.length for part in parts)
        if self.length > LONGEST_OPERANDS:
            raise TableError(f"{self.name}: its operands take {self.length} bytes, more than {LONGEST_OPERANDS}")


def is_needed(variant):
    """Whether the translator relies on there being this form: those without registers for hot locals, and
    what moves values from any place to any other, and what computes sums (values.h)."""
    letters = {variant.result, *variant.values}
    return (not letters & set("pqr") or variant.op.name in ("copy", "copy.f", "const.i32", "global.set.f")
            or variant.op.name in ("i32.add", "i32.shl", "i32.add.scaled") and variant.result in "as")  # sums


def read_sequences(path, simple, most):
    """The simple opcodes that there shall be, and the sequences of them."""
    variants_by_name = {variant.name: variant for variant in simple}
    wanted, found = [], []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        names = line.partition("#")[0].split()
        if not names:
            continue
        where = f"{path.name}, line {number}"
        for name in names:
            if name not in variants_by_name:
                raise TableError(f"{where}: there is no opcode {name}")
        parts = [variants_by_name[name] for name in names]
        if len(parts) == 1:
            wanted += parts
            continue
        for part in parts[:-1]:
            if "ends" in part.op.flags:
                raise TableError(f"{where}: nothing can follow {part.name}")
        for part in parts:
            if part.op.calls_runtime:
                raise TableError(f"{where}: {part.name} calls the runtime, and is an instruction by itself")
        found.append((where, parts))
    if wanted:
        kept = {variant.name for variant in wanted}
        simple = [variant for variant in simple if variant.name in kept or is_needed(variant)]
    kept, sequences, seen = {variant.name for variant in simple}, [], set()
    for where, parts in found[:most]:
        names = tuple(part.name for part in parts)
        if names in seen:
            raise TableError(f"{where}: the sequence stands there twice")
        for name in names:
            if name not in kept:
                raise TableError(f"{where}: {name} is not among the forms that the file names")
        seen.add(names)
        sequences.append(Sequence(parts))
    return simple, sequences


class Variant:
    """One opcode: an op and the classes of its result and values."""

    def __init__(self, op, result, values):
        self.op, self.result, self.values = op, result, values
        classes = f"{result}_{''.join(values)}" if result else "".join(values)
        self.name = identifier(op.name) + (f"__{classes}" if classes else "")
        self.offsets, at = {}, 0
        for operand, kind in zip(op.values, values):
            self.offsets[operand.name] = at
            at += 2 if kind == "s" else CONSTANT_SIZES[operand.type] if kind == "k" else 0
        if result:
            self.offsets["r"] = at
            at += 2 if result == "s" else 0
        for operand in op.immediates:
            self.offsets[operand.name] = at
            at += IMMEDIATES[operand.type][0]
        self.length = at


def variants(op, isa, positions):
    """The combinations of operand classes that the instruction set wants of an op."""
    def classes(value_type, narrowed, table):
        return [c for c in ORDER if c in table[bank(value_type)] and (not narrowed or c in narrowed)]

    if "pins" in op.flags and "p" not in isa["values"]["i"]:
        return
    results = classes(op.result, op.result_narrowed, isa["results"]) if op.result else [""]
    values = [classes(o.type, o.narrowed, isa["values"]) for o in op.values]
    only = op.named.get("only")
    forms = isa["forms"].get(op.name)
    mirror = op.mirror()
    for result in results:
        for combination in itertools.product(*values):
            form = f"{result}_{''.join(combination)}"
            if only and not any(fnmatch.fnmatchcase(form, pattern) for pattern in only.split(",")):
                continue
            if forms and not any(fnmatch.fnmatchcase(form, pattern) for pattern in forms):
                continue
            if op.values and "constants" not in op.flags and set(combination) == {"k"} \
                    and not all(o.narrowed == "k" for o in op.values):
                continue
            if op.inner_values and set(combination[:op.inner_values]) == {"k"}:
                continue
            registers = [REGISTERS[(c, bank(o.type))] for c, o in zip(combination, op.values) if c not in "sk"]
            repeated = {name for name in registers if registers.count(name) > 1}
            if repeated and (not op.flags & {"commutes", "repeats"} or repeated & {"ia", "fa"}):
                continue
            if mirror:
                left, right = (ORDER.index(c) for c in combination[:2])
                if left > right or (left == right and positions[mirror] < positions[op.name]):
                    continue
            yield Variant(op, result, combination)


# Two dependent instructions that change nothing. Each takes a cycle, and what the handler reads has to wait
# for them: a CPU that renames registers can hide a move or an addition of a constant, but not these.
PLANTED = """#ifdef __aarch64__
#define PLANTED_PAIR "mvn %0, %0\\n mvn %0, %0\\n"
#else
#define PLANTED_PAIR "notq %0\\n notq %0\\n"
#endif"""


def planted_line(planted):
    return f"__asm__ volatile({' '.join(['PLANTED_PAIR'] * (planted // 2))} : \"+r\"(ip));"


def body(variant, start=0):
    """The C statements of a variant's handler whose operands stand `start` bytes behind the dispatch word."""
    op, lines = variant.op, []
    if any(re.search(r"\bnext\b", line) for line in op.body):
        lines.append(f"const uint8_t *const next = ip + DISPATCH_SIZE + {start + variant.length};")
    for operand, kind in zip(op.values, variant.values):
        upper, offset = operand.type.upper(), start + variant.offsets[operand.name]
        read = {"s": f"SLOT_{upper}({offset})", "k": f"CONSTANT_{upper}({offset})"}.get(
            kind, f"REGISTER_{upper}({REGISTERS.get((kind, bank(operand.type)))})")
        c_type = VALUE_TYPES[operand.type]
        if operand is op.address() and kind not in "sk":
            # The high half of a register with an i32 is zero; to clear it again would lengthen the address's way.
            c_type, read = "uint64_t", REGISTERS[(kind, "i")]
        lines.append(f"const {c_type} {operand.name} = {read};")
    for operand in op.immediates:
        c_type = IMMEDIATES[operand.type][1]
        lines.append(f"{c_type}{'' if c_type.endswith('*') else ' '}const {operand.name} = "
                     f"OPERAND_{operand.type.upper()}({start + variant.offsets[operand.name]});")
    if op.result:
        lines.append(f"{VALUE_TYPES[op.result]} r;")
    written = write_result(variant, start) if op.result else []
    for line in op.body if "RESULT();" in op.body else [*op.body, "RESULT();"]:
        lines += written if line == "RESULT();" else [line]
    return lines


def write_result(variant, start):
    op, lines = variant.op, []
    upper = op.result.upper()
    if variant.result == "s":
        lines.append(f"SET_SLOT_{upper}({start + variant.offsets['r']}, r);")
        if "move" not in op.flags:
            lines.append(f"SET_{'INTEGER' if bank(op.result) == 'i' else 'FLOAT'}_"
                         f"ACCUMULATOR_{upper}(r);")
    else:
        lines.append(f"SET_REGISTER_{upper}({REGISTERS[(variant.result, bank(op.result))]}, r);")
    return lines


def unread_loads(parts):
    """The numbers of the loads whose value no later part needs, as where WebAssembly drops it: found from the end,
    where every register may be needed, to the beginning. That a branch may leave in between is not counted, since
    compilers could then load on that way only."""
    accumulators, registers = {"ia", "fa"}, set(REGISTERS.values())
    live, unread = set(registers), set()
    for number in reversed(range(len(parts))):
        part, op = parts[number], parts[number].op
        if op.result:
            letter = "a" if part.result == "s" and "move" not in op.flags else part.result
            written = {REGISTERS.get((letter, bank(op.result)))}
            acts = part.result == "s" or bool(written & live) or any(o.type == "label" for o in op.immediates)
            live -= written
            if not acts and not op.access_bytes("LOAD"):
                continue
            if not acts:
                unread.add(number)
        elif not op.values:
            live |= registers - accumulators  # it may exchange them
        live |= {REGISTERS.get((letter, bank(operand.type))) for operand, letter in zip(op.values, part.values)}
    return unread


def sequence_body(sequence):
    """What the parts do, one after the other. A load stays even if nobody reads its value, since it may trap.
    Where one of them ends execution with a trap, memory is as the parts before have left it and as no later one
    has changed it: an access out of bounds is a signal that compilers do not know of, so a fence keeps accesses
    in order wherever one of two is a store."""
    lines, at, loads, stores = [], 0, False, False
    unread = unread_loads(sequence.parts)
    for number, part in enumerate(sequence.parts):
        is_load = part.op.access_bytes("LOAD") > 0
        is_store = part.op.access_bytes("STORE") > 0 or "changes" in part.op.flags
        if (is_load and stores) or (is_store and (loads or stores)):
            lines.append("ORDER_ACCESSES();")
            loads = stores = False
        loads, stores = loads or is_load, stores or is_store
        inside = body(part, at) + ["NEEDED(r);"] * (number in unread)
        lines += ["{"] + [f"    {line}" for line in inside] + ["}"]
        at += part.length
    return lines


def handler(opcode, planted=0):
    """The C text of one handler, with `planted` instructions more than it needs."""
    lines = [planted_line(planted)] if planted else []
    is_sequence = isinstance(opcode, Sequence)
    lines += sequence_body(opcode) if is_sequence else body(opcode)
    if "ends" not in (opcode.parts[-1] if is_sequence else opcode).op.flags:
        lines.append(f"NEXT(DISPATCH_SIZE + {opcode.length});")
    return "\n".join([f"HANDLER({opcode.name})", "{"] + [f"    {line}" for line in lines] + ["}"])


def body_macro(variant, planted=0):
    """The statements of a handler as a block that a macro stands for."""
    lines = [planted_line(planted)] if planted else []
    lines = [f"#define BODY_{variant.name}", "{", *(f"    {line}" for line in lines + body(variant)), "}"]
    return " \\\n".join(lines)


def encode_function(op):
    parameters, fields = ["Encoder *encoder"], [f".op = OP_{identifier(op.name)}"]
    if op.result:
        parameters.append("Operand result")
        fields.append(".result = result")
    for index, operand in enumerate(op.values):
        parameters.append(f"Operand {operand.name}")
        fields.append(f".values[{index}] = {operand.name}")
    for index, operand in enumerate(op.immediates):
        c_type = IMMEDIATES[operand.type][2]
        parameters.append(f"{c_type}{'' if c_type.endswith('*') else ' '}{operand.name}")
        value = f"(uintptr_t){operand.name}" if operand.type == "ptr" else operand.name
        fields.append(f".immediates[{index}] = {value}")
    return (f"static inline void encode_{identifier(op.name)}({', '.join(parameters)}) {{\n"
            f"    encoder_emit(encoder, (Instruction){{{', '.join(fields)}}});\n}}\n")


class Product:
    """What the tables and the arguments ask for: all that is written follows from it."""

    def __init__(self, arguments):
        ops, self.sections = read_ops(arguments.ops)
        self.ops = derive(ops, self.sections)
        self.name = arguments.isa
        self.isa = read_isa(arguments.isas, arguments.isa, [op.name for op in self.ops])
        self.by_name = {op.name: op for op in self.ops}
        self.positions = {op.name: index for index, op in enumerate(self.ops)}
        self.simple = [variant for op in self.ops for variant in variants(op, self.isa, self.positions)]
        self.sequences = []
        if self.isa["has_sequences"] and arguments.sequences:
            self.simple, self.sequences = read_sequences(arguments.sequences, self.simple, arguments.most)
        self.used_sequences = [] if arguments.unused else self.sequences
        self.opcodes = self.simple + self.sequences
        if len(self.opcodes) > 0xffff:
            raise TableError(f"{len(self.opcodes)} opcodes do not fit 16 bits")
        self.opcode_of = {opcode.name: number for number, opcode in enumerate(self.opcodes)}
        self.letters = [c for c in CLASS_ORDER if any(c in t for t in self.isa["values"].values())]
        self.head = f"/* Made by encoder/generate.py from ops.table and isa.table ({self.name}): do not edit. */\n"


def generate(arguments):
    product = Product(arguments)
    out = arguments.output
    if arguments.plant and arguments.layout is None:
        raise TableError("--plant needs --layout")
    for name in set(arguments.plant) - {opcode.name for opcode in product.opcodes}:
        raise TableError(f"--plant: there is no opcode {name}")
    out.mkdir(parents=True, exist_ok=True)
    if arguments.layout is not None:
        write_layout(arguments.layout, product.opcodes, arguments.plant, product.head, out)
        return
    (out / "ops.h").write_text(declarations(product))
    (out / "ops.c").write_text(descriptions(product))
    (out / "ops.md").write_text(reference_page(product.ops, product.sections, product.simple, product.name))
    write_names(out / "ops.json", product.opcodes)
    write_bodies(product.simple, {}, product.head, out)


def write_names(path, opcodes):
    path.write_text(json.dumps([opcode.name for opcode in opcodes], indent=0) + "\n")


def declarations(product):
    """ops.h: the enums and, behind the declarations that they need, the encode functions."""
    ops, isa, letters = product.ops, product.isa, product.letters
    text = [product.head, "#ifdef OPS_H_ENCODE_FUNCTIONS\n"]
    text += [encode_function(op) for op in ops]
    text.append("#else\n\ntypedef enum Op {")
    text += [f"    OP_{identifier(op.name)}," for op in ops]
    text.append("    OP_COUNT\n} Op;\n")
    text.append(f"enum {{ OPCODE_COUNT = {len(product.opcodes)}, SIMPLE_OPCODE_COUNT = {len(product.simple)}, "
                f"OPERAND_CLASS_COUNT = {len(letters)} }};")
    text.append(f"#define ISA_HAS_SEQUENCES {int(isa['has_sequences'])}")
    text.append("typedef enum OperandClass { "
                + ", ".join(f"CLASS_{CLASS_NAMES[c]}{' = 0' if n == 0 else ''}"
                            for n, c in enumerate(letters))
                + (", CLASS_ACCUMULATOR = 0xff" if "a" not in letters else "") + " } OperandClass;")
    text.append(f"#define ISA_NAME \"{product.name}\"")
    text.append(f"#define ISA_HAS_ACCUMULATORS {int('a' in letters)}")
    pins = [c for c in letters if c not in "ska"]
    text.append(f"#define ISA_PINS {len(pins)} /* registers of each bank for hot locals */")
    text.append(f"#define CLASS_FIRST_PIN {'CLASS_PIN_P' if pins else '0x100 /* none */'}")
    text.append("#define ISA_REGISTERS(X) " + " ".join(
        f"X({REGISTER_TYPES[b]}, {REGISTERS[(c, b)]})" for c in letters if c not in "sk" for b in "if"))
    text.append("#define OPCODES(X) \\")
    text += [f"    X({variant.name}) \\" for variant in product.opcodes]
    text.append("\n#define OPS_OF_WASM(X) \\")
    text += [f"    X({identifier(name).upper()}, OP_{identifier(op.name)}) \\" for op in ops if "wasm" in op.flags
             for name in [op.name, *filter(None, op.named.get("also", "").split(","))]]
    text.append("\n#endif")
    return "\n".join(text) + "\n"


def variant_tables(product):
    """Of each op its opcodes, found by the classes of its result and values in mixed radix."""
    radix, text = len(product.letters), []
    class_number = {c: n for n, c in enumerate(product.letters)}
    simple_of = {name: list(group) for name, group in itertools.groupby(product.simple, lambda v: v.op.name)}
    for op in product.ops:
        table = [0xFFFF] * radix ** (1 + len(op.values))
        for variant in simple_of.get(op.name, []):
            index = class_number.get(variant.result, 0)
            for c in variant.values:
                index = index * radix + class_number[c]
            table[index] = product.opcode_of[variant.name]
        text.append(f"static const uint16_t variants_{identifier(op.name)}[] = "
                    f"{{{', '.join(map(str, table))}}};")
    return text


def op_description(op, product):
    def reference(name):
        return f"OP_{identifier(name)}" if name in product.positions else "OP_COUNT"

    flags = [flag for flag, on in {
        "OP_ENDS": "ends" in op.flags,
        "OP_MOVES": "move" in op.flags,
        "OP_IS_BOOLEAN": "compare" in op.flags and not re.fullmatch(r"r = \w+ & \w+;", op.body[-1]),
        "OP_CALLS": op.calls_runtime,
        "OP_HAS_LABEL": any(o.type == "label" for o in op.operands),
        "OP_HAS_TABLE": any(o.type == "label" and o.name == "table" for o in op.operands),
        "OP_IS_OPERAND": any(op.name in other.loads() for other in product.ops),
    }.items() if on]
    of_first = op if op.mirror() in (None, op.name) else product.by_name[op.mirror()]
    loads = ", ".join(f"{{{reference(load)}, {reference(name_with_load(op, load, False))}, "
                      f"{reference(name_with_load(of_first, load, has_first(op)))}}}"
                      for load in op.loads() + ["none"] * (LOADS_MOST - len(op.loads())))
    inner = [f"{{{reference(name)}, {reference(name_with_inner(op, name, is_second))}, {int(is_second)}}}"
             for name, is_second, *_ in op.inner()]
    inner += ["{OP_COUNT, OP_COUNT, 0}"] * (INNER_MOST - len(inner))
    return (f"    [OP_{identifier(op.name)}] = {{.name = \"{op.name}\", "
            f".value_count = {len(op.values)}, "
            f".value_types = {{{', '.join('VALUE_' + o.type.upper() for o in op.values) or 0}}}, "
            f".result_type = {'VALUE_' + op.result.upper() if op.result else 'VALUE_NONE'}, "
            f".immediate_count = {len(op.immediates)}, "
            f".immediate_kinds = {{{', '.join('IMMEDIATE_' + o.type.upper() for o in op.immediates) or 0}}}, "
            f".mirror = {reference(op.mirror())}, .inverse = {reference(op.named.get('inverse'))}, "
            f".branch_if = {reference('br_if.' + op.name)}, "
            f".branch_unless = {reference('br_unless.' + op.name)}, .count = {reference('count.' + op.name)}, "
            f".modify = {reference(op.modify)}, "
            f".far = {reference(op.name + '.far')}, .sum = {reference(op.name + '.sum')}, "
            f".scaled = {reference(op.name + '.scaled')}, .with_load = {{{loads}}}, .with_inner = {{{', '.join(inner)}}}, "
            f".flags = {' | '.join(flags) or 0}, .section = \"{product.sections[op.name]}\", "
            f".load_bytes = {op.access_bytes('LOAD')}, .store_bytes = {op.access_bytes('STORE')}, "
            f".variants = variants_{identifier(op.name)}}},")


def descriptions(product):
    """ops.c: what encoder and disassembler read."""
    text = [product.head, '#include "encoder/encoder.h"\n', *variant_tables(product)]
    text.append("\nconst OpInfo op_info[OP_COUNT] = {")
    text += [op_description(op, product) for op in product.ops]
    text.append("};\n")
    for number, sequence in enumerate(product.sequences):
        parts = ", ".join(str(product.opcode_of[part.name]) for part in sequence.parts)
        text.append(f"static const uint16_t parts_{number}[] = {{{parts}}};")
    text.append("\nconst OpcodeInfo opcode_info[OPCODE_COUNT] = {")
    for variant in product.simple:
        values = ", ".join(f"CLASS_{CLASS_NAMES[c]}" for c in variant.values) or 0
        result = f"CLASS_{CLASS_NAMES[variant.result]}" if variant.result else 0
        text.append(f"    {{\"{variant.name}\", OP_{identifier(variant.op.name)}, {variant.length}, "
                    f"{result}, {{{values}}}, 1, NULL}},")
    for number, sequence in enumerate(product.sequences):
        text.append(f"    {{\"{sequence.name}\", OP_{identifier(sequence.parts[0].op.name)}, {sequence.length}, "
                    f"0, {{0}}, {len(sequence.parts)}, parts_{number}}},")
    text.append("};")
    if product.isa["has_sequences"]:
        text += fusion_tables(product.used_sequences, product.opcode_of)
    return "\n".join(text) + "\n"


def fusion_tables(sequences, opcode_of):
    """The automaton that finds sequences: from state 0, each opcode leads to a state, which may be the end of
    a sequence. Its transitions are a hash table, at most half full, probed linearly."""
    transitions, ends = {}, [0xFFFF]
    for sequence in sequences:
        state = 0
        for part in sequence.parts:
            key = (state, opcode_of[part.name])
            if key not in transitions:
                transitions[key] = len(ends)
                ends.append(0xFFFF)
            state = transitions[key]
        ends[state] = opcode_of[sequence.name]
    if len(ends) > 0xFFFF:
        raise TableError(f"the sequences have {len(ends)} beginnings, more than 16 bits tell apart")
    bits = max(4, (2 * len(transitions)).bit_length())
    table = [(0, 0)] * (1 << bits)  # no transition leads back to state 0
    for (state, opcode), target in transitions.items():
        key = state << 16 | opcode
        slot = (key * 0x9E3779B1 & 0xFFFFFFFF) >> (32 - bits)
        while table[slot][1]:
            slot = (slot + 1) % len(table)
        table[slot] = (key, target)
    return [f"\nconst unsigned fusion_bits = {bits};",
            f"const FusionStep fusion_steps[{len(table)}] = {{",
            *[f"    {{{key}u, {target}}}," for key, target in table], "};",
            f"const uint16_t fusion_ends[{len(ends)}] = {{{', '.join(map(str, ends))}}};"]


def write_bodies(simple, planted, head, out):
    macros = [body_macro(variant, planted.get(variant.name, 0)) for variant in simple]
    text = [head + PLANTED if planted else head.rstrip("\n"), *macros]
    (out / "bodies.h").write_text("\n\n".join(text) + "\n")


def write_layout(seed, opcodes, planted, head, out):
    """The same seed gives the same order and shift to every strategy."""
    order, shift = list(opcodes), 0
    if seed:
        numbers = random.Random(seed)
        numbers.shuffle(order)
        shift = SHIFT_UNIT * numbers.randint(1, LARGEST_SHIFT // SHIFT_UNIT)
    handlers = [handler(variant, planted.get(variant.name, 0)) for variant in order]
    text = [head + PLANTED if planted else head.rstrip("\n"), *handlers]
    (out / f"handlers.{seed}.inc").write_text("\n\n".join(text) + "\n")
    if planted:
        write_bodies([opcode for opcode in opcodes if isinstance(opcode, Variant)], planted, head, out)
        return
    names = "".join(f" \\\n    X({variant.name})" for variant in order)
    (out / f"layout.{seed}.h").write_text(
        f'{head}#define LAYOUT_SEED {seed}\n#define LAYOUT_SHIFT {shift}\n#define HANDLERS "handlers.{seed}.inc"\n'
        f"#define LAYOUT_OPCODES(X){names}\n")
    write_names(out / f"layout.{seed}.json", order)


def read_isa(path, name, ops):
    """The classes of the instruction set, and which forms it has of the ops for which it says so."""
    isa, forms, has_sequences = None, {}, False
    lines = path.read_text().splitlines()
    for fields in (line.split() for line in lines):
        if fields[:2] == ["isa", name] and fields[3:] == ["+", "sequences"]:
            name, has_sequences = fields[2], True
    for line in lines:
        fields = line.split(maxsplit=2)
        if len(fields) == 3 and fields[0] == "forms" and name in fields[1].split(","):
            globs, _, patterns = fields[2].partition(":")
            for glob in globs.split():
                matching = fnmatch.filter(ops, glob)
                if not matching:
                    raise TableError(f"{path}: no op is called '{glob}'")
                forms.update(dict.fromkeys(matching, patterns.split()))
        if len(fields) == 3 and fields[0] == "isa" and fields[1] == name:
            parts = [part.strip() for part in fields[2].split("|")]
            if len(parts) != 5:
                raise TableError(f"{path}: '{name}' needs five lists of operand classes")
            check_classes("".join(parts))
            if set(parts[2]) - set("as"):
                raise TableError(f"{path}: '{name}' has vectors elsewhere than in slots and the accumulator")
            isa = {"values": dict(zip("ifv", parts)), "results": {"i": parts[3], "f": parts[4], "v": "s"}}
    if not isa:
        raise TableError(f"{path}: there is no instruction set '{name}'")
    return isa | {"forms": forms, "has_sequences": has_sequences}


def reference_page(ops, sections, opcodes, isa):
    lines = [f"# Ops of the instruction set `{isa}`", "",
             f"{len(ops)} ops, {len(opcodes)} opcodes. Made from `encoder/ops.table`.", ""]
    section = None
    for op in ops:
        if sections[op.name] != section:
            section = sections[op.name]
            lines += ["", f"## {section}", "", "| op | operands | result | opcodes | meaning |",
                      "| --- | --- | --- | --- | --- |"]
        operands = ", ".join(f"{o.type} {o.name}" for o in op.operands)
        count = sum(variant.op is op for variant in opcodes)
        meaning = " ".join(op.body).replace("|", "\\|")
        lines.append(f"| `{op.name}` | {operands} | {op.result} | {count} | `{meaning}` |")
    return "\n".join(lines) + "\n"


def seed_number(text):
    seed = int(text)
    if seed < 0 or str(seed) != text:
        raise ValueError
    return seed


def planted_numbers(text):
    """OPCODE=N[,OPCODE=N...]: a dictionary."""
    numbers = {}
    for part in text.split(","):
        opcode, _, number = part.partition("=")
        numbers[opcode] = seed_number(number)
        if not numbers[opcode] or numbers[opcode] % 2:
            raise ValueError
    return numbers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isa", required=True)
    parser.add_argument("--layout", type=seed_number, metavar="SEED",
                        help="write the handlers in the layout of this seed")
    parser.add_argument("--plant", type=planted_numbers, default={}, metavar="OPCODE=N[,OPCODE=N...]",
                        help="with --layout: handlers of OPCODE with an even number N of instructions more")
    parser.add_argument("--sequences", type=pathlib.Path, metavar="FILE", help="superinstructions, a line each")
    parser.add_argument("--most", type=int, metavar="N", help="only the first N of them")
    parser.add_argument("--unused", action="store_true", help="make them, and have the encoder not use them")
    parser.add_argument("ops", type=pathlib.Path)
    parser.add_argument("isas", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    try:
        generate(parser.parse_args())
    except (OSError, TableError) as error:
        sys.exit(f"generate.py: {error}")


if __name__ == "__main__":
    main()
