#!/usr/bin/env python3
"""test_audit.py BUILD TAILRACE [TEST...]: that scripts/audit finds what it says it finds, and that
`tailrace asm` shows what was built.

The first part audits executors in assembly, made here: good ones, and for each finding one that differs from a
good one by what must be found."""
import json
import os
import pathlib
import platform
import pty
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
BUILD, TAILRACE = pathlib.Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, str(SCRIPTS))
sys.dont_write_bytecode = True
from analysis.machine_code import builds, handlers  # noqa: E402
from analysis.commands import load_script  # noqa: E402

audit = load_script("audit")

OPCODES = ["halt", "zero", *handlers.HOT["acc"], *(f"filler{n}__s_s" for n in range(19)), "i32_div_s__s_ss"]
VICTIM = "i32_add__s_sk"
BODY = "add $1, %rdi"  # four bytes


def order(seed):
    names = list(OPCODES)
    if seed:
        random.Random(seed).shuffle(names)
    return names


def table(name, width, entries):
    return (f".section .data.rel.ro,\"aw\"\n.p2align 3\n.type {name},@object\n.size {name},{width * len(entries)}\n"
            f"{name}:\n" + "".join(f".quad {entry}\n" for entry in entries))


def tail(names, changes, dispatch="mov (%r12), %rax\njmp *%rax"):
    text = ".text\n"
    for name in names:
        code = changes.get(name, "ret" if name == "halt" else f"{BODY}\n{dispatch}")
        text += f".p2align 4\n.type handle_{name},@function\nhandle_{name}:\n{code}\n.size handle_{name},.-handle_{name}\n"
    text += ".type trap_X,@function\ntrap_X:\nret\n" + changes.get("", "")
    return text + table("handlers", 8, [f"handle_{name}" for name in OPCODES])


def goto(names, changes):
    text = ".text\n.type run,@function\nrun:\njmp *(%rbx)\n"
    for name in names:
        code = changes.get(name, "jmp stopped" if name == "halt" else f"{BODY}\njmp *(%rbx)")
        text += f".p2align 4\nL_{name}:\n{code}\n"
    text += "stopped:\nmov %rbx, (%rdx)\nret\n" + changes.get("", "") + ".size run,.-run\n"
    return text + table("labels", 8, [f"L_{name}" for name in OPCODES])


def switch(names, changes):
    """`names` is where the cases stand; their numbers are changes' "numbers", or go in the same order."""
    again = "movzwl (%rbx), %eax\nmovslq (%r12,%rax,4), %rax\nadd %r12, %rax\njmp *%rax\n"
    text = ".text\n.type enter,@function\nenter:\nlea cases(%rip), %r12\n" + \
        f".skip {changes.get('skip', 0)}, 0x90\ndispatch:\n" + again
    for name in names:
        code = changes.get(name, "jmp stopped" if name == "halt" else f"{BODY}\njmp dispatch")
        text += f".p2align 4\nL_{name}:\n{code.replace('AGAIN', again)}\n"
    text += "stopped:\nmov %rbx, (%rdx)\nret\n.size enter,.-enter\n.section .rodata\n.p2align 2\ncases:\n"
    return text + changes.get("cases", "".join(f".long L_{name} - cases\n" for name in changes.get("numbers", names)))


def static_switch(names, changes):
    """As `switch`, but at fixed addresses, as its table is."""
    text = switch(names, changes).replace("lea cases(%rip), %r12\n", "")
    text = text.replace("movslq (%r12,%rax,4), %rax\nadd %r12, %rax\njmp *%rax\n", "jmp *cases(,%rax,8)\n")
    return text.replace(".long", ".quad").replace(" - cases\n", "\n")


def call(names, changes):
    text = tail(names, changes, "ret")
    return text + ".text\n.type enter,@function\nenter:\npush %rbx\nagain:\ncall *(%rbx)\njmp again\n" + \
        changes.get("enter", "") + ".size enter,.-enter\n"


MAKERS = {"tail-direct": tail, "goto-direct": goto, "switch": switch, "call-direct": call}


def without_places(line):
    """Of a listing: what in it does not depend on where the code lies."""
    return re.sub(r"# (\d+ bytes|goes on at .*)|\b[0-9a-f]+ <.*", "", line)


def comparable(listing):
    """A listing as another layout has it, too: its pieces in the order in which they are jumped to, since one that
    handlers share may lie before or behind a handler's own, by which labels are numbered."""
    pieces, name = {"": []}, ""
    for line in map(without_places, listing):
        label = re.match(r"(\w+):", line)
        if label:
            if not pieces[name] or not re.match(r"(notrack )?(jmp|ret|br?)(?![\w.])|$", pieces[name][-1]):
                pieces[name].append(f"falls into {label[1]}")
            name = label[1]
            pieces[name] = []
        pieces[name].append(line)
    order = [""]
    for name in order:  # which grows meanwhile
        for line in pieces[name]:
            order += [word for word in re.findall(r"\bL\d+\b|\bdispatch\b", line) if word in pieces and word not in order]
    numbers = {name: f"L{number}" for number, name in enumerate(order) if name.startswith("L")}
    return [re.sub(r"\bL\d+\b", lambda word: numbers.get(word[0], word[0]), line) for name in order for line in pieces[name]]


@unittest.skipUnless(platform.machine() == "x86_64" and shutil.which("as"), "needs an x86-64 assembler")
class Findings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = pathlib.Path(folder.name)

    def make(self, strategies, seeds=(0,), opcodes=None):
        """`strategies`: name -> changes to a good executor, by opcode."""
        isa = self.build / "encoder/isa/acc"
        isa.mkdir(parents=True, exist_ok=True)
        (self.build / "dispatch").mkdir(exist_ok=True)
        (isa / "ops.json").write_text(json.dumps(opcodes or OPCODES))
        (self.build / "dispatch/build.json").write_text(json.dumps(
            {"isas": ["acc"], "strategies": {name: {} for name in strategies}, "layout_seeds": list(seeds),
             "executors": [{"name": f"{name}-acc", "strategy": name, "isa": "acc",
                            "programs": {str(seed): self.program(name, seed) for seed in seeds}} for name in strategies]}))
        for seed in seeds:
            (isa / f"layout.{seed}.json").write_text(json.dumps(order(seed)))
            for strategy, changes in strategies.items():
                names = order(0) if changes.get("same order") else order(seed)
                if changes.get("same order"):
                    changes = changes | {"numbers": order(seed)}
                self.assemble(strategy, seed, MAKERS[strategy](names, changes))

    @staticmethod
    def program(strategy, seed):
        return f"{strategy}-acc" + (f".layout{seed}" if seed else "")

    def assemble(self, strategy, seed, text):
        name = self.program(strategy, seed)
        subprocess.run(["as", "-o", self.build / f"dispatch/libexecutor-{name}.a", "-"], input=text, text=True,
                       check=True)

    def means(self, strategy, mechanism, sites):
        """What the strategy's head says."""
        path = self.build / "dispatch/build.json"
        info = json.loads(path.read_text())
        info["strategies"][strategy] = {"mechanism": mechanism, "sites": sites}
        path.write_text(json.dumps(info))

    def audit(self, status=0):
        done = subprocess.run([SCRIPTS / "audit", self.build], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if "audit:" in done.stderr:
            return done.stderr
        document = json.loads((self.build / "dispatch/audit.json").read_text())
        for r in document["executors"].values():
            for finding in r["findings"]:
                self.assertIn(finding, done.stdout)
        return document

    def finds(self, strategy, changes, expected, seeds=(0,)):
        self.make({strategy: changes}, seeds)
        found = self.audit(status=1)["executors"]
        self.assertRegex("; ".join(f for r in found.values() for f in r["findings"]), expected)
        return found[f"{strategy}-acc"]

    def test_what_compiling_cost_is_told(self):
        """As the compiler noted it: the last of each object, the sum of their times, and the largest memory."""
        self.make({"switch": {}, "tail-direct": {}})
        (self.build / "dispatch/executor-switch-acc.cost").write_text(
            '"clang","a.o",9000000,1,9\n"clang","a.o",1250000,1,2048\n"cc1","b.c",250000,1,5120\n"as","b.o",7000000,1,9\n')
        found = self.audit()["executors"]
        self.assertEqual([found["switch-acc"][key] for key in ("compile_seconds", "compile_peak_kib")], [1.5, 5120])
        self.assertIsNone(found["tail-direct-acc"]["compile_seconds"])  # not measured, and not 0
        self.assertIsNone(found["tail-direct-acc"]["compile_peak_kib"])
        table = subprocess.run([SCRIPTS / "audit", self.build], capture_output=True, text=True).stdout
        self.assertRegex(table, r"switch-acc .* 1\.5 +5\n")
        self.assertRegex(table, r"tail-direct-acc .* not measured  not measured\n")

    def test_good_executors_have_none(self):
        self.make({name: {} for name in MAKERS}, seeds=(0, 1, 2))
        document = self.audit()
        self.assertEqual(len(document["executors"]), 12)
        sizes = {"tail-direct": 4 + 4 + 2, "goto-direct": 4 + 2, "switch": 4 + 2, "call-direct": 4 + 1}
        # Of halt, which ends execution, another number.
        instructions = {"tail-direct": 33 * 3 + 1, "goto-direct": 33 * 2 + 3,
                        "switch": 33 * 2 + 3, "call-direct": 33 * 2 + 1}
        sites = {"tail-direct": len(OPCODES) - 1, "goto-direct": len(OPCODES), "switch": 1, "call-direct": 1}
        for name, r in document["executors"].items():
            strategy = name.split("-acc")[0]
            self.assertEqual(r["opcodes"], len(OPCODES))
            self.assertEqual(r["dispatch_sites"], sites[strategy])
            # Jumps to the dispatch are two bytes long or five.
            self.assertIn(r["median_handler_bytes"], [sizes[strategy], sizes[strategy] + 3])
            self.assertEqual(r["handler_instructions"], instructions[strategy])
            self.assertEqual(r["handlers_that_use_the_stack"], [])
            self.assertEqual(r["handlers_that_call"], [])
        self.assertEqual({(e["executor"], e["opcode"]) for e in document["listings"]},
                         {(f"{s}-acc", opcode) for s in MAKERS for opcode in handlers.HOT["acc"]})
        code = {e["executor"]: e["code"] for e in document["listings"] if e["opcode"] == VICTIM}
        self.assertEqual(code["goto-direct-acc"], ["add $0x1,%rdi", "jmp *(%rbx)"])
        self.assertEqual(code["tail-direct-acc"], ["add $0x1,%rdi", "mov (%r12),%rax", "jmp *%rax"])
        self.assertEqual(code["switch-acc"], ["add $0x1,%rdi", "jmp dispatch", "dispatch:", "movzwl (%rbx),%eax",
                                              "movslq (%r12,%rax,4),%rax", "add %r12,%rax", "jmp *%rax"])

    def relocation(self, model, elf_type=None):
        """What was asked for, and the programs' ELF type."""
        path = self.build / "dispatch/build.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"relocation_model": model}))
        if elf_type:
            head = b"\x7fELF" + bytes(12) + elf_type.to_bytes(2, "little")
            (self.build / "dispatch/switch-acc").write_bytes(head)

    def test_the_relocation_model_that_was_asked_for(self):
        executable, shared = 2, 3  # ET_EXEC and ET_DYN of elf.h

        def found(status):
            r = self.audit(status)["executors"]["switch-acc"]
            return r["elf_type"], r["findings"]
        self.make({"switch": {}})
        for model, elf_type, expected in [("pie", None, None), ("pie", shared, "DYN")]:
            self.relocation(model, elf_type)
            self.assertEqual(found(0), (expected, []))
        self.relocation("pie", executable)
        self.assertRegex("; ".join(found(1)[1]), "^its program has ELF type EXEC, although .* pie was asked for$")
        self.relocation("static", executable)
        self.assertRegex("; ".join(found(1)[1]), "^its jump table holds distances instead of addresses: [^;]*$")
        self.assemble("switch", 0, static_switch(order(0), {}))
        self.assertEqual(found(0), ("EXEC", []))
        self.relocation("static", shared)
        self.assertRegex("; ".join(found(1)[1]), "^its program has ELF type DYN, although .* static was asked for$")

    def test_layouts_that_were_not_built(self):
        self.make({"switch": {}, "call-direct": {}}, seeds=(0, 1, 2))
        first, second, third = (self.build / f"dispatch/libexecutor-{self.program('call-direct', seed)}.a"
                                for seed in (0, 1, 2))
        all_of_switch = {"switch-acc", "switch-acc.layout1", "switch-acc.layout2"}
        second.unlink()
        self.assertEqual(set(self.audit()["executors"]),
                         all_of_switch | {"call-direct-acc", "call-direct-acc.layout2"})
        first.unlink()
        self.assertIn("libexecutor-call-direct-acc.a is missing", self.audit(status=1))
        third.unlink()
        self.assertEqual(set(self.audit()["executors"]), all_of_switch)

    def test_switch_with_two_sites(self):
        self.finds("switch", {VICTIM: f"{BODY}\nAGAIN"}, "^2 dispatch sites instead of one: .* copied the switch$")

    def test_switch_whose_dispatch_lies_in_two_cache_lines(self):
        for skipped, split in [(0, False), (45, False), (46, True), (56, True), (57, False)]:
            self.make({"switch": {"skip": skipped}})
            found = self.audit(status=int(split))["executors"]["switch-acc"]["findings"]
            self.assertEqual(bool(found), split, skipped)
            if split:
                self.assertRegex(found[0], "^its one dispatch lies in two cache lines")

    def test_switch_that_is_meant_to_be_copied(self):
        def make(changes):
            self.make({"switch": changes})
            self.means("switch", "switch", "handler")
        make({name: f"{BODY}\nAGAIN" for name in OPCODES[1:]})
        self.audit()
        places = json.loads((self.build / "dispatch/places.json").read_text())["switch-acc"]
        self.assertEqual([len(places["handlers"]), len(set(places["sites"]))], [len(OPCODES), len(OPCODES)])

        def make_sharing(*sharers):  # they share the loop's jump; another handler has jumps to spare
            make({name: f"{BODY}\nAGAIN" for name in OPCODES[1:] if name not in sharers} |
                 {"filler0__s_s": BODY + "\nAGAIN" * (1 + len(sharers))})
        make_sharing("zero", VICTIM)  # the one works long, the other does not
        found = self.audit(status=1)["executors"]["switch-acc"]["findings"]
        self.assertEqual(found, [f"1 handlers have no dispatch site of their own: {VICTIM}"])
        make({})
        self.audit(status=1)

    def test_several_sites_that_are_meant(self):
        def found(mechanism, changes, status=0):
            strategy = next(name for name in MAKERS if name.startswith(mechanism))
            self.make({strategy: changes})
            self.means(strategy, mechanism, "several")
            return self.audit(status)["executors"][f"{strategy}-acc"]["findings"]
        self.assertEqual(found("call", {"enter": "call *(%rbx)\n"}), [])
        # Which of the two calls follows a handler is not known: nothing for predictors.
        self.assertEqual(json.loads((self.build / "dispatch/places.json").read_text()), {})
        self.assertEqual(found("goto", {name: f"{BODY}\njmp L_br" for name in OPCODES[10:]}), [])
        self.assertEqual(found("switch", {VICTIM: f"{BODY}\nAGAIN"}), [])
        for mechanism in "call", "switch":
            self.assertEqual(found(mechanism, {}, status=1),
                             ["1 dispatch sites instead of several: the compiler merged them"])
        self.assertEqual(found("tail", {}), [])

    def test_switch_without_a_jump_table(self):
        self.make({"switch": {"cases": ".long 1, 2, 3\n"}})
        r = self.audit()["executors"]["switch-acc"]
        self.assertEqual(r["dispatch_sites"], 1)
        self.assertIsNone(r["median_handler_bytes"])  # not measured, and not 0
        self.assertIsNone(r["handlers_that_use_the_stack"])

    def test_goto_with_merged_sites(self):
        merged = {name: f"{BODY}\njmp merged" for name in OPCODES[2:6]} | {"": "merged:\njmp *(%rbx)\n"}
        self.finds("goto-direct", merged, "dispatch sites for 34 handlers: the compiler merged them")

    def test_goto_with_merged_sites_and_others_to_make_up_for_them(self):
        two = f"test %rdi, %rdi\nje 1f\n{BODY}\njmp *(%rbx)\n1: jmp *(%rbx)"
        merged = {name: f"{BODY}\njmp merged" for name in OPCODES[2:6]} | {"": "merged:\njmp *(%rbx)\n"}
        merged |= {name: two for name in OPCODES[10:20]}
        self.finds("goto-direct", merged, "^4 handlers have no dispatch site of their own: i32_add__s_sk, ")

    def test_tail_handler_that_calls_and_returns(self):
        for code in "call *(%r12)\nret", "push %rax\ncall handle_br\npop %rcx\nret":
            self.finds("tail-direct", {VICTIM: code}, f"handler {VICTIM} ends in 'ret' instead of a jump")

    def test_tail_handler_that_calls_a_pointer_before_its_jump(self):
        self.finds("tail-direct", {VICTIM: "call *8(%r12)\njmp *%rax"}, f"handler {VICTIM} calls a pointer")

    def test_tail_handlers_whose_end_was_put_elsewhere(self):
        away = {VICTIM: f"{BODY}\njmp OUTLINED", "": ".type OUTLINED,@function\nOUTLINED:\njmp *%rax\n"}
        self.finds("tail-direct", away, f"handler {VICTIM} jumps to OUTLINED, which is no handler")
        self.make({"tail-direct": {VICTIM: "test %rdi, %rdi\nje trap_X\njmp handle_br"}})
        self.audit()

    def test_tail_handler_that_spills(self):
        for spill in "mov %rax, -8(%rsp)", "push %rbx\npop %rbx", "sub $24, %rsp\nadd $24, %rsp":
            code = f"{spill}\njmp *%rax"
            r = self.finds("tail-direct", {VICTIM: code}, f"^handler {VICTIM} uses the native stack$")
            self.assertEqual(r["handlers_that_use_the_stack"], [VICTIM])
            # On the list, with its reason.
            self.make({"tail-direct": {"zero": code}})
            self.assertEqual(self.audit()["executors"]["tail-direct-acc"]["handlers_that_use_the_stack"], ["zero"])
        self.make({"tail-direct": {VICTIM: "popcnt %rax, %rax\nmov (%rbp), %rax\njmp *%rax"}})
        self.audit()

    def test_tail_handlers_that_all_spill(self):
        r = self.finds("tail-direct", {name: "push %rbx\npop %rbx\njmp *%rax" for name in OPCODES[10:20]},
                       "^each of 10 handlers uses the native stack: [^;]* and 7 more$")
        self.assertEqual(len(r["handlers_that_use_the_stack"]), 10)

    def test_spills_where_all_handlers_are_one_function(self):
        """Clang had 1,286 of them, in computed gotos and the switch alone, when handlers were so many that it gave up
        looking for registers."""
        for strategy, jump in ("goto-direct", "jmp *(%rbx)"), ("switch", "jmp dispatch"):
            spill = {VICTIM: f"mov 8(%rsp), %rax\n{jump}", "br": f"call memset\n{jump}",
                     "zero": f"mov %rax, 8(%rsp)\n{jump}"}
            r = self.finds(strategy, spill, f"^handler {VICTIM} uses the native stack$")
            self.assertEqual(r["handlers_that_use_the_stack"], sorted([VICTIM, "zero"]))
            self.assertEqual(r["handlers_that_call"], ["br"])
        for compiler, status in ("gcc", 0), ("clang", 1):
            self.make({"goto-direct": {OPCODES[-1]: "mov %rax, (%rsp)\njmp *(%rbx)"}})
            path = self.build / "dispatch/build.json"
            path.write_text(json.dumps(json.loads(path.read_text()) | {"compiler": compiler}))
            self.audit(status)
        copied = {name: f"{BODY}\nAGAIN" for name in OPCODES[1:]} | {VICTIM: "mov 8(%rsp), %rax\nAGAIN"}
        self.make({"switch": copied})
        self.means("switch", "switch", "handler")
        self.assertEqual(self.audit(status=1)["executors"]["switch-acc"]["findings"],
                         [f"handler {VICTIM} uses the native stack"])
        # Where the end of the function is copied, too, what it gives back is no spill; of tail calls it would be one.
        end = "add $8, %rsp\nret"
        self.make({"switch": copied | {VICTIM: f"{BODY}\nAGAIN", "halt": end}})
        self.means("switch", "switch", "handler")
        self.audit()
        self.finds("tail-direct", {"halt": end}, "^handler halt uses the native stack$")

    def test_what_handlers_share(self):
        """The function's end belongs to none; a piece of code that two share, to both."""
        self.make({"goto-direct": {"br": "test %rdi, %rdi\nje stopped\njmp *(%rbx)",
                                   VICTIM: "jmp L_shared", "call": f"L_shared: {BODY}\njmp *(%rbx)",
                                   "const_i32__s_k": "test %rdi, %rdi\njmp L_halt"}})
        entries = {e["opcode"]: e for e in self.audit(status=1)["listings"]}
        self.assertEqual(entries["br"]["code"], ["test %rdi,%rdi", "je exit", "jmp *(%rbx)"])
        self.assertEqual(entries["call"]["code"], ["add $0x1,%rdi", "jmp *(%rbx)"])
        self.assertIn(entries["br"]["bytes"], [3 + 2 + 2, 3 + 6 + 2])
        self.assertEqual(entries[VICTIM]["code"], ["jmp call"])
        self.assertEqual(entries["const_i32__s_k"]["code"], ["test %rdi,%rdi", "jmp halt"])

    def test_what_is_put_away_in_another_section_belongs_to_its_handler(self):
        cold = (f".section .text.unlikely,\"ax\"\nnop\n.type handle_{VICTIM}.cold,@function\nhandle_{VICTIM}.cold:\n"
                "push %rax\ncall memset\npop %rax\njmp trap_X\n.text\n")
        r = self.finds("tail-direct", {VICTIM: f"test %rdi, %rdi\njne handle_{VICTIM}.cold\njmp *%rax", "": cold},
                       f"^handler {VICTIM} uses the native stack$")
        self.assertEqual(r["handlers_that_call"], [VICTIM])
        code = next(e["code"] for e in self.audit(status=1)["listings"] if e["opcode"] == VICTIM)
        self.assertEqual(code, ["test %rdi,%rdi", "jne L1", "jmp *%rax", "L1:", "push %rax", "call memset", "pop %rax",
                                "jmp trap_X"])

    def test_missing_handler(self):
        self.make({"tail-direct": {}}, opcodes=OPCODES + ["nothing__s_s"])
        r = self.audit(status=1)["executors"]["tail-direct-acc"]
        self.assertIn("34 handlers for 35 opcodes", r["findings"])

    def test_loop_of_calls_that_was_copied(self):
        self.finds("call-direct", {"enter": "call *(%rbx)\njmp again\n"}, "^2 dispatch sites instead of one")

    def test_layouts_that_were_not_permuted(self):
        for strategy in MAKERS:
            self.finds(strategy, {"same order": True}, f"nearly the same order as in {strategy}-acc", seeds=(0, 1))

    def test_an_order_of_the_compilers_own_is_said(self):
        self.make({"switch": {}, "goto-direct": {}}, seeds=(0, 1))
        names = order(2)  # of neither layout
        self.assemble("switch", 1, switch(names, {"numbers": order(1)}))
        shares = {name: r["share_in_layout_order"] for name, r in self.audit()["executors"].items()}
        self.assertEqual([shares[name] for name in ("switch-acc", "goto-direct-acc", "goto-direct-acc.layout1")],
                         [1] * 3)
        self.assertLess(shares["switch-acc.layout1"], 0.8)
        said = subprocess.run([SCRIPTS / "audit", self.build], capture_output=True, text=True).stdout
        self.assertIn("in an order of its own, and not the layout's: switch-acc.layout1\n", said)

    def test_other_code_in_a_layout_is_said(self):
        self.make({"switch": {}, "goto-direct": {}}, seeds=(0, 1))
        said = subprocess.run([SCRIPTS / "audit", self.build], capture_output=True, text=True).stdout
        self.assertNotIn("other code", said)
        self.assemble("switch", 1, switch(order(1), {VICTIM: f"{BODY}\n{BODY}\njmp dispatch"}))
        self.audit()
        said = subprocess.run([SCRIPTS / "audit", self.build], capture_output=True, text=True).stdout
        self.assertIn("other code than in the first layout, not the same elsewhere: switch-acc.layout1\n", said)
        # As many instructions, of other registers.
        for seed, register in (0, "rbx"), (1, "r12"):
            self.assemble("switch", seed, switch(order(seed), {name: f"mov (%{register}), %rax\njmp dispatch"
                                                               for name in OPCODES[2:]}))
        self.audit()
        said = subprocess.run([SCRIPTS / "audit", self.build], capture_output=True, text=True).stdout
        self.assertIn("other code than in the first layout, not the same elsewhere: switch-acc.layout1\n", said)

    def test_hot_opcode_that_does_not_exist(self):
        self.make({"switch": {}}, opcodes=[n for n in OPCODES if n != "br"])
        self.assertIn("names br, which acc does not have", self.audit(status=1))
        self.assertFalse((self.build / "dispatch/audit.json").exists())

    def test_a_changed_executor_is_read_again(self):
        self.make({"switch": {}, "tail-direct": {}})
        first = self.audit()
        self.assertEqual(self.audit(), first)
        self.assemble("tail-direct", 0, tail(order(0), {VICTIM: "ret"}))
        self.assertEqual(len(self.audit(status=1)["executors"]["tail-direct-acc"]["findings"]), 1)

    def test_no_build(self):
        done = subprocess.run([SCRIPTS / "audit", self.build], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no build in", done.stderr)


class RealBuild(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if audit.is_sanitized(BUILD):
            raise unittest.SkipTest("a build with sanitizers")
        cls.build = builds.Build(BUILD)

    def asm(self, *arguments, status=0, columns="1", **environment):
        done = subprocess.run([TAILRACE, "asm", *arguments], capture_output=True, text=True,
                              env=os.environ | {"COLUMNS": columns} | environment)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout if status == 0 else done.stderr

    def test_stack_users_are_ops_with_a_reason(self):
        ops = {audit.op_of(opcode) for isa in self.build.isas for opcode in self.build.opcodes(isa)}
        self.assertEqual({*audit.STACK_USERS, *audit.GCC_STACK_USERS} - ops, set())
        self.assertEqual(audit.ENDS_EXECUTION - ops, set())
        self.assertTrue(all(audit.STACK_USERS.values()))

    def test_the_switch_reads_addresses_unless_position_independence_was_asked_for(self):
        if platform.machine() != "x86_64":
            self.skipTest("on ARM a switch's table holds distances in any code")
        model = self.build.info["relocation_model"]
        printed = subprocess.run([SCRIPTS / "audit", "--json", "-", BUILD], capture_output=True, text=True)
        executors = json.loads(printed.stdout)["executors"]
        self.assertEqual({r["elf_type"] for r in executors.values()}, {"EXEC" if model == "static" else "DYN"})
        for isa in self.build.isas:
            if "switch" in self.build.strategies and self.build.name("switch", isa) not in self.build.left_out:
                code = self.asm("br", "--isa", isa, "--dispatch", "switch").split()
                dispatch = code[code.index("dispatch:"):]
                self.assertEqual("movslq" in dispatch, model == "pie", dispatch)

    def test_listings_agree_with_the_audit(self):
        printed = subprocess.run([SCRIPTS / "audit", "--json", "-", BUILD], capture_output=True, text=True)
        listings = {(e["executor"], e["opcode"]): e for e in json.loads(printed.stdout)["listings"]}
        shown = 0
        for isa in self.build.isas:
            for strategy in self.build.strategies:
                name = self.build.name(strategy, isa)
                plain = self.build.info["strategies"][strategy]["plain"]
                # Plain ones are built when asked.
                if name in self.build.left_out or plain and not self.build.path(name).exists():
                    continue
                text = self.asm("i32.add", "--isa", isa, "--dispatch", strategy)
                match = re.match(rf"(i32_add__\w+) \({isa}\)\n\n{strategy}\n(\d+) bytes, (\d+) instructions", text)
                self.assertTrue(match, text)
                entry = listings[name, match[1]]
                self.assertEqual(int(match[2]), entry["bytes"])
                block = text.split("\n\n")[1].splitlines()[2:]
                self.assertEqual([line.strip() for line in block], entry["code"])
                code = [line for line in entry["code"] if ":" not in line and not line.startswith("#")]
                self.assertRegex("\n".join(code), r"(?m)^(add|lea)")
                if not strategy.startswith("call") and not plain:  # whose jumps may be merged
                    self.assertRegex(code[-1], r"^(notrack )?jmp \*|^br x")
                common = code.index("jmp dispatch") + 1 if "jmp dispatch" in code else None
                if strategy != "switch" or common:
                    self.assertEqual(len(code[:common]), int(match[3]))
                shown += 1
        self.assertGreater(shown, 0)

    def test_the_build_description_has_what_compiling_cost(self):
        costs = self.build.info["compile_costs"]
        self.assertTrue(costs)
        for name, cost in costs.items():
            self.assertEqual(cost, audit.compile_cost(self.build.cost_file(name)), name)

    def test_a_layout_of_the_assembly_has_the_same_handlers(self):
        """In another order, and at cache lines: what lay_out.py does for all layouts but the first."""
        if not self.build.is_laid_out:
            self.skipTest("each layout is compiled")
        isa = self.build.isas[0]
        opcodes = self.build.opcodes(isa)
        wanted = list(opcodes)
        random.Random(1).shuffle(wanted)
        first = BUILD / f"encoder/isa/{isa}/layout.{self.build.seeds[0]}.h"
        with tempfile.TemporaryDirectory() as folder:
            layout, made = pathlib.Path(folder) / "layout.h", pathlib.Path(folder) / "made.o"
            layout.write_text("#define LAYOUT_SEED 7\n#define LAYOUT_SHIFT 48\n#define LAYOUT_OPCODES(X) " +
                              " ".join(f"X({opcode})" for opcode in wanted))
            compared = 0
            for strategy in ("switch", "goto-direct", "tail-direct", "call-direct"):  # one of each mechanism
                if (strategy, isa) not in self.build.listed:
                    continue
                name = self.build.name(strategy, isa)
                code = list((BUILD / "dispatch" / f"libcode-{name}.a.p").glob("*.o"))
                if not code:
                    continue
                subprocess.run([sys.executable, SCRIPTS.parent / "dispatch/lay_out.py", "64", first, layout, code[0], made,
                                self.build.info["compiler"]], check=True)
                mechanism = self.build.mechanism(strategy)
                # A switch numbers its cases as the compiled layout does.
                ours = handlers.read_executor(made, mechanism, opcodes, self.build.layout(isa, self.build.seeds[0]))
                theirs = self.build.read(name, strategy, isa, self.build.seeds[0])
                self.assertEqual(ours.handlers is None, theirs.handlers is None)
                if not ours.handlers:
                    continue
                placed = sorted(opcodes, key=ours.places.get)
                self.assertGreater(audit.same_order(wanted, placed), 0.99, name)
                self.assertLess(audit.same_order(opcodes, placed), 0.8, name)
                aligned = sum(ours.places[opcode][1] % 64 == 0 for opcode in opcodes)
                self.assertGreater(aligned, 0.95 * len(opcodes), name)  # what shares code with another stays behind it
                for opcode in opcodes:
                    self.assertEqual(comparable(ours.listing(opcode)), comparable(theirs.listing(opcode)),
                                     f"{name}: {opcode}")
                compared += 1
            self.assertGreater(compared, 0)

    def test_columns(self):
        built = [s for s in self.build.strategies if self.build.info["strategies"][s]["measured_by_default"] and
                 self.build.name(s, self.build.isas[0]) not in self.build.left_out]
        wide, narrow = self.asm("br", columns="1000"), self.asm("br", columns="20")
        self.assertIn(built, [line.split() for line in wide.splitlines()])
        for strategy in built:
            self.assertIn(strategy, narrow.splitlines())

    def test_what_is_not_shown_is_said(self):
        text = self.asm("i32.add")
        self.assertRegex(text, r"i32_add has \d+ more opcodes?: i32_add__.*; 'i32_add__\*' shows all")
        count = int(re.search(r"has (\d+) more", text)[1])
        self.assertEqual(len(re.findall(r"(?m)^i32_add__\w+ \(", self.asm("i32_add__*"))), count + 1)
        self.assertNotIn("shows all", self.asm("br"))

    def test_unknown_names(self):
        self.assertRegex(self.asm("i32.ad", status=2), r'there is no op "i32_ad" in .*did you mean .*i32_add')
        self.assertIn('no strategy "nonsense"', self.asm("br", "--dispatch", "nonsense", status=2))
        self.assertIn("OP", self.asm(status=2))

    def test_without_python(self):
        self.assertRegex(self.asm("br", status=1, PATH="/nonexistent"), r"^tailrace: cannot start python3, .*\n$")

    def test_without_objdump(self):
        self.assertRegex(self.asm("br", status=1, OBJDUMP="/nonexistent"), r"^tailrace asm: .* is missing.*\n$")

    def test_colour(self):
        def on_a_terminal(**environment):
            leader, follower = pty.openpty()
            subprocess.run([TAILRACE, "asm", "br"], stdout=follower, check=True,
                           env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"} | environment)
            os.close(follower)
            return os.read(leader, 1 << 16).decode()
        self.assertIn("\033[1m", on_a_terminal())
        self.assertNotIn("\033", on_a_terminal(NO_COLOR="1"))
        self.assertNotIn("\033", self.asm("br"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
