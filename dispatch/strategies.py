#!/usr/bin/env python3
"""Finds the dispatch strategies: one C file each, in dispatch/strategies/ or anywhere else.

    strategies.py names [--of A,B] [FILE...]      the names in the order of reports, or those that A and B
                                                  stand for: names, aliases, "all"
    strategies.py list [--needs A,B] [FILE...]    what dispatch/meson.build needs of each

FILE... are strategies out of the tree. The file's name is the strategy's: small letters, digits and
dashes, beginning with a letter. It begins with a comment that people and the build read:

    /* A sentence: what it does.
     *
     * Mechanism: switch, goto, tail or call: which code the handlers become
     * Sites: handler, one, several or any: where control leaves for the next handler, at the end of each, in
     *     one place or in a few; scripts/audit looks whether the compiler kept that; or wherever it likes
     * Called: what the literature calls it, and where
     * Used by: who uses it, and in which of their files
     * Needs: what the compiler must be able to do (see dispatch/meson.build), or nothing
     * Cost: what it is expected to cost
     * Aliases: other names that --dispatch takes, with commas                                     (optional)
     * Code: plain                     as compilers make it when they are asked for nothing: PLAIN (words.h) is
     *     defined, and the flags that executors share are left out                                (optional)
     * Flags: compiler flags of its own; those that a compiler does not know are left out          (optional)
     * Measured: when asked            not by default; built in the first layout, and in others when asked (optional)
     * Order: a number: its place in reports; those without come last, by name                     (optional)
     */

A value goes on in lines that are indented deeper. `list` prints a line for each strategy, with tabs: name,
file, need, flags, 1 if it is measured by default, 1 if its code is plain, its part of build.json.
"""
import argparse
import json
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "strategies"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PREFIXES = ("count-", "differential-", "executor-", "snapshot-", "spectest-", "unroll-")
LEVELS = ("no-dispatch", "no-decoding", "no-boundaries")  # of the zero line (zero/zero.h)
NATIVE = "native"  # and what stands beside them
REQUIRED = {"mechanism", "sites", "called", "used by", "needs", "cost"}
OPTIONAL = {"aliases", "code", "flags", "measured", "order"}
CHOICES = {"mechanism": ["switch", "goto", "tail", "call"], "sites": ["handler", "one", "several", "any"],
           "code": ["like the others", "plain"], "measured": ["by default", "when asked"]}


class StrategyError(Exception):
    pass


def read_head(text):
    """The fields of a strategy's head comment, and what it does as "does"."""
    match = re.match(r"\s*/\*(.*?)\*/", text, re.DOTALL)
    if not match:
        raise StrategyError("it does not begin with a comment /* ... */")
    fields, field = {"does": ""}, "does"
    for line in match[1].splitlines():
        line = re.sub(r"^\s*\* ?", "", line).rstrip()
        head = re.match(r"([A-Z][a-z]*(?: [a-z]+)?):(?: +(.*))?$", line)
        if head:
            field = head[1].lower()
            if field not in REQUIRED | OPTIONAL:
                raise StrategyError(f'its head has an unknown field "{head[1]}:"')
            if field in fields:
                raise StrategyError(f'its head has the field "{head[1]}:" twice')
            fields[field] = head[2] or ""
        elif field == "does" or line.startswith("  "):
            fields[field] = f"{fields[field]} {line.strip()}".strip()
        elif line.strip():
            raise StrategyError(f'"{line.strip()}" in its head is no field; what goes on is indented')
    return fields


class Strategy:
    def __init__(self, path):
        self.path, self.name = path, path.stem
        try:
            self.read(path)
        except (OSError, UnicodeDecodeError, StrategyError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StrategyError(f"the strategy {path} cannot be used: {reason}") from error

    def read(self, path):
        if path.suffix != ".c" or not NAME.fullmatch(self.name):
            raise StrategyError("its name must be small letters, digits and dashes, and .c")
        if self.name.startswith(PREFIXES):
            raise StrategyError("its name begins like those of other programs: " + ", ".join(PREFIXES))
        self.fields = fields = read_head(path.read_text())
        if not fields["does"]:
            raise StrategyError("its head does not begin with what it does")
        missing = sorted(field for field in REQUIRED if not fields.get(field))
        if missing:
            raise StrategyError("its head lacks " + ", ".join(f'"{field.capitalize()}:"' for field in missing))
        for field, choices in CHOICES.items():
            if fields.get(field, choices[0]) not in choices:
                raise StrategyError(f'"{field.capitalize()}: {fields[field]}" is not one of '
                                    + ", ".join(choices))
        if not re.fullmatch(r"\d*", fields.get("order", "")):
            raise StrategyError(f'"Order: {fields["order"]}" is not a number')
        self.aliases = [alias.strip() for alias in fields.get("aliases", "").split(",") if alias.strip()]
        for alias in self.aliases:
            if not NAME.fullmatch(alias):
                raise StrategyError(f'the alias "{alias}" is not small letters, digits and dashes')
        self.is_measured = fields.get("measured") != "when asked"  # by default
        self.place = (int(fields.get("order") or 10**9), self.name)

    def line(self):
        fields = self.fields
        part = {"mechanism": fields["mechanism"], "sites": fields["sites"], "does": fields["does"],
                "called": fields["called"], "used_by": fields["used by"], "cost": fields["cost"],
                "plain": fields.get("code") == "plain", "aliases": self.aliases}
        need = "" if fields["needs"] == "nothing" else fields["needs"]
        inside = self.path.parent == FOLDER
        file = self.path.relative_to(FOLDER.parent) if inside else self.path
        return "\t".join([self.name, str(file), need, fields.get("flags", ""),
                          "1" if self.is_measured else "", "1" if part["plain"] else "",
                          json.dumps(part)[1:-1]])


def owners(strategies):
    """Who has each name and alias: the file, or a word for what is no strategy. Each has one owner."""
    result = {"all": "what stands for every strategy", "count": "the program that counts instructions",
              **dict.fromkeys((*LEVELS, NATIVE), "a level of the zero line")}
    for names in (lambda s: [s.name], lambda s: s.aliases):
        for strategy in strategies:
            for name in names(strategy):
                if name in result:
                    raise StrategyError(f'{strategy.path}: the name "{name}" is taken by {result[name]}')
                result[name] = strategy.path
    return result


def find(files):
    """All strategies, in the order of reports."""
    strategies = [Strategy(path) for path in [*sorted(FOLDER.glob("*.c")), *map(pathlib.Path.resolve, files)]]
    owners(strategies)
    return sorted(strategies, key=lambda strategy: strategy.place)


def measured_by_default():
    """Their names, in the order of reports."""
    return [strategy.name for strategy in find([]) if strategy.is_measured]


def meant(strategies, names):
    """The strategies that a comma-separated list of names and aliases stands for."""
    if "all" in names.split(","):
        return strategies
    for name in names.split(","):
        if not any(name in [s.name, *s.aliases] for s in strategies):
            known = ", ".join(s.name for s in strategies)
            raise StrategyError(f'there is no strategy "{name}"; there are {known}')
    return [s for s in strategies if {s.name, *s.aliases} & set(names.split(","))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", metavar="A,B")
    parser.add_argument("--needs", metavar="A,B", help="the requirements that there are")
    parser.add_argument("command", choices=["names", "list"])
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_intermixed_args()
    try:
        strategies = find(options.files)
        for strategy in strategies:
            need = strategy.fields["needs"]
            if options.needs is not None and need not in ["nothing", *options.needs.split(",")]:
                raise StrategyError(f'{strategy.path}: "Needs: {need}" is not one of nothing, '
                                    + options.needs.replace(",", ", "))
        if options.of is not None:
            strategies = meant(strategies, options.of)
    except StrategyError as error:
        sys.exit(f"strategies.py: {error}")
    for strategy in strategies:
        print(strategy.line() if options.command == "list" else strategy.name)


if __name__ == "__main__":
    main()
