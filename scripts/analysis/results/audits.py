"""What the audit in a result file says of the executors that took part."""

LAYOUT = ".layout"


def executor_name(strategy, isa, seed=None):
    """What result files call an executor, and their audits one in another layout than the first (results/schema.json)."""
    return f"{strategy}-{isa}" + ("" if seed is None else f"{LAYOUT}{seed}")


class Audit:
    """Of one Comparison's build and instruction set."""

    def __init__(self, comparison):
        self.build, self.isa, self.strategies = comparison.build, comparison.isa, comparison.strategies
        audit = self.build["audit"] or {}
        self.executors, self.all_listings = audit.get("executors", {}), audit.get("listings", [])

    @property
    def missing(self):
        """Why there is none; None if there is one."""
        return self.build["audit_missing"]

    def name(self, strategy, seed=None):
        """What it calls an executor, in the first layout or that of a seed."""
        first = self.build.get("first_layout", self.build["layout_seeds"][0])
        return executor_name(strategy, self.isa, None if seed == first else seed)

    def strategy(self, name):
        """Which one of these an executor is of, in whatever layout; None if it took no part."""
        executor = name.partition(LAYOUT)[0]
        return next((strategy for strategy in self.strategies if executor == self.name(strategy)), None)

    def by_layout(self, strategy):
        """What it found about each of the measured layouts; None where it found nothing."""
        return [self.executors.get(self.name(strategy, seed)) for seed in self.build["layout_seeds"]]

    def by_strategy(self):
        """What it found about the first layout, with the findings about all."""
        found = {}
        for strategy in self.strategies:
            own = {name: entry for name, entry in self.executors.items() if self.strategy(name) == strategy}
            if self.name(strategy) in own:
                findings = dict.fromkeys((name, text) for name, entry in own.items() for text in entry["findings"])
                found[strategy] = {**own[self.name(strategy)], "findings": list(findings)}
        return found

    def listings(self):
        """(strategy, listing) of those that took part."""
        for entry in self.all_listings:
            strategy = self.strategy(entry["executor"])
            if strategy:
                yield strategy, entry
