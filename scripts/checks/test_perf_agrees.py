#!/usr/bin/python3
"""test_perf_agrees.py EXECUTOR: our counters and those of `perf stat`, on the same process.

Ours cover the execution alone, perf's the whole process. So on a module whose execution is nearly all that
happens, perf must have counted at least what we did, and what it counted besides must be what a second
process takes that does everything but the execution (`measure --no-execute`). Exit status 77: skipped.
"""
import ctypes
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

EXECUTOR = sys.argv[1]

# Of each event, how far perf's count less the second process's may be from ours: a share of ours, and a
# number besides, since no two processes start alike. A thread's clock is not a time that anything is
# measured against here: both sides are to have seen the same one.
TOLERANCES = {
    "page-faults": (0.01, 60),
    "task-clock": (0.10, 10e6),  # ns
    "instructions": (0.005, 200_000),
    "branches": (0.005, 50_000),
}

# Writes to each of 16384 pages of memory, n times over.
PAGES = 16384
WAT = """(module (memory 1024) (func (export "touch") (param $n i32) (result i32) (local $page i32)
  (loop $again
    (local.set $page (i32.const 0))
    (loop $next
      (i32.store (local.get $page) (local.get $n))
      (br_if $next (i32.lt_u (local.tee $page (i32.add (local.get $page) (i32.const 4096)))
                             (i32.const 0x4000000))))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.load (i32.const 0x3fff000))))"""


def small_pages():
    """No page of 2 MiB shall be given where 512 small ones can be counted."""
    PR_SET_THP_DISABLE = 41
    ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def perf_stat(events, command):
    """What `command` printed, and perf's counts in user space, None where it has none."""
    with tempfile.NamedTemporaryFile("r") as file:
        names = ",".join(f"{event}:u" for event in events)
        done = subprocess.run(["perf", "stat", "-x;", "-o", file.name, "-e", names, *command], text=True,
                              capture_output=True, preexec_fn=small_pages)
        if done.returncode != 0:
            return None, dict.fromkeys(events)
        counts = dict.fromkeys(events)
        for line in file:
            value, unit, name = (line.strip().split(";") + [""] * 3)[:3]
            if name.removesuffix(":u") in counts and value.replace(".", "").isdigit():
                counts[name.removesuffix(":u")] = float(value) * (1e6 if unit == "msec" else 1)
        return done.stdout, counts


def measure(module, *options):
    return [EXECUTOR, "measure", *options, "--invoke", "touch", module, "400"]


class Agreement(unittest.TestCase):
    def test_counts_are_those_of_perf(self):
        for event in COMMON:
            with self.subTest(event):
                share, number = TOLERANCES[event]
                tolerance = share * OURS[event] + number
                explained = ALL[event] - REST[event]
                detail = f"we {OURS[event]:.0f}, perf {ALL[event]:.0f}, without the execution {REST[event]:.0f}"
                self.assertLessEqual(OURS[event], ALL[event], detail)
                self.assertLess(abs(explained - OURS[event]), tolerance, detail)
                # Else the comparison would say little.
                self.assertGreater(OURS[event], 3 * tolerance, detail)

    def test_each_page_is_one_fault(self):
        if "page-faults" not in COMMON:
            self.skipTest("page faults are not counted here")
        self.assertLessEqual(abs(OURS["page-faults"] - PAGES), 60)


for tool in "perf", "wat2wasm":
    if not shutil.which(tool):
        skip(f"{tool} is missing")
with tempfile.TemporaryDirectory() as folder:
    module = str(pathlib.Path(folder) / "touch.wasm")
    subprocess.run(["wat2wasm", "-", "-o", module], input=WAT, text=True, check=True)
    printed, ALL = perf_stat(TOLERANCES, measure(module, "--events", ",".join(TOLERANCES)))
    if printed is None:
        skip("perf cannot count here")
    report = json.loads(printed)
    assert report["results"] == ["1"], report
    _, REST = perf_stat(TOLERANCES, measure(module, "--no-execute"))
OURS = {counter["event"]: counter["value"] for counter in report["counters"] if counter["state"] == "measured"}
COMMON = [event for event in TOLERANCES if event in OURS and ALL[event] is not None and REST[event] is not None]
if not COMMON:
    skip("there is no event that both can count: " + "; ".join(
        {counter["reason"] for counter in report["counters"] if counter["reason"]} or ["perf counts none"]))
print(f"compared: {', '.join(f'{event} ({OURS[event]:.0f}, {ALL[event]:.0f})' for event in COMMON)}")

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
