"""The questions that reports answer first, and the sentences that answer them."""
from .. import inference
from ..results.comparison import population_text, speed_text
from ..wording import listed

# Of issue 1101 of Wasmi, which this project answers: a pair of strategies, the second is the baseline.
QUESTIONS = [
    ("What does a tail call buy over a computed goto?", "tail-direct", "goto-direct"),
    ("Is direct threading worth 8 bytes an instruction?", "goto-direct", "goto-indirect"),
    ("What does a portable loop cost where there are tail calls?", "switch", "tail-direct"),
    ("What does the switch cost where there is only computed goto?", "switch", "goto-direct"),
]


class Answers:
    """Of a Case (findings.py)."""

    def __init__(self, case):
        self.case, self.comparison = case, case.comparison
        self.names, self.strategies = case.names, case.strategies
        self.mean, self.judge = case.mean, case.judge

    def said(self, strategy, baseline):
        """A sentence about a pair, and its Verdict."""
        found = self.mean(strategy, baseline)
        if not found:
            together = set(self.names) - set(self.comparison.too_short)
            why = "not measured together" if together else "no workload takes long enough to be timed"
            return f"{strategy} and {baseline}: {why}.", None
        verdict = self.judge(found)
        text = speed_text(found, 3 if abs(found.speed - 1) < 0.03 else 2)
        if found.workloads < len(self.names):
            text += f" (over {found.workloads} of {len(self.names)} workloads)"
        others = population_text(found)
        others = f" {others[0].upper()}{others[1:]}." if others else ""
        if verdict.word == inference.SAME:
            return f"{strategy} and {baseline}: no difference shown, {text}.{others}", verdict
        if verdict.word == inference.UNDECIDED:
            remedy = f"; {verdict.remedy} would decide it" if verdict.remedy.startswith("about") else \
                f"; {verdict.remedy}" if verdict.remedy else ""
            return f"{strategy} and {baseline}: undecided, {text}{remedy}.{others}", verdict
        return f"{strategy} runs at {text} the speed of {baseline}: {verdict.word}.{others}", verdict

    def fastest(self):
        """The strategies that none was shown to be faster than, and a sentence."""
        timed = [
            name for name in self.strategies
            if any(self.comparison.times_of(workload, name) for workload in self.names)]
        if not timed:
            return [], "Not known: no strategy was measured after the warm-up."
        if len(self.comparison.too_short) == len(self.names):
            return [], "Not known: no workload takes long enough to be timed."
        baseline = timed[0]
        measured = [name for name in timed if name == baseline or self.mean(name, baseline)]
        speeds = {name: self.mean(name, baseline).speed if name != baseline else 1 for name in measured}
        order = sorted(measured, key=speeds.get, reverse=True)
        best, close = order[0], []
        for name in order[1:]:
            found = self.mean(name, best)
            if found and self.judge(found).word != inference.SLOWER:
                close.append(name)
        found = self.mean(best, baseline) if best != baseline else None
        much = f", {speed_text(found)} the speed of {baseline}" if found else ""
        if len(order) == 1:
            alone = "the only strategy that was measured" if len(timed) == 1 else \
                "measured together with no other"
            return [best], f"{best}: {alone}."
        if not close:
            return [best], f"{best}{much}."
        verb = "were" if len(close) > 1 else "was"
        if best == baseline or baseline in close:
            return [best, *close], (f"None was shown to be: {listed(close)} {verb} not shown to be slower "
                                    f"than {best}.")
        return [best, *close], f"{best}{much}; {listed(close)} {verb} not shown to be slower."

    def all(self):
        best, text = self.fastest()
        answers = [{"question": f"Which {'' if self.case.subject else 'strategy '}is fastest?", "text": text, "word": "", "best": best}]
        zero = self.case.zero and self.case.zero.answer()
        if zero:
            answers.insert(0, {"question": "What does dispatch cost?", "text": zero, "word": ""})
        for question, strategy, baseline in QUESTIONS:
            if strategy in self.strategies and baseline in self.strategies:
                text, verdict = self.said(strategy, baseline)
                answers.append({"question": question, "text": text, "word": verdict.word if verdict else "",
                                "pair": [strategy, baseline]})
        return answers
