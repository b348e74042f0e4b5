"""The machine code of a unit of the zero line (dispatch/zero/zero.h): whether dispatch is gone from it."""
import re
import subprocess

# Of each unit, beside those of instructions: where it is entered, and what follows bodies that belong to no module
# (call.slow, unwind, leave).
OWN_SITES = 4
INDIRECT = re.compile(r"^(jmp[ql]?\s+\*|br\s+x\d)")


class Code:
    """`sites`: indirect jumps; `wanted`: how many there may be, one wherever data tells where control goes;
    `instructions` of the machine, and their `bytes`."""

    def __init__(self, lines, bytes_of_code, source):
        self.lines = lines
        self.instructions = len(lines)
        self.bytes = bytes_of_code
        self.sites = sum(bool(INDIRECT.match(line)) for line in lines)
        # A br_table has two definitions, of which a level takes one.
        self.wanted = (len(re.findall(r"^#define GO GO_TO_IP$", source, re.MULTILINE))
                       + OWN_SITES * len(re.findall(r"^DEFINE_UNIT\(\)$", source, re.MULTILINE)))

    def count(self, mnemonic):
        return sum(line.startswith(mnemonic) for line in self.lines)

    def findings(self):
        if self.sites <= self.wanted:
            return []
        return [f"{self.sites:,} indirect jumps where data tells {self.wanted:,} times where to go: something is still "
                "dispatched"]


def code_of(unit, source):
    """The Code of an object file that was compiled from this C."""
    listing = subprocess.run(["objdump", "--disassemble", "--no-show-raw-insn", str(unit)], capture_output=True,
                             text=True, check=True).stdout
    lines = re.findall(r"^ +([0-9a-f]+):\t(.+)$", listing, re.MULTILINE)
    size = int(lines[-1][0], 16) - int(lines[0][0], 16) if lines else 0
    return Code([text for _, text in lines], size, source.read_text())
