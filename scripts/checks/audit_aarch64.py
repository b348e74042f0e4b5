#!/usr/bin/env python3
"""Do the tail-call handlers of executors that were compiled for aarch64 end in jumps?

    audit_aarch64.py EXECUTOR...

binutils of another architecture do not disassemble ARM, but an ARM instruction is a word: `br` is an indirect
jump, `b` one to a known place, such as the end of execution by a trap. A handler may return only beside a jump,
where it stops execution. A dispatch that is a call (`blr`) instead, and so piles up frames, is what this finds.
"""
import pathlib
import re
import struct
import subprocess
import sys

SYMBOL = re.compile(r"^\s*\d+: ([0-9a-f]+)\s+(\d+) FUNC\s+\S+\s+\S+\s+(\d+) handle_(\w+)$", re.MULTILINE)
SECTION = re.compile(r"^\s*\[\s*(\d+)\] \S+\s+PROGBITS\s+([0-9a-f]+) ([0-9a-f]+)", re.MULTILINE)


RETURN = 0xD65F03C0


def is_indirect_jump(word):
    return word & 0xFFFFFC1F == 0xD61F0000


def is_indirect_call(word):
    return word & 0xFFFFFC1F == 0xD63F0000


def is_direct_jump(word):
    return word & 0xFC000000 == 0x14000000


def read_elf(path, what):
    return subprocess.run(["readelf", "--wide", what, path], check=True, capture_output=True, text=True).stdout


def audit(path):
    """Prints what was found; returns whether all is well."""
    program = pathlib.Path(path).read_bytes()
    places = {number: int(offset, 16) - int(address, 16)
              for number, address, offset in SECTION.findall(read_elf(path, "--sections"))}
    handlers, dispatching, sites, findings = 0, 0, 0, []
    for address, size, section, name in SYMBOL.findall(read_elf(path, "--symbols")):
        words = struct.unpack_from(f"<{int(size) // 4}I", program, int(address, 16) + places[section])
        handlers += 1
        dispatching += name not in ("halt", "unreachable")  # these end execution
        jumps = sum(map(is_indirect_jump, words))
        sites += jumps
        ends_well = is_indirect_jump(words[-1]) or is_direct_jump(words[-1]) or (words[-1] == RETURN and jumps)
        if name != "halt" and not ends_well:
            findings.append(f"handler {name} does not end in a jump")
        if any(map(is_indirect_call, words)):
            findings.append(f"handler {name} calls through a register")
    if sites < dispatching:
        findings.append(f"{sites} dispatch sites for {dispatching} handlers that dispatch")
    if not handlers:
        findings.append("there are no handlers")
    print(f"{pathlib.Path(path).name}: {handlers} handlers, {sites} dispatch sites, {len(findings)} findings")
    for finding in findings:
        print(f"  {finding}")
    return not findings


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(0 if all([audit(path) for path in sys.argv[1:]]) else 1)
