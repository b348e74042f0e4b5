"""Random valid modules in the text format, dense in what the translator folds and fuses.

wasm-opt's random modules spend their time in few of the bytecode's instructions. These are made of many
short functions in which every operator meets locals, constants, results of other operators and writes of
the locals that it has read, so that a few hundred modules execute nearly every handler. They end: loops
count down, and functions call only functions of a later level.
"""

NUMBERS = ["i32", "i64", "f32", "f64"]
REFERENCES = ["funcref", "externref"]
LEVELS = 3
FUNCTIONS_PER_LEVEL = 8
TABLE_SIZE = 8
TAGS = 3  # of the module's own, besides an imported one

INTEGERS = [0, 1, 2, 3, 4, 5, 7, 8, 10, 15, 16, 31, 32, 33, 63, 64, 100, 127, 128, 255, 256, 1000, 32767, 32768,
            65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
FLOATS = ["0", "-0", "1", "-1", "0.5", "1.5", "2.5", "-3.5", "100.25", "-1e4", "1e10", "0x1p31", "-0x1p31", "0x1p32",
          "0x1p63", "-0x1p63", "0x1p64", "0x1p-149", "inf", "-inf", "nan"]

BINARY = {
    "integer": ["add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"],
    "float": ["add", "sub", "mul", "div", "min", "max", "copysign"],
}
DIVISIONS = ["div_s", "div_u", "rem_s", "rem_u"]
UNARY = {
    "i32": ["clz", "ctz", "popcnt", "extend8_s", "extend16_s"],
    "i64": ["clz", "ctz", "popcnt", "extend8_s", "extend16_s", "extend32_s"],
    "float": ["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"],
}
COMPARE = {
    "integer": ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"],
    "float": ["eq", "ne", "lt", "gt", "le", "ge"],
}
CONVERSIONS = {  # to a type: operators and the type that they take
    "i32": [("wrap_i64", "i64"), *((f"trunc_sat_{f}_{s}", f) for f in ("f32", "f64") for s in "su"),
            ("reinterpret_f32", "f32")],
    "i64": [("extend_i32_s", "i32"), ("extend_i32_u", "i32"),
            *((f"trunc_sat_{f}_{s}", f) for f in ("f32", "f64") for s in "su"), ("reinterpret_f64", "f64")],
    "f32": [*((f"convert_{i}_{s}", i) for i in ("i32", "i64") for s in "su"), ("demote_f64", "f64"),
            ("reinterpret_i32", "i32")],
    "f64": [*((f"convert_{i}_{s}", i) for i in ("i32", "i64") for s in "su"), ("promote_f32", "f32"),
            ("reinterpret_i64", "i64")],
}
LOADS = {
    "i32": ["load", "load8_s", "load8_u", "load16_s", "load16_u"],
    "i64": ["load", "load8_s", "load8_u", "load16_s", "load16_u", "load32_s", "load32_u"],
    "f32": ["load"], "f64": ["load"],
}
STORES = {"i32": ["store", "store8", "store16"], "i64": ["store", "store8", "store16", "store32"],
          "f32": ["store"], "f64": ["store"]}
ATOMIC_WIDTHS = {"i32": ["", "8", "16"], "i64": ["", "8", "16", "32"]}
ATOMIC_UPDATES = ["add", "sub", "and", "or", "xor", "xchg", "cmpxchg"]


def kind(type_name):
    return "integer" if type_name[0] == "i" else "float"


class Signature:
    def __init__(self, index, level, parameters, results):
        self.index, self.level, self.parameters, self.results = index, level, parameters, results

    def text(self):
        return (" ".join(f"(param {t})" for t in self.parameters) + " "
                + " ".join(f"(result {t})" for t in self.results))


class Function:
    """Writes one function's body. `value` leaves one value of a type on the stack, `statement` nothing."""

    def __init__(self, module, signature):
        self.module, self.random, self.signature = module, module.random, signature
        self.lines = []
        self.labels = [tuple(signature.results)]  # what a branch to each takes; None: not to be branched to
        self.handlers = []  # the places in `labels` of the tries in whose handlers this is
        extra = [self.random.choice(NUMBERS) for _ in range(self.random.randint(1, 6))]
        if self.random.random() < 0.2:
            extra += REFERENCES
        self.locals = signature.parameters + extra
        self.counters = set()  # locals that a loop counts in: not to be written
        self.budget = self.random.randint(5, 60)  # what may still be written that is no leaf

    def emit(self, line):
        self.lines.append(line)

    def chance(self, probability):
        return self.random.random() < probability

    def locals_of(self, type_name, written=False):
        return [i for i, t in enumerate(self.locals) if t == type_name and not (written and i in self.counters)]

    # ---- Values

    def constant(self, type_name):
        random = self.random
        if type_name in REFERENCES:
            if type_name == "funcref" and self.chance(0.5):
                return f"ref.func {random.choice(self.module.signatures).index}"
            return f"ref.null {'func' if type_name == 'funcref' else 'extern'}"
        if kind(type_name) == "float":
            number = random.choice(FLOATS) if self.chance(0.7) else f"{random.uniform(-1000, 1000):.3f}"
        else:
            bits = int(type_name[1:])
            number = random.choice(INTEGERS) if self.chance(0.8) else random.getrandbits(random.randint(1, bits))
            number = number % 2 ** bits - (2 ** bits if number % 2 ** bits >= 2 ** (bits - 1) else 0)
            number = -number if self.chance(0.2) and number > 0 else number
        return f"{type_name}.const {number}"

    def leaf(self, type_name):
        candidates = self.locals_of(type_name)
        if candidates and self.chance(0.65):
            self.emit(f"local.get {self.random.choice(candidates)}")
        elif type_name in NUMBERS and self.chance(0.1):
            self.emit(f"global.get ${type_name}")
        else:
            self.emit(self.constant(type_name))

    def value(self, type_name, depth=3):
        self.budget -= 1
        if depth <= 0 or self.budget <= 0 or self.chance(0.3):
            self.leaf(type_name)
        elif type_name in REFERENCES:
            self.reference(type_name, depth)
        else:
            makers = [self.binary] * 8 + [self.unary] * 2 + [self.conversion] * 2 + [self.load] * 2 + [self.atomic] + [
                self.tee, self.tee, self.select, self.block_value, self.try_value, self.if_value, self.call_value, self.division]
            if type_name == "i32":
                makers += [self.comparison] * 4 + [self.test]
            self.random.choice(makers)(type_name, depth - 1)

    def values(self, types, depth=2):
        for type_name in types:
            self.value(type_name, depth)

    def reference(self, type_name, depth):
        if self.chance(0.4):
            self.index("i32", TABLE_SIZE, depth)
            self.emit(f"table.get ${type_name}")
        else:
            self.values([type_name, type_name, "i32"], depth - 1)
            self.emit(f"select (result {type_name})")

    def binary(self, type_name, depth):
        self.values([type_name, type_name], depth)
        self.emit(f"{type_name}.{self.random.choice(BINARY[kind(type_name)])}")

    def division(self, type_name, depth):
        if kind(type_name) == "float":
            return self.binary(type_name, depth)
        self.value(type_name, depth)
        if self.chance(0.5):
            self.emit(f"{type_name}.const {self.random.choice([1, 2, 3, 7, 10, -1, -5, 1000])}")
        else:
            self.value(type_name, depth)
            if self.chance(0.7):
                self.emit(f"{type_name}.const 1\n{type_name}.or")
        self.emit(f"{type_name}.{self.random.choice(DIVISIONS)}")

    def unary(self, type_name, depth):
        self.value(type_name, depth)
        self.emit(f"{type_name}.{self.random.choice(UNARY.get(type_name) or UNARY['float'])}")

    def conversion(self, type_name, depth):
        operator, source = self.random.choice(CONVERSIONS[type_name])
        if "trunc_sat" in operator and self.chance(0.1):  # these trap
            operator = operator.replace("_sat", "")
        self.value(source, depth)
        self.emit(f"{type_name}.{operator}")

    def comparison(self, _, depth):
        type_name = self.random.choice(NUMBERS)
        self.value(type_name, depth)
        if self.chance(0.3):
            self.emit(self.constant(type_name))
        else:
            self.value(type_name, depth)
        self.emit(f"{type_name}.{self.random.choice(COMPARE[kind(type_name)])}")

    def condition(self, depth=2):
        if self.chance(0.5):
            self.comparison("i32", depth - 1)
        else:
            self.value("i32", depth)

    def test(self, _, depth):
        if self.chance(0.3):
            self.value(self.random.choice(REFERENCES), depth)
            self.emit("ref.is_null")
        elif self.chance(0.1):
            self.emit(self.random.choice(["memory.size", f"table.size ${self.random.choice(REFERENCES)}"]))
            if self.module.is_far:
                self.lines[-1] += "\ndrop\ni32.const 1"
        else:
            type_name = self.random.choice(["i32", "i64"])
            self.value(type_name, depth)
            self.emit(f"{type_name}.eqz")

    def index(self, type_name, limit, depth=1):
        """An index or address below `limit`, mostly."""
        if self.chance(0.2):
            self.emit(f"{type_name}.const {self.random.randrange(limit)}")
            return
        wide = self.locals_of("i64", written=True)
        if type_name == "i32" and wide and self.chance(0.2):
            self.half(self.random.choice(wide), limit, depth)
            return
        self.value(type_name, depth)
        if self.chance(0.95):
            self.emit(f"{type_name}.const {limit - 1}\n{type_name}.and")

    def half(self, local, limit, depth):
        """An index in the low half of a local whose high half is not to matter, with and without an instruction between."""
        self.value("i64", depth)
        self.emit(f"i64.const {limit - 1}\ni64.and\ni64.const {self.random.getrandbits(31) << 32}\ni64.or\nlocal.set {local}")
        if self.chance(0.5):
            self.emit(f"local.get {local}\ni64.eqz\ndrop")
        self.emit(f"local.get {local}\ni32.wrap_i64")

    def place(self, alignment=1):
        """The memory and the offset of an access; leaves the address on the stack, mostly aligned if that is wanted."""
        name, type_name = self.random.choice(self.module.memories)
        self.index(type_name, 1024)
        if alignment > 1 and self.chance(0.95):
            self.emit(f"{type_name}.const {-alignment}\n{type_name}.and")
        offset = self.random.choice([0, 0, 0, 1, 4, 8, 100, 1000, 60000, 65535])
        return (f" ${name}" if self.module.is_far else "") + (f" offset={offset}" if offset else "")

    def load(self, type_name, depth):
        operator = self.random.choice(LOADS[type_name])
        self.emit(f"{type_name}.{operator}{self.place()}")

    def atomic(self, type_name, depth):
        """An atomic load or update, or a notification; of floats none."""
        if type_name[0] != "i":
            self.load(type_name, depth)
            return
        width = self.random.choice(ATOMIC_WIDTHS[type_name])
        suffix = f"{width}.{{}}_u" if width else ".{}"
        place = self.place(int(width or type_name[1:]) // 8)
        if self.chance(0.3):
            self.emit(f"{type_name}.atomic.load{width}{'_u' if width else ''}{place}")
            return
        update = self.random.choice(ATOMIC_UPDATES)
        self.values([type_name] * (2 if update == "cmpxchg" else 1), depth)
        self.emit(f"{type_name}.atomic.rmw{suffix.format(update)}{place}")

    def tee(self, type_name, depth):
        self.value(type_name, depth)
        candidates = self.locals_of(type_name, written=True)
        if candidates:
            self.emit(f"local.tee {self.random.choice(candidates)}")

    def select(self, type_name, depth):
        self.values([type_name, type_name, "i32"], depth)
        self.emit("select")

    def block_value(self, type_name, depth):
        """A block with a result, perhaps with parameters, perhaps left early by one of several ways."""
        parameters = [self.random.choice(NUMBERS) for _ in range(self.random.choice([0, 0, 0, 1, 2]))]
        self.values(parameters, depth)
        self.emit("block " + " ".join(f"(param {t})" for t in parameters) + f" (result {type_name})")
        self.labels.append((type_name,))
        for parameter in reversed(parameters):
            candidates = self.locals_of(parameter, written=True)
            self.emit(f"local.set {self.random.choice(candidates)}" if candidates and self.chance(0.8) else "drop")
        self.statements(self.random.randint(0, 2))
        self.value(type_name, depth)
        if self.chance(0.6):
            self.condition(depth)
            self.emit("br_if 0")
            if self.chance(0.5):
                self.emit("drop")
                self.value(type_name, depth)
        self.labels.pop()
        self.emit("end")

    def if_value(self, type_name, depth):
        self.condition(depth)
        self.emit(f"if (result {type_name})")
        self.labels.append((type_name,))
        self.statements(self.random.randint(0, 1))
        self.value(type_name, depth)
        self.emit("else")
        self.value(type_name, depth)
        self.labels.pop()
        self.emit("end")

    def call(self, signature, tail=False):
        prefix = "return_" if tail else ""
        self.values(signature.parameters, 1)
        if self.chance(0.4):
            if self.chance(0.7):
                self.emit(f"i32.const {signature.index}")
            else:
                self.value("i32", 1)
                self.emit(f"i32.const 0\ni32.and\ni32.const {signature.index}\ni32.add")
            self.emit(f"{prefix}call_indirect $funcref {signature.text()}")
        else:
            self.emit(f"{prefix}call {signature.index}")

    def callees(self, accepts):
        return [s for s in self.module.signatures if s.index not in self.module.throwers
                and (s.level is None or s.level == self.signature.level + 1) and accepts(s)]

    def call_value(self, type_name, depth):
        callees = self.callees(lambda s: s.results == [type_name])
        if callees:
            self.call(self.random.choice(callees))
        else:
            self.leaf(type_name)

    # ---- Exceptions

    def throw(self):
        """If a condition holds: a new exception, or that of a handler around."""
        self.condition()
        self.emit("if")
        self.labels.append(())
        if self.handlers and self.chance(0.4):
            self.emit(f"rethrow {len(self.labels) - 1 - self.random.choice(self.handlers)}")
        elif self.chance(0.2):
            self.value("i32", 1)
            self.emit(f"call {self.random.choice(self.module.throwers)}")
        else:
            tag = self.random.randrange(len(self.module.tags))
            self.values(self.module.tags[tag], 1)
            self.emit(f"throw {tag}")
        self.labels.pop()
        self.emit("end")

    def risk(self):
        """What may throw."""
        self.call_statement()
        if self.chance(0.5):
            self.throw()

    def take(self, types):
        for type_name in reversed(types):
            candidates = self.locals_of(type_name, written=True)
            self.emit(f"local.set {self.random.choice(candidates)}" if candidates and self.chance(0.8) else "drop")

    def handle(self, results, depth):
        self.handlers.append(len(self.labels) - 1)
        self.statements(self.random.randint(0, 2))
        self.handlers.pop()
        self.values(results, depth)

    def attempt(self, results, depth):
        self.emit("try " + " ".join(f"(result {t})" for t in results))
        self.labels.append(results)
        self.statements(self.random.randint(0, 2))
        self.risk()
        self.values(results, depth)
        if self.chance(0.15):
            self.labels.pop()
            self.emit(f"delegate {self.random.randrange(len(self.labels))}")
            return
        for tag in self.random.sample(range(len(self.module.tags)), self.random.randint(0, 2)):
            self.emit(f"catch {tag}")
            self.take(self.module.tags[tag])
            self.handle(results, depth)
        if self.chance(0.6):
            self.emit("catch_all")
            self.handle(results, depth)
        self.labels.pop()
        self.emit("end")

    def try_statement(self):
        self.attempt((), 0)

    def try_value(self, type_name, depth):
        self.attempt((type_name,), depth)

    # ---- Statements

    def statements(self, count):
        for _ in range(count):
            if self.budget <= 0:
                return
            self.budget -= 1
            self.random.choice([self.set_local] * 8 + [self.set_global] * 2 + [self.store] * 4 + [
                self.try_statement, self.try_statement, self.throw,
                self.drop, self.dropped_load, self.if_statement, self.if_statement, self.loop, self.switch, self.call_statement,
                self.bulk, self.table_statement, self.leave, self.swap])()

    def set_local(self):
        candidates = [i for i in range(len(self.locals)) if i not in self.counters]
        if candidates:
            index = self.random.choice(candidates)
            self.value(self.locals[index])
            self.emit(f"local.set {index}")

    def set_global(self):
        type_name = self.random.choice(NUMBERS)
        self.value(type_name)
        self.emit(f"global.set ${type_name}")

    def swap(self):
        """Two locals read before either is written."""
        type_name = self.random.choice(NUMBERS)
        candidates = self.locals_of(type_name, written=True)
        if len(candidates) >= 2:
            a, b = self.random.sample(candidates, 2)
            self.emit(f"local.get {a}\nlocal.get {b}\nlocal.set {a}\nlocal.set {b}")

    def store(self):
        type_name = self.random.choice(NUMBERS)
        if type_name[0] == "i" and self.chance(0.2):
            width = self.random.choice(ATOMIC_WIDTHS[type_name])
            store, place = f"atomic.store{width}", self.place(int(width or type_name[1:]) // 8)
        else:
            store, place = self.random.choice(STORES[type_name]), self.place()
        self.value(type_name)
        self.emit(f"{type_name}.{store}{place}")

    def drop(self):
        self.value(self.random.choice(NUMBERS))
        self.emit("drop")

    def dropped_load(self):
        """A load of which nothing but its trap remains, before an instruction that does not need its value."""
        candidates = self.locals_of("i32", written=True)
        if not candidates:
            return
        self.value("i32", 1)
        self.emit(f"i32.load{self.random.choice(['', ' offset=60000'])}\ndrop")
        self.emit(f"local.get {self.random.choice(candidates)}\ni32.const {self.random.randrange(1, 100)}\n"
                  f"i32.add\nlocal.set {self.random.choice(candidates)}")

    def if_statement(self):
        self.condition()
        self.emit("if")
        self.labels.append(())
        self.statements(self.random.randint(1, 3))
        if self.chance(0.5):
            self.emit("else")
            self.statements(self.random.randint(1, 3))
        self.labels.pop()
        self.emit("end")

    def loop(self):
        if len(self.counters) >= 2:
            return
        counter = len(self.locals)
        self.locals.append("i32")
        self.counters.add(counter)
        on_stack = self.chance(0.3)  # the counter is the loop's parameter
        self.emit(f"i32.const {self.random.randint(1, 6)}")
        self.emit("loop (param i32)" if on_stack else f"local.set {counter}\nloop")
        if on_stack:
            self.emit(f"local.set {counter}")
        self.labels.append(None)
        self.statements(self.random.randint(1, 4))
        self.labels.pop()
        self.emit(f"local.get {counter}\ni32.const 1\ni32.sub\nlocal.tee {counter}")
        self.emit(f"local.get {counter}\nbr_if 0\ndrop\nend" if on_stack else "br_if 0\nend")
        self.counters.discard(counter)

    def switch(self):
        """A br_table out of nested blocks, with or without a value."""
        results = tuple(self.random.choice(NUMBERS) for _ in range(self.random.choice([0, 0, 1, 2])))
        count = self.random.randint(1, 4)
        text = " ".join(f"(result {t})" for t in results)
        for _ in range(count):
            self.emit(f"block {text}")
            self.labels.append(results)
        self.values(results)
        self.index("i32", 8)
        targets = [i for i, label in enumerate(reversed(self.labels)) if label == results]
        self.emit("br_table " + " ".join(str(self.random.choice(targets)) for _ in range(self.random.randint(1, 6))))
        for _ in range(count):
            self.labels.pop()
            self.emit("end")
            for type_name in reversed(results):
                candidates = self.locals_of(type_name, written=True)
                self.emit(f"local.set {self.random.choice(candidates)}" if candidates else "drop")
            self.statements(1)
            if self.labels and _ < count - 1:
                self.values(results, 1)

    def call_statement(self):
        callees = self.callees(lambda s: True)
        if not callees:
            return
        callee = self.random.choice(callees)
        self.call(callee)
        for type_name in reversed(callee.results):
            candidates = self.locals_of(type_name, written=True)
            self.emit(f"local.set {self.random.choice(candidates)}" if candidates and self.chance(0.8) else "drop")

    def leave(self):
        """Branches out, if a condition holds or at once; what follows then is unreachable."""
        targets = [i for i, label in enumerate(reversed(self.labels)) if label is not None]
        target = self.random.choice(targets)
        types = self.labels[-1 - target]
        if self.chance(0.7):
            self.values(types)
            self.condition()
            self.emit(f"br_if {target}")
            for _ in types:
                self.emit("drop")
            return
        self.condition()
        self.emit("if")
        self.labels.append(())
        tail_callees = self.callees(lambda s: s.level is not None and s.results == self.signature.results)
        if tail_callees and self.chance(0.5):
            self.call(self.random.choice(tail_callees), tail=True)
        elif self.chance(0.1):
            self.emit("unreachable")
        else:
            self.values(types)
            self.emit(f"br {target + 1}")
        self.statements(self.random.choice([0, 0, 1]))
        self.labels.pop()
        self.emit("end")

    def bulk(self):
        name, type_name = self.random.choice(self.module.memories)
        choice = self.random.randrange(5)
        if choice == 0:
            self.index(type_name, 1024)
            self.value("i32", 1)
            self.index(type_name, 64)
            self.emit(f"memory.fill ${name}")
        elif choice == 1:
            for limit in (1024, 1024, 64):
                self.index(type_name, limit)
            self.emit(f"memory.copy ${name} ${name}")
        elif choice == 2:
            self.index(type_name, 1024)
            self.index("i32", 16)
            self.index("i32", 16)
            self.emit(f"memory.init ${name} $passive")
        elif choice == 3 and self.chance(0.2):
            self.index(type_name, 1024)
            self.emit("i32.const 1\n"
                      f"memory.atomic.notify{f' ${name}' if self.module.is_far else ''}\natomic.fence\ndrop")
        elif choice == 3:
            self.emit(f"{type_name}.const {self.random.choice([0, 0, 1, 100])}\nmemory.grow ${name}\ndrop")
        elif self.chance(0.1):
            self.emit(self.random.choice(["data.drop $passive", "elem.drop $elements"]))

    def table_statement(self):
        name = self.random.choice(REFERENCES)
        if name == "funcref":
            name = "other"  # calls need the table of functions as it is
        element = "externref" if name == "externref" else "funcref"
        choice = self.random.randrange(5)
        if choice == 0:
            self.index("i32", TABLE_SIZE)
            self.value(element)
            self.emit(f"table.set ${name}")
        elif choice == 1:
            self.value(element)
            self.emit(f"i32.const {self.random.choice([0, 1, 2, 1000])}\ntable.grow ${name}\ndrop")
        elif choice == 2:
            self.index("i32", TABLE_SIZE)
            self.value(element)
            self.index("i32", 4)
            self.emit(f"table.fill ${name}")
        elif choice == 3:
            for limit in (TABLE_SIZE, TABLE_SIZE, 4):
                self.index("i32", limit)
            self.emit(f"table.copy ${name} {'$funcref' if name == 'other' else '$externref'}")
        elif name == "other":
            self.index("i32", TABLE_SIZE)
            self.index("i32", 4)
            self.index("i32", 4)
            self.emit("table.init $other $elements")

    def text(self):
        parameter_count = len(self.signature.parameters)
        for index, type_name in enumerate(self.locals[parameter_count:], parameter_count):
            if type_name in NUMBERS and self.chance(0.6):
                self.emit(f"{self.constant(type_name)}\nlocal.set {index}")
        self.statements(self.random.randint(1, 8))
        self.budget = max(self.budget, 8)
        self.values(self.signature.results)
        declared = " ".join(self.locals[parameter_count:])
        return (f'(func (export "function {self.signature.index}") {self.signature.text()}\n(local {declared})\n'
                + "\n".join(self.lines) + ")")


class Module:
    def __init__(self, random, is_far):
        self.random, self.is_far = random, is_far
        self.memories = [("memory", "i32")] + ([("far", "i64"), ("second", "i32")] if is_far else [])
        self.signatures = [Signature(i, None, [t], []) for i, t in enumerate(NUMBERS)]  # imported: log
        self.throwers = []  # imported, too: of an exception with the imported tag, and of something else
        for _ in range(2):
            self.throwers.append(len(self.signatures))
            self.signatures.append(Signature(len(self.signatures), None, ["i32"], []))
        self.signatures_of_code = len(self.signatures)
        self.tags = [["i32"]] + [random.choices(NUMBERS, k=random.randint(0, 4)) for _ in range(TAGS)]
        for level in range(LEVELS):
            for _ in range(FUNCTIONS_PER_LEVEL):
                parameters = random.choices(NUMBERS + (REFERENCES if random.random() < 0.2 else []),
                                            k=random.randint(0, 5))
                results = random.choices(NUMBERS, k=random.choice([0, 1, 1, 1, 1, 2, 3]))
                self.signatures.append(Signature(len(self.signatures), level, parameters, results))

    def text(self):
        parts = [f'(import "host" "log-{t}" (func (param {t})))' for t in NUMBERS]
        parts += [f'(import "host" "{name}" (func (param i32)))' for name in ("throw", "throw-foreign")]
        parts.append('(import "host" "tag" (tag (param i32)))')
        parts += [Function(self, signature).text() for signature in self.signatures[self.signatures_of_code:]]
        parts += [f'(tag (export "tag {i}") {" ".join(f"(param {t})" for t in types)})'
                  for i, types in enumerate(self.tags[1:], 1)]
        shared = " shared" if self.random.random() < 0.3 else ""
        parts += [f'(memory ${name} (export "{name}") {"i64" if t == "i64" else ""} 1 3{shared})' for name, t in self.memories]
        parts.append(f"(table $funcref {len(self.signatures) + TABLE_SIZE} funcref)")
        parts += [f'(table ${name} (export "{name}") {TABLE_SIZE} 20 {element})'
                  for name, element in (("other", "funcref"), ("externref", "externref"))]
        indices = " ".join(str(s.index) for s in self.signatures)
        parts.append(f"(elem (table $funcref) (i32.const 0) func {indices})")
        parts.append("(elem $elements func 0 1 2 3 4 5)")
        parts += [f'(global ${t} (export "global {t}") (mut {t}) ({t}.const 77))' for t in NUMBERS]
        data = "".join(f"\\{byte:02x}" for byte in self.random.randbytes(1100))
        parts += [f'(data (memory ${name}) ({t}.const 16) "{data}")' for name, t in self.memories]
        parts.append(f'(data $passive "{data[:96]}")')
        return "(module\n" + "\n".join(parts) + ")\n"


def random_module(random, is_far=False):
    """The text of a module. `is_far`: with several memories and 64-bit addresses and indices."""
    return Module(random, is_far).text()
