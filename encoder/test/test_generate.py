#!/usr/bin/env python3
"""Tests generate.py: what it makes of the real tables, and what it says about bad ones."""
import fnmatch
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ENCODER = pathlib.Path(__file__).resolve().parent.parent
ISAS = "isa slots sk | sk | s | s | s\nisa acc ask | ask | as | as | as\n"


class GenerateTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tailrace-generate-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_generate(self, isa, ops, isas, *options):
        result = subprocess.run(
            [sys.executable, ENCODER / "generate.py", "--isa", isa, *options, ops, isas, self.folder / "out"],
            capture_output=True, text=True, check=False)
        files = {path.name: path.read_text() for path in (self.folder / "out").glob("*")}
        return result, files

    def real(self, isa, *options):
        result, files = self.run_generate(isa, ENCODER / "ops.table", ENCODER / "isa.table", *options)
        self.assertEqual(result.stderr, "")
        return files

    def write_tables(self, ops, isas=ISAS):
        (self.folder / "ops").write_text(ops)
        (self.folder / "isas").write_text(isas)
        return self.folder / "ops", self.folder / "isas"

    def opcodes(self, ops, isa="acc", isas=ISAS):
        """The opcodes of a table, in their order."""
        result, files = self.run_generate(isa, *self.write_tables(ops, isas))
        self.assertEqual(result.stderr, "")
        return re.findall(r"^    X\((\w+)\)", files["ops.h"], re.M)

    def assert_refused(self, message, ops, isas=ISAS, isa="acc"):
        result, files = self.run_generate(isa, *self.write_tables(ops, isas))
        self.assertNotEqual(result.returncode, 0)
        self.assertTrue(result.stderr.startswith("generate.py: "), result.stderr)
        self.assertIn(message, result.stderr)
        self.assertEqual(files, {})


class FormsTest(GenerateTest):
    def test_every_combination_but_only_constants(self):
        for isa, values in ("slots", "sk"), ("acc", "ask"):
            pairs = [f"{r}_{a}{b}" for r, a, b in itertools.product(values.replace("k", ""), values, values)
                     if (a, b) not in (("k", "k"), ("a", "a"))]
            self.assertCountEqual(self.opcodes("i32.sub i32 a, i32 b -> i32 = a - b\n", isa),
                                  [f"i32_sub__{pair}" for pair in pairs])

    def test_commuting_operands_have_one_order(self):
        self.assertCountEqual(
            self.opcodes("add i32 a, i32 b -> i32 [commutes] = a + b\n"),
            [f"add__{r}_{pair}" for r in "as" for pair in ("as", "ak", "ss", "sk")])

    def test_mirrored_ops_share_the_combinations(self):
        both = "lt i32 a, i32 b -> i32 [mirror=gt] = a < b\ngt i32 a, i32 b -> i32 [mirror=lt] = a > b\n"
        self.assertCountEqual(
            self.opcodes(both, "slots"), ["lt__s_ss", "lt__s_sk", "gt__s_sk"])
        self.assertCountEqual(
            self.opcodes(both), [f"{op}__{r}_{pair}" for r in "as" for op, pair in
                                 [("lt", "as"), ("lt", "ak"), ("lt", "ss"), ("lt", "sk"),
                                  ("gt", "as"), ("gt", "ak"), ("gt", "sk")]])

    def test_one_register_for_each_kind_of_value(self):
        names = self.opcodes("store i32 a, f64 b = use(a, b)\nsame i32 a, i64 b = use(a, b)\n")
        self.assertIn("store__aa", names)
        self.assertNotIn("same__aa", names)

    def test_attributes_choose_combinations(self):
        self.assertIn("load__s_k", self.opcodes("load i32 a -> i32 [constants] = a\n"))
        self.assertNotIn("clz__s_k", self.opcodes("clz i32 a -> i32 = a\n"))
        self.assertCountEqual(self.opcodes("copy i64 a -> i64 [constants only=s_a,a_k,s_s] = a\n"),
                              ["copy__s_a", "copy__a_k", "copy__s_s"])
        self.assertCountEqual(self.opcodes("grow i64 a:s -> i64:s = a\n"), ["grow__s_s"])
        self.assertCountEqual(self.opcodes("const i32 a:k -> i32 = a\n"), ["const__a_k", "const__s_k"])
        self.assertCountEqual(self.opcodes("set f64 a:a = use(a)\nget i32 a:s = use(a)\n", "slots"), ["get__s"])

    def test_ops_without_values(self):
        self.assertEqual(self.opcodes("br label target [ends]\n    JUMP(target);\n"), ["br"])
        self.assertCountEqual(self.opcodes("size u32 index -> i64 = index\n"), ["size__a_", "size__s_"])

    def test_banks_can_differ(self):
        isas = "isa odd s | sa | s | s | a\n"
        names = self.opcodes("f f64 a -> f64 = a\ni i64 a -> i64 = a\n", "odd", isas)
        self.assertCountEqual(names, ["f__a_s", "f__a_a", "i__s_s"])

    def test_comparisons_also_branch(self):
        ops = ("eq i32 a, i32 b -> i32 [compare commutes inverse=ne] = a == b\n"
               "ne i32 a, i32 b -> i32 [compare commutes inverse=eq] = a != b\n"
               "lt f32 a, f32 b -> i32 [compare mirror=gt] = a < b\n"
               "gt f32 a, f32 b -> i32 [compare mirror=lt] = a > b\n")
        branches = [name for name in self.opcodes(ops, "slots") if name.startswith("br")]
        self.assertCountEqual(branches, ["br_if_eq__ss", "br_if_eq__sk", "br_if_ne__ss", "br_if_ne__sk",
                                         "br_if_lt__ss", "br_if_lt__sk", "br_if_gt__sk",
                                         "br_unless_lt__ss", "br_unless_lt__sk", "br_unless_gt__sk"])
        _, files = self.run_generate("slots", *self.write_tables(ops), "--layout", "0")
        self.assertIn("if (!(a < b)) JUMP(target);", files["handlers.0.inc"])

    def test_loads_and_stores_are_also_far(self):
        names = self.opcodes("get i32 a, u32 offset -> f32 [load]\n    LOAD(float);\n"
                             "put i32 a, f32 b, u32 offset [store]\n    STORE(float);\n")
        self.assertEqual([name for name in names if "far" in name], ["get_far__s_s", "put_far__ss"])

    def test_what_ops_do_to_memory(self):
        files = self.real("acc")
        found = {name: (section, int(loaded), int(stored)) for name, section, loaded, stored in re.findall(
            r'name = "([^"]+)".*section = "([^"]+)", \.load_bytes = (\d+), \.store_bytes = (\d+)', files["ops.c"])}
        for name, size in {"i32.load": 4, "i64.load8_s": 1, "i64.load32_u": 4, "f64.load": 8}.items():
            self.assertEqual(found[name], ("Memory", size, 0))
            self.assertEqual(found[name + ".far"], ("Any memory", size, 0))
        self.assertEqual(found["i64.store16.far"], ("Any memory", 0, 2))
        self.assertEqual(found["f32.store"], ("Memory", 0, 4))
        for name, size in {"v128.load": 16, "v128.load8x8_u": 8, "v128.load16_lane": 2}.items():
            self.assertEqual(found[name], ("Vectors in memory", size, 0))
            self.assertEqual(found[name + ".far"], ("Any memory", size, 0))
        self.assertEqual(found["v128.store32_lane"], ("Vectors in memory", 0, 4))
        for name, sizes in {"load32_u": (4, 0), "store8": (0, 1), "rmw16.xchg_u": (2, 2), "rmw.cmpxchg": (8, 8)}.items():
            self.assertEqual(found[f"i64.atomic.{name}"], ("Atomic accesses", *sizes))
        accesses = {name for name, (_, loaded, stored) in found.items() if loaded or stored}
        named = {name for name in found if re.search(r"\b(load|store|atomic|modify)", name)}
        self.assertEqual(accesses, named)
        self.assertEqual(found["i32.xor.load8_u"], ("Operands in memory", 1, 0))
        self.assertEqual(found["f64.sub.load.first"], ("Operands in memory", 8, 0))
        self.assertEqual(found["br_if.f64.lt"], ("Compare and branch", 0, 0))

    def test_operands_in_memory(self):
        ops = ("get.load i32 a, u32 offset -> i32 [load]\n    LOAD(int8_t, uint32_t);\n"
               "add i32 a, i32 b -> i32 [commutes memory=get.load] = a + b\n"
               "sub i32 a, i32 b -> i32 [memory=get.load] = a - b\n")
        self.assertCountEqual([name for name in self.opcodes(ops) if "load" in name and "get" not in name],
                              [f"{op}__{r}_{a}s" for op in ("add_load", "sub_load", "sub_load_first")
                               for r in "as" for a in "as"] +
                              [f"{op}__{r}_{a}k" for op in ("add_load", "sub_load", "sub_load_first") for r in "as" for a in "as"])
        _, files = self.run_generate("acc", *self.write_tables(ops), "--layout", "0")
        handlers = files["handlers.0.inc"]
        first = handlers[handlers.index("HANDLER(sub_load_first__a_as)"):].split("HANDLER")[1]
        for line in ("const uint32_t b = REGISTER_I32(ia);", "const uint32_t address = SLOT_I32(0);",
                     "LOAD_OPERAND(int8_t, uint32_t, a, from);", "r = a - b;"):
            self.assertIn(line, first)
        second = handlers[handlers.index("HANDLER(sub_load__a_as)"):].split("HANDLER")[1]
        for line in ("const uint32_t a = REGISTER_I32(ia);", "LOAD_OPERAND(int8_t, uint32_t, b, from);"):
            self.assertIn(line, second)
        _, files = self.run_generate("acc", *self.write_tables(ops))
        self.assertIn(".with_load = {{OP_get_load, OP_sub_load, OP_sub_load_first}, {OP_COUNT,", files["ops.c"])
        self.assertIn(".with_load = {{OP_get_load, OP_add_load, OP_add_load}, {OP_COUNT,", files["ops.c"])

    def test_operands_in_memory_of_comparisons_and_stores(self):
        ops = ("get.load i32 a, u32 offset -> i32 [load]\n    LOAD(int8_t, uint32_t);\n"
               "put i32 a, i32 b, u32 offset [store memory=get.load]\n    STORE(uint8_t);\n"
               "lt i32 a, i32 b -> i32 [compare mirror=gt inverse=ge memory=get.load] = a < b\n"
               "gt i32 a, i32 b -> i32 [compare mirror=lt inverse=le] = a > b\n"
               "ge i32 a, i32 b -> i32 [compare mirror=le inverse=lt memory=get.load] = a >= b\n"
               "le i32 a, i32 b -> i32 [compare mirror=ge inverse=gt] = a <= b\n")
        self.assertCountEqual([name for name in self.opcodes(ops) if name.startswith(("put_load", "br_if_lt_load", "lt_load"))],
                              [f"{op}__{form}{a}{b}" for op, form in (("put_load", ""), ("br_if_lt_load", ""), ("lt_load", "a_"),
                                                                      ("lt_load", "s_")) for a in "ask" for b in "sk"])
        _, files = self.run_generate("acc", *self.write_tables(ops), "--layout", "0")
        handlers = {text.partition(")")[0]: text for text in files["handlers.0.inc"].split("HANDLER(")}
        for line in ("const uint32_t a = SLOT_I32(0);", "const uint32_t address = CONSTANT_I32(2);",
                     "uint32_t const offset = OPERAND_U32(6);", "uint32_t const from = OPERAND_U32(10);",
                     "LOAD_OPERAND(int8_t, uint32_t, b, from);", "STORE(uint8_t);"):
            self.assertIn(line, handlers["put_load__sk"])
        for line in ("LOAD_OPERAND(int8_t, uint32_t, b, from);", "if (a < b) JUMP(target);"):
            self.assertIn(line, handlers["br_if_lt_load__sk"])
        _, files = self.run_generate("acc", *self.write_tables(ops))
        description = re.search(r"\[OP_lt_load\] = (.*)", files["ops.c"])[1]
        self.assertIn(".inverse = OP_ge_load, .branch_if = OP_br_if_lt_load,", description)
        self.assertIn(".with_load = {{OP_get_load, OP_put_load, OP_put_load},", files["ops.c"])

    def test_operands_that_other_ops_compute(self):
        ops = ("i32.mul i32 a, i32 b -> i32 [commutes] = a * b\n"
               "i32.sub i32 a, i32 b -> i32 [second=i32.mul//k first=i32.mul/k/s] = a - b\n"
               "put i64 a, u32 index [first=i32.mul/k]\n    set(index, a);\n")
        self.assertCountEqual(
            [name for name in self.opcodes(ops) if "mul_" in name and "mul__" not in name],
            [*(f"i32_mul_sub_second__{r}_{x}k" for r in "as" for x in ("as", "ak", "ss", "sk")),
             *(f"i32_mul_sub__{r}_{x}ks" for r in "as" for x in "as"), "i32_mul_put__ak", "i32_mul_put__sk"])
        _, files = self.run_generate("acc", *self.write_tables(ops), "--layout", "0")
        handlers = {text.partition(")")[0]: text for text in files["handlers.0.inc"].split("HANDLER(")}
        for line in ("const uint32_t x = REGISTER_I32(ia);", "const uint32_t y = SLOT_I32(0);",
                     "const uint32_t a = CONSTANT_I32(2);", "const uint32_t b = x * y;", "r = a - b;"):
            self.assertIn(line, handlers["i32_mul_sub_second__a_ask"])
        for line in ("uint32_t const index = OPERAND_U32(4);", "const uint32_t a = x * y;", "set(index, a);"):
            self.assertIn(line, handlers["i32_mul_put__ak"])
        _, files = self.run_generate("acc", *self.write_tables(ops))
        self.assertIn(".with_inner = {{OP_i32_mul, OP_i32_mul_sub, 0}, {OP_i32_mul, OP_i32_mul_sub_second, 1}, {OP_COUNT,",
                      files["ops.c"])

    def test_operands_that_no_op_can_compute_are_refused(self):
        self.assert_refused("more than an expression", "i32.put i32 a -> i32 [first=i32.do]\n    r = a;\n"
                            "i32.do i32 a -> i32\n    r = a;\n    more();\n")
        self.assert_refused("no op is called i32.none", "i32.put i32 a -> i32 [first=i32.none] = a\n")
        self.assert_refused("computes no f32", "f32.neg f32 a -> f32 [first=i32.not] = -a\ni32.not i32 a -> i32 = ~a\n")

    def test_counting_and_modifying(self):
        ops = ("get.load i32 a, u32 offset -> i32 [load]\n    LOAD(uint32_t, uint32_t);\n"
               "add i32 a, i32 b -> i32 [commutes memory=get.load modifies] = a + b\n"
               "ne i32 a, i32 b -> i32 [compare counts commutes inverse=eq] = a != b\n"
               "eq i32 a, i32 b -> i32 [compare commutes inverse=ne] = a == b\n")
        names = self.opcodes(ops)
        self.assertCountEqual([name for name in names if name.startswith("count")],
                              ["count_ne__s_ska", "count_ne__s_sks", "count_ne__s_skk"])
        self.assertCountEqual([name for name in names if "modify" in name],
                              [f"add_modify__{a}{b}" for a in "ask" for b in "ask" if a + b != "aa"])
        _, files = self.run_generate("acc", *self.write_tables(ops), "--layout", "0")
        handlers = {text.partition(")")[0]: text for text in files["handlers.0.inc"].split("HANDLER(")}
        count = [line.strip() for line in handlers["count_ne__s_sks"].splitlines()]
        at = [count.index(line) for line in ("const uint32_t a = r = counter + step;", "SET_SLOT_I32(8, r);",
                                             "if (a != b) JUMP(target);")]
        self.assertEqual(at, sorted(at))  # the counter has changed on either way
        for line in ("LOAD_OPERAND(uint32_t, uint32_t, a, offset);", "r = a + b;", "STORE_RESULT(uint32_t);"):
            self.assertIn(line, handlers["add_modify__sk"])

    VECTORS = ("get i32 a:as, v128 b, u32 offset, u16 lane -> v128 [wasm also=other,third load]\n"
               "    LOAD_AS(uint8_t, with(b, lane, loaded));\n"
               "sum v128 a, v128 b -> v128 [commutes] = (U8x16)a + (U8x16)b\n"
               "low v128 a, v128 b -> v128 = a & ~b\n"
               "set v128 a, f32 b -> v128 = with(a, b)\n"
               "lane v128 a:s, i32 b -> f32 = a[b]\n"
               "move v128 a -> v128 [move] = a\n")

    def test_vectors_results_are_in_slots_and_one_operand_is_in_the_accumulator(self):
        self.assertCountEqual(
            self.opcodes(self.VECTORS),
            ["get__s_as", "get__s_ss", "get__s_aa", "get__s_sa", "get_far__s_ss", "sum__s_as", "sum__s_ss",
             "low__s_as", "low__s_sa", "low__s_ss",
             # There is one accumulator for floats and vectors.
             *(f"set__s_{form}" for form in ("as", "ak", "sa", "ss", "sk")),
             *(f"lane__{r}_s{b}" for r in "as" for b in "ask"), "move__s_a", "move__s_s"])
        self.assertCountEqual(
            self.opcodes(self.VECTORS, "slots"),
            ["get__s_ss", "get_far__s_ss", "sum__s_ss", "low__s_ss", "set__s_ss", "set__s_sk", "lane__s_ss", "lane__s_sk",
             "move__s_s"])
        _, files = self.run_generate("acc", *self.write_tables(self.VECTORS), "--layout", "0")
        handlers = {text.partition(")")[0]: text for text in files["handlers.0.inc"].split("HANDLER(")}
        for line in ("const V128 a = REGISTER_V128(fa);", "const V128 b = SLOT_V128(0);",
                     "r = (V128)((U8x16)a + (U8x16)b);", "SET_SLOT_V128(2, r);", "SET_FLOAT_ACCUMULATOR_V128(r);"):
            self.assertIn(line, handlers["sum__s_as"])
        self.assertNotIn("ACCUMULATOR", handlers["move__s_s"])
        for line in ("const uint64_t a = SLOT_I64(0);", "const V128 b = SLOT_V128(2);",
                     "uint64_t const offset = OPERAND_U64(6);", "uint32_t const index = OPERAND_U32(14);",
                     "uint16_t const lane = OPERAND_U16(18);", "FAR_LOAD_AS(uint8_t, with(b, lane, loaded));",
                     "SET_SLOT_V128(4, r);", "SET_FLOAT_ACCUMULATOR_V128(r);"):
            self.assertIn(line, handlers["get_far__s_ss"])
        _, files = self.run_generate("acc", *self.write_tables(self.VECTORS))
        self.assertEqual(re.findall(r"X\((\w+), OP_get\)", files["ops.h"]), ["GET", "OTHER", "THIRD"])

    def test_accesses_of_unknown_size_are_refused(self):
        self.assert_refused("get: it loads or stores a long, whose size is not known",
                            "get i32 a, u32 offset -> i64 [load]\n    LOAD(long, uint64_t);\n")


class HandlerTest(GenerateTest):
    def handler(self, name, ops, isa="acc"):
        _, files = self.run_generate(isa, *self.write_tables(ops), "--layout", "0")
        match = re.search(rf"HANDLER\({name}\)\n{{\n(.*?)\n}}", files["handlers.0.inc"], re.S)
        return [line.strip() for line in match[1].splitlines()]

    def test_operands_stand_in_order(self):
        self.assertEqual(
            self.handler("op__s_ska", "op i32 a, f64 b, i64 c, u32 d, slot e -> f32 = f(a, b, c, d, e)\n"),
            ["const uint32_t a = SLOT_I32(0);",
             "const double b = CONSTANT_F64(2);",
             "const uint64_t c = REGISTER_I64(ia);",
             "uint32_t const d = OPERAND_U32(12);",
             "uint16_t const e = OPERAND_SLOT(16);",
             "float r;",
             "r = f(a, b, c, d, e);",
             "SET_SLOT_F32(10, r);",
             "SET_FLOAT_ACCUMULATOR_F32(r);",
             "NEXT(DISPATCH_SIZE + 18);"])

    def test_results_in_registers(self):
        self.assertEqual(
            self.handler("op__a_a", "op f32 a -> i64 = a\n"),
            ["const float a = REGISTER_F32(fa);",
             "uint64_t r;",
             "r = a;",
             "SET_REGISTER_I64(ia, r);",
             "NEXT(DISPATCH_SIZE + 0);"])

    def test_moves_leave_the_accumulator(self):
        lines = self.handler("copy__s_s", "copy i64 a -> i64 [move] = a\n")
        self.assertIn("SET_SLOT_I64(2, r);", lines)
        self.assertFalse([line for line in lines if "ACCUMULATOR" in line])

    def test_next_is_there_for_bodies_that_name_it(self):
        self.assertEqual(self.handler("br", "br label to [ends]\n    JUMP(to);\n"),
                         ["const uint8_t *const to = OPERAND_LABEL(0);", "JUMP(to);"])
        self.assertEqual(self.handler("call", "call u16 n [ends]\n    CALL(n, next);\n"),
                         ["const uint8_t *const next = ip + DISPATCH_SIZE + 2;",
                          "uint16_t const n = OPERAND_U16(0);", "CALL(n, next);"])

    def test_bodies_keep_their_lines(self):
        lines = self.handler("op__s", "op i32 a:s\n    if (a)\n        f();\n    # a comment\n    g();\n")
        self.assertEqual(lines[1:4], ["if (a)", "f();", "g();"])


class RealTablesTest(GenerateTest):
    def test_no_two_opcodes_are_the_same(self):
        for isa in "slots", "acc":
            files = {**self.real(isa), **self.real(isa, "--layout", "0")}
            names = re.findall(r"^    X\((\w+)\)", files["ops.h"], re.M)
            self.assertGreater(len(names), 300)
            self.assertEqual(len(names), len(set(names)))
            self.assertEqual(re.findall(r"HANDLER\((\w+)\)", files["handlers.0.inc"]), names)
            self.assertIn(f"OPCODE_COUNT = {len(names)},", files["ops.h"])
            self.assertIn(f'#define ISA_NAME "{isa}"', files["ops.h"])
            self.assertIn(f"#define ISA_HAS_ACCUMULATORS {int(isa == 'acc')}\n", files["ops.h"])
            self.assertIn(f"{len(names)} opcodes", files["ops.md"])

    def test_classes_are_those_of_the_instruction_set(self):
        for isa, values, results in ("slots", "sk", "s"), ("acc", "ask", "as"):
            files = self.real(isa)
            names = re.findall(r"^    X\((\w+)\)", files["ops.h"], re.M)
            self.assertEqual(json.loads(files["ops.json"]), names)
            used_values, used_results = set(), set()
            for name in names:
                classes = name.partition("__")[2]
                result, _, operands = classes.rpartition("_")
                used_values |= set(operands)
                used_results |= set(result)
            self.assertEqual(used_values, set(values))
            self.assertEqual(used_results, set(results))

    def test_slots_is_a_subset_of_acc(self):
        """But for the ops that isa.table says acc has fewer forms of."""
        slots, acc = ({*re.findall(r"^    X\((\w+)\)", self.real(isa)["ops.h"], re.M)} for isa in ("slots", "acc"))
        lines = re.findall(r"^forms acc\S*\s+(.*?) :", (ENCODER / "isa.table").read_text(), re.M)
        globs = [glob.replace(".", "_") for line in lines for glob in line.split()]
        fewer = {name for name in slots - acc if any(fnmatch.fnmatch(name.partition("__")[0], glob) for glob in globs)}
        self.assertLess(slots - fewer, acc)
        self.assertEqual({name.partition("__")[0] for name in fewer} - {name.partition("__")[0] for name in acc}, set())

    def test_no_form_is_there_in_both_orders(self):
        names = {*re.findall(r"^    X\((\w+)\)", self.real("acc")["ops.h"], re.M)}
        mirrors = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
        seen = 0
        for name in names:
            op, _, classes = name.rpartition("__")
            match = re.search(r"_(lt|gt|le|ge)(_[su])?$", op)
            if match and not name.startswith("count"):
                exchanged = f"{classes[:-2]}{classes[-1]}{classes[-2]}"
                other = f"{op[:match.start(1)]}{mirrors[match[1]]}{op[match.end(1):]}"
                self.assertNotIn(f"{other}__{exchanged}", names)
                seen += 1
        self.assertGreater(seen, 100)

    def layout(self, isa, seed):
        """The handlers in the order of a seed, and the shift of the text."""
        files = self.real(isa, "--layout", seed)
        handlers = re.findall(r"^HANDLER.*?^}$", files[f"handlers.{seed}.inc"], re.M | re.S)
        header = files[f"layout.{seed}.h"]
        self.assertIn(f"#define LAYOUT_SEED {seed}\n", header)
        self.assertIn(f'#define HANDLERS "handlers.{seed}.inc"\n', header)
        order = [re.match(r"HANDLER\((\w+)\)", handler)[1] for handler in handlers]
        self.assertEqual(re.findall(r"^    X\((\w+)\)", header, re.M), order)
        self.assertEqual(json.loads(files[f"layout.{seed}.json"]), order)
        return handlers, int(re.search(r"LAYOUT_SHIFT (\d+)$", header, re.M)[1])

    def test_layouts_permute_the_handlers_and_shift_the_text(self):
        table, shift = self.layout("acc", "0")
        self.assertEqual(shift, 0)
        orders, shifts = [table], [0]
        for seed in "1", "2", "3":
            order, shift = self.layout("acc", seed)
            self.assertEqual(self.layout("acc", seed), (order, shift), "the same seed gives the same layout")
            self.assertCountEqual(order, table)
            self.assertEqual(shift % 16, 0)
            self.assertLessEqual(16, shift)
            self.assertLessEqual(shift, 4096)
            for other in orders:  # not just turned or moved: hardly a handler keeps its neighbour
                kept = set(zip(order, order[1:])) & set(zip(other, other[1:]))
                self.assertLess(len(kept), len(order) // 20)
            orders.append(order)
            shifts.append(shift)
        self.assertEqual(len(set(shifts)), 4)

    def test_a_layout_writes_nothing_that_others_share(self):
        self.assertEqual(set(self.real("acc", "--layout", "7")), {"handlers.7.inc", "layout.7.h", "layout.7.json"})

    def test_planted_instructions_are_the_only_difference(self):
        name = "handlers.7.inc"
        plain = self.real("acc", "--layout", "7")[name].splitlines()
        files = self.real("acc", "--layout", "7", "--plant", "i32_add__s_sk=4,copy__s_s=2")
        planted = files[name].splitlines()
        added = [line for line in planted if "__asm__" in line]
        self.assertEqual(len(added), 2)
        for opcode, pairs in ("i32_add__s_sk", 2), ("copy__s_s", 1):
            line = planted[planted.index(f"HANDLER({opcode})") + 2]
            self.assertEqual(("__asm__" in line, line.count("PLANTED_PAIR")), (True, pairs))
        head = planted.index("#endif")
        self.assertEqual(planted[:1] + [line for line in planted[head + 1:] if line not in added], plain)

    def test_bad_plants(self):
        for options in (("--plant", "i32_add__s_sk=2"), ("--layout", "0", "--plant", "i32_add=2"),
                        ("--layout", "0", "--plant", "i32_add__s_sk=3"),
                        ("--layout", "0", "--plant", "i32_add__s_sk")):
            result, _ = self.run_generate("acc", ENCODER / "ops.table", ENCODER / "isa.table", *options)
            self.assertNotEqual(result.returncode, 0, options)
            self.assertIn("plant", result.stderr)

    def test_seeds_are_numbers(self):
        for seed in "-1", "x", "01", "":
            result, _ = self.run_generate("acc", ENCODER / "ops.table", ENCODER / "isa.table", "--layout=" + seed)
            self.assertEqual(result.returncode, 2)


class SequencesTest(GenerateTest):
    """Superinstructions: of the instruction set `acc`, from files of their own."""
    ISAS = ISAS + "isa fused acc + sequences\n"
    OPS = ("add i32 a, i32 b -> i32 [commutes] = a + b\n"
           "get i32 a, u32 offset -> i32 [load]\n    LOAD(uint32_t);\n"
           "put i32 a, i32 b, u32 offset [store]\n    STORE(uint32_t);\n"
           "set i64 a, u32 index [changes]\n    globals[index] = a;\n"
           "jump label to [ends]\n    JUMP(to);\n"
           "test i32 a, label to\n    if (a) JUMP(to);\n"
           "getf i32 a, u32 offset -> f32 [load]\n    LOAD(float);\n"
           "not v128 a -> v128 = ~a\n"
           "keep v128 a -> v128 [move] = a\n"
           "putf i32 a, f32 b, u32 offset [store]\n    STORE(float);\n")

    def generate(self, sequences, *options, isa="fused"):
        (self.folder / "sequences").write_text(sequences)
        return self.run_generate(isa, *self.write_tables(self.OPS, self.ISAS), "--sequences",
                                 self.folder / "sequences", *options)

    def good(self, sequences, *options, **named):
        result, files = self.generate(sequences, *options, **named)
        self.assertEqual(result.stderr, "")
        return files

    def names(self, sequences, *options, **named):
        return re.findall(r"^    X\((\w+)\)", self.good(sequences, *options, **named)["ops.h"], re.M)

    def handler(self, name, sequences):
        match = re.search(rf"HANDLER\({name}\)\n{{\n(.*?)\n}}",
                          self.good(sequences, "--layout", "0")["handlers.0.inc"], re.S)
        return [line.strip() for line in match[1].splitlines()]

    def test_stand_behind_their_parts(self):
        names = self.names("# A comment.\n\nadd__a_as get__a_a # another\nget__s_s add__s_ss jump\n")
        self.assertEqual(names[-2:], ["add__a_as__then__get__a_a", "get__s_s__then__add__s_ss__then__jump"])
        self.assertEqual(names[:-2], self.names("", isa="acc"))
        files = self.good("add__a_as get__a_a\n")
        self.assertIn(f"SIMPLE_OPCODE_COUNT = {len(names) - 2},", files["ops.h"])
        self.assertIn("#define ISA_HAS_SEQUENCES 1", files["ops.h"])
        parts = [names.index("add__a_as"), names.index("get__a_a")]
        self.assertIn("parts_0[] = {%d, %d};" % tuple(parts), files["ops.c"])
        self.assertIn('{"add__a_as__then__get__a_a", OP_add, 6, 0, {0}, 2, parts_0},', files["ops.c"])

    def test_other_instruction_sets_have_none(self):
        self.assertFalse([name for name in self.names("add__a_as get__a_a\n", isa="acc") if "then" in name])

    def test_the_first_of_the_file(self):
        lines = "add__a_as get__a_a\nadd__a_as jump\nget__a_a jump\n"
        for most, count in ("0", 0), ("2", 2), ("9", 3):
            names = [name for name in self.names(lines, "--most", most) if "then" in name]
            self.assertEqual(names, ["add__a_as__then__get__a_a", "add__a_as__then__jump",
                                     "get__a_a__then__jump"][:count])

    def steps(self, files):
        """What the encoder finds: names of sequences by the opcodes that lead to them."""
        ops_c = files["ops.c"]
        names = re.findall(r"^    X\((\w+)\)", files["ops.h"], re.M)
        steps = {(int(key) >> 16, int(key) & 0xFFFF): int(to) for key, to in re.findall(
            r"^    {(\d+)u, (\d+)},$", ops_c, re.M) if to != "0"}
        ends = [int(end) for end in re.search(r"fusion_ends\[\d+\] = {(.*)};", ops_c)[1].split(",")]
        found = {}

        def walk(state, line):
            if ends[state] != 0xFFFF:
                found[names[ends[state]]] = line
            for (begin, opcode), to in steps.items():
                if begin == state:
                    walk(to, [*line, names[opcode]])
        walk(0, [])
        return found

    def test_are_found_by_their_parts(self):
        lines = ["add__a_as get__a_a", "add__a_as get__a_a jump", "add__a_as add__a_as add__a_as jump", "get__a_a jump"]
        found = self.steps(self.good("\n".join(lines)))
        self.assertEqual(found, {line.replace(" ", "__then__"): line.split() for line in lines})

    def test_unused_ones_are_made_and_not_found(self):
        used = self.good("add__a_as get__a_a\n")
        unused = self.good("add__a_as get__a_a\n", "--unused")
        self.assertEqual(used["ops.h"], unused["ops.h"])
        self.assertEqual(self.steps(unused), {})
        self.assertEqual(self.good("add__a_as get__a_a\n", "--layout", "3"),
                         self.good("add__a_as get__a_a\n", "--layout", "3", "--unused"))

    def test_parts_read_their_operands_behind_each_other(self):
        self.assertEqual(
            self.handler("get__a_s__then__add__s_ak__then__test__a", "get__a_s add__s_ak test__a\n"),
            ["{", "const uint32_t a = SLOT_I32(0);", "uint32_t const offset = OPERAND_U32(2);", "uint32_t r;",
             "LOAD(uint32_t);", "SET_REGISTER_I32(ia, r);", "}",
             "{", "const uint32_t a = REGISTER_I32(ia);", "const uint32_t b = CONSTANT_I32(6);", "uint32_t r;",
             "r = a + b;", "SET_SLOT_I32(10, r);", "SET_INTEGER_ACCUMULATOR_I32(r);", "}",
             "{", "const uint32_t a = REGISTER_I32(ia);", "const uint8_t *const to = OPERAND_LABEL(12);",
             "if (a) JUMP(to);", "}",
             "NEXT(DISPATCH_SIZE + 16);"])

    def test_what_ends_has_no_next(self):
        self.assertNotIn("NEXT", "".join(self.handler("add__s_ss__then__jump", "add__s_ss jump\n")))

    def order(self, line):
        """The parts, by the first letters of their names, and | for what keeps accesses in order."""
        handler = self.handler(line.replace(" ", "__then__"), line + "\n")
        marks = {"LOAD(uint32_t);": "g", "STORE(uint32_t);": "p", "globals[index] = a;": "s", "r = a + b;": "a",
                 "ORDER_ACCESSES();": "|"}
        return "".join(marks.get(text, "") for text in handler)

    def test_accesses_keep_their_order_where_one_is_a_store(self):
        get, put, add, store_global = "get__a_s", "put__ss", "add__s_ss", "set__s"
        for line, order in ((f"{put} {put}", "p|p"), (f"{get} {put}", "g|p"), (f"{put} {get}", "p|g"),
                            (f"{get} {get}", "gg"), (f"{put} {add} {put}", "pa|p"),
                            (f"{get} {get} {put} {get} {get} {put}", "gg|p|gg|p"),
                            (f"{get} {store_global}", "g|s"), (f"{store_global} {put}", "s|p"),
                            (f"{store_global} {get}", "s|g"), (f"{add} {put}", "ap")):
            with self.subTest(line=line):
                self.assertEqual(self.order(line), order)

    def test_loads_that_nobody_reads_stay(self):
        for line, stay in (("get__a_s get__a_s", [0]), ("get__a_s add__s_ss", [0]), ("get__s_s get__a_s", []),
                           ("get__a_s add__a_ak get__a_s", [0]), ("get__a_s add__s_ak get__a_s", []),
                           ("get__a_s put__as get__a_s", []), ("get__a_s test__s get__a_s", [0]),
                           ("get__a_s test__s", []), ("get__a_s get__a_a get__a_s", [1]),
                           ("get__a_s set__s jump", []),
                           # Vectors are computed to the accumulator of floats.
                           ("getf__a_s not__s_s", [0]), ("getf__a_s keep__s_s", []), ("get__a_s not__s_s", []),
                           ("getf__a_s putf__sa not__s_s", []), ("getf__a_s not__s_a", [])):
            with self.subTest(line=line):
                text = "".join(self.handler(line.replace(" ", "__then__"), line + "\n"))
                parts = text.removeprefix("{").split("}{")
                self.assertEqual([number for number, part in enumerate(parts) if "NEEDED(r);" in part], stay)

    def test_forms_that_are_named_are_all_there_are(self):
        isas = ISAS + "isa pinned apk | apk | as | ap | ap\nisa fused pinned + sequences\n"
        (self.folder / "sequences").write_text("add__p_pk\nadd__a_ap get__a_a\nadd__a_ap\n")
        ops = "add i32 a, i32 b -> i32 [commutes] = a + b\nget i32 a, u32 offset -> i32 [load]\n    LOAD(uint32_t);\n"

        def names(isa):
            result, files = self.run_generate(isa, *self.write_tables(ops, isas), "--sequences",
                                              self.folder / "sequences")
            self.assertEqual(result.stderr, "")
            return [name for name in re.findall(r"^    X\((\w+)\)", files["ops.h"], re.M)
                    if re.match("(add|get)__", name)]
        self.assertIn("add__p_ap", names("pinned"))
        self.assertEqual(names("fused"), ["add__a_ap", "add__a_ak", "add__p_pk", "get__a_a",
                                          "add__a_ap__then__get__a_a"])

    def test_bad_files(self):
        for message, sequences in (
                ("sequences, line 2: there is no opcode sub__a_as", "add__a_as jump\nadd__a_as sub__a_as\n"),
                ("sequences, line 1: there is no opcode add", "add\n"),
                ("sequences, line 1: nothing can follow jump", "jump add__a_as\n"),
                ("sequences, line 3: the sequence stands there twice",
                 "add__a_as get__a_a\n\nadd__a_as get__a_a\n"),
                ("its operands take 260 bytes, more than 250", "put__ks " * 26 + "\n")):
            with self.subTest(message=message):
                result, files = self.generate(sequences)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn("generate.py: ", result.stderr)
                self.assertIn(message, result.stderr)
                self.assertEqual(files, {})

    def test_a_form_that_is_not_named(self):
        isas = ISAS + "isa pinned apk | apk | as | ap | ap\nisa fused pinned + sequences\n"
        (self.folder / "sequences").write_text("add__p_pk\nadd__a_ap get__a_a\n")
        result, files = self.run_generate("fused", *self.write_tables(self.OPS, isas), "--sequences",
                                          self.folder / "sequences")
        self.assertIn("sequences, line 2: add__a_ap is not among the forms that the file names", result.stderr)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(files, {})

    def test_a_missing_file(self):
        result, _ = self.run_generate("fused", *self.write_tables(self.OPS, self.ISAS), "--sequences",
                                      self.folder / "missing")
        self.assertRegex(result.stderr, r"^generate\.py: .*No such file.*missing")

    def test_the_real_ones(self):
        options = "--sequences", ENCODER / "fused.table"
        files = {**self.real("fused", *options), **self.real("fused", *options, "--layout", "0")}
        names = re.findall(r"^    X\((\w+)\)", files["ops.h"], re.M)
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(re.findall(r"HANDLER\((\w+)\)", files["handlers.0.inc"]), names)
        lines = [line.split() for line in (ENCODER / "fused.table").read_text().splitlines()
                 if not line.startswith("#")]
        sequences = {"__then__".join(line): line for line in lines if len(line) > 1}
        self.assertEqual(self.steps(files), sequences)


class BadTableTest(GenerateTest):
    def test_ops(self):
        for message, ops in (
                ("ops, line 2: unknown operand type 'i16'", "# comment\nadd i16 a -> i32 = a\n"),
                ("ops, line 1: an operand is a type and a name, not 'i32'", "add i32 -> i32 = a\n"),
                ("ops, line 1: unknown operand class 'x'", "add i32 a:x -> i32 = a\n"),
                ("ops, line 1: unknown operand class 'y'", "add i32 a -> i32:y = a\n"),
                ("ops, line 1: add: values stand before immediates", "add u32 n, i32 a -> i32 = a\n"),
                ("ops, line 1: add: unknown result type 'i16'", "add i32 a -> i16 = a\n"),
                ("ops, line 1: add: unknown attribute 'comutes'", "add i32 a, i32 b -> i32 [comutes] = a\n"),
                ("ops, line 2: there is an op add already", "add i32 a -> i32 = a\nadd i64 a -> i64 = a\n"),
                ("ops, line 1: cannot read 'r = 1;'", "    r = 1;\n"),
                ("lt: no op is called gt", "lt i32 a, i32 b -> i32 [mirror=gt] = a < b\n"),
                ("eq: no op is called ne", "eq i32 a, i32 b -> i32 [inverse=ne] = a == b\n"),
                ("add: no op is called x", "add i32 a, i32 b -> i32 [memory=x] = a + b\n"),
                ("add: add does more than to load", "add i32 a, i32 b -> i32 [memory=add] = a + b\n"),
                ("add: of 2 loads at most", "add i32 a, i32 b -> i32 [memory=add,add,add] = a + b\n"),
                ("add: what it does is missing", "add i32 a -> i32\nsub i32 a -> i32 = a\n")):
            with self.subTest(ops=ops):
                self.assert_refused(message, ops)

    def test_more_opcodes_than_16_bits_name(self):
        op = "op{} i32 a, f32 b, i32 c -> i32 = a\n"
        self.assert_refused("opcodes do not fit 16 bits", "".join(op.format(n) for n in range(3000)))

    def test_instruction_sets(self):
        op = "add i32 a -> i32 = a\n"
        self.assert_refused("there is no instruction set 'acc'", op, isas="isa slots sk | sk | s | s | s\n")
        self.assert_refused("'acc' needs five lists of operand classes", op, isas="isa acc ask | ask | as | as\n")
        self.assert_refused("unknown operand class 'z'", op, isas="isa acc ask | ask | as | as | az\n")
        for letter in "k", "p":
            self.assert_refused("'acc' has vectors elsewhere than in slots and the accumulator", op,
                                isas=f"isa acc ask | ask | s{letter} | as | as\n")

    def test_files(self):
        result, _ = self.run_generate("acc", self.folder / "missing", self.folder / "missing")
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"^generate\.py: .*No such file.*missing")


if __name__ == "__main__":
    unittest.main()
