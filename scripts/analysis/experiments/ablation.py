"""The table of scripts/ablate, from its result file: the first build is as compared by default, and each other one has
one thing changed, for the strategies that it has."""
import dataclasses

from .. import inference
from ..results import comparison

WITHOUT = {"alignment": "the alignment of handlers and of the shared dispatch"}  # and what stands for itself
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
    """The first row says what the columns are."""
    builds = result["builds"]
    names = [build["name"] for build in builds]
    base = comparison.Comparison(result, names[0], isa)
    every = [list(range(len(base.workloads)))]

    def text(found):
        if not found:
            return "not measured"
        return f"{comparison.speed_text(found)} {base.judge(dataclasses.replace(found, floor=base.mean_noise or 0))}"

    others = [name for name in base.strategies if name != base.baseline]

    def gains(build):
        """Each strategy's speed relative to the baseline, where one of the two is of that build."""
        for name in others:
            mine, baseline = (build["name"] if own in build["strategies"] else names[0] for own in (name, base.baseline))
            if build is not builds[0] and mine == baseline == names[0]:
                yield ""  # as it is compared
            else:
                speeds = base.logs(base.baseline, False, baseline) - base.logs(name, False, mine)
                yield text(inference.estimates(speeds, every, base.confidence)[0])

    yield ["what is changed", *(f"{name}, changed / as it is" for name in base.strategies),
           *(f"{name} / {base.baseline}" for name in others)]
    yield ["nothing", *("" for _ in base.strategies), *gains(builds[0])]
    for build in builds[1:]:
        own = [text(base.estimates(every, strategy, strategy, False, build["name"])[0])
               if strategy in build["strategies"] else "" for strategy in base.strategies]
        yield [changed(build, builds[0]), *own, *gains(build)]
