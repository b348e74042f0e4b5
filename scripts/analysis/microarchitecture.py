"""What to call a CPU: by its microarchitecture, with the vendor's name beside it.

The vendor's name alone is no name: virtual machines mask it ("AMD EPYC"), and one brand goes on for ten years. The
numbers are facts of the vendors that Linux has in arch/x86/include/asm/intel-family.h (Intel), in the ranges of
arch/x86/kernel/cpu/amd.c that set X86_FEATURE_ZEN1 to ZEN6 (AMD), and in arch/arm64/include/asm/cputype.h
(Arm and its licensees; the kernel tells "CPU implementer" and "CPU part"). What stands in none of these tables is called by
the vendor's name, as before.
"""
import re

# Of family 6 by model.
INTEL = {
    "Nehalem": [0x1A, 0x1E, 0x1F, 0x2E], "Westmere": [0x25, 0x2C, 0x2F], "Sandy Bridge": [0x2A, 0x2D],
    "Ivy Bridge": [0x3A, 0x3E], "Haswell": [0x3C, 0x3F, 0x45, 0x46], "Broadwell": [0x3D, 0x47, 0x4F, 0x56],
    "Skylake": [0x4E, 0x5E], "Comet Lake": [0xA5, 0xA6], "Cannon Lake": [0x66],
    "Ice Lake": [0x6A, 0x6C, 0x7D, 0x7E, 0x9D], "Lakefield": [0x8A],
    "Rocket Lake": [0xA7], "Tiger Lake": [0x8C, 0x8D], "Sapphire Rapids": [0x8F], "Emerald Rapids": [0xCF],
    "Granite Rapids": [0xAD, 0xAE], "Alder Lake": [0x97, 0x9A], "Raptor Lake": [0xB7, 0xBA, 0xBF],
    "Meteor Lake": [0xAA, 0xAC], "Arrow Lake": [0xB5, 0xC5, 0xC6], "Lunar Lake": [0xBD], "Panther Lake": [0xCC],
    "Silvermont": [0x37, 0x4A, 0x4D, 0x5A], "Airmont": [0x4C, 0x75], "Goldmont": [0x5C, 0x5F], "Goldmont Plus": [0x7A],
    "Tremont": [0x86, 0x96, 0x9C], "Gracemont": [0xBE], "Sierra Forest": [0xAF], "Grand Ridge": [0xB6],
    "Clearwater Forest": [0xDD], "Knights Landing": [0x57], "Knights Mill": [0x85],
}
# Models of which steppings are several generations: (the last stepping, name). Of 0x8E, stepping 9 is Amber Lake
# Y, too, which is the same; 10 was sold as Kaby Lake R and as Coffee Lake U, and 12 as Whiskey, Amber and Comet
# Lake: what they have is one core, and no number tells them apart.
INTEL_STEPPINGS = {
    0x55: [(4, "Skylake"), (7, "Cascade Lake"), (11, "Cooper Lake")],
    0x8E: [(9, "Kaby Lake"), (10, "Kaby Lake R or Coffee Lake"), (11, "Whiskey Lake"),
           (12, "Whiskey Lake or Comet Lake")],
    0x9E: [(9, "Kaby Lake"), (13, "Coffee Lake")],
}
# By family: (first model, last model, name).
AMD = {
    0x10: [(0x00, 0xFF, "K10")], 0x14: [(0x00, 0xFF, "Bobcat")],
    0x15: [(0x00, 0x01, "Bulldozer"), (0x02, 0x1F, "Piledriver"), (0x30, 0x3F, "Steamroller"), (0x60, 0x7F, "Excavator")],
    0x16: [(0x00, 0x0F, "Jaguar"), (0x30, 0x3F, "Puma")],
    0x17: [(0x08, 0x08, "Zen+"), (0x18, 0x18, "Zen+"), (0x00, 0x2F, "Zen"), (0x50, 0x5F, "Zen"), (0x30, 0x4F, "Zen 2"),
           (0x60, 0x7F, "Zen 2"), (0x90, 0x91, "Zen 2"), (0xA0, 0xAF, "Zen 2")],
    0x19: [(0x00, 0x0F, "Zen 3"), (0x20, 0x5F, "Zen 3"), (0x10, 0x1F, "Zen 4"), (0x60, 0xAF, "Zen 4")],
    0x1A: [(0x00, 0x2F, "Zen 5"), (0x40, 0x4F, "Zen 5"), (0x60, 0x7F, "Zen 5"), (0x50, 0x5F, "Zen 6"),
           (0x80, 0xAF, "Zen 6"), (0xC0, 0xCF, "Zen 6")],
}
HYGON = {0x18: [(0x00, 0xFF, "Zen (Dhyana)")]}
# By implementer: who that is, and its parts.
ARM = {
    0x41: ("Arm", {
        0xD03: "Cortex-A53", 0xD04: "Cortex-A35", 0xD05: "Cortex-A55", 0xD07: "Cortex-A57", 0xD08: "Cortex-A72",
        0xD09: "Cortex-A73", 0xD0A: "Cortex-A75", 0xD0B: "Cortex-A76", 0xD0C: "Neoverse N1", 0xD0D: "Cortex-A77",
        0xD40: "Neoverse V1", 0xD41: "Cortex-A78", 0xD44: "Cortex-X1", 0xD46: "Cortex-A510", 0xD47: "Cortex-A710",
        0xD48: "Cortex-X2", 0xD49: "Neoverse N2", 0xD4A: "Neoverse E1", 0xD4B: "Cortex-A78C", 0xD4D: "Cortex-A715",
        0xD4E: "Cortex-X3", 0xD4F: "Neoverse V2", 0xD80: "Cortex-A520", 0xD81: "Cortex-A720", 0xD82: "Cortex-X4",
        0xD83: "Neoverse V3AE", 0xD84: "Neoverse V3", 0xD85: "Cortex-X925", 0xD87: "Cortex-A725",
        0xD8E: "Neoverse N3"}),
    0x42: ("Broadcom", {0x516: "Vulcan"}),
    0x43: ("Cavium", {0x0A1: "ThunderX", 0x0AF: "ThunderX2"}),
    0x46: ("Fujitsu", {0x001: "A64FX"}),
    0x48: ("HiSilicon", {0xD01: "TaiShan v110", 0xD02: "TaiShan v120"}),
    0x4E: ("NVIDIA", {0x003: "Denver 2", 0x004: "Carmel"}),
    0x51: ("Qualcomm", {0x001: "Oryon", 0xC00: "Falkor", 0x802: "Kryo 3xx Gold", 0x803: "Kryo 3xx Silver",
                        0x804: "Kryo 4xx Gold", 0x805: "Kryo 4xx Silver"}),
    0x61: ("Apple", {0x022: "Icestorm (M1)", 0x023: "Firestorm (M1)", 0x024: "Icestorm (M1 Pro)",
                     0x025: "Firestorm (M1 Pro)", 0x028: "Icestorm (M1 Max)", 0x029: "Firestorm (M1 Max)",
                     0x032: "Blizzard (M2)", 0x033: "Avalanche (M2)"}),
    0xC0: ("Ampere", {0xAC3: "Ampere-1", 0xAC4: "Ampere-1a"}),
}
ARM_MODEL = re.compile(r"ARM implementer (0x[0-9a-fA-F]{1,2}) part (0x[0-9a-fA-F]{1,3})")  # bench/data/machine.c


def number(text):
    """None for what is none: the system does not tell, or the file is of another machine's form."""
    return int(text) if text and re.fullmatch(r"\d{1,4}", text) else None


def intel(family, model, stepping):
    if family != 6:
        return None
    for last, name in INTEL_STEPPINGS.get(model, ()):
        if stepping is not None and stepping <= last:
            return name
    return next((name for name, models in INTEL.items() if model in models), None)


def in_ranges(table):
    return lambda family, model, stepping: next(
        (name for first, last, name in table.get(family, ()) if model is not None and first <= model <= last), None)


X86 = {"GenuineIntel": intel, "AuthenticAMD": in_ranges(AMD), "HygonGenuine": in_ranges(HYGON)}


def microarchitecture(cpu):
    """Of a result's machine["cpu"]: "Zen 5"; None if it is in no table."""
    arm = ARM_MODEL.fullmatch(cpu["model"] or "")
    if arm:
        return ARM.get(int(arm[1], 16), ("", {}))[1].get(int(arm[2], 16))
    known = X86.get(cpu["vendor"])
    return known and known(number(cpu["family"]), number(cpu["model_number"]), number(cpu["stepping"]))


def vendor_name(cpu):
    """What the vendor calls it, as far as the kernel tells."""
    arm = ARM_MODEL.fullmatch(cpu["model"] or "")
    if arm and microarchitecture(cpu):
        return ARM[int(arm[1], 16)][0]
    return cpu["model"] or "unknown CPU"


def cpu_name(cpu):
    """Zen 5 (AMD EPYC); AMD EPYC where the microarchitecture is not known."""
    name = microarchitecture(cpu)
    return f"{name} ({vendor_name(cpu)})" if name else vendor_name(cpu)
