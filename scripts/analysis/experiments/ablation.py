"""The table of scripts/ablate, from its result file: the first build is as compared by default, and each other one has
one thing changed, for the strategies that it has."""
import dataclasses

from .. import inference
from ..results import comparison

WITHOUT = {"alignment": "the alignment of handlers and of the shared dispatch", "registers": "named registers for ip and fp",
           "out-of-line": "traps out of line", "one-dispatch": "what keeps the switch from being copied",
           "put-away": "the float accumulator put away at calls"}  # and what stands for itself: dispatch/words.h
FETCH_LATER = "the next dispatch word loaded after ip moves on"
PIE = "position-independent (PIE)"
PLATFORM = "the platform's calling convention"


def without(what):
    return f"without {WITHOUT.get(what, what)}"


def changed(build, first):
    """What a build has that the first has not, in words."""
    if build["without"] != first["without"]:
        return ", ".join(without(what) for what in build["without"] if what not in first["without"])
    if build["relocation_model"] != first["relocation_model"]:
        return PIE
    return PLATFORM if build["tail_convention"] != first["tail_convention"] else FETCH_LATER


def rows(result, isa):
    """The first row says what the columns are. All comparisons of the table are corrected together (Holm)."""
    builds = result["builds"]
    names = [build["name"] for build in builds]
    base = comparison.Comparison(result, names[0], isa)
    every = [list(range(len(base.workloads)))]
    others = [name for name in base.strategies if name != base.baseline]

    def change(build, strategy):
        """The strategy's speed in that build relative to itself as it is compared; None: it is not concerned."""
        if build is builds[0] or strategy not in build["strategies"]:
            return None
        return base.estimates(every, strategy, strategy, False, build["name"])[0]

    def gain(build, strategy):
        """Its speed relative to the baseline, where one of the two is of that build."""
        mine, baseline = (build["name"] if own in build["strategies"] else names[0] for own in (strategy, base.baseline))
        if build is not builds[0] and mine == baseline == names[0]:
            return None  # as it is compared
        speeds = base.logs(base.baseline, False, baseline) - base.logs(strategy, False, mine)
        return inference.estimates(speeds, every, base.confidence)[0]

    cells = [[*(change(build, name) for name in base.strategies), *(gain(build, name) for name in others)]
             for build in builds]
    corrected = iter(inference.correct([cell for row in cells for cell in row], inference.holm))

    def text(found):
        if found is None:
            return ""
        return f"{comparison.speed_text(found)} {base.judge(dataclasses.replace(found, floor=base.mean_noise or 0))}"

    yield ["what is changed", *(f"{name}, changed / as it is" for name in base.strategies),
           *(f"{name} / {base.baseline}" for name in others)]
    for build, row in zip(builds, cells):
        yield [changed(build, builds[0]) if build is not builds[0] else "nothing", *(text(next(corrected)) for _ in row)]


def remarks(result, isa):
    """Sentences that belong under the table: what a difference has to exceed, the layouts, and what the audit found."""
    builds = result["builds"]
    base = comparison.Comparison(result, builds[0]["name"], isa)
    floor = f"{100 * base.mean_noise:.1f} %" if base.mean_noise is not None else "what was not measured"
    seeds = ", ".join(map(str, builds[0]["layout_seeds"]))
    revision = builds[0].get("revision") or "unknown"
    yield (f"All comparisons of the table are corrected together (Holm); nothing up to {floor}, by which one and the same program "
           f"differed from itself (A/A), is called a difference. Revision {revision}, layouts of the seeds {seeds}.")
    for build in builds[1:]:
        of = [(name, own) for name, own in audits(build) if own.get("findings")]
        if of:
            yield (f"Audit, {changed(build, builds[0])}: "
                   + "; ".join(f"{name}: {own['findings'][0]}" for name, own in of) + ".")


def audits(build):
    """(executor, audit) of the first layout of each."""
    found = (build.get("audit") or {}).get("executors", {})
    return [(name, own) for name, own in found.items() if ".layout" not in name]
