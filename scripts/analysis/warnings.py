"""What can weaken the numbers of a run, in words: bench/output/warnings.json, which the terminal's summary has, too.

bench/output/warnings.h explains it.
"""
import json
import pathlib

_FILE = pathlib.Path(__file__).resolve().parents[2] / "bench/output/warnings.json"
_WARNINGS = json.loads(_FILE.read_text(encoding="utf-8"))


def text(kind, *values):
    return _WARNINGS[kind]["text"].format(*values)


def threshold(kind):
    """The number above or below which it is to be said."""
    return _WARNINGS[kind].get("above", _WARNINGS[kind].get("below"))
