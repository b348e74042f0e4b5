"""What can weaken the numbers of a run: bench/output/warnings.json, the one list that the terminal's summary, the
findings and the page have. bench/output/warnings.h explains it; weaknesses.py has the facts and finds the rest.
"""
import json
import re

from .source_tree import ROOT

_FILE = ROOT / "bench/output/warnings.json"
_WARNINGS = json.loads(_FILE.read_text(encoding="utf-8"))
KINDS = list(_WARNINGS)  # in the order in which they are told


def shown_as(kind):
    return _WARNINGS[kind].get("shown as", kind)


def number(kind, name):
    """A number by which it is decided."""
    return _WARNINGS[kind][name]


def text(kind, values):
    def value(match):
        name = match[1]
        return f"{100 * values[name[:-2]]:.0f}" if name.endswith(" %") else str(values[name])
    return re.sub(r"\{(.*?)\}", value, _WARNINGS[kind]["text"])


def _holds(condition, facts):
    name, relation, value = condition
    fact = facts.get(name)
    if relation in ("above", "below"):
        return fact is not None and (fact > value if relation == "above" else fact < value)
    return (fact == value) == (relation == "is")


def on(facts):
    """What is to be said, given the facts: by kind, the texts."""
    found = {}
    for kind, warning in _WARNINGS.items():
        conditions = warning.get("when", [])
        found[kind] = [text(kind, values) for values in facts[warning["each"]]] if "each" in warning else []
        if conditions and all(_holds(condition, facts) for condition in conditions):
            found[kind].append(text(kind, facts))
    return found
