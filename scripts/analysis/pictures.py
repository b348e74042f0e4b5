"""Pictures for papers, as SVG and PNG: the speeds of a case, and the heat map of many."""
import io
import math
import pathlib
import re

import matplotlib
from . import inference, output_files
from .printable import file_name
from .results.zero_line import PARTS, WORK

matplotlib.use("Agg")
from .results.comparison import percent
from matplotlib import colors, pyplot

# The page's, on paper: what stands first in its style.
PAGE_STYLE = pathlib.Path(__file__).resolve().parents[1] / "page/page.css"
PAGE_COLOURS = dict(reversed(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", PAGE_STYLE.read_text(encoding="utf-8"))))
# By place of the strategy; colour-blind readers tell them apart, and markers need no colour.
COLOURS = [PAGE_COLOURS[f"s{place}"] for place in range(14)]
BAR = [(-0.42, -1.25), (0.42, -1.25), (0.42, 1.25), (-0.42, 1.25), (-0.42, -1.25)]  # "|" has no face to colour
HOURGLASS = [(-1, -1.25), (1, -1.25), (0.21, 0), (1, 1.25), (-1, 1.25), (-0.21, 0), (-1, -1.25)]
MARKERS = ["o", "s", "D", "^", "v", "P", "X", BAR, "<", ">", "*", [(y, x) for x, y in BAR], HOURGLASS,
           [(y, x) for x, y in HOURGLASS]]
INK, SOFT, LINE = (PAGE_COLOURS[name] for name in ("ink", "soft", "line"))
LONGEST_NAME = 40
SIGNS = {inference.FASTER: "▲", inference.SLOWER: "▼", inference.SAME: "=",
         inference.UNDECIDED: "?"}
LEGEND = "= no difference shown, ? undecided"
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "tailrace", "font.family": "sans-serif", "font.size": 9,
    "text.parse_math": False, "text.color": INK, "axes.labelcolor": SOFT, "xtick.color": SOFT,
    "ytick.color": INK}


def short(text):
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME - 1] + "…"


def save(figure, prefix, suffixes=("svg", "png")):
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # it is laid out now; saving would do it again, twice
    for suffix in suffixes:
        picture = io.BytesIO()
        figure.savefig(picture,
                       format=suffix,
                       facecolor="white",
                       dpi=200,
                       metadata={"Date": None} if suffix == "svg" else {"Software": None})
        output_files.replace(f"{prefix}.{suffix}", picture.getvalue())
    pyplot.close(figure)


def draw_estimate(axes, found, row, colour, marker, size, label=None):
    if found.has_interval:
        axes.plot([found.low, found.high], [row, row],
                  color=colour,
                  linewidth=1.3,
                  alpha=0.75,
                  solid_capstyle="butt")
    axes.plot([found.speed], [row],
              linestyle="",
              marker=marker,
              color=colour,
              markersize=size,
              zorder=3,
              markeredgecolor="white",
              markeredgewidth=0.6,
              label=label)


def speeds(case, names, noise, places):
    """A row for each workload, a marker for each of the names (strategies or instruction sets) but the first, which they
    are compared with, a dot for each layout. `places`: by name."""
    baseline, others = names[0], names[1:]
    comparison = case.comparison
    rows = [short(name) for name in ["geometric mean", *case.names]]
    figure, axes = pyplot.subplots(figsize=(7.2, 1.1 + (0.11 * len(others) + 0.12) * len(rows)),
                                   layout="constrained")
    for row in range(1, len(rows), 2):
        axes.axhspan(row - 0.5, row + 0.5, color=PAGE_COLOURS["raised"], linewidth=0, zorder=0)
    for index, other in enumerate(others):
        place = places[other] % len(COLOURS)
        colour, marker = COLOURS[place], MARKERS[place]
        shift = (index - (len(others) - 1) / 2) * 0.8 / max(len(others), 1)
        points, found = case.points(other, baseline), case.pairs[baseline, other]
        for row in range(len(rows)):
            own = found[row - 1] if row else found[len(case.names)]
            if own is None:
                continue
            if row:
                layouts = [point for point in points[row - 1] if point]
                axes.plot(layouts, [row + shift] * len(layouts),
                          linestyle="",
                          marker="o",
                          markersize=2.6,
                          markerfacecolor="white",
                          markeredgecolor=colour,
                          markeredgewidth=0.7,
                          zorder=2.5)
            label = f"{short(other)}  {own.speed:.2f}×" if row == 0 else None
            draw_estimate(axes, own, row + shift, colour, marker, 5.6 if row == 0 else 4.4, label)
    if noise:
        axes.axvspan(1 / (1 + noise),
                     1 + noise,
                     color=INK,
                     alpha=0.08,
                     linewidth=0,
                     label="noise floor (A/A)")
    axes.axvline(1, color=SOFT, linewidth=1, zorder=0)
    axes.axhline(0.5, color=SOFT, linewidth=0.8)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.3g}×")
    axes.set_yticks(range(len(rows)), rows)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(f"speed relative to {short(baseline)} (more is faster); "
                    f"bars: {percent(comparison.confidence)} intervals; "
                    f"{'one layout: may be luck' if comparison.luck else 'circles: layouts'}")
    axes.tick_params(length=0)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1), ncols=min(len(others) + 1, 4), frameon=False)
    return figure


def zero_line(zero):
    """A bar for each strategy: what its time over the suite is made of. Intervals are of each part alone."""
    rows = [(name, zero.suite[name]) for name in zero.strategies if zero.suite[name]]
    figure, axes = pyplot.subplots(figsize=(7.2, 1.1 + 0.42 * len(rows)), layout="constrained")
    for row, (name, found) in enumerate(rows):
        left = 0.0
        native = zero.native(name)
        for part in PARTS:
            own = found[part]
            width = max(own.share, 0.0)
            plain = width - max(native.share, 0.0) if native and part == WORK else width  # of no hatch
            label = part if row == 0 else None
            axes.barh(row, width, left=left, height=0.62, color=PAGE_COLOURS[part], label=label)
            if own.has_interval and width:  # at a height of its own: wide ones reach into each other
                axes.plot([left + max(own.low, 0.0), left + own.high], [row + 0.12 + 0.05 * PARTS.index(part)] * 2, color=INK,
                          linewidth=0.9, marker="|", markersize=3.5)
            if plain > 0.04:
                axes.text(left + plain / 2, row - 0.1, f"{100 * width:.0f} %", ha="center", va="center", color="white",
                          fontweight="bold")
            left += width
        if native:  # the end of the work, as far as it is needed
            axes.barh(row, native.share, left=left - native.share, height=0.62, color="none", edgecolor="white", hatch="////",
                      linewidth=0, label="native code of the same C" if row == 0 else None)
    axes.set_yticks(range(len(rows)), [short(name) for name, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.set_xlabel("share of the strategy's own time, geometric mean over the suite; lines: "
                    f"{percent(zero.comparison.confidence)} intervals of the width"
                    + ("" if zero.is_whole else f"\nwithout dispatch: {zero.unrolled_text()} of what a large workload executes"))
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    legend = axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(PARTS) + 1, frameon=False)
    for patch in legend.get_patches()[len(PARTS):]:
        patch.set_facecolor(PAGE_COLOURS[WORK])
    return figure


def heat_map(cases, names, labels=None):
    """Speed over the suite relative to the baseline: a row for each case, a column for each strategy. `labels`: of the
    rows, if not the cases' names."""
    rows = [[name in case.strategies and case.mean(name, case.strategies[0]) or None for name in names]
            for case in cases]
    logs = [[math.log(found.speed) if found else math.nan for found in row] for row in rows]
    reach = max([0.05, *(abs(value) for row in logs for value in row if not math.isnan(value))])
    figure, axes = pyplot.subplots(figsize=(2.6 + 1.15 * len(names), 0.8 + 0.27 * len(cases)),
                                   layout="constrained")
    scale = colors.LinearSegmentedColormap.from_list("speed", [PAGE_COLOURS[name] for name in ("low", "mid", "high")])
    axes.imshow(logs, cmap=scale, vmin=-reach, vmax=reach, aspect="auto")
    for y, (case, row) in enumerate(zip(cases, rows)):
        for x, found in enumerate(row):
            if found:
                red, green, blue, _ = scale((logs[y][x] / reach + 1) / 2)
                dark = 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2 < 0.18
                axes.text(x,
                          y,
                          f"{found.speed:.2f}× {SIGNS[case.judge(found).word]}",
                          ha="center",
                          va="center",
                          color="white" if dark else "black")
    axes.set_xticks(range(len(names)), [short(name) for name in names])
    axes.set_yticks(range(len(cases)), labels or [short(case.name) for case in cases])
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.set_xticks([x - 0.5 for x in range(1, len(names))], minor=True)
    axes.set_yticks([y - 0.5 for y in range(1, len(cases))], minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    baselines = {case.strategies[0] for case in cases}
    relative = short(cases[0].strategies[0]) if len(baselines) == 1 else "the first strategy"
    figure.supxlabel(f"speed over the suite relative to {relative} of the same row; {LEGEND}",
                     fontsize=9,
                     color=SOFT)
    return figure


def side_by_side(machines):
    """Speeds over suites relative to the baseline, on several CPUs: a panel for each suite, a row for each CPU, a
    marker for each strategy; thin bars: for programs like these. machines: (CPU, suite, Case)."""
    suites = list(dict.fromkeys(suite for _, suite, _ in machines))
    names = list(dict.fromkeys(cpu for cpu, _, _ in machines))
    figure, panels = pyplot.subplots(1, len(suites), figsize=(3.7 * len(suites) + 1, 1.3 + 0.62 * len(names)),
                                     layout="constrained", sharey=True, squeeze=False)
    for axes, suite in zip(panels[0], suites):
        for cpu, own, case in machines:
            baseline, others = case.strategies[0], case.strategies[1:]
            for index, strategy in enumerate(others if own == suite else ()):
                row = names.index(cpu) + (index - (len(others) - 1) / 2) * 0.7 / len(others)
                found, colour = case.mean(strategy, baseline), COLOURS[(index + 1) % len(COLOURS)]
                if found is None:
                    continue
                if found.has_population:
                    axes.plot([found.population_low, found.population_high], [row, row], color=colour, linewidth=0.8,
                              alpha=0.6)
                    axes.plot([found.low, found.high], [row, row], color=colour, linewidth=3.2, alpha=0.55,
                              solid_capstyle="butt")
                label = strategy if strategy not in axes.get_legend_handles_labels()[1] else None
                axes.plot([found.speed], [row], linestyle="", marker=MARKERS[index + 1], color=colour, markersize=6,
                          markeredgecolor="white", markeredgewidth=0.6, zorder=3, label=label)
                axes.annotate(f"{found.speed:.2f}×", (found.population_high if found.has_population else found.speed, row),
                              xytext=(4, 0), textcoords="offset points", va="center", fontsize=8, color=INK)
        axes.axvline(1, color=SOFT, linewidth=1, zorder=0)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.3g}×")
        axes.set_title({"default": "kernels", "real": "programs that people ship"}.get(suite, short(suite)), fontsize=10)
        axes.set_yticks(range(len(names)), [short(name) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.tick_params(length=0)
        axes.margins(x=0.12)
        axes.grid(axis="x", color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
        for spine in axes.spines.values():
            spine.set_visible(False)
    panels[0][0].legend(loc="lower left", bbox_to_anchor=(0, 1.1), ncols=3, frameon=False)
    figure.supxlabel("speed relative to the switch; thick bars: 95 % intervals for these programs, thin ones: for programs "
                     "like these", fontsize=8, color=SOFT)
    return figure


def save_side_by_side(machines, prefix):
    matplotlib.rcParams.update(STYLE)
    save(side_by_side(machines), prefix)


def save_heat_map(cases, labels, prefix):
    matplotlib.rcParams.update(STYLE)
    save(heat_map(cases, cases[0].strategies[1:], labels), prefix)


def save_all(cases, compared, page, most, suffixes=("svg", "png")):
    """cases: of strategies; compared: of instruction sets. Of more than `most` of them there are none but the heat map."""
    matplotlib.rcParams.update(STYLE)
    places = {}
    for case in cases:
        for name in case.strategies:
            places.setdefault(name, len(places))
    if len(cases) > 1:
        names = [name for name in places if any(name in case.strategies[1:] for case in cases)]
        if names:
            save(heat_map(cases, names), page.with_name(f"{page.stem}-heatmap"), suffixes)
    for number, case in enumerate(cases if len(cases) <= most else [], 1):
        prefix = page.stem if len(cases) == 1 else \
            f"{page.stem}-{number}-{file_name(case.build['name'])}-{file_name(case.isa)}"
        if len(case.strategies) > 1:
            save(speeds(case, case.strategies, case.comparison.noise, places), page.with_name(prefix), suffixes)
        if case.zero and any(case.zero.suite.values()):
            save(zero_line(case.zero), page.with_name(f"{prefix}-zero"), suffixes)
    for number, sets in enumerate(compared if len(compared) <= most else [], 1):
        prefix = f"{page.stem}-isa-{number}-{file_name(sets.first.build['name'])}-{file_name(sets.strategy)}"
        save(speeds(sets, sets.isas, sets.sets.noise, {name: place for place, name in enumerate(sets.isas)}),
             page.with_name(prefix), suffixes)
